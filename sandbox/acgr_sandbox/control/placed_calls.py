"""Phone calls as the control routes show them: what placed ones met, and how many were answered and lost."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Number
from acgr_sandbox.core.phone_calls import PhoneCalls, Placed
from acgr_sandbox.core.telephony import route_in
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
    """The calls to one number, by Region; those lost now are lost since one was answered there."""
    tallies = calls.tallies(number.id).items()
    return {
        "calls_answered": {region: tally.answered for region, tally in tallies},
        "calls_lost": {region: tally.lost for region, tally in tallies},
        "calls_lost_now": {region: tally.silent for region, tally in tallies},
    }


def lost_rows(simulation: Simulation) -> list[dict[str, Any]]:
    """Every number and Region that is dark or lost calls: how many, dark for how long in all, why nothing answers."""
    calls, world, timeline = simulation.phone_calls, simulation.world, simulation.timeline
    rows = []
    for number in sorted(world.numbers.values(), key=lambda number: number.e164):
        dark, tallies = world.dark_regions(number), calls.tallies(number.id)
        for region in dict.fromkeys([*dark, *(region for region, tally in tallies.items() if tally.lost)]):
            lost = tallies[region].lost if region in tallies else 0
            seconds = timeline.dark_seconds(number.id, region)
            reason = route_in(world, number, region).reason if region in world.regions_of(number) else ""
            facts = {"number": number.e164, "region": region, "dark": region in dark, "reason": reason or None}
            rows.append({**facts, "dark_seconds": seconds, "calls_lost": lost})
    return rows


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
