"""Waits: one loop, no real time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from scripted import ScriptedClock

from acgr_connect.model.errors import UnexpectedState, WaitTimeout
from acgr_connect.model.operation import Operation
from acgr_connect.scheduling.wait import Wait, run

SECONDS = 10.0
"""What the operations of these tests may take."""

WAIT = Wait(
    what="phone number +442079460001 in eu-west-2",
    pending=frozenset({"IN_PROGRESS", "QUEUED"}),
    target=frozenset({"CLAIMED"}),
    region="eu-west-2",
)


def _looks(wait: Wait, clock: ScriptedClock, states: Iterator[str], detail: str = "") -> tuple[str, list[float]]:
    looked: list[float] = []

    def look() -> str:
        looked.append(clock.now())
        return next(states)

    return run(wait, look, lambda seen: (seen, detail), Operation.within(SECONDS, clock)), looked


@pytest.mark.parametrize(
    ("first", "every", "states", "looked"),
    [
        (0.0, 1.0, ["CLAIMED"], [0.0]),
        (3.0, 1.0, ["CLAIMED"], [3.0]),
        (0.0, 2.0, ["IN_PROGRESS", "QUEUED", "CLAIMED"], [0.0, 2.0, 4.0]),
        (1.0, 0.5, ["IN_PROGRESS", "CLAIMED"], [1.0, 1.5]),
        (0.0, 10.0, ["IN_PROGRESS", "CLAIMED"], [0.0, 10.0]),
    ],
)
def test_looks_are_timed(
    clock: ScriptedClock, first: float, every: float, states: list[str], looked: list[float]
) -> None:
    """The first look comes after `first`, the others every `every`; what arrived is given (N13, N14)."""
    assert _looks(replace(WAIT, first=first, every=every), clock, iter(states)) == ("CLAIMED", looked)


@pytest.mark.parametrize(
    ("detail", "sentence"),
    [
        ("limit reached", "phone number +442079460001 in eu-west-2 is FAILED: limit reached"),
        ("", "phone number +442079460001 in eu-west-2 is FAILED"),
    ],
)
def test_any_other_state_fails_at_once(clock: ScriptedClock, detail: str, sentence: str) -> None:
    """A state that is neither pending nor wanted ends the wait, with the service's message (N15)."""
    with pytest.raises(UnexpectedState) as caught:
        _looks(WAIT, clock, iter(["FAILED"]), detail)
    assert str(caught.value) == sentence
    assert (caught.value.status, caught.value.detail, caught.value.region) == ("FAILED", detail, "eu-west-2")
    assert clock.slept == []


@pytest.mark.parametrize(("every", "waited"), [(1.0, 10.0), (5.0, 10.0), (4.0, 10.0), (60.0, 10.0)])
def test_timeout(clock: ScriptedClock, every: float, waited: float) -> None:
    """The last look is at the deadline, however far apart looks are."""
    wait = replace(WAIT, every=every, target=frozenset({"CLAIMED", "ACTIVE"}))
    with pytest.raises(WaitTimeout) as caught:
        _looks(wait, clock, iter(["IN_PROGRESS"] * 100))
    assert (caught.value.status, caught.value.waited, caught.value.region) == ("IN_PROGRESS", waited, "eu-west-2")
    assert clock.now() == waited
    said = f"is still IN_PROGRESS after {waited:.0f} s, ACTIVE or CLAIMED was expected"
    assert str(caught.value) == f"phone number +442079460001 in eu-west-2 {said}"


def test_the_time_of_a_look_counts(clock: ScriptedClock) -> None:
    """An operation has one deadline: what a look spends in the queue or being throttled is part of it."""

    def look() -> str:
        clock.sleep(1000.0)
        return "IN_PROGRESS"

    with pytest.raises(WaitTimeout):
        run(WAIT, look, lambda seen: (seen, ""), Operation.within(SECONDS, clock))
    assert clock.now() == 1000.0


def test_waits_share_the_deadline(clock: ScriptedClock) -> None:
    """However many waits an operation has, they are over together; each looks at least once."""
    operation = Operation.within(SECONDS, clock)
    for _ in range(3):
        with pytest.raises(WaitTimeout):
            run(WAIT, lambda: "IN_PROGRESS", lambda seen: (seen, ""), operation)
        assert clock.now() == SECONDS


def test_progress_tells_each_pending_state(clock: ScriptedClock) -> None:
    """Progress is told what is pending and for how long, and nothing at the end."""
    said: list[str] = []
    states = iter(["QUEUED", "IN_PROGRESS", "CLAIMED"])
    operation = replace(Operation.within(SECONDS, clock), progress=said.append)
    run(replace(WAIT, first=1.0), lambda: next(states), lambda seen: (seen, ""), operation)
    assert said == [f"{WAIT.what}: QUEUED, 1 s", f"{WAIT.what}: IN_PROGRESS, 2 s"]


def test_an_error_of_a_look_ends_the_wait(clock: ScriptedClock) -> None:
    """A wait repeats looks, not failures: those were repeated below it."""

    def look() -> str:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        run(WAIT, look, lambda seen: (seen, ""), Operation.within(SECONDS, clock))
    assert clock.slept == []
