"""A small contact centre, with people and numbers in it that no program declares."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario
from acgr_sandbox.core.world import World

CENTRE: dict[str, Any] = {
    "account": "111122223333",
    "source_region": "eu-west-2",
    "replica_region": "eu-central-1",
    "instances": [{"alias": "northwind"}, {"alias": "island", "replicated": False}],
    "groups": [
        {"name": "everyone", "default": True, "members": ["dave.jones"]},
        {"name": "retail", "members": ["erin.gray"]},
        {"name": "emergency"},
    ],
    "flows": ["Main IVR", "Winter IVR", "Sales"],
    "users": ["alice.smith", "bob.brown", "carol.white", "dave.jones", "erin.gray"],
    "numbers": [
        {"e164": "+442079460001", "target": "northwind", "flow": "Main IVR"},
        {"e164": "+442079460002", "target": "everyone", "flow": "Sales"},
        {"e164": "+442079460003", "target": "retail", "flow": "Main IVR"},
        {"e164": "+442079460004", "target": "retail", "flow": None},
        {"e164": "+442079460008", "target": "northwind", "flow": "Sales"},
        {"e164": "+442079460009", "target": "retail", "flow": "Sales"},
    ],
}

ON_INSTANCE, ON_DEFAULT, ON_RETAIL, DARK, _, _ = (number["e164"] for number in CENTRE["numbers"])


@cache
def _scenario() -> World:
    return load_scenario(CENTRE)


def fresh(switches: Mapping[str, Any]) -> Sandbox:
    """The centre as it was, on a clock of its own."""
    return Sandbox(copy.deepcopy(_scenario()), clock=ManualClock(), switches=Switches(**switches))


def arn(name: str) -> str:
    """The ARN of a group or of the instance."""
    world = _scenario()
    return world.arn(
        next((group for group in world.groups.values() if group.name == name), world.instance("northwind"))
    )


@dataclass(frozen=True)
class Shown:
    """What callers and agents have: the whole centre, declared or not.

    Attributes:
        numbers: by number, its home, its description, and Region by Region its flow.
        members: by group, who is on it.
        dark: the numbers without a flow in a Region where they are reachable.
        groups: by group, its status, description and tags.
        replicas: by instance, the Region of its replica and that replica's alias.
    """

    numbers: dict[str, tuple[str, str, dict[str, str]]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    dark: tuple[tuple[str, str], ...] = ()
    groups: dict[str, tuple[str, str, dict[str, str]]] = field(default_factory=dict)
    replicas: dict[str, tuple[str | None, str]] = field(default_factory=dict)


def shown(sandbox: Sandbox) -> Shown:
    """The centre once everything that is under way has come to rest."""
    assert isinstance(sandbox.clock, ManualClock)
    sandbox.clock.advance(60.0)
    world = sandbox.world
    names = {**{g.id: g.name for g in world.groups.values()}, **{i.id: i.alias for i in world.instances.values()}}
    flows = {flow.id: flow.name for flow in world.flows.values()}
    users = {user.id: user.username for user in world.users.values()}
    numbers = {}
    for number in world.numbers.values():
        found = {region: flows[id_] for region in world.regions_of(number) if (id_ := number.flow_in(region))}
        numbers[number.e164] = (names[number.target], number.description, found)
    members = {group.name: {users.get(id_, id_) for id_ in group.members} for group in world.groups.values()}
    groups = {group.name: (group.status, group.description, dict(group.tags)) for group in world.groups.values()}
    replicas = {one.alias: (one.replica, one.replica_alias) for one in world.instances.values()}
    return Shown(numbers, members, tuple(sandbox.dark_numbers()), groups, replicas)
