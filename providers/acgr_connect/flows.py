"""The flows of numbers: which one is meant in each Region, and that it is set there (N6-N10)."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, Refused, because, told
from acgr_connect.ledger import Purpose
from acgr_connect.records import Flow
from acgr_connect.spelling import is_uuid

Choice = str | Mapping[str, str]
"""One flow for all Regions, by name, id or ARN; or a mapping Region to such."""


def find_flows(connection: Connection, instance: Arn, regions: tuple[str, ...], choice: Choice) -> dict[str, Arn]:
    """The flow that is meant in each Region, usable there: Region to ARN, the source first.

    Args:
        instance: the instance's ARN in any Region; its id is the same in both.
        regions: where the number will be reachable.
        choice: a name is looked up in each Region; one id or ARN means the same id in the other Region.

    Raises:
        NotFound: a Region has no such flow.
        Conflict: several flows have the name.
        Refused: a flow is archived or not published, or a Region of the mapping is missing or foreign.
    """
    spelled = _by_region(choice, regions)
    return {region: _find(connection, instance.in_region(region), spelled[region]) for region in regions}


def _by_region(choice: Choice, regions: tuple[str, ...]) -> dict[str, str]:
    if isinstance(choice, str):
        return {region: _in_region(choice, region, regions) for region in regions}
    wrong = set(choice) ^ set(regions)
    if wrong:
        named, needed = " and ".join(sorted(choice)), " and ".join(regions)
        raise told(Refused, Doing("choosing a flow", regions[0]), f"the flow is given for {named}; needed: {needed}")
    return dict(choice)


def _in_region(spelled: str, region: str, regions: tuple[str, ...]) -> str:
    if not is_arn(spelled):
        return spelled
    arn = parse(spelled, "contact-flow")
    if arn.region not in regions:
        cause = f"{spelled} is of {arn.region}; the number is reachable in {' and '.join(regions)}"
        raise told(Refused, Doing("choosing a flow", region), cause)
    return str(arn.in_region(region))


def _find(connection: Connection, instance: Arn, spelled: str) -> Arn:
    doing = Doing(f"looking for flow {spelled!r} of instance {instance.id}", instance.region)
    try:
        found = _matching(connection, instance, spelled)
    except ConnectError as error:
        raise because(error, doing) from error
    if not found:
        raise told(NotFound, doing, *_unknown(connection, instance, spelled))
    if len(found) > 1:
        arns = ", ".join(sorted(str(f.arn) for f in found))
        raise told(
            Conflict,
            doing,
            f"several active flows have that name: {arns}",
            "write the ARN of the one you mean",
        )
    return _usable(found[0], doing).arn


def _matching(connection: Connection, instance: Arn, spelled: str) -> list[Flow]:
    flows = connection.directory.flows(instance)
    if is_arn(spelled) or is_uuid(spelled):
        wanted = parse(spelled) if is_arn(spelled) else instance.inside("contact-flow", spelled)
        found = flows.get(wanted.id) if wanted.instance_id == instance.id else None
        return [found] if found else []
    named = flows.matching(lambda f: f.name == spelled)
    return [f for f in named if f.state == "ACTIVE"] or named


def _unknown(connection: Connection, instance: Arn, spelled: str) -> tuple[str, str]:
    names = sorted({f.name for f in connection.directory.flows(instance).entries().values()})
    near = get_close_matches(spelled, names, n=1)
    cause = "the instance has no flow of that name, id or ARN there"
    return cause, f"did you mean {near[0]!r}?" if near else "create it there, or choose another"


def _usable(flow: Flow, doing: Doing) -> Flow:
    if flow.state != "ACTIVE":
        raise told(Refused, doing, f"it is {flow.state}", "activate it, or choose another")
    if flow.status != "PUBLISHED":
        raise told(Refused, doing, f"it is {flow.status}, not published", "publish it, or choose another")
    return flow


def known_flows(connection: Connection, number: Arn, instance: Arn, regions: tuple[str, ...]) -> dict[str, Arn]:
    """The number's flow in each Region that has one, from this run's sweeps."""
    answered = {r: connection.directory.associations(instance.in_region(r)).entries() for r in regions}
    return {region: flows[number.id] for region, flows in answered.items() if number.id in flows}


def look_at_flow(connection: Connection, number: Arn, instance: Arn, purpose: Purpose) -> Arn | None:
    """The flow of a number that is there, asked now with its full ARN (N10); None where the answer knows of none."""
    api = connection.connect(instance.region, purpose)
    try:
        found = api.batch_get_flow_association(instance.id, [number]).get(number.id)
    except NotFound:
        found = None
    _note(connection, number, instance, found)
    return found


def drop_flows(connection: Connection, number: Arn, instance: Arn, regions: tuple[str, ...]) -> None:
    """Note that an accepted move has taken the number's flows away."""
    for region in regions:
        _note(connection, number, instance.in_region(region), None)


def set_flow(connection: Connection, number: Arn, flow: Arn) -> None:
    """Give a number its flow in the Region of the flow: an upsert, with the number's full ARN (N7-N10)."""
    connection.connect(flow.region, Purpose.LIGHT).associate_flow(number, flow)
    _note(connection, number, flow.instance, flow)


def unset_flow(connection: Connection, number: Arn, instance: Arn) -> None:
    """Take a number's flow away in the Region of `instance`: callers reach nothing there from then on."""
    connection.connect(instance.region, Purpose.START).disassociate_flow(number, instance)
    _note(connection, number, instance, None)


def _note(connection: Connection, number: Arn, instance: Arn, flow: Arn | None) -> None:
    sweep = connection.directory.associations(instance)
    if flow is None:
        sweep.remove(number.id)
    else:
        sweep.put(number.id, flow)
