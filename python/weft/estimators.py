"""Estimators: a model of each task, to be fitted, asked and saved."""

import html
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np

from weft import _weft
from weft._arrays import array_of, choice, matrix, vector
from weft._progress import Line
from weft.dataset import Dataset, dataset_path
from weft.errors import ArgumentError, NotFittedError, NumericError
from weft.report import Report, read_history


def _text(name, value):
    """The text of an option, as --set has it."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(_text(name, part) for part in value)
    if isinstance(value, (str, int, np.integer)):
        return str(value)
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    raise ArgumentError(f"option {name}: {value!r} is neither a number, a text, True or False, nor a list of these")


class Estimator:
    """What all estimators have.

    model: a name in weft.models(); None: the default of the task. epochs: at most; None: the model's own. seed decides
    everything that is random. threads: 0 takes what there is; results do not depend on it. options: any of
    weft.options(model), by name. runs: so many for each split, with seeds one apart; the best by validation is kept.
    sampler, batch_size: train on samples of the graph. verbose: show the epochs.
    """

    _task = ""
    # Whether the data need not be for the task.
    _asks_for_task = False

    def __init__(
        self,
        model=None,
        *,
        epochs=None,
        seed=0,
        threads=0,
        options=None,
        runs=1,
        sampler=None,
        batch_size=None,
        verbose=False,
    ):
        self.model = model
        self.epochs = epochs
        self.seed = seed
        self.threads = threads
        self.options = options
        self.runs = runs
        self.sampler = sampler
        self.batch_size = batch_size
        self.verbose = verbose

    # Parameters, as scikit-learn asks for them.

    @classmethod
    def _names(cls):
        code = cls.__init__.__code__
        return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]

    def get_params(self, deep=True):
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params):
        for name, value in params.items():
            setattr(self, choice("set_params", name, self._names()), value)
        return self

    def __repr__(self):
        defaults = type(self)().get_params()
        changed = [f"{k}={v!r}" for k, v in self.get_params().items() if v != defaults[k]]
        return f"weft.{type(self).__name__}({', '.join(changed)})"

    # Fitting.

    def fit(
        self,
        data,
        x=None,
        y=None,
        *,
        split=None,
        folder=None,
        resume=False,
        overwrite=False,
        callbacks=(),
        protocol=None,
        max_minutes=0.0,
        memory_limit=None,
    ):
        """Trains, and returns itself.

        data: a weft.Dataset; the path or name of one, which is read as `weft train` reads it and may then keep to a
        memory_limit, as "4G"; or a graph with x and y. split: a name, a pattern or several; with x and y (train, val,
        test). folder: where the run is kept, as `weft train -o` keeps it; there resume=True goes on with it and
        overwrite=True replaces it. callbacks: each is given a dict after every epoch, and ends the training when it
        returns True. Ctrl-C ends it too, saves a checkpoint where there is a folder, and is raised.
        """
        dataset, path, splits = self._training_data(data, x, y, split)
        job = self._job(splits, protocol, max_minutes)
        job |= {"resume": bool(resume), "keeps_former": not overwrite, "memory_limit": memory_limit or ""}
        if path is not None:
            job["settings"].append(("dataset", str(path)))
        with tempfile.TemporaryDirectory(prefix="weft-") if folder is None else _Kept(folder) as place:
            run = Path(place)
            if folder is None:
                if resume:
                    raise ArgumentError("resume: no run folder is named")
                run /= "run"
            job["folder"] = str(run)
            on_epoch, on_message = self._listeners(callbacks)
            summary = _weft.train(job, None if dataset is None else dataset._data, self.threads, on_epoch, on_message)
            self._take(summary, run, folder)
        return self

    def _training_data(self, data, x, y, split):
        if isinstance(data, (str, os.PathLike)):
            if x is not None or y is not None:
                raise ArgumentError("fit: a data set in a file has x and y of its own")
            return None, dataset_path(data).absolute(), _names_of(split)
        if not isinstance(data, Dataset):
            if self._asks_for_task and y is None and split is None:
                return Dataset(data, x), None, []
            if not (isinstance(split, (tuple, list)) and len(split) == 3 and not isinstance(split[0], str)):
                raise ArgumentError("fit: of a graph with x and y, split has to be (train, val, test): ids or masks")
            data = Dataset(data, x, y, task=self._task, splits={"given": split})
            self._labels = array_of("y", y) if y is not None else None
            return data, None, ["given"]
        if x is not None or y is not None:
            raise ArgumentError("fit: a weft.Dataset has x and y of its own")
        if data.task != self._task and not self._asks_for_task:
            raise ArgumentError(
                f"fit: {type(self).__name__} learns {self._task}, and the data are for {data.task}; "
                f"expected weft.{_ESTIMATORS[data.task].__name__}"
            )
        return data, data._path, _names_of(split)

    def _job(self, splits, protocol, max_minutes):
        settings = [("seed", _text("seed", self.seed)), ("runs", _text("runs", self.runs))]
        if self.model is not None:
            settings.append(("model", _text("model", self.model)))
        if self._asks_for_task:
            settings.append(("task", self._task))
        for name, value in (("protocol", protocol), ("epochs", self.epochs), ("sampler", self.sampler)):
            if value is not None:
                settings.append((name, _text(name, value)))
        if self.batch_size is not None:
            settings.append(("batch_size", _text("batch_size", self.batch_size)))
        for name, value in (self.options or {}).items():
            if name in ("model", "seed", "runs", "task", "split", "dataset", "protocol"):
                raise ArgumentError(f"options: {name} is no option of a model; the estimator or fit has it")
            settings.append((str(name), _text(name, value)))
        return {
            "settings": settings,
            "splits": splits,
            "on_samples": self.batch_size is not None,
            "max_minutes": float(max_minutes),
            "memory_limit": "",
            "folder": "",
            "resume": False,
            "keeps_former": False,
        }

    def _listeners(self, callbacks):
        callbacks = [callbacks] if callable(callbacks) else list(callbacks)
        line = Line() if self.verbose else None
        if line is not None:
            callbacks.insert(0, line.epoch)
        if not callbacks:
            return None, None
        return (
            lambda record: any([callback(dict(record)) is True for callback in callbacks]),
            line.message if line is not None else None,
        )

    def _take(self, summary, run, folder):
        self._trained = _weft.TrainedModel.load(str(run))
        self._file = Path(folder).absolute() / "model.h5" if folder is not None else None
        self._bytes = (run / "model.h5").read_bytes() if folder is None else None
        page = run / "report.html"
        self._about = self._trained.describe()
        self._known = {
            "history_": read_history(run / "metrics.jsonl"),
            "notes_": summary.pop("messages"),
            "runs_": summary["runs"],
            "summary_": summary,
        }
        if page.is_file():
            self._known["report_"] = Report(page.read_text(encoding="utf-8"))
        if summary["runs"]:
            best = summary["runs"][summary["best_run"]]
            self._known |= {
                "best_epoch_": best["best_epoch"],
                "metrics_": dict(best["test_metrics"]),
                "train_": best["train"],
                "val_": best["val"],
                "test_": best["test"],
            }

    @classmethod
    def _loaded(cls, path):
        trained = _weft.TrainedModel.load(str(path))
        about = trained.describe()
        known = _ESTIMATORS[about["task"]]
        self = known(about["model"])
        self._trained, self._about, self._bytes = trained, about, None
        self._file = (path / "model.h5" if path.is_dir() else path).absolute()
        self._known = {}
        if path.is_dir():
            self._known["history_"] = read_history(path / "metrics.jsonl")
            if (path / "report.html").is_file():
                self._known["report_"] = Report((path / "report.html").read_text(encoding="utf-8"))
        return self

    # What is known after fitting.

    def __getattr__(self, name):
        if name.startswith("__") or not name.endswith("_"):
            raise AttributeError(f"weft.{type(self).__name__} has no attribute {name!r}")
        if "_trained" not in self.__dict__:
            raise NotFittedError(f"{name}: this {type(self).__name__} is not fitted; expected fit() before")
        known = self.__dict__["_known"]
        if name not in known:
            raise AttributeError(f"{name}: not known of this {type(self).__name__}")
        return known[name]

    def __dir__(self):
        return [*super().__dir__(), *self.__dict__.get("_known", ())]

    def _model(self):
        if "_trained" not in self.__dict__:
            raise NotFittedError(f"this {type(self).__name__} is not fitted; expected fit() or weft.load() before")
        return self._trained

    def save(self, path):
        """Writes the model file, which `weft predict`, C++ and weft.load() read."""
        self._model()
        own = self._bytes if self._bytes is not None else self._file.read_bytes()
        target = Path(path)
        part = target.with_name(target.name + ".part")
        part.write_bytes(own)
        part.replace(target)
        return self

    def _repr_html_(self):
        report = self.__dict__.get("_known", {}).get("report_")
        return report._repr_html_() if report is not None else f"<code>{html.escape(repr(self))}</code>"

    def __getstate__(self):
        state = self.__dict__.copy()
        if state.pop("_trained", None) is not None and self._bytes is None and not self._file.is_file():
            raise ArgumentError(f"pickle: the model was in {self._file}, which is not there any more")
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        if state.get("_bytes") is not None:
            with tempfile.TemporaryDirectory(prefix="weft-") as folder:
                file = Path(folder) / "model.h5"
                file.write_bytes(state["_bytes"])
                self._trained = _weft.TrainedModel.load(str(file))
        elif state.get("_file") is not None:
            self._trained = _weft.TrainedModel.load(str(state["_file"]))

    # Asking.

    def _data(self, data, x=None):
        if isinstance(data, (str, os.PathLike)):
            return Dataset.load(data, self.threads)
        if isinstance(data, Dataset):
            return data
        return Dataset(data, x, task=self._about["task"])

    def _outputs(self, data, x, rows, *, embedding=False, allow_nan=False):
        """(probabilities, logits, embedding) of the rows, or of all."""
        model = self._model()
        data = self._data(data, x)
        back = slice(None)
        if rows is not None:
            array = array_of("rows", rows)
            if array.dtype.kind == "b":
                array = np.flatnonzero(array)
            rows, back = np.unique(vector("rows", array, np.int64), return_inverse=True)
        *found, notes = model.predict(data._data, rows, embedding, self.threads)
        for note in notes:
            warnings.warn(f"{data.name}: {note}", stacklevel=4)
        if not allow_nan and not np.isfinite(found[1]).all():
            wrong = np.flatnonzero(~np.isfinite(found[1]).all(axis=1))
            raise NumericError(
                f"the outputs of {len(wrong)} of {len(found[1])} rows are not finite, the first is {wrong[0]}; "
                "allow_nan=True gives them as they are"
            )
        return [part if rows is None or not part.size else part[back] for part in found]

    def score(self, data, part="test", *, split=None, metric=None):
        """The metric that the model was chosen by, on a part of a split: without one, that of the training."""
        choice("part", part, ("train", "val", "test"))
        figures = self.evaluate(data, split=split)[part]
        return figures[choice("metric", metric or self._about["metric"], list(figures))]

    def evaluate(self, data, *, split=None):
        """Every metric of the task on the parts of a split: {"split": name, "train": {metric: figure}, ...}."""
        model = self._model()
        return model.evaluate(self._data(data)._data, _names_of(split), self.threads)[0]


class _Kept:
    """A folder that stays."""

    def __init__(self, folder):
        self._folder = os.fspath(folder)

    def __enter__(self):
        return self._folder

    def __exit__(self, *error):
        return None


def _names_of(split):
    if split is None:
        return []
    if isinstance(split, str):
        return [split]
    if isinstance(split, (list, tuple)) and all(isinstance(name, str) for name in split):
        return list(split)
    raise ArgumentError(f"split: {split!r} is neither a name nor several, as the data set has them")


class _OfRows(Estimator):
    """Predicts for each row, a node or a graph."""

    def embed(self, data, x=None, *, rows=None):
        """[rows, hidden]: the states that the last linear map reads."""
        return self._outputs(data, x, rows, embedding=True)[2]


class _Classifier(_OfRows):
    def predict_proba(self, data, x=None, *, rows=None, allow_nan=False):
        """[rows, classes], rows sum to 1; of several labels each for itself."""
        return self._outputs(data, x, rows, allow_nan=allow_nan)[0]

    def predict(self, data, x=None, *, rows=None, allow_nan=False):
        """The number of the likeliest class of each row, which classes_ names; 0 or 1 for each of several labels. After
        fit(graph, x, y) the values of y."""
        probabilities, logits, _ = self._outputs(data, x, rows, allow_nan=allow_nan)
        if self._about["outputs"] == "labels":
            return (probabilities > 0.5).astype(np.int64)
        # Of two classes the one that the model's threshold says, which stands in the logits alone.
        ranked = logits if logits.shape[1] == 2 else probabilities
        called = np.where(np.isnan(ranked), -np.inf, ranked).argmax(axis=1)
        own = self.__dict__.get("_labels")
        return self.classes_[called] if own is not None and own.dtype.kind in "OUSb" else called

    @property
    def classes_(self):
        """The names of the classes, or their numbers where they have none."""
        self._model()
        names = self._about["class_names"] or self._about["target_names"]
        own = self.__dict__.get("_labels")
        if own is not None and own.dtype.kind == "b":
            return np.array([False, True])
        return np.array(names) if names else np.arange(self._about["num_outputs"])


class _Regressor(_OfRows):
    def predict(self, data, x=None, *, rows=None, allow_nan=False):
        """The number of each row, or [rows, targets] where there are several."""
        values = self._outputs(data, x, rows, allow_nan=allow_nan)[0]
        return values[:, 0] if values.shape[1] == 1 else values


class NodeClassifier(_Classifier):
    __doc__ = "Classes of nodes, or several labels of each.\n" + (Estimator.__doc__ or "")
    _task = "node_classification"


class NodeRegressor(_Regressor):
    __doc__ = "Numbers of nodes.\n" + (Estimator.__doc__ or "")
    _task = "node_regression"


class GraphClassifier(_Classifier):
    __doc__ = "Classes of whole graphs.\n" + (Estimator.__doc__ or "")
    _task = "graph_classification"


class GraphRegressor(_Regressor):
    __doc__ = "Numbers of whole graphs, molecules for example.\n" + (Estimator.__doc__ or "")
    _task = "graph_regression"


class LinkPredictor(Estimator):
    __doc__ = "Which nodes are joined.\n" + (Estimator.__doc__ or "")
    _task = "link_prediction"
    _asks_for_task = True

    def embed(self, data, x=None):
        """[nodes, width]: the states whose products say how likely links are."""
        return self._outputs(data, x, None)[0]

    def score_pairs(self, data, pairs):
        """Of each pair [pairs, 2] of nodes the score before the logistic function, read from all edges of the data."""
        pairs = matrix("pairs", pairs, np.uint32, cols=2)
        return self._model().score_pairs(self._data(data)._data, pairs, self.threads)

    def top_k(self, data, nodes, k=10):
        """(ids, scores), each [nodes, k]: the nodes likeliest to be joined to each that are not yet, best first."""
        data = self._data(data)
        nodes = np.atleast_1d(vector("nodes", np.atleast_1d(array_of("nodes", nodes)), np.uint32))
        n = data.num_nodes
        if nodes.size and int(nodes.max()) >= n:
            raise ArgumentError(f"nodes: there is no node {int(nodes.max())}, the data have {n}")
        if not 1 <= k <= max(n - 1, 1):
            raise ArgumentError(f"k: {k}, expected 1 to {max(n - 1, 1)}")
        everyone = np.arange(n, dtype=np.uint32)
        pairs = np.stack([np.repeat(nodes, n), np.tile(everyone, len(nodes))], axis=1)
        scores = self.score_pairs(data, pairs).reshape(len(nodes), n)
        indptr, indices = data.graph.indptr, data.graph.indices
        for row, node in enumerate(nodes):
            scores[row, node] = -np.inf
            scores[row, indices[indptr[node] : indptr[node + 1]]] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return best, np.take_along_axis(scores, best, axis=1)


class GraphGenerator(Estimator):
    __doc__ = "Makes graphs or molecules like those that it was fitted to.\n" + (Estimator.__doc__ or "")
    _task = "generation"
    _asks_for_task = True

    def generate(
        self,
        count,
        *,
        seed=0,
        temperature=1.0,
        properties=None,
        guidance=0.5,
        best_of=1,
        constraint="",
        masked=True,
        as_dataset=False,
    ):
        """Of molecules a list of SMILES, "" where one is none; of other graphs, or with as_dataset, a weft.Dataset."""
        model = self._model()
        asked = {
            "seed": int(seed),
            "temperature": float(temperature),
            "masked": bool(masked),
            "constraint": constraint,
            "properties": [(str(name), float(value)) for name, value in (properties or {}).items()],
            "guidance": float(guidance),
            "best_of": int(best_of),
        }
        smiles, made = model.generate(int(count), asked, self.threads)
        return smiles if smiles is not None and not as_dataset else Dataset._of(made)


_ESTIMATORS = {
    kind._task: kind
    for kind in (NodeClassifier, NodeRegressor, GraphClassifier, GraphRegressor, LinkPredictor, GraphGenerator)
}


def load(path):
    """A model of any kind, from a model file or a run folder, as the estimator of its task."""
    return Estimator._loaded(Path(path))
