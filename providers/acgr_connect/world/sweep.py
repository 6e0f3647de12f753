"""A sweep: one bulk read of one kind of object, made once a run and shared by all threads.

Own writes update it. A miss sweeps again, at most every `FRESH` seconds; absence is never cached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from threading import Lock, RLock
from typing import Generic, TypeVar

from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import ConnectError

FRESH = 5.0
"""Seconds for which a sweep is taken as today's truth about what is absent."""

Entry = TypeVar("Entry")


class Sweep(Generic[Entry]):
    """One bulk read, keyed by id. One thread sweeps, the others wait for it; they share its failure as well.

    Own writes are noted without waiting: a number that is dark has no time for somebody else's sweep. What is noted
    while a sweep is under way is newer than what the sweep brings.
    """

    def __init__(self, fetch: Callable[[], Iterable[tuple[str, Entry]]], clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._lock, self._noting = RLock(), Lock()
        self._entries: dict[str, Entry] = {}
        self._meanwhile: dict[str, Entry | None] = {}
        self._swept_at: float | None = None
        self._failed: tuple[float, ConnectError] | None = None

    def entries(self, max_age: float = float("inf")) -> dict[str, Entry]:
        """All entries, from a sweep of this run that is no older than so many seconds."""
        with self._lock:
            if not self._is_younger_than(max_age):
                self._sweep()
            return self._known()

    def matching(self, wanted: Callable[[Entry], bool], max_age: float = float("inf")) -> list[Entry]:
        """The entries that are wanted; where none is, after a sweep that is fresh."""
        with self._lock:
            found = [e for e in self.entries(max_age).values() if wanted(e)]
            if found or self._is_younger_than(FRESH):
                return found
            self._sweep()
            return [e for e in self._known().values() if wanted(e)]

    def get(self, key: str, max_age: float = float("inf")) -> Entry | None:
        """The entry of that id, or None after a sweep that is fresh."""
        with self._lock:
            found = self.entries(max_age)
            if key not in found and not self._is_younger_than(FRESH):
                self._sweep()
                found = self._known()
            return found.get(key)

    def put(self, key: str, entry: Entry) -> None:
        """Note an own write."""
        with self._noting:
            self._entries[key] = self._meanwhile[key] = entry

    def remove(self, key: str) -> None:
        """Note an own removal."""
        with self._noting:
            self._entries.pop(key, None)
            self._meanwhile[key] = None

    def forget(self) -> None:
        """Sweep again at the next question."""
        with self._lock:
            self._swept_at, self._failed = None, None
            with self._noting:
                self._entries = {}

    def _known(self) -> dict[str, Entry]:
        with self._noting:
            return dict(self._entries)

    def _is_younger_than(self, seconds: float) -> bool:
        return self._swept_at is not None and self._clock.now() - self._swept_at < seconds

    def _sweep(self) -> None:
        now = self._clock.now()
        if self._failed and now - self._failed[0] < FRESH:
            raise copy(self._failed[1])
        with self._noting:
            self._meanwhile = {}
        try:
            swept = dict(self._fetch())
        except ConnectError as error:
            self._failed = self._clock.now(), error
            raise
        with self._noting:
            both = {**swept, **self._meanwhile}
            self._entries = {key: entry for key, entry in both.items() if entry is not None}
        self._swept_at = self._clock.now()
