"""Data sets from other libraries' objects, and back. Those libraries are imported when their objects are given."""

import numpy as np

from weft._arrays import Categories, array_of
from weft.dataset import Dataset
from weft.errors import ArgumentError
from weft.graph import Graph


def from_scipy(adjacency, x=None, y=None, **more):
    """Of A[source, destination]; values are weights of the edges unless all are 1. more: what weft.Dataset takes."""
    return Dataset(adjacency, x, y, **more)


def _attribute(graph, nodes, name, what):
    """The attribute of each node, and None where it has none."""
    values = [graph.nodes[node].get(name) for node in nodes]
    if nodes and all(value is None for value in values):
        known = sorted({str(key) for node in nodes for key in graph.nodes[node]})
        raise ArgumentError(f"{what}: no node has an attribute {name!r}, there are: {', '.join(known) or 'none'}")
    return values


def _labels_of(values):
    """Texts and None stay; numbers become an array, with -1 (or NaN) where there is none."""
    present = [value for value in values if value is not None]
    if all(isinstance(value, (bool, int, np.integer)) for value in present):
        return np.array([-1 if value is None else int(value) for value in values], np.int64)
    if all(isinstance(value, (int, float, np.floating, np.integer)) for value in present):
        return np.array([np.nan if value is None else float(value) for value in values])
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def from_networkx(graph, x=None, y=None, weight="weight", **more):
    """Of a networkx graph. x, y: names of attributes of the nodes, x of numbers or of rows of them; or arrays in the
    order of the nodes. weight: the attribute of the edges that counts, where they have it. Nodes keep their names."""
    nodes = list(graph.nodes)
    place = {node: i for i, node in enumerate(nodes)}
    pairs, weights = [], []
    for source, destination, values in graph.edges(data=True):
        pairs.append((place[source], place[destination]))
        weights.append(1.0 if weight is None else float(values.get(weight, 1.0)))
        if not graph.is_directed() and source != destination:
            pairs.append((place[destination], place[source]))
            weights.append(weights[-1])
    from scipy.sparse import coo_array

    ends = np.array(pairs, np.int64).reshape(-1, 2)
    n = len(nodes)
    counts = np.array(weights)
    if graph.is_multigraph() and (counts == 1).all():
        # Edges that join the same nodes are one edge; without weights it does not count more.
        ends = np.unique(ends, axis=0)
        counts = np.ones(len(ends))
    adjacency = coo_array((counts, (ends[:, 0], ends[:, 1])), shape=(n, n))
    if isinstance(x, str):
        rows = _attribute(graph, nodes, x, "x")
        if any(row is None for row in rows):
            raise ArgumentError(f"x: the node {nodes[rows.index(None)]!r} has no {x!r}")
        x = np.array([np.ravel(row) for row in rows])
    if isinstance(y, str):
        y = _labels_of(_attribute(graph, nodes, y, "y"))
    if all(isinstance(node, (int, np.integer)) for node in nodes) and nodes == list(range(n)):
        more.setdefault("node_names", None)
    else:
        more.setdefault("node_names", [str(node) for node in nodes])
    return Dataset(adjacency, x, y, directed=graph.is_directed(), **more)


def to_networkx(data, features=False):
    import networkx

    graph = networkx.DiGraph() if data.directed else networkx.Graph()
    x = data.x if features else None
    y, names = data.y if data.node_ptr is None else None, data.node_names
    for v in range(data.num_nodes):
        about = {}
        if y is not None:
            value = y[v]
            about["y"] = value.item() if np.ndim(value) == 0 else np.array(value)
        if x is not None:
            row = x.values[v] if isinstance(x, Categories) else x[[v]].toarray()[0] if hasattr(x, "tocsr") else x[v]
            about["x"] = np.array(row)
        if names:
            about["name"] = names[v]
        graph.add_node(v, **about)
    sources, destinations = data.graph.edges()
    weights = data.edge_weights
    if weights is None:
        graph.add_edges_from(zip(sources.tolist(), destinations.tolist(), strict=True))
    else:
        graph.add_weighted_edges_from(zip(sources.tolist(), destinations.tolist(), weights.tolist(), strict=True))
    return graph


