"""What an instance is configured with, whatever its kind: made, found, listed, changed, deleted in both Regions.

The modules of the single kinds say what is particular to each: `queues`, `hours`, `routing_profiles`, …
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from acgr_sandbox.core.models import Instance, Resource, User, seen_from
from acgr_sandbox.core.pending_changes import delete_resource_in
from acgr_sandbox.core.seeds import ROUTING_PROFILE, SECURITY_PROFILE
from acgr_sandbox.wire.refusal import Refusal, duplicate, in_use, invalid_parameter

from .call import Call
from .mirroring import other_regions, schedule_mirror, update_mirrored
from .pagination import page, page_size
from .registry import Answer
from .search import Check, Condition, checked_contains, matches, matches_attributes, matches_string, matches_tags

Row = Callable[[Call, Resource], Answer]


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
        details: what the API says of it besides, as the API spells it; None is left out.
        mirrored: whether the other Region gets it.

    Raises:
        Refusal: `DuplicateResourceException`, there is one of that name.
    """
    resource = Resource(call.world.new_id(kind, name), kind, name, instance.id)
    resource.details = {name: value for name, value in details.items() if value is not None}
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


def listed(call: Call, resources: Iterable[Resource], key: str, row: Row, *, what: str) -> Answer:
    """A page of resources, each as `row` shows it, under `key`, and the token of the next page.

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


def searched(
    call: Call,
    kind: str,
    key: str,
    row: Row,
    texts: Callable[[Resource], Mapping[str, list[str]]],
    checks: Callable[[Resource], Mapping[str, Check]] = lambda _: {},
) -> Answer:
    """A page of the resources of a kind that meet criteria and filter, and how many there are.

    Args:
        call: the operation that searches.
        kind: as in their ARNs.
        key: the member of the answer, e.g. `Queues`.
        row: how one is shown.
        texts: what a `StringCondition` can ask for, by name in lower case.
        checks: what else there can be in `SearchCriteria`, as in `search.matches`.
    """
    instance = call.instance()
    criteria, wanted = call.params.get("SearchCriteria", {}), call.params.get("SearchFilter", {})

    def meets(each: Resource) -> bool:
        def compares(condition: Condition) -> bool:
            return matches_string(checked_contains(condition), texts(each))

        fits = matches(criteria, {"StringCondition": compares, **checks(each)})
        by_attribute = matches_attributes(wanted.get("AttributeFilter", {}), each.tags, {})
        return fits and by_attribute and matches_tags(wanted.get("TagFilter", {}), each.tags)

    found = [each for each in all_here(call, kind, instance) if meets(each)]
    answer = listed(call, found, key, row, what=f"search of {kind} of {instance.id}")
    return {**answer, "ApproximateTotalCount": len(found)}


def described_texts(resource: Resource) -> dict[str, list[str]]:
    """What every search can ask for: name, description, id."""
    return {"name": [resource.name], "description": [resource.description], "resourceid": [resource.id]}


def summary(call: Call, resource: Resource) -> Answer:
    """Id, ARN, name and when it changed, as most lists have it."""
    return {"Id": resource.id, "Arn": arn(call, resource), "Name": resource.name, **modified(call, resource)}


def described(call: Call, resource: Resource) -> Answer:
    """Name, description, tags and when it changed, as most pages have them."""
    answer: Answer = {"Name": resource.name, **modified(call, resource)}
    if resource.description:
        answer["Description"] = resource.description
    if resource.tags:
        answer["Tags"] = resource.tags
    return answer


def arn(call: Call, resource: Resource) -> str:
    """The ARN of a resource in this Region."""
    return call.world.arn(resource, call.region)


def modified(call: Call, resource: Resource) -> Answer:
    """When and where it was changed last."""
    source = call.world.instances[resource.instance_id].region
    return {"LastModifiedTime": resource.modified, "LastModifiedRegion": resource.modified_in or source}


def picked(resource: Resource, *names: str) -> Answer:
    """Those of its details that are there."""
    return {name: resource.details[name] for name in names if name in resource.details}


def update(call: Call, resource: Resource, **details: Any) -> Answer:
    """Change what is kept of a resource besides its name; a value of None takes it away.

    Here at once, in the other Region after a moment.
    """
    here = seen_from(resource, call.region).details
    changed = {name: value for name, value in {**here, **details}.items() if value is not None}
    update_mirrored(call, resource, details=changed)
    return {}


def rename(call: Call, resource: Resource, *, taken: str = "DuplicateResourceException") -> Answer:
    """Give a resource the name or the description that the call says; one of them must be there.

    Raises:
        Refusal: `taken`, there is one of that name.
    """
    if not {"Name", "Description"} & set(call.params):
        raise invalid_parameter("Give Name or Description.")
    rewrite(call, resource, taken=taken)
    return {}


def rewrite(call: Call, resource: Resource, *, taken: str = "DuplicateResourceException") -> None:
    """As `rename`, where a call may leave both as they are."""
    given = {name.lower(): call.params[name] for name in ("Name", "Description") if name in call.params}
    if "name" in given:
        _check_name(call, resource, given["name"], taken)
    update_mirrored(call, resource, **given)


def delete(call: Call, resource: Resource) -> Answer:
    """Delete a resource here at once, in the other Region after a moment."""
    for region in other_regions(call, resource):
        call.later(call.switches.resource_mirror_seconds, "resource-gone", resource.id, region=region)
    delete_resource_in(call.world, resource, call.region)
    return {}


def refers(value: Any, resource: Resource) -> bool:
    """Whether an id or ARN, which may be missing, is that of a resource."""
    return isinstance(value, str) and value.rpartition("/")[2] == resource.id


def refuse_if_used(
    call: Call, resource: Resource, holders: Iterable[Resource | User], code: str = "ResourceInUseException"
) -> None:
    """Refuse to delete what something else refers to.

    Args:
        call: the operation that deletes.
        resource: what is to be deleted.
        holders: what refers to it.
        code: the error that the operation has for it.
    """
    for holder in holders:
        user = isinstance(holder, User)
        named = f"user {holder.username!r}" if isinstance(holder, User) else f"{holder.kind} {holder.name!r}"
        message = f"{resource.kind} {resource.name!r} is used by {named}."
        if code != "ResourceInUseException":
            raise Refusal(code, message)
        raise in_use(message, "USER" if user else "", call.world.arn(holder, call.region))


def check_profiles(call: Call, instance: Instance, routing: str | None, security: list[str]) -> None:
    """Refuse profiles for a user that the instance does not have, given by id or ARN."""
    if routing is not None:
        call.resource(ROUTING_PROFILE, routing, instance)
    for each in security:
        call.resource(SECURITY_PROFILE, each, instance)


def _check_name(call: Call, resource: Resource, name: str, code: str = "") -> None:
    if name and call.world.other_resource_named(resource, call.region, name):
        refusal = duplicate(f"There is a {resource.kind} named {name!r} already.")
        raise Refusal(code, refusal.message) if code else refusal
