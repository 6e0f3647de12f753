"""A world from YAML.

A scenario is a mapping with these keys; any other is refused. Ids may be left out: they follow from the
names, so that the same scenario is the same world each time.

    account: "111122223333"           # quoted: twelve digits
    source_region: eu-west-2
    replica_region: eu-central-1
    instances:
      - alias: northwind
        id: ...                       # optional, as everywhere
        region: eu-west-2             # default: source_region
        replicated: true              # default; to replica_region (from there: to source_region)
    groups:                           # traffic distribution groups
      - name: emergency
        default: false                # one per instance may be the default one
        instance: northwind           # default: the first instance, as everywhere
        description: ...
        status: ACTIVE                # default
        tags: {team: ops}
        telephony: {eu-west-2: 100, eu-central-1: 0}     # default: everything in the source Region; agents: likewise
        members: [alice.smith, {prefix: agent, count: 3}]
    flows:
      - Main IVR                      # a name alone, or
      - name: Winter IVR
        type: CONTACT_FLOW            # default
        state: ACTIVE                 # default; or ARCHIVED
        status: PUBLISHED             # default; or SAVED
        absent: [eu-central-1]        # Regions that do not have it
        instance, description, tags, id
      - {prefix: "Line ", count: 20, digits: 2}          # Line 01 to Line 20; also first, and all but id of the above
    users:
      - alice.smith                   # first and last name follow from it, or
      - username: carol
        first_name, last_name, tags, instance, id
        mirrored: false               # not in the replica Region; never gets there by itself
      - {prefix: agent, count: 200, digits: 3}           # agent001 to agent200; also first: 1
    numbers:
      - e164: "+442079460001"         # quoted: YAML drops the plus otherwise
        target: emergency             # a group or an instance, by name or id
        flow: Main IVR                # in every Region where the number arrives; null: none, the number is dark
        description: ...              # also: id, tags, type (DID), country (GB), region (where it was claimed),
        outbound: false               # true: BasicQueue, or a queue of its own, has it as its outbound caller ID
      - {e164: "+441134960000", count: 100, target: emergency, flow: [Main IVR, Winter IVR]}     # the flows in turn
    test_cases:
      - name: Main line answers
        number: "+442079460001"       # what it calls; or flow: the flow it begins in
        regions: [eu-west-2]          # default: all of its instance; also content (JSON as text), status, instance, id,
        tags: {}                      # description

`flow` may also be a mapping from Region to a flow's name or null. `scenario.schema.json` says the same to editors.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from acgr_sandbox.core.models import (
    PAIRS,
    Association,
    Flow,
    Group,
    Instance,
    Number,
    TestCase,
    User,
    country_of,
    put_all_traffic_in_source,
)
from acgr_sandbox.core.seeds import add_seeds, make_caller_id
from acgr_sandbox.core.testing_language import problems_of
from acgr_sandbox.core.world import World

from .conform import problem_of
from .entries import (
    GROUP_STATUSES,
    Entry,
    ScenarioError,
    add_unique,
    check_keys,
    checked_e164,
    given,
    id_of,
    instance_of,
    look_up,
    numbered_entries,
    numbered_names,
    one_of,
    required,
    shares_of,
    target_of,
)
from .schema import schema

TEST_CONTENT = json.dumps(
    {
        "Version": "2025-06-21",
        "Observations": [
            {
                "Identifier": "Answered",
                "Event": {"Identifier": "Begin", "Type": "TestInitiated", "Actor": "System", "Properties": {}},
                "Usage": {"Type": "EXACTLY"},
                "Actions": [],
                "Transitions": {"NextObservations": []},
            }
        ],
    }
)
"""The content of a test case that is given none: it observes that the test begins."""


def load_scenario(source: str | Path | Mapping[str, Any]) -> World:
    """The world a scenario describes, given as a file or as what the file would hold.

    Raises:
        ScenarioError: something in it is unknown, missing or contradictory.
    """
    data = source if isinstance(source, Mapping) else _read(Path(source))
    check_keys("a scenario", data)
    try:
        world = _world_of(data)
    except (TypeError, AttributeError, KeyError, ValueError, RecursionError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"This is no scenario: {problem_of(data, schema()) or error}.") from None
    # What is read without looking closer, such as a description that is a number, is looked at here.
    problem = problem_of(data, schema())
    if problem:
        raise ScenarioError(f"This is no scenario: {problem}.")
    return world


def _read(path: Path) -> Any:
    import yaml  # what is given as data, as the default is, starts sooner without

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ScenarioError(
            f"{path}{where} is no YAML: {getattr(error, 'problem', None) or 'it cannot be read'}."
        ) from None
    except RecursionError:
        raise ScenarioError(f"{path} is nested too deep.") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path} is no text in UTF-8.") from None


def _world_of(data: Mapping[str, Any]) -> World:
    account = required(data, "account", "the scenario")
    if not isinstance(account, str) or not re.fullmatch(r"\d{12}", account):
        raise ScenarioError(f"The account is '{account}'; it is twelve digits, in quotes.")
    world = World(account, data.get("source_region", "eu-west-2"), data.get("replica_region", "eu-central-1"))
    for section, add in _SECTIONS.items():
        for entry in data.get(section) or []:
            add(world, entry)
    _add_members(world, data.get("groups") or [])
    return world


def _add_instance(world: World, entry: Entry) -> None:
    check_keys("an instance", entry)
    alias = required(entry, "alias", "an instance")
    region = entry.get("region", world.source_region)
    other = world.replica_region if region == world.source_region else world.source_region
    replica = other if entry.get("replicated", True) else None
    if replica and (region, replica) not in PAIRS:
        raise ScenarioError(f"Connect does not replicate from {region} to {replica}.")
    instance = Instance(id_of(world, entry, "instance", alias), alias, region, replica)
    add_unique(world.instances, instance, alias)
    add_seeds(world, instance)


def _add_group(world: World, entry: Entry) -> None:
    check_keys("a group", entry)
    name = required(entry, "name", "a group")
    instance = instance_of(world, entry, f"group {name}")
    if not instance.replica:
        raise ScenarioError(f"Group {name}: instance {instance.alias} is not replicated.")
    group = Group(id_of(world, entry, "group", name), name, instance.id, **given(entry, "default description"))
    group.status = one_of(entry, "status", GROUP_STATUSES, f"group {name}")
    if group.default and any(other.default for other in world.groups.values() if other.instance_id == instance.id):
        raise ScenarioError(f"Group {name}: instance {instance.alias} has a default group already.")
    group.tags = dict(entry.get("tags") or {})
    put_all_traffic_in_source(group, instance)
    group.telephony.update(shares_of(entry, "telephony", instance))
    group.agents.update(shares_of(entry, "agents", instance))
    add_unique(world.groups, group, name)


def _add_flow(world: World, entry: str | Entry) -> None:
    if isinstance(entry, Mapping) and "prefix" in entry:
        check_keys("a flow", entry)
        for each in numbered_names(entry):
            _add_flow(world, {"name": each, **given(entry, "type state status absent instance description tags")})
        return
    entry = {"name": entry} if isinstance(entry, str) else entry
    check_keys("a flow", entry)
    name = required(entry, "name", "a flow")
    instance = instance_of(world, entry, f"flow {name}")
    flow = Flow(id_of(world, entry, "flow", name), name, instance.id, **given(entry, "type description"))
    flow.tags = dict(entry.get("tags") or {})
    state = (
        one_of(entry, "state", ("ACTIVE", "ARCHIVED"), f"flow {name}"),
        one_of(entry, "status", ("PUBLISHED", "SAVED"), f"flow {name}"),
    )
    absent = entry.get("absent") or []
    flow.states = {region: state for region in instance.regions if region not in absent}
    add_unique(world.flows, flow, name)


def _add_user(world: World, entry: str | Entry) -> None:
    for each in _users(entry):
        name = each["username"]
        instance = instance_of(world, each, f"user {name}")
        first, _, last = name.partition(".")
        user = User(id_of(world, each, "user", name), name, instance.id)
        user.first_name = each.get("first_name", first.capitalize())
        user.last_name = each.get("last_name", last.capitalize() or "Agent")
        user.mirrored = each.get("mirrored", True)
        user.tags = dict(each.get("tags") or {})
        add_unique(world.users, user, name)


def _users(entry: str | Entry) -> Iterator[Entry]:
    if isinstance(entry, str):
        yield {"username": entry}
        return
    check_keys("a user", entry)
    if "prefix" not in entry:
        required(entry, "username", "a user")
        yield entry
        return
    for name in numbered_names(entry):
        yield {"username": name, **given(entry, "instance mirrored tags")}


def _add_number(world: World, entry: Entry) -> None:
    check_keys("a number", entry)
    e164 = checked_e164(required(entry, "e164", "a number"))
    if "count" in entry:
        for each in numbered_entries(entry, e164):
            _add_number(world, each)
        return
    target = target_of(world, required(entry, "target", f"number {e164}"), e164)
    region = entry.get(
        "region", target.region if isinstance(target, Instance) else world.instance_of_group(target).region
    )
    number = Number(id_of(world, entry, "number", e164), e164, region, target.id, target.id)
    number.country = entry.get("country", country_of(e164))
    number.type = entry.get("type", "DID")
    number.description = entry.get("description", "")
    number.tags = dict(entry.get("tags") or {})
    add_unique(world.numbers, number, e164)
    if entry.get("outbound"):
        make_caller_id(world, number)
    _set_flows(world, number, entry.get("flow"))


def _set_flows(world: World, number: Number, given: str | Entry | None) -> None:
    if isinstance(given, list):
        raise ScenarioError(f"Number {number.e164}: a list of flows is for several numbers: give a count as well.")
    regions = world.regions_of(number)
    names = given if isinstance(given, Mapping) else dict.fromkeys(regions, given)
    for region, name in names.items():
        if region not in regions:
            raise ScenarioError(f"Number {number.e164} does not arrive in {region}.")
        if name is None:
            continue
        flow = look_up(lambda name=name: world.flow(name), f"Number {number.e164}: there is no flow {name!r}.")
        if region not in flow.states:
            raise ScenarioError(f"Number {number.e164}: flow {name!r} is absent in {region}.")
        number.flows[region] = Association(flow.id, 0)


def _add_test_case(world: World, entry: Entry) -> None:
    check_keys("a test case", entry)
    name = required(entry, "name", "a test case")
    what = f"test case {name}"
    instance, id = instance_of(world, entry, what), id_of(world, entry, "test-case", name)
    status = one_of(entry, "status", ("PUBLISHED", "SAVED"), what)
    content = entry.get("content", TEST_CONTENT)
    problems = problems_of(str(content)) if status == "PUBLISHED" else []
    if problems:
        raise ScenarioError(f"Test case {name}: {problems[0]}")
    version = {"Content": str(content), "EntryPoint": _entry_point(world, entry, what)}
    for region in entry.get("regions") or instance.regions:
        if region not in instance.regions:
            raise ScenarioError(f"Test case {name}: instance {instance.alias} is not in {region}.")
        if f"{region}/{id}" in world.test_cases:
            raise ScenarioError(f"{name!r} is in the scenario twice, or its id is.")
        test_case = TestCase(id, name, instance.id, region, **given(entry, "description"))
        test_case.versions, test_case.tags = {status: copy.deepcopy(version)}, dict(entry.get("tags") or {})
        world.test_cases[f"{region}/{id}"] = test_case


def _entry_point(world: World, entry: Entry, what: str) -> dict[str, Any]:
    if ("number" in entry) == ("flow" in entry):
        raise ScenarioError(f"{what.capitalize()} needs a number or a flow, and not both.")
    if "number" in entry:
        parameters = {"DestinationPhoneNumber": checked_e164(entry["number"])}
    else:
        flow = look_up(lambda: world.flow(entry["flow"]), f"{what.capitalize()}: there is no flow {entry['flow']!r}.")
        parameters = {"FlowId": flow.id}
    return {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": parameters}


def _add_members(world: World, entries: list[Entry]) -> None:
    ids = {name: user.id for user in world.users.values() for name in (user.username, user.id)}
    for entry in entries:
        group = world.group(entry["name"])
        names = [each["username"] for member in entry.get("members") or [] for each in _users(member)]
        unknown = [name for name in names if name not in ids]
        if unknown:
            raise ScenarioError(f"Group {group.name}: there is no user {unknown[0]!r}.")
        group.members = list(dict.fromkeys(ids[name] for name in names))
        group.listed = list(group.members)


_SECTIONS: dict[str, Any] = {
    "instances": _add_instance,
    "groups": _add_group,
    "flows": _add_flow,
    "users": _add_user,
    "numbers": _add_number,
    "test_cases": _add_test_case,
}
