"""Who joins and who leaves, whatever resources say it."""

from __future__ import annotations

from typing import Any

from previews import ROSTER, USER, arn, declared, report, roster, said, step, urn, user

from acgr_cli.preview.agents import AgentChange
from acgr_cli.preview.effects import headlines
from acgr_cli.preview.words import MINUS, change_of_agents

STAFF = {"alice": "alice", "bob": "bob", "carol": "carol"}
OLD = roster("retail", STAFF)


def _one(*steps: Any, said: Any = ()) -> AgentChange:
    (change,) = report(*steps, said=said).agents
    return change


def test_a_roster_of_which_some_go() -> None:
    """Counts, and who it is, in one line."""
    new = declared(OLD, users={"alice": "alice", "dave": "dave", "erin": "erin"})
    change = _one(step("update", ROSTER, "staff", OLD, new))
    assert (change.joins, change.leaves, change.total) == (("dave", "erin"), ("bob", "carol"), 3)
    assert change_of_agents(change) == f"+2 {MINUS}2, 3 afterwards: add dave, erin; remove bob, carol"


def test_another_way_to_write_an_agent() -> None:
    """A name and the ARN of the same agent are one agent, under whatever label."""
    new = declared(OLD, users={"a": arn("agent", "alice"), "bob": "bob", "c": "carol"})
    change = _one(step("update", ROSTER, "staff", OLD, new))
    assert (change.joins, change.leaves) == ((), ())
    assert change_of_agents(change) == "nobody joins and nobody leaves"


def test_who_is_declared_and_not_on_the_group_joins() -> None:
    """The state says who is on the group: somebody who was taken off by hand joins again."""
    old = roster("retail", STAFF, {"alice": "alice", "bob": "bob"})
    change = _one(step("update", ROSTER, "staff", old, declared(old)))
    assert (change.joins, change.leaves) == (("carol",), ())


def test_a_roster_that_is_made_or_goes() -> None:
    """All join, or all leave."""
    made = _one(step("create", ROSTER, "staff", None, declared(OLD)))
    assert (made.joins, made.start, made.end) == (("alice", "bob", "carol"), None, "retail")
    gone = _one(step("delete", ROSTER, "staff", OLD))
    assert (gone.leaves, gone.end) == (("alice", "bob", "carol"), None)
    assert change_of_agents(gone) == f"+0 {MINUS}3: remove alice, bob, carol"


def test_a_roster_that_is_passed_on() -> None:
    """A rename is one change, of those who differ alone."""
    new = declared(OLD, users={"alice": "alice", "bob": "bob", "dave": "dave"})
    change = _one(step("create", ROSTER, "people", None, new), step("delete", ROSTER, "staff", OLD))
    assert change.resources == ("staff", "people")
    assert (change.joins, change.leaves) == (("dave",), ("carol",))


def test_from_resources_of_their_own_to_a_roster() -> None:
    """An agent who leaves one resource and is declared by another one on the same group does not leave the group."""
    single = user("retail", "alice")
    changes = report(
        step("create", ROSTER, "staff", None, declared(roster("retail", {"alice": "alice", "bob": "bob"}))),
        step("delete", USER, "alice", single),
    ).agents
    assert not any(one.leaves for one in changes)
    assert [name for one in changes for name in one.joins] == ["bob"]
    assert [name for one in changes for name in one.kept] == ["alice"]


def test_an_agent_who_changes_groups() -> None:
    """One change, with both groups."""
    old = user("retail", "alice")
    change = _one(step("update", USER, "alice", old, declared(old, traffic_distribution_group="emergency")))
    assert (change.start, change.end, change.joins, change.leaves) == ("retail", "emergency", ("alice",), ("alice",))
    assert change_of_agents(change) == "alice joins emergency and leaves retail"


def test_an_unchanged_roster_keeps_its_agents() -> None:
    """Where the preview shows what stays, nobody who is in it leaves."""
    change = _one(step("delete", USER, "alice", user("retail", "alice")), step("same", ROSTER, "staff", OLD, OLD))
    assert (change.leaves, change.kept) == ((), ("alice",))


