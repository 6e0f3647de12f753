"""Many agents on a group, through their provider, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.dynamic import DiffResult
from pulumi.output import UNKNOWN
from surroundings import members

from acgr import TrafficDistributionGroupRosterProvider, TrafficDistributionGroupUserProvider
from acgr.runtime.run import current_run
from acgr_connect.model.arns import parse
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox, session_on

Switch = Callable[..., None]
ByHand = Callable[[str], None]
Begin = Callable[[], Connection]
Preview = Callable[..., DiffResult]

PROVIDER = TrafficDistributionGroupRosterProvider()
JOIN, LEAVE = "AssociateTrafficDistributionGroupUser", "DisassociateTrafficDistributionGroupUser"
SWEEP = "ListTrafficDistributionGroupUsers"
THREE = ("alice.smith", "bob.brown", "carol.white")


def declared(*users: str, group: str = "retail", **more: Any) -> dict[str, Any]:
    """The inputs of a roster, each user its own label."""
    return {
        "traffic_distribution_group": group,
        "users": {user: user for user in users},
        "source_region": "eu-west-2",
        **more,
    }


def writes(sandbox: Sandbox) -> tuple[int, int]:
    """How many associations were made and undone, refused calls included."""
    return sandbox.counters.calls(JOIN), sandbox.counters.calls(LEAVE)


def refusal(act: Callable[[], Any]) -> str:
    """The sentence in which something ends."""
    with pytest.raises(Exception) as caught:
        act()
    return str(caught.value)


def arns(sandbox: Sandbox, *users: str) -> dict[str, str]:
    """By user name, the ARNs."""
    return {user: sandbox.world.arn(sandbox.world.user(user)) for user in users}


def by_hand(sandbox: Sandbox, group: str, *, on: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> None:
    """Somebody else puts agents on a group or takes them off."""
    found = sandbox.world.group(group)
    for ids in (found.members, found.listed):
        ids.extend(sandbox.world.user(user).id for user in on)
        for user in off:
            ids.remove(sandbox.world.user(user).id)


def made_again(sandbox: Sandbox, group: str) -> None:
    """Somebody deletes a group and makes another one of its name."""
    client, found = session_on(sandbox).client("connect", region_name="eu-west-2"), sandbox.world.group(group)
    sandbox.clock.advance(60.0)
    client.delete_traffic_distribution_group(TrafficDistributionGroupId=sandbox.world.arn(found))
    sandbox.clock.advance(60.0)
    client.create_traffic_distribution_group(Name=group, InstanceId=sandbox.world.instance("northwind").id)
    sandbox.clock.advance(60.0)


def test_basic(sandbox: Sandbox, connection: Connection) -> None:
    """A1, A6, A8: creating associates the agents, reading finds them, deleting disassociates them."""
    made = PROVIDER.create(declared(*THREE))
    assert members(sandbox) == set(THREE)
    assert made.id == made.outs["traffic_distribution_group_arn"] == sandbox.world.arn(sandbox.world.group("retail"))
    assert (made.outs["members"], made.outs["failed"]) == (arns(sandbox, *THREE), {})
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.outs, seen.inputs) == (made.id, made.outs, declared(*THREE))
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == set()


def test_calls(sandbox: Sandbox, connection: Connection) -> None:
    """A4, A6: one call for each agent, in the source Region, and one sweep each of group and users."""
    PROVIDER.create(declared(*THREE))
    assert sandbox.counters.calls(JOIN, region="eu-west-2") == 3
    assert sandbox.counters.calls(JOIN, region="eu-central-1") == 0
    assert (sandbox.counters.calls(SWEEP), sandbox.counters.calls("ListUsers")) == (1, 1)
    assert sandbox.counters.calls("DescribeTrafficDistributionGroup") == 1


def test_every_spelling(sandbox: Sandbox, connection: Connection) -> None:
    """A user is given by name, id or ARN under any label; inputs stay as they are written."""
    alice, bob = sandbox.world.user("alice.smith"), sandbox.world.arn(sandbox.world.user("bob.brown"))
    props = declared(users={"first": alice.id, "second": bob, "third": "carol.white"})
    made = PROVIDER.create(props)
    assert members(sandbox) == set(THREE)
    assert set(made.outs["members"]) == {"first", "second", "third"}
    assert PROVIDER.read(made.id, made.outs).inputs == props


def test_adopts(sandbox: Sandbox, connection: Connection) -> None:
    """Whoever is on the group is taken over without a write, and strangers are not touched."""
    by_hand(sandbox, "everyone", on=("bob.brown",))
    made = PROVIDER.create(declared("dave.jones", group="default"))
    assert writes(sandbox) == (0, 0)
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox, "everyone") == {"bob.brown"}


def test_additions_and_removals(sandbox: Sandbox, connection: Connection) -> None:
    """A6, A8: an update is one call for each who joins and each who leaves, and reads nobody else."""
    made = PROVIDER.create(declared("alice.smith", "bob.brown"))
    before = writes(sandbox), sandbox.counters.calls(SWEEP)
    PROVIDER.update(made.id, made.outs, declared("alice.smith", "carol.white"))
    assert members(sandbox) == {"alice.smith", "carol.white"}
    assert (writes(sandbox), sandbox.counters.calls(SWEEP)) == ((before[0][0] + 1, before[0][1] + 1), before[1])


def test_undeclared_agents_stay(sandbox: Sandbox, connection: Connection) -> None:
    """Additive unless said otherwise: whom nobody declared is left alone by update, refresh and delete."""
    made = PROVIDER.create(declared("alice.smith", "bob.brown", group="default"))
    kept = PROVIDER.update(made.id, made.outs, declared("alice.smith", group="default"))
    assert PROVIDER.read(made.id, kept.outs).inputs == declared("alice.smith", group="default")
    PROVIDER.delete(made.id, kept.outs)
    assert members(sandbox, "everyone") == {"dave.jones"}


def test_another_label_is_no_call(sandbox: Sandbox, connection: Connection) -> None:
    """The same user under another label, or spelled in another way, is on the group as before."""
    made = PROVIDER.create(declared(users={"lead": "alice.smith", "deputy": "bob.brown"}))
    before = writes(sandbox)
    arn = arns(sandbox, "alice.smith")["alice.smith"]
    moved = PROVIDER.update(made.id, made.outs, declared(users={"chief": arn, "deputy": "bob.brown"}))
    assert writes(sandbox) == before
    assert set(moved.outs["members"]) == {"chief", "deputy"}


def test_unknown_agents_fail_alone(sandbox: Sandbox, connection: Connection) -> None:
    """A12: an agent whom the instance does not have is named in the error; the others are associated."""
    made = PROVIDER.create(declared("alice.smith"))
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, declared(*THREE, "zoe.none", "yan.none")))
    assert said == (
        "associating agents with traffic distribution group retail in eu-west-2: 2 of 5 agents failed: "
        "yan.none, zoe.none (the source instance has no such user); the others are done, and the next run tries again"
    )
    assert members(sandbox) == set(THREE)


def test_a_user_of_another_instance_fails_alone(sandbox: Sandbox, connection: Connection) -> None:
    """A12: an ARN of another instance is no agent of this group."""
    foreign = arns(sandbox, "bob.brown")["bob.brown"].replace(sandbox.world.instance("northwind").id, "5" * 36)
    assert "the ARN is of instance 555" in refusal(lambda: PROVIDER.create(declared("alice.smith", foreign)))
    assert members(sandbox) == {"alice.smith"}


def test_only_the_failed_are_tried_again(sandbox: Sandbox, connection: Connection) -> None:
    """After a partial failure the next run calls once for the agent that failed, and for nobody else."""
    state = {
        **declared(*THREE, "erin.late"),
        "members": arns(sandbox, *THREE),
        "failed": {"erin.late": "the source instance has no such user"},
        "traffic_distribution_group_arn": sandbox.world.arn(sandbox.world.group("retail")),
    }
    by_hand(sandbox, "retail", on=THREE)
    sandbox.world.user("dave.jones").username = "erin.late"
    assert PROVIDER.diff("", state, declared(*THREE, "erin.late")).changes is True
    done = PROVIDER.update("", state, declared(*THREE, "erin.late"))
    assert writes(sandbox) == (1, 0)
    assert (set(done.outs["members"]), done.outs["failed"]) == ({*THREE, "erin.late"}, {})


def test_a_typing_error_takes_nobody_off(sandbox: Sandbox, connection: Connection) -> None:
    """Whoever stood under a label stays until the one who stands there now is found."""
    made = PROVIDER.create(declared(users={"lead": "alice.smith"}))
    refusal(lambda: PROVIDER.update(made.id, made.outs, declared(users={"lead": "bob.brwon"})))
    assert members(sandbox) == {"alice.smith"}


def test_disappears(sandbox: Sandbox, connection: Connection, empty_by_hand: ByHand, next_run: Begin) -> None:
    """Agents taken off by hand are drift: a refresh leaves them out, the next update puts them back."""
    made = PROVIDER.create(declared(*THREE))
    by_hand(sandbox, "retail", off=("bob.brown",))
    next_run()
    seen = PROVIDER.read(made.id, made.outs)
    assert seen.inputs == declared("alice.smith", "carol.white")
    assert PROVIDER.diff(made.id, seen.outs, declared(*THREE)).changes is None
    PROVIDER.update(made.id, seen.outs, declared(*THREE))
    assert members(sandbox) == set(THREE)
    assert sandbox.counters.calls(JOIN) == 4


def test_a_group_that_is_gone_takes_its_roster_along(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A10: the roster of a group that was deleted is gone from state after a refresh, and deleting it succeeds."""
    made = PROVIDER.create(declared(*THREE))
    del sandbox.world.groups[sandbox.world.group("retail").id]
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.counters.calls(LEAVE) <= 1


