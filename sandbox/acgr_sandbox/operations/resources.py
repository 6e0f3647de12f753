"""What an instance is configured with, whatever its kind: made, found, listed, changed, deleted in both Regions.

The modules of the single kinds say what is particular to each: `queues`, `hours`, `routing_profiles`, …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from acgr_sandbox.core.models import Instance, Resource, seen_from
from acgr_sandbox.core.pending_changes import delete_resource_in
from acgr_sandbox.wire.refusal import duplicate

from .call import Call
from .mirroring import other_regions, schedule_mirror, update_mirrored
from .pagination import page, page_size
from .registry import Answer


def create(
    call: Call, kind: str, instance: Instance, name: str, details: Mapping[str, Any], *, mirrored: bool = True
) -> Resource:
    """A new resource in this Region; the other one has it after a moment, if it is mirrored.

    Description and tags are what the call says.

    Args:
        call: the operation that makes it.
        kind: as in its ARN, e.g. `operating-hours`.
        instance: whose it is.
        name: unique among those of its kind; "" for what has no name.
        details: what the API says of it besides, as the API spells it.
        mirrored: whether the other Region gets it.

    Raises:
        Refusal: `DuplicateResourceException`, there is one of that name.
    """
    resource = Resource(call.world.new_id(kind, name), kind, name, instance.id, details=dict(details))
    resource.description = call.params.get("Description", "")
    resource.tags = dict(call.params.get("Tags", {}))
    resource.regions, resource.mirrored = [call.region], mirrored
    resource.modified, resource.modified_in = call.now, call.region
    _check_name(call, resource, name)
    call.world.resources[resource.id] = resource
    schedule_mirror(call, resource)
    return resource


def find(call: Call, kind: str, text: str, instance: Instance) -> Resource:
    """The resource asked for, by id or ARN, as this Region shows it: to read, not to change.

    Raises:
        Refusal: `ResourceNotFoundException`.
    """
    return seen_from(call.resource(kind, text, instance), call.region)


def all_here(call: Call, kind: str, instance: Instance) -> list[Resource]:
    """The resources of a kind that this Region has, as it shows them."""
    return [
        seen_from(resource, call.region)
        for resource in call.world.resources.values()
        if (resource.kind, resource.instance_id) == (kind, instance.id) and call.region in resource.regions
    ]


def listed(
    call: Call, resources: list[Resource], key: str, row: Callable[[Call, Resource], Answer], *, what: str
) -> Answer:
    """A page of resources, each as `row` shows it, under `key`.

    Args:
        call: the operation that lists.
        resources: those to list.
        key: the member of the answer, e.g. `QueueSummaryList`.
        row: how one is shown.
        what: names the list, so that a token of another one is refused.
    """
    rows = ((f"{each.name}/{each.id}", each) for each in resources)
    shown, token = page(call, rows, size=page_size(call, 100), what=what)
    return {key: [row(call, each) for each in shown], "NextToken": token}


def summary(call: Call, resource: Resource) -> Answer:
    """Id, ARN, name and when it changed, as most lists have it."""
    return {"Id": resource.id, "Arn": arn(call, resource), "Name": resource.name, **modified(call, resource)}


def arn(call: Call, resource: Resource) -> str:
    """The ARN of a resource in this Region."""
    return call.world.arn(resource, call.region)


def modified(call: Call, resource: Resource) -> Answer:
    """When and where it was changed last."""
    source = call.world.instances[resource.instance_id].region
    return {"LastModifiedTime": resource.modified, "LastModifiedRegion": resource.modified_in or source}


def update(call: Call, resource: Resource, **details: Any) -> None:
    """Change what is kept of a resource besides its name; a value of None takes it away.

    Here at once, in the other Region after a moment.
    """
    here = seen_from(resource, call.region).details
    changed = {name: value for name, value in {**here, **details}.items() if value is not None}
    update_mirrored(call, resource, details=changed)


def rename(call: Call, resource: Resource) -> None:
    """Give a resource the name and the description that the call says, if any.

    Raises:
        Refusal: `DuplicateResourceException`, there is one of that name.
    """
    names = {"name": "Name", "description": "Description"}
    given = {field: call.params[name] for field, name in names.items() if name in call.params}
    if "name" in given:
        _check_name(call, resource, given["name"])
    update_mirrored(call, resource, **given)


def delete(call: Call, resource: Resource) -> None:
    """Delete a resource here at once, in the other Region after a moment."""
    for region in other_regions(call, resource):
        call.later(call.switches.resource_mirror_seconds, "resource-gone", resource.id, region=region)
    delete_resource_in(call.world, resource, call.region)


def _check_name(call: Call, resource: Resource, name: str) -> None:
    if name and call.world.other_resource_named(resource, call.region, name):
        raise duplicate(f"There is a {resource.kind} named {name!r} already.")
