"""What is learned of a flow that is set early: who tries, who waits, who believes it, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from scripted import HeldClock, ScriptedClock

from acgr_connect.numbers.early_flow import PATIENCE, REMEMBERED, EarlyFlow, Verdict
from acgr_connect.scheduling.memory import Memory

HERE, THERE = "111122223333-eu-west-2", "111122223333-eu-central-1"


def test_one_tries(clock: ScriptedClock) -> None:
    """The first number of a run tries; where that is refused, no other one does."""
    early = EarlyFlow(clock)
    assert early.begin(HERE)
    early.answered(HERE, is_taken=False)
    assert not early.begin(HERE)
    assert not early.may_be_set(HERE)
    assert early.begin(THERE)


@pytest.mark.parametrize(("is_taken", "others"), [(True, True), (None, False), (False, False)])
def test_others_wait_for_the_first(is_taken: bool | None, others: bool) -> None:
    """Numbers that move meanwhile wait for the answer to the first one, and do what it allows."""
    clock = HeldClock()
    early = EarlyFlow(clock)
    assert early.begin(HERE)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(early.begin, HERE) for _ in range(2)]
        clock.until_parked(2)
        early.answered(HERE, is_taken=is_taken)
        assert [one.result() for one in waiting] == [others, others]


def test_nobody_waits_for_ever(clock: ScriptedClock) -> None:
    """Where the first one gets no answer, the others go on as if nothing could be set early."""
    early = EarlyFlow(clock)
    assert early.begin(HERE)
    assert not early.begin(HERE)
    assert clock.now() == PATIENCE


def test_one_that_lost_its_flow_decides(clock: ScriptedClock, tmp_path: Path) -> None:
    """Kept is believed until a number shows otherwise; after that nobody's luck changes it."""
    memory = Memory(tmp_path)
    early = EarlyFlow(clock, memory)
    early.learn(HERE, Verdict.KEPT)
    assert early.begin(HERE)
    early.learn(HERE, Verdict.DROPPED)
    early.learn(HERE, Verdict.KEPT)
    assert not early.begin(HERE)
    assert memory.recall(HERE, REMEMBERED) == Verdict.DROPPED.value


def test_never(clock: ScriptedClock, tmp_path: Path) -> None:
    """Who wants none gets none, whatever is known."""
    Memory(tmp_path).keep(HERE, Verdict.KEPT.value)
    early = EarlyFlow(clock, Memory(tmp_path), is_wanted=False)
    assert not early.begin(HERE)
