"""Data sets: read from files by path or name, or made of arrays."""

import os
import tempfile
from pathlib import Path

import numpy as np

from weft import _weft
from weft._arrays import array_of, choice, feature_parts, features_seen, matrix, vector
from weft.errors import ArgumentError, DataError
from weft.graph import Graph, graph_of

TASKS = tuple(_weft.tasks())


def folders():
    """Where data sets are looked for by name: $WEFT_DATA and the cache, as the command does."""
    found = []
    if data := os.environ.get("WEFT_DATA"):
        found += [Path(data), Path(data) / "h5"]
    if cache := os.environ.get("XDG_CACHE_HOME"):
        found.append(Path(cache) / "weft")
    elif home := os.environ.get("HOME"):
        found.append(Path(home) / ".cache" / "weft")
    return found


def datasets():
    """The names of the data sets that can be loaded by name."""
    return sorted({file.stem for folder in folders() if folder.is_dir() for file in folder.glob("*.h5")})


def dataset_path(name_or_path):
    """The file itself, or the first of that name in the folders. DataError lists where it was looked for."""
    text = os.fspath(name_or_path)
    path = Path(text)
    is_name = "/" not in text and text != ""
    if path.exists() and not (is_name and path.is_dir()):
        return path
    looked = [text]
    if is_name:
        for folder in folders():
            candidate = folder / (text if text.endswith(".h5") else text + ".h5")
            if candidate.is_file():
                return candidate
            looked.append(str(candidate))
    if path.exists():
        return path
    nearest = _weft.nearest_name(text, datasets()) if is_name else ""
    hint = f"; did you mean {nearest!r}?" if nearest else ""
    if is_name and not hint:
        hint = "; `weft datasets` lists public ones, and `weft datasets get NAME` downloads them"
    raise DataError(text, "", f"there is no such data set; looked for {', '.join(looked)}{hint}")


def _labels(name, y, rows, task, num_classes, class_names):
    """Fields of classes or targets, and the task that they pose where none is said."""
    array = array_of(name, y)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    is_text = array.dtype.kind in "OUS"
    unit = "graph" if name == "graph_labels" else "node"
    regression, classification = f"{unit}_regression", f"{unit}_classification"
    if task is None or task not in (regression, classification):
        task = regression if array.dtype.kind == "f" and array.ndim == 1 else classification
    if task == regression:
        return task, {name: matrix("y", array, np.float32, rows)}
    if array.ndim == 2:
        # A column of yes or no for each label.
        more = {"num_classes": array.shape[1], "class_names": class_names}
        return task, {name: matrix("y", array, np.float32, rows), **more}
    if is_text or array.dtype.kind == "b":
        known = np.array([value is not None and value == value for value in array], bool)
        names, codes = np.unique(array[known].astype(str), return_inverse=True)
        classes = np.full(len(array), -1, np.int64)
        classes[known] = codes
        class_names = class_names or names.tolist()
        if len(class_names) != len(names):
            raise ArgumentError(f"class_names: there are {len(class_names)}, and y has {len(names)} classes")
    else:
        classes = vector("y", array, np.int64, rows)
    if len(classes) != rows:
        raise ArgumentError(f"y: there are {len(classes)} values, expected {rows}")
    most = max(int(classes.max(initial=-1)) + 1, len(class_names or ()), num_classes or 0)
    return task, {name: classes, "num_classes": most, "class_names": class_names}


def _rows_of_part(name, part, rows):
    array = array_of(name, part)
    if array.dtype.kind == "b":
        if array.shape != (rows,):
            raise ArgumentError(f"{name}: a mask of the shape {list(array.shape)}, expected [{rows}]")
        return np.flatnonzero(array).astype(np.int64)
    return np.sort(vector(name, array if array.size else np.zeros(0, np.int64), np.int64))


def _splits(splits, rows, of_edges):
    made = []
    no_rows, no_edges = np.zeros(0, np.int64), np.zeros((0, 2), np.uint32)
    for name, parts in (splits or {}).items():
        if not isinstance(parts, (tuple, list)) or len(parts) != 3:
            raise ArgumentError(f"splits: {name!r} has to be (train, val, test)")
        labels = [f"splits: {name} {part}" for part in ("train", "val", "test")]
        if of_edges:
            pairs = [
                matrix(label, part, np.uint32, cols=2) if len(part) else no_edges
                for label, part in zip(labels, parts, strict=True)
            ]
            made.append((str(name), (no_rows,) * 3, tuple(pairs)))
        else:
            ids = [_rows_of_part(label, part, rows) for label, part in zip(labels, parts, strict=True)]
            made.append((str(name), tuple(ids), (no_edges,) * 3))
    return made


