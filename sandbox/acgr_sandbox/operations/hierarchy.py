"""The hierarchy of users: five levels at most, groups on them, and which group is below which.

API pages Describe- and UpdateUserHierarchyStructure, Create-, Describe-, List-, Search-, UpdateName- and
DeleteUserHierarchyGroup(s).
"""

from __future__ import annotations

from collections.abc import Iterator

from acgr_sandbox.core.models import Instance, Resource, User, seen_from
from acgr_sandbox.core.seeds import HIERARCHY, HIERARCHY_GROUP, derived_id
from acgr_sandbox.wire.refusal import in_use, invalid_parameter, invalid_request

from . import resources
from .call import Call
from .mirroring import update_mirrored
from .registry import Answer, reads, writes

_LEVELS = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")


@reads
def describe_user_hierarchy_structure(call: Call) -> Answer:
    """The levels that there are."""
    instance = call.instance()
    levels = seen_from(_structure(call, instance), call.region).details
    shown = {name: _level(call, instance, name, level) for name, level in levels.items()}
    return {"HierarchyStructure": shown}


@writes
def update_user_hierarchy_structure(call: Call) -> Answer:
    """Give the levels other names; one that is not given goes, unless groups are on it."""
    instance = call.instance()
    structure, given = _structure(call, instance), call.params["HierarchyStructure"]
    names = [name for name in _LEVELS if name in given]
    if names != list(_LEVELS[: len(names)]):
        raise invalid_request("The levels of a hierarchy follow one another; none is left out.")
    if any(not 0 < len(given[name]["Name"]) <= 50 for name in names):
        raise invalid_parameter("The name of a level has 1 to 50 characters.")
    for group in resources.all_here(call, HIERARCHY_GROUP, instance):
        if _depth(call, group) > len(names):
            message = f"There are groups on {_LEVELS[_depth(call, group) - 1]}, e.g. {group.name!r}."
            raise in_use(message, "HIERARCHY_GROUP", resources.arn(call, group))
    here = seen_from(structure, call.region).details
    levels = {name: _changed_level(call, here.get(name, {}), given[name]["Name"]) for name in names}
    call.world.resources[structure.id] = structure
    update_mirrored(call, structure, details=levels)
    return {}


@writes
def create_user_hierarchy_group(call: Call) -> Answer:
    """A new group, on the first level or below its parent; no other one there has its name."""
    instance, parent = call.instance(), call.params.get("ParentGroupId")
    _check_group_name(call)
    above = _path(call, resources.find(call, HIERARCHY_GROUP, parent, instance)) if parent else []
    if len(above) == len(_LEVELS):
        raise invalid_request(f"A hierarchy has {len(_LEVELS)} levels; {above[-1].name!r} is on the last one.")
    if _LEVELS[len(above)] not in seen_from(_structure(call, instance), call.region).details:
        raise invalid_request(f"The hierarchy has no {_LEVELS[len(above)]}.")
    details = {"ParentGroupId": above[-1].id} if above else {}
    group = resources.create(call, HIERARCHY_GROUP, instance, call.params["Name"], details)
    return {"HierarchyGroupId": group.id, "HierarchyGroupArn": resources.arn(call, group)}


@reads
def describe_user_hierarchy_group(call: Call) -> Answer:
    """One group, its level, and the groups above it."""
    group = resources.find(call, HIERARCHY_GROUP, call.params["HierarchyGroupId"], call.instance())
    return {"HierarchyGroup": _described(call, group)}


@reads
def list_user_hierarchy_groups(call: Call) -> Answer:
    """The groups of an instance, whatever their level."""
    instance = call.instance()
    found, what = resources.all_here(call, HIERARCHY_GROUP, instance), f"hierarchy groups of {instance.id}"
    return resources.listed(call, found, "UserHierarchyGroupSummaryList", resources.summary, what=what)


@reads
def search_user_hierarchy_groups(call: Call) -> Answer:
    """The groups that meet all criteria and filters."""

    def texts(group: Resource) -> dict[str, list[str]]:
        above = group.details.get("ParentGroupId", "")
        return {
            "name": [group.name],
            "parentid": [above],
            "levelid": [str(_depth(call, group))],
            "resourceid": [group.id],
        }

    return resources.searched(call, HIERARCHY_GROUP, "UserHierarchyGroups", _described, texts)


@writes
def update_user_hierarchy_group_name(call: Call) -> Answer:
    """Give a group another name."""
    _check_group_name(call)
    return resources.rename(call, _group(call))


@writes
def delete_user_hierarchy_group(call: Call) -> Answer:
    """Delete a group in which no user is, and below which no group is."""
    instance, group = call.instance(), _group(call)
    below = (
        g for g in resources.all_here(call, HIERARCHY_GROUP, instance) if g.details.get("ParentGroupId") == group.id
    )
    resources.refuse_if_used(call, group, [*below, *_users_in(call, instance, group)])
    return resources.delete(call, group)


def group_and_below(call: Call, group_id: str, instance: Instance) -> set[str]:
    """The ids of a group and of all groups below it, as this Region shows them."""
    groups, found = resources.all_here(call, HIERARCHY_GROUP, instance), {group_id}
    for _ in _LEVELS:
        found |= {group.id for group in groups if group.details.get("ParentGroupId") in found}
    return found


def _structure(call: Call, instance: Instance) -> Resource:
    """The levels of an instance; until some are set, there is none that is kept."""
    id = derived_id(instance.id, HIERARCHY)
    kept = call.world.resources.get(id)
    return kept or Resource(id, HIERARCHY, "", instance.id, regions=list(instance.regions))


def _level(call: Call, instance: Instance, name: str, level: Answer) -> Answer:
    number = _LEVELS.index(name) + 1
    arn = f"{call.world.arn(instance, call.region)}/{HIERARCHY}/{number}"
    return {"Id": str(number), "Arn": arn, **level}


def _changed_level(call: Call, level: Answer, name: str) -> Answer:
    if level.get("Name") == name:
        return level
    return {"Name": name, "LastModifiedTime": call.now, "LastModifiedRegion": call.region}


def _group(call: Call) -> Resource:
    return call.resource(HIERARCHY_GROUP, call.params["HierarchyGroupId"], call.instance())


def _check_group_name(call: Call) -> None:
    if not 0 < len(call.params["Name"]) <= 100:
        raise invalid_parameter("The name of a hierarchy group has 1 to 100 characters.")


def _path(call: Call, group: Resource) -> list[Resource]:
    """The groups above a group and the group itself, as this Region shows them."""
    path, above = [group], group.details.get("ParentGroupId")
    while above in call.world.resources:
        path.insert(0, seen_from(call.world.resources[above], call.region))
        above = path[0].details.get("ParentGroupId")
    return path


def _depth(call: Call, group: Resource) -> int:
    return len(_path(call, group))


def _described(call: Call, group: Resource) -> Answer:
    path = _path(call, group)
    levels = {name: resources.summary(call, each) for name, each in zip(_LEVELS, path, strict=False)}
    named = {**resources.summary(call, group), "LevelId": str(len(path)), "HierarchyPath": levels}
    return {**named, "Tags": group.tags} if group.tags else named


def _users_in(call: Call, instance: Instance, group: Resource) -> Iterator[User]:
    users = (seen_from(user, call.region) for user in call.world.users.values() if user.instance_id == instance.id)
    return (user for user in users if resources.refers(user.details.get("HierarchyGroupId"), group))
