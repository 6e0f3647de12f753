"""Users of an instance by what they are like: for rosters that follow the directory (API page SearchUsers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acgr_connect.arns import is_arn
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError, Doing, NotFound, because, told
from acgr_connect.ledger import Purpose
from acgr_connect.records import User, last_part
from acgr_connect.spelling import is_uuid


def search_users(
    connection: Connection,
    instance_id: str,
    region: str,
    *,
    routing_profile: str | None = None,
    tags: Mapping[str, str | None] | None = None,
) -> list[User]:
    """The users of an instance that have the routing profile and all the tags, by name.

    Args:
        connection: the account.
        instance_id: the instance.
        region: where it is asked.
        routing_profile: its name, id or ARN.
        tags: key to value; None for any value.

    Raises:
        NotFound: there is no such instance or routing profile.
    """
    doing = Doing(f"searching users of instance {instance_id}", region)
    asked = {"SearchFilter": _with_tags(tags)} if tags else {}
    try:
        if routing_profile:
            asked["SearchCriteria"] = _with_profile(_profile_id(connection, instance_id, doing, routing_profile))
        found = connection.connect(region, Purpose.CHECK).search_users(instance_id, **asked)
    except ConnectError as error:
        raise because(error, doing) from error
    return sorted(found, key=lambda user: user.username)


def _profile_id(connection: Connection, instance_id: str, doing: Doing, spelled: str) -> str:
    if is_arn(spelled) or is_uuid(spelled):
        return last_part(spelled)
    profiles = connection.connect(doing.region, Purpose.CHECK).list_routing_profiles(instance_id)
    if spelled not in profiles:
        there = ", ".join(sorted(profiles))
        raise told(NotFound, doing, f"there is no routing profile {spelled!r}; there are: {there}")
    return profiles[spelled]


def _with_profile(id_: str) -> dict[str, Any]:
    return {"StringCondition": {"FieldName": "RoutingProfileId", "Value": id_, "ComparisonType": "EXACT"}}


def _with_tags(tags: Mapping[str, str | None]) -> dict[str, Any]:
    each = [{"TagKey": key} | ({} if value is None else {"TagValue": value}) for key, value in tags.items()]
    return {"TagFilter": {"AndConditions": each} if len(each) > 1 else {"TagCondition": each[0]}}
