"""An instance's replica, through its provider, on the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pulumi.dynamic import DiffResult
from surroundings import by_hand

from acgr import InstanceReplicaProvider
from acgr.runtime.resource import PartialState
from acgr.runtime.run import current_run
from acgr_connect.instances.replication import DesiredReplica, replicate
from acgr_connect.model.arns import parse
from acgr_connect.model.operation import Operation
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox

Switch = Callable[..., None]
Begin = Callable[[], Connection]
Preview = Callable[..., DiffResult]

PROVIDER = InstanceReplicaProvider()
BYE = {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
HELLO = json.dumps({"Version": "2019-10-30", "StartAction": "bye", "Actions": [BYE], "Metadata": {}})
REPLICATE, REMOVE = "ReplicateInstance", "DeleteInstance"
COMPLETE = "INSTANCE_REPLICATION_COMPLETE"
FAULTS = pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])


def declared(instance: str = "island", **inputs: Any) -> dict[str, Any]:
    """The inputs of one replica, as `check` leaves them."""
    plain = {"instance": instance, "replica_region": "eu-central-1", "source_region": "eu-west-2"}
    return {**plain, "on_delete": "leave", **inputs}


def arn(sandbox: Sandbox, alias: str = "island", region: str = "eu-west-2") -> str:
    """The ARN of an instance."""
    return sandbox.world.arn(sandbox.world.instance(alias), region)


def default_groups(sandbox: Sandbox, alias: str = "island") -> list[str]:
    """The ARNs of the default groups of an instance."""
    instance = sandbox.world.instance(alias).id
    groups = sandbox.world.groups.values()
    return [sandbox.world.arn(group) for group in groups if group.instance_id == instance and group.default]


def refusal(make: Callable[[], Any]) -> str:
    """The sentence in which it ends."""
    with pytest.raises(Exception) as caught:
        make()
    return str(caught.value)


def left_by(make: Callable[[], Any]) -> PartialState:
    """What is kept in state of what went wrong."""
    with pytest.raises(Exception) as caught:
        make()
    found: BaseException | None = caught.value
    while found is not None and not isinstance(found, PartialState):
        found = found.__context__
    assert found is not None
    return found


def test_basic(sandbox: Sandbox, connection: Connection) -> None:
    """Creating replicates the instance and waits until that is complete, reading finds it, deleting leaves it."""
    made = PROVIDER.create(declared(replica_alias="island-2"))
    island = sandbox.world.instance("island")
    assert (island.replica, island.replica_alias) == ("eu-central-1", "island-2")
    assert made.id == made.outs["replica_arn"] == arn(sandbox, region="eu-central-1")
    assert (made.outs["instance_arn"], made.outs["status"]) == (arn(sandbox), COMPLETE)
    assert [made.outs["default_traffic_distribution_group_arn"]] == default_groups(sandbox)
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.outs, seen.inputs) == (made.id, made.outs, declared(replica_alias="island-2"))
    PROVIDER.delete(made.id, made.outs)
    assert island.replica == "eu-central-1"
    assert sandbox.counters.calls(REMOVE) == 0


def test_adopts(sandbox: Sandbox, connection: Connection) -> None:
    """A replica that is there is taken over without a write, with the default group that was made with it."""
    made = PROVIDER.create(declared("northwind"))
    assert [made.outs["default_traffic_distribution_group_arn"]] == default_groups(sandbox, "northwind")
    assert sandbox.counters.calls(REPLICATE) == 0


def test_adopts_what_is_under_way(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A run that was killed after the request is found by the instance: the next one waits for that replication."""
    by_hand(
        sandbox, "replicate_instance", InstanceId=arn(sandbox), ReplicaRegion="eu-central-1", ReplicaAlias="island-2"
    )
    next_run()
    assert PROVIDER.create(declared()).outs["status"] == COMPLETE
    assert sandbox.counters.calls(REPLICATE) == 1


def test_numbers_of_the_instance(sandbox: Sandbox, connection: Connection) -> None:
    """Connect puts them on the default group, with their flows: none is dark in either Region."""
    before = sandbox.dark_numbers()
    PROVIDER.create(declared())
    assert sandbox.dark_numbers() == before


def test_an_instance_that_was_made_a_moment_ago(sandbox: Sandbox, connection: Connection) -> None:
    """It is waited for until it is ACTIVE."""
    by_hand(
        sandbox,
        "create_instance",
        IdentityManagementType="SAML",
        InstanceAlias="harbour",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
    )
    assert PROVIDER.create(declared("harbour")).outs["status"] == COMPLETE


