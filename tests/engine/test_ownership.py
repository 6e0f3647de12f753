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


def test_declared_twice(stack: Stack, centre: Centre) -> None:
    """A number has one owner, and so has its flow: the preview refuses the second, naming both."""
    second = {"front": {"phone_number": centre.arn("number", e164(1)), "flow": "Sales"}}
    stack.declare(
        component("a", "retail", {e164(1): {"flow": "Main IVR"}}, None), component("b", "emergency", second, None)
    )
    preview = stack.preview()
    assert preview.code != 0
    said = "".join(preview.errors().values())
    assert all(part in said for part in ("a-", "b-", "declare it once")), preview.text

    main = number("main", 3, "retail", "Main IVR")
    stack.declare(main, flow("apart", 3, REPLICA, "Sales", options={"after": ["main"]}))
    preview = stack.preview()
    assert preview.code != 0
    assert f"the placement main declares the flow of {e164(3)}: change it there, and drop apart" in preview.text
    assert centre.writes() == {}


def test_what_is_dark_is_said_and_restored(stack: Stack, centre: Centre) -> None:
    """A flow that is gone is a change also without `--refresh`: the preview shows it, and the run restores it.

    Of a number that nobody declares every preview and run says it first, with the line to paste; pasting it ends that.
    """
    centre.set(mirroring=False)
    stack.declare(
        agent("alice", "retail", "alice.smith"),
        number("placed", 2, "everyone", "Sales"),
        flow("answered", 4, SOURCE, "Main IVR"),
    )
    assert stack.up().code == 0
    _cleared_by_hand(centre, 2, *BOTH)
    _cleared_by_hand(centre, 4, SOURCE)
    _cleared_by_hand(centre, 3, REPLICA)

    preview = stack.preview()
    assert preview.code == 0, preview.text
    assert preview.summary() == ["~ 2 to update", "2 unchanged"]
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(2) == ("everyone", dict.fromkeys(BOTH, "Sales"))
    assert centre.placed(4)[1] == {SOURCE: "Main IVR"}
    for ran in (preview, up):
        [line, *_] = [line for line in ran.text.splitlines() if f"warning: {e164(3)}" in line]
        assert f"warning: {e164(3)} is dark in {REPLICA}, where callers reach nothing now" in line

    pasted = line.partition("aws connect associate-phone-number-contact-flow ")[2].split()
    given = dict(zip(pasted[::2], pasted[1::2], strict=True))
    assert given["--region"] == REPLICA
    replica = session_on(centre.sandbox, access_key=SOMEBODY_ELSE).client("connect", region_name=REPLICA)
    replica.associate_phone_number_contact_flow(
        PhoneNumberId=given["--phone-number-id"],
        InstanceId=given["--instance-id"],
        ContactFlowId=given["--contact-flow-id"],
    )
    again = stack.up("--expect-no-changes")
    assert again.code == 0, again.text
    assert e164(3) not in again.text
    assert centre.dark() == []


def test_a_destroy_leaves_nothing_that_was_shared(stack: Stack, centre: Centre) -> None:
    """Two rosters share an agent, two resources a number's flow: a destroy takes them all, however it is called."""
    stack.declare(
        roster("r1", "emergency", ["bob.brown", "alice.smith"]),
        roster("r2", "emergency", ["carol.white", "alice.smith"]),
        flow("f1", 3, SOURCE, "Main IVR"),
        flow("f2", 3, REPLICA, "Main IVR"),
    )
    assert stack.up().code == 0
    destroyed = stack.destroy("--refresh", "--run-program")
    assert destroyed.code == 0, destroyed.text
    assert centre.members("emergency") == set()
    assert centre.placed(3) == ("retail", {})
