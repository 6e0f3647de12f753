"""Names to ids, and bulk reads: each kind swept once per Region and shared by all threads.

Own writes update it. A miss sweeps again, at most every `FRESH` seconds a kind; absence is never cached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from threading import Lock, RLock
from typing import TYPE_CHECKING, Generic, TypeVar

from acgr_connect.arns import Arn
from acgr_connect.clock import Clock
from acgr_connect.errors import ConnectError
from acgr_connect.ledger import Purpose
from acgr_connect.records import Flow, Group, Instance, Number, User, last_part

if TYPE_CHECKING:
    from acgr_connect.api import RegionalConnect

FRESH = 5.0
"""Seconds for which a sweep is taken as today's truth about what is absent."""

Entry = TypeVar("Entry")
Reach = Callable[[str, Purpose], "RegionalConnect"]


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


class Directory:
    """Everything that is looked up, of one account."""

    def __init__(self, connect: Reach, clock: Clock) -> None:
        self._connect, self._clock = connect, clock
        self._lock = Lock()
        self._sweeps: dict[tuple[str, ...], Sweep[object]] = {}

    def groups(self, region: str) -> Sweep[Group]:
        """The traffic distribution groups that a Region shows, by UUID."""
        return self._swept(("groups", region), lambda api: ((g.arn.id, g) for g in api.list_groups()), region)

    def instance(self, instance: Arn) -> Instance:
        """An instance with its replication."""
        sweep: Sweep[Instance] = self._swept(
            ("instance", instance.region, instance.id),
            lambda api: [(instance.id, api.describe_instance(instance.id))],
            instance.region,
        )
        return sweep.entries()[instance.id]

    def group(self, group: Arn) -> Sweep[Group]:
        """One group with its status, by UUID, as its source Region last showed it."""
        key = ("group", str(group))
        return self._swept(key, lambda api: [(group.id, api.describe_group(str(group)))], group.region)

    def shares(self, group: Arn) -> Sweep[int]:
        """The percentage of a group's calls that each Region takes, by Region."""
        return self._swept(("shares", str(group)), lambda api: api.get_telephony_shares(group).items(), group.region)

    def users(self, instance: Arn) -> Sweep[User]:
        """The users of an instance, by UUID."""
        key = ("users", instance.region, instance.id)
        return self._swept(key, lambda api: ((u.arn.id, u) for u in api.list_users(instance)), instance.region)

    def flows(self, instance: Arn) -> Sweep[Flow]:
        """The flows of type CONTACT_FLOW of an instance in one Region, by UUID."""
        key = ("flows", instance.region, instance.id)
        return self._swept(key, lambda api: ((f.arn.id, f) for f in api.list_flows(instance.id)), instance.region)

    def numbers(self, region: str) -> Sweep[Number]:
        """The phone numbers that were claimed in a Region, wherever they are placed, by UUID."""
        return self._swept(("numbers", region), lambda api: ((n.arn.id, n) for n in api.list_phone_numbers()), region)

    def numbers_on(self, group: Arn) -> Sweep[Number]:
        """The phone numbers on a group, by UUID, should the list of the Region leave them out."""
        key = ("numbers", str(group))
        return self._swept(key, lambda api: ((n.arn.id, n) for n in api.list_phone_numbers(group)), group.region)

    def members(self, group: Arn) -> Sweep[str]:
        """The UUIDs of the agents of a group, each to itself."""
        return self._swept(
            ("members", str(group)),
            lambda api: ((id_, id_) for id_ in map(last_part, api.list_group_users(group))),
            group.region,
        )

    def associations(self, instance: Arn) -> Sweep[Arn]:
        """The flows of the numbers that an instance answers in one Region, by number UUID."""
        key = ("associations", instance.region, instance.id)
        return self._swept(key, lambda api: api.list_flow_associations(instance.id).items(), instance.region)

    def _swept(
        self,
        key: tuple[str, ...],
        fetch: Callable[[RegionalConnect], Iterable[tuple[str, Entry]]],
        region: str,
    ) -> Sweep[Entry]:
        with self._lock:
            if key not in self._sweeps:
                sweep = Sweep(lambda: fetch(self._connect(region, Purpose.CHECK)), self._clock)
                self._sweeps[key] = sweep  # type: ignore[assignment]  # the key says of what the sweep is
            return self._sweeps[key]  # type: ignore[return-value]  # as above
