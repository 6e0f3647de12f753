"""Where a limiter's state is kept: in memory, always; and what the processes of a machine tell each other, in a folder.

One `pulumi up` is two plugin processes, its preview and its update, and a pipeline runs several: they have one budget.
Each process writes one small file of its own into a folder that they share, and reads those of the others. Nobody
writes what is another's, so there is no lock that a frozen process could hold. Files are written and read by a thread
of its own: a request waits for that 100 ms at most, and not at all while a number is dark. A folder that cannot be
used, in whatever way, is named in the log, and the process goes by its own account alone, which it does in any case.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Condition, RLock, Thread
from typing import Protocol
from uuid import uuid4

from acgr_connect import log
from acgr_connect.machine import boot_id, own_folder, write_whole
from acgr_connect.model.clock import Clock, SystemClock, seconds_since_1970
from acgr_connect.scheduling.limiter_state import LimiterState
from acgr_connect.scheduling.notice import Notice, Scope, Unbelievable
from acgr_connect.scheduling.token_bucket import Rate

PATIENCE = 0.1
"""Seconds that a request waits for what the others say."""

IDLE = 10.0
"""Seconds without work after which the thread that reads and writes ends."""

KEPT = 120.0
"""Seconds for which the file of a process that says nothing more is kept: all levels are full again by then."""

FOREIGN_KEPT = 86_400.0
"""Seconds for which a file is kept that another machine, or another version, may still use."""

LARGEST = 65_536
"""Bytes of a file that are read."""

MOST_FILES = 200
"""Files that are read at a time."""


class MemoryStore:
    """The state of this process alone."""

    def __init__(self, rate: Rate, scope: Scope, clock: Clock) -> None:
        self._state = LimiterState.fresh(rate, scope, clock.now())

    @contextmanager
    def open(self, patience: float = 0.0) -> Iterator[LimiterState]:  # noqa: ARG002 - there is nobody to wait for
        """The state."""
        yield self._state


class Worker(Protocol):
    """Does the same work whenever it is asked to."""

    def ask(self, patience: float) -> None:
        """Have the work done from the beginning, and wait so many seconds at most until it is."""


class Background:
    """Does the work, which raises nothing, in a thread of its own, which ends when there was none for a while."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._changed = Condition()
        self._asked = self._done = 0
        self._is_running = self._is_late = False

    def ask(self, patience: float) -> None:
        """Once the work has taken too long, nobody waits for it until it is done."""
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._start()
            self._changed.notify_all()
            if patience > 0 and not self._is_late:
                self._is_late = not self._changed.wait_for(lambda: self._done >= mine, patience)

    def _start(self) -> None:
        if not self._is_running:
            self._is_running = True
            Thread(target=self._run, daemon=True, name="rate").start()

    def _run(self) -> None:
        while self._is_wanted():
            asked = self._asked
            self._work()
            with self._changed:
                self._done, self._is_late = asked, False
                self._changed.notify_all()

    def _is_wanted(self) -> bool:
        with self._changed:
            self._is_running = self._changed.wait_for(lambda: self._asked > self._done, IDLE)
            return self._is_running


class FileStore:
    """The state of this process, which hears what the other processes of the machine say.

    Args:
        folder: where they say it; made where it is missing.
        rate: of the account.
        scope: as the stack declares it.
        clock: the machine's.
        host: this machine, since it was started; whoever says that it is another one is not believed.
        worker: does the reading and writing.
    """

    def __init__(
        self,
        folder: Path,
        rate: Rate,
        scope: Scope,
        clock: Clock,
        *,
        host: str | None = None,
        worker: Callable[[Callable[[], None]], Worker] = Background,
    ) -> None:
        self.who = str(uuid4())
        self._rate, self._clock = rate, clock
        self._state = LimiterState.fresh(rate, scope, clock.now(), self.who)
        self._folder = _Folder(folder, f"{self.who}.json")
        self._host = this_host() if host is None else host
        self._lock = RLock()
        self._said: tuple[object, ...] | None = None
        self._worker = worker(self._exchange)

    @contextmanager
    def open(self, patience: float = 0.0) -> Iterator[LimiterState]:
        """The state; the others are told of what is changed, without waiting for it."""
        self._worker.ask(patience)
        with self._lock:
            yield self._state
            is_news = self._news() != self._said
        if is_news:
            self._worker.ask(0.0)

    def _news(self) -> tuple[object, ...]:
        """What the others ought to know. The levels change all the time: what counts is who has drawn."""
        state = self._state
        return sum(state.drawn.values()), state.learned, state.heard, state.moves.own

    def _exchange(self) -> None:
        """Hear the others, and say what is new. Raises nothing."""
        ended = [name for name, text in self._folder.read_others() if self._has_ended(name, text)]
        with self._lock:
            news, notice = self._news(), self._state.notice(self._clock.now())
        if news != self._said and self._folder.write(json.dumps(notice.as_data(self._host))):
            self._said = news
        if news == self._said:  # what was learned from them stands in this process's file
            for name in ended:
                self._folder.remove(name)

    def _has_ended(self, name: str, text: str) -> bool:
        """Hear what another process says; whether it has said nothing for so long that its file may go."""
        now = self._clock.now()
        try:
            notice = Notice.of_data(json.loads(text), self._host, self._rate.kept, now)
        except Unbelievable as error:
            self._folder.ignore(name, str(error))
        except (ValueError, RecursionError) as error:
            self._folder.ignore(name, f"it cannot be read ({type(error).__name__})")
        else:
            with self._lock:
                self._state.hear(notice, now)
            return now - notice.at > KEPT
        return False


