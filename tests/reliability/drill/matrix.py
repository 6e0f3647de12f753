"""The fault matrix, generated: every call that a step makes, every fault that may hit it, every switch that matters."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from drill.centre import Shown, fresh, shown
from drill.server import REPLICA, door
from drill.shared import learned_now, learned_once, shares
from drill.stack import Stack, a_run
from drill.steps import STEPS, Step, Switched

from acgr_sandbox import Fault, ManualClock, Sandbox, Switches

MOVE, DESCRIBE = "UpdatePhoneNumber", "UpdatePhoneNumberMetadata"
SET_FLOW, UNSET_FLOW = "AssociatePhoneNumberContactFlow", "DisassociatePhoneNumberContactFlow"
JOIN, LEAVE = "AssociateTrafficDistributionGroupUser", "DisassociateTrafficDistributionGroupUser"
MAKE, REMOVE = "CreateTrafficDistributionGroup", "DeleteTrafficDistributionGroup"
REPLICATE, DELETE = "ReplicateInstance", "DeleteInstance"
TAG, UNTAG = "TagResource", "UntagResource"
ON_NUMBERS_AND_AGENTS = {MOVE, DESCRIBE, SET_FLOW, UNSET_FLOW, JOIN, LEAVE}
WRITES = {*ON_NUMBERS_AND_AGENTS, MAKE, REMOVE, REPLICATE, DELETE, TAG, UNTAG}
ENDS_LATER = {MOVE, MAKE, REMOVE, REPLICATE}
"""What is accepted at once, and may end in failure later."""

FLOW_CALLS = {SET_FLOW, UNSET_FLOW, "BatchGetFlowAssociation", "ListFlowAssociations"}
NUMBER_CALLS = {MOVE, DESCRIBE, "DescribePhoneNumber", "ListPhoneNumbersV2"}
AGENT_CALLS = {JOIN, LEAVE, "ListTrafficDistributionGroupUsers"}

ON_READS = ("throttle", "error-before", "lost-reply", "denied")
"""Of a read it makes no difference whether an error comes before or after, nor where a connection breaks."""

ON_WRITES = ("throttle", "drain", "error-before", "error-after", "lost-reply", "reset", "denied", "expired-token")

FOR_GOOD = {"error-before", "error-after", "lost-reply", "denied", "failed-claim"}
"""Faults that may also last until the run ends. The others are tried once: a throttle is waited out 200 times."""


@dataclass(frozen=True)
class Switch:
    """Values of one or two of the sandbox's switches, and what they concern.

    Attributes:
        values: by switch.
        operations: which calls are hit under it.
        kinds: by which faults; all that there are unless given.
    """

    values: tuple[tuple[str, Any], ...]
    operations: frozenset[str]
    kinds: frozenset[str] = field(default_factory=lambda: frozenset({*ON_WRITES, "failed-claim"}))

    @property
    def own(self) -> frozenset[str]:
        """The faults that the switch itself is about."""
        return self.kinds if len(self.kinds) < 3 else frozenset()

    def __str__(self) -> str:
        return ",".join(f"{name}={value or str(value).lower() or 'none'}" for name, value in self.values)


def _switch(name: str, value: Any, operations: set[str], *kinds: str, **beside: Any) -> Switch:
    values = ((name, value), *beside.items())
    return Switch(values, frozenset(operations), *([frozenset(kinds)] if kinds else []))


_HIDDEN = ("error-before", "error-after", "lost-reply", "reset")

SWITCHES = [
    _switch(
        "bucket_scope",
        "per-operation",
        ON_NUMBERS_AND_AGENTS | {"ListPhoneNumbersV2", "ListUsers"},
        "throttle",
        "drain",
    ),
    _switch("throttle_code", "TooManyRequestsException", ON_NUMBERS_AND_AGENTS | {"ListUsers"}, "throttle", "drain"),
    _switch("throttle_code", "", ON_NUMBERS_AND_AGENTS | {"ListUsers"}, "throttle"),
    _switch("error_member", "message", {SET_FLOW, JOIN}, "error-before", "denied"),
    _switch("latency_seconds", 0.7, {MOVE, JOIN}, "throttle", "error-after"),
    _switch("mirroring", False, FLOW_CALLS | {MOVE}),
    _switch("mirror_conflict", "source", FLOW_CALLS, "error-after", "lost-reply", "denied"),
    _switch("mirror_seconds", 4.0, FLOW_CALLS | {MOVE}, "error-before", "lost-reply", "denied"),
    _switch("replica_arn_form", "replica", FLOW_CALLS, "lost-reply", "denied"),
    _switch("batch_unknown", "error", {"BatchGetFlowAssociation", SET_FLOW, UNSET_FLOW, MOVE}),
    _switch("flow_while_in_progress", "ResourceNotFoundException", {SET_FLOW, MOVE}),
    _switch("flow_while_in_progress", "ResourceInUseException", {SET_FLOW, MOVE}),
    _switch("flow_while_in_progress", "allow", {SET_FLOW, MOVE}),
    _switch("flow_while_in_progress", "drop", {SET_FLOW, MOVE}),
    _switch("disassociate_flow_absent", "success", {UNSET_FLOW}),
    _switch("move_drops_replica_flow", False, {SET_FLOW, MOVE, "BatchGetFlowAssociation"}),
    _switch("target_shown_early", True, NUMBER_CALLS),
    _switch("failed_keeps_target", False, NUMBER_CALLS, "failed-claim", "denied", "lost-reply"),
    _switch("same_target_drops_flow", True, NUMBER_CALLS),
    _switch("same_target_in_progress", True, {MOVE}, "failed-claim", same_target_drops_flow=True),
    _switch("failed_number_flow", "allow", {MOVE}, "failed-claim"),
    _switch("failed_number_flow", "allow", {MOVE}, "failed-claim", failed_keeps_target=False),
    _switch("association_lag_seconds", 2.0, FLOW_CALLS | {MOVE}, "error-after", "failed-claim"),
    _switch("association_lag_seconds", 2.0, {SET_FLOW, MOVE}, "error-after", "failed-claim", mirroring=False),
    _switch("association_lag_seconds", 2.0, {MOVE}, "failed-claim", flow_while_in_progress="drop"),
    _switch("claim_seconds", 30.0, {MOVE, "DescribePhoneNumber", SET_FLOW}, *_HIDDEN, "denied", "failed-claim"),
    _switch("number_in_progress", "InvalidParameterException", {MOVE, DESCRIBE}),
    _switch("reused_token", "replay", {MOVE, DESCRIBE, MAKE, REPLICATE}, *_HIDDEN),
    _switch("reused_token", "ignore", {MOVE, DESCRIBE, MAKE, REPLICATE}, *_HIDDEN),
    _switch("source_in_replication_status", False, {REPLICATE}, "error-after", "lost-reply"),
    _switch("arn_as_phone_number_id", False, {MOVE}, "lost-reply"),
    _switch("list_includes_group_numbers", False, {"ListPhoneNumbersV2", "DescribePhoneNumber", MOVE}),
    _switch("list_lag_seconds", 30.0, {"ListPhoneNumbersV2", MOVE, SET_FLOW}),
    _switch("second_group", "conflict", AGENT_CALLS),
    _switch("second_group", "move", AGENT_CALLS),
    _switch("reassociate", "conflict", AGENT_CALLS),
    _switch("disassociate_absent", "not-found", AGENT_CALLS),
    _switch("user_id_form", "arn", AGENT_CALLS, "error-after", "lost-reply", "denied"),
    _switch("membership_lag_seconds", 30.0, AGENT_CALLS),
    _switch("group_users_page", 1, {"ListTrafficDistributionGroupUsers"}),
    _switch("group_users_over_page", "refuse", {"ListTrafficDistributionGroupUsers"}),
]


@dataclass(frozen=True)
class Hit:
    """A call of a step, and how often the step has made the same one by then."""

    operation: str
    region: str
    occurrence: int

    @property
    def is_write(self) -> bool:
        """Whether it changes anything."""
        return self.operation in WRITES

    def __str__(self) -> str:
        where = ".replica" if self.region == REPLICA else ""
        return f"{self.operation}{where}.{self.occurrence}"


@dataclass(frozen=True, eq=False)
class Case:
    """One cell of the matrix."""

    step: Step
    hit: Hit
    kind: str
    for_good: bool
    switch: Switch | None
    refreshes: bool

    @property
    def switches(self) -> Switched:
        """How the sandbox is set."""
        return {**self.step.switches, **(dict(self.switch.values) if self.switch else {})}

    @property
    def fault(self) -> Fault:
        """What happens, from the moment the step begins."""
        count = 0 if self.for_good else 1
        return Fault(self.hit.operation, self.kind, self.hit.region, count=count, after=self.hit.occurrence - 1)

    def __str__(self) -> str:
        lasts = "-for-good" if self.for_good else ""
        after = "-then-refresh" if self.refreshes else ""
        return f"{self.step}/{self.hit}/{self.kind}{lasts}{after}{f'/{self.switch}' if self.switch else ''}"


@dataclass(frozen=True)
class Kept:
    """What a sandbox is made of, as it was at a time."""

    world: bytes
    now: float
    switches: Switches


@dataclass(frozen=True)
class Known:
    """A step under some switches, before it and without any fault.

    Attributes:
        sandbox: as it was before.
        dark: the numbers that were dark then, without the step.
        stack: as it was before.
        calls: what the step asks, in order, with the outcome.
        requests: how many requests that is, STS included.
        errors: the sentences in which it ends.
        unquiet: what the next run would still change.
        ends: what there is afterwards.
    """

    sandbox: Kept
    dark: tuple[tuple[str, str], ...]
    stack: Stack
    calls: tuple[tuple[str, str, str], ...]
    requests: int
    errors: tuple[str, ...]
    unquiet: frozenset[str]
    ends: Shown


def known(step: Step, switches: Switched) -> Known:
    """The step without a fault, done once for all cases of these switches, in whichever process comes first."""
    key = _key(step, switches)
    if key not in _known:
        _known[key] = learned_once(key, lambda: _learned(step, switches))
    return _known[key]


_known: dict[str, Known] = {}


def _key(step: Step, switches: Switched) -> str:
    return f"{door()} {step} {sorted(switches.items())}"


def learn(asked: Iterable[tuple[Step, Switched]]) -> None:
    """Learn all of these, together with the other processes of the tests: each begins somewhere else."""
    wanted = {_key(step, switches): (step, switches) for step, switches in asked}
    for key in shares(wanted.keys() - _known.keys()):
        step, switches = wanted[key]
        if found := learned_now(key, partial(_learned, step, switches)):
            _known[key] = found
    for step, switches in wanted.values():
        known(step, switches)


def _learned(step: Step, switches: Switched) -> Known:
    sandbox, stack = fresh(switches), Stack()
    with a_run(sandbox):
        stack.up(step.before)
    assert not stack.errors, f"{step} before: {stack.errors}"
    shown(sandbox)
    before, dark = kept_of(sandbox), shown(twin(sandbox)).dark
    other, trial = from_kept(before), stack.copy()
    with a_run(other) as wire:
        step.act(trial)
        requests, errors = wire.requests, tuple(trial.errors)
    # STS is no part of Connect: no fault of the sandbox hits it.
    events = [e for e in other.events.after() if e["kind"] == "call" and e["operation"] != "GetCallerIdentity"]
    calls = tuple((event["operation"], event["region"], event["outcome"]) for event in events)
    ends = shown(other)
    with a_run(other):
        unquiet = frozenset(trial.preview(step.program))
    return Known(before, dark, stack, calls, requests, errors, unquiet, ends)


def twin(sandbox: Sandbox) -> Sandbox:
    """Another sandbox whose world is as this one's, at the same time."""
    return from_kept(kept_of(sandbox))


