"""What became of each pair, as a table and an exit code: of events and of state to text, without doing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Result = Literal["done", "unchanged", "failed", "interrupted", "not begun"]

DONE, FAILED, DARK, INTERRUPTED = 0, 1, 3, 130
"""Exit codes, in the order of what they outrank: nothing, a pair that failed, a number that is dark, Ctrl-C."""


@dataclass(frozen=True)
class Outcome:
    """What became of one pair.

    Attributes:
        pair: its name.
        result: how its run ended.
        changes: what was changed, such as "3 created"; in a preview, what would be.
        dark: numbers that had no flow in a Region when they were last looked at, each with its Regions.
        said: warnings and errors, each with the resource that it is about.
    """

    pair: str
    result: Result
    changes: str = ""
    dark: Sequence[str] = ()
    said: Sequence[str] = ()


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """One code for all: interrupted before failed, failed before dark."""
    results = {outcome.result for outcome in outcomes}
    if results & {"interrupted", "not begun"}:
        return INTERRUPTED
    if "failed" in results:
        return FAILED
    return DARK if any(outcome.dark for outcome in outcomes) else DONE


def table(outcomes: Sequence[Outcome]) -> str:
    """A row for each pair, and below what was said of it."""
    head = ("Pair", "Result", "Changes", "Dark")
    rows = [(one.pair, one.result, one.changes or "-", "; ".join(one.dark) or "-") for one in outcomes]
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    said = [f"{one.pair}: {sentence}" for one in outcomes for sentence in one.said]
    return "\n".join([*(line.rstrip() for line in lines), *([""] if said else []), *said])


def changes(counts: Mapping[Any, int], is_preview: bool = False) -> str:
    """What a run did, or would do, without what stayed as it was."""
    words = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
    told = {str(getattr(op, "value", op)): count for op, count in counts.items()}
    return ", ".join(f"{told[op]} {f'to {op}' if is_preview else word}" for op, word in words.items() if told.get(op))


def dark_in(deployment: Mapping[str, Any]) -> list[str]:
    """The numbers in a stack's state that had no flow in a Region when they were last looked at."""
    placed = (one.get("outputs", {}) for one in deployment.get("resources") or ())
    return [f"{one['e164']} in {', '.join(one['dark_regions'])}" for one in placed if one.get("dark_regions")]


def sentences(diagnostics: Iterable[tuple[str, str, str]]) -> list[str]:
    """Warnings and errors of a run, each once, the engine's own only where there is no other.

    Args:
        diagnostics: severity, URN and text of each.
    """
    found = dict.fromkeys(
        (urn.rpartition("::")[2], "pulumi:pulumi:Stack" in urn or not urn, _sentence(text))
        for severity, urn, text in diagnostics
        if severity in ("warning", "error") and text.strip()
    )
    about_resources = [f"{name}: {text}" for name, of_stack, text in found if not of_stack]
    return about_resources or [text for _, of_stack, text in found if of_stack]


def _sentence(text: str) -> str:
    lines = (line.strip().removeprefix("* ").removeprefix("error: ") for line in text.splitlines())
    return next((line for line in lines if line and line != "1 error occurred:"), "")
