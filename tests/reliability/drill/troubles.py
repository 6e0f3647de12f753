"""What goes wrong beyond one fault and the same program again: outages, two faults, answers that are not whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from drill.centre import arn
from drill.kills import moments
from drill.matrix import DESCRIBE, MOVE, SET_FLOW, Hit, known
from drill.stack import Declared, Program
from drill.steps import STEPS, Step, member

from acgr_sandbox import Fault, Response, Sandbox

SECONDS = (1.0, 5.0, 60.0, 900.0)
"""How long an outage lasts: shorter than any patience, and longer than any deadline."""

OUTAGES = ("error-before", "reset")
"""An endpoint that answers with errors, and one that breaks every connection."""

TWO = ("lost-reply", "denied", "throttle")
"""The kinds of which two hit one run."""

Mangler = Callable[[Response], Response]


@cache
def core() -> tuple[Step, ...]:
    """The steps that take different ways through the library, and that write."""
    return tuple(step for step in STEPS if step.is_core and not step.is_read)


def moves(step: Step) -> bool:
    """Whether the step moves a number or sets a flow: then somebody may be left in the dark."""
    return any(operation in {MOVE, DESCRIBE, SET_FLOW} for operation, *_ in known(step, step.switches).calls)


@dataclass(frozen=True)
class Outage:
    """From the answer to a request on, nothing is answered for so many seconds."""

    step: Step
    after: int
    seconds: float
    kind: str

    def __str__(self) -> str:
        return f"{self.step}/{self.after}/{self.kind}-for-{self.seconds:.0f}-s"

    def begins(self, sandbox: Sandbox) -> Callable[[int], None]:
        """Hears, before each request, how many were answered."""
        ends: float | None = None

        def asked(requests: int) -> None:
            nonlocal ends
            if ends is None and requests == self.after:
                ends = sandbox.clock.now() + self.seconds
                sandbox.faults.add(Fault("*", self.kind, count=0))
            elif ends is not None and sandbox.clock.now() >= ends:
                sandbox.faults.clear()

        return asked


@cache
def outages() -> list[Outage]:
    """Every moment of every core step, every duration."""
    return [
        Outage(step, after, seconds, OUTAGES[after % 2])
        for step in core()
        for after in moments(step)[:-1]
        for seconds in SECONDS
    ]


BYSTANDER = member("dave.jones", group="everyone", name="bystander")
"""A resource of every program that has nothing to do: without any the engine starts no plugin, and nobody looks."""


@dataclass(frozen=True)
class OtherProgram:
    """A process dies, and the next run declares something else."""

    step: Step
    requests: int
    next_run: str

    def __str__(self) -> str:
        return f"{self.step}/{self.requests}/{self.next_run}"

    @property
    def program(self) -> Program:
        """What the next run declares."""
        declared = {
            "the-commit-before": list(self.step.before),
            "something-else": [_elsewhere(declared) for declared in self.step.program or self.step.before],
            "nothing": [],
        }[self.next_run]
        return [*declared, BYSTANDER]


def _elsewhere(declared: Declared) -> Declared:
    changes: dict[str, dict[str, Any]] = {
        "PhoneNumberPlacement": {"target": arn("everyone"), "flow": "Winter IVR"},
        "PhoneNumberContactFlow": {"flow": "Main IVR"},
        "TrafficDistributionGroupUser": {"traffic_distribution_group": "everyone"},
        "TrafficDistributionGroupRoster": {"users": {"carol.white": "carol.white"}},
    }
    return declared.changed(**changes[declared.kind])


@cache
def other_programs() -> list[OtherProgram]:
    """Every moment of every step that moves numbers or sets flows, and whatever may come next."""
    return [
        OtherProgram(step, requests, next_run)
        for step in STEPS
        if not step.is_read and moves(step)
        for requests in moments(step)
        for next_run in ("the-commit-before", "something-else", "nothing")
    ]


@dataclass(frozen=True)
class TwoFaults:
    """Two calls of one run are hit."""

    step: Step
    first: Hit
    second: Hit
    kinds: tuple[str, str]

    def __str__(self) -> str:
        return f"{self.step}/{self.first}-{self.kinds[0]}/{self.second}-{self.kinds[1]}"

    @property
    def faults(self) -> list[Fault]:
        """Both."""
        return [
            Fault(hit.operation, kind, hit.region, count=1, after=hit.occurrence - 1)
            for hit, kind in zip((self.first, self.second), self.kinds, strict=True)
        ]


@cache
def two_faults() -> list[TwoFaults]:
    """Every two calls of every core step of which one writes, and the kinds in turn."""
    found = []
    for step in core():
        for number, (first, second) in enumerate(combinations(_hits(step), 2)):
            if first.is_write or second.is_write:
                found.append(TwoFaults(step, first, second, (TWO[number % 3], TWO[number // 3 % 3])))
    return found


def _hits(step: Step) -> list[Hit]:
    seen: dict[tuple[str, str], int] = {}
    hits = []
    for operation, region, _ in known(step, step.switches).calls:
        seen[operation, region] = occurrence = seen.get((operation, region), 0) + 1
        hits.append(Hit(operation, region, occurrence))
    return hits


@dataclass(frozen=True)
class NotWhole:
    """One answer of a step lacks a member, or has one that nobody has heard of."""

    step: Step
    nth: int
    path: tuple[str, ...]
    change: str

    def __str__(self) -> str:
        return f"{self.step}/{self.nth}/{'.'.join(self.path)}-{self.change}"

    def mangler(self) -> Mangler:
        """Changes the answer on its way: the nth of those that have the member."""
        seen = 0

        def mangled(answer: Response) -> Response:
            nonlocal seen
            seen += self._is_in(answer)
            return self._mangled(answer) if seen == self.nth and self._is_in(answer) else answer

        return mangled

    def _is_in(self, answer: Response) -> bool:
        return answer.status == 200 and answer.body.startswith(b"{") and self.path[0] in json.loads(answer.body)

    def _mangled(self, answer: Response) -> Response:
        body = json.loads(answer.body)
        for found in _at(body, self.path[:-1]):
            if self.change == "missing":
                found.pop(self.path[-1], None)
            elif self.path[-1] in found:
                found[self.path[-1]] = "SOMETHING_NEW"
        changed = json.dumps(body).encode()
        return Response(answer.status, {**answer.headers, "Content-Length": str(len(changed))}, changed)


def _at(body: Any, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The mappings at a path; of a list its first row, which is somebody else's as a rule."""
    if isinstance(body, list):
        body = body[0] if body else None
    if not isinstance(body, dict):
        return
    if not path:
        yield body
    elif path[0] in body:
        yield from _at(body[path[0]], path[1:])


