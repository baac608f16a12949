"""What `weft export RUN -o model.onnx` writes passes ONNX's checker, and ONNX Runtime says what `weft predict` says."""

import csv
import io
import json

import numpy as np
import pytest

import weft
from conftest import need
from test_pages import BLOCK, ROOT, run


def made(n, seed, weights=True, sparse=False, target="classes", isolated=5):
    """n nodes with edges in one direction, some of them loops, with weights some twice and some 0; the last have none.

    Two of six columns are as large as incomes.
    """
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, n)
    x = random.normal(size=(n, 6)).astype(np.float32)
    x[:, 0] += y
    x[:, 1:3] = 1000 * x[:, 1:3] + 5000
    if sparse:
        x = np.where(random.random((n, 6)) < 0.4, np.abs(x), 0).astype(np.float32)
    pairs = random.integers(0, n - isolated, (4 * n, 2))
    pairs[::17, 1] = pairs[::17, 0]
    # Files of edges without weights are read as if nothing came twice.
    pairs = np.concatenate([pairs, pairs[::13]]) if weights else np.unique(pairs, axis=0)
    pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 1], minlength=n))])
    more = {}
    if weights:
        more["edge_weights"] = np.where(random.random(len(pairs)) < 0.1, 0, random.gamma(2, 2, len(pairs)))
    if target == "values":
        y = np.stack([1e4 + 300 * x[:, 0], y], axis=1).astype(np.float32)
    elif target == "labels":
        y = np.stack([y == 0, y != 1], axis=1).astype(np.float32)
    if sparse:
        x = need("scipy.sparse").csr_array(x)
    part = np.arange(n) % 3
    task = "node_regression" if target == "values" else "node_classification"
    return weft.Dataset(
        weft.Graph(indptr, pairs[:, 0]),
        x,
        y,
        task=task,
        splits={"thirds": tuple(np.flatnonzero(part == i) for i in range(3))},
        name="made",
        **more,
    )


def arrays_of(data):
    """What the network is given of a dataset, by the names that the page has."""
    indptr, indices = data.graph.indptr, data.graph.indices
    targets = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    x = data.x.toarray() if hasattr(data.x, "toarray") else data.x
    given = {"x": np.asarray(x, np.float32), "edge_index": np.stack([indices.astype(np.int64), targets])}
    if data.edge_weights is not None:
        given["edge_weight"] = np.asarray(data.edge_weights)
    return given


def told(command, run, data, outputs):
    """Numbers of `weft predict`, a row a node: the last columns."""
    _, *rows = csv.reader(io.StringIO(command("predict", run, data, "-o", "-", "-q")))
    return np.array([row[-outputs:] for row in rows], np.float64)


class Trained:
    """A run, its network in ONNX Runtime, and what both say."""

    def __init__(self, command, folder, data, *options):
        self.command, self.folder = command, folder
        data.save(folder / "data.h5")
        command("train", folder / "data.h5", "-o", folder / "run", "-q", "--epochs", 6, *options)
        command("export", folder / "run", "-o", folder / "model.onnx")
        need("onnx").checker.check_model(folder / "model.onnx", full_check=True)
        self.session = need("onnxruntime").InferenceSession(str(folder / "model.onnx"))

    def says(self, given, output=None):
        known = {i.name for i in (*self.session.get_inputs(), *self.session.get_overridable_initializers())}
        given = {name: value for name, value in given.items() if name in known}
        return self.session.run([output or self.session.get_outputs()[0].name], given)[0]

    def compare(self, data):
        data.save(self.folder / "other.h5")
        found = self.says(arrays_of(data))
        expected = told(self.command, self.folder / "run", self.folder / "other.h5", found.shape[1])
        assert found.shape == expected.shape and np.isfinite(found).all() and np.ptp(expected) > 1e-3
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def sets(options):
    return [word for option in options for word in ("--set", option)]


MODELS = ["mlp", "gcn", "sage", "gat", "gatv2", "gin", "gine", "gatedgcn"]


@pytest.fixture
def train(command, tmp_path):
    return lambda data, *options: Trained(command, tmp_path, data, *options)


@pytest.mark.parametrize("model", MODELS)
def test_models_say_the_same_of_other_graphs(train, model):
    # These would read weights as features of edges.
    weights = model not in ("gine", "gatedgcn")
    trained = train(made(150, 1, weights), "--model", model)
    trained.compare(made(150, 1, weights))
    trained.compare(made(331, 2, weights))
    trained.compare(made(40, 3, weights=False))


