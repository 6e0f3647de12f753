"""Writing what both Regions have: at once in this one, later in the other (row S-T4 of docs/sandbox.md)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Flow, Mirrored, Resource, User

from .call import Call

FLOW, USER, RESOURCE = "flow-mirrored", "user-mirrored", "resource-mirrored"


def update_mirrored(call: Call, resource: Mirrored, **values: Any) -> None:
    """Change a resource here; the other Region goes on showing what it shows until the change gets there.

    A Region that lagged behind writes all it shows: the last writer wins.
    """
    shown_here = resource.stale.pop(call.region, {})
    for region in other_regions(call, resource):
        resource.stale.setdefault(region, {name: getattr(resource, name) for name in resource.MIRRORED_FIELDS})
    for name, value in {**shown_here, **values}.items():
        setattr(resource, name, value)
    resource.modified, resource.modified_in = call.now, call.region
    schedule_mirror(call, resource)


def schedule_mirror(call: Call, resource: Flow | User | Resource) -> None:
    """Let the other Region have the resource as it is here, after its time."""
    switches = call.switches
    if isinstance(resource, Flow):
        what, seconds = FLOW, switches.flow_mirror_seconds
    elif isinstance(resource, User):
        what, seconds = USER, switches.user_mirror_seconds
    else:
        what, seconds = RESOURCE, switches.resource_mirror_seconds
    for region in other_regions(call, resource) if what != FLOW or switches.mirroring else ():
        call.later(seconds, what, resource.id, region=region, detail=call.region)


def other_regions(call: Call, resource: Flow | User | Resource) -> list[str]:
    """The Regions of its instance but this one; none for what is not mirrored."""
    if isinstance(resource, Resource) and not resource.mirrored:
        return []
    return [region for region in call.world.instances[resource.instance_id].regions if region != call.region]
