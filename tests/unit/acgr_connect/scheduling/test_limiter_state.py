"""What is left of the rate, and how its scope is learned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedClock

from acgr_connect.scheduling.limiter_state import REMEMBERED, LimiterState, Scope, dumped, loaded
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_state import FileStore, MemoryStore
from acgr_connect.scheduling.token_bucket import Rate

RATE = Rate(2.0, 5.0)
READS = [f"List{n}" for n in range(9)]


def fresh(declared: Scope = "auto") -> LimiterState:
    """Nobody has called."""
    return LimiterState.fresh(RATE, declared, 0.0)


def send(state: LimiterState, operation: str, purpose: Purpose, now: float, *, dark: int = 0) -> float:
    """Make one accepted call as soon as the state allows; when it went out."""
    now += state.delay(operation, purpose, now, dark)
    state.draw(operation, purpose, now)
    state.answered(now)
    return now


def test_first_reads_go_out_together() -> None:
    """While the scope is not known and nothing is dark, reads of different operations do not wait for each other."""
    state = fresh()
    assert [state.delay(read, Purpose.CHECK, 0.0, 0) for read in READS] == [0.0] * 9


def test_further_pages_keep_to_a_shared_bucket() -> None:
    """Only an operation's first call tells the scopes apart: its second page waits until a shared bucket holds it."""
    state = fresh()
    for read in READS[:4]:
        send(state, read, Purpose.CHECK, 0.0)
    assert state.delay(READS[0], Purpose.CHECK, 0.0, 0) > 0.0
    assert state.delay(READS[4], Purpose.CHECK, 0.0, 0) == 0.0


def test_more_answers_than_one_bucket_holds_prove_one_each() -> None:
    """Nine accepted reads at once are more than a shared burst of five: each operation has its own bucket."""
    state = fresh()
    for read in READS[:5]:
        send(state, read, Purpose.CHECK, 0.0)
    assert state.scope(0.0) == "auto"
    for read in READS[5:]:
        send(state, read, Purpose.CHECK, 0.1)
    assert state.scope(0.1) == "per-operation"
    assert state.delay("UpdatePhoneNumber", Purpose.START, 0.1, 0) == 0.0


def test_an_unexplained_refusal_proves_a_shared_bucket() -> None:
    """A throttled answer to an operation's first call means that others draw from its bucket."""
    state = fresh()
    for read in READS[:5]:
        send(state, read, Purpose.CHECK, 0.0)
    state.draw(READS[5], Purpose.CHECK, 0.0)
    state.refused(READS[5], 0.0)
    assert state.scope(0.0) == "shared"


def test_a_refusal_overturns_what_was_learned() -> None:
    """Per operation was learned; a refusal that it cannot explain makes it shared from then on."""
    state = fresh()
    for read in READS:
        send(state, read, Purpose.CHECK, 0.0)
    state.draw("ListUsers", Purpose.CHECK, 10.0)
    state.refused("ListUsers", 10.0)
    assert state.scope(10.0) == "shared"


@pytest.mark.parametrize("declared", ["shared", "per-operation"])
def test_what_is_declared_is_not_learned(declared: Scope) -> None:
    """A scope from the stack's configuration stands whatever the answers are."""
    state = fresh(declared)
    for read in READS:
        send(state, read, Purpose.CHECK, 0.0)
    state.refused("ListUsers", 0.0)
    assert state.scope(0.0) == declared


def test_in_doubt_writes_keep_to_a_shared_bucket() -> None:
    """Until the scope is known a move starts only when a shared bucket would allow it."""
    state = fresh()
    for read in READS[:5]:
        send(state, read, Purpose.CHECK, 0.0)
    assert state.delay("UpdatePhoneNumber", Purpose.START, 0.0, 0) > 0


def test_learned_for_a_day() -> None:
    """What was learned is asked anew after a day."""
    state = fresh()
    for read in READS:
        send(state, read, Purpose.CHECK, 0.0)
    assert state.scope(REMEMBERED - 1) == "per-operation"
    assert state.scope(REMEMBERED + 1) == "auto"


def test_moves_start_no_faster_than_they_can_end() -> None:
    """In a shared bucket a move starts every 1.6 seconds: it costs three requests and a little more."""
    state = fresh("shared")
    first = send(state, "UpdatePhoneNumber", Purpose.START, 0.0)
    second = send(state, "UpdatePhoneNumber", Purpose.START, first)
    assert second - first == pytest.approx(1.6)


