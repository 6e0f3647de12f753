"""Runs that end too early: what is left, and that the next run finishes it."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, number
from harness.stack import FAST, PLAIN, Stack, end

from acgr_sandbox import Fault
from acgr_sandbox.core.world import World

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
NO_ACCESS = "The caller is not authorized to perform this operation"
PROVED = 2
"""Associations by which a run proves, in each Region, that it may give numbers their flows."""
WORK = "placing phone number {} on traffic distribution group retail in eu-west-2"


def test_a_failed_claim_says_why_and_the_number_keeps_its_flow(stack: Stack, centre: Centre) -> None:
    """`FAILED`: its message reaches the user, the number answers as before, the next run completes it (N15)."""
    fault = Fault("UpdatePhoneNumber", "failed-claim", message="The limit of claimed numbers is reached.")
    centre.sandbox.faults.add(fault)
    stack.declare(number("main", 1, "retail", "Main IVR"), agent("alice", "retail", "alice.smith"))
    failed = stack.up("--continue-on-error")
    assert failed.code != 0
    assert failed.errors()["main"] == (
        f"{WORK.format(e164(1))}: phone number {e164(1)} in {SOURCE} is FAILED: The limit of claimed numbers is "
        "reached; the number is where it was (instance northwind), with its flow"
    )
    assert centre.placed(1) == ("northwind", {SOURCE: "Main IVR"})
    assert set(stack.state().resources) == {"alice"}
    again = stack.up()
    assert again.code == 0, again.text
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))


def test_a_move_without_its_flow_is_kept_and_finished(stack: Stack, centre: Centre) -> None:
    """A create or an update that stops between move and flow leaves in state what holds; the next run finishes it as an
    update, at once and after a refresh.
    """
    denied = Fault("AssociatePhoneNumberContactFlow", "denied", count=0, after=PROVED)
    centre.sandbox.faults.add(denied)
    stack.declare(number("main", 1, "retail", "Main IVR", options={"timeout": "4s"}))
    failed = stack.up()
    centre.sandbox.faults.clear()
    assert failed.code != 0
    assert failed.errors()["main"].startswith(f"{WORK.format(e164(1))}: {NO_ACCESS}")
    assert f"{e164(1)} is dark in {SOURCE} and {REPLICA} since " in failed.errors()["main"]
    assert f"aws connect associate-phone-number-contact-flow --region {SOURCE} " in failed.errors()["main"]
    assert centre.placed(1) == ("retail", {})
    kept = stack.state()
    assert kept.resources["main"]["id"] == centre.arn("number", e164(1))
    assert kept.outputs("main")["dark_regions"] == list(BOTH)
    assert kept.outputs("main")["placed_on_arn"] == centre.arn("group", "retail")

    centre.forget()
    finished = stack.up()
    assert finished.code == 0, finished.text
    assert finished.summary() == ["~ 1 updated", "1 unchanged"]
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert "UpdatePhoneNumber" not in centre.writes()
    assert stack.state().outputs("main")["dark_regions"] == []

    centre.sandbox.faults.add(denied)
    stack.declare(number("main", 1, "emergency", "Winter IVR", options={"timeout": "4s"}))
    assert stack.up().code != 0
    centre.sandbox.faults.clear()
    assert centre.placed(1) == ("emergency", {})
    assert stack.refresh().code == 0
    centre.forget()
    finished = stack.up()
    assert finished.code == 0, finished.text
    assert finished.summary() == ["~ 1 updated", "1 unchanged"]
    assert centre.placed(1) == ("emergency", dict.fromkeys(BOTH, "Winter IVR"))
    assert "UpdatePhoneNumber" not in centre.writes()
    assert stack.up("--expect-no-changes").code == 0


def test_a_role_that_may_not_set_flows_moves_nothing(stack: Stack, centre: Centre) -> None:
    """What finishing a move needs is proved before the first one: nothing is moved, and the error says why."""
    centre.sandbox.faults.add(Fault("AssociatePhoneNumberContactFlow", "denied", count=0))
    stack.declare(*(number(f"n{last}", last, "retail", "Main IVR") for last in range(4, 12)))
    failed = stack.up("--parallel", "64")
    assert failed.code != 0
    assert "UpdatePhoneNumber" not in centre.writes()
    assert centre.dark() == []
    assert "nothing was changed: it would be dark after the move" in failed.text


def _is_moving(world: World) -> bool:
    return world.number(e164(1)).status == "IN_PROGRESS"


def _is_lit(world: World) -> bool:
    moved = world.number(e164(1))
    return moved.target in world.groups and moved.flow_in(SOURCE) is not None


def test_everything_killed_during_a_claim(stack: Stack, centre: Centre) -> None:
    """`kill -9` of CLI and plugin leaves a dark number and a lock: unlocked, the next run makes it as declared."""
    stack.declare(number("main", 1, "retail", "Main IVR"), agent("alice", "retail", "alice.smith"))
    centre.sandbox.hold_claims()
    running = stack.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(_is_moving)
    running.kill(*running.children())
    centre.sandbox.release_claims()
    assert "main" in {operation["resource"]["urn"].rsplit("::", 1)[-1] for operation in stack.state().pending}

    assert "locked" in stack.up().text
    assert stack.run("cancel", "--yes", *PLAIN).code == 0
    cleared = stack.refresh("--clear-pending-creates")
    assert cleared.code == 0, cleared.text
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert "alice.smith" in centre.members("retail")
    assert stack.state().pending == []


def test_the_cli_killed_while_its_plugin_lives_on(stack: Stack, centre: Centre) -> None:
    """`kill -9` of the CLI alone: the plugin finishes what it began, and the next run does not move it again."""
    stack.declare(number("main", 1, "retail", "Main IVR"))
    centre.sandbox.hold_claims()
    running = stack.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(_is_moving)
    left_over = running.children()
    running.kill()
    centre.sandbox.release_claims()
    centre.until(_is_lit)
    for pid in left_over:
        end(pid)
    centre.forget()
    assert stack.run("cancel", "--yes", *PLAIN).code == 0
    up = stack.up()
    assert up.code == 0, up.text
    # The plugin may end before it has written down that all is well: then the flow is set once more, without a gap.
    assert centre.writes().keys() <= {"AssociatePhoneNumberContactFlow"}
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert stack.refresh("--clear-pending-creates").code == 0
    assert stack.state().pending == []


def test_killed_and_the_commit_reverted(stack: Stack, centre: Centre) -> None:
    """`kill -9` in the middle of moves, then the program as it was, of which one number is: each has its flow again.

    The preview says so in its first lines though nothing is changed in the program, and the run restores them.
    """
    before = number("main", 3, "retail", "Main IVR"), agent("alice", "retail", "alice.smith")
    stack.declare(*before)
    assert stack.up().code == 0
    centre.sandbox.hold_claims()
    moved = number("main", 3, "emergency", "Sales"), number("other", 1, "retail", "Sales")
    stack.declare(*moved, before[1])
    running = stack.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(_are_moving(2))
    running.kill(*running.children())
    centre.sandbox.release_claims()
    stopped = [e164(3), e164(1)]
    assert {dark for dark, _ in centre.dark()} >= set(stopped)
    assert stack.run("cancel", "--yes", *PLAIN).code == 0

    stack.declare(*before)
    preview = stack.preview("--expect-no-changes")
    assert preview.code != 0
    up = stack.up()
    assert up.code == 0, up.text
    for one in stopped:
        assert f"{one} was moving when an earlier run was stopped, and may be dark" in preview.text
        assert f"{one}: an earlier run was stopped while it moved; it has its flow in " in up.text
    assert centre.dark() == []
    assert "was moving when an earlier run" not in stack.preview("--expect-no-changes").text


MANY = range(20, 90)
"""More numbers than the plugin has workers."""


def _are_moving(count: int) -> Callable[[World], bool]:
    return lambda world: sum(number.status == "IN_PROGRESS" for number in world.numbers.values()) >= count


def test_heard_although_all_are_busy(logged: Stack, centre: Centre) -> None:
    """With more resources in flight than workers, the first Ctrl-C is heard while all claims are still going on.

    Nothing more is begun, what is in flight is finished, and the engine ends the run.
    """
    centre.add_numbers(MANY)
    centre.sandbox.hold_claims()
    logged.declare(*(number(f"n{last}", last, "retail", "Main IVR") for last in MANY))
    running = logged.start("up", "--yes", "--skip-preview", *PLAIN, "--parallel", str(len(MANY)))
    centre.until(_are_moving(64))
    running.signal(signal.SIGINT)
    assert logged.log.until("cancelled")
    assert _are_moving(64)(centre.sandbox.world)
    moved = centre.sandbox.counters.calls("UpdatePhoneNumber")
    centre.sandbox.release_claims()
    ended = running.wait()
    assert ended.code != 0
    assert centre.sandbox.counters.calls("UpdatePhoneNumber") == moved
    assert centre.dark() == []
    assert "numbers in flight: 64" in ended.text


@pytest.mark.parametrize(
    ("signals", "declares"),
    [
        ((signal.SIGINT, signal.SIGINT), "nothing of it"),
        ((signal.SIGINT, signal.SIGTERM, signal.SIGKILL), "nothing of it"),
        ((signal.SIGTERM, signal.SIGKILL), "the same"),
        ((signal.SIGKILL,), "the same"),
    ],
    ids=["int-int", "int-term-kill", "term-kill", "kill"],
)
def test_a_pipeline_is_cancelled(
    logged: Stack, centre: Centre, signals: tuple[signal.Signals, ...], declares: str
) -> None:
    """However a pipeline ends its runner while numbers move: at the first signal the log names each of them and its
    Regions, the journal has them, and the next run, whatever it declares, gives them their flows.
    """
    moved = {last: e164(last) for last in range(4, 9)}
    centre.sandbox.hold_claims()
    logged.declare(*(number(f"n{last}", last, "retail", "Main IVR") for last in moved))
    running = logged.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(_are_moving(len(moved)))
    first, *more = signals
    if first is not signal.SIGKILL:
        running.signal(first)
        assert logged.log.until("in flight", len(moved))
        named = {(event["number"], event["regions"]) for event in logged.log.events("in flight")}
        assert named == {(e164, f"{SOURCE}, {REPLICA}") for e164 in moved.values()}
    for one in more:
        if one is not signal.SIGKILL:
            running.signal(one)
    if signals[-1] is signal.SIGKILL:
        running.kill(*running.children())
    else:
        text = running.wait().text
        assert all(f"{one} in {SOURCE} and {REPLICA}" in text for one in moved.values())
    centre.sandbox.release_claims()
    assert {one for one, _ in centre.dark()} >= set(moved.values())
    logged.run("cancel", "--yes", *PLAIN)

    if declares == "nothing of it":
        logged.declare(agent("alice", "retail", "alice.smith"))
    up = logged.up()
    assert up.code == 0, up.text
    assert centre.dark() == []


def test_killed_and_the_runner_thrown_away(stack: Stack, centre: Centre) -> None:
    """With `acgr:journal=tags` another runner's run, of another program, gives the numbers their flows."""
    stack.configure({**FAST, "acgr:journal": "tags"})
    centre.sandbox.hold_claims()
    stack.declare(number("one", 3, "emergency", "Sales"), number("other", 4, "retail", "Main IVR"))
    running = stack.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(_are_moving(2))
    running.kill(*running.children())
    centre.sandbox.release_claims()
    assert {e164(3), e164(4)} <= {dark for dark, _ in centre.dark()}
    stack.forget_journal()
    stack.run("cancel", "--yes", *PLAIN)

    stack.declare(agent("alice", "retail", "alice.smith"))
    preview = stack.preview()
    for last in (3, 4):
        assert f"{e164(last)} was moving when an earlier run was stopped, and may be dark" in preview.text
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(3) == ("emergency", dict.fromkeys(BOTH, "Sales"))
    assert centre.placed(4) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert [centre.sandbox.world.number(e164(last)).tags for last in (3, 4)] == [{}, {}]
