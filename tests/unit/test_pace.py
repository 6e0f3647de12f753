"""The request rate: never faster than allowed, and in the order of what the calls are for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from queue import Queue
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import PATIENCE, HeldClock, ScriptedClock

from acgr_connect.pace import Bucket, Pace, Purpose, Rate, Ticket, next_ticket

TOKEN = 1 / (2.0 * 0.99)
"""Seconds in which a token comes, at 2 a second less the margin."""
START = 4.5
"""Tokens at the start: the burst of 5 less half a token."""

rates = st.builds(Rate, per_second=st.floats(0.1, 100), burst=st.floats(0.1, 50))
pauses = st.lists(st.floats(0, 20), min_size=1, max_size=60)


def _most_in_any_window(granted: Sequence[float], rate: Rate) -> None:
    """No window, from any grant to any later one, holds more than burst + rate x length."""
    for (i, begin), (j, end) in combinations(enumerate(granted), 2):
        assert j - i + 1 <= max(1.0, rate.burst) + rate.per_second * (end - begin) + 1e-6


@given(rates, pauses)
@settings(deadline=None)
def test_bucket_never_exceeds_the_rate(rate: Rate, pauses: list[float]) -> None:
    """However calls arrive, no window holds more grants than burst + rate x time."""
    bucket, now, granted = Bucket.full(rate, 0.0), 0.0, []
    for pause in pauses:
        now += pause
        while (delay := bucket.delay(now)) > 1e-9:
            now += delay
        bucket.draw(now)
        granted.append(now)
    _most_in_any_window(granted, rate)


@given(rates, pauses)
@settings(deadline=None)
def test_bucket_tells_the_shortest_delay(rate: Rate, pauses: list[float]) -> None:
    """After the delay that it tells a token is there, and well before it none is: nobody waits for nothing."""
    bucket, now = Bucket.full(rate, 0.0), 0.0
    for pause in pauses:
        now += pause
        if (delay := bucket.delay(now)) > 1e-6:
            assert bucket.delay(now + delay / 2) > 0
            now += delay
        assert bucket.delay(now) < 1e-9
        bucket.draw(now)


def test_bucket_keeps_a_margin() -> None:
    """Half a token of the burst and a hundredth of the rate are left unused."""
    bucket = Bucket.full(Rate(2.0, 5.0), 0.0)
    for _ in range(4):
        assert bucket.delay(0.0) == 0
        bucket.draw(0.0)
    assert bucket.delay(0.0) == pytest.approx(0.5 * TOKEN)


@pytest.mark.parametrize("burst", [0.1, 1.0, 1.5])
def test_bucket_of_a_small_burst_still_gives_one(burst: float) -> None:
    """Whatever the margin, a full bucket holds one token, so that every call is made in the end."""
    bucket = Bucket.full(Rate(2.0, burst), 0.0)
    assert bucket.delay(0.0) == 0
    bucket.draw(0.0)
    assert bucket.delay(0.0) == pytest.approx(TOKEN)
    assert bucket.delay(3600.0) == 0


def test_bucket_does_not_overflow_or_run_backwards() -> None:
    """Time without calls fills it to the burst and no further; a clock that stands back adds nothing."""
    bucket = Bucket.full(Rate(2.0, 5.0), 100.0)
    for _ in range(4):
        bucket.draw(10_000.0)
    assert bucket.delay(10_000.0) > 0
    assert bucket.delay(9_000.0) == pytest.approx(0.5 * TOKEN)


def test_drained_bucket() -> None:
    """A throttled answer empties it, and what it owed already stays owed."""
    bucket = Bucket.full(Rate(2.0, 5.0), 0.0)
    bucket.drain(0.0)
    assert bucket.delay(0.0) == pytest.approx(TOKEN)
    bucket.level = -3.0
    bucket.drain(0.0)
    assert bucket.delay(0.0) == pytest.approx(4 * TOKEN)


LIGHT, LOOK, CHECK, MOVE, AGENT, REFRESH = Purpose


@pytest.mark.parametrize(
    ("waiting", "since_agents", "turn"),
    [
        ([AGENT], 0, 1),
        ([MOVE, MOVE, MOVE], 0, 1),
        ([REFRESH, AGENT, MOVE, CHECK, LOOK, LIGHT], 0, 6),
        ([REFRESH, AGENT, MOVE, CHECK, LOOK], 0, 5),
        ([REFRESH, AGENT, MOVE, CHECK], 0, 4),
        ([REFRESH, AGENT, MOVE], 0, 3),
        ([REFRESH, AGENT], 0, 2),
        ([AGENT, LIGHT], 8, 2),
        ([AGENT, LIGHT], 9, 1),
        ([LIGHT, AGENT, AGENT], 9, 2),
        ([LIGHT, LOOK], 9, 1),
        ([REFRESH, MOVE], 1000, 2),
    ],
)
def test_whose_turn(waiting: list[Purpose], since_agents: int, turn: int) -> None:
    """By purpose, then by arrival; after nine others, an agent."""
    queue = [Ticket(purpose, number) for number, purpose in enumerate(waiting, 1)]
    assert next_ticket(queue, since_agents).number == turn


def test_pace_over_a_minute(clock: ScriptedClock) -> None:
    """In a simulated minute no more calls go out than burst + 2 a second, and hardly fewer."""
    pace, granted = Pace(clock, Rate(2.0, 5.0)), []
    while True:
        pace.take(MOVE)
        if clock.now() > 60.0:
            break
        granted.append(clock.now())
    _most_in_any_window(granted, Rate(2.0, 5.0))
    assert len(granted) == int(START + 60.0 / TOKEN)


def test_default_rate(clock: ScriptedClock) -> None:
    """What Connect documents is the default: 2 requests a second, burst 5."""
    pace = Pace(clock)
    for _ in range(5):
        pace.take(MOVE)
    assert clock.now() == pytest.approx(0.5 * TOKEN)


def test_refused_answer_drains(clock: ScriptedClock) -> None:
    """After a throttled answer the next call waits for a whole token, whatever the bucket held."""
    pace = Pace(clock)
    pace.take(MOVE)
    assert clock.now() == 0.0
    pace.refused()
    pace.take(MOVE)
    assert clock.now() == pytest.approx(TOKEN)


def test_many_threads_against_a_burst(clock: ScriptedClock) -> None:
    """64 threads at once: every one gets its token, and together they take as long as the rate says."""
    pace, done = Pace(clock, Rate(2.0, 5.0)), Queue[int]()

    def call(n: int) -> None:
        pace.take(Purpose(n % len(Purpose)))
        done.put(n)

    _finished([Thread(target=call, args=(n,), daemon=True) for n in range(64)])
    assert sorted(done.queue) == list(range(64))
    assert clock.now() == pytest.approx((64 - START) * TOKEN)


def _finished(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread never got its token"


def _order(arriving: list[Purpose], clock: HeldClock) -> list[tuple[Purpose, int]]:
    """The order in which tokens go to calls that all wait, one token at a time."""
    pace, granted = Pace(clock, Rate(1 / 0.99, 1.0)), Queue[tuple[Purpose, int]]()
    pace.take(REFRESH)

    def call(purpose: Purpose, n: int) -> None:
        pace.take(purpose)
        granted.put((purpose, n))

    threads = [Thread(target=call, args=(purpose, n), daemon=True) for n, purpose in enumerate(arriving)]
    order = []
    for n, thread in enumerate(threads, 1):
        thread.start()
        clock.until_parked(n)
    for _ in threads:
        clock.advance(1.0 + 1e-9)
        order.append(granted.get(timeout=PATIENCE))
    for thread in threads:
        thread.join(PATIENCE)
    return order


def test_threads_are_served_by_purpose_then_arrival() -> None:
    """What ends a darkness overtakes everything that waits, and equals are served as they came."""
    arriving = [REFRESH, AGENT, MOVE, MOVE, CHECK, LOOK, LIGHT, AGENT, LIGHT]
    order = _order(arriving, HeldClock())
    assert [n for _, n in order] == [6, 8, 5, 4, 2, 3, 1, 7, 0]


def test_agents_get_one_token_in_ten() -> None:
    """A long list of moves never stops the agents: of every ten tokens one is theirs."""
    order = _order([AGENT, AGENT, AGENT, *[MOVE] * 27], HeldClock())
    agents = [place for place, (purpose, _) in enumerate(order, 1) if purpose is AGENT]
    assert agents[:2] == [9, 19]  # the token before the queue formed was another's
    assert len(agents) == 3
