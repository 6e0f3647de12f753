"""One line of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What was measured, what came out, what it may be, and whether it is."""

    name: str
    value: str
    bound: str
    met: bool


def table(measures: list[Measure]) -> str:
    """The lines of the table."""
    rows = [("measure", "value", "bound", "")]
    rows += [(each.name, each.value, each.bound, "met" if each.met else "MISSED") for each in measures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
