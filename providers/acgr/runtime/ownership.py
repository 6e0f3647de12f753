"""Who declares what in this run, so that what one resource lets go of and another has is left alone.

Renaming a resource makes the engine create the new one, which adopts, and then delete the old one: the delete must
leave alone what its twin has just taken over. So every `check` of the program *claims* what its resource declares, and
what a create or update brings about is *made*. A refresh claims nothing: it reads what there is, also of resources that
the program does not have any more. A destroy checks nothing, and so everything goes.

The table compares keys. A claim has the keys of what is written (`check` looks nothing up); whoever takes something
away knows it by ARN, and brings the keys of every other way to write it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition

Key = tuple[str, ...]
"""One way to write an object: its kind, and identifiers from the general to the particular."""

PLACED = "phone-number"
"""The kind of keys of numbers whose place is declared."""


class Ownership:
    """The table of one run, shared by all threads. Keys are identifiers as they are written; an object has several."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._claimed: dict[Key, set[str]] = {}
        self._made: dict[Key, set[str]] = {}
        self._beginning: dict[Key, list[Key]] = {}
        self._urns: dict[Key, set[str]] = {}
        self._going: list[frozenset[Key]] = []

    def claim(self, urn: str, keys: Iterable[Key], *, made: bool = False) -> None:
        """The resource declares these objects; `made`, where it created, changed or adopted them in this run."""
        with self._changed:
            for key in keys:
                if key not in self._claimed:
                    self._beginning.setdefault(key[:2], []).append(key)
                self._claimed.setdefault(key, set()).add(urn)
                for beginning in (key[:1], key[:2]):
                    self._urns.setdefault(beginning, set()).add(urn)
                if made:
                    self._made.setdefault(key, set()).add(urn)

    def other_owner(self, urn: str, keys: Collection[Key], *, is_delete: bool = False) -> str | None:
        """The name of another resource that declares one of these objects, or None.

        With `is_delete` also the resource itself, where the program still declares them under its name: a delete of
        what was checked is the old half of a replacement, and its new half adopts them, or has done so.
        """
        with self._changed:
            return self._other_owner(urn, keys, is_delete=is_delete)

    def is_claimed(self, kind: str, ways: Iterable[str]) -> bool:
        """Whether any resource declares an object of that kind, written in one of these ways."""
        with self._changed:
            return any((kind, way) in self._claimed for way in ways)

    def has_others(self, urn: str, kind: str, *whose: str) -> bool:
        """Whether another resource declares objects of that kind, or of that kind and owner."""
        with self._changed:
            owners = self._urns.get((kind, *whose[:1]), set())
            return len(owners) > (urn in owners)

    def claimed_under(self, kind: str, whose: str, *more: str, made: bool = False) -> dict[Key, set[str]]:
        """The keys that begin so, each with the URNs that declare it; with `made`, that made it so in this run."""
        with self._changed:
            kept, beginning = self._made if made else self._claimed, (kind, whose, *more)
            keys = (key for key in self._beginning.get((kind, whose), ()) if key[: len(beginning)] == beginning)
            return {key: set(kept[key]) for key in keys if key in kept}

    @contextmanager
    def removal(self, urn: str, keys: Collection[Key], *, is_delete: bool = False) -> Iterator[str | None]:
        """The object is taken away meanwhile, unless the answer names its `other_owner`.

        Whoever adopts it waits for the end (`await_removals`), so that nobody takes over what is about to go.
        """
        going = frozenset(keys)
        with self._changed:
            if owner := self._other_owner(urn, going, is_delete=is_delete):
                going = frozenset()
            else:
                self._going.append(going)
        try:
            yield owner
        finally:
            with self._changed:
                if going in self._going:
                    self._going.remove(going)
                self._changed.notify_all()

    def await_removals(self, keys: Collection[Key]) -> None:
        """Wait until none of these objects is being taken away. They are claimed already, so nothing begins anew."""
        wanted = frozenset(keys)
        with self._changed:
            while any(going & wanted for going in self._going):
                self._changed.wait()

    def _other_owner(self, urn: str, keys: Iterable[Key], *, is_delete: bool) -> str | None:
        owners = {owner for key in keys for owner in self._claimed.get(key, ())}
        # Outside Pulumi no resource has a URN, and none is replaced.
        others = owners - {urn} or (owners if is_delete and urn else set())
        return name_of(min(others)) if others else None


def name_of(urn: str) -> str:
    """A resource's name in the program."""
    return urn.rsplit("::", 1)[-1]
