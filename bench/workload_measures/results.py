"""Rows kept as JSON lines, and shown as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from .case import Case
from .row import Row
from .workload import SCOPES, WORKLOADS

BEGIN, END = "<!-- rows: begin -->", "<!-- rows: end -->"
HEADINGS = (
    *("workload", "scope", "tool", "wall s", "calls s", "least s", "ratio", "calls", "429", "errors"),
    *("dark p50 / p99 / max s", "lit after s", "left dark", "agents", "plugin MiB", "tool MiB"),
)
OPERATIONS = (
    *("UpdatePhoneNumber", "DescribePhoneNumber", "AssociatePhoneNumberContactFlow", "BatchGetFlowAssociation"),
    *("AssociateTrafficDistributionGroupUser", "ListTrafficDistributionGroupUsers"),
)
"""What is called for each number and for each agent, or page of them; everything else is a read or two."""

TOOLS = {
    "ours": "acgr",
    "idle": "resources that do nothing",
    "twin": "the same, holding as much",
    "serial": "script, serial",
    "threads": "script, 8 threads",
    "terraform": "Terraform",
}


def keep(row: Row, path: Path) -> None:
    """Append a row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(row.plain()) + "\n")


def kept(path: Path) -> list[Row]:
    """All rows of a file."""
    return [Row.of(json.loads(line)) for line in path.read_text().splitlines() if line]


def newest(rows: Iterable[Row]) -> list[Row]:
    """Of each case the last row, in the order of workloads, then of tools, then of scopes."""
    return sorted({row.case: row for row in rows}.values(), key=lambda row: _place(row.case))


def _place(case: Case) -> tuple[int, int, str, int]:
    return [*WORKLOADS].index(case.workload), [*TOOLS].index(case.tool), case.label, SCOPES.index(case.scope)


def ratio(row: Row, rows: Sequence[Row]) -> float | None:
    """What it took, of what it takes at least: seconds, calls of a refresh, or a preview of things that do nothing.

    None where it did not finish, or where there is nothing to compare with.
    """
    case, work = row.case, row.case.work
    if case.outage or work.work == "relight":
        return None
    if work.work == "up" and row.code:
        return None
    if work.work == "up":
        return row.span / work.least_seconds(case.scope, case.least_claim)
    if work.work == "refresh":
        return row.all_calls / work.least_calls()
    beside = replace(case, tool="twin")
    twins = [each.wall for each in rows if each.case == beside]
    return row.wall / twins[-1] if twins else None


def cells(row: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    """One line of the table."""
    case, work, compared = row.case, row.case.work, ratio(row, rows)
    least = f"{work.least_seconds(case.scope, case.least_claim):.1f}" if work.work == "up" and not case.outage else ""
    if work.work == "refresh":
        least = f"{work.least_calls()} calls"
    return (
        f"{case.workload}, {case.label}" if case.label else case.workload,
        case.scope,
        TOOLS[case.tool] + (f", exit {row.code}" if row.code and not _is_a_plan(case) else ""),
        f"{row.wall:.1f}",
        f"{row.span:.1f}",
        least,
        "" if compared is None else f"{compared:.2f}",
        str(row.all_calls),
        str(row.throttled),
        str(row.surfaced),
        " / ".join(f"{seconds:.1f}" for seconds in row.dark) if any(row.dark) else "",
        _lit_after(row),
        f"{row.left_dark} of {work.numbers}" if work.numbers and work.is_declared_anew else "",
        f"{row.agents} of {work.agents}" if work.agents and work.is_declared_anew else "",
        str(row.plugin_mib or ""),
        str(row.cli_mib),
    )


def _lit_after(row: Row) -> str:
    if row.lit_after is None:
        return ""
    start = "" if row.lit_after_start is None else f" ({row.lit_after_start:.1f} from the start)"
    return f"{row.lit_after:.1f}{start}"


def _is_a_plan(case: Case) -> bool:
    return case.tool == "terraform" and case.work.work != "up"


def plain_table(rows: Sequence[Row]) -> str:
    """For a terminal."""
    lines = [HEADINGS, *(cells(row, rows) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def operations(rows: Iterable[Row]) -> str:
    """For a terminal: the calls that each row made, by operation."""
    return "\n".join(
        f"{called(row.case)}: " + ", ".join(f"{name} {count}" for name, count in row.calls.items()) for row in rows
    )


def called(case: Case) -> str:
    """What a row is called in one phrase."""
    return ", ".join(filter(None, (case.workload, case.label, case.scope, TOOLS[case.tool])))


def markdown(rows: Sequence[Row]) -> str:
    """For a document: the table, then the calls by operation."""
    table = markdown_table(HEADINGS, [cells(row, rows) for row in rows])
    calls = markdown_table(("row", *OPERATIONS, "other reads"), [_by_operation(row) for row in rows if row.calls])
    return f"{table}\n\nAccepted calls by operation:\n\n{calls}"


def _by_operation(row: Row) -> tuple[str, ...]:
    counts = [row.calls.get(operation, 0) for operation in OPERATIONS]
    return called(row.case), *(str(count or "") for count in (*counts, sum(row.calls.values()) - sum(counts)))


def markdown_table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table of a document."""
    return "\n".join("| " + " | ".join(line) + " |" for line in (headings, ["---"] * len(headings), *lines))


def render(text: str, document: Path) -> None:
    """Put a text between the marks of a document.

    Raises:
        ValueError: it has no marks.
    """
    before, begin, rest = document.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has no lines {BEGIN} and {END}")
    document.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
