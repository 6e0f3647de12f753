"""A bucket that gives way to callers nobody knows of."""

from __future__ import annotations

import pytest

from acgr_connect.scheduling.adaptive_bucket import (
    DARK_PAUSE,
    DECREASE,
    LEAST_SHARE,
    LONGEST_PAUSE,
    AdaptiveBucket,
)
from acgr_connect.scheduling.token_bucket import Rate

RATE = Rate(2.0, 5.0)


def fresh() -> AdaptiveBucket:
    """Nobody has called."""
    return AdaptiveBucket.of(RATE, 0.0, lambda: 0.0)


def refused(bucket: AdaptiveBucket, now: float, *, is_explained: bool = False) -> float:
    """Make one call as soon as it may go out, which is refused; when."""
    now += bucket.delay(now)
    bucket.draw(now)
    bucket.refused(now, is_explained=is_explained)
    return now


def test_alone_all_of_the_rate_is_used() -> None:
    """Whoever is refused nothing has the whole rate."""
    bucket, now = fresh(), 0.0
    for _ in range(25):
        now += bucket.delay(now)
        bucket.draw(now)
    assert now == pytest.approx(10.0)
    assert bucket.share(now) == 1.0


def test_what_is_not_explained_lowers_the_rate() -> None:
    """A refusal that nobody known explains means that strangers call: less is asked for."""
    bucket = fresh()
    refused(bucket, 0.0)
    assert bucket.share(0.0) == DECREASE


def test_what_is_explained_lowers_nothing() -> None:
    """Where calls that are known of explain it, the next try waits and the rate stays."""
    bucket = fresh()
    refused(bucket, 0.0, is_explained=True)
    assert bucket.share(0.0) == 1.0
    assert bucket.delay(0.0) > 0.0


def test_several_refusals_at_once_are_one() -> None:
    """Five calls that went out together and were refused together lower the rate once, and double no pause."""
    bucket = fresh()
    for _ in range(5):
        bucket.draw(0.0)
    for _ in range(5):
        bucket.refused(0.05, is_explained=False)
    assert bucket.share(0.05) == DECREASE
    assert bucket.delay(0.05) <= LONGEST_PAUSE


def test_it_never_falls_below_its_floor() -> None:
    """However often it is refused, a process goes on at a sixteenth of the rate."""
    bucket, now = fresh(), 0.0
    for _ in range(50):
        now = refused(bucket, now)
    assert bucket.share(now) >= LEAST_SHARE
    assert bucket.delay(now) <= 1.0 / (LEAST_SHARE * RATE.per_second)


def test_it_rises_slowly_and_then_faster() -> None:
    """A few seconds bring back little, and within a minute without a refusal all of it is back."""
    bucket, now = fresh(), 0.0
    for _ in range(20):
        now = refused(bucket, now)
    low = bucket.share(now)
    assert low < bucket.share(now + 5.0) < low + 0.05
    assert bucket.share(now + 60.0) == 1.0


def test_the_next_try_waits_longer_each_time() -> None:
    """Refusals in a row make the pause longer, up to a second; an answer makes it short again."""
    bucket, now, pauses = fresh(), 100.0, []
    for _ in range(4):
        bucket.refused(now, is_explained=True)
        pauses.append(bucket.delay(now))
        now += 100.0
    assert pauses[0] < pauses[1] == LONGEST_PAUSE == pauses[3]
    bucket.accepted()
    bucket.refused(now, is_explained=True)
    assert bucket.delay(now) == pauses[0]


def test_what_ends_a_darkness_tries_again_soon() -> None:
    """Its pause is short, and the lowered rate is not for it; the account's whole rate is."""
    bucket, now = fresh(), 0.0
    for _ in range(20):
        now = refused(bucket, now)
    now += 10.0
    bucket.draw(now)
    bucket.refused(now, is_explained=False)
    assert bucket.delay(now, ends_darkness=True) == pytest.approx(DARK_PAUSE)
    assert bucket.delay(now) > DARK_PAUSE
    went = []
    for _ in range(20):
        now += bucket.delay(now, ends_darkness=True)
        bucket.draw(now)
        went.append(now)
    assert went[-1] - went[0] >= (19 - RATE.burst) / RATE.per_second


def test_runners_do_not_try_again_in_step() -> None:
    """Two that were refused together wait differently long."""
    spreads = iter([0.1, 0.9])
    first, second = (AdaptiveBucket.of(RATE, 0.0, lambda: next(spreads)) for _ in range(2))
    for bucket in (first, second):
        bucket.refused(0.0, is_explained=True)
    assert first.delay(0.0, ends_darkness=True) != second.delay(0.0, ends_darkness=True)


def test_a_clock_may_stand_anywhere() -> None:
    """Moments before the clock's zero are moments like others."""
    bucket = AdaptiveBucket.of(RATE, -1e6, lambda: 0.0)
    assert bucket.delay(-1e6) == 0.0
