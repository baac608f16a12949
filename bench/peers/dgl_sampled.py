"""Sampling and training of DGL as bench/peers_bench.cpp does them with Weft.

    python bench/peers/dgl_sampled.py train DATA.h5 --model gat --threads 2 --batches 100

Ways: `dataloader` is dgl.dataloading; `graphbolt` is its successor, dgl.graphbolt.
"""
import os
import sys

if "--threads" in sys.argv:
    # Read by OpenMP when DGL is loaded.
    os.environ["OMP_NUM_THREADS"] = sys.argv[sys.argv.index("--threads") + 1]

import dgl
import dgl.graphbolt as gb
import torch
import torch.nn.functional as F
from dgl.dataloading import DataLoader, NeighborSampler
from dgl.nn import GATConv, SAGEConv
from torch import nn

import measure
from measure import BATCH, DROPOUT, FANOUTS, HEADS, HIDDEN


class Network(nn.Module):
    def __init__(self, model, inputs, classes):
        super().__init__()
        if model == "sage":
            self.layers = nn.ModuleList([SAGEConv(inputs, HIDDEN, "mean"), SAGEConv(HIDDEN, HIDDEN, "mean"),
                                         SAGEConv(HIDDEN, classes, "mean")])
            self.activation = F.relu
        else:
            heads = dict(allow_zero_in_degree=True)
            self.layers = nn.ModuleList([GATConv(inputs, HIDDEN // HEADS, HEADS, **heads),
                                         GATConv(HIDDEN, HIDDEN // HEADS, HEADS, **heads),
                                         GATConv(HIDDEN, classes, 1, **heads)])
            self.activation = F.elu

    def forward(self, blocks, x):
        for i, (layer, block) in enumerate(zip(self.layers, blocks)):
            x = layer(block, (x, x[:block.num_dst_nodes()])).flatten(1)
            if i < 2:
                x = F.dropout(self.activation(x), DROPOUT, self.training)
        return x


def graph_of(data):
    return dgl.graph(("csc", (data.offsets, data.sources, torch.empty(0, dtype=torch.int64)))).formats("csc")


def train(chosen):
    data = measure.Data(chosen.data, features=True, split=chosen.split)
    network = Network(chosen.model, data.x.shape[1], data.num_classes)
    optimizer = torch.optim.Adam(network.parameters(), lr=measure.RATE)

    def learn(blocks, x, y):
        optimizer.zero_grad()
        F.cross_entropy(network(blocks, x), y).backward()
        optimizer.step()
        return sum(block.num_edges() for block in blocks)

    if chosen.way == "dataloader":
        # The last fan-out is that of the seeds.
        loader = DataLoader(graph_of(data), data.train, NeighborSampler(FANOUTS[::-1]), batch_size=BATCH, shuffle=True,
                            num_workers=chosen.workers, persistent_workers=chosen.workers > 0)
        return measure.timed_steps(loader, lambda b: learn(b[2], data.x[b[0]], data.y[b[1]]), chosen.batches)
    graph = gb.fused_csc_sampling_graph(data.offsets, data.sources)
    batches = gb.ItemSampler(gb.ItemSet((data.train, data.y[data.train]), names=("seed_nodes", "labels")), BATCH,
                             shuffle=True)
    batches = batches.sample_neighbor(graph, [torch.LongTensor([f]) for f in FANOUTS[::-1]])
    features = {("node", None, "feat"): gb.TorchBasedFeature(data.x)}
    batches = batches.fetch_feature(gb.BasicFeatureStore(features), node_feature_keys=["feat"])
    loader = gb.DataLoader(batches, num_workers=chosen.workers)
    return measure.timed_steps(loader, lambda b: learn(b.blocks, b.node_features["feat"], b.labels), chosen.batches)


def sample(chosen):
    data = measure.Data(chosen.data, features=False)
    if chosen.way == "dataloader":
        graph, sampler = graph_of(data), NeighborSampler(FANOUTS[::-1])
        draw = lambda seeds: sum(block.num_edges() for block in sampler.sample(graph, seeds)[2])
        # One call at a time: it uses its threads itself.
        return measure.timed_samples(draw, data.num_nodes, 1, chosen.batches)
    graph = gb.fused_csc_sampling_graph(data.offsets, data.sources)

    def draw(seeds):
        edges = 0
        for fanout in FANOUTS:
            hop = graph.sample_neighbors(seeds, torch.LongTensor([fanout]))
            offsets, sources = hop.sampled_csc.indptr, hop.sampled_csc.indices
            seeds, _ = gb.unique_and_compact_csc_formats(gb.CSCFormatBase(offsets, sources), seeds)
            edges += len(sources)
        return edges

    return measure.timed_samples(draw, data.num_nodes, 1, chosen.batches)


if __name__ == "__main__":
    request = measure.options(__doc__.splitlines()[0], "dataloader", "graphbolt")
    train(request) if request.what == "train" else sample(request)
