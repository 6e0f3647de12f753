"""Users of the source instance: who is meant, and whether a user is there at all (A12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.identifiers import Id, Identifier, Name
from acgr_connect.model.records import User
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

MOST_HINTS = 20
"""Users whose names are compared with all others; where more are missing, they are not just misspelt."""

UNKNOWN_USER = "the source instance has no such user"
"""Why nobody can be associated under that name, id or ARN."""

CREATE_OR_MEND = "create the user there, or mend the name"
"""What to do about a user whose name nobody nearly has."""


def find_user(connection: Connection, instance: Arn, identifier: Identifier) -> User:
    """The user that a name, an id or an ARN stands for in the source instance.

    Raises:
        NotFound: the instance has no such user, or the ARN is of another instance or Region (A12).
    """
    context = ErrorContext(f"looking for agent {str(identifier)!r} of instance {instance.id}", instance.region)
    found, failed = _found(connection, instance, {"": identifier}, context)
    if cause := failed.get(""):
        raise context.error(NotFound, cause, CREATE_OR_MEND if cause == UNKNOWN_USER else "")
    return found[""]


def find_users(
    connection: Connection, instance: Arn, identifiers: Mapping[str, Identifier]
) -> tuple[dict[str, User], dict[str, str]]:
    """By label, the users that names, ids or ARNs stand for; and the labels that stand for none, with the cause (A12).

    One sweep of the instance's users, and a second where somebody is missing from one that is older than the question.
    """
    context = ErrorContext(f"looking for the agents of instance {instance.id}", instance.region)
    return _found(connection, instance, identifiers, context)


def _found(
    connection: Connection, instance: Arn, identifiers: Mapping[str, Identifier], context: ErrorContext
) -> tuple[dict[str, User], dict[str, str]]:
    users, asked = connection.directory.users(instance), connection.clock.now()
    with context:
        found = _among(users.entries(), instance, identifiers)
        if len(found) < len(identifiers):
            found = _among(users.entries_since(asked), instance, identifiers)
        missing = {label: one for label, one in identifiers.items() if label not in found}
        compared = 0 < len(missing) <= MOST_HINTS
        names = [user.username for user in users.entries().values()] if compared else []
    return found, {label: _why_not(one, instance, names) for label, one in missing.items()}


def _among(users: Mapping[str, User], instance: Arn, identifiers: Mapping[str, Identifier]) -> dict[str, User]:
    named = {user.username: user for user in users.values()}
    meant = {label: _meant(one, instance, users, named) for label, one in identifiers.items()}
    return {label: user for label, user in meant.items() if user}


def _meant(identifier: Identifier, instance: Arn, users: Mapping[str, User], named: Mapping[str, User]) -> User | None:
    if isinstance(identifier, Arn):
        return users.get(identifier.id) if identifier.instance == instance else None
    by_id = users.get(identifier.text) if isinstance(identifier, Id) else None
    return by_id or named.get(identifier.text)  # a user's name may look like an id


def _why_not(identifier: Identifier, instance: Arn, names: Sequence[str]) -> str:
    """Why nobody is meant and, where that can be told, what to write instead."""
    if isinstance(identifier, Arn) and (other := identifier.instance) != instance:
        said = f"the ARN is of instance {other.id} in {other.region}, the group of {instance.id} in {instance.region}"
        return f"{said}; write the ARN that the source shows"
    hint = did_you_mean(identifier.text, names) if isinstance(identifier, Name) else ""
    return f"{UNKNOWN_USER}; {hint}" if hint else UNKNOWN_USER


def exists(connection: Connection, user: Arn) -> bool:
    """Whether the instance has the user now."""
    try:
        connection.connect(user.region, Purpose.AGENT).describe_user(user.instance.id, user.id)
    except NotFound:
        return False
    return True