def test_absence_is_not_believed_of_a_group_that_is_not_active(
    sandbox: Sandbox, connection: Connection, empty_by_hand: ByHand, next_run: Begin
) -> None:
    """A refresh never drops agents because their group was busy."""
    made = PROVIDER.create(declared(*THREE))
    empty_by_hand("retail")
    sandbox.world.group("retail").status = "DELETION_FAILED"
    next_run()
    said = refusal(lambda: PROVIDER.read(made.id, made.outs))
    assert "the group is DELETION_FAILED, so what it does not show may still be there" in said


def test_authoritative_shows_before_it_removes(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """Strangers stay when a roster becomes authoritative over them; a refresh shows them, an update removes them."""
    whole = declared("alice.smith", group="default", authoritative=True, max_removals=1)
    made = PROVIDER.create(whole)
    assert members(sandbox, "everyone") == {"alice.smith", "dave.jones"}
    assert PROVIDER.diff(made.id, made.outs, whole).changes is True
    next_run()
    seen = PROVIDER.read(made.id, made.outs)
    assert seen.inputs == {
        **whole,
        "users": {"alice.smith": "alice.smith", "dave.jones": seen.inputs["users"]["dave.jones"]},
    }
    assert PROVIDER.diff(made.id, seen.outs, whole).changes is None
    done = PROVIDER.update(made.id, seen.outs, whole)
    assert members(sandbox, "everyone") == {"alice.smith"}
    assert PROVIDER.diff(made.id, done.outs, whole).changes is False


def test_who_came_since_is_shown_before_he_goes(sandbox: Sandbox, connection: Connection) -> None:
    """An update removes nobody whom no preview has shown: a stranger whom it finds is in the state, the next one's."""
    made = PROVIDER.create(declared("alice.smith", authoritative=True))
    by_hand(sandbox, "retail", on=("dave.jones",))
    connection.directory.members(parse(made.id)).forget()
    both = declared("alice.smith", "bob.brown", authoritative=True)
    found = PROVIDER.update(made.id, made.outs, both)
    assert members(sandbox) == {"alice.smith", "bob.brown", "dave.jones"}
    assert found.outs["undeclared"] == ["dave.jones"]
    assert PROVIDER.diff(made.id, found.outs, both).changes is True
    PROVIDER.update(made.id, found.outs, {**both, "max_removals": 1})
    assert members(sandbox) == {"alice.smith", "bob.brown"}


@pytest.mark.parametrize("is_refreshed", [False, True])
def test_not_authoritative_any_more(
    sandbox: Sandbox, connection: Connection, next_run: Begin, is_refreshed: bool
) -> None:
    """Whom an authoritative roster has found, and nobody declared, stays where the roster gives that up."""
    by_hand(sandbox, "retail", on=("dave.jones",))
    made = PROVIDER.create(declared("alice.smith", authoritative=True, max_removals="100%"))
    next_run()
    olds = PROVIDER.read(made.id, made.outs).outs if is_refreshed else made.outs
    done = PROVIDER.update(made.id, olds, declared("alice.smith", max_removals="100%"))
    assert members(sandbox) == {"alice.smith", "dave.jones"}
    assert (set(done.outs["members"]), done.outs["undeclared"]) == ({"alice.smith"}, [])


def test_a_renamed_roster_is_held_to_max_removals(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A roster that another one succeeds on its group lets no more agents go than that one allows."""
    made = PROVIDER.create(declared(*THREE))
    for allowed, left in (("10%", set(THREE)), (2, {"alice.smith"})):
        next_run()
        successor = [("roster", "eu-west-2/retail", "additive", str(allowed))]
        current_run().ownership.claim("urn::new", [*successor, ("membership", "eu-west-2/retail", "alice.smith")])
        if left == set(THREE):
            assert "2 of 3 agents would be removed" in refusal(lambda: PROVIDER.delete(made.id, made.outs))
        else:
            PROVIDER.delete(made.id, made.outs)
        assert members(sandbox) == left


def test_a_group_that_was_made_again(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """State that speaks of a group that is gone replaces the roster, whatever else is changed with it."""
    made = PROVIDER.create(declared(*THREE, group="emergency"))
    made_again(sandbox, "emergency")
    next_run()
    news = declared(*THREE, "dave.jones", group="emergency")
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, news))
    assert "that name is another group" in said
    PROVIDER.check(declared(*THREE, group="emergency"), news)
    assert PROVIDER.diff(made.id, made.outs, news).replaces == ["traffic_distribution_group"]
    PROVIDER.create(news)
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox, "emergency") == {*THREE, "dave.jones"}


def test_an_emptied_roster_is_refused_in_the_preview(sandbox: Sandbox, connection: Connection) -> None:
    """Removing more than `max_removals` fails the check, which says how many of how many; nothing is written."""
    answer = PROVIDER.check(declared(*THREE), declared())
    assert [failure.reason for failure in answer.failures] == [
        "users: 3 of 3 agents would be removed, and max_removals is 10%, 1 here: alice.smith, bob.brown, carol.white; "
        "mend users, or raise max_removals for this change"
    ]
    assert PROVIDER.check(declared(*THREE), declared(max_removals=3)).failures == []
    assert PROVIDER.check(declared(*THREE), declared(*THREE[1:])).failures == []


def test_an_emptied_roster_is_refused_before_any_write(sandbox: Sandbox, connection: Connection) -> None:
    """What a check cannot know, an update finds before it writes: nobody joins and nobody leaves."""
    made = PROVIDER.create(declared(*THREE))
    before = writes(sandbox)
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, declared("dave.jones")))
    assert "3 of 3 agents would be removed, and max_removals is 10%, 1 here" in said
    assert (writes(sandbox), members(sandbox)) == (before, set(THREE))
    PROVIDER.update(made.id, made.outs, declared("dave.jones", max_removals="100%"))
    assert members(sandbox) == {"dave.jones"}


def test_strangers_count_among_the_removed(sandbox: Sandbox, connection: Connection) -> None:
    """`max_removals` guards what an authoritative roster finds as well."""
    whole = declared("alice.smith", group="default", authoritative=True, max_removals=0)
    made = PROVIDER.create(whole)
    assert made.outs["undeclared"] == ["dave.jones"]
    assert "1 of 2 agents would be removed" in refusal(lambda: PROVIDER.update(made.id, made.outs, whole))
    assert members(sandbox, "everyone") == {"alice.smith", "dave.jones"}


def test_a_destroy_is_not_guarded(sandbox: Sandbox, connection: Connection) -> None:
    """Deleting the resource disassociates all whom it declared, whatever `max_removals` is."""
    made = PROVIDER.create(declared(*THREE, max_removals=0))
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == set()


def test_not_authoritative_beside_another_owner(sandbox: Sandbox, connection: Connection) -> None:
    """An authoritative roster would remove what another resource of the run declares, so it is refused."""
    current_run().ownership.claim("urn::erin", [("membership", "eu-west-2/retail", "erin.green")])
    answer = PROVIDER.check({}, declared("alice.smith", authoritative=True))
    assert [failure.reason for failure in answer.failures] == [
        "authoritative: erin declares agents of the same group; declare all of them in one place"
    ]
    said = refusal(lambda: PROVIDER.create(declared("alice.smith", authoritative=True)))
    assert "erin declares agents of the same group" in said
    assert writes(sandbox) == (0, 0)


def test_nothing_beside_an_authoritative_roster(sandbox: Sandbox, connection: Connection) -> None:
    """The other way round as well: whichever is declared second is refused, a roster or an agent of its own."""
    current_run().ownership.claim("urn::whole", [("roster", "eu-west-2/retail", "authoritative", "10%")])
    single = {"traffic_distribution_group": "retail", "user": "bob.brown", "source_region": "eu-west-2"}
    answers = [PROVIDER.check({}, declared("alice.smith")), TrafficDistributionGroupUserProvider().check({}, single)]
    reasons = [failure.reason for answer in answers for failure in answer.failures]
    assert reasons == ["traffic_distribution_group: whole is its authoritative roster; declare its agents there"] * 2


@pytest.mark.parametrize("is_refreshed", [False, True])
def test_a_delete_leaves_whom_nobody_declared(
    sandbox: Sandbox, connection: Connection, next_run: Begin, is_refreshed: bool
) -> None:
    """A destroy takes away what was declared: strangers whom an authoritative roster was to remove next stay."""
    by_hand(sandbox, "retail", on=("dave.jones",))
    made = PROVIDER.create(declared(*THREE, authoritative=True))
    assert made.outs["undeclared"] == ["dave.jones"]
    next_run()
    PROVIDER.delete(made.id, PROVIDER.read(made.id, made.outs).outs if is_refreshed else made.outs)
    assert members(sandbox) == {"dave.jones"}


def declared_by(urn: str) -> None:
    """What this run has declared so far was declared by that resource."""
    ownership = current_run().ownership
    ownership.claim(urn, ownership.claimed_under("membership", "eu-west-2/retail"))


def test_users_become_a_roster_and_back(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """Agents that pass from resources of their own to a roster, or from it to them, are not touched."""
    single = TrafficDistributionGroupUserProvider()
    inputs = [{"traffic_distribution_group": "retail", "user": user, "source_region": "eu-west-2"} for user in THREE]
    users = [single.create(one) for one in inputs]
    next_run()
    before = writes(sandbox)
    made = PROVIDER.create(declared(*THREE))
    declared_by("urn::roster")
    for user in users:
        single.delete(user.id, user.outs)
    assert (writes(sandbox), members(sandbox)) == (before, set(THREE))
    next_run()
    for one in inputs:
        single.create(one)
    declared_by("urn::users")
    PROVIDER.update(made.id, made.outs, declared())
    assert (writes(sandbox), members(sandbox)) == (before, set(THREE))


def test_a_killed_run_is_taken_up(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """What a run did before it was killed is found by the next one's sweep: nobody is associated twice."""
    by_hand(sandbox, "retail", on=THREE[:2])
    PROVIDER.create(declared(*THREE))
    assert writes(sandbox) == (1, 0)


@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])
@pytest.mark.parametrize("reassociate", ["success", "conflict"])
@pytest.mark.parametrize("operation", [JOIN, SWEEP, "ListUsers", "DescribeTrafficDistributionGroup"])
def test_create_survives(
    sandbox: Sandbox, connection: Connection, operation: str, kind: str, reassociate: str, switch: Switch
) -> None:
    """A throttled, failed or lost answer to any call of a create is repeated, and all are on the group once."""
    switch(reassociate=reassociate)
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    made = PROVIDER.create(declared(*THREE))
    assert sorted(sandbox.world.user(id_).username for id_ in sandbox.world.group("retail").members) == list(THREE)
    assert set(made.outs["members"]) == set(THREE)


