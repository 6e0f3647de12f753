"""When moving numbers are looked at."""

from __future__ import annotations

from threading import Thread

import pytest
from scripted import PATIENCE, HeldClock, ScriptedClock

from acgr_connect.scheduling.poll_schedule import (
    ANOTHER_EVERY,
    AT_LEAST_EVERY,
    EARLY_PROBE_EVERY,
    MOMENT,
    WATCH_EVERY,
    PollSchedule,
)


def test_the_first_is_watched(clock: ScriptedClock) -> None:
    """Nothing is known of how long a claim takes: the oldest number is looked at again and again."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first:
        assert [first.pause() for _ in range(3)] == pytest.approx([WATCH_EVERY] * 3)


def test_one_of_the_others_is_looked_at_now_and_then(clock: ScriptedClock) -> None:
    """While the first is watched the others take turns, one look at a time: the first may take longer than they do."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first, schedule.in_flight() as second, schedule.in_flight() as third:
        first.pause()
        assert ANOTHER_EVERY - WATCH_EVERY <= second.pause() < ANOTHER_EVERY + WATCH_EVERY
        assert ANOTHER_EVERY <= third.pause() < ANOTHER_EVERY + WATCH_EVERY
        assert ANOTHER_EVERY <= second.pause() < ANOTHER_EVERY + WATCH_EVERY


def test_nobody_is_forgotten_while_the_first_is_watched(clock: ScriptedClock) -> None:
    """A number whose turn does not come, because an older one's never ends, is looked at all the same."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first, schedule.in_flight(), schedule.in_flight() as third:
        first.pause()
        assert AT_LEAST_EVERY - WATCH_EVERY <= third.pause() < AT_LEAST_EVERY + WATCH_EVERY


def test_the_others_are_looked_at_when_they_are_due(clock: ScriptedClock) -> None:
    """Once a claim took so long, the next number is looked at after as long."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first:
        clock.sleep(5.0)
        first.arrived()
    with schedule.in_flight() as second:
        assert second.pause() == pytest.approx(5.0 + MOMENT)
        assert second.pause() == pytest.approx(WATCH_EVERY)


@pytest.fixture
def after_a_minute(clock: ScriptedClock) -> PollSchedule:
    """The first claim took a minute."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first:
        clock.sleep(60.0)
        first.arrived()
    return schedule


def test_a_long_claim_is_doubted(after_a_minute: PollSchedule) -> None:
    """Where the first took a minute, one number at a time is looked at before that, for all the others."""
    with after_a_minute.in_flight() as probe, after_a_minute.in_flight() as other:
        assert probe.pause() == pytest.approx(EARLY_PROBE_EVERY)
        probe.arrived()
        assert other.pause() == pytest.approx(MOMENT)


def test_a_scout_that_is_too_early_is_due_like_the_others(after_a_minute: PollSchedule) -> None:
    """Looks ahead of time are looks more, no delay, and teach nothing about when the number was there."""
    with after_a_minute.in_flight() as probe:
        looks = [probe.pause() for _ in range(4)]
        probe.arrived()
    assert looks == pytest.approx([15.0, 15.0, 15.0, 15.0 + MOMENT])
    with after_a_minute.in_flight() as next_probe:
        assert sum(next_probe.pause() for _ in range(4)) == pytest.approx(60.0 + MOMENT)


def test_nobody_waits_for_a_very_long_claim(clock: ScriptedClock) -> None:
    """Where a claim took minutes, every number is looked at now and then meanwhile."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first:
        clock.sleep(300.0)
        first.arrived()
    with schedule.in_flight(), schedule.in_flight() as other:
        assert other.pause() == pytest.approx(AT_LEAST_EVERY)


def test_the_next_oldest_is_watched_when_the_first_fails(clock: ScriptedClock) -> None:
    """A number that never arrives does not keep the others from being looked at."""
    schedule = PollSchedule(clock)
    with schedule.in_flight():
        clock.sleep(2.0)
    with schedule.in_flight() as second:
        assert second.pause() == pytest.approx(WATCH_EVERY)


def test_a_look_that_is_overdue_is_made_at_once(clock: ScriptedClock) -> None:
    """A thread that comes late does not wait any longer."""
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first:
        clock.sleep(60.0)
        assert first.pause() == pytest.approx(0.0)


def test_who_waits_learns_what_is_learned_meanwhile() -> None:
    """A number that is waited for until a long claim is up is looked at sooner once claims prove to be short."""
    clock = HeldClock()
    schedule = PollSchedule(clock)
    with schedule.in_flight() as first:
        clock.sleep(60.0)
        first.arrived()
    with schedule.in_flight() as probe, schedule.in_flight() as other:
        waiting = Thread(target=other.pause)
        waiting.start()
        clock.until_parked(1)
        clock.sleep(6.0)
        probe.arrived()
        clock.until_parked(1)
        clock.advance(MOMENT)
        waiting.join(PATIENCE)
    assert other.move.looked_at == pytest.approx(66.0 + MOMENT)
