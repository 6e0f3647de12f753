"""The token bucket: never more than the rate, and never a wait for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acgr_connect.scheduling.token_bucket import Bucket, Rate

TOKEN = 1 / (2.0 * 0.99)
"""Seconds in which a token comes, at 2 a second less the margin."""

rates = st.builds(Rate, per_second=st.floats(0.1, 100), burst=st.floats(0.1, 50))
pauses = st.lists(st.floats(0, 20), min_size=1, max_size=60)


def _most_in_any_window(granted: Sequence[float], rate: Rate) -> None:
    """No window, from any grant to any later one, holds more than burst + rate x length."""
    for (i, begin), (j, end) in combinations(enumerate(granted), 2):
        assert (
            j - i + 1 <= max(1.0, rate.burst) + rate.per_second * (end - begin) + 1e-3
        )  # nobody waits for a millionth of a token


@given(rates, pauses)
@settings(deadline=None)
def test_bucket_never_exceeds_the_rate(rate: Rate, pauses: list[float]) -> None:
    """However calls arrive, no window holds more grants than burst + rate x time."""
    bucket, now, granted = Bucket.full(rate.kept, 0.0), 0.0, []
    for pause in pauses:
        now += pause
        while (delay := bucket.delay(now)) > 0:
            assert now + delay > now, "a delay that no clock can tell from none"
            now += delay
        bucket.draw(now)
        granted.append(now)
    _most_in_any_window(granted, rate)


@given(rates, pauses)
@settings(deadline=None)
def test_bucket_tells_the_shortest_delay(rate: Rate, pauses: list[float]) -> None:
    """After the delay that it tells a token is there, and well before it none is: nobody waits for nothing."""
    bucket, now = Bucket.full(rate.kept, 0.0), 0.0
    for pause in pauses:
        now += pause
        if (delay := bucket.delay(now)) > 1e-6:
            assert bucket.delay(now + delay / 2) > 0
            now += delay
        assert bucket.delay(now) == 0
        bucket.draw(now)


def test_bucket_keeps_a_margin() -> None:
    """Half a token of the burst and a hundredth of the rate are left unused."""
    bucket = Bucket.full(Rate(2.0, 5.0).kept, 0.0)
    for _ in range(4):
        assert bucket.delay(0.0) == 0
        bucket.draw(0.0)
    assert bucket.delay(0.0) == pytest.approx(0.5 * TOKEN)


@pytest.mark.parametrize("burst", [0.1, 1.0, 1.5])
def test_bucket_of_a_small_burst_still_gives_one(burst: float) -> None:
    """Whatever the margin, a full bucket holds one token, so that every call is made in the end."""
    bucket = Bucket.full(Rate(2.0, burst).kept, 0.0)
    assert bucket.delay(0.0) == 0
    bucket.draw(0.0)
    assert bucket.delay(0.0) == pytest.approx(TOKEN)
    assert bucket.delay(3600.0) == 0


def test_bucket_does_not_overflow_or_run_backwards() -> None:
    """Time without calls fills it to the burst and no further; a clock that stands back adds nothing."""
    bucket = Bucket.full(Rate(2.0, 5.0).kept, 100.0)
    for _ in range(4):
        bucket.draw(10_000.0)
    assert bucket.delay(10_000.0) > 0
    assert bucket.delay(9_000.0) == pytest.approx(0.5 * TOKEN)


def test_drained_bucket() -> None:
    """A throttled answer empties it, and what it owed already stays owed."""
    bucket = Bucket.full(Rate(2.0, 5.0).kept, 0.0)
    bucket.drain(0.0)
    assert bucket.delay(0.0) == pytest.approx(TOKEN)
    bucket.level = -3.0
    bucket.drain(0.0)
    assert bucket.delay(0.0) == pytest.approx(4 * TOKEN)


def test_delay_for_several_tokens() -> None:
    """Tokens that are kept back are waited for as well, as far as the bucket can hold them."""
    bucket = Bucket.full(Rate(2.0, 5.0).kept, 0.0)
    assert bucket.delay(0.0, 3.0) == 0
    bucket.draw(0.0)
    bucket.draw(0.0)
    assert bucket.delay(0.0, 3.0) == pytest.approx(0.5 * TOKEN)
    assert Bucket.full(Rate(2.0, 1.0).kept, 0.0).delay(0.0, 3.0) == 0


def test_full_until_drawn_from() -> None:
    """A bucket that nobody has drawn from lately is full, and is full again once it was refilled."""
    bucket = Bucket.full(Rate(2.0, 5.0), 0.0)
    assert bucket.is_full(0.0)
    bucket.draw(0.0)
    assert (bucket.is_full(0.4), bucket.is_full(0.5)) == (False, True)