@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])
@pytest.mark.parametrize("absent", ["success", "not-found"])
def test_delete_survives(sandbox: Sandbox, connection: Connection, kind: str, absent: str, switch: Switch) -> None:
    """A8: the same for the calls of a delete; whoever is gone already counts as done."""
    switch(disassociate_absent=absent)
    made = PROVIDER.create(declared(*THREE))
    sandbox.faults.add(Fault(operation=LEAVE, kind=kind, count=2))
    PROVIDER.delete(made.id, made.outs)
    assert members(sandbox) == set()


def test_a_new_user_is_tried_again_after_the_others(sandbox: Sandbox, connection: Connection) -> None:
    """A user that is not mirrored yet holds up nobody, and is associated in the same run."""
    sandbox.faults.add(Fault(operation=JOIN, kind="denied", code="ResourceNotFoundException", status=404, count=1))
    PROVIDER.create(declared(*THREE))
    order = [sandbox.world.user(id_).username for id_ in sandbox.world.group("retail").members]
    assert order == ["bob.brown", "carol.white", "alice.smith"]


def test_a_user_that_is_never_accepted_is_given_up(sandbox: Sandbox, connection: Connection) -> None:
    """Whom Connect does not accept for two minutes is an entry of `failed`; the others are on the group."""
    sandbox.world.user("bob.brown").mirrored = False
    began = sandbox.clock.now()
    said = refusal(lambda: PROVIDER.create(declared(*THREE)))
    assert "bob.brown (group and user are there, and Connect has not accepted them together for 120 s)" in said
    assert members(sandbox) == {"alice.smith", "carol.white"}
    assert 120 <= sandbox.clock.now() - began < 140


