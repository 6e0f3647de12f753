"""What the processes of a machine tell each other in files, and what becomes of that when the files are no good."""

from __future__ import annotations

import json
import logging
import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import PATIENCE, AtOnce, ScriptedClock

from acgr_connect.scheduling.limiter_state import LimiterState
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_state import (
    FOREIGN_KEPT,
    KEPT,
    LARGEST,
    Background,
    FileStore,
    MemoryStore,
    this_host,
)
from acgr_connect.scheduling.token_bucket import Rate

RATE = Rate(2.0, 5.0)
TOKEN = 1 / (2.0 * 0.99)
FULL = 4.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the processes of this machine write."""
    return tmp_path / "cache" / "rate" / "111122223333-eu-west-2"


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What is said in the log."""
    said: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{record.getMessage()}: {getattr(record, 'fields', {})}")

    handler, logger = Kept(logging.WARNING), logging.getLogger("acgr")
    logger.addHandler(handler)
    yield said
    logger.removeHandler(handler)


def process(folder: Path, clock: ScriptedClock, host: str = "this machine", rate: Rate = RATE) -> FileStore:
    """A process of a machine."""
    return FileStore(folder, rate, "shared", clock, host=host, worker=AtOnce)


def spend(store: FileStore, clock: ScriptedClock, calls: int) -> float:
    """Make so many calls as soon as each may go out; the seconds that took."""
    began, limiter = clock.now(), RateLimiter(clock, store)
    for _ in range(calls):
        limiter.acquire("ListUsers", Purpose.CHECK)
    return clock.now() - began


def notice(folder: Path, **changed: Any) -> str:
    """What another process of this machine would write that has just used up everything."""
    state = LimiterState.fresh(RATE, "shared", 0.0, "other")
    for _ in range(9):
        state.draw("ListUsers", Purpose.CHECK, 0.0)
    return json.dumps({**state.notice(0.0).as_data("this machine"), **changed})


def test_one_budget(folder: Path, clock: ScriptedClock) -> None:
    """Two processes of one machine together are no faster than one, and hardly slower."""
    limiters = cycle([RateLimiter(clock, process(folder, clock)) for _ in range(2)])
    for _ in range(40):
        next(limiters).acquire("AssociateTrafficDistributionGroupUser", Purpose.AGENT)
    assert (40 - FULL) * TOKEN <= clock.now() <= (40 - FULL) * TOKEN + 1.0


def test_a_new_process_begins_with_what_is_left(folder: Path, clock: ScriptedClock) -> None:
    """An update goes on where its preview has stopped, though that one's process has ended."""
    spend(process(folder, clock), clock, 4)
    assert spend(process(folder, clock), clock, 1) >= 0.4 * TOKEN


def test_what_one_learns_the_others_know(folder: Path, clock: ScriptedClock) -> None:
    """A process that was refused tells the others that all operations share one bucket, also those that come later."""
    first, second = (FileStore(folder, RATE, "auto", clock, host="m", worker=AtOnce) for _ in range(2))
    with first.open() as state:
        state.draw("ListUsers", Purpose.CHECK, clock.now())
        state.refused("ListUsers", Purpose.CHECK, clock.now())
    clock.sleep(KEPT + 1)
    for store in (second, FileStore(folder, RATE, "auto", clock, host="m", worker=AtOnce)):
        with store.open() as state:
            assert state.scope(clock.now()) == "shared"


def test_files_of_ended_processes_go_and_what_they_learned_stays(folder: Path, clock: ScriptedClock) -> None:
    """A folder does not fill up with the files of a year."""
    for _ in range(5):
        store = FileStore(folder, RATE, "auto", clock, host="m", worker=AtOnce)
        with store.open() as state:
            state.draw("ListUsers", Purpose.CHECK, clock.now())
            state.refused("ListUsers", Purpose.CHECK, clock.now())
        clock.sleep(KEPT + 1)
    assert len(list(folder.iterdir())) <= 2


def test_what_only_others_can_use_goes_after_a_day(folder: Path, clock: ScriptedClock) -> None:
    """Another machine's file, and what a killed process left half-written, are kept for a day and no longer."""
    folder.mkdir(parents=True)
    for name in ("new.json", "old.json", "half.part"):
        (folder / name).write_text(notice(folder, host="another"))
    for name in ("old.json", "half.part"):
        os.utime(folder / name, (0.0, (folder / "new.json").stat().st_mtime - FOREIGN_KEPT - 60))
    store = process(folder, clock)
    for _ in range(2):
        spend(store, clock, 1)
    assert {path.name for path in folder.iterdir()} - {f"{store.who}.json"} == {"new.json"}


def test_for_this_user_alone(folder: Path, clock: ScriptedClock) -> None:
    """Nobody else can read or plant anything: the folder is 0700, files 0600, and nothing half-written stays."""
    spend(process(folder, clock), clock, 3)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]
    folder.chmod(0o777)
    spend(process(folder, clock), clock, 1)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def a_file(folder: Path) -> None:
    """A file where the folder should be."""
    folder.parent.mkdir(parents=True)
    folder.write_text("")