@pytest.mark.parametrize("model", MODELS)
def test_every_switch_of_a_stack_is_there(train, model):
    switches = {
        "layers": 3,
        "hidden": 16,
        "norm": "batch",
        "activation": "gelu",
        "residual": "true",
        "head": "linear",
        "jumping_knowledge": "concat",
        "feature_norm": "column",
    }
    # The features of this one go through a linear map in any case.
    options = [f"{name}={value}" for name, value in switches.items()] + ["pre_linear=true"] * (model != "gine")
    train(made(150, 1, weights=False), "--model", model, *sets(options)).compare(made(200, 2, weights=False))


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("gat", ["heads=4", "output_heads=3", "norm=layer", "activation=elu"]),
        ("gatv2", ["heads=4", "output_heads=3", "activation=relu"]),
        ("gcn", ["convolution=transformer", "heads=4", "output_heads=2"]),
        ("gin", ["layers=3", "norm=layer", "jumping_knowledge=sum"]),
        ("sage", ["head=convolution", "layers=1", "feature_norm=row"]),
        ("gcn", ["edge_weights=false"]),
        ("gat", ["edges=false"]),
    ],
)
def test_switches_alone(train, model, options):
    train(made(150, 1), "--model", model, *sets(options)).compare(made(97, 2))


def test_sparse_features_come_dense(train):
    train(made(150, 1, sparse=True), "--model", "gcn").compare(made(90, 2, sparse=True))


def test_values_are_in_the_unit_of_the_data(train):
    trained = train(made(150, 1, target="values"), "--model", "sage")
    assert [o.name for o in trained.session.get_outputs()] == ["values"]
    trained.compare(made(90, 2, target="values"))


def test_labels_have_probabilities_of_their_own(train):
    trained = train(made(150, 1, target="labels"), "--model", "gcn")
    trained.compare(made(90, 2, target="labels"))


def test_graphs_may_be_empty_or_without_edges(train):
    for model in ("gcn", "gat", "sage"):
        trained = train(made(60, 1), "--model", model, "--overwrite")
        given = arrays_of(made(20, 2))
        alone = given | {"edge_index": np.zeros((2, 0), np.int64), "edge_weight": np.ones(1, np.float32)}
        one = {name: value[:1] if name == "x" else value for name, value in alone.items()}
        np.testing.assert_allclose(trained.says(alone)[:1], trained.says(one), rtol=1e-5)
        assert trained.says({name: value[:0] if name == "x" else value for name, value in alone.items()}).shape == (0, 3)


def test_the_file_says_what_it_is(train):
    trained = train(made(60, 1), "--model", "gcn", "--set", "threshold=none")
    session = trained.session
    inputs = {i.name: (i.type, i.shape) for i in session.get_inputs()}
    assert inputs == {"x": ("tensor(float)", ["N", 6]), "edge_index": ("tensor(int64)", [2, "E"])}
    assert [(i.name, i.shape) for i in session.get_overridable_initializers()] == [("edge_weight", ["W"])]
    assert [(o.name, o.shape) for o in session.get_outputs()] == [("probabilities", ["N", 3]), ("logits", ["N", 3])]
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["model"] == "gcn" and metadata["edge_weight"] == "weight" and len(json.loads(metadata["outputs"])) == 3
    logits = trained.says(arrays_of(made(60, 1)), "logits")
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        trained.says(arrays_of(made(60, 1))), powers / powers.sum(axis=1, keepdims=True), rtol=1e-5
    )


def test_the_programs_of_the_page_run(command, file, tmp_path):
    need("h5py")
    (tmp_path / "cora.h5").write_bytes(file.read_bytes())
    command("train", tmp_path / "cora.h5", "--model", "gcn", "--epochs", 10, "-o", tmp_path / "run", "-q")
    command("predict", tmp_path / "run", tmp_path / "cora.h5", "-o", tmp_path / "p.h5")
    command("export", tmp_path / "run", "-o", tmp_path / "model.onnx")
    of_file, of_network = (program for program, _ in BLOCK.findall((ROOT / "docs" / "serving.md").read_text("utf-8")))
    called = told(command, tmp_path / "run", tmp_path / "cora.h5", 2).argmax(axis=1)[0]
    assert run(of_file, tmp_path) == f"200 rows; the first is {['even', 'odd'][called]}\n"
    assert run(of_network, tmp_path) == f"node 0 is of class {called}\n"


def test_a_file_of_predictions_is_laid_out_as_the_page_says(command, file, tmp_path):
    h5py = need("h5py")
    command("train", file, "--model", "gcn", "--epochs", 5, "-o", tmp_path / "run", "-q")
    command("predict", tmp_path / "run", file, "-o", tmp_path / "p.h5")
    with h5py.File(tmp_path / "p.h5") as written:
        names = set()
        written.visit(names.add)
        assert names == {"config", "numbers", "tensors", "tensor_order", "tensors/probabilities", "numbers/class"} | {
            f"config/{name}" for name in ("model", "dataset", "outputs", "class_0", "class_1")
        }
        assert written.attrs["format"] == b"weft-predictions" and written.attrs["version"] == 1
        probabilities = written["tensors/probabilities"][:]
        assert probabilities.dtype == np.float32 and written["numbers/class"].dtype == np.int64
        np.testing.assert_array_equal(written["numbers/class"][:], probabilities.argmax(axis=1))
        assert [written[f"config/class_{c}"][0] for c in (0, 1)] == [b"even", b"odd"]
        assert [written[f"config/{name}"][0] for name in ("model", "dataset", "outputs")] == [b"gcn", b"clubs", b"classes"]
    np.testing.assert_allclose(probabilities, told(command, tmp_path / "run", file, 2), rtol=1e-5)
