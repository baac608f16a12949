"""What there is by name."""

import ast
from pathlib import Path

import pytest

import weft


def test_models_and_options_are_those_of_the_command(command):
    table = command("models", "--json")
    assert {row["name"] for row in table["models"]} <= set(weft.models())
    gcn = next(row for row in table["models"] if row["name"] == "gcn")
    own = weft.options("gcn")
    assert weft.models()["gcn"].summary == gcn["summary"]
    for row in gcn["options"]:
        assert row["name"] in own and own[row["name"]].help == row["help"]
    assert own["hidden"].least == 1 and "adam" in own["optimizer"].choices


def test_every_model_has_options_with_a_help():
    for name in weft.models():
        task = None if name != "gmn" else "graph_classification"
        for option, row in weft.options(name, task).items():
            assert row.help, f"{name}: {option}"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(weft.ArgumentError, match="did you mean 'gcn'"):
        weft.options("gcm")


def test_what_a_training_takes_is_estimated(file, clubs):
    found = weft.estimate(file, "gcn", epochs=5)
    assert found["bytes"] > 0 and found["total_seconds"] > 0
    with pytest.raises(weft.ArgumentError, match="save it first"):
        weft.estimate(clubs, "gcn")


def test_the_version_is_that_of_the_library(command):
    assert command("--version").split()[-1] == weft.__version__


def test_the_stub_names_all_that_the_extension_has():
    tree = ast.parse((Path(weft.__file__).parent / "_weft.pyi").read_text(encoding="utf-8"))
    stub = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            stub[node.name] = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            stub[node.name] = set()
        elif isinstance(node, ast.AnnAssign):
            stub[node.target.id] = set()
    names = {name for name in dir(weft._weft) if not name.startswith("_")}
    assert names == set(stub)
    for name in names:
        value = getattr(weft._weft, name)
        own = {part for part in vars(value) if not part.startswith("_")} if isinstance(value, type) else set()
        assert own == {part for part in stub[name] if not part.startswith("_")}, name