def a_file_above(folder: Path) -> None:
    """A file where the folder's folder should be."""
    folder.parent.parent.mkdir(parents=True)
    folder.parent.write_text("")


def a_link(folder: Path) -> None:
    """A link to a folder that somebody else chose."""
    folder.parent.mkdir(parents=True)
    (folder.parent / "elsewhere").mkdir()
    folder.symlink_to(folder.parent / "elsewhere")


def a_dangling_link(folder: Path) -> None:
    """A link to nothing."""
    folder.parent.mkdir(parents=True)
    folder.symlink_to(folder.parent / "nowhere")


def another_users(folder: Path) -> None:
    """Another user's folder."""
    if os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    folder.mkdir(parents=True)
    os.chown(folder, 54321, 54321)


@pytest.mark.parametrize("breaks", [a_file, a_file_above, a_link, a_dangling_link, another_users])
def test_a_folder_that_cannot_be_used(
    folder: Path, clock: ScriptedClock, warnings: list[str], breaks: Callable[[Path], None]
) -> None:
    """The process goes by its own account, says so once, and writes nothing anywhere."""
    breaks(folder)
    before = sorted(folder.parent.parent.rglob("*"))
    assert spend(process(folder, clock), clock, 12) == pytest.approx((12 - FULL) * TOKEN)
    assert len(warnings) == 1, warnings
    assert sorted(folder.parent.parent.rglob("*")) == before


def test_a_name_that_is_too_long(folder: Path, clock: ScriptedClock, warnings: list[str]) -> None:
    """The same, where the file system refuses the folder's name."""
    assert spend(process(folder / ("x" * 300), clock), clock, 12) == pytest.approx((12 - FULL) * TOKEN)
    assert len(warnings) == 1, warnings


@contextmanager
def full_disk() -> Iterator[None]:
    """Files can be made, and nothing can be written into them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(folder: Path, clock: ScriptedClock, warnings: list[str]) -> None:
    """Each process keeps its own account meanwhile; once there is room again the others are told."""
    store, other = process(folder, clock), process(folder, clock)
    with full_disk():
        took = spend(store, clock, 12)
    assert took == pytest.approx((12 - FULL) * TOKEN)
    assert len(warnings) == 1, warnings
    assert list(folder.iterdir()) == []
    spend(store, clock, 1)
    assert spend(other, clock, 1) > 0.0


def nothing(path: Path) -> None:
    """The other file is as it should be."""


def planted(text: str) -> Callable[[Path], None]:
    """A file that holds that."""

    def plant(path: Path) -> None:
        path.write_text(text)

    return plant


ODD = {
    "empty": planted(""),
    "truncated": planted('{"shared": [4'),
    "a list": planted("[]"),
    "a text": planted('"shared"'),
    "null": planted("null"),
    "own is a list": planted(notice(Path(), own=[])),
    "level is text": planted(notice(Path(), shared=["4.5", 1.0])),
    "level is null": planted(notice(Path(), own={"ListUsers": [None, 1.0]})),
    "NaN": planted(notice(Path(), shared=[float("nan"), 0.0])),
    "far below": planted(notice(Path(), shared=[-1e9, 0.0])),
    "from the future": planted(notice(Path(), at=1e9)),
    "a future move": planted(notice(Path(), moves={"started_at": 1e9})),
    "dark for ever": planted(notice(Path(), moves={"dark_until": 1e9})),
    "another version": planted(notice(Path(), version=2)),
    "another machine": planted(notice(Path(), host="another")),
    "nested": planted("[" * 20_000),
    "a long number": planted(notice(Path()).replace("9", "9" * 5000)),
    "too large": planted(" " * (LARGEST + 1)),
    "not text": lambda path: (path.write_bytes(b"\xff\xfe\x00"), None)[1],
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a link": lambda path: path.symlink_to("/etc/hostname"),
    "a link to itself": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_file_that_makes_no_sense(folder: Path, clock: ScriptedClock, warnings: list[str], odd: str) -> None:
    """It is ignored with one line, and holds nobody up; the process's own file stands beside it."""
    folder.mkdir(parents=True)
    ODD[odd](folder / "other.json")
    store = process(folder, clock)
    assert spend(store, clock, 12) == pytest.approx((12 - FULL) * TOKEN)
    assert len(warnings) == 1, warnings
    assert json.loads((folder / f"{store.who}.json").read_text())["drawn"] == {"ListUsers": 12}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.one_of(st.text(max_size=30), st.recursive(st.none() | st.integers() | st.floats(), st.lists).map(json.dumps)))
def test_any_text_in_a_file(tmp_path: Path, text: str) -> None:
    """Whatever stands in another file, nothing is raised and nobody is held up."""
    clock, folder = ScriptedClock(), tmp_path / "any"
    folder.mkdir(exist_ok=True)
    (folder / "other.json").write_text(text, encoding="utf-8", errors="replace")
    assert spend(process(folder, clock), clock, 6) >= (6 - FULL) * TOKEN - 1e-6
    assert clock.now() < 30.0


