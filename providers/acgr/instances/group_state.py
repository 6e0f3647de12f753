"""The stored state of a traffic distribution group: what it is made of, and how it is read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import DiffResult, ReadResult

from acgr.instances.declared import changed_instance, may_be
from acgr.runtime.diffs import changed_inputs, changed_world, unchanged
from acgr.runtime.fields import PLAIN, StoredState, arn, stored
from acgr.runtime.inputs import Properties, known
from acgr.runtime.name_checks import NameChanged
from acgr.runtime.ownership import Key
from acgr_connect.groups import describe_group
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.identifiers import DEFAULT_GROUP
from acgr_connect.model.records import Group
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

DECLARED = "traffic-distribution-group"
"""The kind of keys of groups that are declared."""

GOING = "PENDING_DELETION"
"""The status of a group that is as good as gone."""


@dataclass(frozen=True)
class GroupState(StoredState):
    """A group as the stack stores it."""

    group: Arn = field(
        metadata=stored(
            "traffic_distribution_group_arn",
            arn("traffic-distribution-group"),
            "ARN of the traffic distribution group",
            stays=True,
        )
    )
    instance: Arn = field(
        metadata=stored("instance_arn", arn("instance"), "ARN of the source instance", tells=("instance",), stays=True)
    )
    status: str = field(metadata=stored("status", PLAIN, "the status that was last seen, such as `ACTIVE`"))
    is_default: bool = field(
        metadata=stored("is_default", PLAIN, "whether Connect made the group with the replica", stays=True)
    )

    @classmethod
    def seen(cls, group: Group) -> GroupState:
        """The state of a group as it was seen."""
        return cls(group.arn, group.instance, group.status, group.is_default)

    def is_called(self, written: Any, as_before: Any) -> bool:
        """Whether what is written may stand for this group's name."""
        return written == as_before or not known(written) or (self.is_default and written == DEFAULT_GROUP)


def decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another instance or name replaces; tags change in place; a description that is not declared is nothing.

    A group whose creation has failed is replaced, one that is still being created is waited for.
    """
    state = GroupState.of(olds)
    other_instance = not may_be(state.instance, news["instance"], olds["instance"])
    other_name = not state.is_called(news["name"], olds["name"])
    if other_instance or other_name:
        return changed_inputs(["instance"] * other_instance + ["name"] * other_name)
    if state.status == "CREATION_FAILED":
        return changed_world(["name"])
    description = news.get("description")
    is_described = description is None or description == olds.get("description")
    if not all(map(known, news.values())) or not is_described or _tags(news) != _tags(olds):
        return changed_inputs()
    return changed_world() if state.status == "CREATION_IN_PROGRESS" else unchanged()


def _tags(props: Mapping[str, Any]) -> Mapping[str, Any]:
    return props.get("tags") or {}


def claimed_keys(instances: Iterable[str], names: Iterable[Any]) -> set[Key]:
    """The keys of a group of that name, however its instance is written."""
    texts = [name for name in names if isinstance(name, str) and known(name)]
    return {(DECLARED, instance, name) for instance in instances if instance for name in texts}


def changed_identity(connection: Connection, state: GroupState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the instance's alias means another one, or the group is gone, with or without another of its name."""
    return [*changed_instance(connection, state.instance, props), *_gone(connection, state, props)]


def _gone(connection: Connection, state: GroupState, props: Mapping[str, Any]) -> Iterator[NameChanged]:
    shown = connection.directory.groups(state.group.region).get(state.group.id, believing=FRESH)
    if shown is None or shown.status == GOING:
        yield NameChanged(f"traffic distribution group {props['name']} is gone: it is made anew", "name")


def read(connection: Connection, id_: str, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    """The group as it is; an empty result where it is gone, an error where a `get()` finds none.

    `declared` are the inputs among `props`; a `get()` has no others.
    """
    is_get = props.get("traffic_distribution_group_arn") is None
    if is_get:
        return _got(connection, parse(id_, "traffic-distribution-group"))
    state = GroupState.of(props)
    connection.require_account(state.group)
    try:
        group = describe_group(connection, state.group)
    except NotFound:
        connection.directory.instance(state.instance)
        return ReadResult("", {})
    if group.status == GOING:
        return ReadResult("", {})
    return _found(group, _as_found(group, declared))


def _got(connection: Connection, arn: Arn) -> ReadResult:
    group = describe_group(connection, arn)
    if group.status == GOING:
        context = ErrorContext(f"reading traffic distribution group {group.name}", arn.region)
        raise context.error(NotFound, "it is being deleted", "declare it instead of getting it")
    found: Properties = {"instance": str(group.instance), "name": group.name}
    found |= {"description": group.description} if group.description else {}
    found |= {"tags": dict(group.tags)} if group.tags else {}
    return _found(group, found)


def _as_found(group: Group, declared: Properties) -> Properties:
    """The inputs, as declared where that is still true: of tags those that are declared, as they are now."""
    found = dict(declared)
    if "description" in declared:
        found["description"] = group.description
    if "tags" in declared:
        found["tags"] = {key: group.tags[key] for key in declared["tags"] if key in group.tags}
    return found


def _found(group: Group, found: Properties) -> ReadResult:
    state = GroupState.seen(group)
    return ReadResult(str(state.group), {**found, **state.outputs()}, found)
