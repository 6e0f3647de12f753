"""When moving numbers are looked at."""

from __future__ import annotations

from threading import Thread

import pytest
from scripted import PATIENCE, HeldClock, ScriptedClock

from acgr_connect.arrivals import ANOTHER, AT_LEAST, MOMENT, SCOUTED_EVERY, WATCH, Arrivals


def test_the_first_is_watched(clock: ScriptedClock) -> None:
    """Nothing is known of how long a claim takes: the oldest number is looked at again and again."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        assert [arrivals.pause(first) for _ in range(3)] == pytest.approx([WATCH] * 3)


def test_one_of_the_others_is_looked_at_now_and_then(clock: ScriptedClock) -> None:
    """While the first is watched the others take turns, one look at a time: the first may take longer than they do."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first, arrivals.departure() as second, arrivals.departure() as third:
        arrivals.pause(first)
        assert ANOTHER - WATCH <= arrivals.pause(second) < ANOTHER + WATCH
        assert ANOTHER <= arrivals.pause(third) < ANOTHER + WATCH
        assert ANOTHER <= arrivals.pause(second) < ANOTHER + WATCH


def test_nobody_is_forgotten_while_the_first_is_watched(clock: ScriptedClock) -> None:
    """A number whose turn does not come, because an older one's never ends, is looked at all the same."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first, arrivals.departure(), arrivals.departure() as third:
        arrivals.pause(first)
        assert AT_LEAST - WATCH <= arrivals.pause(third) < AT_LEAST + WATCH


def test_the_others_are_looked_at_when_they_are_due(clock: ScriptedClock) -> None:
    """Once a claim took so long, the next number is looked at after as long."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        clock.sleep(5.0)
        arrivals.arrived(first)
    with arrivals.departure() as second:
        assert arrivals.pause(second) == pytest.approx(5.0 + MOMENT)
        assert arrivals.pause(second) == pytest.approx(WATCH)


@pytest.fixture
def after_a_minute(clock: ScriptedClock) -> Arrivals:
    """The first claim took a minute."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        clock.sleep(60.0)
        arrivals.arrived(first)
    return arrivals


def test_a_long_claim_is_doubted(after_a_minute: Arrivals) -> None:
    """Where the first took a minute, one number at a time is looked at before that, for all the others."""
    with after_a_minute.departure() as scout, after_a_minute.departure() as other:
        assert after_a_minute.pause(scout) == pytest.approx(SCOUTED_EVERY)
        after_a_minute.arrived(scout)
        assert after_a_minute.pause(other) == pytest.approx(MOMENT)


def test_a_scout_that_is_too_early_is_due_like_the_others(after_a_minute: Arrivals) -> None:
    """Looks ahead of time are looks more, no delay, and teach nothing about when the number was there."""
    with after_a_minute.departure() as scout:
        looks = [after_a_minute.pause(scout) for _ in range(4)]
        after_a_minute.arrived(scout)
    assert looks == pytest.approx([15.0, 15.0, 15.0, 15.0 + MOMENT])
    with after_a_minute.departure() as next_scout:
        assert sum(after_a_minute.pause(next_scout) for _ in range(4)) == pytest.approx(60.0 + MOMENT)


def test_nobody_waits_for_a_very_long_claim(clock: ScriptedClock) -> None:
    """Where a claim took minutes, every number is looked at now and then meanwhile."""
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        clock.sleep(300.0)
        arrivals.arrived(first)
    with arrivals.departure(), arrivals.departure() as other:
        assert arrivals.pause(other) == pytest.approx(AT_LEAST)


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


def test_who_waits_learns_what_is_learned_meanwhile() -> None:
    """A number that is waited for until a long claim is up is looked at sooner once claims prove to be short."""
    clock = HeldClock()
    arrivals = Arrivals(clock)
    with arrivals.departure() as first:
        clock.sleep(60.0)
        arrivals.arrived(first)
    with arrivals.departure() as scout, arrivals.departure() as other:
        waiting = Thread(target=arrivals.pause, args=(other,))
        waiting.start()
        clock.until_parked(1)
        clock.sleep(6.0)
        arrivals.arrived(scout)
        clock.until_parked(1)
        clock.advance(MOMENT)
        waiting.join(PATIENCE)
    assert other.looked_at == pytest.approx(66.0 + MOMENT)
