"""Everything that is looked up of one account: names to ids, and bulk reads, each a sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import Clock
from acgr_connect.model.records import ANSWERS_NUMBERS, Flow, Group, Instance, Number, User, last_part
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.sweep import Sweep

if TYPE_CHECKING:
    from acgr_connect.aws.client import RegionalConnect

Entry = TypeVar("Entry")
Reach = Callable[[str, Purpose], "RegionalConnect"]


class Directory:
    """Everything that is looked up, of one account."""

    def __init__(self, connect: Reach, clock: Clock) -> None:
        self._connect, self._clock = connect, clock
        self._lock = Lock()
        self._sweeps: dict[tuple[str, ...], Sweep[object]] = {}

    def groups(self, region: str) -> Sweep[Group]:
        """The traffic distribution groups that a Region shows, by UUID."""
        return self._swept(("groups", region), lambda api: ((g.arn.id, g) for g in api.list_groups()), region)

    def instances(self, region: str) -> Sweep[Instance]:
        """The instances that a Region shows, by UUID, without their replication."""
        return self._swept(("instances", region), lambda api: ((i.arn.id, i) for i in api.list_instances()), region)

    def instance(self, instance: Arn) -> Instance:
        """An instance with its replication."""
        return self._instance(instance).entries()[instance.id]

    def note_instance(self, shown: Instance) -> None:
        """An instance as it was just seen: its replication has begun, has come to its end, or is gone."""
        self._instance(shown.arn).put(shown.arn.id, shown)

    def _instance(self, instance: Arn) -> Sweep[Instance]:
        return self._swept(
            ("instance", instance.region, instance.id),
            lambda api: [(instance.id, api.describe_instance(instance.id))],
            instance.region,
        )

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
        return self._swept(
            key, lambda api: ((u.arn.id, u) for u in api.list_users(instance)), instance.region, Purpose.AGENT
        )

    def flows(self, instance: Arn) -> Sweep[Flow]:
        """The flows of type CONTACT_FLOW of an instance in one Region, by UUID."""
        key = ("flows", instance.region, instance.id)
        asked = (instance.id, ANSWERS_NUMBERS)
        return self._swept(key, lambda api: ((f.arn.id, f) for f in api.list_flows(*asked)), instance.region)

    def flows_of_any_type(self, instance: Arn) -> Sweep[Flow]:
        """All flows of an instance in one Region, by UUID: to say why one cannot answer a number."""
        key = ("all-flows", instance.region, instance.id)
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
            Purpose.AGENT,
        )

    def associations(self, instance: Arn) -> Sweep[Arn]:
        """The flows of the numbers that an instance answers in one Region, by number UUID."""
        key = ("associations", instance.region, instance.id)
        return self._swept(key, lambda api: api.list_flow_associations(instance).items(), instance.region)

    # Lists of agents are long, and nobody is dark for want of them: everything about numbers goes first.
    def _swept(
        self,
        key: tuple[str, ...],
        fetch: Callable[[RegionalConnect], Iterable[tuple[str, Entry]]],
        region: str,
        purpose: Purpose = Purpose.CHECK,
    ) -> Sweep[Entry]:
        with self._lock:
            if key not in self._sweeps:
                sweep = Sweep(lambda: fetch(self._connect(region, purpose)), self._clock)
                self._sweeps[key] = sweep  # type: ignore[assignment]  # the key says of what the sweep is
            return self._sweeps[key]  # type: ignore[return-value]  # as above
