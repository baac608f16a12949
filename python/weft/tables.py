"""What there is by name: models and options; and what a training would take."""

import os
from dataclasses import dataclass

from weft import _weft
from weft._arrays import choice
from weft.dataset import TASKS, Dataset, dataset_path
from weft.errors import ArgumentError


@dataclass(frozen=True)
class Model:
    summary: str
    cost: str
    source: str


@dataclass(frozen=True)
class Option:
    """`choices` is empty where anything is allowed; `least` and `most` are None where there is no bound."""

    default: object
    help: str
    least: float | None
    most: float | None
    choices: tuple


def models():
    """Name to summary, cost and source of every model."""
    return {name: Model(*row) for name, row in _weft.models().items()}


def options(model, task=None):
    """Name to default, help and range of every option of a training of the model: NodeClassifier(model, options=...)."""
    choice("model", model, list(_weft.models()))
    if task is not None:
        choice("task", task, TASKS)
    rows = _weft.options(model, task or "")
    return {name: Option(*row[:4], tuple(row[4])) for name, row in rows.items()}


def estimate(data, model=None, *, threads=0, **parameters):
    """The bytes and seconds that a training would take, without training. data: a path, a name, or a data set that was
    loaded from one. parameters: those of an estimator."""
    from weft.estimators import NodeClassifier

    path = data._path if isinstance(data, Dataset) else None
    if path is None and isinstance(data, (str, os.PathLike)):
        path = dataset_path(data).absolute()
    if path is None:
        raise ArgumentError("estimate: sizes are read from a file, expected a data set that is in one: save it first")
    job = NodeClassifier(model, threads=threads, **parameters)._job([], None, 0.0)
    job["settings"].append(("dataset", str(path)))
    return _weft.estimate(job, threads)
