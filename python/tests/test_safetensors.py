"""What `weft export` writes is what the format says, read here by NumPy alone, and both doors open it again."""

import json

import numpy as np
import pytest

import weft
from conftest import need


def read_safetensors(path):
    """Tensors and metadata, by https://huggingface.co/docs/safetensors, which asks for every byte to be in use."""
    content = path.read_bytes()
    length = int(np.frombuffer(content, "<u8", 1)[0])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end_of_this = entry["data_offsets"]
        assert begin == end and entry["dtype"] == "F32"
        numbers = content[8 + length + begin : 8 + length + end_of_this]
        tensors[name] = np.frombuffer(numbers, "<f4").reshape(entry["shape"])
        end = end_of_this
    assert 8 + length + end == len(content) and length % 8 == 0
    return tensors, metadata


@pytest.fixture(scope="module")
def exported(model, command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    model.save(folder / "model.h5")
    command("export", folder / "model.h5", "-o", folder / "model.safetensors")
    return folder / "model.safetensors"


def test_numpy_reads_tensors_and_settings(exported, model):
    tensors, metadata = read_safetensors(exported)
    assert metadata["format"] == "weft-model" and metadata["config.model"] == "gcn"
    assert json.loads(metadata["tensor_order"]) == list(tensors)
    assert all(np.isfinite(tensor).all() and tensor.ndim == 2 for tensor in tensors.values())
    assert any(tensor.shape == (8, 8) or 8 in tensor.shape for tensor in tensors.values())


def test_python_opens_it_as_the_model_that_it_is(exported, model, clubs):
    again = weft.load(exported)
    np.testing.assert_array_equal(again.predict_proba(clubs), model.predict_proba(clubs))


def test_the_package_of_that_name_reads_it(exported):
    safetensors = need("safetensors.numpy")
    own, _ = read_safetensors(exported)
    theirs = safetensors.load_file(exported)
    assert set(own) == set(theirs)
    for name, tensor in own.items():
        np.testing.assert_array_equal(tensor, theirs[name])