def _columns(frame, what):
    """Features of the columns of a table, a name for each, and sentences on what was taken for granted.

    Numbers stay; categories and texts become a column of ones and zeros for each value, "column=value". Missing numbers
    are the mean of their column, with a column "column=missing" beside it.
    """
    import pandas

    columns, names, assumed = [], [], []
    for name in frame.columns:
        series = frame[name]
        if pandas.api.types.is_bool_dtype(series) or pandas.api.types.is_numeric_dtype(series):
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            missing = np.isnan(values)
            if missing.any():
                mean = float(values[~missing].mean()) if not missing.all() else 0.0
                assumed.append(
                    f"{what}: {int(missing.sum())} missing values of {name!r} count as their mean, {mean:.6g}"
                )
                values = np.where(missing, mean, values)
                columns.append(values)
                names.append(str(name))
                columns.append(missing.astype(np.float64))
                names.append(f"{name}=missing")
                continue
            columns.append(values)
            names.append(str(name))
        elif pandas.api.types.is_datetime64_any_dtype(series):
            raise ArgumentError(f"{what}: the column {name!r} holds times; expected numbers, texts or categories")
        else:
            values = series.astype("category")
            if len(values.cat.categories) > 1000:
                raise ArgumentError(
                    f"{what}: the column {name!r} has {len(values.cat.categories)} different values, which is more a name "
                    "than a category; expected it to be left out"
                )
            for code, value in enumerate(values.cat.categories):
                columns.append((values.cat.codes.to_numpy() == code).astype(np.float64))
                names.append(f"{name}={value}")
            if values.isna().any():
                columns.append(values.isna().to_numpy().astype(np.float64))
                names.append(f"{name}=missing")
    return (np.stack(columns, axis=1) if columns else None), names, assumed


def _column(frame, name, what):
    if name not in frame.columns:
        raise ArgumentError(f"{what}: there is no column {name!r}, there are: {', '.join(map(str, frame.columns))}")
    return frame[name]


def from_pandas(
    edges, nodes=None, *, source="source", target="target", id=None, label=None, weight=None, directed=True, **more
):
    """Of two tables. edges: a row an edge, from the column `source` to `target`, with a `weight` where one is named.

    nodes: a row a node, called by the column `id`, or by its index; `label` is what is to be learned, other columns are
    features: numbers stay, texts and categories get a column a value, missing numbers are the mean of their column and
    have a column that says so. Without nodes, they are those that edges name. What was taken for granted is in
    .assumed.
    """
    import pandas
    from scipy.sparse import coo_array

    ends = [_column(edges, source, "source"), _column(edges, target, "target")]
    for what, column in zip((source, target), ends, strict=True):
        if column.isna().any():
            raise ArgumentError(f"edges: row {int(column.isna().to_numpy().argmax())} has no {what!r}")
    if nodes is None:
        keys = pandas.Index(pandas.unique(pandas.concat(ends, ignore_index=True)))
    else:
        keys = pandas.Index(_column(nodes, id, "id") if id is not None else nodes.index)
    if not keys.is_unique:
        raise ArgumentError(f"nodes: {keys[keys.duplicated()][0]!r} comes twice")
    places = []
    for what, column in zip((source, target), ends, strict=True):
        place = keys.get_indexer(column)
        if (place < 0).any():
            raise ArgumentError(f"edges: {column.iloc[int((place < 0).argmax())]!r} in {what!r} is none of the nodes")
        places.append(place)
    counts = np.ones(len(edges)) if weight is None else _column(edges, weight, "weight").to_numpy(np.float64)
    if np.isnan(counts).any():
        raise ArgumentError(f"edges: row {int(np.isnan(counts).argmax())} has no {weight!r}")
    u, v = places
    if not directed:
        turned = u != v
        u, v, counts = np.r_[u, v[turned]], np.r_[v, u[turned]], np.r_[counts, counts[turned]]
    assumed = list(more.pop("assumed", ()))
    pairs = np.unique(u.astype(np.int64) * len(keys) + v)
    if len(pairs) < len(u):
        what = "are one edge" if weight is None else "are one edge, with the sum of their weights"
        assumed.append(f"edges: {len(u) - len(pairs)} that come again {what}")
        if weight is None:
            u, v, counts = pairs // len(keys), pairs % len(keys), np.ones(len(pairs))
    adjacency = coo_array((counts, (u, v)), shape=(len(keys), len(keys)))
    x = y = None
    names = dict(more.pop("names", None) or {})
    if nodes is not None:
        left_out = [name for name in (id, label) if name is not None]
        if label is not None:
            y = _label_column(_column(nodes, label, "label"))
        x, feature_names, more_assumed = _columns(nodes.drop(columns=left_out), "nodes")
        assumed += more_assumed
        if feature_names:
            names.setdefault("features", feature_names)
    more.setdefault("node_names", [str(key) for key in keys])
    return Dataset(adjacency, x, y, names=names, assumed=assumed, **more)


