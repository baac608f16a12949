"""What Python finds is what the command finds, to the bit."""

import pytest

import weft

OPTIONS = {"hidden": 16, "attention": "performer"}


@pytest.fixture(scope="module")
def trained(command, file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("command") / "run"
    flags = [word for key, value in OPTIONS.items() for word in ("--set", f"{key}={value}")]
    result = command("train", file, "-o", folder, "--epochs", 6, "--seed", 3, *flags, "--json")
    return folder, result


def fitted(data, threads, **more):
    return weft.NodeClassifier("weft", epochs=6, seed=3, threads=threads, options=OPTIONS).fit(data, **more)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("place", ["file", "memory"])
def test_training_ends_in_the_same_model_and_figures(trained, file, tmp_path, threads, place):
    folder, result = trained
    data = file if place == "file" else weft.Dataset.load(file)
    model = fitted(data, threads, folder=tmp_path / "run")
    assert (tmp_path / "run" / "model.h5").read_bytes() == (folder / "model.h5").read_bytes()
    own = result["per_run"][0]
    assert (model.train_, model.val_, model.test_) == (own["train"], own["val"], own["test"])
    assert model.metrics_ == own["test_metrics"]
    assert model.best_epoch_ == own["best_epoch"]
    assert len(model.history_) == 6


def test_data_that_were_never_in_a_file_give_the_same_model(trained, clubs, tmp_path):
    fitted(clubs, 2).save(tmp_path / "model.h5")
    assert (tmp_path / "model.h5").read_bytes() == (trained[0] / "model.h5").read_bytes()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_probabilities_are_the_ones_that_the_command_writes(trained, command, file, clubs, tmp_path, threads):
    command("predict", trained[0], file, "-o", tmp_path / "out.h5")
    model = weft.load(trained[0])
    model.set_params(threads=threads)
    probabilities = model.predict_proba(clubs)
    written = (tmp_path / "out.h5").read_bytes()
    assert probabilities.tobytes() in written
    assert model.predict(clubs).tobytes() in written


def test_a_saved_model_is_read_by_the_command(command, model, file, tmp_path):
    model.save(tmp_path / "model.h5")
    result = command("evaluate", tmp_path / "model.h5", file, "--json")
    assert result["test"] == model.score(file) == model.test_
    assert result["metrics"]["test"] == model.evaluate(file)["test"]


def test_a_run_folder_is_gone_on_with_to_the_same_bits(trained, file, tmp_path):
    ended = []

    def end_after_three(record):
        ended.append(record["epoch"])
        return record["epoch"] == 3

    fitted(file, 0, folder=tmp_path / "run", callbacks=end_after_three)
    assert ended == [1, 2, 3]
    model = fitted(file, 0, folder=tmp_path / "run", resume=True)
    assert (tmp_path / "run" / "model.h5").read_bytes() == (trained[0] / "model.h5").read_bytes()
    assert [record["epoch"] for record in model.history_] == [1, 2, 3, 4, 5, 6]


def test_a_folder_that_holds_a_run_is_replaced_when_asked_only(trained, file):
    with pytest.raises(weft.ArgumentError, match="overwrite"):
        fitted(file, 0, folder=trained[0])
