"""No number stays dark: outages that last, denied calls, killed runs, whatever the next run declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from numbers_there import ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, everywhere, flows_of, home_of, killed_at

from acgr import (
    PhoneNumberPlacementProvider,
    TrafficDistributionGroupRosterProvider,
    TrafficDistributionGroupUserProvider,
)
from acgr.runtime.run import Run
from acgr_sandbox import Fault, Sandbox

PLACEMENT = PhoneNumberPlacementProvider()
MOVE, LOOK, FLOW = "UpdatePhoneNumber", "DescribePhoneNumber", "AssociatePhoneNumberContactFlow"
Begin = Callable[[], Run]


def declared(number: str = ON_INSTANCE, **inputs: Any) -> dict[str, Any]:
    """The inputs of one placement."""
    plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
    return {"phone_number": number, **plain, **inputs}


@contextmanager
def outage(sandbox: Sandbox, seconds: float, *faults: Fault) -> Iterator[None]:
    """The faults begin with the first accepted move and end so many seconds later."""
    kept, ends = sandbox.handle, float("inf")

    def handle(request: Any) -> Any:
        nonlocal ends
        if sandbox.clock.now() >= ends:
            sandbox.faults.clear()
        before = sandbox.counters.calls(MOVE, outcome="ok")
        answer = kept(request)
        if ends == float("inf") and sandbox.counters.calls(MOVE, outcome="ok") > before:
            ends = sandbox.clock.now() + seconds
            for fault in faults:
                sandbox.faults.add(fault)
        return answer

    sandbox.handle = handle  # type: ignore[method-assign]
    try:
        yield
    finally:
        sandbox.handle = kept  # type: ignore[method-assign]
        sandbox.faults.clear()


def entries(journal: Path) -> list[str]:
    """What the journal holds."""
    return [file.name for file in journal.rglob("*.json")]


def answers(sandbox: Sandbox, number: str = ON_INSTANCE) -> tuple[str, dict[str, str]]:
    """Where a number is, and which flows answer it."""
    return home_of(sandbox, number), flows_of(sandbox, number)


OUTAGES = [
    *product(
        (2.0, 20.0),
        (LOOK, FLOW, "BatchGetFlowAssociation", "*"),
        ("error-before", "error-after", "lost-reply", "denied", "expired-token", "throttle"),
    ),
    # Minutes are tried again and again in steps of a second or less: one operation and everything will do.
    *product((240.0,), (FLOW, "*"), ("error-before", "denied")),
]


@pytest.mark.parametrize(("seconds", "operation", "kind"), OUTAGES)
def test_an_outage_after_the_move(
    sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, operation: str, kind: str, seconds: float
) -> None:
    """Whatever keeps the flow from being set, for however long below the deadline: it is set soon after."""
    next_run_with_journal()
    with outage(sandbox, seconds, Fault(operation=operation, kind=kind, count=0)):
        PLACEMENT.create(declared())
    assert answers(sandbox) == ("retail", everywhere("Main IVR"))
    assert entries(journal) == []


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_each_region_alone(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, region: str) -> None:
    """A Region that is down keeps no other Region dark; the run says which one is, since when, and what to paste."""
    next_run_with_journal()
    sandbox.switches = sandbox.switches.with_values({"mirroring": False})
    down = [Fault(operation=name, region=region, count=0) for name in (FLOW, "BatchGetFlowAssociation")]
    with outage(sandbox, 10_000.0, *down), pytest.raises(Exception) as caught:
        PLACEMENT.create(declared())
    said = str(caught.value)
    assert f"{ON_INSTANCE} is dark in {region} since " in said
    assert (
        f"aws connect associate-phone-number-contact-flow --region {region} --phone-number-id arn:aws:connect:" in said
    )
    assert flows_of(sandbox, ON_INSTANCE) == {there: "Main IVR" for there in (SOURCE, REPLICA) if there != region}
    assert len(entries(journal)) == 1


@pytest.mark.parametrize("status", ["FAILED where it was", "FAILED where it was to go"])
@pytest.mark.parametrize("declares", ["the same", "nothing of it", "another target"])
def test_killed_in_the_move(
    sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, status: str, declares: str
) -> None:
    """The runner dies while the number moves, and the move fails (target at its limit, N15): the next run restores it.

    Whatever that run declares: the same, nothing of the number (a reverted commit), or something else.
    """
    next_run_with_journal()
    sandbox.switches = sandbox.switches.with_values({"failed_keeps_target": status == "FAILED where it was"})
    sandbox.faults.add(Fault(operation=MOVE, kind="failed-claim", message="limit reached"))
    with killed_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    assert len(entries(journal)) == 1
    sandbox.clock.advance(30.0)
    sandbox.settle()
    assert [number for number, _ in sandbox.dark_numbers() if number == ON_INSTANCE]
    next_run_with_journal()
    other = TrafficDistributionGroupUserProvider()
    if declares == "nothing of it":
        other.create({"traffic_distribution_group": "retail", "user": "bob.brown", "source_region": SOURCE})
        home = "northwind" if status == "FAILED where it was" else "retail"
        assert home_of(sandbox, ON_INSTANCE) == home
    else:
        target = "retail" if declares == "the same" else "emergency"
        PLACEMENT.create(declared(target=target))
        assert home_of(sandbox, ON_INSTANCE) == target
    assert [number for number, _ in sandbox.dark_numbers() if number == ON_INSTANCE] == []
    assert entries(journal) == []


@pytest.mark.parametrize("operation", [MOVE, LOOK, FLOW])
def test_killed_anywhere(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, operation: str) -> None:
    """Killed right after any request of a move, then a list of agents first: the number answers before it begins."""
    next_run_with_journal()
    with killed_at(sandbox, operation):
        PLACEMENT.create(declared())
    next_run_with_journal()
    roster = {"traffic_distribution_group": "retail", "users": {"a": "alice.smith"}, "source_region": SOURCE}
    TrafficDistributionGroupRosterProvider().create(roster)
    dark = [number for number, _ in sandbox.dark_numbers() if number == ON_INSTANCE]
    assert (dark, entries(journal)) == ([], [])


def test_nobodys_flow_is_overwritten(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path) -> None:
    """What somebody gave a number while the runner was dead stays: only what is dark is restored."""
    next_run_with_journal()
    with killed_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    sandbox.clock.advance(30.0)
    for region in (SOURCE, REPLICA):
        sandbox.change({"do": "set-flow", "number": ON_INSTANCE, "region": region, "flow": "Sales"})
    next_run_with_journal()
    other = TrafficDistributionGroupUserProvider()
    other.create({"traffic_distribution_group": "retail", "user": "bob.brown", "source_region": SOURCE})
    assert answers(sandbox) == ("retail", everywhere("Sales"))
    assert entries(journal) == []


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_a_role_that_may_not_ask_which_flow_answers(
    sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, region: str
) -> None:
    """Where nobody may ask which flow answers, the flow is set all the same: nothing is dark for want of a look."""
    next_run_with_journal()
    sandbox.faults.add(Fault(operation="BatchGetFlowAssociation", kind="denied", region=region, count=0))
    PLACEMENT.create(declared())
    assert answers(sandbox) == ("retail", everywhere("Main IVR"))
    assert entries(journal) == []


@pytest.mark.parametrize("operation", [FLOW, LOOK])
@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_a_role_that_may_not_finish_moves_nothing(
    sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, operation: str, region: str
) -> None:
    """A permission that finishing a move needs, in either Region, is missed before the first move, not after it."""
    if (operation, region) == (LOOK, REPLICA):
        pytest.skip("a number is looked at in its source Region only")
    next_run_with_journal()
    sandbox.faults.add(Fault(operation=operation, kind="denied", region=region, count=0))
    for number in (ON_INSTANCE, ON_RETAIL):
        with pytest.raises(Exception, match="nothing was changed: it would be dark after the move"):
            PLACEMENT.create(declared(number, target="emergency"))
    assert sandbox.counters.calls(MOVE) == 0
    assert answers(sandbox) == ("northwind", {SOURCE: "Main IVR"})
    assert answers(sandbox, ON_RETAIL) == ("retail", everywhere("Main IVR"))
    assert entries(journal) == []


def test_a_journal_that_cannot_be_kept(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path) -> None:
    """A full or read-only disk is no reason to leave numbers where they are; the number has its flow all the same."""
    journal.write_text("a file where the folder should be", encoding="utf-8")
    next_run_with_journal()
    PLACEMENT.create(declared())
    assert answers(sandbox) == ("retail", everywhere("Main IVR"))


def test_no_move_starts_while_a_restore_is_overdue(
    sandbox: Sandbox, next_run_with_journal: Begin, journal: Path
) -> None:
    """Whatever keeps one number dark would keep the next one dark: it waits, and nothing of it is changed."""
    run = next_run_with_journal()
    with run.connection.gate.closed(), pytest.raises(Exception, match="the deadline passed while UpdatePhoneNumber"):
        PLACEMENT.create(declared())
    assert (sandbox.counters.calls(MOVE), home_of(sandbox, ON_INSTANCE), entries(journal)) == (0, "northwind", [])
    PLACEMENT.create(declared())
    assert home_of(sandbox, ON_INSTANCE) == "retail"


def test_an_update_that_was_killed_and_reverted(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path) -> None:
    """An update to another group is killed, its commit reverted: the number is back where it was, with its flow."""
    next_run_with_journal()
    made = PLACEMENT.create(declared())
    next_run_with_journal()
    with killed_at(sandbox, MOVE):
        PLACEMENT.update(made.id, made.outs, declared(target="emergency"))
    sandbox.clock.advance(30.0)
    run = next_run_with_journal()
    assert PLACEMENT.check(declared(), declared()).failures == []
    assert PLACEMENT.diff(made.id, made.outs, declared()).changes is True
    assert [left.e164 for left in run.restorer.entries()] == [ON_INSTANCE]
    PLACEMENT.update(made.id, made.outs, declared())
    assert flows_of(sandbox, ON_INSTANCE) == everywhere("Main IVR")
    assert entries(journal) == []


def test_a_lost_answer_and_ctrl_c(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path) -> None:
    """The answer to the move is lost, then the operator stops the run: what has begun is finished."""
    run = next_run_with_journal()
    sandbox.faults.add(Fault(operation=MOVE, kind="lost-reply", count=1))
    kept = sandbox.handle

    def handle(request: Any) -> Any:
        before = sandbox.counters.calls(MOVE)
        try:
            return kept(request)
        finally:
            if sandbox.counters.calls(MOVE) > before:
                run.connection.cancel()

    sandbox.handle = handle  # type: ignore[method-assign]
    PLACEMENT.create(declared())
    assert answers(sandbox) == ("retail", everywhere("Main IVR"))
    assert entries(journal) == []


@pytest.mark.parametrize("kind", ["lost-reply", "error-after", "error-before"])
def test_nothing_is_answered(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path, kind: str) -> None:
    """Neither the move nor any look is ever answered: wherever the number is, it has its flow before the run ends."""
    next_run_with_journal()
    for operation, proved in ((MOVE, 0), (LOOK, 1)):
        sandbox.faults.add(Fault(operation=operation, kind=kind, count=0, after=proved))
    said = ""
    try:
        PLACEMENT.create(declared())
    except Exception as error:
        said = str(error)
    assert not said or "is dark in" in said or "the number is where it was" in said
    assert [number for number, _ in sandbox.dark_numbers() if number == ON_INSTANCE] == []


@pytest.mark.parametrize("operation", [MOVE, "*"])
@pytest.mark.parametrize("kind", ["error-before", "reset"])
def test_an_outage_before_the_move(sandbox: Sandbox, next_run_with_journal: Begin, operation: str, kind: str) -> None:
    """A number whose move is not accepted during an outage is moved after it: the run completes."""
    run = next_run_with_journal()
    assert run.connection.directory.groups(SOURCE).entries()
    kept, ends = sandbox.handle, sandbox.clock.now() + 60.0
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=0, after=12 if operation == "*" else 0))

    def handle(request: Any) -> Any:
        if sandbox.clock.now() >= ends:
            sandbox.faults.clear()
        return kept(request)

    sandbox.handle = handle  # type: ignore[method-assign]
    PLACEMENT.create(declared())
    assert answers(sandbox) == ("retail", everywhere("Main IVR"))


def test_moved_by_hand_and_dark(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path) -> None:
    """A number that somebody else has moved is not moved back before a refresh, and not left without a flow either."""
    next_run_with_journal()
    made = PLACEMENT.create(declared())
    sandbox.change({"do": "place", "number": ON_INSTANCE, "target": "emergency"})
    sandbox.clock.advance(30.0)
    assert flows_of(sandbox, ON_INSTANCE) == {}
    next_run_with_journal()
    PLACEMENT.check(declared(), declared())
    assert PLACEMENT.diff(made.id, made.outs, declared()).changes is True
    with pytest.raises(Exception, match="something else has moved it to traffic distribution group emergency"):
        PLACEMENT.update(made.id, made.outs, declared())
    assert answers(sandbox) == ("emergency", everywhere("Main IVR"))
    assert entries(journal) == []


def test_another_accounts_obligations(sandbox: Sandbox, next_run_with_journal: Begin, journal: Path) -> None:
    """One journal may hold what several accounts are owed: each run sees to its own, and to nobody else's."""
    next_run_with_journal()
    with killed_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    [file] = journal.rglob("*.json")
    theirs = file.with_name(file.name.replace("111122223333", "999999999999"))
    theirs.write_text(file.read_text(encoding="utf-8").replace("111122223333", "999999999999"), encoding="utf-8")
    run = next_run_with_journal()
    assert len(run.restorer.entries()) == 2
    PLACEMENT.create(declared())
    assert answers(sandbox) == ("retail", everywhere("Main IVR"))
    assert entries(journal) == [theirs.name]
