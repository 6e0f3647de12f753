"""When moving numbers are looked at."""

from __future__ import annotations

import pytest
from scripted import ScriptedClock

from acgr_connect.arrivals import AT_LEAST, MOMENT, WATCH, Arrivals


def test_the_first_is_watched(clock: ScriptedClock) -> None:
    """Nothing is known of how long a claim takes: the oldest number is looked at again and again."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        assert [arrivals.pause(first) for _ in range(3)] == pytest.approx([WATCH] * 3)


def test_the_others_wait_while_the_first_is_watched(clock: ScriptedClock) -> None:
    """A younger number costs no looks meanwhile, but is not forgotten for ever."""
    arrivals = Arrivals(clock)
    with arrivals.departure(), arrivals.departure() as second:
        assert arrivals.pause(second) >= AT_LEAST


def test_the_others_are_looked_at_when_they_are_due(clock: ScriptedClock) -> None:
    """Once a claim took so long, the next number is looked at after as long."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        clock.sleep(5.0)
        arrivals.arrived(first)
    with arrivals.departure() as second:
        assert arrivals.pause(second) == pytest.approx(5.0 + MOMENT)
        assert arrivals.pause(second) == pytest.approx(WATCH)


def test_the_shortest_claim_counts(clock: ScriptedClock) -> None:
    """A claim that was quicker makes the next look earlier, one that was slower does not make it later."""
    arrivals = Arrivals(clock)
    for took in (5.0, 3.0, 8.0):
        with arrivals.departure() as departed:
            clock.sleep(took)
            arrivals.arrived(departed)
    with arrivals.departure() as departed:
        assert arrivals.pause(departed) == pytest.approx(3.0 + MOMENT)


def test_the_next_oldest_is_watched_when_the_first_fails(clock: ScriptedClock) -> None:
    """A number that never arrives does not keep the others from being looked at."""
    arrivals = Arrivals(clock)
    with arrivals.departure():
        clock.sleep(2.0)
    with arrivals.departure() as second:
        assert arrivals.pause(second) == pytest.approx(WATCH)


def test_a_look_that_is_overdue_is_made_at_once(clock: ScriptedClock) -> None:
    """A thread that comes late does not wait any longer."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        clock.sleep(60.0)
        assert arrivals.pause(first) == pytest.approx(0.0)
