"""`docs/statements.md` keeps its word."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEYS = [f"A{n}" for n in range(1, 13)] + [f"N{n}" for n in range(1, 16)]


def _rows() -> dict[str, list[str]]:
    lines = (ROOT / "docs" / "statements.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [AN]\d", line)]
    return {row[0]: row for row in cells}


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _docstring(test: str) -> str:
    path, name = test.split("::")
    tree = ast.parse((ROOT / path).read_text())
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name]
    assert found, f"{path} has no {name}"
    return ast.get_docstring(found[0]) or ""


def test_every_statement_has_a_row() -> None:
    """All statements of the two guide pages are listed, and nothing else."""
    assert list(_rows()) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_every_statement_is_implemented(key: str) -> None:
    """Each row names modules that exist and that speak of the statement or of its operation."""
    modules = _quoted(_rows()[key][3])
    assert modules
    assert all((ROOT / module).is_file() for module in modules)


@pytest.mark.parametrize("key", KEYS)
def test_every_statement_is_proved(key: str) -> None:
    """Each row names tests that exist and whose docstring carries the key."""
    tests = _quoted(_rows()[key][4])
    assert tests
    for test in tests:
        assert re.search(rf"\b{key}\b", _docstring(test)), f"{test} does not carry {key}"
