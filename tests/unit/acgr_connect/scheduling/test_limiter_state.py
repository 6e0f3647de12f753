"""What is left of the rate, and how its scope is learned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedClock

from acgr_connect.scheduling.limiter_state import HELD_BACK, HELD_BACK_DARK, REMEMBERED, LimiterState
from acgr_connect.scheduling.notice import Notice, Scope
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_moves import Moves
from acgr_connect.scheduling.shared_state import MemoryStore
from acgr_connect.scheduling.token_bucket import Rate

RATE = Rate(2.0, 5.0)
READS = [f"List{n}" for n in range(9)]
READING = {Purpose.CHECK, Purpose.MOVE, Purpose.REFRESH}


def fresh(declared: Scope = "auto") -> LimiterState:
    """Nobody has called."""
    return LimiterState.fresh(RATE, declared, 0.0)


def send(state: LimiterState, operation: str, purpose: Purpose, now: float, *, dark: int = 0) -> float:
    """Make one accepted call as soon as the state allows; when it went out."""
    now += state.delay(operation, purpose, now, dark)
    state.draw(operation, purpose, now)
    state.answered(operation, now)
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
    state.refused(READS[5], Purpose.CHECK, 0.0)
    assert state.scope(0.0) == "shared"


def test_what_was_tried_and_refused_is_not_owed() -> None:
    """Nine reads went out, five were accepted: once that is known the next token is waited for, not those of four."""
    state = fresh()
    for read in READS:
        state.draw(read, Purpose.CHECK, 0.0)
    for read in READS[5:]:
        state.refused(read, Purpose.CHECK, 0.05)
    assert state.share(0.05) == 1.0
    assert state.delay("ListUsers", Purpose.CHECK, 0.05, 0) <= 1.0


def test_what_was_proved_is_not_doubted_for_a_refusal() -> None:
    """This process has seen that each operation has its bucket: a refusal means that others call that operation."""
    state = fresh()
    for read in READS:
        send(state, read, Purpose.CHECK, 0.0)
    state.draw("ListUsers", Purpose.CHECK, 10.0)
    state.refused("ListUsers", Purpose.CHECK, 10.0)
    assert state.scope(10.0) == "per-operation"
    assert state.delay("ListUsers", Purpose.CHECK, 10.0, 0) > 0.0
    assert state.delay("ListContactFlows", Purpose.CHECK, 10.0, 0) == 0.0


@pytest.mark.parametrize("declared", ["shared", "per-operation"])
def test_what_is_declared_is_not_learned(declared: Scope) -> None:
    """A scope from the stack's configuration stands whatever the answers are."""
    state = fresh(declared)
    for read in READS:
        send(state, read, Purpose.CHECK, 0.0)
    state.refused("ListUsers", Purpose.CHECK, 0.0)
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
    state.refused("first", Purpose.CHECK, 0.0)
    for purpose, read in zip(purposes, cycle(READS)):
        now = send(state, read, purpose, now)
        sent.append(now)
    assert state.scope(now) == "shared"
    for first, begin in enumerate(sent):
        for last, end in enumerate(sent[first:], first):
            assert last - first + 1 <= RATE.burst + RATE.per_second * (end - begin) + 1e-6


def said(at: float, **facts: Any) -> Notice:
    """What another process says: nothing but what the test is about."""
    plain: dict[str, Any] = {"who": "other", "drawn": {}, "shared": (RATE.kept.burst, at), "own": {}}
    return Notice(**{**plain, **facts, "at": at})


def test_what_others_draw_is_counted() -> None:
    """A new process begins with what the others have left, and counts what they draw from then on."""
    state = fresh("shared")
    state.hear(said(0.0, shared=(1.0, 0.0), drawn={"ListUsers": 7}), 0.0)
    assert state.delay("ListUsers", Purpose.CHECK, 0.0, 0) == 0.0
    state.hear(said(0.1, drawn={"ListUsers": 9}), 0.1)
    assert state.delay("ListUsers", Purpose.CHECK, 0.1, 0) > 0.5


