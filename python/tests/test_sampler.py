"""Mini-batches as arrays."""

import numpy as np
import pytest

import weft


def test_batches_cover_the_seeds_and_hold_at_most_the_fanout(parts):
    graph = parts[0]
    seeds = np.arange(0, 200, 3)
    sampler = weft.NeighborSampler(graph, seeds, fanout=[3, 2], batch_size=16, seed=4)
    batches = list(sampler)
    assert len(batches) == len(sampler) == 5
    assert sorted(np.concatenate([batch.seeds for batch in batches])) == seeds.tolist()
    batch = batches[0]
    assert [np.diff(block.indptr).max() <= most for block, most in zip(batch.blocks, (2, 3), strict=True)] == [
        True,
        True,
    ]
    assert batch.blocks[0].num_inputs == len(batch.nodes)
    assert batch.blocks[0].num_outputs == batch.blocks[1].num_inputs
    assert np.array_equal(batch.nodes[batch.seed_rows], batch.seeds)


def test_edges_of_a_block_are_edges_of_the_graph(parts):
    graph = parts[0]
    batch = weft.NeighborSampler(graph, fanout=4, batch_size=32).sample(0, 1)
    block = batch.blocks[0]
    rows = np.repeat(np.arange(block.num_outputs), np.diff(block.indptr))
    destinations = np.repeat(np.arange(200), np.diff(graph.indptr))
    assert np.array_equal(batch.nodes[block.indices], graph.indices[block.edges])
    assert np.array_equal(batch.nodes[rows], destinations[block.edges])


def test_a_batch_is_a_function_of_epoch_and_index(parts):
    sampler = weft.NeighborSampler(parts[0], fanout=[2], batch_size=50, seed=1)
    first, second = list(sampler), list(sampler)
    again = weft.NeighborSampler(parts[0], fanout=[2], batch_size=50, seed=1).sample(1, 2)
    assert np.array_equal(second[2].nodes, again.nodes)
    assert not np.array_equal(first[2].nodes, again.nodes)


def test_arrays_are_views_that_keep_the_batch_alive(parts):
    nodes = weft.NeighborSampler(parts[0], fanout=[2], batch_size=50).sample(0, 0).nodes
    assert not nodes.flags.owndata and not nodes.flags.writeable and nodes.dtype == np.int32
    assert nodes.max() < 200


def test_what_makes_no_sense_is_refused(parts):
    with pytest.raises(weft.ArgumentError):
        weft.NeighborSampler(parts[0], seeds=[200])
    with pytest.raises(weft.ArgumentError):
        weft.NeighborSampler(parts[0], fanout=[])
    with pytest.raises(weft.ArgumentError, match="batch 99"):
        weft.NeighborSampler(parts[0]).sample(0, 99)
