"""Functions: questions that a program asks before it declares anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any

from acgr.find_users import located
from acgr.runtime.inputs import Properties, known
from acgr.runtime.run import Run
from acgr.runtime.steps import StepFailed
from acgr_connect.agents.search import search_users
from acgr_connect.model.arns import ArnError, is_arn, parse
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.property_names import camel
from acgr_plugin.schema import FIND_USERS, FIND_USERS_INPUTS


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
    asked = {name: value for name, value in given.items() if value is not None}
    for said in _wrong(asked):
        raise StepFailed(f"findUsers: {said}")
    try:
        if is_arn(given["instance"]):
            run.connection.require_account(parse(given["instance"], "instance"))
        id_, region = located(given["instance"], given.get("region"))
        profile, tags = given.get("routing_profile"), given.get("tags")
        found = search_users(run.connection, id_, region, routing_profile=profile, tags=tags)
    except (ConnectError, ArnError) as error:
        raise StepFailed(f"findUsers: {error}") from error
    return {"users": {user.username: str(user.arn) for user in found}}


def _wrong(asked: Properties) -> Iterator[str]:
    """What is wrong with the arguments: Connect is asked at once, and so each has to be known."""
    if not isinstance(asked.get("instance"), str):
        yield "instance: the instance's ARN, or its id with region, is needed and has to be known"
    for name, value in asked.items():
        if name not in FIND_USERS_INPUTS:
            yield f"there is no {camel(name)}; there are: {', '.join(map(camel, FIND_USERS_INPUTS))}"
        elif not known(value):
            yield f"{camel(name)}: it is not known yet, and Connect is asked at once"
        elif name == "tags":
            if not isinstance(value, Mapping) or not all(isinstance(tag, (str, NoneType)) for tag in value.values()):
                yield "tags: a mapping of text to text is needed"
        elif not isinstance(value, str):
            yield f"{camel(name)}: text is needed, not {value!r}"
