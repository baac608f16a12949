"""Data sets from arrays and back."""

import gc
import pickle
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import fifths, need

import weft


def test_row_v_lists_the_sources_of_the_edges_into_v():
    graph = weft.Graph.from_edges([[0, 0, 1], [1, 2, 2]], 3)
    assert graph.indptr.tolist() == [0, 0, 1, 3]
    assert graph.indices.tolist() == [0, 0, 1]
    assert graph.edges().tolist() == [[0, 0, 1], [1, 2, 2]]
    assert not graph.is_symmetric()


def test_views_share_memory_are_read_only_and_keep_the_data_alive(clubs, parts):
    for view in (clubs.x, clubs.y, clubs.graph.indptr, clubs.graph.indices, clubs.splits["fifths"][0]):
        assert not view.flags.writeable
        with pytest.raises(ValueError):
            view[0] = 1
    assert np.shares_memory(clubs.x, clubs.x)
    assert np.shares_memory(clubs.graph.indices, clubs.graph.indices)
    own = weft.Dataset(*parts[:3])
    x, indices = own.x, own.graph.indices
    del own
    gc.collect()
    assert np.array_equal(x, parts[1])
    assert np.array_equal(indices, parts[0].indices)


def test_views_leave_no_reference_behind(clubs):
    before = sys.getrefcount(clubs._data)
    for _ in range(100):
        views = (clubs.x, clubs.y, clubs.graph.indptr, clubs.splits)
    del views
    gc.collect()
    after = sys.getrefcount(clubs._data)
    assert after == before


def test_a_file_brings_everything_back(clubs, file):
    read = weft.Dataset.load(file)
    assert np.array_equal(read.x, clubs.x) and np.array_equal(read.y, clubs.y)
    assert np.array_equal(read.graph.indices, clubs.graph.indices)
    assert read.class_names == ["even", "odd"] and read.name == "clubs" and not read.directed
    for own, other in zip(read.splits["fifths"], fifths(200), strict=True):
        assert np.array_equal(own, other)


def test_a_name_is_looked_for_where_the_command_looks(file, monkeypatch):
    monkeypatch.setenv("WEFT_DATA", str(file.parent))
    assert weft.Dataset.load("clubs").name == "clubs"
    assert "clubs" in weft.datasets()
    with pytest.raises(weft.DataError, match="did you mean 'clubs'") as error:
        weft.Dataset.load("clubz")
    assert error.value.file == "clubz"


def test_pickles_are_paths_or_bytes(clubs, file):
    loaded = weft.Dataset.load(file)
    assert len(pickle.dumps(loaded)) < 500 < len(pickle.dumps(clubs))
    for data in (loaded, clubs):
        again = pickle.loads(pickle.dumps(data))
        assert np.array_equal(again.x, data.x) and again.name == data.name


def test_values_that_would_be_lost_are_refused_by_the_name_of_the_argument(parts):
    graph, x, y, _ = parts
    with pytest.raises(weft.ArgumentError, match=r"x: 1e\+300 at \[3, 1\] is no float32"):
        weft.Dataset(graph, np.where(np.arange(1600).reshape(200, 8) == 25, 1e300, x.astype(np.float64)))
    with pytest.raises(weft.ArgumentError, match=r"y: 0.5 at 0 is no int64"):
        weft.Dataset(graph, x, y + 0.5, task="node_classification")
    with pytest.raises(weft.ArgumentError, match="indices: -1 at 0 is no uint32"):
        weft.Graph([0, 1], [-1])
    with pytest.raises(weft.ArgumentError, match="x: there are 199 rows, expected 200"):
        weft.Dataset(graph, x[1:])
    with pytest.raises(weft.ArgumentError, match="y: the type is complex128"):
        weft.Dataset(graph, x, y + 0j)
    with pytest.raises(weft.ArgumentError, match="did you mean 'node_classification'"):
        weft.Dataset(graph, x, y, task="node_clasification")


def test_texts_are_classes_and_none_is_not_known(parts):
    names = np.array(["red", None, "blue", "red"], object)
    data = weft.Dataset(weft.Graph.from_edges([[0], [1]], 4), None, names)
    assert data.class_names == ["blue", "red"] and data.y.tolist() == [1, -1, 0, 1]


def test_floats_are_targets():
    data = weft.Dataset(weft.Graph.from_edges([[0], [1]], 2), None, [0.5, np.nan])
    assert data.task == "node_regression" and data.y.shape == (2, 1) and np.isnan(data.y[1, 0])


def test_sparse_features_and_weights_come_back():
    sparse = need("scipy.sparse")
    adjacency = sparse.csr_array(np.array([[0, 2.5, 0], [0, 0, 1], [0, 0, 0]]))
    x = sparse.random(3, 5, density=0.5, format="csr", random_state=1, dtype=np.float32)
    data = weft.from_scipy(adjacency, x)
    assert data.directed and data.edge_weights.tolist() == [2.5, 1.0]
    assert np.array_equal(data.to_scipy().toarray(), adjacency.toarray())
    assert np.array_equal(data.x.toarray(), x.toarray())
    assert np.shares_memory(data.x.data, data.x.data)


def test_repeated_entries_are_merged_in_a_copy():
    sparse = need("scipy.sparse")
    given = sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2))
    assert weft.from_scipy(given).edge_weights.tolist() == [3.0]
    assert given.nnz == 2


