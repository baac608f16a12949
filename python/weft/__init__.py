"""Weft: graph learning in time linear in the graph, on CPUs."""

from weft import _weft
from weft._arrays import Categories
from weft.conversions import from_anndata, from_networkx, from_pandas, from_pyg, from_scipy
from weft.dataset import Dataset, datasets
from weft.errors import ArgumentError, DataError, Error, NotFittedError, NumericError, OutputError
from weft.estimators import (
    Estimator,
    GraphClassifier,
    GraphGenerator,
    GraphRegressor,
    LinkPredictor,
    NodeClassifier,
    NodeRegressor,
    load,
)
from weft.graph import Graph
from weft.report import Report
from weft.sampler import Batch, Block, NeighborSampler
from weft.tables import Model, Option, estimate, models, options

__version__ = _weft.version

__all__ = [
    "ArgumentError",
    "Batch",
    "Block",
    "Categories",
    "DataError",
    "Dataset",
    "Error",
    "Estimator",
    "Graph",
    "GraphClassifier",
    "GraphGenerator",
    "GraphRegressor",
    "LinkPredictor",
    "Model",
    "NeighborSampler",
    "NodeClassifier",
    "NodeRegressor",
    "NotFittedError",
    "NumericError",
    "Option",
    "OutputError",
    "Report",
    "datasets",
    "estimate",
    "from_anndata",
    "from_networkx",
    "from_pandas",
    "from_pyg",
    "from_scipy",
    "load",
    "models",
    "options",
]
