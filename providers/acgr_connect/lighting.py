"""Seeing to it that a number answers wherever it is reachable: steps 7 and 8 of a placement (N6 to N10)."""

from __future__ import annotations

from dataclasses import replace

from acgr_connect.arns import Arn
from acgr_connect.connection import Connection, Progress
from acgr_connect.errors import Conflict, told
from acgr_connect.flows import look_at_flow, set_flow
from acgr_connect.goal import Goal, Standing
from acgr_connect.ledger import Purpose

MIRROR_GRACE = 1.5
"""Seconds that Connect is given to mirror a flow to the replica before the flow is set there by hand."""


def light(connection: Connection, goal: Goal, standing: Standing, progress: Progress) -> Standing:
    """The source first, the replica by mirroring or, where that does not do it, by hand.

    Raises:
        Conflict: a Region does not keep what it was given.
    """
    source, *others = goal.regions
    changed = standing.moved
    if standing.flows.get(source) != goal.flows[source]:
        set_flow(connection, goal.number.arn, goal.flows[source])
        progress(f"{goal.number.e164}: flow set in {source}")
        changed = True
    for region in others:
        if changed or standing.flows.get(region) != goal.flows[region]:
            _light_in_replica(connection, goal, goal.flows[region], may_be_mirrored=changed)
    _insist_on_both(connection, goal)
    touched = dict(standing.flows) != dict(goal.flows)
    return replace(standing, flows=dict(goal.flows), touched=touched)


def _light_in_replica(connection: Connection, goal: Goal, flow: Arn, *, may_be_mirrored: bool) -> None:
    """Step 8, with the number's full ARN (N10)."""
    number = goal.number.arn
    if may_be_mirrored:
        connection.clock.sleep(MIRROR_GRACE)
    if look_at_flow(connection, number, flow.instance, Purpose.LOOK) != flow:
        set_flow(connection, number, flow)
        if look_at_flow(connection, number, flow.instance, Purpose.LOOK) != flow:
            cause = f"{flow.region} accepted flow {flow.id} and does not show it"
            raise told(Conflict, goal.doing, cause, "run again to finish")


def _insist_on_both(connection: Connection, goal: Goal) -> None:
    """Where the Regions were asked for different flows, mirroring may undo one: say so, do not fight it."""
    if len({flow.id for flow in goal.flows.values()}) < 2:
        return
    connection.clock.sleep(MIRROR_GRACE)
    for region, flow in goal.flows.items():
        found = look_at_flow(connection, goal.number.arn, flow.instance, Purpose.LOOK)
        if found != flow:
            cause = f"{region} was given flow {flow.id} and has {found.id if found else 'none'} again"
            remedy = "Connect mirrors flows between these Regions, so they cannot differ: give one for both"
            raise told(Conflict, goal.doing, cause, remedy)
