"""Estimators of each task."""

import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest
from conftest import fifths, need, ring_edges

import weft


def test_parameters_are_read_set_and_cloned():
    base = need("sklearn.base")
    model = weft.NodeClassifier("gcn", epochs=3, options={"hidden": 8})
    assert model.get_params()["epochs"] == 3
    copy = base.clone(model).set_params(seed=5)
    assert copy.seed == 5 and model.seed == 0 and copy.options == {"hidden": 8} and copy.options is not model.options
    assert repr(copy) == "weft.NodeClassifier(model='gcn', epochs=3, seed=5, options={'hidden': 8})"
    with pytest.raises(weft.ArgumentError, match="did you mean 'epochs'"):
        model.set_params(epoch=3)


def test_what_is_not_fitted_says_so(clubs):
    model = weft.NodeClassifier()
    for ask in (lambda: model.predict(clubs), lambda: model.history_, lambda: model.classes_, lambda: model.save("x")):
        with pytest.raises(weft.NotFittedError):
            ask()
    assert not hasattr(model, "metrics_")


def test_errors_name_the_nearest(clubs, file, tmp_path):
    with pytest.raises(weft.ArgumentError, match="did you mean 'hidden'"):
        weft.NodeClassifier("gcn", options={"hiden": 8}).fit(clubs)
    with pytest.raises(weft.ArgumentError, match="gcn"):
        weft.NodeClassifier("gcnn").fit(clubs)
    with pytest.raises(ValueError, match="matches no split"):
        weft.NodeClassifier("gcn").fit(clubs, split="tenths")
    with pytest.raises(weft.ArgumentError, match="expected weft.NodeClassifier"):
        weft.NodeRegressor("gcn").fit(clubs)
    broken = tmp_path / "broken.h5"
    broken.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(weft.DataError) as error:
        weft.Dataset.load(broken)
    assert error.value.file == str(broken) and error.value.problem in str(error.value)
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_predictions_are_classes_probabilities_and_states(model, clubs):
    probabilities = model.predict_proba(clubs)
    assert probabilities.shape == (200, 2) and np.allclose(probabilities.sum(axis=1), 1)
    assert model.classes_.tolist() == ["even", "odd"]
    assert model.score(clubs) == (model.predict(clubs) == clubs.y)[clubs.splits["fifths"][2]].mean() == model.test_
    rows = [7, 3, 7]
    assert np.array_equal(model.predict_proba(clubs, rows=rows), probabilities[rows])
    assert np.array_equal(model.predict(clubs, rows=clubs.y == 1), model.predict(clubs)[clubs.y == 1])
    assert model.embed(clubs, rows=rows).shape == (3, 8)
    assert model.predict(clubs, rows=[]).shape == (0,)
    with pytest.raises(weft.ArgumentError, match="200 is wanted"):
        model.predict(clubs, rows=[200])


def test_a_graph_with_x_and_y_is_fitted_as_scikit_learn_has_it(parts):
    graph, x, y, split = parts
    names = np.array(["even", "odd"])[y]
    model = weft.NodeClassifier("gcn", epochs=10, options={"hidden": 8}).fit(graph, x, names, split=split)
    assert set(model.predict(graph, x)) <= {"even", "odd"}
    assert (model.predict(graph, x) == names)[split[2]].mean() == model.test_


def test_callbacks_are_told_every_epoch_and_raise_into_fit(clubs):
    seen = []
    weft.NodeClassifier("gcn", epochs=4).fit(clubs, callbacks=[seen.append])
    assert [record["epoch"] for record in seen] == [1, 2, 3, 4]
    assert all(record["loss"] > 0 and record["num_epochs"] == 4 for record in seen)

    def fail(record):
        raise LookupError(record["epoch"])

    with pytest.raises(LookupError, match="1"):
        weft.NodeClassifier("gcn", epochs=4).fit(clubs, callbacks=fail)


def test_a_report_and_notes_are_kept(model):
    assert model.report_.html.startswith("<!") and "<svg" in model.report_.html
    assert "srcdoc" in model._repr_html_()
    assert any(note.startswith("metric ") for note in model.notes_)


def test_models_are_saved_loaded_and_pickled(model, clubs, tmp_path):
    expected = model.predict_proba(clubs)
    model.save(tmp_path / "m.h5")
    for again in (weft.load(tmp_path / "m.h5"), pickle.loads(pickle.dumps(model))):
        assert type(again) is weft.NodeClassifier and again.model == "gcn"
        assert np.array_equal(again.predict_proba(clubs), expected)


def test_numbers_of_nodes_are_learned(parts):
    graph, x, y, split = parts
    data = weft.Dataset(graph, x, y * 2.5 - 1, splits={"a": split})
    model = weft.NodeRegressor("gcn", epochs=20, options={"hidden": 8}).fit(data)
    assert model.predict(data).shape == (200,)
    assert np.isfinite(model.score(data))


def test_whole_graphs_are_classified_and_measured(shapes):
    graph, node_ptr, y, splits = shapes
    data = weft.Dataset(graph, None, y, node_ptr=node_ptr, splits=splits, class_names=["ring", "star"])
    model = weft.GraphClassifier("gin", epochs=8, options={"hidden": 8}).fit(data)
    assert model.predict(data).shape == (90,) and model.score(data) > 0.6
    sizes = weft.Dataset(graph, None, np.diff(node_ptr).astype(float), node_ptr=node_ptr, splits=splits)
    assert weft.GraphRegressor("gin", epochs=3, options={"hidden": 8}).fit(sizes).predict(sizes).shape == (90,)


