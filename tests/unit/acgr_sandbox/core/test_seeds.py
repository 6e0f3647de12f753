"""What every instance comes with."""

from __future__ import annotations

from typing import Any

import pytest

from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario, restored, snapshot
from acgr_sandbox.core.seeds import derived_id

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
NUMBERS = [f"+44207946000{last}" for last in range(1, 4)]
SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}, {"alias": "lonely", "replicated": False}],
    "groups": [{"name": "retail"}],
    "numbers": [
        {"e164": NUMBERS[0], "target": "retail", "outbound": True},
        {"e164": NUMBERS[1], "target": "northwind", "outbound": True},
        {"e164": NUMBERS[2], "target": "northwind"},
    ],
}


@pytest.fixture
def sandbox() -> Sandbox:
    """A replicated instance and one that is not, with two numbers that queues call out with."""
    return Sandbox(load_scenario(SCENARIO), clock=ManualClock(), switches=Switches(rate=0))


def _callers(sandbox: Sandbox) -> dict[str, str]:
    world = sandbox.world
    queues = [each for each in world.resources.values() if "OutboundCallerConfig" in each.details]
    return {queue.name: queue.details["OutboundCallerConfig"]["OutboundCallerIdNumberId"] for queue in queues}


def test_ids_follow_from_the_instance(sandbox: Sandbox) -> None:
    """Hours, queue and profiles are in each Region of the instance, under ids that follow from its id."""
    for instance in sandbox.world.instances.values():
        own = [each for each in sandbox.world.resources.values() if each.instance_id == instance.id]
        assert all(tuple(each.regions) == instance.regions for each in own)
        for kind in ("operating-hours", "queue", "routing-profile", "security-profile"):
            assert sandbox.world.resources[derived_id(instance.id, kind)].kind == kind


def test_outbound_numbers(sandbox: Sandbox) -> None:
    """The first outbound number of an instance is BasicQueue's, each other one that of a queue of its own."""
    world = sandbox.world
    assert _callers(sandbox) == {
        "BasicQueue": world.arn(world.number(NUMBERS[0])),
        f"Calls as {NUMBERS[1]}": world.arn(world.number(NUMBERS[1])),
    }


def test_a_world_from_before(sandbox: Sandbox) -> None:
    """A stored world of 0.1.0 gets what its instances came with; its outbound numbers are queues' caller IDs."""
    stored = snapshot(sandbox.world)
    callers = _callers(sandbox)
    del stored["resources"]
    for number in stored["numbers"].values():
        number["outbound"] = number["e164"] in NUMBERS[:2]
    again = Sandbox(restored(stored), clock=ManualClock())
    assert _callers(again) == callers
    assert again.world.resources.keys() == sandbox.world.resources.keys()


def test_a_world_from_now(sandbox: Sandbox) -> None:
    """A stored world keeps what was changed and deleted in it."""
    world = sandbox.world
    basic = derived_id(world.instance("lonely").id, "routing-profile")
    params = {"InstanceId": world.instance("lonely").id, "RoutingProfileId": basic}
    sandbox.perform("UpdateRoutingProfileName", {**params, "Name": "Ours"}, region=SOURCE)
    sandbox.perform("DeleteRoutingProfile", params, region=SOURCE)
    assert restored(snapshot(sandbox.world)) == sandbox.world
    assert basic not in restored(snapshot(sandbox.world)).resources


def test_a_new_replica_has_everything(sandbox: Sandbox) -> None:
    """Replication copies what the instance is configured with; deleting the replica takes that away again."""
    lonely = sandbox.world.instance("lonely").id

    def regions() -> set[tuple[str, ...]]:
        own = (each for each in sandbox.world.resources.values() if each.instance_id == lonely)
        return {tuple(each.regions) for each in own}

    perform = sandbox.perform
    perform("ReplicateInstance", {"InstanceId": lonely, "ReplicaRegion": REPLICA}, region=SOURCE)
    sandbox.clock.advance(60)
    assert regions() == {(SOURCE, REPLICA)}
    perform("DeleteInstance", {"InstanceId": lonely}, region=REPLICA)
    sandbox.clock.advance(60)
    assert regions() == {(SOURCE,)}
    perform("DeleteInstance", {"InstanceId": lonely}, region=SOURCE)
    sandbox.clock.advance(60)
    assert regions() == set()
