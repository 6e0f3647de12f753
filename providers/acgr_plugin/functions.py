"""Functions: questions that a program asks before it declares anything."""

from __future__ import annotations

from typing import Any

from acgr.find_users import located
from acgr.runtime.inputs import Properties, known
from acgr.runtime.run import Run
from acgr.runtime.steps import StepFailed
from acgr_connect.agents.search import search_users
from acgr_connect.model.arns import ArnError
from acgr_connect.model.errors import ConnectError
from acgr_plugin.schema import FIND_USERS


class UnknownFunction(Exception):
    """A function that the plugin does not have."""


def answered(run: Run, token: str, given: Properties) -> dict[str, Any]:
    """The answer to a function.

    Raises:
        UnknownFunction: there is no such function.
        StepFailed: Connect cannot be asked, or has no such instance or routing profile.
    """
    if token != FIND_USERS:
        raise UnknownFunction(f"unknown function {token}")
    if not known(given) or not isinstance(given.get("instance"), str):
        raise StepFailed(
            "findUsers: instance: the instance's ARN, or its id with region, is needed and has to be known"
        )
    try:
        id_, region = located(given["instance"], given.get("region"))
        profile, tags = given.get("routing_profile"), given.get("tags")
        found = search_users(run.connection, id_, region, routing_profile=profile, tags=tags)
    except (ConnectError, ArnError) as error:
        raise StepFailed(f"findUsers: {error}") from error
    return {"users": {user.username: str(user.arn) for user in found}}
