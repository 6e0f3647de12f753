"""A traffic distribution group, through its provider, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.dynamic import DiffResult
from surroundings import by_hand

from acgr import PhoneNumberPlacementProvider, TrafficDistributionGroupProvider
from acgr.runtime.resource import PartialState
from acgr.runtime.run import current_run
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox

Switch = Callable[..., None]
Begin = Callable[[], Connection]
Preview = Callable[..., DiffResult]

PROVIDER = TrafficDistributionGroupProvider()
MAKE, REMOVE = "CreateTrafficDistributionGroup", "DeleteTrafficDistributionGroup"
WRITES = (MAKE, REMOVE, "TagResource", "UntagResource")
FAULTS = pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])


def declared(name: str = "storm", **inputs: Any) -> dict[str, Any]:
    """The inputs of one group."""
    return {"instance": "northwind", "name": name, "source_region": "eu-west-2", **inputs}


def names(sandbox: Sandbox) -> set[str]:
    """The groups that there are."""
    return {group.name for group in sandbox.world.groups.values()}


def writes(sandbox: Sandbox) -> int:
    """How many requests could have changed something."""
    return sum(sandbox.counters.calls(operation) for operation in WRITES)


def refusal(make: Callable[[], Any]) -> str:
    """The sentence in which it ends."""
    with pytest.raises(Exception) as caught:
        make()
    return str(caught.value)


def test_basic(sandbox: Sandbox, connection: Connection) -> None:
    """A2, A3: creating waits until the group is ACTIVE, reading finds it, deleting waits until it is gone."""
    inputs = declared(description="For storms", tags={"team": "weather"})
    made = PROVIDER.create(inputs)
    group = sandbox.world.group("storm")
    assert (group.status, group.description, group.tags) == ("ACTIVE", "For storms", {"team": "weather"})
    assert made.id == made.outs["traffic_distribution_group_arn"] == sandbox.world.arn(group)
    assert made.outs["instance_arn"] == sandbox.world.arn(sandbox.world.instance("northwind"))
    assert (made.outs["status"], made.outs["is_default"]) == ("ACTIVE", False)
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.outs, seen.inputs) == (made.id, made.outs, inputs)
    PROVIDER.delete(made.id, made.outs)
    assert "storm" not in names(sandbox)


@pytest.mark.parametrize("form", ["arn", "id", "alias"])
def test_an_instance_is_written_in_three_ways(
    sandbox: Sandbox, connection: Connection, previewed: Preview, form: str
) -> None:
    """By ARN, id or alias: the same instance, and the same group, without a change between them."""
    instance = sandbox.world.instance("northwind")
    written = {"arn": sandbox.world.arn(instance), "id": instance.id, "alias": "northwind"}
    made = PROVIDER.create(declared(instance=written[form]))
    assert names(sandbox) >= {"storm"}
    for other in written.values():
        inputs = declared(instance=other)
        assert PROVIDER.check(inputs, inputs).failures == []
        decision = previewed(PROVIDER, made.id, made.outs, inputs)
        assert (decision.changes, decision.replaces or []) == (False, [])


def test_adopts(sandbox: Sandbox, connection: Connection) -> None:
    """A group of that name is taken over without a write, whatever its description, where none is declared."""
    sandbox.world.group("retail").description = "Shops"
    made = PROVIDER.create(declared("retail"))
    assert made.id == sandbox.world.arn(sandbox.world.group("retail"))
    assert writes(sandbox) == 0


def test_adopts_and_tags(sandbox: Sandbox, connection: Connection) -> None:
    """Of a group that is taken over, the declared tags are set, and no other is touched."""
    sandbox.world.group("retail").tags = {"acgr:had": "theirs", "team": "old"}
    PROVIDER.create(declared("retail", tags={"team": "shops"}))
    assert sandbox.world.group("retail").tags == {"acgr:had": "theirs", "team": "shops"}


def test_adopts_what_is_still_being_made(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A run that was killed after the request is found by the name: the next one waits for that group."""
    by_hand(
        sandbox, "create_traffic_distribution_group", Name="storm", InstanceId=sandbox.world.instance("northwind").id
    )
    next_run()
    made = PROVIDER.create(declared())
    assert made.outs["status"] == sandbox.world.group("storm").status == "ACTIVE"
    assert sandbox.counters.calls(MAKE) == 1


