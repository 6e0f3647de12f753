"""A small part of Python, laid out as `ruff format` would. Pure.

Names of Connect are data: they become literals here, or words of a comment, and never code. Whatever cannot be printed
is escaped, line ends and signs that turn the direction of writing among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TypeAlias

WIDTH = 88
"""Columns of a line, as formatters have it that nobody has configured."""

INDENT = "    "

_WIDER = "\u0300"
"""From this sign on, a sign may be as wide as two letters, or as none."""


@dataclass(frozen=True)
class Code:
    """An expression as it stands. Never made of anything that was read from Connect."""

    text: str


@dataclass(frozen=True)
class Entry:
    """An entry of a dictionary, with the sentences that stand above it."""

    key: str
    value: Value
    comments: tuple[str, ...] = ()


Value: TypeAlias = "str | Code | Sequence[Value] | Mapping[str, Value] | tuple[Entry, ...]"
"""A text, an expression, a list, a dictionary, or one that has an entry a line, with comments."""


def literal(text: str) -> str:
    """A text as Python writes it: with double quotes, unless single ones need fewer backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return f"{quote}{''.join(_escaped(sign, quote) for sign in text)}{quote}"


def _escaped(sign: str, quote: str) -> str:
    if sign in {quote, "\\"}:
        return f"\\{sign}"
    return sign if sign.isprintable() else repr(sign)[1:-1]


def comment(text: str, indent: str = "") -> list[str]:
    """A sentence as lines of a comment."""
    printable = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
    hanging = "  " if printable.startswith("- ") else ""
    lines = wrap(
        printable,
        WIDTH - len(indent) - len("# "),
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent=hanging,
    )
    return [f"{indent}# {line}" for line in lines]


def call(name: str, arguments: Mapping[str, Value], first: str) -> list[str]:
    """A call, an argument a line: the text `first`, then keywords."""
    lines = [f"{name}(", f"{INDENT}{literal(first)},"]
    for keyword, value in arguments.items():
        lines += _laid_out(value, INDENT, f"{keyword}=")
    return [*lines, ")"]


def _laid_out(value: Value, indent: str, before: str) -> Iterator[str]:
    """The lines of a value that stands behind something and before a comma."""
    line = f"{indent}{before}{_flat(value)},"
    is_narrow = len(line) <= WIDTH and max(line) < _WIDER
    if isinstance(value, (str, Code)) or not value or (is_narrow and not isinstance(value, tuple)):
        yield line
        return
    # A comma behind the last one keeps them a line each, whatever a formatter makes of their width.
    is_list = not isinstance(value, (Mapping, tuple))
    yield f"{indent}{before}{'[' if is_list else '{'}"
    for entry in _entries(value):
        for said in entry.comments:
            yield from comment(said, indent + INDENT)
        yield from _laid_out(entry.value, indent + INDENT, "" if is_list else f"{literal(entry.key)}: ")
    yield f"{indent}{']' if is_list else '}'},"


def _flat(value: Value) -> str:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Code):
        return value.text
    if isinstance(value, (Mapping, tuple)):
        return "{" + ", ".join(f"{literal(one.key)}: {_flat(one.value)}" for one in _entries(value)) + "}"
    return "[" + ", ".join(_flat(one.value) for one in _entries(value)) + "]"


def _entries(value: Value) -> list[Entry]:
    """The entries of a list or dictionary; those of a list have no key."""
    if isinstance(value, Mapping):
        return [Entry(key, one) for key, one in value.items()]
    assert isinstance(value, Sequence)
    return [one if isinstance(one, Entry) else Entry("", one) for one in value]
