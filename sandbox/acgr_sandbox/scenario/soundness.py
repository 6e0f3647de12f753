"""Whether a world that somebody wrote down can be: what the rest of the sandbox relies on without asking."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from acgr_sandbox.core.models import Number
from acgr_sandbox.core.pending_changes import KINDS
from acgr_sandbox.core.world import World

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z0-9]+)+")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_STATUSES = ("CLAIMED", "IN_PROGRESS", "FAILED")


def check_sound(world: World) -> None:
    """Refuse a world that cannot be: ValueError, with the first thing that is wrong with it."""
    for problem in _problems(world):
        raise ValueError(problem)


def _problems(world: World) -> Iterator[str]:
    if not _ACCOUNT.fullmatch(world.account):
        yield f"account is {world.account[:40]!r}, not twelve digits"
    regions = (world.source_region, world.replica_region)
    if regions[0] == regions[1] or not all(_REGION.fullmatch(region) for region in regions):
        yield f"source_region and replica_region are {regions[0][:40]!r} and {regions[1][:40]!r}, not two Regions"
    if world.revision < 0:
        yield f"revision is {world.revision}, which is below 0"
    for name in ("instances", "groups", "flows", "users", "numbers"):
        entries = vars(world)[name].items()
        yield from (f"{name}.{key[:40]} has the id {entry.id[:40]!r}" for key, entry in entries if entry.id != key)
    yield from _problems_of_owned(world)
    for number in world.numbers.values():
        yield from (f"numbers.{number.id} {problem}" for problem in _problems_of_number(world, number))
    twice = [e164 for e164, count in Counter(number.e164 for number in world.numbers.values()).items() if count > 1]
    yield from (f"number {e164} is there twice" for e164 in twice)
    yield from (f"changes have no {change.what[:40]!r}" for change in world.changes if change.what not in KINDS)


def _problems_of_owned(world: World) -> Iterator[str]:
    for instance in world.instances.values():
        if not all(_REGION.fullmatch(region) for region in instance.regions) or instance.replica == instance.region:
            yield f"instances.{instance.id} is in {instance.region[:40]!r}, with the replica {instance.replica!r:.40}"
    for name in ("groups", "flows", "users"):
        for entry in vars(world)[name].values():
            if entry.instance_id not in world.instances:
                yield f"{name}.{entry.id} belongs to an instance that is not there"
    for group in world.groups.values():
        for shares in (group.telephony, group.agents):
            if not all(0 <= share <= 100 for share in shares.values()):
                yield f"groups.{group.id} has shares that are no percentages"


def _problems_of_number(world: World, number: Number) -> Iterator[str]:
    if not _E164.fullmatch(number.e164):
        yield f"has e164 {number.e164[:40]!r}, which is no E.164 number"
    if not _REGION.fullmatch(number.region):
        yield f"was claimed in {number.region[:40]!r}, which is no Region"
    if number.target not in world.groups and number.target not in world.instances:
        yield f"is on {number.target[:40]!r}, which is not there"
    if number.status not in _STATUSES:
        yield f"has status {number.status[:40]!r}; it is {' or '.join(_STATUSES)}"