MEMBERS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "DescribePhoneNumber": (
        (("ClaimedPhoneNumberSummary",), "missing"),
        (("ClaimedPhoneNumberSummary", "PhoneNumberStatus"), "missing"),
        (("ClaimedPhoneNumberSummary", "PhoneNumberStatus", "Status"), "unknown"),
        (("ClaimedPhoneNumberSummary", "TargetArn"), "missing"),
        (("ClaimedPhoneNumberSummary", "PhoneNumberArn"), "missing"),
    ),
    "ListPhoneNumbersV2": (
        (("ListPhoneNumbersSummaryList", "PhoneNumberArn"), "missing"),
        (("ListPhoneNumbersSummaryList", "TargetArn"), "unknown"),
    ),
    "ListFlowAssociations": (
        (("FlowAssociationSummaryList", "FlowId"), "missing"),
        (("FlowAssociationSummaryList", "ResourceId"), "unknown"),
    ),
    "BatchGetFlowAssociation": ((("FlowAssociationSummaryList", "FlowId"), "missing"),),
    "ListContactFlows": ((("ContactFlowSummaryList", "ContactFlowStatus"), "missing"),),
    "ListUsers": ((("UserSummaryList", "Username"), "missing"),),
    "ListTrafficDistributionGroups": ((("TrafficDistributionGroupSummaryList", "InstanceArn"), "missing"),),
    "DescribeTrafficDistributionGroup": (
        (("TrafficDistributionGroup", "Status"), "missing"),
        (("TrafficDistributionGroup", "Status"), "unknown"),
    ),
    "DescribeInstance": ((("ReplicationConfiguration",), "missing"),),
}
"""By operation, the members that the library reads, and what may become of them."""


@cache
def not_whole() -> list[NotWhole]:
    """Every answer of every core step, and every member of it that is read."""
    found = []
    for step in core():
        calls = Counter(operation for operation, *_ in known(step, step.switches).calls)
        for operation, count in calls.items():
            for path, change in MEMBERS.get(operation, ()):
                found += [NotWhole(step, nth, path, change) for nth in range(1, count + 1)]
    return found
