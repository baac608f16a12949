"""Sampling and training of PyTorch Geometric as bench/peers_bench.cpp does them with Weft.

    python bench/peers/pyg_sampled.py train DATA.h5 --model gat --threads 2 --batches 100

Ways: `blocks` is NeighborSampler, a sparse matrix a hop, multiplied by torch_sparse; `loader` is NeighborLoader, which
without pyg-lib gives one subgraph that every layer reads whole.
"""
import torch
import torch.nn.functional as F
import torch_sparse  # noqa: F401, registers torch.ops.torch_sparse
from torch import nn
from torch_geometric.data import Data as Graph
from torch_geometric.loader import NeighborLoader, NeighborSampler
from torch_geometric.nn import GATConv, SAGEConv
from torch_sparse import SparseTensor

import measure
from measure import BATCH, DROPOUT, FANOUTS, HEADS, HIDDEN


class Network(nn.Module):
    def __init__(self, model, inputs, classes):
        super().__init__()
        if model == "sage":
            self.layers = nn.ModuleList([SAGEConv(inputs, HIDDEN), SAGEConv(HIDDEN, HIDDEN), SAGEConv(HIDDEN, classes)])
            self.activation = F.relu
        else:
            self.layers = nn.ModuleList([GATConv(inputs, HIDDEN // HEADS, HEADS),
                                         GATConv(HIDDEN, HIDDEN // HEADS, HEADS), GATConv(HIDDEN, classes)])
            self.activation = F.elu

    def forward(self, x, hops):
        for i, layer in enumerate(self.layers):
            adjacency, num_outputs = hops[i]
            x = layer((x, x[:num_outputs]), adjacency)
            if i < 2:
                x = F.dropout(self.activation(x), DROPOUT, self.training)
        return x


def adjacency_of(data):
    return SparseTensor(rowptr=data.offsets, col=data.sources, sparse_sizes=(data.num_nodes,) * 2, is_sorted=True,
                        trust_data=True)


def train(chosen):
    data = measure.Data(chosen.data, features=True, split=chosen.split)
    network = Network(chosen.model, data.x.shape[1], data.num_classes)
    optimizer = torch.optim.Adam(network.parameters(), lr=measure.RATE)

    def learn(x, hops, y):
        optimizer.zero_grad()
        F.cross_entropy(network(x, hops)[:len(y)], y).backward()
        optimizer.step()

    def step_on_blocks(batch):
        _, nodes, hops = batch
        learn(data.x[nodes], [(hop.adj_t, hop.size[1]) for hop in hops], data.y[nodes[:hops[-1].size[1]]])
        return sum(hop.adj_t.nnz() for hop in hops)

    def step_on_subgraph(batch):
        learn(batch.x, [(batch.adj_t, batch.num_nodes)] * 3, batch.y[:batch.batch_size])
        return batch.adj_t.nnz()

    loading = dict(batch_size=BATCH, shuffle=True, num_workers=chosen.workers, persistent_workers=chosen.workers > 0)
    if chosen.way == "blocks":
        loader = NeighborSampler(adjacency_of(data), node_idx=data.train, sizes=FANOUTS, **loading)
        return measure.timed_steps(loader, step_on_blocks, chosen.batches)
    graph = Graph(x=data.x, y=data.y, adj_t=adjacency_of(data))
    loader = NeighborLoader(graph, FANOUTS, data.train, **loading)
    return measure.timed_steps(loader, step_on_subgraph, chosen.batches)


def sample(chosen):
    data = measure.Data(chosen.data, features=False)
    torch.set_num_threads(1)
    adjacency = adjacency_of(data)

    def hop_by_hop(seeds):
        nodes, edges = seeds, 0
        for fanout in FANOUTS:
            hop, nodes = adjacency.sample_adj(nodes, fanout, replace=False)
            edges += hop.nnz()
        return edges

    def at_once(seeds):
        _, _, _, edge = torch.ops.torch_sparse.neighbor_sample(data.offsets, data.sources, seeds, FANOUTS, False, True)
        return len(edge)

    measure.timed_samples(at_once if chosen.way == "loader" else hop_by_hop, data.num_nodes, chosen.threads,
                          chosen.batches)


if __name__ == "__main__":
    request = measure.options(__doc__.splitlines()[0], "blocks", "loader")
    train(request) if request.what == "train" else sample(request)
