"""What the measurements of all frameworks share: the data, the clock and the one line of JSON that comes out.

The same as bench/peers_bench.cpp: fan-outs 15, 10, 5, batches of 1024, three batches before the clock starts, peak
memory of the process from then on.
"""
import argparse
import json
import time

import h5py
import numpy as np
import torch

FANOUTS, BATCH, WARM_UP = [15, 10, 5], 1024, 3
HIDDEN, HEADS, DROPOUT, RATE = 256, 4, 0.5, 0.003


def options(description, *choices):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("what", choices=["sample", "train"])
    parser.add_argument("data")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batches", type=int, default=64)
    parser.add_argument("--model", choices=["sage", "gat"], default="sage")
    parser.add_argument("--split", default="", help="whose training part; the first by default")
    parser.add_argument("--workers", type=int, default=0, help="processes that sample beside training")
    parser.add_argument("--way", choices=choices, default=choices[0], help="which of its samplers")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    return chosen


class Data:
    """The graph by destinations: node v is read along sources[offsets[v]:offsets[v + 1]]."""

    def __init__(self, path, features, split=""):
        with h5py.File(path) as f:
            self.offsets = torch.from_numpy(f["graph/indptr"][:].astype(np.int64))
            self.sources = torch.from_numpy(f["graph/indices"][:].astype(np.int64))
            self.num_nodes = len(self.offsets) - 1
            if features:
                self.x = torch.from_numpy(f["node/x"][:].astype(np.float32))
                self.y = torch.from_numpy(f["node/y"][:].astype(np.int64))
                self.num_classes = int(self.y.max()) + 1
                part = f["split"][split or sorted(f["split"])[0]]["train"]
                self.train = torch.from_numpy(part[:].astype(np.int64))


def reset_peak():
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")


def peak_bytes():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmHWM"))


class Clock:
    """Starts after the warm-up; `finish` prints the figures."""

    def __init__(self):
        reset_peak()
        self.start, self.cpu_start = time.perf_counter(), time.process_time()

    def finish(self, batches, edges):
        seconds, cpu_seconds = time.perf_counter() - self.start, time.process_time() - self.cpu_start
        print(json.dumps({"batches": batches, "edges": int(edges), "seconds": seconds, "cpu_seconds": cpu_seconds,
                          "peak_bytes": peak_bytes()}))


def timed_steps(loader, step, batches):
    """Trains on `batches` batches after the warm-up; step(batch) returns how many edges it read."""
    clock, edges = None, 0
    for i, batch in enumerate(loader):
        if i == WARM_UP:
            clock = Clock()
        if i < WARM_UP:
            step(batch)
            continue
        edges += step(batch)
        if i + 1 == WARM_UP + batches:
            clock.finish(batches, edges)
            return
    raise SystemExit(f"the epoch has fewer than {WARM_UP + batches} batches")


def timed_samples(sample, num_nodes, threads, batches):
    """sample(seeds) returns how many edges it drew; `threads` Python threads call it at once."""
    from concurrent.futures import ThreadPoolExecutor

    order, warm_up = torch.randperm(num_nodes), WARM_UP * threads
    seeds = [order[BATCH * i % num_nodes:][:BATCH] for i in range(warm_up + batches)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(sample, seeds[:warm_up]))
        clock = Clock()
        clock.finish(batches, sum(pool.map(sample, seeds[warm_up:])))
