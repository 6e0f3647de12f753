"""A least-privilege policy as data: what a kind of role needs, on the objects of a scope. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from acgr_connect.aws.operations import ONLY_WITH_TAGS
from acgr_connect.aws.permissions import (
    AUTHORIZATIONS,
    NEVER,
    ResourceType,
    RoleKind,
    Where,
    authorized_on,
    permissions,
)
from acgr_connect.model.arns import Arn
from acgr_connect.numbers.obligation_tags import TAG_KEYS

from .scope import Scope

VERSION = "2012-10-17"

MANAGED, INLINE = 6144, 10240
"""Characters, without spaces and line breaks, that a managed policy and all inline policies of a role may have."""

_NAMES: Mapping[ResourceType, str] = {
    "instance": "Instance",
    "user": "Users",
    "contact-flow": "Flows",
    "contact-flow-module": "FlowModules",
    "phone-number": "PhoneNumbers",
    "legacy-phone-number": "PhoneNumbersOfReplica",
    "wildcard-phone-number": "ListPhoneNumbers",
    "traffic-distribution-group": "Groups",
    "wildcard-traffic-distribution-group": "ListGroups",
    "inside-instance": "InsideInstance",
    "service-role": "ServiceRoles",
    "anything": "Everything",
}
"""What the statement for each type of resources is called, in their order."""

_PATHS: Mapping[ResourceType, tuple[str, ...]] = {
    "instance": ("instance/{instance}",),
    "user": ("instance/{instance}/agent/*",),
    "contact-flow": ("instance/{instance}/contact-flow/*",),
    "contact-flow-module": ("instance/{instance}/flow-module/*",),
    "legacy-phone-number": ("instance/{instance}/phone-number/*",),
    "wildcard-phone-number": ("phone-number/*",),
    "wildcard-traffic-distribution-group": ("traffic-distribution-group/*",),
    "inside-instance": ("instance/{instance}", "instance/{instance}/*"),
}
"""What follows the account in an ARN, for those whose ARN has the Region in which they are asked for."""

_IN_NO_REGION: frozenset[ResourceType] = frozenset(
    {"phone-number", "traffic-distribution-group", "service-role", "anything"}
)
"""Those whose ARN is the same wherever they are asked for: it carries the source Region, or none."""

_SERVICE_ROLES = "role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect*"
"""The roles that Connect keeps for its instances: who may change others could give itself anything."""


@dataclass(frozen=True)
class Condition:
    """When a statement holds: a test, the key that is tested, the values that it may have."""

    test: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As IAM's JSON has it."""
        plain: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.conditions:
            plain["Condition"] = {each.test: {each.key: list(each.values)} for each in self.conditions}
        return plain


@dataclass(frozen=True)
class Policy:
    """The policy of one kind of role."""

    role: RoleKind
    statements: tuple[Statement, ...]

    def plain(self) -> dict[str, Any]:
        """As IAM's JSON has it."""
        return {"Version": VERSION, "Statement": [each.plain() for each in self.statements]}


def policy_of(role: RoleKind, scope: Scope, *, tags: bool = False) -> Policy:
    """The policy of a role: one statement for each type of resources, and a Deny of what never may happen.

    AWS decides on each resource of a request by itself, so that the statements need not be by action.

    Args:
        role: which.
        scope: on what.
        tags: with `acgr:journal=tags`.
    """
    rows = _rows(role, tags=tags).items()
    allowed = [_statement(row, actions, arns, scope) for row, actions in rows if (arns := _arns(row, scope))]
    deny = Statement("NeverReleaseANumber", "Deny", (NEVER,), ("*",))
    return Policy(role, (*allowed, deny))


@dataclass(frozen=True)
class _Row:
    """What is allowed together: the same type of resources, in the same Regions, on the same conditions."""

    type: ResourceType
    where: Where
    by_instance: bool
    tags: bool

    @property
    def place(self) -> tuple[int, str, bool, bool]:
        """Where it stands in the policy."""
        return list(_NAMES).index(self.type), self.where, self.by_instance, self.tags


def _rows(role: RoleKind, *, tags: bool) -> dict[_Row, tuple[str, ...]]:
    found: dict[_Row, list[str]] = {}
    for action, where in permissions(role, tags=tags).items():
        authorization, is_tag = AUTHORIZATIONS[action], action.removeprefix("connect:") in ONLY_WITH_TAGS
        for type_ in authorized_on(action, role, tags=tags):
            is_held = is_tag and type_ == "phone-number"
            row = _Row(type_, "both" if type_ in _IN_NO_REGION else where, authorization.by_instance, is_held)
            found.setdefault(row, []).append(action)
    return {row: tuple(found[row]) for row in sorted(found, key=lambda row: row.place)}


def _statement(row: _Row, actions: tuple[str, ...], arns: tuple[str, ...], scope: Scope) -> Statement:
    words = [_NAMES[row.type], "" if row.where == "both" else f"In{row.where.capitalize()}"]
    words += ["OfInstance" if row.by_instance else "", "Tags" if row.tags else ""]
    return Statement("".join(words), "Allow", actions, arns, tuple(_conditions(row, scope)))


def _arns(row: _Row, scope: Scope) -> tuple[str, ...]:
    """The ARNs of a type of resources; none of what only a replica has, where there is none."""
    source = scope.instance
    if row.type == "anything":
        return ("*",)
    if row.type == "service-role":
        return (f"arn:{source.partition}:iam::{source.account}:{_SERVICE_ROLES}",)
    if row.type == "phone-number" and scope.numbers:
        return tuple(map(str, scope.numbers))
    if row.type == "traffic-distribution-group" and scope.groups:
        return tuple(map(str, scope.groups))
    if row.type in _IN_NO_REGION:
        return (f"{_account(source, source.region)}:{row.type}/*",)
    paths = [path.format(instance=source.id) for path in _PATHS[row.type]]
    if row.type == "legacy-phone-number" and scope.numbers:
        paths = [path.replace("*", number.id) for path in paths for number in scope.numbers]
    return tuple(f"{_account(source, region)}:{path}" for region in _regions(row, scope) for path in paths)


def _regions(row: _Row, scope: Scope) -> tuple[str, ...]:
    if row.type == "legacy-phone-number" or row.where == "replica":
        return scope.regions[1:]
    return scope.regions[:1] if row.where == "source" else scope.regions


def _account(source: Arn, region: str) -> str:
    return f"arn:{source.partition}:connect:{region}:{source.account}"


def _conditions(row: _Row, scope: Scope) -> Iterator[Condition]:
    if row.by_instance:
        # Where the key is there, it has to fit. AWS's page lists it for these actions, and says of none that it is
        # always there: a role that may not end a darkness for want of a key would be worse.
        yield Condition("StringEqualsIfExists", "connect:InstanceId", (scope.instance.id,))
    if row.tags:
        yield Condition("ForAllValues:StringEquals", "aws:TagKeys", TAG_KEYS)
