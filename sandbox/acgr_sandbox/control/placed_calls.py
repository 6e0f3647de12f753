"""Phone calls as the control routes show them: what placed ones met, and how many were answered and lost."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Number
from acgr_sandbox.core.phone_calls import PhoneCalls, Placed
from acgr_sandbox.core.world import World
from acgr_sandbox.operations.contacts import contact_id
from acgr_sandbox.simulation import Simulation


def place_calls(simulation: Simulation, number: str, count: int) -> dict[str, Any]:
    """Place calls to a number (E.164 or id) now; how many were answered and lost, and what they met in each Region.

    Raises:
        ValueError: there is no such number, or the count is none.
    """
    placed = simulation.place_calls(number, count)
    rows = [_row(simulation.world, each) for each in placed]
    answered = sum(row["calls"] for row in rows if row["answered"])
    called = simulation.world.number(number).e164
    return {"number": called, "answered": answered, "lost": count - answered, "routes": rows}


def totals(calls: PhoneCalls) -> dict[str, Any]:
    """How many calls there were, and the stream that runs."""
    stream = calls.stream.text if calls.stream else None
    return {"calls_answered": calls.answered, "calls_lost": calls.lost, "calls_stream": stream}


def of_number(calls: PhoneCalls, number: Number) -> dict[str, dict[str, int]]:
    """The calls to one number, by Region."""
    tallies = calls.tallies(number.id).items()
    return {
        "calls_answered": {region: tally.answered for region, tally in tallies},
        "calls_lost": {region: tally.lost for region, tally in tallies},
    }


def lost_rows(simulation: Simulation) -> list[tuple[str, str, int]]:
    """(E.164, Region, calls lost) of every number that lost some."""
    calls, numbers = simulation.phone_calls, simulation.world.numbers.values()
    return [
        (number.e164, region, tally.lost)
        for number in sorted(numbers, key=lambda number: number.e164)
        for region, tally in calls.tallies(number.id).items()
        if tally.lost
    ]


def _row(world: World, placed: Placed) -> dict[str, Any]:
    route = placed.route
    instance, group, flow = (
        world.instances[route.instance_id],
        world.groups.get(route.group_id or ""),
        world.flows.get(route.flow_id or ""),
    )
    return {
        "region": route.region,
        "calls": placed.calls,
        "answered": route.flow_id is not None,
        "reason": route.reason or None,
        "instance": {"id": instance.id, "alias": instance.alias},
        "group": {"id": group.id, "name": group.name} if group else None,
        "flow": {"id": flow.id, "name": flow.name} if flow else None,
        "agent": route.agent,
        "contact": contact_id(world.account, placed.contact) if placed.contact else None,
    }
