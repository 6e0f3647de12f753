"""Users of the source instance, as a program spells them: who is meant, and whether a user is there at all (A12)."""

from __future__ import annotations

from collections.abc import Mapping

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection
from acgr_connect.directory import FRESH
from acgr_connect.errors import ConnectError, Doing, NotFound, because, told
from acgr_connect.ledger import Purpose
from acgr_connect.records import User
from acgr_connect.spelling import is_uuid

UNKNOWN_USER = "the source instance has no such user"
"""Why nobody can be associated under that name, id or ARN."""


def find_user(connection: Connection, instance: Arn, spelled: str) -> User:
    """The user that a name, an id or an ARN stands for in the source instance.

    Raises:
        NotFound: the instance has no such user, or the ARN is of another instance or Region (A12).
    """
    doing = Doing(f"looking for agent {spelled!r} of instance {instance.id}", instance.region)
    found, failed = _found(connection, instance, {spelled: spelled}, doing)
    if cause := failed.get(spelled):
        is_unknown = cause == UNKNOWN_USER
        remedy = "create the user there, or mend the name" if is_unknown else "write the ARN that the source shows"
        raise told(NotFound, doing, cause, remedy)
    return found[spelled]


def find_users(
    connection: Connection, instance: Arn, spelled: Mapping[str, str]
) -> tuple[dict[str, User], dict[str, str]]:
    """By label, the users that names, ids or ARNs stand for; and the labels that stand for none, with the cause (A12).

    One sweep of the instance's users, and a second where somebody is missing from one that is not fresh.
    """
    doing = Doing(f"looking for the agents of instance {instance.id}", instance.region)
    return _found(connection, instance, spelled, doing)


def _found(
    connection: Connection, instance: Arn, spelled: Mapping[str, str], doing: Doing
) -> tuple[dict[str, User], dict[str, str]]:
    users = connection.directory.users(instance)
    try:
        found = _among(users.entries(), instance, spelled)
        if len(found) < len(spelled):
            found = _among(users.entries(FRESH), instance, spelled)
    except ConnectError as error:
        raise because(error, doing) from error
    return found, {label: _why_not(text, instance) for label, text in spelled.items() if label not in found}


def _among(users: Mapping[str, User], instance: Arn, spelled: Mapping[str, str]) -> dict[str, User]:
    named = {user.username: user for user in users.values()}
    meant = {label: _meant(text, instance, users, named) for label, text in spelled.items()}
    return {label: user for label, user in meant.items() if user}


def _meant(text: str, instance: Arn, users: Mapping[str, User], named: Mapping[str, User]) -> User | None:
    if is_arn(text):
        arn = parse(text, "agent")
        return users.get(arn.id) if arn.instance == instance else None
    return (users.get(text) if is_uuid(text) else None) or named.get(text)


def _why_not(text: str, instance: Arn) -> str:
    if is_arn(text) and (other := parse(text).instance) != instance:
        return f"the ARN is of instance {other.id} in {other.region}, the group of {instance.id} in {instance.region}"
    return UNKNOWN_USER


def exists(connection: Connection, user: Arn) -> bool:
    """Whether the instance has the user now."""
    try:
        connection.connect(user.region, Purpose.AGENT).describe_user(user.instance.id, user.id)
    except NotFound:
        return False
    return True