def test_a_replication_that_fails_is_resumed(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """Why it failed is said and kept in state; the next run asks for it once more, as an update."""
    sandbox.faults.add(Fault(operation=REPLICATE, kind="failed-claim", count=1))
    left = left_by(lambda: PROVIDER.create(declared()))
    assert "is INSTANCE_REPLICATION_FAILED" in str(left)
    assert "mend what it says and run again" in str(left)
    assert left.outputs["status"] == "INSTANCE_REPLICATION_FAILED"
    next_run()
    assert previewed(PROVIDER, left.id, left.outputs, declared()).changes is True
    assert PROVIDER.update(left.id, left.outputs, declared()).outs["status"] == COMPLETE
    assert sandbox.counters.calls(REPLICATE, outcome="ok") == 2


def test_a_replication_that_takes_too_long_is_gone_on_with(
    sandbox: Sandbox, connection: Connection, next_run: Begin, switch: Switch
) -> None:
    """An hour is waited; then the state says how far it is, and the next run goes on waiting."""
    switch(replicate_seconds=4000.0)
    left = left_by(lambda: PROVIDER.create(declared()))
    assert "is still INSTANCE_REPLICATION_IN_PROGRESS after 36" in str(left)
    next_run()
    assert PROVIDER.update(left.id, left.outputs, declared()).outs["status"] == COMPLETE
    assert sandbox.counters.calls(REPLICATE) == 1


def test_disappears(sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview) -> None:
    """A replica that was deleted by hand is gone from state after a refresh, and a change without one."""
    made = PROVIDER.create(declared())
    by_hand(sandbox, "delete_instance", region="eu-central-1", InstanceId=sandbox.world.instance("island").id)
    sandbox.clock.sleep(60.0)
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""
    next_run()
    assert previewed(PROVIDER, made.id, made.outs, declared()).replaces == ["replica_region"]


def test_the_alias_cannot_change(sandbox: Sandbox, connection: Connection, previewed: Preview) -> None:
    """Another alias is a failure that says why, of what is made as of what is taken over."""
    made = PROVIDER.create(declared(replica_alias="island-2"))
    assert previewed(PROVIDER, made.id, made.outs, declared(replica_alias="island-3")).changes is None
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, declared(replica_alias="island-3")))
    assert said == (
        "replicating instance island to eu-central-1 in eu-west-2: the alias of the replica is 'island-2', and Connect "
        "has no operation that changes an instance's alias; declare replica_alias as 'island-2', or leave it out"
    )
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes is False


def test_what_replaces(sandbox: Sandbox, connection: Connection, previewed: Preview) -> None:
    """Another instance and another Region replace; `on_delete` is stored in place."""
    made = PROVIDER.create(declared())
    assert previewed(PROVIDER, made.id, made.outs, declared(replica_region="us-east-1")).replaces == ["replica_region"]
    elsewhere = declared(arn(sandbox, "northwind"))
    assert previewed(PROVIDER, made.id, made.outs, elsewhere).replaces == ["instance"]
    other = declared(on_delete="delete")
    assert previewed(PROVIDER, made.id, made.outs, other).replaces == []
    assert PROVIDER.update(made.id, made.outs, other).outs["on_delete"] == "delete"


def test_a_second_replica_is_refused(sandbox: Sandbox, connection: Connection) -> None:
    """An instance has one: the sentence says where it is. Nothing is deleted for it."""
    said = refusal(lambda: PROVIDER.create(declared("northwind", replica_region="us-west-2")))
    assert said == (
        "replicating instance northwind to us-west-2 in eu-west-2: it is replicated to eu-central-1 already, and an "
        "instance has one replica; declare replica_region as eu-central-1, or delete that replica first"
    )


def test_a_pair_that_does_not_exist(sandbox: Sandbox, connection: Connection) -> None:
    """What Connect refuses is passed on."""
    said = refusal(lambda: PROVIDER.create(declared(replica_region="us-west-2")))
    assert "Connect does not replicate from eu-west-2 to us-west-2 (InvalidRequestException)" in said


def test_an_alias_that_is_taken(sandbox: Sandbox, connection: Connection) -> None:
    """The conflict is passed on with what to do."""
    said = refusal(lambda: PROVIDER.create(declared(replica_alias="northwind")))
    assert "(ResourceConflictException); choose another replica_alias" in said


def test_on_delete(sandbox: Sandbox, connection: Connection) -> None:
    """Where that is declared, the replica is deleted with its groups; the source instance stays."""
    made = PROVIDER.create(declared(on_delete="delete"))
    PROVIDER.delete(made.id, made.outs)
    island = sandbox.world.instance("island")
    assert (island.replica, island.status, default_groups(sandbox)) == (None, "ACTIVE", [])
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.counters.calls(REMOVE) == 1


def test_numbers_keep_the_replica(sandbox: Sandbox, connection: Connection) -> None:
    """It is not deleted while numbers are on one of its groups: they and the group are named."""
    made = PROVIDER.create(declared("northwind", on_delete="delete"))
    said = refusal(lambda: PROVIDER.delete(made.id, made.outs))
    assert said == (
        f"deleting the replica of instance {sandbox.world.instance('northwind').id} in eu-central-1 in eu-west-2: "
        "numbers are on its traffic distribution groups, which go with it: +442079460002 on everyone; +442079460003, "
        "+442079460004 on retail; give them back to their instance first"
    )
    assert sandbox.counters.calls(REMOVE) == 0


def test_a_renamed_resource_keeps_its_replica(sandbox: Sandbox, connection: Connection) -> None:
    """The last to declare wins, however it writes the instance."""
    made = PROVIDER.create(declared(on_delete="delete"))
    current_run().ownership.claim("urn::twin", [("instance-replica", "island")])
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.world.instance("island").replica == "eu-central-1"


