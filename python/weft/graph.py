"""Graphs as compressed rows: row v lists the sources u of the edges u -> v."""

import numpy as np

from weft import _weft
from weft._arrays import array_of, is_scipy_sparse, vector
from weft.errors import ArgumentError


class Graph:
    """`indptr` [nodes + 1] and `indices` [edges], as a scipy.sparse.csc_array of A[source, destination] has them.

    Each row ascends. An edge that comes twice stays; `from_edges` and `from_scipy` merge.
    """

    def __init__(self, indptr, indices, num_nodes=None, threads=0):
        indptr = vector("indptr", indptr, np.int64)
        nodes = len(indptr) - 1 if num_nodes is None else num_nodes
        self._graph = _weft.Graph.from_rows(nodes, indptr, vector("indices", indices, np.uint32), threads)

    @classmethod
    def _of(cls, graph):
        self = cls.__new__(cls)
        self._graph = graph
        return self

    @classmethod
    def from_edges(cls, edges, num_nodes=None, symmetrize=False, threads=0):
        """Of [2, edges], a row of sources and one of destinations, or of [edges, 2]; repeats are merged.

        Where both fit, two edges, it is [2, edges].
        """
        array = array_of("edges", edges)
        if array.ndim != 2 or 2 not in array.shape:
            raise ArgumentError(f"edges: the shape is {list(array.shape)}, expected [2, edges] or [edges, 2]")
        rows = array if array.shape[0] == 2 else array.T
        sources, destinations = (vector("edges", row, np.uint32) for row in rows)
        if num_nodes is None:
            num_nodes = 1 + max(int(rows.max()), -1) if rows.size else 0
        return cls._of(_weft.Graph.from_edges(num_nodes, sources, destinations, symmetrize, threads))

    @classmethod
    def from_scipy(cls, adjacency):
        """Of A[source, destination], whatever its format; entries that come twice are merged."""
        return cls._of(_rows_of(adjacency)[0])

    @property
    def indptr(self):
        return self._graph.indptr

    @property
    def indices(self):
        return self._graph.indices

    @property
    def num_nodes(self):
        return self._graph.num_nodes

    @property
    def num_edges(self):
        return self._graph.num_edges

    def is_symmetric(self):
        return self._graph.is_symmetric()

    def edges(self):
        """[2, edges]: sources and destinations, in the order of the rows."""
        destinations = np.repeat(np.arange(self.num_nodes, dtype=np.int32), np.diff(self.indptr))
        return np.stack([self.indices, destinations])

    def to_scipy(self):
        """A[source, destination] as a csc_array of ones, whose indices are those of the graph."""
        from scipy.sparse import csc_array

        n = self.num_nodes
        return csc_array((np.ones(self.num_edges, np.float32), self.indices, self.indptr), shape=(n, n), copy=False)

    def __repr__(self):
        return f"weft.Graph({self.num_nodes} nodes, {self.num_edges} edges)"

    def __reduce__(self):
        return (Graph, (np.array(self.indptr), np.array(self.indices), self.num_nodes))


def _rows_of(adjacency):
    """The graph of A[source, destination], and the weights of its edges, or None where all are 1."""
    if not is_scipy_sparse(adjacency):
        raise ArgumentError(f"graph: {type(adjacency).__name__} is no sparse matrix of SciPy")
    if adjacency.shape[0] != adjacency.shape[1]:
        raise ArgumentError(f"graph: the matrix is {list(adjacency.shape)}, expected a square one")
    csc = adjacency.tocsc()
    if not csc.has_canonical_format:
        csc = csc.copy() if csc is adjacency else csc
        csc.sum_duplicates()
    graph = _weft.Graph.from_rows(
        csc.shape[0], vector("indptr", csc.indptr, np.int64), vector("indices", csc.indices, np.uint32), 0
    )
    is_plain = csc.dtype.kind == "b" or bool((csc.data == 1).all())
    return graph, None if is_plain else vector("weights of the graph", csc.data, np.float32)


def graph_of(value):
    """What Dataset and fit take for a graph, as (the extension's graph, weights of its edges or None)."""
    if isinstance(value, Graph):
        return value._graph, None
    if is_scipy_sparse(value):
        return _rows_of(value)
    if isinstance(value, tuple) and len(value) == 2:
        return Graph(*value)._graph, None
    raise ArgumentError(
        f"graph: {type(value).__name__} is none, expected weft.Graph, a sparse matrix of SciPy, "
        "or (indptr, indices) of rows that list sources"
    )