def test_another_description_is_not_taken_over(sandbox: Sandbox, connection: Connection) -> None:
    """A group of that name that has another description than declared is refused: nothing could change it."""
    sandbox.world.group("retail").description = "Shops"
    said = refusal(lambda: PROVIDER.create(declared("retail", description="Stores")))
    assert said == (
        "creating traffic distribution group retail in eu-west-2: its description is 'Shops', and Connect has no "
        "operation that changes it; a second group called 'retail', with another description, would be refused as long "
        "as this one is there; declare 'Shops', or give the group another name, which makes another group"
    )
    assert writes(sandbox) == 0


def test_a_twin_that_is_going_is_waited_for(sandbox: Sandbox, connection: Connection) -> None:
    """An old group of that name that is being deleted is gone before the new one is made."""
    old = sandbox.world.group("emergency").id
    by_hand(sandbox, "delete_traffic_distribution_group", TrafficDistributionGroupId=old)
    made = PROVIDER.create(declared("emergency"))
    assert old not in made.id
    assert sandbox.world.group("emergency").status == "ACTIVE"


def test_a_creation_that_failed_is_replaced(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """CREATION_FAILED is said, and kept in state; the next run makes another group of that name in its place."""
    sandbox.faults.add(Fault(operation=MAKE, kind="failed-claim", count=1))
    with pytest.raises(Exception, match="storm in eu-west-2 is CREATION_FAILED") as caught:
        PROVIDER.create(declared())
    left = _left(caught.value)
    assert left.outputs["status"] == "CREATION_FAILED"
    next_run()
    decision = previewed(PROVIDER, left.id, left.outputs, declared())
    assert (decision.changes, decision.replaces) == (True, ["name"])
    made = PROVIDER.create(declared())
    assert made.id != left.id
    PROVIDER.delete(left.id, left.outputs)
    assert sandbox.world.group("storm").status == "ACTIVE"
    assert [group.name for group in sandbox.world.groups.values()].count("storm") == 1


def _left(error: BaseException) -> PartialState:
    found = error
    while not isinstance(found, PartialState):
        assert found.__context__ is not None
        found = found.__context__
    return found


def test_a_creation_that_takes_too_long_is_gone_on_with(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview, switch: Switch
) -> None:
    """What is not ACTIVE at the deadline is in the state, and the next run waits for it as an update."""
    switch(group_seconds=900.0)
    with pytest.raises(Exception, match="is still CREATION_IN_PROGRESS after 6") as caught:
        PROVIDER.create(declared())
    left = _left(caught.value)
    next_run()
    assert previewed(PROVIDER, left.id, left.outputs, declared()).changes is True
    done = PROVIDER.update(left.id, left.outputs, declared())
    assert done.outs["status"] == "ACTIVE"
    assert sandbox.counters.calls(MAKE) == 1


def test_disappears(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A group that was deleted by hand, or is on its way, is gone from state after a refresh."""
    made = PROVIDER.create(declared())
    by_hand(sandbox, "delete_traffic_distribution_group", TrafficDistributionGroupId=sandbox.world.group("storm").id)
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""
    del sandbox.world.groups[sandbox.world.group("storm").id]
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""


def test_what_is_gone_is_a_change(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """A preview sees it without a refresh: the group is made anew, under another ARN."""
    made = PROVIDER.create(declared())
    del sandbox.world.groups[sandbox.world.group("storm").id]
    next_run()
    decision = previewed(PROVIDER, made.id, made.outs, declared())
    assert (decision.changes, decision.replaces) == (True, ["name"])
    anew = PROVIDER.create(declared())
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.world.arn(sandbox.world.group("storm")) == anew.id != made.id


def test_tags_change_in_place(sandbox: Sandbox, connection: Connection, previewed: Preview) -> None:
    """Declared tags are set and taken away; what nobody declared stays."""
    before, after = declared(tags={"a": "1", "b": "2"}), declared(tags={"b": "3", "c": "4"})
    made = PROVIDER.create(before)
    sandbox.world.group("storm").tags["acgr:wants"] = "theirs"
    decision = previewed(PROVIDER, made.id, made.outs, after)
    assert (decision.changes, decision.replaces) == (None, [])
    done = PROVIDER.update(made.id, made.outs, after)
    assert sandbox.world.group("storm").tags == {"b": "3", "c": "4", "acgr:wants": "theirs"}
    assert done.outs["tags"] == {"b": "3", "c": "4"}
    PROVIDER.update(made.id, done.outs, declared())
    assert sandbox.world.group("storm").tags == {"acgr:wants": "theirs"}


def test_tags_that_something_else_changed(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A refresh reads the declared tags as they are, and leaves out those that nobody declared."""
    made = PROVIDER.create(declared(tags={"a": "1", "b": "2"}))
    sandbox.world.group("storm").tags = {"a": "9", "theirs": "x"}
    next_run()
    assert PROVIDER.read(made.id, made.outs).inputs["tags"] == {"a": "9"}


def test_another_name_is_another_group(sandbox: Sandbox, connection: Connection, previewed: Preview) -> None:
    """The name and the instance replace: the new group is made, then the old one is deleted."""
    made = PROVIDER.create(declared())
    decision = previewed(PROVIDER, made.id, made.outs, declared("gale"))
    assert (decision.changes, decision.replaces) == (None, ["name"])
    PROVIDER.create(declared("gale"))
    PROVIDER.delete(made.id, made.outs)
    assert names(sandbox) == {"everyone", "retail", "emergency", "gale"}
    elsewhere = declared(instance=sandbox.world.arn(sandbox.world.instance("island")))
    assert previewed(PROVIDER, made.id, made.outs, elsewhere).replaces == ["instance"]


def test_a_description_cannot_change(sandbox: Sandbox, connection: Connection, previewed: Preview) -> None:
    """Another description is a failure that says why; none is no change, and what is there may be declared."""
    made = PROVIDER.create(declared(description="For storms"))
    assert previewed(PROVIDER, made.id, made.outs, declared(description="For gales")).changes is None
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, declared(description="For gales")))
    assert said.startswith(
        "updating traffic distribution group storm in eu-west-2: its description is 'For storms', and Connect has no "
        "operation that changes it"
    )
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes is False
    bare = PROVIDER.update(made.id, made.outs, declared()).outs
    PROVIDER.update(made.id, bare, declared(description="For storms"))
    assert writes(sandbox) == 1


