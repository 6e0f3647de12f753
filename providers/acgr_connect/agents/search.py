"""Users of an instance by what they are like: for rosters that follow the directory (API page SearchUsers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acgr_connect.model.arns import is_arn
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.identifiers import is_uuid
from acgr_connect.model.records import User, last_part
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection


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
    context = ErrorContext(f"searching users of instance {instance_id}", region)
    asked = {"SearchFilter": _with_tags(tags)} if tags else {}
    with context:
        if routing_profile:
            asked["SearchCriteria"] = _with_profile(_profile_id(connection, instance_id, context, routing_profile))
        found = connection.connect(region, Purpose.CHECK).search_users(instance_id, **asked)
    return sorted(found, key=lambda user: user.username)


def _profile_id(connection: Connection, instance_id: str, context: ErrorContext, profile: str) -> str:
    if is_arn(profile) or is_uuid(profile):
        return last_part(profile)
    profiles = connection.connect(context.region, Purpose.CHECK).list_routing_profiles(instance_id)
    if profile not in profiles:
        there = ", ".join(sorted(profiles))
        hint = did_you_mean(profile, profiles)
        raise context.error(NotFound, f"there is no routing profile {profile!r}; there are: {there}", hint)
    return profiles[profile]


def _with_profile(id_: str) -> dict[str, Any]:
    return {"StringCondition": {"FieldName": "RoutingProfileId", "Value": id_, "ComparisonType": "EXACT"}}


def _with_tags(tags: Mapping[str, str | None]) -> dict[str, Any]:
    each = [{"TagKey": key} | ({} if value is None else {"TagValue": value}) for key, value in tags.items()]
    return {"TagFilter": {"AndConditions": each} if len(each) > 1 else {"TagCondition": each[0]}}
