"""docs/errors.md has a row for each kind of error, and for what each of them says."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from acgr_connect.model import errors

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
SOURCES = sorted(file for folder in ("cli", "providers", "components") for file in (ROOT / folder).rglob("*.py"))

HOLE = "…"
"""What stands for a value in a message."""

CLASSES = {
    name
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, (errors.ConnectError, errors.ProgrammingError))
}
FIRST_IS_TEXT = CLASSES - {"ProgrammingError"} | {
    "CommandFailure",
    "InvalidInput",
    "SettingError",
    "Problem",
    "RunError",
    "TypeError",
}
"""Calls whose first argument is what a user reads; in others (`context.error`, `problems.add`) it is the second."""

FOR_NOBODY = {"acgr_connect.model.records", "acgr._engine"}
"""Modules whose errors are caught before a user sees them."""

LEAST = 12
"""Letters of its own that a message has; what has fewer hands on the words of another."""


def test_each_class_has_a_row() -> None:
    """The table of kinds is the error tree, no more and no less."""
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.partition("## A number is dark")[0], re.MULTILINE)
    assert sorted(rows) == sorted(CLASSES)


def _rows() -> list[str]:
    rows = re.findall(r"^\| `([^`]+)` \| ", PAGE.partition("## A number is dark")[2], re.MULTILINE)
    return [row for row in rows if row.strip(f"{HOLE}.")]


def _as_pattern(row: str) -> str:
    return ".*".join(re.escape(part.strip()) for part in row.split(HOLE))


def _text(node: ast.AST) -> str:
    """What a piece of source says, with a hole for each value; "" where it is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or HOLE for part in node.values)
    return ""


def _texts(node: ast.AST, named: dict[str, list[ast.AST]]) -> list[str]:
    """All that an argument may say: names are followed to what was assigned to them in the same function."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body, named) + _texts(node.orelse, named)
    if isinstance(node, ast.Name):
        return [text for value in named.get(node.id, []) for text in _texts(value, {})]
    return [_text(node)]


def _assigned(function: ast.AST) -> dict[str, list[ast.AST]]:
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for name, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(name, ast.Name):
                            found.setdefault(name.id, []).append(value)
    return found


def _argument(call: ast.Call) -> ast.AST | None:
    """The argument of a call that becomes an error's words."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = 0 if name in FIRST_IS_TEXT else 1 if name in ("error", "add", "CheckFailure") else -1
    return call.args[place] if 0 <= place < len(call.args) else None


def _messages() -> Iterator[tuple[str, str]]:
    for file in SOURCES:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts[1:])
        if module in FOR_NOBODY:
            continue
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            named = _assigned(function)
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and (said := _argument(call)):
                    yield from ((f"{module}:{call.lineno}", text) for text in _texts(said, named))


@pytest.mark.parametrize("row", _rows())
def test_each_row_is_said(row: str) -> None:
    """What stands in the first column is part of a text of the source: a message that has changed changes its row."""
    assert re.search(_as_pattern(row), WRITTEN), row


def test_each_message_has_a_row() -> None:
    """Whoever pastes the words of an error finds them."""
    patterns = [re.compile(_as_pattern(row)) for row in _rows()]
    missing = {
        f"{where}: {said}"
        for where, said in _messages()
        if len(said.replace(HOLE, "")) >= LEAST
        and not any(pattern.search(said.replace("`", "")) for pattern in patterns)
    }
    assert not missing, "\n".join(sorted(missing))


WRITTEN = "\n".join(
    text
    for file in SOURCES
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    if (text := _text(node).replace("\n", " ").replace("`", ""))
)