def test_links_are_scored_and_ranked(parts):
    graph, x, _, _ = parts
    data = weft.Dataset(graph, x)
    model = weft.LinkPredictor("gcn", epochs=5, options={"hidden": 8}).fit(data)
    ids, scores = model.top_k(data, [0, 9], k=5)
    assert ids.shape == scores.shape == (2, 5)
    neighbors = graph.indices[graph.indptr[0] : graph.indptr[1]]
    assert 0 not in ids[0] and not set(ids[0]) & set(neighbors)
    assert np.array_equal(model.score_pairs(data, [[9, ids[1, 0]]]), scores[1, :1])
    assert (np.diff(scores, axis=1) <= 0).all()


def test_graphs_are_generated(shapes):
    graph, node_ptr, _, splits = shapes
    data = weft.Dataset(graph, None, node_ptr=node_ptr, splits=splits, task="generation")
    model = weft.GraphGenerator(epochs=2, options={"hidden": 16, "layers": 1}).fit(data)
    made = model.generate(5, seed=1)
    assert made.task == "generation" and 0 < made.num_graphs <= 5
    again = model.generate(5, seed=1)
    assert np.array_equal(made.graph.indices, again.graph.indices)
    with pytest.raises(weft.ArgumentError):
        model.generate(-1)


def test_features_that_are_not_finite_are_an_error_unless_allowed(model, parts):
    graph, x, _, _ = parts
    x = x.copy()
    x[0] = np.inf
    with pytest.raises(weft.NumericError, match="not finite"):
        model.predict(graph, x)


def test_one_model_serves_many_threads(model, clubs):
    expected, found = model.predict_proba(clubs), []
    threads = [
        threading.Thread(target=lambda: found.extend(model.predict_proba(clubs) for _ in range(5))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20 and all(np.array_equal(one, expected) for one in found)


def test_a_fork_after_work_is_refused(model, clubs):
    child = os.fork()
    if child == 0:
        try:
            model.predict(clubs)
        except weft.Error as error:
            os._exit(0 if "spawn" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def run_python(text, **more):
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=120, **more)


# A program that was started in the background ignores SIGINT, and so would the ones below.
def test_ctrl_c_ends_fit_saves_a_checkpoint_and_the_run_goes_on(file, tmp_path):
    program = f"""
import os, signal, threading, time, weft
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
model = weft.NodeClassifier("gcn", epochs=1000000, options={{"checkpoint_seconds": 1000}})
try:
    model.fit({str(file)!r}, folder={str(tmp_path / "run")!r})
except KeyboardInterrupt:
    done = weft.NodeClassifier("gcn", epochs=3).fit({str(file)!r})
    print("interrupted", len(done.history_))
"""
    done = run_python(program)
    assert done.stdout.strip() == "interrupted 3", done.stderr
    assert (tmp_path / "run" / "checkpoint.h5").is_file()


def test_ctrl_c_ends_a_fit_that_nobody_keeps():
    edges = ring_edges(200).tolist()
    program = f"""
import os, signal, threading, time, numpy, weft
x = numpy.random.default_rng(0).normal(size=(200, 8))
fifth = numpy.arange(200) // 2 % 5
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    weft.NodeClassifier("gcn", epochs=1000000).fit(
        weft.Graph.from_edges({edges}, 200), x, numpy.arange(200) % 2, split=(fifth == 0, fifth == 1, fifth > 1))
except KeyboardInterrupt:
    print("ended")
"""
    assert run_python(program).stdout.strip() == "ended"


def test_a_timer_signal_each_millisecond_changes_nothing(file):
    program = f"""
import signal, weft
data = weft.Dataset.load({str(file)!r})
expected = weft.NodeClassifier("gcn", epochs=30).fit(data).predict_proba(data).tobytes()
ticks = []
signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
found = [weft.NodeClassifier("gcn", epochs=30).fit(data).predict_proba(data).tobytes() for _ in range(3)]
signal.setitimer(signal.ITIMER_REAL, 0)
print(all(one == expected for one in found), len(ticks) > 3)
"""
    done = run_python(program)
    assert done.stdout.strip() == "True True", done.stderr


def test_nothing_is_printed_unless_asked_for(clubs, capfd):
    weft.NodeClassifier("gcn", epochs=2).fit(clubs)
    assert capfd.readouterr() == ("", "")
    weft.NodeClassifier("gcn", epochs=2, verbose=True).fit(clubs)
    assert "epoch 2/2" in capfd.readouterr().err


def test_import_brings_numpy_alone_starts_no_thread_and_is_quick():
    program = """
import sys, threading, time, numpy
before, start = set(sys.modules), time.process_time()
import weft
took = time.process_time() - start
heavy = {name.split(".")[0] for name in sys.modules} & {"scipy", "pandas", "networkx", "sklearn", "torch"}
threads = [line for line in open("/proc/self/status") if line.startswith("Threads:")][0].split()[1]
print(sorted(heavy), threads, took)
"""
    heavy, threads, took = run_python(program, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}).stdout.rsplit(None, 2)
    assert (heavy, threads) == ("[]", "1") and float(took) < 0.3