def test_the_default_group(sandbox: Sandbox, connection: Connection, previewed: Preview) -> None:
    """By "default", or by its name, it is taken over and tagged; Connect made it, and so it is not deleted."""
    made = PROVIDER.create(declared("default", tags={"team": "all"}))
    assert made.id == sandbox.world.arn(sandbox.world.group("everyone"))
    assert made.outs["is_default"] is True
    assert PROVIDER.read(made.id, made.outs).inputs["name"] == "default"
    by_name = PROVIDER.create(declared("everyone")).outs
    assert previewed(PROVIDER, made.id, by_name, declared("default")).changes is False
    current_run().checked.clear()
    PROVIDER.delete(made.id, made.outs)
    assert "everyone" in names(sandbox)
    assert sandbox.counters.calls(REMOVE) == 0


def test_numbers_keep_their_group(sandbox: Sandbox, connection: Connection) -> None:
    """A group with numbers on it is not deleted, and they are named."""
    made = PROVIDER.create(declared("retail"))
    said = refusal(lambda: PROVIDER.delete(made.id, made.outs))
    assert said == (
        "deleting traffic distribution group retail in eu-west-2: +442079460003, +442079460004 are on it; place what "
        "is on it elsewhere first: a group is not deleted with numbers on it"
    )
    assert sandbox.counters.calls(REMOVE) == 0


