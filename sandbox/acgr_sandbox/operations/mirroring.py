"""Writing what both Regions have: at once in this one, later in the other (row S-T4 of docs/sandbox.md)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Flow, Mirrored, User

from .call import Call

FLOW, USER = "flow-mirrored", "user-mirrored"


def update_mirrored(call: Call, resource: Mirrored, **values: Any) -> None:
    """Change a flow or user here; the other Region goes on showing what it shows until the change gets there.

    A Region that lagged behind writes all it shows: the last writer wins.
    """
    shown_here = resource.stale.pop(call.region, {})
    for region in other_regions(call, resource):
        resource.stale.setdefault(region, {name: getattr(resource, name) for name in resource.MIRRORED_FIELDS})
    for name, value in {**shown_here, **values}.items():
        setattr(resource, name, value)
    resource.modified, resource.modified_in = call.now, call.region
    schedule_mirror(call, resource)


def schedule_mirror(call: Call, resource: Flow | User) -> None:
    """Let the other Region have the resource as it is here, after its time."""
    flow = isinstance(resource, Flow)
    if flow and not call.switches.mirroring:
        return
    seconds = call.switches.flow_mirror_seconds if flow else call.switches.user_mirror_seconds
    for region in other_regions(call, resource):
        call.later(seconds, FLOW if flow else USER, resource.id, region=region, detail=call.region)


def other_regions(call: Call, resource: Flow | User) -> list[str]:
    """The Regions of its instance but this one."""
    return [region for region in call.world.instances[resource.instance_id].regions if region != call.region]
