"""A sweep: one bulk read of one kind of object, made once a run and shared by all threads.

Own writes update it. An answer is as old as the beginning of the sweep that it comes from. "There is none" is believed
of a sweep that is young enough for the question; otherwise it is swept again, at most every `FRESH` seconds, and all
who miss something meanwhile share that sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from threading import Lock, RLock
from typing import Generic, TypeVar

from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import ConnectError

FRESH = 5.0
"""Seconds from the beginning of one sweep to the next, and for which most questions believe in what is absent."""

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
        self._began_at: float | None = None
        self._failed: tuple[float, ConnectError] | None = None

    def entries(self, max_age: float = float("inf")) -> dict[str, Entry]:
        """All entries, from a sweep of this run that began less than so many seconds ago."""
        return self._young(self._clock.now(), max_age)

    def entries_since(self, moment: float) -> dict[str, Entry]:
        """All entries, from a sweep that began no earlier than that."""
        return self._young(moment, 0.0)

    def _young(self, asked: float, max_age: float) -> dict[str, Entry]:
        """What a sweep knows that is young enough; who comes while one is under way has that one, if it is."""
        while not self._is_young(asked, max_age):
            with self._lock:
                if not self._is_young(asked, max_age):
                    self._sweep()
        return self._known()

    def matching(
        self, wanted: Callable[[Entry], bool], max_age: float = float("inf"), *, believing: float = FRESH
    ) -> list[Entry]:
        """The entries that are wanted; none, by a sweep that was younger than `believing` when it was asked."""
        asked = self._clock.now()
        found = [e for e in self.entries(max_age).values() if wanted(e)]
        if found or self._is_young(asked, believing):
            return found
        return [e for e in self._swept_again(asked).values() if wanted(e)]

    def get(self, key: str, max_age: float = float("inf"), *, believing: float = FRESH) -> Entry | None:
        """The entry of that id; None, by a sweep that was younger than `believing` when it was asked."""
        asked = self._clock.now()
        found = self.entries(max_age)
        if key not in found and not self._is_young(asked, believing):
            found = self._swept_again(asked)
        return found.get(key)

    def _swept_again(self, asked: float) -> dict[str, Entry]:
        """From a sweep that begins `FRESH` seconds after the last one: others may miss something meanwhile as well."""
        if self._began_at is not None and (early := self._began_at + FRESH - self._clock.now()) > 0:
            self._clock.sleep(early)
        return self.entries_since(asked)

    def seen(self, key: str, max_age: float = float("inf")) -> Entry | None:
        """The entry of that id, or None, as `entries` would show it: thousands may ask one by one."""
        asked = self._clock.now()
        if not self._is_young(asked, max_age):
            self._young(asked, max_age)
        with self._noting:
            return self._entries.get(key)

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
            self._began_at, self._failed = None, None
            with self._noting:
                self._entries = {}

    def _known(self) -> dict[str, Entry]:
        with self._noting:
            return dict(self._entries)

    def _is_young(self, asked: float, max_age: float) -> bool:
        """Whether the last sweep began after the question, or less than so many seconds before it."""
        return self._began_at is not None and (self._began_at >= asked or asked - self._began_at < max_age)

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
        self._began_at = now
