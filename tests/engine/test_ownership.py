"""Who has what, and what every run looks at: through the real CLI."""

from __future__ import annotations

import pytest
from harness.centre import SOMEBODY_ELSE, Centre
from harness.declarations import REPLICA, SOURCE, agent, component, e164, flow, number, roster
from harness.stack import Stack

from acgr_sandbox import session_on

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


def _cleared_by_hand(centre: Centre, last: int, *regions: str) -> None:
    """Somebody takes a number's flow away."""
    for region in regions:
        centre.sandbox.change({"do": "clear-flow", "number": e164(last), "region": region})


def test_one_number_in_two_components(stack: Stack, centre: Centre) -> None:
    """It is refused in the preview, which names both components, and nothing is moved by `up --refresh` either."""
    second = {"front": {"phone_number": centre.arn("number", e164(1)), "flow": "Sales"}}
    one, two = (
        component("a", "retail", {e164(1): {"flow": "Main IVR"}}, None),
        component("b", "emergency", second, None),
    )
    stack.declare(one)
    assert stack.up().code == 0
    before = centre.placed(1)
    stack.declare(one, two)
    for ran in (stack.preview(), stack.up("--refresh")):
        assert ran.code != 0
        said = "".join(ran.errors().values())
        assert "declare it once" in said
        assert "a-" in said
        assert "b-" in said
    assert centre.placed(1) == before


def test_a_dark_number_that_nobody_declares(stack: Stack, centre: Centre) -> None:
    """Every preview and run says so first, with the line to paste; pasting it ends that."""
    centre.set(mirroring=False)
    stack.declare(agent("alice", "retail", "alice.smith"))
    _cleared_by_hand(centre, 3, REPLICA)
    for ran in (stack.preview(), stack.up(), stack.up()):
        assert ran.code == 0, ran.text
        lines = [line for line in ran.said("alice") if e164(3) in line]
        assert lines
        assert lines[0].startswith(f"warning: {e164(3)} is dark in {REPLICA}, where callers reach nothing now")
    pasted = lines[0].partition("aws connect associate-phone-number-contact-flow ")[2].split()
    given = dict(zip(pasted[::2], pasted[1::2], strict=True))
    assert given["--region"] == REPLICA
    replica = session_on(centre.sandbox, access_key=SOMEBODY_ELSE).client("connect", region_name=REPLICA)
    replica.associate_phone_number_contact_flow(
        PhoneNumberId=given["--phone-number-id"],
        InstanceId=given["--instance-id"],
        ContactFlowId=given["--contact-flow-id"],
    )
    assert e164(3) not in stack.preview().text
    assert not [dark for dark in centre.dark() if dark[0] == e164(3)]


@pytest.mark.parametrize(("kind", "refresh"), [("placement", False), ("flow", True)])
def test_a_flow_that_is_gone_is_a_change(stack: Stack, centre: Centre, kind: str, refresh: bool) -> None:
    """With and without `--refresh`: the preview shows it, and the run restores it."""
    declared = number("n", 3, "retail", "Main IVR") if kind == "placement" else flow("n", 3, REPLICA, "Main IVR")
    arguments = ["--refresh"] if refresh else []
    stack.declare(declared)
    assert stack.up().code == 0
    _cleared_by_hand(centre, 3, *(BOTH if kind == "placement" else (REPLICA,)))
    preview = stack.preview(*arguments, "--expect-no-changes")
    assert preview.code != 0, preview.text
    up = stack.up(*arguments)
    assert up.code == 0, up.text
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert stack.up("--expect-no-changes").code == 0


def test_a_placement_becomes_flows_with_refresh(stack: Stack, centre: Centre) -> None:
    """The documented exchange, with `--refresh`: what a refresh reads is not declared by it."""
    stack.declare(number("n", 3, "retail", "Main IVR", return_to="leave"))
    assert stack.up().code == 0
    stack.declare(flow("f", 3, SOURCE, "Main IVR"))
    up = stack.up("--refresh")
    assert up.code == 0, up.text
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert stack.up("--refresh", "--expect-no-changes").code == 0


def test_an_agent_passes_to_another_roster(stack: Stack, centre: Centre) -> None:
    """By ARN in the one and by name in the other: she stays on the group, and the new owner's state says so."""
    alice, bob = (centre.arn("user", name) for name in ("alice.smith", "bob.brown"))
    stack.declare(roster("one", "emergency", {"alice.smith": alice, "bob.brown": bob}))
    assert stack.up().code == 0
    stack.declare(roster("one", "emergency", {"bob.brown": bob}), roster("two", "emergency", ["alice.smith"]))
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.members("emergency") == {"alice.smith", "bob.brown"}
    assert set(stack.state().outputs("two")["members"]) == {"alice.smith"}
    assert stack.up("--expect-no-changes").code == 0


@pytest.mark.parametrize("arguments", [("--refresh",), ("--run-program",)])
def test_a_destroy_leaves_nothing_that_was_shared(stack: Stack, centre: Centre, arguments: tuple[str, ...]) -> None:
    """Two rosters share an agent, two resources a number's flow: a destroy takes them all, however it is called."""
    stack.declare(
        roster("r1", "emergency", ["bob.brown", "alice.smith"]),
        roster("r2", "emergency", ["carol.white", "alice.smith"]),
        flow("f1", 3, SOURCE, "Main IVR"),
        flow("f2", 3, REPLICA, "Main IVR"),
    )
    assert stack.up().code == 0
    destroyed = stack.destroy(*arguments)
    assert destroyed.code == 0, destroyed.text
    assert centre.members("emergency") == set()
    assert centre.placed(3) == ("retail", {})


def test_whom_both_rosters_drop_leaves(stack: Stack, centre: Centre) -> None:
    """A refresh declares nobody."""
    stack.declare(
        roster("r1", "emergency", ["bob.brown", "alice.smith"]),
        roster("r2", "emergency", ["carol.white", "alice.smith"]),
    )
    assert stack.up().code == 0
    stack.declare(roster("r1", "emergency", ["bob.brown"]), roster("r2", "emergency", ["carol.white"]))
    assert stack.up("--refresh").code == 0
    assert centre.members("emergency") == {"bob.brown", "carol.white"}


def test_replaced_in_place(stack: Stack, centre: Centre) -> None:
    """A forced replacement, created or deleted first, leaves the number where it is: it is not dark at all."""
    for options in ({}, {"delete_before_replace": True}):
        stack.declare(number("n", 3, "retail", "Main IVR", options=options))
        assert stack.up().code == 0
        centre.forget()
        replaced = stack.up("--target-replace", stack.state().urn("n"))
        assert replaced.code == 0, replaced.text
        assert centre.writes() == {}
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
