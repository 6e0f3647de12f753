"""One agent on a group, through its provider, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.dynamic import DiffResult
from surroundings import members

from acgr import TrafficDistributionGroupUserProvider, connected
from acgr.runtime.run import current_run
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox, session_on

Switch = Callable[..., None]
ByHand = Callable[[str], None]
Begin = Callable[[], Connection]
Preview = Callable[..., DiffResult]

PROVIDER = TrafficDistributionGroupUserProvider()


def declared(user: str = "alice.smith", group: str = "retail") -> dict[str, Any]:
    """The inputs of one agent's association."""
    return {"traffic_distribution_group": group, "user": user, "source_region": "eu-west-2"}


def writes(sandbox: Sandbox) -> int:
    """How many associations were changed."""
    operations = ("AssociateTrafficDistributionGroupUser", "DisassociateTrafficDistributionGroupUser")
    return sum(sandbox.counters.calls(operation) for operation in operations)


def test_basic(sandbox: Sandbox, connection: Connection) -> None:
    """A1, A6: creating associates the agent, reading finds it, deleting disassociates it."""
    made = PROVIDER.create(declared())
    assert members(sandbox) == {"alice.smith"}
    assert made.outs["username"] == "alice.smith"
    assert made.id == made.outs["user_arn"]
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.outs, seen.inputs) == (made.id, made.outs, declared())
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == set()


def test_source_region_only(sandbox: Sandbox, connection: Connection) -> None:
    """A4: the replica is never asked to associate or disassociate an agent."""
    made = PROVIDER.create(declared())
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.counters.calls("AssociateTrafficDistributionGroupUser", region="eu-central-1") == 0
    assert sandbox.counters.calls("AssociateTrafficDistributionGroupUser", region="eu-west-2") == 1
    assert sandbox.counters.calls("DisassociateTrafficDistributionGroupUser", region="eu-central-1") == 0


def test_adopts(sandbox: Sandbox, connection: Connection) -> None:
    """An association that exists is taken over without a write."""
    made = PROVIDER.create(declared("dave.jones", "default"))
    assert made.outs["username"] == "dave.jones"
    assert writes(sandbox) == 0


def test_disappears(sandbox: Sandbox, connection: Connection, empty_by_hand: ByHand, next_run: Begin) -> None:
    """An agent that was disassociated by hand is gone from state after a refresh."""
    made = PROVIDER.create(declared())
    empty_by_hand("retail")
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""


def test_deleting_what_is_gone_succeeds(
    sandbox: Sandbox, connection: Connection, empty_by_hand: ByHand, switch: Switch
) -> None:
    """A8: disassociating an agent that is not on the group any more is success, whatever the service answers."""
    made = PROVIDER.create(declared())
    empty_by_hand("retail")
    switch(disassociate_absent="not-found")
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == set()


def test_moves_in_place(sandbox: Sandbox, connection: Connection) -> None:
    """Another group: the agent joins it, then leaves the old one."""
    made = PROVIDER.create(declared())
    moved = PROVIDER.update(made.id, made.outs, declared(group="emergency"))
    assert (members(sandbox), members(sandbox, "emergency")) == (set(), {"alice.smith"})
    assert moved.outs["traffic_distribution_group_arn"] != made.outs["traffic_distribution_group_arn"]


@pytest.mark.parametrize("second_group", ["allow", "conflict", "move"])
def test_moves_whatever_the_service_thinks_of_two_groups(
    sandbox: Sandbox, connection: Connection, second_group: str, switch: Switch
) -> None:
    """Where Connect refuses an agent on two groups at a time, it leaves first and joins then."""
    switch(second_group=second_group)
    made = PROVIDER.create(declared())
    PROVIDER.update(made.id, made.outs, declared(group="emergency"))
    assert (members(sandbox), members(sandbox, "emergency")) == (set(), {"alice.smith"})


def test_waits_until_active(sandbox: Sandbox, connection: Connection) -> None:
    """A2, A3, A5: a group that is being created is waited for, by asking for its status."""
    client = session_on(sandbox).client("connect", region_name="eu-west-2")
    group = client.create_traffic_distribution_group(Name="new", InstanceId=sandbox.world.instance("northwind").id)
    PROVIDER.create(declared(group="new"))
    assert members(sandbox, "new") == {"alice.smith"}
    assert sandbox.counters.calls("DescribeTrafficDistributionGroup") > 1
    assert sandbox.world.groups[group["Id"]].status == "ACTIVE"


def test_the_last_to_declare_wins(sandbox: Sandbox, connection: Connection) -> None:
    """A delete leaves alone what another resource of the same run has taken over."""
    made = PROVIDER.create(declared())
    current_run().ownership.claim(
        "urn::twin", [("membership", made.outs["traffic_distribution_group_arn"], "alice.smith")]
    )
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == {"alice.smith"}


