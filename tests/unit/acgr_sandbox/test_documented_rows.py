"""`docs/sandbox.md` keeps its word: rows, switches, tests, control routes, faults."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from acgr_sandbox import Request, Sandbox, Switches, load_scenario
from acgr_sandbox.core.faults import KINDS
from acgr_sandbox.scenario.default import DEFAULT_SCENARIO

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
COUNTS = {"T": 6, "R": 6, "A": 10, "G": 8, "U": 9, "N": 14, "F": 10, "C": 8}
KEYS = [f"S-{letter}{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)]


def _table(pattern: str) -> dict[str, list[str]]:
    lines = [line for line in PAGE.splitlines() if re.match(rf"\| {pattern} \|", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row for row in cells}


ROWS = _table(r"S-[TRAGUNFC]\d+")
OTHERS = _table(r"`[a-z_]+`")
SWITCHES = {field.name: field.default for field in fields(Switches)}
DECIDES = {field.name: field.metadata["decides"] for field in fields(Switches)}


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _spelt(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_is_there() -> None:
    """All rows are listed, in order, and no other."""
    assert list(ROWS) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_row_has_its_switches(key: str) -> None:
    """A row names switches that exist, with the defaults they have."""
    names, defaults = _quoted(ROWS[key][3]), _quoted(ROWS[key][2])
    assert [_spelt(SWITCHES[name]) for name in names] == defaults


@pytest.mark.parametrize(
    "row", [*ROWS.values(), *(row for row in OTHERS.values() if len(row) == 4)], ids=lambda r: r[0]
)
def test_a_row_has_its_tests(row: list[str]) -> None:
    """A row names tests that exist."""
    tests = _quoted(row[-1])
    assert tests
    for path, name in (test.split("::") for test in tests):
        assert name in _tests_of(path), f"{path} has no {name}"


def test_every_switch_is_there() -> None:
    """Each switch is in a row, or in the table of others with its default and what it decides."""
    others = {row[0].strip("`"): row[1].strip("`") for row in OTHERS.values() if len(row) == 4}
    assert {name: _spelt(SWITCHES[name]) for name in others} == others
    assert {row[0].strip("`"): row[2] for row in OTHERS.values() if len(row) == 4} == {
        name: DECIDES[name] for name in others
    }
    assert {name for row in ROWS.values() for name in _quoted(row[3])} | set(others) == set(SWITCHES)


def test_every_control_route_is_there() -> None:
    """The routes listed are those that the sandbox lists."""
    answer = Sandbox(load_scenario(DEFAULT_SCENARIO)).handle(Request("GET", "/_sandbox/nonsense"))
    route = r"(?:GET|POST|PATCH|DELETE) /_sandbox/[a-z/]+"
    listed = list(_table(f"`{route}`"))
    assert sorted(row.strip("`") for row in listed) == sorted(
        re.findall(route, answer.body.decode().partition("there are")[2])
    )


def test_every_fault_is_there() -> None:
    """The kinds listed are those there are."""
    assert [row.strip("`") for row in _table(r"`[a-z-]+`") if row.strip("`") in KINDS] == list(KINDS)
