"""The outcome as Markdown: for a comment, an issue, or the summary of a job. Pure."""

from __future__ import annotations

from acgr_connect.model.clock import utc
from acgr_connect.survey.findings.finding import Finding, Severity

from .outcome import Outcome

_SIGNS = {Severity.ERROR: "🔴 error", Severity.WARNING: "🟠 warning", Severity.INFO: "🔵 info"}
_ESCAPED = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|~"})

MOST = 100
"""Rows of the table at most: what a comment holds."""


def as_markdown(outcome: Outcome) -> str:
    """The outcome: verdict, table, the lines that mend it, what could not be read."""
    pair = outcome.pair
    lines = [
        f"## acgr verify: {_escaped(pair.alias)}",
        "",
        f"**{_escaped(outcome.verdict)}.** {' and '.join(pair.regions)}, {utc(outcome.at)}.",
        "",
    ]
    shown = outcome.findings[:MOST]
    if shown:
        lines += ["| | Code | Where | What | What to do |", "|---|---|---|---|---|", *map(_row, shown), ""]
    if len(outcome.findings) > MOST:
        lines += [f"And {len(outcome.findings) - MOST} more: `acgr verify --json` has them all.", ""]
    commands = list(dict.fromkeys(one.command for one in shown if one.command))
    if commands:
        lines += [
            "<details><summary>Lines to paste</summary>",
            "",
            "```console",
            *commands,
            "```",
            "",
            "</details>",
            "",
        ]
    if outcome.unread:
        lines += ["Could not be read:", "", *(f"- {_escaped(said)}" for said in outcome.missing), ""]
    lines += _done(outcome)
    return "\n".join(lines).rstrip() + "\n"


def _done(outcome: Outcome) -> list[str]:
    lines = []
    if outcome.restored is not None:
        answering = sum(1 for one in outcome.restored if one.seen)
        lines += [f"Restored: {answering} of {len(outcome.restored)}.", ""]
    if outcome.calls is not None:
        answered = sum(1 for one in outcome.calls if one.is_answered)
        lines += [f"Calls answered: {answered} of {len(outcome.calls)}.", ""]
    return lines


def _row(one: Finding) -> str:
    where = f"{one.name}, {one.region}" if one.region and one.region != one.name else one.name
    cells = (_SIGNS[one.severity], one.code, where, one.what, one.remedy)
    return f"| {' | '.join(map(_escaped, cells))} |"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED).replace("\n", " ").replace("@", "@&#8203;")
