"""How old an answer may be, and what is believed of what is absent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from scripted import PATIENCE, ScriptedClock

from acgr_connect.world.sweep import FRESH, Sweep


class World:
    """Objects that come into being at a certain time, and a sweep of them that takes a while."""

    def __init__(self, **since: float) -> None:
        self.clock, self.since, self.takes, self.swept = ScriptedClock(), since, 0.0, 0
        self.sweep: Sweep[str] = Sweep(self.fetch, self.clock)

    def fetch(self) -> list[tuple[str, str]]:
        """One sweep."""
        self.swept += 1
        found = [(name, name) for name, since in self.since.items() if since <= self.clock.now()]
        self.clock.time += self.takes
        return found


def test_what_is_there_is_swept_once() -> None:
    """What a sweep has shown is not asked for again, however long ago that was."""
    world = World(ivr=0.0)
    for _ in range(3):
        assert world.sweep.get("ivr", believing=0.0) == "ivr"
        world.clock.time += 1_000.0
    assert world.swept == 1


def test_absence_is_believed_of_a_sweep_that_began_after_the_question() -> None:
    """What came into being between the sweep and the question is found, although the sweep is a moment old."""
    world = World(ivr=1.0)
    assert world.sweep.entries() == {}
    world.clock.time = 1.0
    assert world.sweep.get("ivr", believing=0.0) == "ivr"


def test_a_sweep_is_as_old_as_its_beginning() -> None:
    """A long sweep that ended a moment ago has not seen what came meanwhile."""
    world = World(ivr=1.0)
    world.takes = 60.0
    assert world.sweep.entries() == {}
    assert world.sweep.matching(lambda entry: entry == "ivr") == ["ivr"]


@pytest.mark.parametrize("believing", [0.0, FRESH])
def test_misses_sweep_every_few_seconds_at_most(believing: float) -> None:
    """Whoever misses something waits until the last sweep is `FRESH` seconds old: others miss something as well."""
    world = World()
    began = world.clock.now()
    for _ in range(4):
        assert world.sweep.get("ivr", believing=believing) is None
    assert world.swept <= 1 + (world.clock.now() - began) / FRESH


def test_an_old_absence_may_be_enough() -> None:
    """A question that believes an older sweep costs none."""
    world = World(ivr=1.0)
    assert world.sweep.entries() == {}
    world.clock.time = 100.0
    assert world.sweep.get("ivr", believing=1_000.0) is None
    assert world.swept == 1


@pytest.mark.parametrize("one_by_one", [False, True])
def test_whoever_comes_during_a_sweep_has_that_one(one_by_one: bool) -> None:
    """Many threads that ask while the first sweep is under way share it: none of them sweeps again."""
    world, began, ends = World(ivr=0.0), Event(), Event()
    fetch = world.fetch

    def slowly() -> list[tuple[str, str]]:
        began.set()
        ends.wait(PATIENCE)
        return fetch()

    sweep: Sweep[str] = Sweep(slowly, world.clock)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(sweep.entries)
        began.wait(PATIENCE)
        world.clock.time = 1.0
        others = [pool.submit(sweep.seen, "ivr") if one_by_one else pool.submit(sweep.entries) for _ in range(7)]
        ends.set()
        found = "ivr" if one_by_one else {"ivr": "ivr"}
        assert [one.result(PATIENCE) for one in (first, *others)] == [{"ivr": "ivr"}, *[found] * 7]
    assert world.swept == 1


def test_entries_since() -> None:
    """A moment that lies before the beginning of the last sweep is no reason for another one."""
    world = World(ivr=50.0)
    world.sweep.entries()
    world.clock.time = 60.0
    assert world.sweep.entries_since(0.0) == {}
    assert world.sweep.entries_since(60.0) == {"ivr": "ivr"}
    assert world.swept == 2
