"""Where a call to a number goes, and what answers it there: shares, flow, agents.

Nothing here changes the world or draws anything: `phone_calls` places calls, `pending_changes` ends test cases.
"""

from __future__ import annotations

from typing import NamedTuple

from .models import Group, Number, TestExecution
from .world import World


class Route(NamedTuple):
    """What a call to a number meets in one Region.

    `flow_id` is the flow that answers, None where nothing does, and `reason` then says why. `agent` is whether
    somebody may take the call: an agent who may sign in there and is on the TDG.
    """

    region: str
    instance_id: str
    group_id: str | None
    flow_id: str | None
    agent: bool
    reason: str = ""


def shares_of(world: World, number: Number) -> dict[str, int]:
    """How many of a hundred calls to a number go to which Region: its TDG's telephony shares, else its own Region."""
    group = world.groups.get(number.target)
    if group is None or not any(group.telephony.values()):
        return {number.region: 100}
    return group.telephony


def route_in(world: World, number: Number, region: str) -> Route:
    """What a call to a number meets in a Region that calls to it go to."""
    group, instance = world.groups.get(number.target), world.instance_of_number(number)
    reason = _silence(world, number, region)
    flow_id = None if reason else number.flow_in(region)
    return Route(region, instance.id, group.id if group else None, flow_id, _has_agent(world, number, region), reason)


def end_of_test(world: World, execution: TestExecution) -> None:
    """Let a test case's execution pass or fail, as the world is: passed where a flow answers."""
    number = next((number for number in world.numbers.values() if number.e164 == execution.e164), None)
    if execution.failure:
        execution.reason = execution.failure
    elif execution.flow_id:
        execution.answered_by, execution.reason = _answer_of_flow(world, execution)
    elif number is None or world.instance_of_number(number).id != execution.instance_id:
        execution.reason = f"{execution.e164} is no number of this instance"
    elif execution.region not in world.regions_of(number):
        execution.reason = f"{execution.e164} is not in this Region"
    else:
        route = route_in(world, number, execution.region)
        execution.group_id = route.group_id or ""
        away = execution.by_shares and not shares_of(world, number).get(execution.region)
        execution.reason = "no calls go to this Region" if away else route.reason
        execution.answered_by = "" if execution.reason else str(route.flow_id)
    execution.status = "FAILED" if execution.reason else "PASSED"


def _answer_of_flow(world: World, execution: TestExecution) -> tuple[str, str]:
    flow = world.flows.get(execution.flow_id)
    if flow is None or flow.instance_id != execution.instance_id:
        return "", f"there is no flow {execution.flow_id}"
    reason = why_no_answer(world, flow.id, execution.region)
    return "" if reason else flow.id, reason


def why_no_answer(world: World, flow_id: str | None, region: str) -> str:
    """Why a flow answers no call in a Region; empty where it does."""
    flow = world.flows.get(flow_id or "")
    if flow is None:
        return "no flow is set"
    if region not in flow.states:
        return f"flow {flow.name} is not in this Region"
    state, status = flow.states[region]
    if status != "PUBLISHED":
        return f"flow {flow.name} is not published"
    return "" if state == "ACTIVE" else f"flow {flow.name} is {state}"


def _silence(world: World, number: Number, region: str) -> str:
    if world.instance_of_number(number).attributes.get("INBOUND_CALLS") == "false":
        return "the instance takes no inbound calls"
    return why_no_answer(world, number.flow_in(region), region)


def _has_agent(world: World, number: Number, region: str) -> bool:
    instance, group = world.instance_of_number(number), world.groups.get(number.target)
    if instance.replica and not _may_sign_in(world, instance.id, region):
        return False
    if group is not None:
        return group.agents.get(region, 0) > 0 and any(member in world.users for member in group.members)
    return any(user.instance_id == instance.id for user in world.users.values())


def _may_sign_in(world: World, instance_id: str, region: str) -> bool:
    default = _default_group(world, instance_id)
    return default is None or default.sign_in.get(region, False)


def _default_group(world: World, instance_id: str) -> Group | None:
    groups = (group for group in world.groups.values() if group.default and group.instance_id == instance_id)
    return next(groups, None)
