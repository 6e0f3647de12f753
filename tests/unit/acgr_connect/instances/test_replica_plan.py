"""What is to be done about a declared replica."""

from __future__ import annotations

import pytest
from scripted import INSTANCE, REPLICA, SOURCE

from acgr_connect.instances.replica_plan import next_step, other_alias
from acgr_connect.model.errors import ErrorContext, Refused
from acgr_connect.model.records import Instance, Replication

CONTEXT = ErrorContext("replicating instance northwind", SOURCE)


def shown(*rows: tuple[str, str]) -> Instance:
    """The source instance, with the status of each Region."""
    replication = tuple(Replication(region, status, "why") for region, status in rows)
    return Instance(INSTANCE, "northwind", SOURCE if rows else None, (SOURCE,), replication=replication)


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (None, "replicate"),
        ("INSTANCE_REPLICATION_FAILED", "replicate"),
        ("INSTANCE_REPLICATION_IN_PROGRESS", "wait"),
        ("RESOURCE_REPLICATION_NOT_STARTED", "wait"),
        ("SOMETHING_NEW", "wait"),
        ("INSTANCE_REPLICATION_COMPLETE", "adopt"),
        ("INSTANCE_REPLICA_DELETING", "wait-until-gone"),
    ],
)
def test_what_comes_first(status: str | None, step: str) -> None:
    """By the status of the replica; whether the source is listed too makes no difference."""
    rows = [(REPLICA, status)] if status else []
    assert next_step(shown(*rows), REPLICA, CONTEXT) == step
    assert next_step(shown((SOURCE, "INSTANCE_REPLICATION_COMPLETE"), *rows), REPLICA, CONTEXT) == step


@pytest.mark.parametrize(
    ("rows", "region", "said"),
    [
        ((), SOURCE, "that is the instance's own Region"),
        ((("us-east-1", "INSTANCE_REPLICATION_COMPLETE"),), REPLICA, "it is replicated to us-east-1 already"),
        ((("us-east-1", "INSTANCE_REPLICATION_IN_PROGRESS"),), REPLICA, "declare replica_region as us-east-1"),
        (((REPLICA, "INSTANCE_REPLICATION_DELETION_FAILED"),), REPLICA, "DELETION_FAILED: why; ask AWS Support"),
    ],
)
def test_what_cannot_be(rows: tuple[tuple[str, str], ...], region: str, said: str) -> None:
    """An instance has one replica, in another Region, and one that cannot be deleted cannot be made."""
    with pytest.raises(Refused, match=said):
        next_step(shown(*rows), region, CONTEXT)


def test_another_try_elsewhere_that_failed() -> None:
    """A replication to a third Region that has failed stands in nobody's way."""
    assert next_step(shown(("us-east-1", "INSTANCE_REPLICATION_FAILED")), REPLICA, CONTEXT) == "replicate"


def test_an_alias() -> None:
    """None declared, the one that is there, and another one, which nothing can change."""
    assert other_alias(None, "northwind-2") is other_alias("northwind-2", "northwind-2") is None
    cause, remedy = other_alias("nw", "northwind-2") or ("", "")
    assert cause.startswith("the alias of the replica is 'northwind-2'")
    assert remedy == "declare replica_alias as 'northwind-2', or leave it out"
