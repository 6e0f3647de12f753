"""Who declares what in this run, so that the last to declare wins.

Renaming a resource makes the engine create the new one, which adopts, and then delete the old one: the delete must
leave alone what its twin has just taken over. So every `check`, `diff`, `create` and `update` notes what its resource
declares, and a delete asks who else does.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

Key = tuple[str, ...]
"""One way to write an object: its kind, and identifiers from the general to the particular."""


class Ownership:
    """The table of declarations of one run. Keys are identifiers as they are written; an object has several."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._declared: dict[Key, set[str]] = {}
        self._made: dict[Key, set[str]] = {}
        self._beginning: dict[Key, list[Key]] = {}

    def declare(self, urn: str, keys: Iterable[Key], *, made: bool = False) -> None:
        """The resource declares these objects; `made`, where it created or updated them in this run."""
        with self._lock:
            for key in keys:
                if key not in self._declared:
                    self._beginning.setdefault(key[:2], []).append(key)
                self._declared.setdefault(key, set()).add(urn)
                if made:
                    self._made.setdefault(key, set()).add(urn)

    def other_owner(self, urn: str, keys: Iterable[Key]) -> str | None:
        """The name of the resource that has these objects from now on, or None: then they may be deleted.

        The resource itself is the answer where it made them anew in this run: the old half of a replacement.
        """
        with self._lock:
            others = {u for key in keys for u in self._declared.get(key, ()) if u != urn}
            again = {u for key in keys for u in self._made.get(key, ()) if u == urn}
        owners = sorted(others) or sorted(again)
        return name_of(owners[0]) if owners else None

    def declared_under(self, kind: str, whose: str, *more: str, made: bool = False) -> dict[Key, set[str]]:
        """The keys that begin so, each with the URNs that declare it; with `made`, that made it so in this run."""
        with self._lock:
            kept, beginning = self._made if made else self._declared, (kind, whose, *more)
            keys = (key for key in self._beginning.get((kind, whose), ()) if key[: len(beginning)] == beginning)
            return {key: set(kept[key]) for key in keys if key in kept}


def name_of(urn: str) -> str:
    """A resource's name in the program."""
    return urn.rsplit("::", 1)[-1]