def test_networkx_goes_there_and_back():
    networkx = need("networkx")
    graph = networkx.karate_club_graph()
    for v in graph:
        graph.nodes[v]["place"] = [v, 1.0]
    data = weft.from_networkx(graph, x="place", y="club")
    assert data.class_names == ["Mr. Hi", "Officer"] and not data.directed and data.num_edges == 156
    back = data.to_networkx(features=True)
    assert networkx.utils.edges_equal(
        [(u, v, w) for u, v, w in graph.edges(data="weight")], [(u, v, w) for u, v, w in back.edges(data="weight")]
    )
    assert back.nodes[3]["x"].tolist() == [3.0, 1.0]
    with pytest.raises(weft.ArgumentError, match="no node has an attribute 'clubs', there are: club, place"):
        weft.from_networkx(graph, y="clubs")


def test_a_directed_edge_of_networkx_keeps_its_direction():
    networkx = need("networkx")
    data = weft.from_networkx(networkx.DiGraph([("a", "b"), ("a", "c")]))
    assert data.node_names == ["a", "b", "c"] and data.graph.edges().tolist() == [[0, 0], [1, 2]]


def test_pandas_columns_are_features_and_what_was_assumed_is_said():
    pandas = need("pandas")
    nodes = pandas.DataFrame(
        {"id": list("abcd"), "age": [30, None, 50, 40], "town": ["X", "Y", "X", None], "kind": ["m", "n", "m", "n"]}
    )
    edges = pandas.DataFrame({"src": list("aab"), "dst": list("bbc")})
    data = weft.from_pandas(edges, nodes, source="src", target="dst", id="id", label="kind")
    assert data.names["features"] == ["age", "age=missing", "town=X", "town=Y", "town=missing"]
    assert data.x.tolist() == [[30, 0, 1, 0, 0], [40, 1, 0, 1, 0], [50, 0, 1, 0, 0], [40, 0, 0, 0, 1]]
    assert data.y.tolist() == [0, 1, 0, 1] and data.class_names == ["m", "n"] and data.node_names == list("abcd")
    assert data.num_edges == 2
    assert any("'age' count as their mean, 40" in said for said in data.assumed)
    assert any("1 that come again are one edge" in said for said in data.assumed)
    with pytest.raises(weft.ArgumentError, match="'z' in 'dst' is none of the nodes"):
        weft.from_pandas(pandas.DataFrame({"src": ["a"], "dst": ["z"]}), nodes, source="src", target="dst", id="id")


def test_what_pyg_says_of_edges_follows_them_into_their_order():
    given = SimpleNamespace(
        edge_index=np.array([[2, 0, 1], [0, 1, 0]]),
        edge_weight=np.array([0.25, 0.5, 0.75]),
        num_nodes=3,
        x=np.eye(3, dtype=np.float32),
        y=np.array([1, 0, 1]),
        train_mask=np.array([[True, False], [False, True], [False, False]]),
        val_mask=np.array([[False, True], [True, False], [False, False]]),
        test_mask=np.array([False, False, True]),
    )
    data = weft.from_pyg(given)
    assert data.graph.edges().tolist() == [[1, 2, 0], [0, 0, 1]]
    assert data.edge_weights.tolist() == [0.75, 0.25, 0.5]
    parts = {name: [rows.tolist() for rows in split] for name, split in data.splits.items()}
    assert parts == {"split0": [[0], [1], [2]], "split1": [[1], [0], [2]]}


def test_cells_of_anndata_read_their_neighbors():
    sparse, pandas = need("scipy.sparse"), need("pandas")
    cells = SimpleNamespace(
        X=np.ones((2, 1), np.float32),
        obs=pandas.DataFrame({"kind": ["T", "B"]}),
        obsp={"connectivities": sparse.csr_matrix(np.array([[0.0, 0.5], [0.0, 0.0]]))},
        obs_names=["c1", "c2"],
        var_names=["CD4"],
    )
    data = weft.from_anndata(cells, label="kind")
    # Cell 0 lists cell 1 as its neighbor: 0 reads 1.
    assert data.graph.edges().tolist() == [[1], [0]] and data.edge_weights.tolist() == [0.5]
    assert data.class_names == ["B", "T"] and data.y.tolist() == [1, 0] and data.names["features"] == ["CD4"]
    with pytest.raises(weft.ArgumentError, match="there are: connectivities"):
        weft.from_anndata(cells, graph="distances")


def test_many_graphs_lie_end_to_end(shapes):
    graph, node_ptr, y, splits = shapes
    data = weft.Dataset(graph, None, y, node_ptr=node_ptr, splits=splits)
    assert data.task == "graph_classification" and data.num_graphs == 90
    assert data.y.tolist() == y.tolist() and data.node_ptr.tolist() == node_ptr.tolist()


def test_data_that_break_their_format_are_refused_when_used(parts):
    graph, x, y, _ = parts
    data = weft.Dataset(graph, x, y, splits={"a": ([0, 1], [1], [2])})
    with pytest.raises(weft.DataError, match="split") as error:
        weft.NodeClassifier("gcn", epochs=1).fit(data)
    assert error.value.object == "/split/a/val"