def test_tokens_are_kept_back_while_a_number_is_dark() -> None:
    """Two tokens are for what ends a darkness; agents wait although there are some."""
    state = fresh("shared")
    for _ in range(3):
        state.draw("ListUsers", Purpose.CHECK, 0.0)
    agent, light = ("Associate", Purpose.AGENT), ("AssociatePhoneNumberContactFlow", Purpose.RESTORE)
    assert state.delay(*agent, 0.0, 0) == 0.0
    assert state.delay(*agent, 0.0, 1) > 0.0
    assert state.delay(*light, 0.0, 1) == 0.0


@given(st.lists(st.sampled_from(list(Purpose)), max_size=80), st.sampled_from(["shared", "auto"]))
def test_a_shared_rate_is_never_exceeded(purposes: list[Purpose], scope: Scope) -> None:
    """Whatever is asked, once the scope is shared no window holds more calls than burst and rate allow."""
    state, now, sent = fresh(scope), 0.0, []
    state.refused("first", 0.0)
    for purpose, read in zip(purposes, cycle(READS)):
        now = send(state, read, purpose, now)
        sent.append(now)
    assert state.scope(now) == "shared"
    for first, begin in enumerate(sent):
        for last, end in enumerate(sent[first:], first):
            assert last - first + 1 <= RATE.burst + RATE.per_second * (end - begin) + 1e-6


def test_kept_between_processes(tmp_path: Path, clock: ScriptedClock) -> None:
    """Two processes on one file have one budget, and what one learns the other knows."""
    first, second = (FileStore(tmp_path / "rate.json", RATE, "auto", clock) for _ in range(2))
    limiters = cycle([RateLimiter(clock, first), RateLimiter(clock, second)])
    for _ in range(40):
        next(limiters).acquire("AssociateTrafficDistributionGroupUser", Purpose.AGENT)
    assert clock.now() >= (40 - RATE.burst) / RATE.per_second
    RateLimiter(clock, first).refused("ListUsers")
    with second.open() as state:
        assert state.scope(clock.now()) == "shared"


@pytest.mark.parametrize("left", ["", "{", "[]", '{"shared": 3}'])
def test_a_broken_file_is_a_fresh_one(tmp_path: Path, clock: ScriptedClock, left: str) -> None:
    """What a dying process left half-written is no obstacle."""
    path = tmp_path / "rate.json"
    path.write_text(left)
    with FileStore(path, RATE, "auto", clock).open() as state:
        assert state.shared.level == RATE.kept.burst


def test_no_file_no_sharing(tmp_path: Path, clock: ScriptedClock) -> None:
    """Where the folder cannot be made, a process keeps account for itself."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    store = FileStore(blocked / "rate.json", RATE, "auto", clock)
    for _ in range(2):
        with store.open() as state:
            state.draw("ListUsers", Purpose.CHECK, 0.0)
    with store.open() as state:
        assert state.shared.level == RATE.kept.burst - 2


def test_a_ledger_from_before_the_machine_was_started_is_fresh() -> None:
    """Moments count from the machine's start: a file from before is from the future."""
    old = LimiterState.fresh(RATE, "auto", 5_000.0)
    old.draw("ListUsers", Purpose.CHECK, 5_000.0)
    assert loaded(dumped(old), RATE, "auto", 10.0).own == {}


def test_dumped_is_plain_and_complete() -> None:
    """What is written is what is read."""
    state = fresh()
    for read in READS:
        send(state, read, Purpose.CHECK, 1.0)
    send(state, "UpdatePhoneNumber", Purpose.START, 2.0)
    assert loaded(json.loads(json.dumps(dumped(state))), RATE, "auto", 3.0) == state


class Crowd(MemoryStore):
    """A store that counts how often it is asked."""

    def __init__(self, clock: ScriptedClock) -> None:
        super().__init__(RATE, "shared", clock)
        self.asked = 0

    @contextmanager
    def open(self) -> Iterator[LimiterState]:
        """The state."""
        self.asked += 1
        with super().open() as state:
            yield state


def test_the_ledger_is_opened_a_few_times_a_call(clock: ScriptedClock) -> None:
    """A call opens the state to take its turn and to note its answer, not in a loop."""
    store = Crowd(clock)
    limiter = RateLimiter(clock, store)
    for _ in range(20):
        limiter.acquire("ListUsers", Purpose.CHECK)
        limiter.answered()
    assert store.asked <= 3 * 20
