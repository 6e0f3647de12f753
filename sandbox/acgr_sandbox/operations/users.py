"""Users (API pages ListUsers, DescribeUser, SearchUsers)."""

from __future__ import annotations

import uuid
from typing import Any

from acgr_sandbox.refusal import Refusal
from acgr_sandbox.world import NAMESPACE, Instance, User

from .call import Call
from .pages import page, page_size
from .registry import Answer, reads


@reads
def list_users(call: Call) -> Answer:
    """The users of an instance that this Region knows."""
    instance = call.instance()
    shown, token = page(call, _known(call, instance), size=page_size(call, 100), what=f"users of {instance.id}")
    return {"UserSummaryList": [_listed(call, user) for user in shown], "NextToken": token}


@reads
def describe_user(call: Call) -> Answer:
    """One user."""
    user = call.user(call.params["UserId"], call.instance())
    return {
        "User": {**_described(call, user), "LastModifiedTime": user.modified, "LastModifiedRegion": _home(call, user)}
    }


@reads
def search_users(call: Call) -> Answer:
    """The users that meet string conditions; other conditions are refused with a sentence."""
    instance = call.instance()
    if call.params.get("SearchFilter"):
        raise Refusal(
            "UnimplementedOperationException", "The sandbox does not implement SearchFilter of SearchUsers.", status=501
        )
    criteria = call.params.get("SearchCriteria", {})
    found = [(key, user) for key, user in _known(call, instance) if _meets(user, criteria)]
    shown, token = page(call, found, size=page_size(call, 100), what=f"search of {instance.id}")
    users = [_described(call, user) for user in shown]
    return {"Users": users, "NextToken": token, "ApproximateTotalCount": len(found)}


def derived_id(instance_id: str, kind: str) -> str:
    """The id of something every instance has one of, such as its basic routing profile."""
    return str(uuid.uuid5(NAMESPACE, f"{instance_id}/{kind}"))


def _known(call: Call, instance: Instance) -> list[tuple[str, User]]:
    users = call.world.users.values()
    return [(user.id, user) for user in users if user.instance_id == instance.id and call.sees(user)]


def _home(call: Call, user: User) -> str:
    return call.world.instances[user.instance_id].region


def _listed(call: Call, user: User) -> Answer:
    return {
        "Id": user.id,
        "Arn": call.world.arn(user, call.region),
        "Username": user.username,
        "LastModifiedTime": user.modified,
        "LastModifiedRegion": _home(call, user),
    }


def _described(call: Call, user: User) -> Answer:
    answer: Answer = {
        "Id": user.id,
        "Arn": call.world.arn(user, call.region),
        "Username": user.username,
        "IdentityInfo": {"FirstName": user.first_name, "LastName": user.last_name},
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 0},
        "RoutingProfileId": derived_id(user.instance_id, "routing-profile"),
        "SecurityProfileIds": [derived_id(user.instance_id, "security-profile")],
    }
    if user.tags:
        answer["Tags"] = user.tags
    return answer


def _meets(user: User, criteria: dict[str, Any]) -> bool:
    unknown = set(criteria) - {"OrConditions", "AndConditions", "StringCondition"}
    if unknown:
        message = f"The sandbox does not implement {sorted(unknown)[0]} of SearchUsers."
        raise Refusal("UnimplementedOperationException", message, status=501)
    checks = [_meets(user, each) for each in criteria.get("AndConditions", [])]
    if criteria.get("OrConditions"):
        checks.append(any(_meets(user, each) for each in criteria["OrConditions"]))
    if "StringCondition" in criteria:
        checks.append(_string_meets(user, criteria["StringCondition"]))
    return all(checks)


def _string_meets(user: User, condition: dict[str, str]) -> bool:
    fields = {
        "username": user.username,
        "firstname": user.first_name,
        "lastname": user.last_name,
        "routingprofileid": derived_id(user.instance_id, "routing-profile"),
        "securityprofileid": derived_id(user.instance_id, "security-profile"),
        "resourceid": user.id,
    }
    name = condition.get("FieldName", "")
    if name.lower() not in fields:
        raise Refusal("InvalidParameterException", f"SearchUsers cannot search by {name!r}.")
    have, want = fields[name.lower()].lower(), condition.get("Value", "").lower()
    kind = condition.get("ComparisonType", "EXACT")
    return {"STARTS_WITH": have.startswith(want), "CONTAINS": want in have}.get(kind, have == want)
