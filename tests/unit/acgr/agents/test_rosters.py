"""Rosters before anything is looked up: who joins and leaves, how many may, and what a program may write."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN
from scripted import GROUP, INSTANCE, SOURCE, USER, uuid

from acgr.agents.roster_changes import as_recorded, as_written, between
from acgr.agents.roster_state import decide
from acgr.arguments import by_label
from acgr_connect.agents.bulk_run import how_far, workers_for
from acgr_connect.agents.roster_plan import few
from acgr_connect.model.identifiers import InvalidInput
from acgr_connect.model.removal_guard import allowance, objection

BOB = INSTANCE.inside("agent", uuid(6))
USERS = {"alice": "alice", "lead": "bob"}
STATE = {
    "traffic_distribution_group": str(GROUP),
    "users": USERS,
    "members": {"alice": str(USER), "lead": str(BOB)},
    "failed": {},
    "traffic_distribution_group_arn": str(GROUP),
}
MEMBERS = {"alice": USER, "lead": BOB}
SAME, IN_PLACE, SHOWN, REPLACED = (False, []), (None, []), (True, []), (None, ["traffic_distribution_group"])
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("state", "news", "meaning"),
    [
        ({}, {}, SAME),
        ({}, {"users": {"alice": str(USER), "lead": BOB.id}}, SAME),
        ({}, {"authoritative": False, "max_removals": "10%"}, SAME),
        ({}, {"traffic_distribution_group": GROUP.id, "source_region": SOURCE}, SAME),
        ({}, {"users": {"alice": "alice"}}, IN_PLACE),
        ({}, {"users": {**USERS, "carol": "carol"}}, IN_PLACE),
        ({}, {"users": {**USERS, "lead": "carol"}}, IN_PLACE),
        ({}, {"users": {**USERS, "lead": UNKNOWN}}, IN_PLACE),
        ({}, {"users": UNKNOWN}, IN_PLACE),
        ({}, {"authoritative": True}, IN_PLACE),
        ({}, {"max_removals": 5}, IN_PLACE),
        ({}, {"traffic_distribution_group": UNKNOWN}, IN_PLACE),
        ({}, {"traffic_distribution_group": str(GROUP).replace(GROUP.id, uuid(20))}, REPLACED),
        ({}, {"traffic_distribution_group": "another", "source_region": SOURCE}, REPLACED),
        ({"failed": {"lead": "no such user"}}, {}, SHOWN),
        ({"members": {"alice": str(USER)}}, {}, SHOWN),
        ({"members": {**STATE["members"], "dave": str(USER)}}, {}, SHOWN),
        ({"failed": {"lead": "no such user"}}, {"users": {"alice": "alice"}}, IN_PLACE),
    ],
)
def test_what_a_change_means(state: Any, news: Any, meaning: tuple[bool | None, list[str]]) -> None:
    """Another group replaces, another spelling is nothing, failed and undeclared agents are a change."""
    inputs = {"traffic_distribution_group": str(GROUP), "users": USERS}
    decision = decide({**STATE, **state}, {**inputs, **news})
    assert (decision.changes, decision.replaces or []) == meaning


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (USERS, ""),
        ({"chief": "alice", "lead": str(BOB)}, ""),
        ({**USERS, "lead": UNKNOWN}, ""),
        ({}, f"+0 {MINUS}2 of 0: remove alice, bob"),
        ({**USERS, "carol": "carol"}, f"+1 {MINUS}0 of 3: add carol"),
        ({"alice": "alice", "lead": "carol"}, f"+1 {MINUS}1 of 2: add carol; remove bob"),
        ({"alice": "alice", "new": UNKNOWN}, f"+1 {MINUS}1 of 2: add new; remove bob"),
        ({"alice": "alice", "new": uuid(9)}, f"+1 {MINUS}1 of 2: add new; remove bob"),
    ],
)
def test_the_line_of_a_preview(after: dict[str, Any], line: str) -> None:
    """How many join and leave, of how many, and who: by name where one is written, else by label."""
    assert str(between(as_recorded(USERS, MEMBERS), after, USERS)) == line


def test_what_is_written_is_compared_by_form() -> None:
    """A name cannot be how_far from an id without asking: the label that has both is not counted as another user."""
    before = {"alice": "alice", "lead": "bob"}
    assert between(as_written(before), {"alice": str(USER), "lead": "carol"}, before).removed == ("bob",)


def test_a_handful_of_names() -> None:
    """Five names in order, and how many more."""
    assert few(f"a{n}" for n in (3, 1, 2)) == "a1, a2, a3"
    assert few(f"a{n}" for n in range(1, 8)) == "a1, a2, a3, a4, a5 and 2 more"


@pytest.mark.parametrize(
    ("allowed", "total", "most"),
    [
        ("10%", 201, 20),
        ("10%", 5, 1),
        ("0%", 500, 0),
        ("2.5 %", 200, 5),
        (7, 3, 7),
        (7.0, 3, 7),
        ("7", 3, 7),
        (0, 9, 0),
    ],
)
def test_how_many_may_go(allowed: Any, total: int, most: int) -> None:
    """A number, or a percentage of those there are, which allows one at least unless it is 0."""
    assert allowance(allowed).of(total) == most
    assert objection(most, total, allowance(allowed)) is None
    assert objection(most + 1, total, allowance(allowed)) is not None


@pytest.mark.parametrize("wrong", ["ten", "110%", "-1%", "", -1, 1.5, True, None, [], "1e3"])
def test_what_max_removals_is_not(wrong: Any) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(InvalidInput, match="neither a number nor a percentage such as '10%'"):
        allowance(wrong)


def test_how_many_of_how_many() -> None:
    """The objection says both, and what is allowed."""
    assert objection(40, 201, allowance("10%")) == (
        "40 of 201 agents would be removed, and max_removals is 10%, 20 here"
    )
    assert objection(1200, 2000, allowance(3)) == "1,200 of 2,000 agents would be removed, and max_removals is 3"


def test_progress() -> None:
    """How many of how many, and how long the rest takes at the account's rate."""
    assert how_far(412, 1000, 2.0) == "412/1,000 agents, 294 s left at 2/s"
    assert how_far(0, 3, 2.5, "agents removed") == "0/3 agents removed, 2 s left at 2.5/s"