def kept_of(sandbox: Sandbox) -> Kept:
    """The world of a sandbox, to make others of it."""
    return Kept(pickle.dumps(sandbox.world), sandbox.clock.now(), sandbox.switches)


def from_kept(kept: Kept) -> Sandbox:
    """A sandbox with such a world of its own."""
    return Sandbox(pickle.loads(kept.world), clock=ManualClock(kept.now), switches=kept.switches)


def hits(step: Step, switches: Switched) -> list[Hit]:
    """The calls of a step: each write, and of reads that are repeated the first and the last."""
    times: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, str], list[Hit]] = {}
    for operation, region, _ in known(step, switches).calls:
        times[operation, region] += 1
        found.setdefault((operation, region), []).append(Hit(operation, region, times[operation, region]))
    return [hit for same in found.values() for hit in same if hit.is_write or hit in (same[0], same[-1])]


def kinds(hit: Hit) -> Iterator[tuple[str, bool]]:
    """The faults of a call: which, and whether it lasts until the run ends."""
    for kind in ON_WRITES if hit.is_write else ON_READS:
        yield kind, False
        if kind in FOR_GOOD:
            yield kind, True
    if hit.operation in ENDS_LATER:
        yield "failed-claim", False
        yield "failed-claim", True


def is_distinct(case: Case) -> bool:
    """Whether a case is not like another one of the matrix, by what the library can tell of it.

    A failed read is repeated, given up, or refused, whatever the cause. A switch that is about something else makes no
    difference to a fault after which nothing has happened. Of steps that take the same way one is enough for reads.
    """
    hit, kind, switch = case.hit, case.kind, case.switch
    if not hit.is_write:
        return _is_distinct_read(case)
    if switch is None:
        nothing_new = {"throttle", "drain", "error-before", "reset", "expired-token"}
        return case.step.is_core or not (kind in nothing_new or (kind, case.for_good) == ("lost-reply", True))
    alike = {("denied", True), ("lost-reply", False), ("lost-reply", True), ("failed-claim", True)}
    if case.refreshes or not case.step.is_core or (kind, case.for_good) in alike:
        return False
    return kind in {"error-after", "failed-claim", "denied"} or kind in switch.own


