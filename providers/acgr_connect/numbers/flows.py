"""The flows of numbers: which one is meant in each Region, which one answers, and setting it (N6-N10)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from acgr_connect import log
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, NotFound, Refused
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.identifiers import Flows, Id, Identifier, Name
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import ANSWERS_NUMBERS, Flow
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

MIRROR_GRACE = 1.5
"""Seconds that Connect is given to mirror a flow to the other Region before the flow is set there by hand."""

MIRRORING = 120.0
"""Seconds after which a flow that the source has should long be in the replica."""

LOOK_EVERY = 1.0
"""Seconds between two questions whether it is; the list of flows is read more seldom (`Sweep`)."""

LISTS_BEHIND = 30.0
"""Seconds for which an answer may still show the flow that a move has just taken away."""

SHOWN_WITHIN = 20.0
"""Seconds after which an answer should long show the flow that was just set."""

ASK_EVERY = 2.0
"""Seconds between two questions whether it does."""

CANNOT_DIFFER = "Connect mirrors flows between these Regions, so they cannot differ"
"""What becomes of two flows that were declared for one number."""


def find_flows(
    connection: Connection,
    instance: Arn,
    regions: tuple[str, ...],
    flows: Flows,
    operation: Operation,
    *,
    believing: float = 0.0,
) -> dict[str, Arn]:
    """The flow that is meant in each Region, usable there: Region to ARN, the source first.

    A flow that was made a moment ago is in the source Region, and seconds later in the replica: that is waited for.

    Args:
        connection: the account.
        instance: the instance's ARN in any Region; its id is the same in both.
        regions: where the number will be reachable.
        flows: a name is looked up in each Region; one id or ARN means the same id in the other Region.
        operation: has the deadline, and shows what is waited for.
        believing: seconds for which a list is believed that does not have it; then nothing is waited for.

    Raises:
        NotFound: a Region has no such flow.
        Conflict: several flows have the name.
        Refused: a flow is archived or not published, or a Region of the mapping is missing or foreign.
    """
    meant = _by_region(flows, regions)
    source, *replicas = regions
    found = {source: _find(connection, instance.in_region(source), meant[source], believing)}
    for region in replicas:
        there = instance.in_region(region)
        if not believing and str(meant[region]) in {
            str(meant[source]),
            str(found[source].in_region(region)),
            found[source].id,
        }:
            _await_mirrored(connection, there, meant[region], source, operation)
        found[region] = _find(connection, there, meant[region], believing)
    return found


def _await_mirrored(connection: Connection, instance: Arn, flow: Identifier, source: str, operation: Operation) -> None:
    """Wait until the flow, which the source has, is in the replica as well; `MIRRORING` seconds at most."""
    clock = connection.clock
    began = clock.now()
    with ErrorContext(f"looking for flow {str(flow)!r} of instance {instance.id}", instance.region):
        while not _matching(connection, instance, flow):
            if (waited := clock.now() - began) >= MIRRORING or operation.deadline.has_passed:
                return
            said = f"flow {flow} is in {source}, and not in {instance.region} yet"
            operation.progress(f"{said}, {waited:.0f} s")
            clock.sleep(min(LOOK_EVERY, operation.deadline.remaining))


def _by_region(flows: Flows, regions: tuple[str, ...]) -> Mapping[str, Identifier]:
    if not isinstance(flows, Mapping):
        return {region: _in_region(flows, region, regions) for region in regions}
    if set(flows) != set(regions):
        given, needed = " and ".join(sorted(flows)), " and ".join(regions)
        context = ErrorContext("choosing a flow", regions[0])
        raise context.error(Refused, f"the flow is given for {given}; needed: {needed}")
    return flows


def _in_region(flow: Identifier, region: str, regions: tuple[str, ...]) -> Identifier:
    if not isinstance(flow, Arn):
        return flow
    if flow.region not in regions:
        cause = f"{flow} is of {flow.region}; the number is reachable in {' and '.join(regions)}"
        raise ErrorContext("choosing a flow", region).error(Refused, cause)
    return flow.in_region(region)


def _find(connection: Connection, instance: Arn, flow: Identifier, believing: float) -> Arn:
    context = ErrorContext(f"looking for flow {str(flow)!r} of instance {instance.id}", instance.region)
    with context:
        found = _matching(connection, instance, flow, believing)
        if not found:
            raise context.error(NotFound, *_unknown(connection, instance, flow))
        if len(found) > 1:
            arns = ", ".join(sorted(str(f.arn) for f in found))
            cause = f"several active flows have that name: {arns}"
            raise context.error(Conflict, cause, "write the ARN of the one you mean")
        return _usable(found[0], context).arn


def _matching(connection: Connection, instance: Arn, flow: Identifier, believing: float = 0.0) -> list[Flow]:
    flows = connection.directory.flows(instance)
    if isinstance(flow, (Arn, Id)):
        is_elsewhere = isinstance(flow, Arn) and flow.instance_id != instance.id
        found = (
            None if is_elsewhere else flows.get(flow.id if isinstance(flow, Arn) else flow.text, believing=believing)
        )
        return [found] if found else []
    return meant_by_name(flows.matching(lambda f: f.name == flow.text, believing=believing))


def meant_by_name(named: list[Flow]) -> list[Flow]:
    """Which of the flows of one name are meant by it: those that are active, if any is. One: the name is clear."""
    return [flow for flow in named if flow.state == "ACTIVE"] or named


def _unknown(connection: Connection, instance: Arn, flow: Identifier) -> tuple[str, str]:
    """Why there is no such flow, and what to do."""
    if isinstance(flow, Arn) and flow.instance_id != instance.id:
        return f"the ARN is of instance {flow.instance_id}", "write the ARN that this instance shows"
    if other := _of_another_type(connection, instance, flow):
        said = f"{other.name!r} is a flow of type {other.type}, and a number takes only one of type {ANSWERS_NUMBERS}"
        return said, "choose an inbound flow"
    names = {f.name for f in connection.directory.flows(instance).entries().values()}
    hint = did_you_mean(flow.text, names) if isinstance(flow, Name) else ""
    cause = "the instance has no flow of that name, id or ARN there"
    return cause, hint or "create it there, or choose another"


def _of_another_type(connection: Connection, instance: Arn, flow: Identifier) -> Flow | None:
    """The flow that is meant and cannot answer a number, as far as Connect can be asked."""
    with suppress(ConnectError):
        flows = connection.directory.flows_of_any_type(instance).entries().values()
        text = flow.id if isinstance(flow, Arn) else flow.text
        return next((f for f in flows if text in {f.name, f.arn.id} and f.type != ANSWERS_NUMBERS), None)
    return None


def _usable(flow: Flow, context: ErrorContext) -> Flow:
    if wrong := why_unusable(flow):
        raise context.error(Refused, *wrong)
    return flow


def answers_numbers(flow: Flow) -> bool:
    """Whether the flow's type is the one that a number can have; true where an answer lacks it."""
    return flow.type in {ANSWERS_NUMBERS, ""}


