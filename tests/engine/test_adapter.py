"""What `acgr._engine` finds in the real plugin with the SDK that is installed, and reading without managing."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, e164, got, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_progress_is_on_the_row_of_its_resource(stack: Stack, centre: Centre) -> None:
    """The adapter finds the URN: what happens is shown on the resource's own row; only its dark time stays."""
    stack.declare(number("main", 1, "retail", "Main IVR"))
    up = stack.up()
    rows = up.rows("main")
    assert any(row.endswith(f"{e164(1)}: move to traffic distribution group retail accepted") for row in rows), up.text
    [said] = up.said("main")
    assert said.startswith(f"{e164(1)} is on traffic distribution group retail; it had no flow for ")


def test_deadlines_of_the_program_are_kept(stack: Stack, centre: Centre) -> None:
    """`custom_timeouts` reach the wait: a claim that does not end is given up, and the number is not forgotten."""
    centre.set(claim_seconds=600.0)
    stack.declare(number("main", 1, "retail", "Main IVR", options={"timeout": "2s"}))
    up = stack.up()
    assert up.code != 0
    late = f"phone number {e164(1)} in {SOURCE} is still IN_PROGRESS after 2 s, CLAIMED was expected"
    assert late in up.errors()["main"]
    assert stack.state().resources["main"]["id"] == centre.arn("number", e164(1))


def test_a_dozen_numbers_move_at_once(stack: Stack, centre: Centre) -> None:
    """The plugin has more than its four threads: more than four numbers are IN_PROGRESS at the same time."""
    centre.set(claim_seconds=1.0)
    stack.declare(*(number(f"n{last}", last, "retail", "Main IVR") for last in range(4, 16)))
    up = stack.up("--parallel", "64")
    assert up.code == 0, up.text
    assert centre.most_at_once > 4
    assert {centre.placed(last)[0] for last in range(4, 16)} == {"retail"}
    assert centre.dark() == []


def test_get_reads_what_is_there_and_fails_where_nothing_is(stack: Stack, centre: Centre) -> None:
    """A resource that is read has the real values and is never written; one that does not exist is an error."""
    main, group, erin = centre.arn("number", e164(3)), centre.arn("group", "retail"), centre.arn("user", "erin.green")
    stack.declare(got("number", "main", main), got("agent", "erin", erin, group))
    up = stack.up()
    assert up.code == 0, up.text
    state = stack.state()
    assert state.outputs("main")["e164"] == e164(3)
    assert state.outputs("main")["target_arn"] == group
    flows = {region: centre.arn("flow", "Main IVR", region) for region in (SOURCE, REPLICA)}
    assert state.outputs("main")["contact_flow_arns"] == flows
    assert state.outputs("erin")["username"] == "erin.green"
    assert all(resource["external"] for resource in state.resources.values())

    absent = main.rsplit("/", 1)[0] + f"/{NOBODY}"
    stack.declare(got("number", "absent", absent))
    assert stack.preview().errors() == {
        "absent": f"Preview failed: reading phone number {NOBODY} in {SOURCE}: it is not claimed "
        "(ResourceNotFoundException)"
    }
    stack.declare(got("agent", "stranger", centre.arn("user", "alice.smith"), group))
    assert stack.preview().errors() == {
        "stranger": f"Preview failed: reading agent alice.smith on traffic distribution group retail in {SOURCE}: "
        "the agent is not on the group; declare it instead of getting it"
    }
    assert stack.destroy().code == 0
    assert centre.writes() == {}