def test_of_one_who_was_not_heard_for_long_the_level_counts() -> None:
    """Whoever did not listen for a minute does not subtract the calls of a minute: they are long made good."""
    state = fresh("shared")
    state.hear(said(0.0, drawn={"ListUsers": 1}), 0.0)
    state.hear(said(60.0, drawn={"ListUsers": 121}, shared=(3.0, 60.0)), 60.0)
    assert state.delay("ListUsers", Purpose.CHECK, 60.0, 0) == 0.0


def test_what_others_have_learned_is_believed_until_it_is_refused() -> None:
    """That each operation has its own bucket is believed of others, until a call is refused that is against it."""
    state, hinted = fresh(), fresh()
    state.hear(said(0.0, learned=("shared", 0.0)), 0.0)
    hinted.hear(said(0.0, learned=("per-operation", 0.0)), 0.0)
    for each in (state, hinted):
        for _ in range(4):
            each.draw("ListUsers", Purpose.CHECK, 0.0)
            each.draw("UpdatePhoneNumber", Purpose.START, 0.0)
    assert state.delay("ListContactFlows", Purpose.CHECK, 0.0, 0) > 0.0
    assert hinted.delay("ListContactFlows", Purpose.CHECK, 0.0, 0) == 0.0
    assert hinted.delay("AssociateUser", Purpose.AGENT, 0.0, 0) == 0.0
    hinted.refused("AssociateUser", Purpose.AGENT, 0.0)
    assert hinted.scope(0.0) != "per-operation"
    assert hinted.delay("DescribeUser", Purpose.AGENT, 0.0, 0) > 0.0
    assert hinted.delay("ListContactFlows", Purpose.CHECK, 0.0, 1) > 0.0
    assert (state.scope(0.0), hinted.scope(0.0)) == ("shared", "auto")


def test_a_refusal_overturns_what_others_have_learned() -> None:
    """Another process has learned "per operation": one refused read, and this one goes by a shared bucket."""
    state = fresh()
    state.hear(said(0.0, learned=("per-operation", 0.0)), 0.0)
    state.draw("ListUsers", Purpose.CHECK, 10.0)
    state.refused("ListUsers", Purpose.CHECK, 10.0)
    assert state.scope(10.0) == "shared"


def test_what_this_process_has_seen_counts_more() -> None:
    """It has proved that each operation has its own bucket: that another one concludes otherwise changes nothing."""
    state = fresh()
    for read in READS:
        send(state, read, Purpose.CHECK, 0.0)
    state.hear(said(1.0, learned=("shared", 1.0)), 1.0)
    assert state.scope(1.0) == "per-operation"


@pytest.mark.parametrize(("others_at_work", "learned"), [(False, "shared"), (True, "auto")])
def test_a_doubtful_conclusion_is_not_drawn(others_at_work: bool, learned: Scope) -> None:
    """A refusal while others of the machine call may be their doing: the next try waits, and nothing is learned."""
    state = fresh()
    state.hear(said(5.0 if others_at_work else 0.0), 5.0)
    state.draw("ListUsers", Purpose.CHECK, 5.0)
    state.refused("ListUsers", Purpose.CHECK, 5.0)
    assert state.scope(5.0) == learned
    assert state.delay("ListUsers", Purpose.CHECK, 5.0, 0) > 0.0


def test_a_refusal_that_others_explain_teaches_nothing() -> None:
    """Two processes drew the last token of an operation at once: that says nothing of the scope, nor of strangers."""
    state = fresh()
    for at in (0.0, 0.1):
        state.hear(said(at, drawn={"ListUsers": 50 * at}, own={"ListUsers": (1.0, at)}), at)
    state.draw("ListUsers", Purpose.CHECK, 0.1)
    state.refused("ListUsers", Purpose.CHECK, 0.1)
    assert state.scope(0.1) == "auto"
    assert state.share(0.1) == 1.0


