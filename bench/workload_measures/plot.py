"""The five figures of docs/performance.md, from the rows: one finding each, as bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jinja2

from .case import Case
from .results import ratio
from .row import Row

Kind = Literal["ours", "other", "bad"]

WIDTH, START, NOTE = 760, 280, 255
"""Of a figure: its width, where bars begin, and what is left beside the longest for its words."""


class Bar(NamedTuple):
    """One row of a figure."""

    label: str
    value: float
    kind: Kind
    said: str
    note: str = ""


class Figure(NamedTuple):
    """Bars with a title that says what they show; `mark` is where a line stands, or 0."""

    name: str
    title: str
    unit: str
    bars: list[Bar]
    mark: float = 0.0


def figures(rows: Sequence[Row]) -> list[Figure]:
    """All five.

    Raises:
        KeyError: a row that one of them shows is missing.
    """
    measured = {row.case: row for row in rows}
    return [
        Figure(
            "least",
            "Moves take little more than the request rate makes them take",
            "from the first call to the last, of the least time possible; the rate per operation or shared",
            [_of_least(measured, rows, case, label) for label, case in OF_LEAST.items()],
            mark=1.0,
        ),
        Figure(
            "dark",
            "A number is dark for its own move, and no longer",
            "25 numbers: seconds without a flow, of 100 numbers the worst but one (p99)",
            [_of_dark(measured[case], label) for label, case in OF_DARK.items()],
        ),
        Figure(
            "together",
            "Several runs at once, long claims and outages cost time, and leave nothing dark",
            "25 numbers: seconds without a flow, p99",
            [_of_dark(measured[case], label) for label, case in TOGETHER.items()],
        ),
        Figure(
            "refresh",
            "A refresh reads lists, not things",
            "50 numbers with flows in both Regions: calls",
            [_of_calls(measured[case], label) for label, case in OF_REFRESH.items()],
        ),
        Figure(
            "preview",
            "A preview of 200 numbers and 5,000 agents is mostly Pulumi's own time",
            "nothing to change, the rate shared by all operations: seconds",
            [_of_wall(measured[case], label) for label, case in OF_PREVIEW.items()],
        ),
    ]


def _both(label: str, make: Callable[..., Case], *workload: str, **how: Any) -> dict[str, Case]:
    return {
        f"{label}, per operation": make(*workload, scope="per-operation", **how),
        f"{label}, shared": make(*workload, scope="shared", **how),
    }


OF_LEAST = {
    **_both("25 numbers, 100 agents", Case, "numbers25"),
    **_both("50 numbers, 100 agents", Case, "numbers50"),
    **_both("200 numbers, 200 agents", Case, "numbers200"),
    "1,000 agents": Case("agents1000"),
}
OF_DARK = {
    **_both("acgr", Case, "numbers25"),
    "script, one after the other, shared": Case("numbers25", tool="serial"),
    "script, 8 threads, per operation": Case("numbers25", scope="per-operation", tool="threads"),
    **_both("Terraform", Case, "numbers25", tool="terraform"),
}
TOGETHER = {
    "one run": Case("numbers25"),
    "four runs on one machine": Case("numbers25", processes=4),
    "four runners without a common disk": Case("numbers25", processes=4, apart=True),
    "claims that take 30 s": Case("numbers25", claim="30"),
    "an outage of 60 s, errors": Case("numbers25", scope="per-operation", outage="5xx"),
    "an outage of 60 s, no connection": Case("numbers25", outage="refused"),
}
OF_REFRESH = {"acgr": Case("refresh50"), "Terraform": Case("refresh50", tool="terraform")}
OF_PREVIEW = {
    "acgr": Case("unchanged200"),
    "as many that do nothing, holding as much": Case("unchanged200", tool="twin"),
    "as many that do nothing, names alone": Case("unchanged200", tool="idle"),
}


def _of_least(measured: dict[Case, Row], rows: Sequence[Row], case: Case, label: str) -> Bar:
    row = measured[case]
    value = ratio(row, rows) or 0.0
    return Bar(label, value, "ours", f"{value:.2f}", f"{row.span:.0f} s")


def _of_dark(row: Row, label: str) -> Bar:
    lost = [f"{row.left_dark} of {row.case.work.numbers} left dark"] if row.left_dark else []
    lost += [f"{row.agents} of {row.case.work.agents} agents"] if row.code else []
    notes = lost or ([f"{row.lit_after:.0f} s after its end all answer"] if row.lit_after is not None else [])
    kind: Kind = "ours" if row.case.tool == "ours" else "bad" if lost else "other"
    return Bar(label, row.dark[1], kind, f"{row.dark[1]:.1f} s", ", ".join(notes))


def _of_calls(row: Row, label: str) -> Bar:
    refused = f"{row.throttled} of them throttled" if row.throttled else ""
    return Bar(label, row.all_calls, "ours" if row.case.tool == "ours" else "other", str(row.all_calls), refused)


def _of_wall(row: Row, label: str) -> Bar:
    calls = f"{row.all_calls} calls" if row.all_calls else ""
    return Bar(label, row.wall, "ours" if row.case.tool == "ours" else "other", f"{row.wall:.1f} s", calls)


def drawn(figure: Figure) -> str:
    """A figure as SVG, legible on a light page and on a dark one: it has a ground of its own."""
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    template = jinja2.Environment(loader=folder, autoescape=True, undefined=jinja2.StrictUndefined)
    most = max(bar.value for bar in figure.bars)
    return template.get_template("figure.svg.jinja").render(
        figure=figure, height=72 + 28 * len(figure.bars), start=START, scale=round((WIDTH - START - NOTE) / most, 4)
    )


def draw(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write all figures into a folder, `performance-NAME.svg` each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for figure in figures(rows):
        path = folder / f"performance-{figure.name}.svg"
        path.write_text(drawn(figure) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
