"""Where a limiter's state is kept: in memory, or in a small locked file that all processes of the machine share.

One `pulumi up` is two plugin processes, its preview and its update, and a pipeline runs several: they have one budget.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from filelock import FileLock, Timeout

from acgr_connect.model.clock import Clock
from acgr_connect.scheduling.limiter_state import LimiterState, Scope, dumped, loaded
from acgr_connect.scheduling.token_bucket import Rate

PATIENCE = 5.0
"""Seconds to wait for another process's lock, which it holds for a moment, before going on without it."""


class MemoryStore:
    """The state of this process alone."""

    def __init__(self, rate: Rate, scope: Scope, clock: Clock) -> None:
        self._state = LimiterState.fresh(rate, scope, clock.now())

    @contextmanager
    def open(self) -> Iterator[LimiterState]:
        """The state."""
        yield self._state


class FileStore:
    """The state that all processes of the machine share; where the file cannot be used, one of this process alone."""

    def __init__(self, path: Path, rate: Rate, scope: Scope, clock: Clock) -> None:
        self._path, self._rate, self._scope, self._clock = path, rate, scope, clock
        self._alone = MemoryStore(rate, scope, clock)
        self._threads = RLock()
        self._lock = FileLock(path.with_suffix(".lock"), timeout=PATIENCE)

    @contextmanager
    def open(self) -> Iterator[LimiterState]:
        """The state as the last process left it; what is changed is written back."""
        with self._threads, self._opened() as state:
            yield state

    @contextmanager
    def _opened(self) -> Iterator[LimiterState]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except (OSError, Timeout):
            with self._alone.open() as state:
                yield state
            return
        try:
            state = self._read()
            before = dumped(state)
            yield state
            if (after := dumped(state)) != before:
                self._write(json.dumps(after))
        finally:
            self._lock.release()

    def _read(self) -> LimiterState:
        now = self._clock.now()
        try:
            return loaded(json.loads(self._path.read_text()), self._rate, self._scope, now)
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return LimiterState.fresh(self._rate, self._scope, now)

    def _write(self, text: str) -> None:
        part = self._path.with_suffix(f".{os.getpid()}")
        try:
            part.write_text(text)
            part.replace(self._path)
        except OSError:
            part.unlink(missing_ok=True)


StateStore = MemoryStore | FileStore
"""Gives a limiter's state with `open`, for as long as nobody else has it."""