def test_what_another_one_was_refused_is_not_counted() -> None:
    """A call of another process that was refused has spent nothing: its token is there for this one."""
    state = fresh("shared")
    state.hear(said(0.0, shared=(1.0, 0.0), drawn={"ListUsers": 7}), 0.0)
    state.hear(said(0.1, drawn={"ListUsers": 9}), 0.1)
    state.hear(said(0.2, drawn={"ListUsers": 7}), 0.2)
    assert state.delay("ListUsers", Purpose.CHECK, 0.2, 0) == 0.0


def test_others_hold_nothing_back_for_ever() -> None:
    """Whatever others say, again and again: a call goes out after half a minute, what ends a darkness much sooner."""
    for purpose, longest in ((Purpose.AGENT, HELD_BACK), (Purpose.RESTORE, HELD_BACK_DARK)):
        state, now, calls = fresh("shared"), 0.0, 0
        while state.delay("Associate", purpose, now, 0) > 0 or now == 0.0:
            calls += 100
            state.hear(said(now, drawn={"ListUsers": calls}, moves=Moves(dark_until=now + 2.0)), now)
            now += 0.1
        assert now <= longest + 0.2


OTHERS = st.builds(
    said,
    at=st.floats(0.0, 5.0),
    drawn=st.dictionaries(st.sampled_from(READS), st.integers(0, 10**6)),
    shared=st.tuples(st.floats(-4.5, 4.5), st.just(0.0)),
    own=st.dictionaries(st.sampled_from(READS), st.tuples(st.floats(-4.5, 4.5), st.just(0.0))),
    learned=st.none() | st.tuples(st.sampled_from(["shared", "per-operation"]), st.just(0.0)),
    moves=st.builds(
        Moves,
        started_at=st.none() | st.floats(0.0, 5.0),
        dark_until=st.none() | st.floats(0.0, 7.0),
        watched_until=st.none() | st.floats(0.0, 8.0),
    ),
)


@given(
    st.lists(st.tuples(st.sampled_from(list(Purpose)), st.sampled_from(READS), OTHERS), max_size=40),
    st.sampled_from(["shared", "per-operation", "auto"]),
)
def test_never_faster_than_its_own_account(told: list[tuple[Purpose, str, Notice]], scope: Scope) -> None:
    """Whatever the others say: no operation exceeds its bucket, all together not a shared one, and nothing waits long.

    While the scope is not known reads may go out beyond the shared bucket, as they may without anybody else.
    """
    state, now = fresh(scope), 0.0
    sent: dict[str, list[float]] = {}
    for purpose, operation, notice in told:
        state.hear(notice, now)
        asked = now
        while (delay := state.delay(operation, purpose, now, 0)) > 0:
            now += max(delay, 0.001)
            assert now - asked < HELD_BACK + 5.0
        state.draw(operation, purpose, now)
        keys = [operation] if scope != "shared" else [operation, "all"]
        keys += ["writes"] if scope == "auto" and purpose not in READING else []
        for key in keys:
            sent.setdefault(key, []).append(now)
    for moments in sent.values():
        for first, begin in enumerate(moments):
            for last, end in enumerate(moments[first:], first):
                assert last - first + 1 <= RATE.burst + RATE.per_second * (end - begin) + 1e-3


class Crowd(MemoryStore):
    """A store that counts how often it is asked."""

    def __init__(self, clock: ScriptedClock) -> None:
        super().__init__(RATE, "shared", clock)
        self.asked = 0

    @contextmanager
    def open(self, patience: float = 0.0) -> Iterator[LimiterState]:
        """The state."""
        self.asked += 1
        with super().open(patience) as state:
            yield state


def test_the_ledger_is_opened_a_few_times_a_call(clock: ScriptedClock) -> None:
    """A call opens the state to take its turn and to note its answer, not in a loop."""
    store = Crowd(clock)
    limiter = RateLimiter(clock, store)
    for _ in range(20):
        limiter.acquire("ListUsers", Purpose.CHECK)
        limiter.answered("ListUsers")
    assert store.asked <= 3 * 20
