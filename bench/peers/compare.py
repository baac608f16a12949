"""The table of Weft beside PyTorch Geometric and DGL: all take turns, round by round, each in a process of its own.

    python bench/peers/compare.py sample rmat.h5 --weft build/bench/bench/weft_peers_bench
    python bench/peers/compare.py train wordnet.h5 --split rand0 --model gat --batches 50 --weft ...

Prints what each round gave, and the medians: milliseconds a batch by the clock and by the processors, millions of
sampled edges a second (0: not counted), peak memory in MB, and how many times as much as Weft's. The machine's load is
printed with every round: times by the clock depend on it, those of the processors hardly.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PEERS = {
    "sample": {"pyg (hop by hop)": ["pyg_sampled.py", "--way", "blocks"],
               "pyg (at once)": ["pyg_sampled.py", "--way", "loader"],
               "dgl (dataloader)": ["dgl_sampled.py", "--way", "dataloader"],
               "dgl (graphbolt)": ["dgl_sampled.py", "--way", "graphbolt"]},
    "train": {"pyg": ["pyg_sampled.py", "--way", "blocks"],
              "dgl (dataloader)": ["dgl_sampled.py", "--way", "dataloader"],
              "dgl (graphbolt)": ["dgl_sampled.py", "--way", "graphbolt"]},
}


def measured(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), DGLBACKEND="pytorch")
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise SystemExit(f"{' '.join(map(str, command))} failed: {done.stderr[-2000:]}")
    return json.loads(lines[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["sample", "train"])
    parser.add_argument("data")
    parser.add_argument("--weft", required=True, help="weft_peers_bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batches", type=int, default=50)
    parser.add_argument("--workers", type=int, nargs="+", default=[0],
                        help="the peers' processes that sample beside training; of several numbers each is tried")
    parser.add_argument("--model", choices=["sage", "gat"], default="sage")
    parser.add_argument("--split", default="")
    parser.add_argument("--dgl-python", default=sys.executable, help="the Python that has DGL, if it is another")
    parser.add_argument("--without", nargs="*", default=[], help="peers to leave out, by the start of their name")
    chosen = parser.parse_args()
    common = [chosen.what, chosen.data, "--threads", str(chosen.threads), "--batches", str(chosen.batches), "--model",
              chosen.model] + (["--split", chosen.split] if chosen.split else [])
    commands = {"weft": [chosen.weft] + common}
    for name, (script, *way) in PEERS[chosen.what].items():
        if not name.startswith(tuple(chosen.without) or ("\0",)):
            for workers in chosen.workers:
                of_workers = name if len(chosen.workers) == 1 else f"{name}, {workers} workers"
                python = chosen.dgl_python if name.startswith("dgl") else sys.executable
                commands[of_workers] = [python, str(HERE / script)] + common + way + ["--workers", str(workers)]
    times, cpu, rates, memory, ratios = ({name: [] for name in commands} for _ in range(5))
    for turn in range(chosen.rounds):
        figures = {name: measured(command, chosen.threads) for name, command in commands.items()}
        base = figures["weft"]["seconds"] / figures["weft"]["batches"]
        for name, figure in figures.items():
            each = figure["seconds"] / figure["batches"]
            times[name].append(1e3 * each)
            cpu[name].append(1e3 * figure["cpu_seconds"] / figure["batches"])
            rates[name].append(1e-6 * figure["edges"] / figure["seconds"])
            memory[name].append(1e-6 * figure["peak_bytes"])
            ratios[name].append(each / base)
        print(f"round {turn + 1}, load {os.getloadavg()[0]:.1f}: " +
              ", ".join(f"{name} {times[name][-1]:.1f} ms" for name in commands), flush=True)
    print(f"\n| {chosen.what} {chosen.model if chosen.what == 'train' else ''} {pathlib.Path(chosen.data).stem}, "
          f"{chosen.threads} threads | ms a batch | CPU ms a batch | Medges/s | peak MB | time / Weft | CPU / Weft | memory / Weft |")
    print("|---|---|---|---|---|---|---|---|")
    weft_cpu, weft_memory = statistics.median(cpu["weft"]), statistics.median(memory["weft"])
    for name in commands:
        time, busy, rate, peak, ratio = (statistics.median(kind[name]) for kind in (times, cpu, rates, memory, ratios))
        print(f"| {name} | {time:.1f} | {busy:.1f} | {rate:.2f} | {peak:.0f} | {ratio:.2f} | {busy / weft_cpu:.2f} | "
              f"{peak / weft_memory:.2f} |")


if __name__ == "__main__":
    main()
