"""Lists that were emptied, on purpose or by a YAML whose entries are all comments."""

from __future__ import annotations

from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, component, e164, flow, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
NUMBERS = {e164(last): {"flow": "Main IVR"} for last in range(4, 12)}
AGENTS = ["alice.smith", "bob.brown", "carol.white"]


def _placed(centre: Centre, home: str) -> int:
    return sum(centre.placed(last)[0] == home for last in range(4, 12))


def test_an_explicit_null_is_an_empty_list_and_guarded(stack: Stack, centre: Centre) -> None:
    """`agents:` and `numbers:` with nothing under them: the preview refuses for the agents; of the numbers no more
    leave than may, none is dark, and what was declared again is as before. A destroy is not guarded.
    """
    stack.declare(component("centre", "retail", NUMBERS, AGENTS))
    assert stack.up("--parallel", "16").code == 0
    stack.declare(component("centre", "retail", None, None))
    preview = stack.preview()
    assert preview.code != 0
    too_many = "users: 3 of 3 agents would be removed, and max_removals is 10%, 1 here: alice.smith, bob.brown, "
    assert too_many in preview.text
    assert set(AGENTS) <= centre.members("retail")

    stack.declare(component("centre", "retail", None, AGENTS))
    up = stack.up("--continue-on-error", "--parallel", "16")
    assert up.code != 0
    errors = set(up.errors().values())
    assert len(up.errors()) == 7
    said = (
        "it is on traffic distribution group retail; 2 of 2 numbers would leave it in one run, and max_number_removals "
        "is 10%, 1 here; declare it again, or raise max_number_removals"
    )
    assert all(said in error for error in errors), errors
    assert (_placed(centre, "retail"), _placed(centre, "northwind")) == (7, 1)
    assert centre.dark() == []

    stack.declare(component("centre", "retail", NUMBERS, AGENTS))
    again = stack.up()
    assert again.code == 0, again.text
    assert _placed(centre, "retail") == 8
    destroyed = stack.destroy("--parallel", "16")
    assert destroyed.code == 0, destroyed.text
    assert _placed(centre, "northwind") == 8
    assert centre.dark() == []


def test_numbers_leave_where_so_many_may(stack: Stack, centre: Centre) -> None:
    """`max_number_removals` counts for the run that raises it; what passes to another component is no removal."""
    options = {"max_number_removals": "50%"}
    declared = component("centre", "retail", NUMBERS, AGENTS)
    stack.declare(declared)
    assert stack.up("--parallel", "16").code == 0
    kept = {key: NUMBERS[key] for key in list(NUMBERS)[:4]}
    fewer = component("centre", "retail", kept, AGENTS)
    fewer["args"].update(options)
    stack.declare(fewer)
    up = stack.up("--parallel", "16")
    assert up.code == 0, up.text
    assert (_placed(centre, "retail"), _placed(centre, "northwind")) == (4, 4)
    stack.declare(component("renamed", "retail", kept, AGENTS))
    centre.forget()
    renamed = stack.up("--parallel", "16")
    assert renamed.code == 0, renamed.text
    assert centre.writes() == {}


def test_a_replacement_that_begins_with_the_delete_leaves_the_number_in_place(stack: Stack, centre: Centre) -> None:
    """`delete_before_replace` and `--replace` move a number once at most, and never back first."""
    options = {"delete_before_replace": True, "replace_on_changes": ["target"]}
    stack.declare(number("main", 3, "retail", "Main IVR", options=options))
    assert stack.up().code == 0
    centre.forget()
    replaced = stack.up("--replace", "**main")
    assert replaced.code == 0, replaced.text
    assert "UpdatePhoneNumber" not in centre.writes()
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    stack.declare(number("main", 3, "emergency", "Main IVR", options=options))
    moved = stack.up()
    assert moved.code == 0, moved.text
    assert centre.writes()["UpdatePhoneNumber"] == 1
    assert centre.placed(3) == ("emergency", dict.fromkeys(BOTH, "Main IVR"))
    assert stack.up("--refresh", "--expect-no-changes").code == 0


def test_flows_and_agents_stay_through_such_a_replacement(stack: Stack, centre: Centre) -> None:
    """A flow, an agent and a roster that are deleted first and made anew are left as they are meanwhile; an agent whom
    the roster does not declare any more leaves.
    """
    options = {"delete_before_replace": True}
    roster: dict[str, Any] = {
        "kind": "roster",
        "name": "roster",
        "args": {
            "traffic_distribution_group": "emergency",
            "source_region": SOURCE,
            "users": ["bob.brown", "agent001"],
        },
        "options": options,
    }
    stack.declare(
        flow("flow", 4, SOURCE, "Main IVR", options=options),
        agent("agent", "retail", "alice.smith", options=options),
        roster,
    )
    assert stack.up().code == 0
    roster["args"] = {**roster["args"], "users": ["bob.brown"]}
    stack.declare(
        flow("flow", 4, SOURCE, "Main IVR", options=options),
        agent("agent", "retail", "alice.smith", options=options),
        roster,
    )
    centre.forget()
    replaced = stack.up("--replace", "**flow", "--replace", "**agent", "--replace", "**roster")
    assert replaced.code == 0, replaced.text
    assert centre.writes() == {"DisassociateTrafficDistributionGroupUser": 1}
    assert centre.members("emergency") == {"bob.brown"}
    assert "alice.smith" in centre.members("retail")
    assert stack.up("--refresh", "--expect-no-changes").code == 0