def test_an_agent_on_another_group_fails_alone(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """Where the service refuses an agent on two groups, it says so of that agent, and the others proceed."""
    switch(second_group="conflict")
    said = refusal(lambda: PROVIDER.create(declared("alice.smith", "dave.jones")))
    assert "1 of 2 agents failed: dave.jones (" in said
    assert "(ResourceConflictException)" in said
    assert members(sandbox) == {"alice.smith"}


@pytest.mark.parametrize("second_group", ["allow", "conflict", "move"])
def test_changes_its_group_whatever_the_service_thinks_of_two_groups(
    sandbox: Sandbox, connection: Connection, second_group: str, switch: Switch, previewed: Preview
) -> None:
    """Another group replaces the roster: where Connect refuses two groups at a time, agents leave first, then join."""
    switch(second_group=second_group)
    made, news = PROVIDER.create(declared(*THREE)), declared(*THREE, group="emergency")
    assert previewed(PROVIDER, made.id, made.outs, news).replaces == ["traffic_distribution_group"]
    PROVIDER.create(news)
    assert members(sandbox, "emergency") == set(THREE)
    PROVIDER.delete(made.id, made.outs)
    assert (members(sandbox), members(sandbox, "everyone")) == (set(), {"dave.jones"})


def test_a_change_of_group_that_stops_half_way_begins_anew(
    sandbox: Sandbox, connection: Connection, switch: Switch, previewed: Preview, next_run: Begin
) -> None:
    """Agents who are still on the old group keep the old state: the next run goes on from there."""
    switch(second_group="conflict")
    made, news = PROVIDER.create(declared(*THREE)), declared(*THREE, group="emergency")
    previewed(PROVIDER, made.id, made.outs, news)
    sandbox.faults.add(Fault(operation=LEAVE, kind="denied", after=1, count=0))
    assert "ResourceConflictException" in refusal(lambda: PROVIDER.create(news))
    assert members(sandbox) | members(sandbox, "emergency") == set(THREE)
    sandbox.faults.clear()
    next_run()
    previewed(PROVIDER, made.id, made.outs, news)
    PROVIDER.create(news)
    assert (members(sandbox), members(sandbox, "emergency")) == (set(), set(THREE))


@pytest.mark.parametrize(("second_group", "keeps"), [("allow", True), ("conflict", False)])
def test_a_change_of_group_that_ends_early(
    sandbox: Sandbox, connection: Connection, switch: Switch, previewed: Preview, second_group: str, keeps: bool
) -> None:
    """What was reached is kept in the state, unless the next run needs the one before to go on."""
    switch(second_group=second_group)
    made, news = PROVIDER.create(declared(*THREE)), declared(*THREE, group="emergency")
    previewed(PROVIDER, made.id, made.outs, news)
    sandbox.faults.add(Fault(operation=JOIN, kind="throttle", after=1, count=0))
    assert "agents are on the group" in refusal(lambda: PROVIDER.create(news))
    assert bool(current_run().ownership.claimed_under("membership", "eu-west-2/emergency", made=True)) == keeps


def test_a_stranger_on_two_groups_is_left_where_he_is(
    sandbox: Sandbox, connection: Connection, switch: Switch, previewed: Preview
) -> None:
    """Only whom the roster itself had on the old group is taken off it: dave is on everyone by somebody else's hand."""
    switch(second_group="conflict")
    made, news = PROVIDER.create(declared("alice.smith")), declared("alice.smith", "dave.jones", group="emergency")
    previewed(PROVIDER, made.id, made.outs, news)
    assert "1 of 2 agents failed: dave.jones (" in refusal(lambda: PROVIDER.create(news))
    assert (members(sandbox, "everyone"), members(sandbox, "emergency")) == ({"dave.jones"}, {"alice.smith"})


def test_what_concerns_all_ends_the_list(sandbox: Sandbox, connection: Connection) -> None:
    """A group that goes away under way, or missing permissions, are found out by few calls."""
    made = PROVIDER.create(declared("alice.smith"))
    group = sandbox.world.group("retail")
    del sandbox.world.groups[group.id]
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, declared(*THREE, "dave.jones")))
    assert "the traffic distribution group does not exist" in said
    assert sandbox.counters.calls(JOIN) <= 2


