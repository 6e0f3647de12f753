"""What the processes of a machine tell each other of moves."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted import AtOnce, ScriptedClock

from acgr_connect.scheduling.poll_schedule import MOMENT, WATCH_EVERY, PollSchedule
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_moves import DARK_FOR, KNOWN_FOR, WATCHED_FOR, Moves, SharedMoves
from acgr_connect.scheduling.shared_state import FileStore
from acgr_connect.scheduling.token_bucket import Rate

RATE = Rate(2.0, 5.0)


@pytest.fixture
def processes(tmp_path: Path, clock: ScriptedClock) -> list[FileStore]:
    """The stores of two processes with one file."""
    return [FileStore(tmp_path / "rate", RATE, "shared", clock, worker=AtOnce) for _ in range(2)]


def test_one_process_watches(processes: list[FileStore], clock: ScriptedClock) -> None:
    """While one process watches its first number, another one does not: not before the first has let go."""
    watcher, other = (PollSchedule(clock, store) for store in processes)
    with watcher.in_flight() as first, other.in_flight() as second:
        assert first.pause() == pytest.approx(WATCH_EVERY)
        second.pause()
        assert clock.now() == pytest.approx(WATCH_EVERY + WATCHED_FOR)


def test_a_watcher_that_is_gone_is_followed(processes: list[FileStore], clock: ScriptedClock) -> None:
    """A process that was killed while it watched keeps the others from it for seconds, not for ever."""
    killed, other = (PollSchedule(clock, store) for store in processes)
    with killed.in_flight() as first:
        first.pause()
    clock.sleep(WATCHED_FOR)
    with other.in_flight() as second:
        assert [second.pause() for _ in range(2)] == pytest.approx([WATCH_EVERY] * 2)


def test_what_a_claim_took_is_known_to_all(processes: list[FileStore], clock: ScriptedClock) -> None:
    """Once a number of one process has arrived, those of the others are looked at when they are due."""
    one, other = (PollSchedule(clock, store) for store in processes)
    with one.in_flight() as first:
        clock.sleep(5.0)
        first.arrived()
    with other.in_flight() as second:
        assert second.pause() == pytest.approx(5.0 + MOMENT)


def test_a_long_claim_of_another_process_is_doubted(processes: list[FileStore], clock: ScriptedClock) -> None:
    """What took minutes elsewhere is no reason to leave a number dark for as long: its own process watches it."""
    one, other = (PollSchedule(clock, store) for store in processes)
    with one.in_flight() as first:
        clock.sleep(300.0)
        first.arrived()
    with other.in_flight() as second:
        assert second.pause() == pytest.approx(WATCH_EVERY)


def test_old_knowledge_is_none(processes: list[FileStore], clock: ScriptedClock) -> None:
    """What a claim took earlier today is found out anew."""
    one, other = (PollSchedule(clock, store) for store in processes)
    with one.in_flight() as first:
        clock.sleep(5.0)
        first.arrived()
    clock.sleep(KNOWN_FOR)
    with other.in_flight() as second:
        assert second.pause() == pytest.approx(WATCH_EVERY)


def test_tokens_are_kept_back_for_another_processs_darkness(processes: list[FileStore], clock: ScriptedClock) -> None:
    """A process whose numbers all answer leaves to another one what ends its darkness."""
    dark, bright = (RateLimiter(clock, store) for store in processes)
    with dark.darkness():
        for _ in range(4):
            dark.acquire("DescribePhoneNumber", Purpose.LOOK)
        with processes[1].open() as state:
            assert state.delay("UpdatePhoneNumber", Purpose.START, clock.now(), 0) > 1.0
            assert state.delay("AssociatePhoneNumberContactFlow", Purpose.RESTORE, clock.now(), 0) < 1.0
    clock.sleep(DARK_FOR)
    bright.acquire("UpdatePhoneNumber", Purpose.START)
    with processes[1].open() as state:
        assert not state.moves.are_dark(clock.now())


def test_darkness_is_told_now_and_then() -> None:
    """Not every call writes it anew."""
    moves = SharedMoves()
    told = set()
    for tenth in range(30):
        moves.darken(100.0 + tenth / 10)
        told.add(moves.own.dark_until)
    assert len(told) == 3


def test_of_two_who_watch_one_gives_way() -> None:
    """Two processes that began to watch at the same moment do not both stop, nor both go on."""
    both = {"a": SharedMoves("a"), "b": SharedMoves("b")}
    assert all(moves.may_watch(1.0) for moves in both.values())
    both["a"].others["b"], both["b"].others["a"] = both["b"].own, both["a"].own
    assert [moves.may_watch(2.0) for moves in both.values()] == [True, False]


def test_the_newest_claim_counts() -> None:
    """Of several processes the one that saw a claim last is believed."""
    moves = SharedMoves("a", others={"b": Moves(claim=4.0, claim_at=10.0), "c": Moves(claim=6.0, claim_at=20.0)})
    assert moves.expected(21.0) == 6.0
    moves.arrived(5.0, 30.0)
    assert moves.expected(31.0) == 5.0
