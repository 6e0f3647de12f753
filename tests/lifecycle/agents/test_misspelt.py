"""Users who are written wrongly: the sentence says whom was meant, and how the name differs."""

from __future__ import annotations

from typing import Any

import pytest

from acgr import TrafficDistributionGroupRosterProvider, TrafficDistributionGroupUserProvider
from acgr_connect.world.connection import Connection
from acgr_sandbox import Sandbox

GROUP = {"traffic_distribution_group": "retail", "source_region": "eu-west-2"}


def _refusal(provider: Any, **inputs: Any) -> str:
    with pytest.raises(Exception) as caught:
        provider.create({**GROUP, **inputs})
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Alice.Smith", "did you mean 'alice.smith'? It differs in capital and small letters"),
        ("alice.smith@example.com", "did you mean 'alice.smith'? One of the two is an address"),
        ("alice.smiht", "did you mean 'alice.smith'?"),
        ("alice\u200b.smith", "did you mean 'alice.smith'? It differs in characters that look alike or are not seen"),
    ],
)
def test_a_user_who_is_nearly_there(sandbox: Sandbox, connection: Connection, written: str, hint: str) -> None:
    """The same hint for one agent and for a roster, whose other agents are associated all the same (A12)."""
    said = _refusal(TrafficDistributionGroupUserProvider(), user=written)
    assert f"the source instance has no such user; {hint}" in said
    said = _refusal(TrafficDistributionGroupRosterProvider(), users={"one": written, "two": "bob.brown"})
    assert f"the source instance has no such user; {hint}" in said
    assert sandbox.world.user("bob.brown").id in sandbox.world.group("retail").members


def test_an_id_of_another_tool_is_refused_by_the_check(sandbox: Sandbox, connection: Connection) -> None:
    """An id as Terraform writes it, which an Output may bring, says which part is meant."""
    user = sandbox.world.user("alice.smith").id
    joined = f"{sandbox.world.instance('northwind').id}:{user}"
    answer = TrafficDistributionGroupUserProvider().check({}, {**GROUP, "user": joined})
    assert f"write the user's own id (here '{user}'), its ARN or its name" in answer.failures[0].reason


def test_the_id_of_a_get(sandbox: Sandbox, connection: Connection) -> None:
    """A group that is got by name is answered with the form of its ARN, not with a bare assertion."""
    with pytest.raises(Exception, match="a traffic distribution group has one of the form arn:aws:connect:REGION"):
        TrafficDistributionGroupRosterProvider().read("blue", {"traffic_distribution_group": "blue", "users": {}})
    props = {"traffic_distribution_group": "blue", "user": "alice.smith"}
    with pytest.raises(Exception, match="'blue' is not an Amazon Connect ARN"):
        TrafficDistributionGroupUserProvider().read("alice.smith", props)
