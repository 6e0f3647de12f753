"""The state of one simulated account: two linked Regions and what Connect keeps in them.

Plain data. Nothing here knows about HTTP, about JSON on the wire, or about what time it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from .models import (
    Flow,
    Group,
    Instance,
    Number,
    PendingChange,
    Resource,
    TestCase,
    TestExecution,
    Token,
    User,
    seen_from,
)

Named = TypeVar("Named")

NAMESPACE = uuid.UUID("6f0c1a52-6a0e-5f5d-9b43-5d1f0c0a5e11")


@dataclass
class World:
    """One account in two linked Regions. `revision` grows with every write; `closed` takes no new instances.

    All resources go by their ids, but for test cases, which go by `<Region>/<id>`: both Regions may have the same.
    `instance_changes` has the epoch seconds at which instances were created or deleted.
    """

    account: str
    source_region: str
    replica_region: str
    partition: str = "aws"
    revision: int = 0
    claims_held: bool = False
    closed: bool = False
    instances: dict[str, Instance] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    test_cases: dict[str, TestCase] = field(default_factory=dict)
    test_executions: dict[str, TestExecution] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    released: dict[str, float] = field(default_factory=dict)
    instance_changes: list[float] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    changes: list[PendingChange] = field(default_factory=list)

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

    def resource(self, name: str, kind: str = "") -> Resource:
        """The resource of that name or id, of that kind where one is given; KeyError when there is none."""
        return _named({id: each for id, each in self.resources.items() if kind in ("", each.kind)}, name, "name")

    def instance_of_group(self, group: Group) -> Instance:
        """The instance a TDG belongs to."""
        return self.instances[group.instance_id]

    def instance_of_number(self, number: Number) -> Instance:
        """The instance that answers a number, directly or through its TDG."""
        group = self.groups.get(number.target)
        return self.instances[group.instance_id if group else number.target]

    def regions_of(self, number: Number) -> tuple[str, ...]:
        """Where callers of a number arrive: both Regions on a TDG, its own on an instance."""
        if number.target in self.groups:
            return self.instance_of_number(number).regions
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

    def other_flow_named(self, flow: Flow, region: str, name: str = "") -> Flow | None:
        """Another flow that a Region shows under the name of this one, or under the one given."""
        for other in self.flows.values():
            there = other is not flow and other.instance_id == flow.instance_id and region in other.states
            if there and seen_from(other, region).name == (name or flow.name):
                return other
        return None

    def other_resource_named(self, resource: Resource, region: str, name: str = "") -> Resource | None:
        """Another resource of its kind and parent that a Region shows under the name of this one, or the one given."""
        for other in self.resources.values() if name or resource.name else ():
            alike = other is not resource and other.siblings == resource.siblings
            if alike and region in other.regions and seen_from(other, region).name == (name or resource.name):
                return other
        return None

    def delete_user(self, user_id: str, *, lingers: bool) -> None:
        """Delete a user; it leaves its TDGs unless it `lingers` there."""
        del self.users[user_id]
        self.revision += 1
        for group in () if lingers else self.groups.values():
            group.members = [member for member in group.members if member != user_id]
            group.listed = [member for member in group.listed if member != user_id]

    def arn(
        self, resource: Instance | Group | Flow | User | Number | Resource | TestCase, region: str | None = None
    ) -> str:
        """The ARN of a resource as seen from a Region (default: its own).

        TDGs, numbers and test cases carry their own Region wherever they are seen from; the others that asked for.
        """
        if isinstance(resource, Group):
            return self._arn(self.instance_of_group(resource).region, f"traffic-distribution-group/{resource.id}")
        if isinstance(resource, Number):
            return self._arn(resource.region, f"phone-number/{resource.id}")
        if isinstance(resource, Instance):
            return self._arn(region or resource.region, f"instance/{resource.id}")
        if isinstance(resource, TestCase):
            return self._arn(resource.region, f"instance/{resource.instance_id}/test-case/{resource.id}")
        if isinstance(resource, Resource):
            kind = resource.kind
        else:
            kind = "contact-flow" if isinstance(resource, Flow) else "agent"
        instance = self.instances[resource.instance_id]
        return self._arn(region or instance.region, f"instance/{instance.id}/{kind}/{resource.id}")

    def target_arn(self, target: str, region: str | None = None) -> str:
        """The ARN of the instance or TDG with that id."""
        return self.arn(self.groups.get(target) or self.instances[target], region)

    def _arn(self, region: str, resource: str) -> str:
        return f"arn:{self.partition}:connect:{region}:{self.account}:{resource}"


def _named(resources: dict[str, Named], name: str, attribute: str) -> Named:
    if name in resources:
        return resources[name]
    for resource in resources.values():
        if getattr(resource, attribute) == name:
            return resource
    raise KeyError(name)
