"""Small data sets, and the weft command to compare with."""

import importlib
import json
import os
import subprocess

import numpy as np
import pytest

import weft


def need(module):
    """The module; where it is not installed the test skips, and fails where CI is set."""
    try:
        return importlib.import_module(module)
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{module} is not installed")


def ring_edges(n):
    """Node v is joined to v + 2, 6 and 14 of its own kind, odd or even, and every fourth to the next."""
    steps = [(v, (v + step) % n) for v in range(n) for step in (2, 6, 14)]
    return np.array(steps + [(v, (v + 1) % n) for v in range(0, n, 4)])


def fifths(n):
    fifth = np.arange(n) // 2 % 5
    return tuple(np.flatnonzero(mask) for mask in (fifth == 0, fifth == 1, fifth > 1))


@pytest.fixture(scope="session")
def parts():
    """graph, x, y, split of two clubs: noise and, weakly, the club."""
    n = 200
    random = np.random.default_rng(1)
    x = random.normal(size=(n, 8)).astype(np.float32)
    y = np.arange(n) % 2
    x[:, 0] += 1 - 2 * y
    return weft.Graph.from_edges(ring_edges(n), n, symmetrize=True), x, y, fifths(n)


@pytest.fixture(scope="session")
def clubs(parts):
    graph, x, y, split = parts
    return weft.Dataset(graph, x, y, splits={"fifths": split}, class_names=["even", "odd"], name="clubs")


@pytest.fixture(scope="session")
def file(clubs, tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "clubs.h5"
    clubs.save(path)
    return path


@pytest.fixture(scope="session")
def model(clubs):
    return weft.NodeClassifier("gcn", epochs=10, options={"hidden": 8}).fit(clubs)


@pytest.fixture(scope="session")
def shapes():
    """90 graphs: rings and stars in turn."""
    edges, node_ptr = [], [0]
    for g in range(90):
        first, size = node_ptr[-1], 4 + g // 2 % 5
        edges += [(first + i - 1 if g % 2 == 0 else first, first + i) for i in range(1, size)]
        edges += [(first + size - 1, first)] if g % 2 == 0 else []
        node_ptr.append(first + size)
    third = np.arange(90) % 3
    graph = weft.Graph.from_edges(np.array(edges), node_ptr[-1], symmetrize=True)
    splits = {"thirds": tuple(np.flatnonzero(third == part) for part in range(3))}
    return graph, np.array(node_ptr), np.arange(90) % 2, splits


@pytest.fixture(scope="session")
def command():
    """Runs the weft command that was built beside the package; --json is read."""
    path = os.environ.get("WEFT_COMMAND")
    if path is None:
        if os.environ.get("CI"):
            raise RuntimeError("WEFT_COMMAND does not say where the command is")
        pytest.skip("WEFT_COMMAND does not say where the command is")

    def run(*arguments):
        words = [path, *map(str, arguments)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    return run
