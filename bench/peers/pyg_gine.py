"""Molecules a second that PyTorch Geometric trains a GINE of five layers and 64 columns on, as bench/graph_bench.cpp does.

    python bench/peers/pyg_gine.py zinc12k.h5 --threads 2      needs torch, torch_geometric and h5py

The same network: embeddings of atom and bond columns, batch norm, sum pooling, two linear maps, Adam, batches of 128,
absolute or logistic loss. The time of a step includes the data loader, as Weft's includes cutting the batch out.
"""
import argparse
import statistics
import time

import h5py
import numpy as np
import torch
from torch import nn
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader
from torch_geometric.nn import GINEConv, global_add_pool

WIDTH, LAYERS, BATCH = 64, 5, 128


def read_graphs(path):
    with h5py.File(path) as f:
        indptr, sources = f["graph/indptr"][:], f["graph/indices"][:].astype(np.int64)
        x, edge = f["node/x"][:].astype(np.int64), f["edge/attr"][:].astype(np.int64)
        ptr, y = f["graphs/node_ptr"][:], f["graphs/y"][:]
        split = "public" if "public" in f["split"] else sorted(f["split"])[0]
        train = f["split"][split]["train"][:]
        sizes = list(f["node/x"].attrs["num_categories"]), list(f["edge/attr"].attrs["num_categories"])
    destinations = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    graphs = []
    for g in train:
        begin, end = ptr[g], ptr[g + 1]
        edges = slice(indptr[begin], indptr[end])
        index = np.stack([sources[edges], destinations[edges]]) - begin
        target = np.atleast_1d(y[g]).astype(np.float32)[None]
        graphs.append(Data(x=torch.from_numpy(x[begin:end]), edge_index=torch.from_numpy(index),
                           edge_attr=torch.from_numpy(edge[edges]), y=torch.from_numpy(target)))
    return graphs, sizes, np.issubdtype(y.dtype, np.integer)


class Embedding(nn.Module):
    """The sum of a learned row for each column's category."""

    def __init__(self, sizes):
        super().__init__()
        self.register_buffer("first", torch.tensor(np.concatenate([[0], np.cumsum(sizes)[:-1]])))
        self.rows = nn.EmbeddingBag(int(sum(sizes)), WIDTH, mode="sum")

    def forward(self, x):
        return self.rows(x + self.first)


class Gine(nn.Module):
    def __init__(self, sizes, outputs):
        super().__init__()
        self.atoms, self.bonds = Embedding(sizes[0]), Embedding(sizes[1])
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        for _ in range(LAYERS):
            small = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))
            self.convolutions.append(GINEConv(small, train_eps=True))
            self.norms.append(nn.BatchNorm1d(WIDTH))
        self.head = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, outputs))

    def forward(self, x, edge_index, edge_attr, graph, num_graphs):
        x, edges = self.atoms(x).relu(), self.bonds(edge_attr)
        for convolution, norm in zip(self.convolutions, self.norms):
            x = norm(convolution(x, edge_index, edges)).relu()
        return self.head(global_add_pool(x, graph, num_graphs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches beside the training")
    parser.add_argument("--compile", action="store_true", help="by torch.compile, for any sizes")
    parser.add_argument("--cpu-time", action="store_true", help="of the processor, not of the wall, for busy machines")
    options = parser.parse_args()
    clock = time.process_time if options.cpu_time else time.perf_counter
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    graphs, sizes, is_binary = read_graphs(options.dataset)
    loader = DataLoader(graphs, batch_size=BATCH, shuffle=True, drop_last=True, num_workers=options.workers,
                        persistent_workers=options.workers > 0)
    model = Gine(sizes, graphs[0].y.shape[1])
    forward = torch.compile(model, dynamic=True) if options.compile else model
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_of = nn.BCEWithLogitsLoss() if is_binary else nn.L1Loss()
    times, start = [], clock()
    while len(times) < options.steps:
        for batch in loader:
            optimizer.zero_grad()
            out = forward(batch.x, batch.edge_index, batch.edge_attr, batch.batch, BATCH)
            loss_of(out, batch.y).backward()
            optimizer.step()
            now = clock()
            times.append(now - start)
            start = now
    # The first steps warm up allocators and threads.
    print(f"molecules_per_second {BATCH / statistics.median(times[10:options.steps]):.0f}")


if __name__ == "__main__":
    main()