def test_removals_are_refused_during_a_failover(sandbox: Sandbox, connection: Connection) -> None:
    """While the source Region takes no calls nobody is taken off the group; joining it goes on."""
    made = PROVIDER.create(declared("alice.smith", "bob.brown"))
    sandbox.world.group("retail").telephony = {"eu-west-2": 0, "eu-central-1": 100}
    said = refusal(lambda: PROVIDER.update(made.id, made.outs, declared("alice.smith", "carol.white")))
    assert "a failover is running: eu-west-2 takes no calls" in said
    assert members(sandbox) == set(THREE)


def test_waits_until_active(sandbox: Sandbox, connection: Connection) -> None:
    """A2, A3, A5: a group that is being created is waited for, once for all agents."""
    client = session_on(sandbox).client("connect", region_name="eu-west-2")
    client.create_traffic_distribution_group(Name="new", InstanceId=sandbox.world.instance("northwind").id)
    PROVIDER.create(declared(*THREE, group="new"))
    assert members(sandbox, "new") == set(THREE)


def test_another_group_replaces(sandbox: Sandbox, connection: Connection) -> None:
    """Another group is another resource; the same group by another name, or an Unknown, is not."""
    made = PROVIDER.create(declared(*THREE))
    arn = made.outs["traffic_distribution_group_arn"]
    assert PROVIDER.diff(made.id, made.outs, declared(*THREE, group="emergency")).replaces == [
        "traffic_distribution_group"
    ]
    assert PROVIDER.diff(made.id, made.outs, declared(*THREE, group=arn)).changes is False
    by_arn = {**made.outs, "traffic_distribution_group": arn}
    assert PROVIDER.diff(made.id, by_arn, declared(*THREE)).changes is False
    assert not PROVIDER.diff(made.id, made.outs, {**declared(*THREE), "traffic_distribution_group": UNKNOWN}).replaces