@pytest.mark.parametrize(
    ("rate", "calls", "hands"), [(2, 1000, 1), (5, 9, 1), (20, 1000, 4), (1000, 1000, 8), (9, 0, 1)]
)
def test_threads(rate: float, calls: int, hands: int) -> None:
    """One thread at the documented rate; more, and not many, where quotas were raised."""
    assert workers_for(rate, calls) == hands


def test_lists_become_mappings() -> None:
    """What stands in a list is its own label; a mapping stays as it is."""
    assert by_label(["alice", str(USER)]) == {"alice": "alice", str(USER): str(USER)}
    assert by_label({"lead": "alice"}) == {"lead": "alice"}


@pytest.mark.parametrize(
    ("users", "sentence"),
    [
        ("alice", "users is a list of users or a mapping of labels to users, not 'alice'"),
        (7, "users is a list of users or a mapping of labels to users, not 7"),
        ([7], r"users\[0\] is 7, and text is needed; YAML reads 7 and the octal 07 as this number: quote what"),
        (
            {7: "alice"},
            "a label of users is 7, and text is needed; YAML reads 7 and the octal 07 as this number: quote what",
        ),
    ],
)
def test_what_users_are_not(users: Any, sentence: str) -> None:
    """Anything but text is refused where it stands."""
    with pytest.raises(TypeError, match=sentence):
        by_label(users)


def test_a_list_names_nobody_twice() -> None:
    """A user who stands twice in a list is refused."""
    with pytest.raises(ValueError, match="users has alice twice"):
        by_label(["alice", "bob", "alice"])


def test_outputs_have_their_place() -> None:
    """An Output is a value under a label; as the whole, a list's entry or a label it would hide the roster."""

    async def place_them() -> list[str]:
        output = pulumi.Output.from_input("alice")
        assert by_label({"lead": output}) == {"lead": output}
        return [_complaint(output), _complaint([output]), _complaint({output: "alice"}), _complaint([f"{output}"])]

    remedy = 'write a mapping of plain labels to users: {"alice": <the Output>}'
    assert asyncio.run(place_them()) == [
        f"users is an Output, which would hide all agents in previews; {remedy}",
        f"users[0] is an Output, and plain text is needed; {remedy}",
        f"a label of users is an Output, and plain text is needed; {remedy}",
        f"users[0] is an Output, and plain text is needed; {remedy}",
    ]


def _complaint(users: Any) -> str:
    with pytest.raises(TypeError) as caught:
        by_label(users)
    return str(caught.value)