def test_what_makes_sense_holds_back(folder: Path, clock: ScriptedClock, warnings: list[str]) -> None:
    """The same file, as it should be, makes the process wait: the tests above would see that it was believed."""
    folder.mkdir(parents=True)
    (folder / "other.json").write_text(notice(folder))
    assert spend(process(folder, clock), clock, 1) > FULL * TOKEN
    assert warnings == []


def test_two_machines_with_one_home(folder: Path, clock: ScriptedClock) -> None:
    """Their clocks mean nothing to each other: each goes by its own account, and removes nothing of the other's."""
    here, there = process(folder, clock, "here"), process(folder, clock, "there")
    assert spend(here, clock, 12) == pytest.approx((12 - FULL) * TOKEN)
    assert spend(there, clock, 12) == pytest.approx((12 - FULL) * TOKEN)
    assert len(list(folder.iterdir())) == 2


def test_a_clock_that_jumped_back(folder: Path, clock: ScriptedClock, warnings: list[str]) -> None:
    """What was written by a later clock is not believed; the process itself begins anew."""
    clock.time = 1e6
    spend(process(folder, clock), clock, 12)
    clock.time = 10.0
    assert spend(process(folder, clock), clock, 12) == pytest.approx((12 - FULL) * TOKEN)
    assert len(warnings) == 1, warnings


def test_a_clock_that_jumped_ahead(folder: Path, clock: ScriptedClock) -> None:
    """What was written long ago says that everything is there again."""
    spend(process(folder, clock), clock, 12)
    clock.time += 1e6
    assert spend(process(folder, clock), clock, 12) == pytest.approx((12 - FULL) * TOKEN)


def test_the_folder_vanishes(folder: Path, clock: ScriptedClock) -> None:
    """Somebody empties the cache in the middle of a run: the folder is made again, and nothing is faster."""
    store = process(folder, clock)
    spend(store, clock, 6)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert spend(store, clock, 6) == pytest.approx(6 * TOKEN)
    assert [path.name for path in folder.iterdir()] == [f"{store.who}.json"]


def test_nobody_waits_for_a_disk_that_hangs() -> None:
    """A request waits for what others say for a moment, once; as long as the disk hangs the next ones do not."""
    may_go_on, began = Event(), Event()

    def hang() -> None:
        began.set()
        assert may_go_on.wait(PATIENCE)

    worker = Background(hang)
    worker.ask(0.001)
    assert began.is_set() or began.wait(PATIENCE)
    worker.ask(10 * PATIENCE)
    assert not may_go_on.is_set()
    may_go_on.set()


def test_the_work_is_done_from_the_beginning() -> None:
    """Whoever waits hears what was written before: work that was under way already does not count."""
    done: list[int] = []
    worker = Background(lambda: done.append(len(done)))
    for expected in range(1, 4):
        worker.ask(PATIENCE)
        assert len(done) >= expected


class Asked(MemoryStore):
    """A store that keeps how long each request was ready to wait for others."""

    def __init__(self, clock: ScriptedClock) -> None:
        super().__init__(RATE, "shared", clock)
        self.patience: list[float] = []

    @contextmanager
    def open(self, patience: float = 0.0) -> Iterator[LimiterState]:
        """The state."""
        self.patience.append(patience)
        with super().open(patience) as state:
            yield state


def test_while_a_number_is_dark_nobody_waits_for_others(clock: ScriptedClock) -> None:
    """A tenth of a second at most, and not at all while a number of this process is dark."""
    store = Asked(clock)
    limiter = RateLimiter(clock, store)
    limiter.acquire("ListUsers", Purpose.CHECK)
    assert 0.0 < max(store.patience) <= 0.1
    with limiter.darkness():
        store.patience.clear()
        limiter.acquire("AssociatePhoneNumberContactFlow", Purpose.RESTORE)
        limiter.refused("AssociatePhoneNumberContactFlow", Purpose.RESTORE)
        assert set(store.patience) == {0.0}
    store.patience.clear()
    limiter.acquire("AssociatePhoneNumberContactFlow", Purpose.RESTORE)  # of a number that moves in the other Region
    assert store.patience[0] == 0.0


def test_in_a_thread_of_its_own(folder: Path, clock: ScriptedClock) -> None:
    """The same with the thread that a plugin has."""
    store = FileStore(folder, RATE, "shared", clock)
    spend(store, clock, 3)
    with store.open(PATIENCE):
        pass
    other = FileStore(folder, RATE, "shared", clock)
    with other.open(PATIENCE) as state:
        assert state.everyone.level == pytest.approx(FULL - 3)


def test_this_host() -> None:
    """It is the same for all processes of a machine, and fit for a file."""
    assert this_host() == this_host()
    assert this_host().isalnum()