def test_a_user_that_was_made_again_is_another(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """Names are pinned: alice who was deleted and made again is a change, and is associated."""
    made = PROVIDER.create(declared(*THREE))
    assert previewed(PROVIDER, made.id, made.outs, declared(*THREE)).changes is False
    by_hand(sandbox, "retail", off=("alice.smith",))
    user = sandbox.world.users.pop(sandbox.world.user("alice.smith").id)
    user.id = "00000000-0000-4000-8000-000000000001"
    sandbox.world.users[user.id] = user
    next_run()
    assert previewed(PROVIDER, made.id, made.outs, declared(*THREE)).changes is True
    PROVIDER.update(made.id, made.outs, declared(*THREE))
    assert members(sandbox) == set(THREE)


def test_wrong_account(sandbox: Sandbox, connection: Connection) -> None:
    """Credentials of another account are refused before anything is written."""
    arn = sandbox.world.arn(sandbox.world.group("retail")).replace("111122223333", "999988887777")
    props = {"traffic_distribution_group": arn, "users": {"alice.smith": "alice.smith"}}
    assert "the credentials belong to account 111122223333" in refusal(lambda: PROVIDER.create(props))
    assert writes(sandbox) == (0, 0)


def test_get(sandbox: Sandbox, connection: Connection) -> None:
    """A roster that is read and not managed has all agents of the group by name."""
    arn = sandbox.world.arn(sandbox.world.group("everyone"))
    seen = PROVIDER.read(arn, {"traffic_distribution_group": arn, "users": {}})
    assert seen.id == arn
    assert seen.outs["members"] == arns(sandbox, "dave.jones")
    assert "there is none in account" in refusal(lambda: PROVIDER.read(arn[:-1] + "f", {"users": {}}))
