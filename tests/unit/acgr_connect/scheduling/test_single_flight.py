"""What many wait for is waited for once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from scripted import PATIENCE, HeldClock, ScriptedClock

from acgr_connect.model.errors import ConnectError, UnexpectedState, WaitTimeout
from acgr_connect.model.operation import Deadline
from acgr_connect.scheduling.single_flight import SingleFlight

FOLLOWERS = 7


class Together:
    """One thread waits, and others come meanwhile that want the same; each has so many seconds."""

    def __init__(self, outcome: Callable[[], str], seconds: float = 10.0) -> None:
        self.clock, self.flights, self.outcome, self.waits = HeldClock(), SingleFlight(), outcome, 0
        self._seconds, self._leads, self._ends = seconds, Event(), Event()

    def _wait(self) -> str:
        self.waits += 1
        self._leads.set()
        self._ends.wait(PATIENCE)
        return self.outcome()

    def _one(self, seconds: float) -> str | ConnectError:
        try:
            return self.flights.run("group", Deadline.after(seconds, self.clock), self._wait)
        except ConnectError as error:
            return error

    def run(self, *, advance: float = 0.0) -> list[str | ConnectError]:
        """What each of them has in the end."""
        with ThreadPoolExecutor(1 + FOLLOWERS) as pool:
            leader = pool.submit(self._one, self._seconds)
            self._leads.wait(PATIENCE)
            followers = [pool.submit(self._one, self._seconds) for _ in range(FOLLOWERS)]
            self.clock.until_parked(FOLLOWERS)
            if advance:
                self.clock.advance(advance)
            self._ends.set()
            return [one.result(PATIENCE) for one in (leader, *followers)]


def test_one_waits_and_all_have_it() -> None:
    """Threads that want the same wait for one of them."""
    trial = Together(lambda: "ACTIVE")
    assert trial.run() == ["ACTIVE"] * (1 + FOLLOWERS)
    assert trial.waits == 1


def test_all_have_its_error() -> None:
    """What is wrong with the object is wrong for everybody."""

    def fail() -> str:
        raise UnexpectedState("it is DELETION_FAILED", status="DELETION_FAILED")

    trial = Together(fail)
    assert [type(error) for error in trial.run()] == [UnexpectedState] * (1 + FOLLOWERS)
    assert trial.waits == 1


def test_too_late_for_one_is_too_late_for_all_of_the_same_deadline() -> None:
    """Threads with one deadline end with the one that waits, and not one after the other."""

    def fail() -> str:
        raise WaitTimeout("it is still CREATION_IN_PROGRESS", status="CREATION_IN_PROGRESS", waited=10.0)

    trial = Together(fail)
    assert [type(error) for error in trial.run(advance=10.0)] == [WaitTimeout] * (1 + FOLLOWERS)
    assert trial.waits == 1


def test_whoever_has_more_time_waits_on() -> None:
    """A thread that gives up does not end the wait of those who have time left."""
    answers = iter([WaitTimeout("too late for me", status="", waited=1.0)])

    def outcome() -> str:
        if error := next(answers, None):
            raise error
        return "ACTIVE"

    trial = Together(outcome)
    first, *others = trial.run()
    assert isinstance(first, WaitTimeout)
    assert others == ["ACTIVE"] * FOLLOWERS


def test_whoever_has_less_time_looks_alone() -> None:
    """A thread does not wait for another one beyond its own deadline."""
    flights, clock, inside = SingleFlight(), ScriptedClock(), []

    def hold() -> str:
        inside.append(flights.run("group", Deadline.after(5.0, clock), lambda: "seen by myself"))
        return "ACTIVE"

    assert flights.run("group", Deadline.after(600.0, clock), hold) == "ACTIVE"
    assert inside == ["seen by myself"]


def test_keys_are_apart() -> None:
    """Waiting for one object is not waiting for another."""
    flights, clock = SingleFlight(), ScriptedClock()
    deadline = Deadline.after(5.0, clock)
    assert flights.run("one", deadline, lambda: flights.run("two", deadline, lambda: "seen")) == "seen"


@pytest.mark.parametrize("again", [1, 2])
def test_an_outcome_is_not_kept(again: int) -> None:
    """Who comes after the end waits anew."""
    flights, deadline = SingleFlight(), Deadline.after(5.0, ScriptedClock())
    assert [flights.run("group", deadline, lambda n=n: n) for n in range(again + 1)] == list(range(again + 1))