def _is_distinct_read(case: Case) -> bool:
    outcome = ("lost-reply", False), ("error-before", True), ("denied", False)
    if case.switch:
        is_own = case.kind in case.switch.own and not case.for_good
        return case.step.is_core and (is_own or (case.kind, case.for_good) == ("denied", False))
    if case.step.is_core or case.step.is_read:
        return (case.kind, case.for_good) in outcome or (case.kind == "throttle" and case.hit.occurrence == 1)
    return (case.kind, case.for_good) == ("denied", False)


def _of_step(step: Step, switch: Switch | None) -> Iterator[Case]:
    switches = {**step.switches, **(dict(switch.values) if switch else {})}
    for hit in hits(step, switches):
        if switch and hit.operation not in switch.operations:
            continue
        for kind, for_good in kinds(hit):
            if switch is None or kind in switch.kinds:
                yield Case(step, hit, kind, for_good, switch, refreshes=False)
                if hit.is_write and (for_good or kind == "failed-claim") and not step.is_read:
                    yield Case(step, hit, kind, for_good, switch, refreshes=True)


def _concerns(switch: Switch, step: Step) -> bool:
    """Whether the step makes such calls, and works under the switch at all (`test_without_a_fault`)."""
    return _may_concern(switch, step) and not known(step, {**step.switches, **dict(switch.values)}).errors


def _may_concern(switch: Switch, step: Step) -> bool:
    """Whether the step makes such calls."""
    if step.switches.keys() & dict(switch.values).keys() or not (step.is_core or is_whole()):
        return False
    return any(operation in switch.operations for operation, _, _ in known(step, step.switches).calls)


def is_whole() -> bool:
    """Whether the environment asks for every case, alike or not."""
    return os.environ.get("RELIABILITY_MATRIX") == "whole"


@cache
def cases() -> list[Case]:
    """The matrix: the distinct cases or, where the environment asks for it, all."""
    learn((step, step.switches) for step in STEPS)
    concerned = [(step, s) for s in SWITCHES for step in STEPS if _may_concern(s, step)]
    learn((step, {**step.switches, **dict(s.values)}) for step, s in concerned)
    switches = [None, *SWITCHES]
    found = [case for s in switches for step in STEPS if s is None or _concerns(s, step) for case in _of_step(step, s)]
    return [case for case in found if is_whole() or is_distinct(case)]
