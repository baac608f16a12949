"""Mini-batches of a graph, for training loops of other libraries."""

import numpy as np

from weft import _weft
from weft._arrays import array_of, vector
from weft.errors import ArgumentError
from weft.graph import graph_of


class Block:
    """One hop: row i of `indptr`, `indices` lists the inputs that output i reads, by their place among the inputs.
    `edges` says where each edge stands in the graph, `weights` what it counts, or is None. The outputs are the first
    of the inputs."""

    __slots__ = ("indptr", "indices", "edges", "weights", "num_inputs", "num_outputs")

    def __init__(self, parts):
        for name in self.__slots__:
            setattr(self, name, parts[name])

    def __repr__(self):
        return f"weft.Block({self.num_inputs} inputs, {self.num_outputs} outputs, {len(self.indices)} edges)"


class Batch:
    """`nodes`: the ids of the inputs of the first block, whose features a step reads. `seeds`: the nodes to predict, at
    the rows `seed_rows` of the last block's outputs. `blocks`: a hop each, from the inputs on. All are views."""

    def __init__(self, sample):
        self._sample = sample
        self.nodes, self.seeds, self.seed_rows = sample.nodes, sample.seeds, sample.seed_rows
        self.blocks = [Block(parts) for parts in sample.blocks]

    def __repr__(self):
        return f"weft.Batch({len(self.seeds)} seeds, {len(self.nodes)} nodes, {len(self.blocks)} blocks)"


class NeighborSampler:
    """Batches of seeds with so many neighbors of each, hop by hop: fanout[0] of the seeds, and on outwards; "all" for
    every neighbor.

    Iterating gives the batches of an epoch, the next time those of the next. sample(epoch, index) gives one of them; it
    is a function of these and of `seed` alone.
    """

    def __init__(self, graph, seeds=None, fanout=(15, 10), batch_size=1024, seed=0, shuffle=True):
        rows, _ = graph_of(graph)
        array = np.arange(rows.num_nodes) if seeds is None else array_of("seeds", seeds)
        if array.dtype.kind == "b":
            array = np.flatnonzero(array)
        fanout = [fanout] if isinstance(fanout, (int, str)) else list(fanout)
        if not fanout:
            raise ArgumentError("fanout: there is none, expected a number for each hop")
        options = {"batch_size": str(batch_size), "fanout": ",".join(str(count) for count in fanout)}
        self._sampler = _weft.Sampler.make(
            "neighbor", rows, vector("seeds", array, np.uint32), len(fanout), bool(shuffle), int(seed), options
        )
        self.epoch = 0

    def __len__(self):
        return self._sampler.num_batches

    def sample(self, epoch, index):
        return Batch(self._sampler.sample(epoch, index))

    def __iter__(self):
        epoch, self.epoch = self.epoch, self.epoch + 1
        for index in range(len(self)):
            yield self.sample(epoch, index)
