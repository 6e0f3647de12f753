"""Who declares what in this run, so that what one resource lets go of and another has is left alone.

Renaming a resource makes the engine create the new one, which adopts, and then delete the old one: the delete must
leave alone what its twin has just taken over. So every `check` of the program *claims* what its resource declares, and
what a create or update brings about is *made*. A refresh claims nothing: it reads what there is, also of resources that
the program does not have any more. A destroy checks nothing, and so everything goes.

A program may have several providers for one account, each a process: they tell each other what they have been asked
(`peers`), so that a resource may go from one to another as from one name to another.

The table compares keys. A claim has the keys of what is written (`check` looks nothing up); whoever takes something
away knows it by ARN, and brings the keys of every other way to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition

from acgr.runtime.peers import Entry, Peers

Key = tuple[str, ...]
"""One way to write an object: its kind, and identifiers from the general to the particular."""

PLACED = "phone-number"
"""The kind of keys of numbers whose place is declared."""


AGAIN_SECONDS = 0.05
"""Seconds after which it is looked again whether another process has taken away what is waited for."""


class _Table:
    """Who declares what, as one process says it.

    Attributes:
        urns: of those who declare anything.
        going: what is being taken away at this moment, by number.
        whose: the mark of the credentials (`Settings.whose`).
        account: to which they belong, as soon as that is known.
    """

    def __init__(self) -> None:
        self.urns: set[str] = set()
        self.going: dict[int, frozenset[Key]] = {}
        self.whose = ""
        self.account: str | None = None
        self._claimed: dict[Key, set[str]] = {}
        self._made: dict[Key, set[str]] = {}
        self._beginning: dict[Key, list[Key]] = {}
        self._urns: dict[Key, set[str]] = {}

    def add(self, urn: str, keys: Iterable[Key], *, made: bool) -> None:
        """The resource declares these objects."""
        self.urns.add(urn)
        for key in keys:
            if key not in self._claimed:
                self._beginning.setdefault(key[:2], []).append(key)
            self._claimed.setdefault(key, set()).add(urn)
            for beginning in (key[:1], key[:2]):
                self._urns.setdefault(beginning, set()).add(urn)
            if made:
                self._made.setdefault(key, set()).add(urn)

    def owners(self, key: Key) -> set[str]:
        """Those who declare an object."""
        return self._claimed.get(key, set())

    def owners_under(self, beginning: Key) -> set[str]:
        """Those who declare objects of a kind, or of a kind and owner."""
        return self._urns.get(beginning, set())

    def under(self, beginning: Key, *, made: bool) -> Iterator[tuple[Key, set[str]]]:
        """The keys that begin so, with those who declare them or, with `made`, have made them."""
        kept = self._made if made else self._claimed
        for key in self._beginning.get(beginning[:2], ()):
            if key in kept and key[: len(beginning)] == beginning:
                yield key, kept[key]

    def hear(self, entry: Entry) -> None:
        """What the process says."""
        if "urn" in entry:
            self.add(entry["urn"], map(tuple, entry["keys"]), made=entry["made"])
        elif "going" in entry:
            self.going[entry["going"]] = frozenset(map(tuple, entry["keys"]))
        elif "gone" in entry:
            self.going.pop(entry["gone"], None)
        elif "whose" in entry:
            self.whose = entry["whose"]
        elif "account" in entry:
            self.account = entry["account"]

    def is_of_account_of(self, other: _Table) -> bool:
        """Whether both work on one account. Until that is known, equal credentials tell."""
        if self.account is None or other.account is None:
            return self.whose == other.whose
        return self.account == other.account


class Ownership:
    """The table of one run, shared by all threads. Keys are identifiers as they are written; an object has several.

    The providers of a run that work on one account know of each other's declarations, once they have met (`meet`).
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._own = _Table()
        self._others: dict[str, _Table] = {}
        self._removals = 0
        self._peers: Peers | None = None
        self._account: Callable[[], str | None] = _nobody_knows

    def meet(self, peers: Peers, whose: str, account: Callable[[], str | None]) -> None:
        """From now on the other providers of the run are told, and heard.

        Args:
            peers: tells them.
            whose: the mark of this provider's credentials.
            account: the account to which they belong, or None as long as that is not known.
        """
        with self._changed:
            self._peers, self._account, self._own.whose = peers, account, whose
            peers.say({"whose": whose})

    def tell_account(self) -> None:
        """Tell the others of which account this provider is, if that has become known."""
        with self._changed:
            if self._own.account is None and (account := self._account()) is not None:
                self._own.account = account
                self._say({"account": account})

    def claim(self, urn: str, keys: Iterable[Key], *, made: bool = False) -> None:
        """The resource declares these objects; `made`, where it created, changed or adopted them in this run."""
        some = list(keys)
        with self._changed:
            self._own.add(urn, some, made=made)
            self._say({"urn": urn, "keys": some, "made": made})

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
            tables = self._tables()
            return any(table.owners((kind, way)) for way in ways for table in tables)

    def is_declared_elsewhere(self, urn: str | None = None) -> bool:
        """Whether the resource, or any at all, declares something in another process."""
        with self._changed:
            return any(urn in table.urns if urn else table.urns for table in self._tables()[1:])

    def has_others(self, urn: str, kind: str, *whose: str) -> bool:
        """Whether another resource declares objects of that kind, or of that kind and owner."""
        with self._changed:
            beginning = (kind, *whose[:1])
            found = (table.owners_under(beginning) for table in self._tables())
            # Not by a set of the others: thousands of resources ask, each about as many.
            return any(len(owners) > (urn in owners) for owners in found)

    def claimed_under(self, kind: str, whose: str, *more: str, made: bool = False) -> dict[Key, set[str]]:
        """The keys that begin so, each with the URNs that declare it; with `made`, that made it so in this run."""
        found: dict[Key, set[str]] = {}
        with self._changed:
            for table in self._tables():
                for key, owners in table.under((kind, whose, *more), made=made):
                    found.setdefault(key, set()).update(owners)
        return found

    @contextmanager
    def removal(self, urn: str, keys: Collection[Key], *, is_delete: bool = False) -> Iterator[str | None]:
        """The object is taken away meanwhile, unless the answer names its `other_owner`.

        Whoever adopts it waits for the end (`await_removals`), so that nobody takes over what is about to go.
        """
        with self._changed:
            self._removals += 1
            number, going = self._removals, frozenset(keys)
            # It is said first and looked then, while whoever adopts it claims first: one of the two hears the other.
            self._own.going[number] = going
            self._say({"going": number, "keys": sorted(going)})
            if owner := self._other_owner(urn, going, is_delete=is_delete):
                self._has_gone(number)
        try:
            yield owner
        finally:
            with self._changed:
                self._has_gone(number)

    def await_removals(self, keys: Collection[Key]) -> None:
        """Wait until none of these objects is being taken away. They are claimed already, so nothing begins anew."""
        wanted = frozenset(keys)
        with self._changed:
            while any(going & wanted for table in self._tables() for going in table.going.values()):
                self._changed.wait(AGAIN_SECONDS if self._others else None)

    def _has_gone(self, number: int) -> None:
        if self._own.going.pop(number, None) is not None:
            self._say({"gone": number})
            self._changed.notify_all()

    def _other_owner(self, urn: str, keys: Iterable[Key], *, is_delete: bool) -> str | None:
        tables = self._tables()
        owners = {owner for key in keys for table in tables for owner in table.owners(key)}
        # Outside Pulumi no resource has a URN, and none is replaced.
        others = owners - {urn} or (owners if is_delete and urn else set())
        return name_of(min(others)) if others else None

    def _say(self, entry: Entry) -> None:
        if self._peers is not None:
            self._peers.say(entry)

    def _tables(self) -> list[_Table]:
        """This process's table, and those of the others that live and work on the same account."""
        if self._peers is None:
            return [self._own]
        heard = self._peers.hear()
        self._others = {name: self._others.get(name) or _Table() for name in heard}
        for name, entries in heard.items():
            for entry in entries:
                self._others[name].hear(entry)
        return [self._own, *(each for each in self._others.values() if each.is_of_account_of(self._own))]


def _nobody_knows() -> None:
    return None


def name_of(urn: str) -> str:
    """A resource's name in the program."""
    return urn.rsplit("::", 1)[-1]
