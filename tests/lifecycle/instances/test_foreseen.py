"""What a preview foresees of groups and replicas, on the sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi.output import UNKNOWN

from acgr import InstanceReplicaProvider, TrafficDistributionGroupProvider
from acgr.runtime.foreseen import Foreseen
from acgr.runtime.run import current_run
from acgr_connect.world.connection import Connection
from acgr_sandbox import Sandbox

GROUP, REPLICA = TrafficDistributionGroupProvider(), InstanceReplicaProvider()


def foreseen(provider: Any, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Foreseen:
    """What is foreseen of a new resource or, with `olds`, of one that is in the state."""
    provider.check(olds or {}, news)
    if olds is not None:
        provider.diff("id", olds, news)
    return current_run().look_ahead("")


def group(name: str = "storm", **inputs: Any) -> dict[str, Any]:
    """The inputs of a group."""
    return {"instance": "northwind", "name": name, "source_region": "eu-west-2", **inputs}


def replica(instance: str = "island", **inputs: Any) -> dict[str, Any]:
    """The inputs of a replica."""
    return {"instance": instance, "replica_region": "eu-central-1", "source_region": "eu-west-2", **inputs}


@pytest.mark.parametrize(
    ("provider", "news", "said"),
    [
        (GROUP, group(), "is made in eu-west-2: at first that Region takes all of its calls"),
        (GROUP, group("retail"), "is there already: it is taken over"),
        (GROUP, group("default"), "is there already: it is taken over"),
        (REPLICA, replica(), "instance island is replicated to eu-central-1, which takes minutes"),
        (
            REPLICA,
            replica("northwind"),
            "instance northwind is replicated to eu-central-1 already: it is taken over",
        ),
    ],
)
def test_what_is_made(sandbox: Sandbox, connection: Connection, provider: Any, news: dict[str, Any], said: str) -> None:
    """One line says what is made and what is taken over, and nothing is written for it."""
    found = foreseen(provider, news)
    assert replace(found, outputs={}) == Foreseen((said,))
    assert found.outputs.get("instance_arn")
    assert sandbox.counters.calls("CreateTrafficDistributionGroup") == sandbox.counters.calls("ReplicateInstance") == 0


def test_numbers_go_to_the_default_group(sandbox: Sandbox, connection: Connection) -> None:
    """A replication takes the instance's numbers along: the preview says how many."""
    number = sandbox.world.number("+442079460001")
    number.target = number.listed_target = sandbox.world.instance("island").id
    [said] = foreseen(REPLICA, replica()).said
    assert said.endswith("its number goes to the default group, as Connect does with each replication")


def test_a_group_of_an_instance_that_is_replicated_by_the_program(sandbox: Sandbox, connection: Connection) -> None:
    """It is made after that; without a replica in the program the group cannot be, which is a warning."""
    [problem] = foreseen(GROUP, group(instance="island")).problems
    assert "instance island is not replicated" in problem.said
    assert not problem.is_certain
    current_run().ownership.claim("urn::pair", [("instance-replica", "island")])
    assert foreseen(GROUP, group(instance="island")).said == ("is made in eu-west-2, once the instance is replicated",)


@pytest.mark.parametrize(
    ("provider", "news", "said"),
    [
        (GROUP, group("retail", description="Stores"), "Connect has no operation that changes it"),
        (REPLICA, replica("northwind", replica_alias="other"), "Connect has no operation that changes an instance's"),
        (REPLICA, replica("northwind", replica_region="us-west-2"), "it is replicated to eu-central-1 already"),
    ],
)
def test_what_cannot_be_had(
    sandbox: Sandbox, connection: Connection, provider: Any, news: dict[str, Any], said: str
) -> None:
    """What nothing in the program can make true ends the preview."""
    [problem] = foreseen(provider, news).problems
    assert said in problem.said
    assert problem.is_certain


def test_a_description_that_changes(sandbox: Sandbox, connection: Connection) -> None:
    """An update is looked at as well, and one of the tags alone has nothing to say that the engine does not print."""
    made = GROUP.create(group(description="For storms")).outs
    [problem] = foreseen(GROUP, group(description="For gales"), made).problems
    assert problem.is_certain
    assert foreseen(GROUP, group(description="For storms", tags={"a": "b"}), made) == Foreseen()


def test_a_ninth_group(sandbox: Sandbox, connection: Connection) -> None:
    """The quota is counted; something may go in the same run, so it is a warning."""
    for number in range(5):
        GROUP.create(group(f"storm-{number}"))
    [problem] = foreseen(GROUP, group("gale")).problems
    assert "an instance has 8 groups at most" in problem.said
    assert not problem.is_certain


@pytest.mark.parametrize("name", ["instance", "name", "description"])
def test_what_is_not_known_yet(connection: Connection, name: str) -> None:
    """Of what the same program makes nothing is said."""
    assert foreseen(GROUP, {**group(description="a"), name: UNKNOWN}) == Foreseen()