def why_unusable(flow: Flow) -> tuple[str, str] | None:
    """Why the flow cannot be declared for a number, and what to do; None where it can."""
    if not answers_numbers(flow):
        return f"it is of type {flow.type}, and a number takes only {ANSWERS_NUMBERS}", "choose an inbound flow"
    if flow.state != "ACTIVE":
        return f"it is {flow.state}", "activate it, or choose another"
    if flow.status != "PUBLISHED":
        return f"it is {flow.status}, not published", "publish it, or choose another"
    return None


def known_flows(
    connection: Connection, number: Arn, instance: Arn, regions: tuple[str, ...], max_age: float = inf
) -> dict[str, Arn]:
    """The number's flow in each Region that has one, from sweeps of this run that are younger than so many seconds."""
    answered = {r: connection.directory.associations(instance.in_region(r)).seen(number.id, max_age) for r in regions}
    return {region: flow for region, flow in answered.items() if flow}


def flow_name(connection: Connection, flow: Arn) -> str:
    """What people call a flow, as far as this run can tell."""
    with suppress(ConnectError):
        if known := connection.directory.flows(flow.instance).seen(flow.id):
            return known.name
    return f"flow {flow.id}"


def look_at_flow(connection: Connection, number: Arn, instance: Arn, purpose: Purpose) -> Arn | None:
    """The flow of a number that is there, asked now with its full ARN (N10); None where the answer knows of none."""
    api = connection.connect(instance.region, purpose)
    try:
        found = api.batch_get_flow_association(instance, [number]).get(number.id)
    except NotFound:
        found = None
    _note(connection, number, instance, found)
    return found


def await_shown(
    connection: Connection, number: Arn, flow: Arn, operation: Operation, *, removed: bool = False
) -> Arn | None:
    """What answers where the flow was set, or removed, once that is shown; else what is shown after `SHOWN_WITHIN`.

    Connect's answers may run behind what it has accepted.

    Raises:
        ConnectError: nobody can tell.
    """
    clock = connection.clock
    until = clock.now() + SHOWN_WITHIN
    while True:
        found = look_at_flow(connection, number, flow.instance, Purpose.LOOK)
        is_shown = (found == flow) is not removed
        if is_shown or clock.now() >= until or operation.deadline.has_passed:
            return found
        clock.sleep(min(ASK_EVERY, until - clock.now()))


@dataclass(frozen=True)
class TakenAway:
    """The flows that a move has taken away, by Region, and the clock's time at which it did."""

    at: float
    flows: Mapping[str, Arn]

    def may_be_shown(self, flow: Arn, now: float) -> bool:
        """Whether this flow, where it is shown, may be the one that is not there any more."""
        return self.flows.get(flow.region) == flow and now - self.at < LISTS_BEHIND


def drop_flows(connection: Connection, number: Arn, instance: Arn, regions: tuple[str, ...]) -> None:
    """Note that an accepted move has taken the number's flows away."""
    for region in regions:
        _note(connection, number, instance.in_region(region), None)


def set_flow(connection: Connection, number: Arn, flow: Arn, *, event: str = "flow set") -> None:
    """Give a number its flow in the Region of the flow: an upsert, with the number's full ARN (N7-N10)."""
    connection.connect(flow.region, Purpose.RESTORE).associate_flow(number, flow)
    log.info(event, number=number.id, region=flow.region, flow=flow.id)
    _note(connection, number, flow.instance, flow)


def unset_flow(connection: Connection, number: Arn, instance: Arn) -> None:
    """Take a number's flow away in the Region of `instance`: callers reach nothing there from then on."""
    connection.connect(instance.region, Purpose.START).disassociate_flow(number, instance)
    log.info("flow removed", number=number.id, region=instance.region)
    _note(connection, number, instance, None)


def _note(connection: Connection, number: Arn, instance: Arn, flow: Arn | None) -> None:
    sweep = connection.directory.associations(instance)
    if flow is None:
        sweep.remove(number.id)
    else:
        sweep.put(number.id, flow)
