"""The state of one simulated account: two linked Regions and what Connect keeps in them.

Plain data. Nothing here knows about HTTP, about JSON on the wire, or about what time it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

Thing = TypeVar("Thing")

NAMESPACE = uuid.UUID("6f0c1a52-6a0e-5f5d-9b43-5d1f0c0a5e11")


@dataclass
class Instance:
    """A Connect instance; `replica` is the Region it is replicated to, or None."""

    id: str
    alias: str
    region: str
    replica: str | None = None
    created: float = 1_680_000_000.0

    @property
    def regions(self) -> tuple[str, ...]:
        """Where it answers, the source Region first."""
        return (self.region, self.replica) if self.replica else (self.region,)


@dataclass
class Group:
    """A traffic distribution group (TDG) and its members.

    `members` is who belongs to it, `listed` who a list shows (the same, unless lists lag).
    Shares are whole percentages by Region.
    """

    id: str
    name: str
    instance_id: str
    default: bool = False
    status: str = "ACTIVE"
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    telephony: dict[str, int] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)
    sign_in: dict[str, bool] = field(default_factory=dict)
    last_failover: float | None = None


@dataclass
class Flow:
    """A flow; `states` maps each Region that has it to its (state, status)."""

    id: str
    name: str
    instance_id: str
    type: str = "CONTACT_FLOW"
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    description: str = ""
    content: str = '{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}'  # noqa: E501
    tags: dict[str, str] = field(default_factory=dict)
    modified: float = 1_690_000_000.0


@dataclass
class User:
    """A user; `mirrored` once the replica has it too."""

    id: str
    username: str
    instance_id: str
    first_name: str = ""
    last_name: str = ""
    mirrored: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    modified: float = 1_690_000_000.0


@dataclass
class Association:
    """The flow of a number in one Region (None: taken away) and the revision that wrote it."""

    flow_id: str | None
    order: int


@dataclass
class Number:
    """A claimed phone number.

    `target` is the id of the instance or group it is on, `wanted` that of an operation under way, `listed_target`
    what a list shows. `region` is where it was claimed. `flows` maps Regions to its flow there.
    """

    id: str
    e164: str
    region: str
    target: str
    listed_target: str = ""
    wanted: str | None = None
    status: str = "CLAIMED"
    message: str = ""
    description: str = ""
    country: str = "GB"
    type: str = "DID"
    outbound: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    flows: dict[str, Association] = field(default_factory=dict)

    def flow_in(self, region: str) -> str | None:
        """The id of its flow in a Region, or None."""
        association = self.flows.get(region)
        return association.flow_id if association else None


@dataclass(order=True)
class Change:
    """Something that will have happened at `at` (epoch seconds); `order` keeps equal times in sequence."""

    at: float
    order: int
    what: str = field(compare=False)
    subject: str = field(compare=False)
    region: str = field(default="", compare=False)
    detail: str | None = field(default=None, compare=False)


@dataclass
class Token:
    """What an answered client token stands for: a digest of its parameters, the answer, and when."""

    digest: str
    answer: str
    at: float


@dataclass
class World:
    """One account in two linked Regions. `revision` grows with every write."""

    account: str
    source_region: str
    replica_region: str
    partition: str = "aws"
    revision: int = 0
    claims_held: bool = False
    instances: dict[str, Instance] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    released: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def new_id(self, kind: str, name: str) -> str:
        """An id that follows from the account, the revision and the name, so that runs repeat."""
        return str(uuid.uuid5(NAMESPACE, f"{self.account}/{kind}/{self.revision}/{name}"))

    def instance(self, name: str) -> Instance:
        """The instance of that alias or id; KeyError when there is none."""
        return _named(self.instances, name, "alias")

    def group(self, name: str) -> Group:
        """The TDG of that name or id; KeyError when there is none."""
        return _named(self.groups, name, "name")

    def flow(self, name: str) -> Flow:
        """The flow of that name or id; KeyError when there is none."""
        return _named(self.flows, name, "name")

    def user(self, name: str) -> User:
        """The user of that username or id; KeyError when there is none."""
        return _named(self.users, name, "username")

    def number(self, name: str) -> Number:
        """The number of that E.164 form or id; KeyError when there is none."""
        return _named(self.numbers, name, "e164")

    def home(self, group: Group) -> Instance:
        """The instance a TDG belongs to."""
        return self.instances[group.instance_id]

    def instance_of(self, number: Number) -> Instance:
        """The instance that answers a number, directly or through its TDG."""
        group = self.groups.get(number.target)
        return self.instances[group.instance_id if group else number.target]

    def regions_of(self, number: Number) -> tuple[str, ...]:
        """Where callers of a number arrive: both Regions on a TDG, its own on an instance."""
        if number.target in self.groups:
            return self.instance_of(number).regions
        return (number.region,)

    def dark_regions(self, number: Number) -> list[str]:
        """The Regions where callers of a number reach no flow."""
        return [region for region in self.regions_of(number) if number.flow_in(region) is None]

    def numbers_on(self, target: str) -> Iterator[Number]:
        """The numbers on an instance or TDG, by id of the target."""
        return (number for number in self.numbers.values() if number.target == target)

    def groups_with(self, user_id: str) -> Iterator[Group]:
        """The TDGs a user is a member of."""
        return (group for group in self.groups.values() if user_id in group.members)

    def arn(self, thing: Instance | Group | Flow | User | Number, region: str | None = None) -> str:
        """The ARN of something as seen from a Region (default: its own).

        TDGs and numbers carry their own Region wherever they are seen from; the others the Region asked for.
        """
        if isinstance(thing, Group):
            return self._arn(self.home(thing).region, f"traffic-distribution-group/{thing.id}")
        if isinstance(thing, Number):
            return self._arn(thing.region, f"phone-number/{thing.id}")
        if isinstance(thing, Instance):
            return self._arn(region or thing.region, f"instance/{thing.id}")
        kind = "contact-flow" if isinstance(thing, Flow) else "agent"
        instance = self.instances[thing.instance_id]
        return self._arn(region or instance.region, f"instance/{instance.id}/{kind}/{thing.id}")

    def target_arn(self, target: str, region: str | None = None) -> str:
        """The ARN of the instance or TDG with that id."""
        return self.arn(self.groups.get(target) or self.instances[target], region)

    def _arn(self, region: str, resource: str) -> str:
        return f"arn:{self.partition}:connect:{region}:{self.account}:{resource}"


def _named(things: dict[str, Thing], name: str, attribute: str) -> Thing:
    if name in things:
        return things[name]
    for thing in things.values():
        if getattr(thing, attribute) == name:
            return thing
    raise KeyError(name)