@FAULTS
@pytest.mark.parametrize(
    "operation",
    [REPLICATE, "DescribeInstance", "ListInstances", "ListReplicationFindings", "ListTrafficDistributionGroups"],
)
def test_create_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """A throttled, failed or lost answer to any call of a create is repeated."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    assert PROVIDER.create(declared()).outs["status"] == COMPLETE
    assert len(default_groups(sandbox)) == 1


@pytest.mark.parametrize("token", ["refuse", "ignore"])
def test_create_whose_answers_are_all_lost(
    sandbox: Sandbox, connection: Connection, token: str, switch: Switch
) -> None:
    """Nobody answers, and the replication was accepted all the same: the instance says so."""
    switch(reused_token=token)
    sandbox.faults.add(Fault(operation=REPLICATE, kind="lost-reply", count=0))
    assert PROVIDER.create(declared()).outs["status"] == COMPLETE


@FAULTS
@pytest.mark.parametrize("operation", [REMOVE, "DescribeInstance", "ListPhoneNumbersV2"])
def test_delete_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """The same for the calls of a delete."""
    made = PROVIDER.create(declared(on_delete="delete"))
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.world.instance("island").replica is None


def test_findings_are_shown(sandbox: Sandbox, connection: Connection) -> None:
    """What does not catch up between the Regions by itself is a warning each."""
    northwind, warned = sandbox.world.instance("northwind").id, list[str]()
    for region in ("eu-west-2", "eu-central-1"):
        asked = {"InstanceId": northwind, "Name": "Twin", "Type": "CONTACT_FLOW", "Content": HELLO}
        by_hand(sandbox, "create_contact_flow", region=region, **asked)
    sandbox.clock.sleep(60.0)
    operation = replace(Operation.within(600.0, connection.clock), warn=warned.append)
    replicate(connection, DesiredReplica(parse(arn(sandbox, "northwind")), "eu-central-1", None), operation)
    conflict = "(RESOURCE_NAME_CONFLICT): {0} has another resource named 'Twin': rename or delete one of them."
    assert sorted(warned) == [
        f"contact flow 'Twin' does not catch up in {region} {conflict.format(region)}"
        for region in ("eu-central-1", "eu-west-2")
    ]


def test_findings_that_may_not_be_listed(sandbox: Sandbox, connection: Connection) -> None:
    """What Connect does not tell is no failure: a role that may not list findings replicates all the same."""
    sandbox.faults.add(Fault(operation="ListReplicationFindings", kind="denied", count=0))
    assert PROVIDER.create(declared()).outs["status"] == COMPLETE


def test_get(sandbox: Sandbox, connection: Connection) -> None:
    """A replica that this program does not manage is read by its own ARN, and by no other."""
    replica = arn(sandbox, "northwind", "eu-central-1")
    seen = PROVIDER.read(replica, {"instance": "", "replica_region": ""})
    assert (seen.id, seen.outs["instance_arn"], seen.outs["status"]) == (replica, arn(sandbox, "northwind"), COMPLETE)
    assert seen.inputs["replica_region"] == "eu-central-1"
    said = refusal(lambda: PROVIDER.read(arn(sandbox, "northwind"), {"instance": "", "replica_region": ""}))
    assert "the ARN is of a source instance; give the replica's ARN, with its own Region in it" in said
    said = refusal(lambda: PROVIDER.read(arn(sandbox), {"instance": "", "replica_region": ""}))
    assert "the instance is not replicated" in said


def test_declared_twice(sandbox: Sandbox, connection: Connection) -> None:
    """Two resources that declare one replica are refused in the preview."""
    current_run().ownership.claim("urn::twin", [("instance-replica", "island")])
    [failure] = PROVIDER.check({}, declared()).failures
    assert failure.reason == "instance: twin and  both declare its replica: declare it once"


def test_on_delete_has_a_default(connection: Connection) -> None:
    """What is stored says what a delete will do."""
    inputs = {"instance": "island", "replica_region": "eu-central-1", "source_region": "eu-west-2"}
    assert PROVIDER.check({}, inputs).inputs == declared()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"replica_region": "eu-west-2"}, "replica_region: 'eu-west-2' is the instance's own Region"),
        ({"replica_region": "Frankfurt"}, "replica_region: 'Frankfurt' is not a Region such as 'eu-west-2'"),
        ({"replica_alias": "d-1"}, "replica_alias: 'd-1' is no alias"),
        ({"replica_alias": "a" * 46}, "replica_alias: it has 46 characters; 45 are the most"),
        ({"on_delete": "keep"}, "on_delete: 'keep' is neither 'leave' nor 'delete'"),
        ({"source_region": None}, "instance: 'island' is a name: write the ARN, or give source_region as well"),
    ],
)
def test_what_cannot_be_meant(connection: Connection, inputs: dict[str, Any], said: str) -> None:
    """Each is one sentence of the check, before anything is asked."""
    [failure] = PROVIDER.check({}, declared(**inputs)).failures
    assert said in failure.reason
