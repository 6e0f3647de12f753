"""How the entries of a scenario are read, and what is said of those that cannot be."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from acgr_sandbox.core.models import Group, Instance
from acgr_sandbox.core.world import NAMESPACE, World

Entry = Mapping[str, Any]

_KEYS = {
    "a scenario": "account source_region replica_region instances groups flows users numbers test_cases",
    "an instance": "alias id region replicated",
    "a group": "name id default instance description status tags telephony agents members",
    "a flow": "name id type state status absent instance description tags prefix count digits first",
    "a user": "username id first_name last_name mirrored tags instance prefix count digits first",
    "a number": "e164 id target flow description tags type country region outbound count",
    "a test case": "name id instance regions number flow content status description tags",
}

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


GROUP_STATUSES = (
    "ACTIVE",
    "CREATION_IN_PROGRESS",
    "CREATION_FAILED",
    "UPDATE_IN_PROGRESS",
    "PENDING_DELETION",
    "DELETION_FAILED",
)


class ScenarioError(ValueError):
    """A scenario that cannot be, in one sentence."""


def check_keys(what: str, entry: Entry) -> None:
    """Refuse an entry that is no mapping, or has a key that it does not have."""
    if not isinstance(entry, Mapping):
        raise ScenarioError(f"{entry!r} is not {what}: write a mapping with {_KEYS[what].replace(' ', ', ')}.")
    unknown = [key for key in entry if key not in _KEYS[what].split()]
    if unknown:
        raise ScenarioError(f"{what.capitalize()} has no {unknown[0]!r}; it has {_KEYS[what].replace(' ', ', ')}.")


def required(entry: Entry, key: str, what: str) -> Any:
    """The value of a key that must be there."""
    if key not in entry:
        raise ScenarioError(f"{what[:1].upper()}{what[1:]} needs {key!r}.")
    return entry[key]


def given(entry: Entry, keys: str) -> dict[str, Any]:
    """Those of the keys that are there."""
    return {key: entry[key] for key in keys.split() if key in entry}


def one_of(entry: Entry, key: str, choices: tuple[str, ...], what: str) -> str:
    """The value of a key, one of a few; the first unless given."""
    value = entry.get(key, choices[0])
    if value not in choices:
        raise ScenarioError(f"{what[:1].upper()}{what[1:]}: {key} is {value!r}; it is {' or '.join(choices)}.")
    return str(value)


def count_of(entry: Entry, key: str, default: int | None = None) -> int:
    """A whole number above zero."""
    name = entry.get("prefix") or entry.get("e164")
    value = required(entry, key, str(name)) if default is None else entry.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ScenarioError(f"{name}: {key} is {value!r}; it is a whole number above zero.")
    return value


def numbered_names(entry: Entry) -> Iterator[str]:
    """The names that a prefix and a count stand for."""
    first, digits = count_of(entry, "first", 1), count_of(entry, "digits", 3)
    for index in range(first, first + count_of(entry, "count")):
        yield f"{entry['prefix']}{index:0{digits}d}"


def numbered_entries(entry: Entry, first: str) -> Iterator[Entry]:
    """The entries that a first number and a count stand for; of several flows each gets the next."""
    if "id" in entry:
        raise ScenarioError(f"Number {first}: an id belongs to one number, not to {entry['count']}.")
    flow, same = entry.get("flow"), {key: value for key, value in entry.items() if key != "count"}
    flows = flow if isinstance(flow, list) and flow else [flow]
    for index in range(count_of(entry, "count")):
        yield {**same, "e164": f"+{int(first) + index}", "flow": flows[index % len(flows)]}


def id_of(world: World, entry: Entry, kind: str, name: str) -> str:
    """The id given, else one that follows from account, kind and name."""
    given = str(entry.get("id") or uuid.uuid5(NAMESPACE, f"{world.account}/{kind}/{name}"))
    if not _UUID.fullmatch(given):
        raise ScenarioError(f"{name!r} has the id {given!r}; ids are UUIDs in lower case.")
    return given


def add_unique(resources: dict[str, Any], resource: Any, name: str) -> None:
    """Add a resource whose id is new."""
    if resource.id in resources:
        raise ScenarioError(f"{name!r} is in the scenario twice, or its id is.")
    resources[resource.id] = resource


def checked_e164(e164: object) -> str:
    """A number in E.164 form."""
    if not isinstance(e164, str) or not re.fullmatch(r"\+[1-9]\d{1,14}", e164):
        raise ScenarioError(f"Number {e164!r} is not E.164; write it in quotes, with its plus.")
    return e164


def instance_of(world: World, entry: Entry, what: str) -> Instance:
    """The instance an entry names, else the first."""
    if not world.instances:
        raise ScenarioError(f"{what.capitalize()} needs an instance.")
    name = entry.get("instance") or next(iter(world.instances))
    found: Instance = look_up(lambda: world.instance(name), f"{what.capitalize()}: there is no instance {name!r}.")
    return found


def target_of(world: World, name: str, e164: str) -> Group | Instance:
    """The group or instance of that name or id."""
    groups = (group for group in world.groups.values() if name in (group.id, group.name))
    instances = (instance for instance in world.instances.values() if name in (instance.id, instance.alias))
    found: Group | Instance | None = next(groups, None) or next(instances, None)
    if found:
        return found
    raise ScenarioError(f"Number {e164}: there is no group or instance {name!r}.")


def look_up(look: Any, sentence: str) -> Any:
    """What `look` finds; the sentence when it finds nothing."""
    try:
        return look()
    except KeyError:
        raise ScenarioError(sentence) from None


def shares_of(entry: Entry, key: str, instance: Instance) -> dict[str, int]:
    """The percentages an entry gives, by Region."""
    shares = dict(entry.get(key) or {})
    if shares and (set(shares) != set(instance.regions) or sum(shares.values()) != 100):
        raise ScenarioError(f"Group {entry['name']}: {key} names both Regions and adds up to 100.")
    return shares
