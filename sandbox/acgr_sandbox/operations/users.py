"""Users: reading and searching (API pages ListUsers, DescribeUser, SearchUsers)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.refusal import Refusal
from acgr_sandbox.world import Instance, User, seen_from

from .call import Call
from .pages import page, page_size
from .profiles import derived_id
from .registry import Answer, reads
from .search import Condition, attributes_meet, meets, string_meets, tags_meet


@reads
def list_users(call: Call) -> Answer:
    """The users of an instance that this Region knows."""
    instance = call.instance()
    shown, token = page(call, _known(call, instance), size=page_size(call, 100), what=f"users of {instance.id}")
    return {"UserSummaryList": [_listed(call, user) for user in shown], "NextToken": token}


@reads
def describe_user(call: Call) -> Answer:
    """One user, as this Region shows it."""
    user = call.user(call.params["UserId"], call.instance())
    return {"User": {**_described(call, user), **_modified(call, user)}}


@reads
def search_users(call: Call) -> Answer:
    """The users that meet all criteria and filters."""
    instance = call.instance()
    criteria, wanted = call.params.get("SearchCriteria", {}), call.params.get("SearchFilter", {})
    if "TagFilter" in wanted and "UserAttributeFilter" in wanted:
        raise Refusal("AccessDeniedException", "Give TagFilter or UserAttributeFilter, not both.", status=403)
    users = ((key, seen_from(user, call.region)) for key, user in _known(call, instance))
    found = [(key, user) for key, user in users if _meets(user, criteria) and _passes(user, wanted)]
    shown, token = page(call, found, size=page_size(call, 100), what=f"search of {instance.id}")
    rows = [_searched(_described(call, user)) for user in shown]
    return {"Users": rows, "NextToken": token, "ApproximateTotalCount": len(found)}


def details_of(user: User) -> dict[str, Any]:
    """What was set for a user, else what users have."""
    return {
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 0},
        "RoutingProfileId": derived_id(user.instance_id, "routing-profile"),
        "SecurityProfileIds": [derived_id(user.instance_id, "security-profile")],
        **user.details,
    }


def _known(call: Call, instance: Instance) -> list[tuple[str, User]]:
    users = call.world.users.values()
    return [(user.id, user) for user in users if user.instance_id == instance.id and call.sees(user)]


def _modified(call: Call, user: User) -> Answer:
    home = call.world.instances[user.instance_id].region
    return {"LastModifiedTime": user.modified, "LastModifiedRegion": user.modified_in or home}


def _listed(call: Call, user: User) -> Answer:
    named = {"Id": user.id, "Arn": call.world.arn(user, call.region), "Username": user.username}
    return {**named, **_modified(call, user)}


def _described(call: Call, user: User) -> Answer:
    user = seen_from(user, call.region)
    details = details_of(user)
    identity = {"FirstName": user.first_name, "LastName": user.last_name, **details.pop("IdentityInfo", {})}
    answer: Answer = {
        "Id": user.id,
        "Arn": call.world.arn(user, call.region),
        "Username": user.username,
        "IdentityInfo": identity,
        **details,
    }
    if user.tags:
        answer["Tags"] = user.tags
    return answer


def _searched(described: Answer) -> Answer:
    identity = described["IdentityInfo"]
    return {**described, "IdentityInfo": {name: identity[name] for name in ("FirstName", "LastName")}}


def _meets(user: User, criteria: Condition) -> bool:
    checks = {
        "StringCondition": lambda condition: string_meets(condition, _texts(user)),
        "HierarchyGroupCondition": lambda condition: _in_hierarchy(user, condition),
        "ListCondition": lambda _: False,  # users have no proficiencies here
    }
    return meets(criteria, checks)


def _passes(user: User, wanted: Condition) -> bool:
    hierarchy = {"HierarchyGroupCondition": lambda condition: _in_hierarchy(user, condition)}
    by_attribute = wanted.get("UserAttributeFilter", {})
    return tags_meet(wanted.get("TagFilter", {}), user.tags) and attributes_meet(by_attribute, user.tags, hierarchy)


def _in_hierarchy(user: User, condition: Condition) -> bool:
    return bool(user.details.get("HierarchyGroupId") == condition.get("Value"))


def _texts(user: User) -> dict[str, list[str]]:
    details = details_of(user)
    return {
        "username": [user.username],
        "firstname": [user.first_name],
        "lastname": [user.last_name],
        "routingprofileid": [details["RoutingProfileId"]],
        "securityprofileid": details["SecurityProfileIds"],
        "resourceid": [user.id],
    }
