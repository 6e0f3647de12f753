"""What rows of this project's own are held to, and how far they are from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from .case import Case
from .results import called, markdown_table, ratio
from .row import Row

STARTING = 8.0
"""Seconds that `pulumi up` may take beyond its calls, for itself."""

MOST_DARK = {"5": 6.0, "30": 31.5, "random": 10.0}
"""Seconds of darkness that 99 of 100 numbers may not exceed, by claim time."""

MOST_DARK_WHERE_KEPT = 1.0
"""The same, where a flow stays that is set while its number is under way."""

RUNNERS_DARK = 4.0
"""Seconds beyond the claim for which a number may be dark where several runs share the rate."""

RUNNERS_SECONDS = 1.3
"""Part of the least time that these runs may take together."""

LEARNING = 10
"""Throttled answers that learning the scope of the rate may cost."""

OUTAGE_LIT = 6.0
"""Seconds after an outage's end in which every number is lit that was dark at its beginning."""

RELIT = 3.0
"""Seconds after a run's first call in which a number is lit that was dark before it."""

PLUGIN_MIB = 150
"""What a plugin may occupy."""


@dataclass(frozen=True)
class Measure:
    """One figure, and what it may be at most."""

    row: Row
    what: str
    value: float
    most: float

    @property
    def is_met(self) -> bool:
        """Whether it is kept to."""
        return self.value <= self.most


def measures(rows: Sequence[Row]) -> list[Measure]:
    """Everything that the rows of this project are held to."""
    return [measure for row in rows if row.case.tool == "ours" for measure in _of(row, rows)]


def _of(row: Row, rows: Sequence[Row]) -> Iterator[Measure]:
    yield Measure(row, "errors surfaced", row.surfaced, 0)
    yield Measure(row, "lines about throttling", row.throttles, 0)
    yield Measure(row, "numbers released", row.released, 0)
    yield Measure(row, "plugin MiB", row.plugin_mib, PLUGIN_MIB)
    if row.case.outage:
        yield from _of_an_outage(row)
    elif row.case.work.work == "up":
        yield from _of_a_move(row)
    elif row.case.work.work == "relight":
        yield from _of_relighting(row)
    elif row.case.work.work == "refresh":
        yield from _of_a_refresh(row)
    elif (compared := ratio(row, rows)) is not None:
        yield Measure(row, "wall, of resources that do nothing", compared, 1.5)


def _of_a_move(row: Row) -> Iterator[Measure]:
    if row.case.processes > 1:
        yield from _of_runners(row)
        return
    if _is_held_to_its_least(row.case):
        yield Measure(row, "calls s", row.span, most_seconds(row))
    if row.case.speed == 1:
        yield Measure(row, "wall s", row.wall, row.span + STARTING)
    if row.case.work.name == "agents1000":
        yield Measure(row, "429", row.throttled, 0.01 * row.all_calls)
    else:
        yield Measure(row, "429", row.throttled, 0 if row.case.stated else LEARNING)
    if row.case.work.numbers:
        yield Measure(
            row, "dark p99 s", row.dark[1], MOST_DARK_WHERE_KEPT if row.case.kept else MOST_DARK[row.case.claim]
        )
        yield Measure(row, "left dark", row.left_dark, 0)


def _of_runners(row: Row) -> Iterator[Measure]:
    """Several learn of each other by what they are refused: that is not counted, nor how long their starts take."""
    claim = row.case.least_claim
    yield Measure(row, "calls s", row.span, RUNNERS_SECONDS * row.case.work.least_seconds(row.case.scope, claim))
    yield Measure(row, "dark max s", row.dark[2], claim + RUNNERS_DARK)
    yield Measure(row, "left dark", row.left_dark, 0)


def _of_an_outage(row: Row) -> Iterator[Measure]:
    """How long the run takes is not measured: a minute of it is not its own."""
    yield Measure(row, "exit code", row.code, 0)
    yield Measure(row, "moves begun in the outage", _figure(row.moves_in_outage), 0)
    yield Measure(row, "lit after the outage s", _figure(row.lit_after), OUTAGE_LIT)
    yield Measure(row, "left dark", row.left_dark, 0)


def _of_relighting(row: Row) -> Iterator[Measure]:
    yield Measure(row, "exit code", row.code, 0)
    yield Measure(row, "lit after the first call s", _figure(row.lit_after), RELIT)
    yield Measure(row, "left dark", row.left_dark, 0)


def _figure(found: float | None) -> float:
    """What was not found is beyond every limit."""
    return inf if found is None else found


def _is_held_to_its_least(case: Case) -> bool:
    """Whether a run's length is measured: with long claims in one shared bucket, where looks add up, for 25 numbers."""
    many_looks = case.claim == "30" and case.scope == "shared" and case.workload != "numbers25"
    return case.claim != "random" and case.parallel >= 64 and not many_looks


def most_seconds(row: Row) -> float:
    """From the first call to the last at most: a part of the least time, and three seconds for learning."""
    case, work = row.case, row.case.work
    least = work.least_seconds(case.scope, case.least_claim)
    if work.name == "agents1000":
        return 1.05 * least
    if case.claim == "30" and case.scope == "shared":
        return 1.4 * least
    return (1.1 if case.scope == "shared" and work.numbers else 1.05) * least + 3.0


def _of_a_refresh(row: Row) -> Iterator[Measure]:
    least = row.case.work.least_calls()
    if row.case.workload == "refresh50":
        yield Measure(row, "calls", row.all_calls, 5)
        yield Measure(row, "calls s", row.span, 3.0)
    else:
        yield Measure(row, "calls", row.all_calls, 1.05 * least)


def told(measure: Measure) -> str:
    """One line for a terminal."""
    verdict, name = "met" if measure.is_met else "MISSED", called(measure.row.case)
    return f"{verdict}: {name}: {measure.what} {measure.value:.2f}, at most {measure.most:.2f}"


def verdicts(rows: Sequence[Row]) -> str:
    """For a document: what is missed, and how many others are met."""
    found = measures(rows)
    missed = [measure for measure in found if not measure.is_met]
    said = f"{len(found) - len(missed)} of {len(found)} figures are within their measure."
    if not missed:
        return said
    lines = [(called(m.row.case), m.what, f"{m.value:.2f}", f"{m.most:.2f}") for m in missed]
    return f"{said} The others:\n\n{markdown_table(('row', 'figure', 'measured', 'at most'), lines)}"
