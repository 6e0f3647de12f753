"""The evidence of a drill: what was, what was done, how long it took, which calls arrived where, and by whom.

It is written after everything that happens, so that a drill that is killed leaves it, and `--resume` can read where
things are. docs/drill-evidence.schema.json says what is in it. Nothing in it is secret; it has phone numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from acgr_cli.failure import CommandFailure
from acgr_connect.machine import write_whole
from acgr_connect.model.arns import parse
from acgr_connect.model.records import Distribution, Group

VERSION = 1
"""Of the file. Members may be added; none is renamed or given another meaning without another version."""

TEST_CASES, A_PERSON, NOTHING = "test cases", "a person", "nothing"
"""By what it is proved that calls are answered."""

Kind = Literal["drill", "failover", "failback"]
Direction = Literal["there", "back"]
State = Literal["running", "done", "went back", "stopped", "interrupted"]


@dataclass
class Shares:
    """How a group spreads its traffic: percent of calls and of agents by Region, and where agents may sign in."""

    calls: dict[str, int]
    agents: dict[str, int]
    sign_in: dict[str, bool]

    @classmethod
    def of(cls, distribution: Distribution) -> Shares:
        """From what Connect shows."""
        return cls(dict(distribution.telephony), dict(distribution.agents), dict(distribution.sign_in))

    @property
    def distribution(self) -> Distribution:
        """As Connect takes it."""
        return Distribution(dict(self.calls), dict(self.agents), dict(self.sign_in))


@dataclass
class Part:
    """A group that takes part.

    Attributes:
        arn: its ARN.
        name: what people call it.
        instance: the source instance's ARN.
        is_default: whether it is the default group.
        only_sign_in: whether it takes part only because it decides where agents may sign in.
        numbers: its numbers, in E.164.
        before: its shares at the beginning; None: not known.
        after: its shares at the end; None: not known, or not over.
    """

    arn: str
    name: str
    instance: str
    is_default: bool
    only_sign_in: bool = False
    numbers: list[str] = field(default_factory=list)
    before: Shares | None = None
    after: Shares | None = None

    @property
    def group(self) -> Group:
        """The group."""
        arn, instance = parse(self.arn, "traffic-distribution-group"), parse(self.instance, "instance")
        return Group(arn, self.name, instance, "ACTIVE", self.is_default)


@dataclass
class Changed:
    """One request for a change.

    Attributes:
        group: the group's ARN.
        was: its shares before; None: not known.
        wanted: the shares that were asked for.
        outcome: "asking", "asked", "done" (it holds), "held" (it was so already), "failed" or "not asked".
        seconds: from the request until it held.
        error: why it failed.
        found: the shares that somebody else has set, where that is why.
    """

    group: str
    was: Shares | None
    wanted: Shares
    outcome: str = "asking"
    seconds: float | None = None
    error: str = ""
    found: Shares | None = None


@dataclass
class Called:
    """One call.

    Attributes:
        number: E.164.
        group: the group's ARN.
        region: where it was placed; "" where a person called, and does not know where the call went.
        by: "test case" or "person".
        answered: whether something answered; None: it could not be placed, or nobody knows.
        said: why it was not answered, or what the person says.
        at: when.
        seconds: how long it took, as far as that is known.
        contact: the id of the contact that it became, as far as that is known.
        left: the id of its test case, where that could not be deleted.
    """

    number: str
    group: str
    region: str
    by: str
    answered: bool | None
    said: str
    at: str
    seconds: float | None = None
    contact: str = ""
    left: str = ""


@dataclass
class Done:
    """One step. Number 0 is before the first shift, and has calls only."""

    number: int
    direction: Direction
    kind: str
    region: str
    text: str
    at: str
    seconds: float | None = None
    changes: list[Changed] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    error: str = ""


@dataclass
class Sitting:
    """One run of the command on this file: by whom, when, with which versions, and how it ended."""

    at: str
    by: str
    versions: dict[str, str]
    ended: str | None = None
    state: State = "running"


@dataclass
class Terms:
    """What was asked for."""

    to: str
    percent: int = 100
    step: int = 10
    hold: float = 60.0
    returns: bool = True
    groups: list[str] = field(default_factory=list)
    proof: str = TEST_CASES
    calls: int = 1
    back_on_failure: bool = True
    forced: bool = False


@dataclass
class Evidence:
    """All of it.

    Attributes:
        kind: what it is the evidence of.
        instance: the source instance's ARN.
        alias: what people call it, or its id.
        regions: the two, the source first.
        terms: what was asked for.
        groups: those that take part.
        findings: the errors of `acgr verify` at its beginning; None: it was not asked.
        steps: what was done.
        sittings: each run of the command.
        direction: whether it goes there, or back already.
        state: how it stands.
        said: in which state things are left, in one or more sentences.
    """

    kind: Kind
    instance: str
    alias: str
    regions: list[str]
    terms: Terms
    groups: list[Part] = field(default_factory=list)
    findings: list[dict[str, str]] | None = None
    steps: list[Done] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)
    direction: Direction = "there"
    state: State = "running"
    said: list[str] = field(default_factory=list)

    @property
    def calls(self) -> Iterator[Called]:
        """All calls."""
        return (call for step in self.steps for call in step.calls)

    @property
    def last(self) -> int:
        """The number of the last step; -1: there is none, not even the calls before the first shift."""
        return max((step.number for step in self.steps), default=-1)

    def known(self, arn: str) -> list[Distribution]:
        """How a group may be: as the last change left it, or, where its answer is not known, as it was before."""
        group = next(one for one in self.groups if one.arn == arn)
        changes = [change for step in self.steps for change in step.changes if change.group == arn]
        if not changes:
            return [group.before.distribution] if group.before else []
        last = changes[-1]
        if last.outcome in {"done", "held"}:
            return [last.wanted.distribution]
        if last.outcome in {"failed", "not asked"}:
            return [last.was.distribution] if last.was else []
        return [shares.distribution for shares in (last.was, last.wanted) if shares]

    def standing(self, arn: str) -> list[Distribution]:
        """The same, but for what somebody else was seen to have set."""
        changes = [change for step in self.steps for change in step.changes if change.group == arn]
        if changes and changes[-1].found:
            return [changes[-1].found.distribution]
        return self.known(arn)

    def summary(self) -> dict[str, Any]:
        """What it comes to: shifts, calls by Region, and whether any was lost."""
        calls = list(self.calls)
        regions: dict[str, dict[str, int]] = {}
        for call in calls:
            row = regions.setdefault(call.region or "not known", {"placed": 0, "answered": 0})
            row["placed"] += call.answered is not None
            row["answered"] += call.answered is True
        return {
            "changes": sum(change.outcome in {"done", "asked"} for step in self.steps for change in step.changes),
            "calls": {
                "placed": sum(call.answered is not None for call in calls),
                "answered": sum(call.answered is True for call in calls),
                "lost": sum(call.answered is False for call in calls),
                "not_placed": sum(call.answered is None for call in calls),
                "by_region": regions,
            },
            "numbers_called": sorted({call.number for call in calls if call.answered is not None}),
            "seconds": round(sum(step.seconds or 0.0 for step in self.steps), 1),
        }

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"version": VERSION, **asdict(self), "summary": self.summary()}


def read(path: Path) -> Evidence:
    """The evidence of a file.

    Raises:
        CommandFailure: it cannot be read, or is no such file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandFailure(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise CommandFailure(f"{path} is no evidence of a drill: it is not JSON ({error}).") from None
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise CommandFailure(f"{path} is no evidence of a drill that this version can read.")
    try:
        return _evidence(found)
    except (KeyError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CommandFailure(f"{path} is no evidence of a drill: something in it is missing or odd ({what}).") from None


def _evidence(found: Mapping[str, Any]) -> Evidence:
    evidence = Evidence(
        kind=found["kind"],
        instance=str(found["instance"]),
        alias=str(found["alias"]),
        regions=list(found["regions"]),
        terms=Terms(**found["terms"]),
        groups=[_part(one) for one in found["groups"]],
        findings=found["findings"],
        steps=[_done(one) for one in found["steps"]],
        sittings=[Sitting(**one) for one in found["sittings"]],
        direction=found["direction"],
        state=found["state"],
        said=list(found["said"]),
    )
    parse(evidence.instance, "instance")
    for one in evidence.groups:
        parse(one.arn, "traffic-distribution-group")
        parse(one.instance, "instance")
    return evidence


def _shares(found: Mapping[str, Any] | None) -> Shares | None:
    return Shares(**found) if found else None


def _part(found: Mapping[str, Any]) -> Part:
    return Part(**{**found, "before": _shares(found["before"]), "after": _shares(found["after"])})


def _done(found: Mapping[str, Any]) -> Done:
    changes = [
        Changed(
            **{
                **one,
                "was": _shares(one["was"]),
                "wanted": Shares(**one["wanted"]),
                "found": _shares(one["found"]),
            }
        )
        for one in found["changes"]
    ]
    return Done(**{**found, "changes": changes, "calls": [Called(**one) for one in found["calls"]]})


class Writer:
    """Writes the evidence, and beside it the same as HTML.

    The JSON is written before each step's requests and after whatever has happened: it is what `--resume` reads. The
    HTML, which people read, follows when a step is over.

    Args:
        evidence: what is written.
        path: the JSON file; the HTML file has the same name.
        page: makes the HTML.
        warn: is told once, should writing fail: whatever is being done goes on.
    """

    def __init__(
        self, evidence: Evidence, path: Path, page: Callable[[Evidence], str], warn: Callable[[str], None]
    ) -> None:
        self.evidence, self.path = evidence, path
        self.is_whole = True
        self._page, self._warn = page, warn

    @property
    def html(self) -> Path:
        """The HTML file."""
        return self.path.with_suffix(".html")

    def begin(self) -> None:
        """Write it for the first time.

        Raises:
            OSError: it cannot be written.
        """
        self._write(html=True)

    def save(self, *, html: bool = False) -> None:
        """Write it as it is now."""
        try:
            self._write(html=html)
        except OSError as error:
            if self.is_whole:
                self._warn(f"The evidence cannot be written to {self.path} any more: {error.strerror or error}.")
            self.is_whole = False
        else:
            self.is_whole = True

    def _write(self, *, html: bool) -> None:
        write_whole(self.path, json.dumps(self.evidence.plain(), indent=2) + "\n", on_disk=True)
        if html:
            write_whole(self.html, self._page(self.evidence))