def test_same_name_on_two_groups() -> None:
    """Who is on two groups and leaves one leaves it."""
    new = declared(OLD, users={"bob": "bob", "carol": "carol"})
    other = roster("emergency", {"alice": "alice"})
    changes = report(
        step("update", ROSTER, "staff", OLD, new),
        step("create", ROSTER, "others", None, declared(other)),
    ).agents
    assert changes[0].leaves == ("alice",)
    assert changes[1].joins == ("alice",)


def test_agents_who_are_not_known_yet() -> None:
    """They are counted and go by their label; a list that is not known at all is not counted."""
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    some = _one(step("create", ROSTER, "staff", None, declared(OLD, users={"alice": "alice", "new": unknown})))
    assert (some.joins, some.total) == (("alice", "new"), 2)
    none = _one(step("update", ROSTER, "staff", OLD, declared(OLD, users=unknown)))
    assert (none.total, none.leaves) == (None, ())
    assert "is not known before the update" in change_of_agents(none)
    _, headline = headlines(report(step("update", ROSTER, "staff", OLD, declared(OLD, users=unknown))))
    assert (headline.subject, headline.says) == ("retail", "is not known before the update")


def test_many_agents_are_counted() -> None:
    """A line names forty, and says how many there are besides."""
    many = {f"agent{n:04d}": f"agent{n:04d}" for n in range(1_000)}
    change = _one(step("create", ROSTER, "staff", None, declared(roster("retail", many))))
    assert change_of_agents(change).startswith("1,000 agents are to be on it: agent0000, ")
    assert change_of_agents(change).endswith("agent0039 and 960 more; who is not on it yet joins")


def test_a_roster_that_goes_to_another_group() -> None:
    """It is replaced, which Pulumi tells as a create and a delete: its agents move, all of them."""
    new = declared(OLD, traffic_distribution_group="emergency")
    changes = report(step("replace", ROSTER, "staff", OLD, new)).agents
    assert [(one.start, one.end, one.joins, one.is_move) for one in changes] == [
        ("retail", "emergency", ("alice", "bob", "carol"), True)
    ]
    assert change_of_agents(changes[0]) == "alice, bob, carol join emergency and leave retail"


def test_an_agent_who_is_not_there() -> None:
    """Who is mistyped does not join, and who stood there before leaves all the same."""
    new = declared(OLD, users={"alice": "alice", "carl": "carl"})
    warning = 'users["carl"]: the source instance has no such user. As it is now, `pulumi up` fails here'
    steps = [step("update", ROSTER, "staff", OLD, new)]
    change = _one(*steps, said=[said("warning", warning, urn(ROSTER, "staff"))])
    assert (change.joins, change.leaves, change.is_failing) == ((), ("bob", "carol"), True)
    assert change.says == ("carl cannot be found: that fails, and all else is done",)


def test_a_group_that_is_not_there() -> None:
    """Nobody joins and nobody leaves, since the update fails before that."""
    warning = "there is none of that name. As it is now, `pulumi up` fails here"
    steps = [step("update", ROSTER, "staff", OLD, declared(OLD, users={}))]
    change = _one(*steps, said=[said("warning", warning, urn(ROSTER, "staff"))])
    assert (change.joins, change.leaves, change.is_failing) == ((), (), True)


def test_what_the_provider_counts_is_not_said_twice() -> None:
    """Its line of counts is left out; whatever else it says is not."""
    new = declared(OLD, users={"alice": "alice", "bob": "bob"})
    urn_ = urn(ROSTER, "staff")
    sentences = [said("info", f"+0 {MINUS}1 of 2: remove carol", urn_), said("info", "carol is signed in", urn_)]
    change = _one(step("update", ROSTER, "staff", OLD, new), said=sentences)
    assert change_of_agents(change) == f"+0 {MINUS}1, 2 afterwards: remove carol; carol is signed in"