def test_numbers_that_left_in_the_same_run(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """A list of numbers that runs behind keeps no group: each number that it has is looked at."""
    switch(list_lag_seconds=300.0)
    made, place = PROVIDER.create(declared()), PhoneNumberPlacementProvider()
    number = {"phone_number": "+442079460001", "target": made.id, "flow": "Main IVR", "return_to": "instance"}
    placed = place.create(number)
    sandbox.clock.sleep(400.0)
    place.delete(placed.id, placed.outs)
    PROVIDER.delete(made.id, made.outs)
    assert "storm" not in names(sandbox)


def test_agents_leave_with_their_group(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """The guide says nothing of agents: a group that only has agents is deleted, and a refusal is passed on."""
    made = PROVIDER.create(declared())
    sandbox.world.group("storm").members.append(sandbox.world.user("alice.smith").id)
    switch(delete_group_with_users="refuse")
    assert "1 users are associated with it (ResourceInUseException)" in refusal(
        lambda: PROVIDER.delete(made.id, made.outs)
    )
    switch(delete_group_with_users="drop")
    PROVIDER.delete(made.id, made.outs)
    assert "storm" not in names(sandbox)


def test_a_deletion_that_fails(sandbox: Sandbox, connection: Connection) -> None:
    """DELETION_FAILED is said; the next run asks for it once more."""
    made = PROVIDER.create(declared())
    sandbox.faults.add(Fault(operation=REMOVE, kind="failed-claim", count=1))
    assert "storm in eu-west-2 is DELETION_FAILED" in refusal(lambda: PROVIDER.delete(made.id, made.outs))
    PROVIDER.delete(made.id, made.outs)
    assert "storm" not in names(sandbox)


def test_deleting_what_is_gone_succeeds(sandbox: Sandbox, connection: Connection) -> None:
    """A group that is not there, or on its way, is deleted without a request for it."""
    made = PROVIDER.create(declared())
    by_hand(sandbox, "delete_traffic_distribution_group", TrafficDistributionGroupId=sandbox.world.group("storm").id)
    PROVIDER.delete(made.id, made.outs)
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.counters.calls(REMOVE) == 1


def test_a_renamed_resource_keeps_its_group(sandbox: Sandbox, connection: Connection) -> None:
    """The last to declare wins, however it writes the instance: the old half of a rename deletes nothing."""
    made = PROVIDER.create(declared(instance=sandbox.world.arn(sandbox.world.instance("northwind"))))
    current_run().ownership.claim("urn::twin", [("traffic-distribution-group", "northwind", "storm")])
    PROVIDER.delete(made.id, made.outs)
    assert "storm" in names(sandbox)


@FAULTS
@pytest.mark.parametrize(
    "operation",
    [MAKE, "DescribeInstance", "DescribeTrafficDistributionGroup", "ListInstances", "ListTrafficDistributionGroups"],
)
def test_create_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """A throttled, failed or lost answer to any call of a create is repeated, and there is one group."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.create(declared(tags={"a": "1"}))
    assert [group.name for group in sandbox.world.groups.values()].count("storm") == 1


@FAULTS
@pytest.mark.parametrize("token", ["refuse", "replay", "ignore"])
def test_create_survives_whatever_becomes_of_tokens(
    sandbox: Sandbox, connection: Connection, kind: str, token: str, switch: Switch
) -> None:
    """Also where Connect forgets the token: the name is taken by this very group then."""
    switch(reused_token=token)
    sandbox.faults.add(Fault(operation=MAKE, kind=kind, count=1))
    assert PROVIDER.create(declared()).outs["status"] == "ACTIVE"


def test_create_whose_answers_are_all_lost(sandbox: Sandbox, connection: Connection) -> None:
    """Nobody answers, and the group was made all the same: it is found by its name."""
    sandbox.faults.add(Fault(operation=MAKE, kind="lost-reply", count=0))
    assert PROVIDER.create(declared()).outs["status"] == "ACTIVE"


@FAULTS
@pytest.mark.parametrize("operation", [REMOVE, "DescribeTrafficDistributionGroup", "ListPhoneNumbersV2"])
def test_delete_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """The same for the calls of a delete, whose repetition Connect refuses."""
    made = PROVIDER.create(declared())
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.delete(made.id, made.outs)
    assert "storm" not in names(sandbox)


@FAULTS
@pytest.mark.parametrize("operation", ["TagResource", "UntagResource", "DescribeTrafficDistributionGroup"])
def test_update_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """The same for the calls of an update."""
    made = PROVIDER.create(declared(tags={"a": "1"}))
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.update(made.id, made.outs, declared(tags={"b": "2"}))
    assert sandbox.world.group("storm").tags == {"b": "2"}


def test_the_quota(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """A ninth group is refused with the quota that stands in the way."""
    switch(group_limit=3)
    said = refusal(lambda: PROVIDER.create(declared()))
    assert "(ServiceQuotaExceededException); an instance has 8 groups at most, and AWS does not raise that" in said


def test_an_instance_that_is_not_replicated(sandbox: Sandbox, connection: Connection) -> None:
    """It has no groups: the sentence says what to do first."""
    assert refusal(lambda: PROVIDER.create(declared(instance="island"))) == (
        "creating traffic distribution group storm in eu-west-2: instance island is not replicated; declare an "
        "InstanceReplica and give it as `instance`, or replicate it with ReplicateInstance first"
    )
    assert "there is none: Connect makes the default group" in refusal(_without_default(sandbox))


def _without_default(sandbox: Sandbox) -> Callable[[], Any]:
    del sandbox.world.groups[sandbox.world.group("everyone").id]
    return lambda: PROVIDER.create(declared("default"))


def test_a_replica_in_place_of_the_source(sandbox: Sandbox, connection: Connection) -> None:
    """The replica's ARN, or its Region, is answered with the ARN of the source."""
    source = sandbox.world.arn(sandbox.world.instance("northwind"))
    replica = source.replace("eu-west-2", "eu-central-1")
    said = refusal(lambda: PROVIDER.create({"instance": replica, "name": "storm"}))
    assert said.endswith(f"eu-central-1 is the Region of its replica; write the ARN of the source, {source}")


def test_an_instance_that_is_not_there(sandbox: Sandbox, connection: Connection) -> None:
    """An alias that nothing has is answered with those there are, and the nearest."""
    assert refusal(lambda: PROVIDER.create(declared(instance="nortwind"))) == (
        "looking for instance 'nortwind' in eu-west-2: there is none of that alias or id; there are: island, northwind"
        "; did you mean 'northwind'?"
    )


def test_get(sandbox: Sandbox, connection: Connection) -> None:
    """A group that this program does not manage is read with all that it has; one that is not there is an error."""
    group = sandbox.world.group("retail")
    group.description, group.tags, arn = "Shops", {"team": "shops"}, sandbox.world.arn(group)
    seen = PROVIDER.read(arn, {"instance": "", "name": ""})
    assert (seen.id, seen.outs["status"]) == (arn, "ACTIVE")
    assert {key: seen.inputs[key] for key in ("name", "description", "tags")} == {
        "name": "retail",
        "description": "Shops",
        "tags": {"team": "shops"},
    }
    missing = arn.replace(group.id, "00000000-0000-4000-8000-000000000000")
    assert "there is none in account 111122223333" in refusal(
        lambda: PROVIDER.read(missing, {"instance": "", "name": ""})
    )


def test_declared_twice(sandbox: Sandbox, connection: Connection) -> None:
    """Two resources that declare one group are refused in the preview, which names both."""
    current_run().ownership.claim("urn::twin", [("traffic-distribution-group", "northwind", "storm")])
    failures = PROVIDER.check({}, declared()).failures
    assert [failure.reason for failure in failures] == ["name: twin and  both declare group storm: declare it once"]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"name": ""}, "name: it is empty; the name of a traffic distribution group is needed"),
        ({"name": " storm"}, "name: ' storm' begins or ends with a space"),
        ({"name": "x" * 129}, "name: it has 129 characters; 128 are the most"),
        ({"name": 7}, "name: 7 is not text; the name of a traffic distribution group is needed"),
        ({"name": "0a1b2c3d-0000-4000-8000-000000000002"}, "is the id of a group; its name is needed"),
        ({"description": ""}, "description: it is empty; a description is needed"),
        ({"description": "x" * 251}, "description: it has 251 characters; 250 are the most"),
        ({"tags": "a=b"}, "tags: 'a=b' is no mapping of tags"),
        ({"tags": {"aws:a": "b"}}, "tags: 'aws:a' begins with 'aws:': such tags are AWS's own"),
        ({"tags": {"a": 1}}, "tags: 'a' has 1, which is not text"),
        ({"tags": {str(n): "" for n in range(51)}}, "tags: there are 51; a resource has 50 at most"),
        ({"source_region": None}, "instance: 'northwind' is a name: write the ARN, or give source_region as well"),
        (
            {"instance": "arn:aws:connect:eu-central-1:111122223333:instance/x"},
            "is of eu-central-1, but source_region is eu-west-2: they must be the same",
        ),
    ],
)
def test_what_cannot_be_meant(connection: Connection, inputs: dict[str, Any], said: str) -> None:
    """Each is one sentence of the check, before anything is asked."""
    [failure] = PROVIDER.check({}, declared(**inputs)).failures
    assert said in failure.reason
