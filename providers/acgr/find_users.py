"""Users by what they are like, asked for by the program before a roster is constructed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pulumi

from acgr import _engine
from acgr.arguments import is_open
from acgr.runtime.run import current_run
from acgr_connect.agents.search import search_users
from acgr_connect.aws.settings import SettingError, read
from acgr_connect.model.arns import ArnError, is_arn, parse
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.yaml_texts import as_it_was_read
from acgr_connect.world.connection import Connection


def find_users(
    instance: str,
    *,
    region: str | None = None,
    routing_profile: str | None = None,
    tags: Mapping[str, str | None] | None = None,
) -> dict[str, str]:
    """The users that have the routing profile and all the tags: user name to ARN, as a roster's `users`.

    It asks Connect at once (`SearchUsers`), with the settings that the resources have; so a preview shows who joins
    and who leaves.

    Args:
        instance: the source instance's ARN or, with `region`, its id.
        region: the source Region. Needed only where the instance is not given by ARN.
        routing_profile: name, id or ARN.
        tags: key to value; None where any value will do.

    Raises:
        pulumi.RunError: Connect cannot be asked, or has no such instance or routing profile.
    """
    asked = {"instance": instance, "region": region, "routing_profile": routing_profile, "tags": tags}
    for name, value in asked.items():
        _require_plain(name, value)
    try:
        id_, where = located(instance, region)
        found = search_users(_connection(), id_, where, routing_profile=routing_profile, tags=tags)
    except (ConnectError, SettingError, ArnError) as error:
        raise pulumi.RunError(f"find_users: {error}") from None
    return {user.username: str(user.arn) for user in found}


def _require_plain(name: str, value: Any) -> None:
    """Refuse what is not known while the program runs, and what Python makes of it in an f-string."""
    entries = [value, *value, *value.values()] if isinstance(value, Mapping) else [value]
    for entry in entries:
        if is_open(entry):
            raise pulumi.RunError(
                f"find_users: {name}: it is, or holds, an Output; Connect is asked at once, so write plain text, or "
                "call find_users where the value is known"
            )
        if not isinstance(entry, (str, Mapping, type(None))):
            raise pulumi.RunError(f"find_users: {name}: {entry!r} is not text{as_it_was_read(entry)}")


def located(instance: str, region: str | None) -> tuple[str, str]:
    """The id of an instance, and the Region in which it is asked for.

    Raises:
        ArnError: it is no ARN, and no Region is given.
    """
    if is_arn(instance):
        arn = parse(instance, "instance")
        return arn.id, region or arn.region
    if region is None:
        raise ArnError(f"{instance!r} is no ARN: write the instance's ARN, or give region as well")
    return instance, region


def _connection() -> Connection:
    run = current_run()
    run.settings = read(_configured, os.environ, _engine.program_keys(), pulumi.get_project())
    return run.connection


def _configured(key: str) -> str | None:
    namespace, _, name = key.partition(":")
    return pulumi.Config(namespace).get(name)
