"""Writing what both Regions have: at once in this one, later in the other (statement T4 of the simulator's rows)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.world import Flow, Mirrored, User

from .call import Call

FLOW, USER = "flow-mirrored", "user-mirrored"


def revise(call: Call, thing: Mirrored, **facts: Any) -> None:
    """Change a flow or user here; the other Region goes on showing what it shows until the change gets there.

    A Region that lagged behind writes all it shows: the last writer wins.
    """
    mine = thing.stale.pop(call.region, {})
    for region in other_regions(call, thing):
        thing.stale.setdefault(region, {name: getattr(thing, name) for name in thing.FACTS})
    for name, value in {**mine, **facts}.items():
        setattr(thing, name, value)
    thing.modified, thing.modified_in = call.now, call.region
    spread(call, thing)


def spread(call: Call, thing: Flow | User) -> None:
    """Let the other Region have the thing as it is here, after its time."""
    flow = isinstance(thing, Flow)
    if flow and not call.switches.mirroring:
        return
    seconds = call.switches.flow_mirror_seconds if flow else call.switches.user_mirror_seconds
    for region in other_regions(call, thing):
        call.later(seconds, FLOW if flow else USER, thing.id, region=region, detail=call.region)


def other_regions(call: Call, thing: Flow | User) -> list[str]:
    """The Regions of its instance but this one."""
    return [region for region in call.world.instances[thing.instance_id].regions if region != call.region]