class Dataset:
    """A graph, or many end to end, with what is known of nodes, edges and graphs. Read-only.

    graph: a weft.Graph, a sparse matrix A[source, destination] of SciPy, whose values are weights of the edges unless
    all are 1, or (indptr, indices). x: features of nodes, an array [nodes, f], a sparse matrix or weft.Categories.
    y: classes (whole numbers from 0, -1 where none is known, or texts) or targets (floats, NaN where one is missing),
    of the nodes, or of the graphs where node_ptr [graphs + 1] says where each of many begins. splits: name to (train,
    val, test), ids or masks; for task="link_prediction" pairs of nodes [pairs, 2]. Arrays are copied once.
    """

    def __init__(
        self,
        graph,
        x=None,
        y=None,
        *,
        task=None,
        edge_features=None,
        edge_weights=None,
        edge_type=None,
        edge_time=None,
        node_type=None,
        node_time=None,
        time_unit=None,
        node_ptr=None,
        splits=None,
        class_names=None,
        num_classes=None,
        node_names=None,
        graph_names=None,
        smiles=None,
        names=None,
        directed=None,
        name="",
        source="",
        license="",
        assumed=(),
    ):
        rows, weights = graph_of(graph)
        nodes, edges = rows.num_nodes, rows.num_edges
        if edge_weights is not None:
            weights = vector("edge_weights", edge_weights, np.float32, edges)
        if task is not None:
            choice("task", task, TASKS)
        fields = {
            "graph": rows,
            "name": name,
            "source": source,
            "license": license,
            "assumed": list(assumed),
            "x": feature_parts("x", x, nodes),
            "edge_features": feature_parts("edge_features", edge_features, edges),
            "edge_type": None if edge_type is None else vector("edge_type", edge_type, np.int32, edges),
            "edge_time": None if edge_time is None else vector("edge_time", edge_time, np.int64, edges),
            "node_type": None if node_type is None else vector("node_type", node_type, np.int32, nodes),
            "node_time": None if node_time is None else vector("node_time", node_time, np.int64, nodes),
            "time_unit": time_unit,
            "node_names": _texts(node_names),
            "graph_names": _texts(graph_names),
            "smiles": _texts(smiles),
            "class_names": _texts(class_names),
        }
        if weights is not None:
            if edge_features is not None:
                raise ArgumentError(
                    "edge_features: edges have weights too; expected them as a column and graph of ones"
                )
            fields |= {
                "edge_features": ("dense", weights[:, None]),
                "weight_column": 0,
                "edge_feature_names": ["weight"],
            }
        for key, value in (names or {}).items():
            known = ("features", "edge_features", "targets", "node_types", "edge_types")
            fields[f"{choice('names', key, known).removesuffix('s')}_names"] = _texts(value)
        unit_rows, labels = nodes, "node_labels"
        if node_ptr is not None:
            fields["node_ptr"] = vector("node_ptr", node_ptr, np.int64)
            unit_rows, labels = len(fields["node_ptr"]) - 1, "graph_labels"
        if y is not None:
            posed, more = _labels(labels, y, unit_rows, task, num_classes, fields["class_names"])
            task = task or posed
            fields |= more
        elif num_classes is not None:
            fields["num_classes"] = num_classes
        # Without labels this is all that can be learned.
        fields["task"] = task or ("link_prediction" if node_ptr is None else "generation")
        fields["directed"] = not rows.is_symmetric() if directed is None else directed
        fields["splits"] = _splits(splits, unit_rows, task == "link_prediction")
        self._data = _weft.Dataset.make(fields)
        self._path = None

    @classmethod
    def _of(cls, data, path=None):
        self = cls.__new__(cls)
        self._data, self._path = data, path
        return self

    @classmethod
    def load(cls, name_or_path, threads=0):
        """A file, or a name under $WEFT_DATA and the cache."""
        path = dataset_path(name_or_path).absolute()
        return cls._of(_weft.Dataset.load(str(path), threads), path)

    def save(self, path, feature_type="float32"):
        """Writes the file beside `path` and renames it when it is whole. Returns the data set."""
        self._data.save(os.fspath(path), feature_type)
        return self

    name = property(lambda self: self._data.name or (self._path.stem if self._path else ""))
    source = property(lambda self: self._data.source)
    license = property(lambda self: self._data.license)
    task = property(lambda self: self._data.task)
    directed = property(lambda self: self._data.directed)
    num_classes = property(lambda self: self._data.num_classes)
    num_graphs = property(lambda self: self._data.num_graphs)
    num_nodes = property(lambda self: self._data.graph.num_nodes)
    num_edges = property(lambda self: self._data.graph.num_edges)
    class_names = property(lambda self: self._data.class_names)
    node_names = property(lambda self: self._data.node_names)
    graph_names = property(lambda self: self._data.graph_names)
    smiles = property(lambda self: self._data.smiles)
    assumed = property(lambda self: self._data.assumed)
    node_ptr = property(lambda self: self._data.node_ptr)
    node_type = property(lambda self: self._data.node_type)
    edge_type = property(lambda self: self._data.edge_type)
    edge_time = property(lambda self: self._data.edge_time)
    node_time = property(lambda self: self._data.node_time)
    time_unit = property(lambda self: self._data.time_unit)
    original_node = property(lambda self: self._data.original_node)
    splits = property(lambda self: self._data.splits, doc="name to (train, val, test), rows as views")
    graph = property(lambda self: Graph._of(self._data.graph), doc="a weft.Graph that shares the arrays")
    x = property(lambda self: features_seen(self._data.x), doc="features of nodes, as a view")
    edge_features = property(lambda self: features_seen(self._data.edge_features))

    @property
    def names(self):
        """Of columns, targets and types, where they have some."""
        data = self._data
        return {
            "features": data.feature_names,
            "edge_features": data.edge_feature_names,
            "targets": data.target_names,
            "node_types": data.node_type_names,
            "edge_types": data.edge_type_names,
        }

    @property
    def y(self):
        """Classes or targets of the nodes, or of the graphs where there are many, as a view; None where there are none."""
        own = self._data.node_labels if self._data.node_ptr is None else self._data.graph_labels
        return own if own is not None else self._data.node_labels

    @property
    def edge_weights(self):
        """What each edge counts, as a view; None: all alike."""
        column = self._data.weight_column
        return None if column < 0 else self.edge_features[:, column]

    def to_scipy(self):
        """A[source, destination] as a csc_array: weights where edges have some, or else ones."""
        adjacency = self.graph.to_scipy()
        if (weights := self.edge_weights) is not None:
            adjacency.data[:] = weights
        return adjacency

    def to_networkx(self, features=False):
        """A networkx graph of numbered nodes with what is known of each, and with `features` their rows as "x"."""
        from weft.conversions import to_networkx

        return to_networkx(self, features)

    def to_pyg(self):
        """A torch_geometric.data.Data, with a mask for each part of each split."""
        from weft.conversions import to_pyg

        return to_pyg(self)

    def __repr__(self):
        rows, cols = self._data.feature_shape
        graphs = f"{self.num_graphs} graphs, " if self.node_ptr is not None else ""
        classes = f", {self.num_classes} classes" if self.num_classes else ""
        return (
            f"weft.Dataset({self.name!r}: {graphs}{self.num_nodes} nodes, {self.num_edges} edges, "
            f"{cols if rows else 0} features{classes}, {self.task})"
        )

    def __getstate__(self):
        if self._path is not None:
            return {"path": str(self._path)}
        with tempfile.TemporaryDirectory(prefix="weft-") as folder:
            file = Path(folder) / "data.h5"
            self.save(file)
            return {"bytes": file.read_bytes()}

    def __setstate__(self, state):
        if "path" in state:
            self._path = Path(state["path"])
            self._data = _weft.Dataset.load(state["path"], 0)
            return
        with tempfile.TemporaryDirectory(prefix="weft-") as folder:
            file = Path(folder) / "data.h5"
            file.write_bytes(state["bytes"])
            self._data, self._path = _weft.Dataset.load(str(file), 0), None


def _texts(values):
    return [] if values is None else [str(value) for value in values]
