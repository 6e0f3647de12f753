"""The second writer of a test or a drill: somebody else, who changes the world between two calls or right now.

`core.change_forms` says what a change is. A change that Connect would refuse does not happen, and is in the events
as refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acgr_sandbox.core.change_forms import Change, check_change
from acgr_sandbox.core.events import LONGEST, bounded
from acgr_sandbox.core.models import Number
from acgr_sandbox.core.pending_changes import cancel, clear_flows
from acgr_sandbox.simulation import Simulation
from acgr_sandbox.wire.refusal import Refusal


def make_change(simulation: Simulation, change: Change) -> str:
    """Make one change now; what became of it: `done`, `refused: …` or `there is no …`.

    Args:
        simulation: whose world it is.
        change: of one of the `FORMS`.

    Raises:
        ValueError: the change cannot be.
    """
    with simulation.lock:
        simulation.settle()
        outcome = _outcome(simulation, change)
        facts = {"change": bounded(change), "outcome": outcome[:LONGEST]}
        simulation.events.add(simulation.clock.now(), "second-writer", facts)
        return outcome


def _outcome(simulation: Simulation, change: Change) -> str:
    check_change(change)
    try:
        MAKERS[change["do"]](simulation, change)
    except Refusal as refusal:
        return f"refused: {refusal}"
    except KeyError as absent:
        return f"there is no {absent.args[0]!r}"
    return "done"


def _region(simulation: Simulation, change: Change) -> str:
    return str(change.get("region") or simulation.world.source_region)


def _perform(simulation: Simulation, change: Change, operation: str, **params: Any) -> None:
    simulation.perform(operation, params, region=_region(simulation, change))


def _number(simulation: Simulation, change: Change) -> dict[str, Any]:
    return {"PhoneNumberId": simulation.world.arn(simulation.world.number(change["number"]))}


def _target(simulation: Simulation, name: str) -> str:
    try:
        return simulation.world.group(name).id
    except KeyError:
        return simulation.world.instance(name).id


def _move(simulation: Simulation, change: Change) -> None:
    target = simulation.world.target_arn(_target(simulation, change["target"]), _region(simulation, change))
    _perform(simulation, change, "UpdatePhoneNumber", **_number(simulation, change), TargetArn=target)


def _place(simulation: Simulation, change: Change) -> None:
    world = simulation.world
    number, target = world.number(change["number"]), _target(simulation, change["target"])
    for waiting in ("claim", "claim-lapsed", "listed"):
        cancel(world, waiting, number.id)
    clear_flows(world, number, simulation.clock.now())
    number.claimed = True
    number.target = number.listed_target = target
    number.status, number.message, number.wanted = "CLAIMED", "", None
    simulation.record_direct_change(number, "moved")


def _flow(simulation: Simulation, change: Change) -> None:
    flow = simulation.world.flow(change["flow"]).id
    _perform(simulation, change, "AssociatePhoneNumberContactFlow", **_at(simulation, change), ContactFlowId=flow)


def _no_flow(simulation: Simulation, change: Change) -> None:
    _perform(simulation, change, "DisassociatePhoneNumberContactFlow", **_at(simulation, change))


def _at(simulation: Simulation, change: Change) -> dict[str, Any]:
    number: Number = simulation.world.number(change["number"])
    return {**_number(simulation, change), "InstanceId": simulation.world.instance_of_number(number).id}


def _describe(simulation: Simulation, change: Change) -> None:
    description = change["description"]
    number = _number(simulation, change)
    _perform(simulation, change, "UpdatePhoneNumberMetadata", **number, PhoneNumberDescription=description)


def _release(simulation: Simulation, change: Change) -> None:
    _perform(simulation, change, "ReleasePhoneNumber", **_number(simulation, change))


def _membership(operation: str) -> Callable[[Simulation, Change], None]:
    def make(simulation: Simulation, change: Change) -> None:
        group, user = simulation.world.group(change["group"]), simulation.world.user(change["user"])
        ids = {"TrafficDistributionGroupId": group.id, "UserId": user.id, "InstanceId": user.instance_id}
        _perform(simulation, change, operation, **ids)

    return make


def _create_user(simulation: Simulation, change: Change) -> None:
    simulation.add_user(change["user"])


def _delete_user(simulation: Simulation, change: Change) -> None:
    simulation.remove_user(change["user"])


def _delete_group(simulation: Simulation, change: Change) -> None:
    group = simulation.world.group(change["group"])
    _perform(simulation, change, "DeleteTrafficDistributionGroup", TrafficDistributionGroupId=group.id)


def _distribute(simulation: Simulation, change: Change) -> None:
    shares = [{"Region": region, "Percentage": share} for region, share in dict(change["shares"]).items()]
    group = simulation.world.arn(simulation.world.group(change["group"]))
    _perform(simulation, change, "UpdateTrafficDistribution", Id=group, TelephonyConfig={"Distributions": shares})


def _flow_state(simulation: Simulation, change: Change) -> None:
    flow = simulation.world.flow(change["flow"])
    flow.states = dict.fromkeys(flow.states, (str(change["state"]), str(change["status"])))
    simulation.persist()


def _operation(simulation: Simulation, change: Change) -> None:
    _perform(simulation, change, change["operation"], **change["parameters"])


MAKERS: dict[str, Callable[[Simulation, Change], None]] = {
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