class _Folder:
    """The folder that the processes share. What is wrong with it is said once; nothing is raised."""

    def __init__(self, path: Path, own: str) -> None:
        self._path, self._own = path, own
        self._seen: dict[str, tuple[int, int, int]] = {}
        self._warned: set[str] = set()
        self._written_at: float | None = None

    def write(self, text: str) -> bool:
        """Write this process's file, whole or not at all; whether that could be done."""
        try:
            own_folder(self._path)
            write_whole(self._path / self._own, text)
            self._written_at = os.lstat(self._path / self._own).st_mtime
        except OSError as error:
            self.ignore(self._path.name, f"nothing can be written there ({_said(error)})")
            return False
        return True

    def read_others(self) -> Iterator[tuple[str, str]]:
        """The names and texts of the other files that have changed since the last time."""
        try:
            own_folder(self._path)
            with os.scandir(self._path) as entries:
                some = islice(entries, MOST_FILES)
                found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in some]
        except OSError as error:
            self.ignore(self._path.name, f"nothing can be read there ({_said(error)})")
            return
        for name, status in found:
            if name == self._own or self._is_left_over(name, status) or not name.endswith(".json"):
                continue
            if not stat.S_ISREG(status.st_mode):
                self.ignore(name, "it is no file")
                continue
            signature = status.st_ino, status.st_mtime_ns, status.st_size
            if self._seen.get(name) != signature:
                self._seen[name] = signature
                if (text := self._text(name)) is not None:
                    yield name, text

    def remove(self, name: str) -> None:
        """Nobody wants the file any more."""
        with suppress(OSError):
            (self._path / name).unlink()

    def ignore(self, name: str, why: str) -> None:
        """Say once that a file or the folder is not used."""
        if name not in self._warned:
            self._warned.add(name)
            log.warning("rate file ignored", file=str(self._path / name), error=why)

    def _is_left_over(self, name: str, status: os.stat_result) -> bool:
        """Whether it was written so long before this process's own file that nobody can want it; then it goes."""
        is_old = self._written_at is not None and status.st_mtime < self._written_at - FOREIGN_KEPT
        if is_old and stat.S_ISREG(status.st_mode):
            self.remove(name)
        return is_old

    def _text(self, name: str) -> str | None:
        """What stands in a file: not where a link leads, and nothing that is no file."""
        try:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            handle = os.open(self._path / name, flags)
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise OSError("it is no file")
                text = os.read(handle, LARGEST + 1)
            finally:
                os.close(handle)
            if len(text) > LARGEST:
                raise OSError("it is too large")
            return text.decode("utf-8")
        except FileNotFoundError:
            return None  # its process has ended, and another one has removed it
        except (OSError, ValueError) as error:
            self.ignore(name, f"it cannot be read ({_said(error)})")
            return None


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


StateStore = MemoryStore | FileStore
"""Gives a limiter's state with `open`, for as long as no other thread has it."""


def this_host() -> str:
    """This machine since it was started: moments of two machines, or from before, mean nothing to each other."""
    started = boot_id() or f"{socket.gethostname()} {round((seconds_since_1970() - SystemClock().now()) / 600)}"
    return hashlib.sha256(started.encode()).hexdigest()[:16]
