"""The outcome for a person: a table on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from acgr_connect.model.clock import utc
from acgr_connect.survey.findings.finding import Finding, Severity

from .outcome import Outcome

MOST = 20
"""Findings of one kind that are shown: who has more reads `--json`."""

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def show(outcome: Outcome, console: Console | None = None) -> None:
    """Print it: a table where somebody watches, plain lines where not."""
    console = console or Console()
    if not console.is_terminal:
        console.print("\n".join(lines(outcome)), markup=False, highlight=False, soft_wrap=True, emoji=False)
        return
    console.print(Text(_head(outcome), style="bold"))
    if outcome.findings:
        console.print(_table(outcome))
    for line in _commands(outcome):
        console.print(Text(line), soft_wrap=True)
    for line in _foot(outcome):
        console.print(Text(line), soft_wrap=True)
    worst = next((one.severity for one in outcome.findings), None)
    console.print(Text(f"{outcome.verdict}.", style=_STYLES[worst] if worst else "green"))


def lines(outcome: Outcome) -> Iterator[str]:
    """The same without colours and columns."""
    yield _head(outcome)
    yield ""
    for findings in outcome.by_code.values():
        for one, remedy in _shown(findings):
            yield f"{one.severity.value} {one.code}: {one.what}."
            if remedy:
                yield f"    {_sentence(remedy)}"
        yield from _more(findings)
        yield ""
    yield from _commands(outcome)
    yield from _foot(outcome)
    yield f"{outcome.verdict}."


def _head(outcome: Outcome) -> str:
    regions = " and ".join(outcome.pair.regions)
    return f"{outcome.pair.alias}: {regions}, account {outcome.pair.source.account}, {utc(outcome.at)}"


def _table(outcome: Outcome) -> Table:
    table = Table(box=SIMPLE_HEAD, show_lines=False, pad_edge=False, expand=True)
    table.add_column("", no_wrap=True)
    table.add_column("Code", no_wrap=True)
    table.add_column("Where", ratio=2, overflow="fold")
    table.add_column("What, and what to do", ratio=7)
    for findings in outcome.by_code.values():
        for one, remedy in _shown(findings):
            what = Text(f"{one.what}.")
            if remedy:
                what.append(f"\n→ {_sentence(remedy)}", style="dim")
            where = "\n".join(dict.fromkeys(filter(None, (one.name, one.region))))
            table.add_row(Text(one.severity.value, style=_STYLES[one.severity]), one.code, Text(where), what)
        for line in _more(findings):
            table.add_row("", "", "", Text(line, style="dim"))
    return table


def _shown(findings: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    """The findings of a kind that are shown, each with what to do; what is the same for some in a row is said once."""
    shown = findings[:MOST]
    for one, following in zip(shown, [*shown[1:], None], strict=True):
        yield one, "" if following is not None and following.remedy == one.remedy else one.remedy


def _more(findings: Sequence[Finding]) -> Iterator[str]:
    if len(findings) > MOST:
        yield f"... and {len(findings) - MOST} more of {findings[0].code}: --json has them all"


def _commands(outcome: Outcome) -> Iterator[str]:
    """Each line that mends something, to be pasted: never wrapped."""
    commands = list(dict.fromkeys(one.command for one in outcome.findings if one.command))
    if commands:
        yield "Lines to paste:"
        yield from (f"  {line}" for line in islice(commands, MOST))
        if len(commands) > MOST:
            yield f"  ... and {len(commands) - MOST} more: --json has them all"
        yield ""


def _foot(outcome: Outcome) -> Iterator[str]:
    for one in outcome.restored or ():
        where = f"{one.dark.number.e164} in {one.dark.region}"
        yield f"{where}: it answers, with {one.seen.id}" if one.seen else f"{where}: it is dark still: {one.why}"
    if outcome.calls is not None:
        answered = sum(1 for one in outcome.calls if one.is_answered)
        yield f"Calls: {answered} of {len(outcome.calls)} were answered."
    if outcome.unread:
        yield "Could not be read:"
        yield from (f"  {said}" for said in outcome.missing)
    if outcome.not_judged:
        yield f"So nothing is known, or not all, of {', '.join(outcome.not_judged)}."
    if outcome.restored or outcome.calls or outcome.unread:
        yield ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
