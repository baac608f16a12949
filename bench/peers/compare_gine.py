"""Training on molecules beside PyTorch Geometric: weft_graph_bench and pyg_gine.py take turns, each in a process of its own.

    python bench/peers/compare_gine.py hiv --weft build/bench/bench/weft_graph_bench --threads 2 --rounds 5

WEFT_DATA names the folder of the data sets. Prints molecules a second of every round and the medians; how many times
as many Weft trains on is the median of the rounds' ratios.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def output_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed: {done.stderr[-2000:]}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", choices=["zinc12k", "hiv"])
    parser.add_argument("--weft", required=True, help="weft_graph_bench")
    parser.add_argument("--threads", type=int, choices=[1, 2], default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=0, help="of the peer, as pyg_gine.py has them")
    parser.add_argument("--compile", action="store_true", help="the peer by torch.compile")
    chosen = parser.parse_args()
    root = pathlib.Path(os.environ.get("WEFT_DATA", "."))
    paths = [folder / f"{chosen.dataset}.h5" for folder in (root, root / "h5")]
    data = next((path for path in paths if path.exists()), None)
    if data is None:
        raise SystemExit(f"there is no {chosen.dataset}.h5 in {root} or {root}/h5; WEFT_DATA names the folder")
    weft = [chosen.weft, f"--benchmark_filter=gine_{chosen.dataset}/threads:{chosen.threads}/",
            "--benchmark_format=json"]
    peer = [sys.executable, HERE / "pyg_gine.py", data, "--threads", str(chosen.threads), "--workers",
            str(chosen.workers), *(["--compile"] if chosen.compile else [])]
    ours, theirs = [], []
    for turn in range(chosen.rounds):
        ours.append(json.loads(output_of(weft))["benchmarks"][0]["molecules_per_second"])
        theirs.append(float(output_of(peer).split()[-1]))
        print(f"round {turn + 1}, load {os.getloadavg()[0]:.1f}: weft {ours[-1]:.0f}, pyg {theirs[-1]:.0f}, "
              f"{ours[-1] / theirs[-1]:.2f} x", flush=True)
    print(f"{chosen.dataset}, {chosen.threads} threads: weft {statistics.median(ours):.0f}, "
          f"pyg {statistics.median(theirs):.0f} molecules a second, "
          f"{statistics.median(a / b for a, b in zip(ours, theirs)):.2f} x")


if __name__ == "__main__":
    main()