@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])
@pytest.mark.parametrize(
    "operation",
    [
        "AssociateTrafficDistributionGroupUser",
        "DescribeTrafficDistributionGroup",
        "ListTrafficDistributionGroupUsers",
        "ListTrafficDistributionGroups",
        "ListUsers",
    ],
)
def test_create_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """A throttled, failed or lost answer to any call of a create is repeated, and the agent is on the group once."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.create(declared())
    assert members(sandbox) == {"alice.smith"}


@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])
def test_delete_survives(sandbox: Sandbox, connection: Connection, kind: str) -> None:
    """The same for the one call of a delete."""
    made = PROVIDER.create(declared())
    sandbox.faults.add(Fault(operation="DisassociateTrafficDistributionGroupUser", kind=kind, count=2))
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == set()


def test_removals_are_refused_during_a_failover(sandbox: Sandbox, connection: Connection) -> None:
    """While the source Region takes no calls nobody is taken off the group; joining it goes on."""
    made = PROVIDER.create(declared())
    sandbox.world.group("retail").telephony = {"eu-west-2": 0, "eu-central-1": 100}
    PROVIDER.create(declared("bob.brown"))
    with pytest.raises(Exception, match="a failover is running: eu-west-2 takes no calls"):
        PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == {"alice.smith", "bob.brown"}


def _refusal(props: dict[str, Any]) -> str:
    with pytest.raises(Exception) as caught:
        PROVIDER.create(props)
    return str(caught.value)


def test_missing_group(sandbox: Sandbox, connection: Connection) -> None:
    """A10: a group that does not exist is named, with the account in which it was looked for."""
    arn = "arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/00000000-0000-4000-8000-000000000000"
    assert _refusal({"traffic_distribution_group": arn, "user": "alice.smith"}) == (
        "looking for traffic distribution group 00000000-0000-4000-8000-000000000000 in eu-west-2: there is none in "
        "account 111122223333 (ResourceNotFoundException); check the ARN, or create the group first"
    )


def test_unknown_group_name(sandbox: Sandbox, connection: Connection) -> None:
    """A group name that nobody goes by is answered with the names there are."""
    assert "there is none of that name; there are: emergency, everyone, retail" in _refusal(declared(group="retial"))


def test_group_deleted_under_way(sandbox: Sandbox, connection: Connection) -> None:
    """A10: a group that goes away between the look and the write is the cause that the error names."""
    PROVIDER.create(declared())
    del sandbox.world.groups[sandbox.world.group("retail").id]
    sentence = _refusal(declared("bob.brown"))
    assert "associating agent bob.brown with traffic distribution group retail in eu-west-2" in sentence
    assert "the traffic distribution group does not exist (ResourceNotFoundException)" in sentence


def test_group_not_active(sandbox: Sandbox, connection: Connection) -> None:
    """A11: a group whose creation failed is refused, with its status."""
    sandbox.world.group("retail").status = "CREATION_FAILED"
    assert "is CREATION_FAILED" in _refusal(declared())
    assert members(sandbox) == set()


def test_unknown_user(sandbox: Sandbox, connection: Connection) -> None:
    """A12: a user that the source instance does not have is named."""
    sentence = _refusal(declared("zoe.none"))
    assert sentence.startswith("looking for agent 'zoe.none' of instance ")
    assert sentence.endswith("the source instance has no such user; create the user there, or mend the name")


def test_new_user_is_waited_for(sandbox: Sandbox, connection: Connection) -> None:
    """A user that is not mirrored to the replica yet is associated as soon as it is."""
    sandbox.faults.add(
        Fault(
            operation="AssociateTrafficDistributionGroupUser",
            kind="denied",
            code="ResourceNotFoundException",
            status=404,
            count=3,
        )
    )
    PROVIDER.create(declared())
    assert members(sandbox) == {"alice.smith"}


def test_wrong_account(sandbox: Sandbox, connection: Connection) -> None:
    """Credentials of another account are refused before anything is written."""
    arn = sandbox.world.arn(sandbox.world.group("retail"))
    with connected(session_on(sandbox, account="999988887777"), connection.clock):
        sentence = _refusal({"traffic_distribution_group": arn, "user": "alice.smith"})
    assert "the credentials belong to account 999988887777" in sentence
    assert writes(sandbox) == 0


def test_get_of_a_stranger_fails(sandbox: Sandbox, connection: Connection) -> None:
    """Getting an agent that is not on the group is an error, not an empty resource."""
    arn = sandbox.world.arn(sandbox.world.user("bob.brown"))
    with pytest.raises(Exception, match="the agent is not on the group; declare it instead of getting it"):
        PROVIDER.read(arn, {**declared(), "user": arn})


def test_absence_is_not_believed_of_a_group_that_is_not_active(
    sandbox: Sandbox, connection: Connection, empty_by_hand: ByHand, next_run: Begin
) -> None:
    """A refresh never drops an agent because its group was busy."""
    made = PROVIDER.create(declared())
    empty_by_hand("retail")
    sandbox.world.group("retail").status = "DELETION_FAILED"
    next_run()
    with pytest.raises(Exception, match="the group is DELETION_FAILED, so what it does not show may still be there"):
        PROVIDER.read(made.id, made.outs)


def test_a_user_that_was_made_again_is_another(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """Names are pinned: alice who was deleted and made again replaces the association."""
    made = PROVIDER.create(declared())
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes is False
    user = sandbox.world.users.pop(sandbox.world.user("alice.smith").id)
    user.id = "00000000-0000-4000-8000-000000000001"
    sandbox.world.users[user.id] = user
    next_run()
    assert previewed(PROVIDER, made.id, made.outs, declared()).replaces == ["user"]
