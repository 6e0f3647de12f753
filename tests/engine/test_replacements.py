"""Resources that are replaced: what is the same before and after stays as it is."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, flow, number, roster
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
DELETED_FIRST = {"delete_before_replace": True}


def test_what_is_replaced_stays_in_place(stack: Stack, centre: Centre) -> None:
    """A forced replacement, created or deleted first, leaves numbers, flows and agents as they are: nothing is dark.

    - An agent whom the roster does not declare any more leaves.
    - A number that is replaced for another target is moved once, and never back first.
    - A roster that goes to another group has its agents there before the old one lets them go; where Connect refuses
      that, it says what it did.
    """
    centre.set(second_group="conflict")
    moves = {**DELETED_FIRST, "replace_on_changes": ["target"]}
    agents = ["agent001", "agent002"]
    others = (
        number("created-first", 2, "everyone", "Sales"),
        flow("flow", 4, SOURCE, "Main IVR", options=DELETED_FIRST),
        agent("agent", "retail", "alice.smith", options=DELETED_FIRST),
    )
    stack.declare(
        *others,
        number("deleted-first", 3, "retail", "Main IVR", options=moves),
        roster("roster", "everyone", ["bob.brown", "carol.white"], options=DELETED_FIRST),
        roster("moves", "retail", agents),
    )
    assert stack.up().code == 0
    stack.declare(
        *others,
        number("deleted-first", 3, "retail", "Main IVR", options=moves),
        roster("roster", "everyone", ["bob.brown"], options=DELETED_FIRST),
        roster("moves", "retail", agents),
    )
    centre.forget()
    names = ("created-first", "deleted-first", "flow", "agent", "roster")
    replaced = stack.up(*(word for name in names for word in ("--replace", f"**{name}")))
    assert replaced.code == 0, replaced.text
    assert replaced.summary() == ["+-5 replaced", "2 unchanged"]
    assert centre.writes() == {"DisassociateTrafficDistributionGroupUser": 1}
    assert centre.placed(2) == ("everyone", dict.fromkeys(BOTH, "Sales"))
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.members("everyone") == {"dave.jones", "bob.brown"}
    assert centre.members("retail") == {"erin.green", "alice.smith", *agents}

    stack.declare(
        *others,
        number("deleted-first", 3, "emergency", "Main IVR", options=moves),
        roster("roster", "everyone", ["bob.brown"], options=DELETED_FIRST),
        roster("moves", "emergency", agents),
    )
    moved = stack.up()
    assert moved.code == 0, moved.text
    assert moved.summary() == ["+-2 replaced", "5 unchanged"]
    assert centre.writes()["UpdatePhoneNumber"] == 1
    assert centre.placed(3) == ("emergency", dict.fromkeys(BOTH, "Main IVR"))
    assert any("on two groups at a time" in line for line in moved.said("moves"))
    assert (centre.members("retail"), centre.members("emergency")) == ({"erin.green", "alice.smith"}, set(agents))
    assert stack.up("--refresh", "--expect-no-changes").code == 0
