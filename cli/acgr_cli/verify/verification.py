"""What is read, done and found, in its order: survey, restore, findings, stack, probe, calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.metadata import version

import click

from acgr_cli.connected import Reach
from acgr_connect.model.identifiers import Identifier
from acgr_connect.model.records import Number
from acgr_connect.survey.findings import Meant, findings_of, kinds
from acgr_connect.survey.findings.called import called, not_called
from acgr_connect.survey.findings.expected import Expected, against
from acgr_connect.survey.findings.finding import Finding, Kind, Severity
from acgr_connect.survey.probing import cost, probe
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Survey, Unread

from .outcome import Outcome
from .prove import proved
from .repair import repaired


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        meant: what is meant to be as it is.
        numbers: patterns of the numbers that are restored or called; none: all.
        flows: Region, or "" for each, to the flow of dark numbers of which nobody knows it.
        stack: what a stack says; None: it is not asked.
        content: what a caller does and hears; None: hears anything.
        restores, probes, calls: what is done besides reading.
        is_quick: whether only lists are read.
        yes: whether nobody is asked.
    """

    meant: Meant = Meant()
    numbers: tuple[str, ...] = ()
    flows: Mapping[str, Identifier] = field(default_factory=dict)
    stack: Expected | None = None
    content: str | None = None
    restores: bool = False
    probes: bool = False
    calls: bool = False
    is_quick: bool = False
    yes: bool = False

    def chosen(self, found: Survey) -> list[Number]:
        """The numbers that are restored or called."""
        return [
            number
            for number in found.numbers or ()
            if not self.numbers or any(fnmatchcase(number.e164, pattern) for pattern in self.numbers)
        ]

    @property
    def kinds(self) -> dict[str, Kind]:
        """What is looked for."""
        asked = dict(kinds.OF_SURVEY)
        if self.is_quick:
            asked = {code: kind for code, kind in asked.items() if not kind.needs & _NOT_QUICK}
        more = {"6": self.probes, "7": self.stack is not None, "8": self.calls}
        others = {code: kind for code, kind in kinds.KINDS.items() if code not in kinds.OF_SURVEY}
        return {**asked, **{code: kind for code, kind in others.items() if more[code[4]]}}


_NOT_QUICK = frozenset({"DescribePhoneNumber", "DescribeContactFlow", "DescribeContactFlowModule"})
"""What is asked object by object."""


def verified(reach: Reach, asked: Asked, fails_on: Severity = Severity.ERROR) -> Outcome:
    """Everything that is found.

    Raises:
        CommandFailure: no Region is named, or nobody is there to be asked.
        ConnectError: the instance is not found, no Region answers, or a flow that was named is not there.
    """
    connection, pair, operation = reach.connection, reach.pair(), reach.operation()
    whole = not asked.is_quick
    found = survey(connection, pair, operation, Extent(statuses=whole, contents=whole, findings=True))
    restored = calls = None
    if asked.restores:
        found, done = repaired(reach, found, asked.chosen(found), asked.flows, operation, yes=asked.yes)
        restored = tuple(done)
    findings, unread = findings_of(found, asked.meant), list(found.unread)
    if asked.stack is not None:
        findings += against(found, asked.stack)
    if asked.probes:
        with reach.pause():
            click.echo(f"Probing the request rate: up to {cost(found)} reads more in each Region at once.", err=True)
        findings += [one.finding() for one in probe(connection, found, operation)]
    if asked.calls:
        placed = proved(reach, found, asked.chosen(found), asked.content, operation, yes=asked.yes)
        calls = None if placed is None else tuple(placed)
        findings += called(found, calls or ())
        unread += not_called(calls or ())
    told = _told(findings, asked.meant)
    return Outcome(
        pair, found.at, version("pulumi-acgr"), told, _each_once(unread), asked.kinds, restored, calls, fails_on
    )


def _told(findings: list[Finding], meant: Meant) -> tuple[Finding, ...]:
    return tuple(sorted((one for one in findings if not meant.passes_over(one)), key=lambda one: one.place))


def _each_once(unread: list[Unread]) -> tuple[Unread, ...]:
    return tuple(dict.fromkeys(unread))
