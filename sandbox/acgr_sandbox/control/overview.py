"""Who answers where, all in one answer: what `acgr sandbox watch` shows."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.clock import clock_name
from acgr_sandbox.core.models import Group, Number
from acgr_sandbox.core.world import World
from acgr_sandbox.simulation import Simulation

from .placed_calls import of_number, totals

NEWEST, AMONG = 12, 400
"""How many events are in it, and how many of the newest they are taken from: calls are left out."""


def overview(simulation: Simulation) -> dict[str, Any]:
    """Regions, TDGs, numbers with their flows and darkness, calls of the last minute, newest events, as plain data."""
    world, now = simulation.world, simulation.clock.now()
    return {
        "account": world.account,
        "regions": [world.source_region, world.replica_region],
        "now": now,
        "clock": clock_name(simulation.clock),
        "claims_held": world.claims_held,
        "instances": [{"alias": each.alias, "regions": each.regions} for each in world.instances.values()],
        "groups": _groups(world),
        "numbers": [_number(simulation, world, number, now) for number in world.numbers.values()],
        "agents": len(world.users),
        "flows": len(world.flows),
        "calls": simulation.counters.calls(),
        "throttled": simulation.counters.calls(outcome="throttled"),
        **totals(simulation.phone_calls),
        "lacked": simulation.counters.lacked,
        "pulse": simulation.call_rate.rows(now),
        "faults": sum(row["waiting"] for row in simulation.faults.table()),
        "events": [event for event in simulation.events.newest(AMONG) if event["kind"] != "call"][-NEWEST:],
    }


def _groups(world: World) -> list[dict[str, Any]]:
    numbers = [number.target for number in world.numbers.values()]
    return [_group(world, group, numbers.count(group.id)) for group in world.groups.values()]


def _group(world: World, group: Group, numbers: int) -> dict[str, Any]:
    return {
        "name": group.name,
        "default": group.default,
        "instance": world.instance_of_group(group).alias,
        "status": group.status,
        "agents": len(group.members),
        "numbers": numbers,
        "telephony": group.telephony,
    }


def _number(simulation: Simulation, world: World, number: Number, now: float) -> dict[str, Any]:
    dark = {region: simulation.timeline.dark_since(number.id, region) for region in world.dark_regions(number)}
    return {
        "e164": number.e164,
        "target": _name(world, number.target),
        "wanted": _name(world, number.wanted) if number.wanted else None,
        "status": number.status,
        "message": number.message,
        "flows": {region: _flow(world, number.flow_in(region)) for region in world.regions_of(number)},
        "dark": {region: max(0.0, now - (now if since is None else since)) for region, since in dark.items()},
        **of_number(simulation.phone_calls, number),
    }


def _name(world: World, target: str) -> str:
    group, instance = world.groups.get(target), world.instances.get(target)
    return group.name if group else instance.alias if instance else target


def _flow(world: World, flow_id: str | None) -> str | None:
    flow = world.flows.get(flow_id or "")
    return flow.name if flow else flow_id