def _label_column(series):
    import pandas

    if pandas.api.types.is_bool_dtype(series) or pandas.api.types.is_integer_dtype(series):
        missing = series.isna().to_numpy()
        return np.where(missing, -1, series.fillna(0).to_numpy().astype(np.int64))
    if pandas.api.types.is_float_dtype(series):
        return series.to_numpy(np.float64)
    return np.array(
        [None if missing else str(value) for value, missing in zip(series, series.isna(), strict=True)], object
    )


def from_pyg(data, **more):
    """Of a torch_geometric.data.Data: edge_index, x, y, edge_attr or edge_weight, batch-free, and its masks, of which
    two dimensions are splits of the number of the column."""
    edge_index = array_of("edge_index", data.edge_index)
    n = int(data.num_nodes)
    order = np.lexsort((edge_index[0], edge_index[1]))
    sources, destinations = edge_index[0][order], edge_index[1][order]
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(destinations, minlength=n), out=indptr[1:])
    graph = Graph(indptr, sources, n)
    x = None if getattr(data, "x", None) is None else array_of("x", data.x)
    y = None if getattr(data, "y", None) is None else array_of("y", data.y)
    for name in ("edge_attr", "edge_weight"):
        if (values := getattr(data, name, None)) is not None:
            values = array_of(name, values)[order]
            if name == "edge_weight":
                more.setdefault("edge_weights", values)
            else:
                more.setdefault("edge_features", values)
    masks = [getattr(data, f"{part}_mask", None) for part in ("train", "val", "test")]
    if all(mask is not None for mask in masks) and "splits" not in more:
        masks = [array_of("mask", mask) for mask in masks]
        if masks[0].ndim == 1:
            more["splits"] = {"public": tuple(masks)}
        else:
            count = masks[0].shape[1]
            more["splits"] = {
                f"split{i}": tuple(mask[:, i] if mask.ndim == 2 else mask for mask in masks) for i in range(count)
            }
    return Dataset(graph, x, y, **more)


def to_pyg(data):
    import torch
    from torch_geometric.data import Data

    made = Data(edge_index=torch.from_numpy(data.graph.edges().astype(np.int64)), num_nodes=data.num_nodes)
    x, y = data.x, data.y
    if x is not None:
        dense = x.values.astype(np.int64) if isinstance(x, Categories) else x.toarray() if hasattr(x, "tocsr") else x
        made.x = torch.from_numpy(np.array(dense))
    if y is not None:
        made.y = torch.from_numpy(np.array(y))
    if (weights := data.edge_weights) is not None:
        made.edge_weight = torch.from_numpy(np.array(weights))
    elif isinstance(features := data.edge_features, np.ndarray):
        made.edge_attr = torch.from_numpy(np.array(features))
    splits = data.splits
    for p, part in enumerate(("train", "val", "test")):
        columns = []
        for rows in splits.values():
            mask = np.zeros(data.num_nodes if data.node_ptr is None else data.num_graphs, bool)
            mask[rows[p]] = True
            columns.append(mask)
        if columns:
            mask = columns[0] if len(columns) == 1 else np.stack(columns, axis=1)
            setattr(made, f"{part}_mask", torch.from_numpy(mask))
    return made


def from_anndata(cells, *, graph="connectivities", label=None, **more):
    """Of an AnnData: .obsp[graph] joins the cells, .X is their features, the column `label` of .obs their classes."""
    if graph not in cells.obsp:
        raise ArgumentError(f"graph: .obsp has no {graph!r}, there are: {', '.join(cells.obsp) or 'none'}")
    y = None if label is None else _label_column(_column(cells.obs, label, "label"))
    more.setdefault("node_names", [str(name) for name in cells.obs_names])
    more.setdefault("names", {"features": [str(name) for name in cells.var_names]})
    # Neighbors of row v are what v reads: A[source, destination] is the transpose.
    return Dataset(cells.obsp[graph].T, cells.X, y, **more)
