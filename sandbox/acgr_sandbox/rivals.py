"""What somebody else does to the world: the second writer of a drill, or of a test.

A change is a mapping with `do` and what that takes. Things are named as in a scenario, by name or id; `region` is
the source Region unless given.

    {do: move, number: "+442079460001", target: retail}         IN_PROGRESS first, as Connect does it
    {do: place, number: "+442079460001", target: retail}        the same, over in no time
    {do: set-flow, number: "+442079460001", flow: Sales, region: eu-central-1}
    {do: clear-flow, number: "+442079460001"}
    {do: describe, number: "+442079460001", description: Sales line}
    {do: release, number: "+442079460001"}
    {do: add-agent, group: retail, user: bob.jones}             onto a TDG
    {do: remove-agent, group: retail, user: bob.jones}
    {do: create-user, user: new.comer}
    {do: delete-user, user: bob.jones}
    {do: delete-group, group: retail}
    {do: distribute, group: retail, shares: {eu-west-2: 0, eu-central-1: 100}}
    {do: set-flow-state, flow: Sales, state: ARCHIVED, status: PUBLISHED}    in every Region that has the flow
    {do: operation, operation: TagResource, parameters: {...}}  any operation of the API

What Connect would refuse does not happen, and is in the events as refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .changes import drop, drop_flows
from .refusal import Refusal
from .world import Number

if TYPE_CHECKING:
    from .app import Sandbox

Change = Mapping[str, Any]

_TAKES = {
    "move": "number target",
    "place": "number target",
    "set-flow": "number flow",
    "clear-flow": "number",
    "describe": "number description",
    "release": "number",
    "add-agent": "group user",
    "remove-agent": "group user",
    "create-user": "user",
    "delete-user": "user",
    "delete-group": "group",
    "distribute": "group shares",
    "set-flow-state": "flow state status",
    "operation": "operation parameters",
}

_CHOICES = {"state": ("ACTIVE", "ARCHIVED"), "status": ("PUBLISHED", "SAVED")}


def check_change(change: Change) -> None:
    """Refuse a change that cannot be: ValueError, in one sentence."""
    do = change.get("do") if isinstance(change, Mapping) else change
    if not isinstance(do, str) or do not in _TAKES:
        raise ValueError(f"There is no change {do!r}; there are {', '.join(_TAKES)}.")
    needed = {"do", *_TAKES[do].split()}
    missing, unknown = sorted(needed - set(change)), sorted(set(change) - needed - {"region"})
    if missing or unknown:
        what = f"needs {missing[0]!r}" if missing else f"has no {unknown[0]!r}"
        raise ValueError(f"The change {do} {what}; it takes {', '.join(_TAKES[do].split())} and may have a region.")
    for key, choices in _CHOICES.items():
        if key in needed and change[key] not in choices:
            raise ValueError(f"The change {do}: {key} is {change[key]!r}; it is {' or '.join(choices)}.")


def make_change(sandbox: Sandbox, change: Change) -> str:
    """Make one change now; what became of it: `done`, `refused: …` or `there is no …`.

    Args:
        sandbox: whose world it is.
        change: as above.

    Raises:
        ValueError: the change cannot be.
    """
    check_change(change)
    try:
        _DO[change["do"]](sandbox, change)
    except Refusal as refusal:
        return f"refused: {refusal}"
    except KeyError as absent:
        return f"there is no {absent.args[0]!r}"
    return "done"


def _region(sandbox: Sandbox, change: Change) -> str:
    return str(change.get("region") or sandbox.world.source_region)


def _perform(sandbox: Sandbox, change: Change, operation: str, **params: Any) -> None:
    sandbox.perform(operation, params, region=_region(sandbox, change))


def _number(sandbox: Sandbox, change: Change) -> dict[str, Any]:
    return {"PhoneNumberId": sandbox.world.arn(sandbox.world.number(change["number"]))}


def _target(sandbox: Sandbox, name: str) -> str:
    try:
        return sandbox.world.group(name).id
    except KeyError:
        return sandbox.world.instance(name).id


def _move(sandbox: Sandbox, change: Change) -> None:
    target = sandbox.world.target_arn(_target(sandbox, change["target"]), _region(sandbox, change))
    _perform(sandbox, change, "UpdatePhoneNumber", **_number(sandbox, change), TargetArn=target)


def _place(sandbox: Sandbox, change: Change) -> None:
    world = sandbox.world
    number, target = world.number(change["number"]), _target(sandbox, change["target"])
    for waiting in ("claim", "listed"):
        drop(world, waiting, number.id)
    drop_flows(world, number)
    number.target = number.listed_target = target
    number.status, number.message, number.wanted = "CLAIMED", "", None
    sandbox.saw(number, "moved")


def _flow(sandbox: Sandbox, change: Change) -> None:
    flow = sandbox.world.flow(change["flow"]).id
    _perform(sandbox, change, "AssociatePhoneNumberContactFlow", **_at(sandbox, change), ContactFlowId=flow)


def _no_flow(sandbox: Sandbox, change: Change) -> None:
    _perform(sandbox, change, "DisassociatePhoneNumberContactFlow", **_at(sandbox, change))


def _at(sandbox: Sandbox, change: Change) -> dict[str, Any]:
    number: Number = sandbox.world.number(change["number"])
    return {**_number(sandbox, change), "InstanceId": sandbox.world.instance_of(number).id}


def _describe(sandbox: Sandbox, change: Change) -> None:
    description = change["description"]
    number = _number(sandbox, change)
    _perform(sandbox, change, "UpdatePhoneNumberMetadata", **number, PhoneNumberDescription=description)


def _release(sandbox: Sandbox, change: Change) -> None:
    _perform(sandbox, change, "ReleasePhoneNumber", **_number(sandbox, change))


def _membership(operation: str) -> Callable[[Sandbox, Change], None]:
    def make(sandbox: Sandbox, change: Change) -> None:
        group, user = sandbox.world.group(change["group"]), sandbox.world.user(change["user"])
        ids = {"TrafficDistributionGroupId": group.id, "UserId": user.id, "InstanceId": user.instance_id}
        _perform(sandbox, change, operation, **ids)

    return make


def _create_user(sandbox: Sandbox, change: Change) -> None:
    sandbox.add_user(change["user"])


def _delete_user(sandbox: Sandbox, change: Change) -> None:
    sandbox.remove_user(change["user"])


def _delete_group(sandbox: Sandbox, change: Change) -> None:
    group = sandbox.world.group(change["group"])
    _perform(sandbox, change, "DeleteTrafficDistributionGroup", TrafficDistributionGroupId=group.id)


def _distribute(sandbox: Sandbox, change: Change) -> None:
    shares = [{"Region": region, "Percentage": share} for region, share in dict(change["shares"]).items()]
    group = sandbox.world.arn(sandbox.world.group(change["group"]))
    _perform(sandbox, change, "UpdateTrafficDistribution", Id=group, TelephonyConfig={"Distributions": shares})


def _flow_state(sandbox: Sandbox, change: Change) -> None:
    flow = sandbox.world.flow(change["flow"])
    flow.states = dict.fromkeys(flow.states, (str(change["state"]), str(change["status"])))


def _operation(sandbox: Sandbox, change: Change) -> None:
    _perform(sandbox, change, change["operation"], **change["parameters"])


_DO: dict[str, Callable[[Sandbox, Change], None]] = {
    "move": _move,
    "place": _place,
    "set-flow": _flow,
    "clear-flow": _no_flow,
    "describe": _describe,
    "release": _release,
    "add-agent": _membership("AssociateTrafficDistributionGroupUser"),
    "remove-agent": _membership("DisassociateTrafficDistributionGroupUser"),
    "create-user": _create_user,
    "delete-user": _delete_user,
    "delete-group": _delete_group,
    "distribute": _distribute,
    "set-flow-state": _flow_state,
    "operation": _operation,
}
