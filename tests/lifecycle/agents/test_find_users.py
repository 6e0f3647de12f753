"""Users found by what they are like, for rosters that follow the directory."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from acgr import find_users
from acgr_connect.world.connection import Connection
from acgr_sandbox import Sandbox

AS_TEXT = "Calling __str__ on an Output[T] is not supported."


def _instance(sandbox: Sandbox) -> str:
    return sandbox.world.arn(sandbox.world.instance("northwind"))


def _tag(sandbox: Sandbox, user: str, **tags: str) -> None:
    sandbox.world.user(user).tags.update(tags)


def test_everybody(sandbox: Sandbox, connection: Connection) -> None:
    """Without conditions: all users of the instance by name, with their ARNs, from one call."""
    found = find_users(_instance(sandbox))
    assert list(found) == ["alice.smith", "bob.brown", "carol.white", "dave.jones"]
    assert found["alice.smith"] == sandbox.world.arn(sandbox.world.user("alice.smith"))
    assert sandbox.counters.calls() == 1


def test_by_tags(sandbox: Sandbox, connection: Connection) -> None:
    """All tags hold; a value that is left open is any."""
    _tag(sandbox, "alice.smith", team="retail", remote="yes")
    _tag(sandbox, "bob.brown", team="retail")
    _tag(sandbox, "carol.white", team="emergency", remote="no")
    where = {"instance": sandbox.world.instance("northwind").id, "region": "eu-west-2"}
    assert list(find_users(**where, tags={"team": "retail"})) == ["alice.smith", "bob.brown"]
    assert list(find_users(**where, tags={"remote": None})) == ["alice.smith", "carol.white"]
    assert list(find_users(**where, tags={"team": "retail", "remote": None})) == ["alice.smith"]


def test_by_routing_profile(sandbox: Sandbox, connection: Connection) -> None:
    """A routing profile is named, or given by id or ARN; one that does not exist is answered with those there are."""
    sandbox.world.user("bob.brown").details["RoutingProfileId"] = "00000000-0000-4000-8000-000000000009"
    by_name = find_users(_instance(sandbox), routing_profile="Basic Routing Profile")
    assert list(by_name) == ["alice.smith", "carol.white", "dave.jones"]
    assert list(find_users(_instance(sandbox), routing_profile="00000000-0000-4000-8000-000000000009")) == ["bob.brown"]
    with pytest.raises(pulumi.RunError, match="no routing profile 'Voice'; there are: Basic Routing Profile"):
        find_users(_instance(sandbox), routing_profile="Voice")


def test_what_cannot_be_asked(sandbox: Sandbox, connection: Connection) -> None:
    """An instance without a Region, or that does not exist, is one sentence and no traceback."""
    with pytest.raises(pulumi.RunError, match="is no ARN: write the instance's ARN, or give region as well"):
        find_users("northwind")
    with pytest.raises(pulumi.RunError, match=r"find_users: searching users of instance .* in eu-west-2: "):
        find_users("00000000-0000-4000-8000-000000000009", region="eu-west-2")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"routing_profile": AS_TEXT}, "find_users: routing_profile: it is, or holds, an Output"),
        ({"region": AS_TEXT}, "find_users: region: it is, or holds, an Output"),
        ({"tags": {"team": AS_TEXT}}, "find_users: tags: it is, or holds, an Output"),
        ({"tags": {AS_TEXT: "retail"}}, "find_users: tags: it is, or holds, an Output"),
        ({"tags": {"team": False}}, "find_users: tags: False is not text; YAML reads no, off and false"),
        ({"routing_profile": 83}, "find_users: routing_profile: 83 is not text; YAML reads 83, the octal 0123"),
        ({"routing_profile": "basic routing profile"}, "did you mean 'Basic Routing Profile'[?] It differs in capital"),
    ],
)
def test_what_is_no_text(sandbox: Sandbox, connection: Connection, asked: dict[str, Any], sentence: str) -> None:
    """An Output, also inside an f-string, and what YAML reads as no text are one sentence each; nothing is asked."""
    with pytest.raises(pulumi.RunError, match=sentence):
        find_users(_instance(sandbox), **asked)


def test_an_output(sandbox: Sandbox, connection: Connection) -> None:
    """An Output itself is told from text before anything is asked of it."""
    with pytest.raises(pulumi.RunError, match="find_users: instance: it is, or holds, an Output"):
        find_users(object.__new__(pulumi.Output))  # type: ignore[arg-type]  # it is what is refused
    assert sandbox.counters.calls() == 0
