"""The request rate: never faster than allowed, and in the order of what the calls are for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from queue import Queue
from threading import Thread

import pytest
from scripted import PATIENCE, HeldClock, ScriptedClock

from acgr_connect.model.errors import WaitTimeout
from acgr_connect.model.operation import Deadline
from acgr_connect.scheduling.priority import Purpose, QueuedRequest, next_request
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_state import MemoryStore
from acgr_connect.scheduling.token_bucket import Rate

TOKEN = 1 / (2.0 * 0.99)
"""Seconds in which a token comes, at 2 a second less the margin."""
FULL = 4.5
"""Tokens at the start: the burst of 5 less half a token."""


def _most_in_any_window(granted: Sequence[float], rate: Rate) -> None:
    """No window, from any grant to any later one, holds more than burst + rate x length."""
    for (i, begin), (j, end) in combinations(enumerate(granted), 2):
        assert j - i + 1 <= max(1.0, rate.burst) + rate.per_second * (end - begin) + 1e-6


def _limiter(clock: ScriptedClock, rate: Rate | None = None) -> RateLimiter:
    """A limiter whose operations share one bucket."""
    return RateLimiter(clock, MemoryStore(rate or Rate(), "shared", clock))


RESTORE, LOOK, CHECK, MOVE, START, AGENT, REFRESH = Purpose


@pytest.mark.parametrize(
    ("waiting", "since_agents", "turn"),
    [
        ([AGENT], 0, 1),
        ([MOVE, MOVE, MOVE], 0, 1),
        ([REFRESH, AGENT, MOVE, CHECK, LOOK, RESTORE], 0, 6),
        ([REFRESH, AGENT, MOVE, CHECK, LOOK], 0, 5),
        ([REFRESH, AGENT, MOVE, CHECK], 0, 4),
        ([REFRESH, AGENT, MOVE], 0, 3),
        ([REFRESH, AGENT], 0, 2),
        ([AGENT, RESTORE], 8, 2),
        ([AGENT, RESTORE], 9, 1),
        ([RESTORE, AGENT, AGENT], 9, 2),
        ([RESTORE, LOOK], 9, 1),
        ([REFRESH, MOVE], 1000, 2),
    ],
)
def test_whose_turn(waiting: list[Purpose], since_agents: int, turn: int) -> None:
    """By purpose, then by arrival; after nine others, an agent."""
    queue = [QueuedRequest("Operation", purpose, number) for number, purpose in enumerate(waiting, 1)]
    chosen, _ = next_request(queue, since_agents, lambda _: 0.0)
    assert chosen is not None
    assert chosen.number == turn


def test_nobodys_turn() -> None:
    """Where no call may go out, the shortest wait is told; one that may go out overtakes what may not."""
    queue = [QueuedRequest("A", RESTORE, 1), QueuedRequest("B", AGENT, 2), QueuedRequest("C", REFRESH, 3)]
    assert next_request(queue, 0, lambda t: float(4 - t.number)) == (None, 1.0)
    assert next_request(queue, 0, lambda t: 0.0 if t is queue[2] else 1.0) == (queue[2], 0.0)


def test_pace_over_a_minute(clock: ScriptedClock) -> None:
    """In a simulated minute no more calls go out than burst + 2 a second, and hardly fewer."""
    limiter, granted = _limiter(clock, Rate(2.0, 5.0)), []
    while True:
        limiter.acquire("Operation", MOVE)
        if clock.now() > 60.0:
            break
        granted.append(clock.now())
    _most_in_any_window(granted, Rate(2.0, 5.0))
    assert len(granted) == int(FULL + 60.0 / TOKEN)


def test_default_rate(clock: ScriptedClock) -> None:
    """What Connect documents is the default: 2 requests a second, burst 5."""
    limiter = _limiter(clock)
    for _ in range(5):
        limiter.acquire("Operation", MOVE)
    assert clock.now() == pytest.approx(0.5 * TOKEN)


def test_refused_answer_drains(clock: ScriptedClock) -> None:
    """After a throttled answer the next call waits for a whole token and some more, whatever the bucket held."""
    limiter = _limiter(clock)
    limiter.acquire("Operation", MOVE)
    assert clock.now() == 0.0
    limiter.refused("Operation", MOVE)
    limiter.acquire("Operation", MOVE)
    assert TOKEN <= clock.now() <= 2 * TOKEN


def test_many_threads_against_a_burst(clock: ScriptedClock) -> None:
    """64 threads at once: every one gets its token, and together they take as long as the rate says."""
    limiter, done = _limiter(clock, Rate(2.0, 5.0)), Queue[int]()

    def call(n: int) -> None:
        limiter.acquire("Operation", Purpose(n % len(Purpose)))
        done.put(n)

    _finished([Thread(target=call, args=(n,), daemon=True) for n in range(64)])
    assert sorted(done.queue) == list(range(64))
    assert clock.now() == pytest.approx((64 - FULL) * TOKEN)


def _finished(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread never got its token"


def _order(arriving: list[Purpose], clock: HeldClock) -> list[tuple[Purpose, int]]:
    """The order in which tokens go to calls that all wait, one token at a time."""
    limiter, granted = _limiter(clock, Rate(1 / 0.99, 1.0)), Queue[tuple[Purpose, int]]()
    limiter.acquire("Operation", REFRESH)

    def call(purpose: Purpose, n: int) -> None:
        limiter.acquire("Operation", purpose)
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
    arriving = [REFRESH, AGENT, MOVE, MOVE, CHECK, LOOK, RESTORE, AGENT, RESTORE]
    order = _order(arriving, HeldClock())
    assert [n for _, n in order] == [6, 8, 5, 4, 2, 3, 1, 7, 0]


def test_agents_get_one_token_in_ten() -> None:
    """A long list of moves never stops the agents: of every ten tokens one is theirs."""
    order = _order([AGENT, AGENT, AGENT, *[MOVE] * 27], HeldClock())
    agents = [place for place, (purpose, _) in enumerate(order, 1) if purpose is AGENT]
    assert agents[:2] == [9, 19]  # the token before the queue formed was another's
    assert len(agents) == 3


@pytest.mark.parametrize("purpose", [START, AGENT])
def test_nothing_begins_after_the_deadline(purpose: Purpose, clock: ScriptedClock) -> None:
    """What would begin something waits in the queue until its deadline and no longer; it takes no token with it."""
    limiter = _limiter(clock, Rate(1 / 0.99 / 100.0, 1.0))
    limiter.acquire("Operation", MOVE)
    with pytest.raises(WaitTimeout, match="the deadline passed while Operation was queued for the request rate"):
        limiter.acquire("Operation", purpose, Deadline.after(10.0, clock))
    assert clock.now() == pytest.approx(10.0, abs=0.01)
    assert limiter.acquire("Operation", MOVE) == pytest.approx(90.0, abs=0.1)


@pytest.mark.parametrize("purpose", [RESTORE, LOOK, CHECK, MOVE, REFRESH])
def test_what_ends_a_darkness_has_no_deadline(purpose: Purpose, clock: ScriptedClock) -> None:
    """Flows, looks and reads go out whenever it is their turn: a number that is dark is not given up in a queue."""
    limiter = _limiter(clock, Rate(1 / 0.99 / 100.0, 1.0))
    limiter.acquire("Operation", MOVE)
    assert limiter.acquire("Operation", purpose, Deadline.after(10.0, clock)) == pytest.approx(100.0, abs=0.1)


def test_a_deadline_passes_while_another_thread_leads() -> None:
    """Whoever sleeps until the next turn wakes for the deadlines of the others, too."""
    clock, ended = HeldClock(), Queue[str]()
    limiter = RateLimiter(clock, MemoryStore(Rate(1 / 0.99 / 100.0, 1.0), "shared", clock))
    limiter.acquire("Operation", MOVE)

    def begin() -> None:
        try:
            limiter.acquire("Operation", START, Deadline.after(10.0, clock))
        except WaitTimeout:
            ended.put("late")

    leader = Thread(target=lambda: ended.put(f"{limiter.acquire('Operation', MOVE):.0f}"), daemon=True)
    leader.start()
    clock.until_parked(1)
    follower = Thread(target=begin, daemon=True)
    follower.start()
    clock.until_parked(2)
    clock.advance(10.01)
    assert ended.get(timeout=PATIENCE) == "late"
    clock.until_parked(1)
    clock.advance(90.0)
    assert ended.get(timeout=PATIENCE) == "100"


def test_no_number_moves_while_another_is_dark_and_nothing_answers(clock: ScriptedClock) -> None:
    """What keeps one number dark would keep the next one dark too; looks go out, and the first answer ends it."""
    limiter = _limiter(clock)
    limiter.unanswered()
    limiter.acquire("UpdatePhoneNumber", START)  # nothing is dark: somebody has to find out
    with limiter.darkness():
        limiter.acquire("DescribePhoneNumber", LOOK)
        with pytest.raises(WaitTimeout):
            limiter.acquire("UpdatePhoneNumber", START, Deadline.after(60.0, clock))
        limiter.heard()
        limiter.acquire("UpdatePhoneNumber", START, Deadline.after(60.0, clock))
