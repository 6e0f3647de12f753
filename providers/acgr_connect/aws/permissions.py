"""What each kind of role must be allowed, and on what AWS authorizes each action. Pure; the one place for both.

`acgr policy` writes it as a policy, docs/permissions.md as a table. A test holds the operations that
`RegionalConnect` can call against the roles, and a run on the sandbox, which has AWS's whole table of its own, shows
that each action of the role that deploys is needed.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Connect", of June 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from acgr_connect.aws.operations import (
    CALL_OPERATIONS,
    DRILL_OPERATIONS,
    ONLY_WITH_TAGS,
    RESOURCE_OPERATIONS,
    SET_UP_OPERATIONS,
    SURVEY_OPERATIONS,
)

RoleKind = Literal["deploy", "set-up", "preview-only", "verify", "drill"]
Where = Literal["source", "replica", "both"]
"""In which Regions something is asked for."""

ResourceType = Literal[
    "instance",
    "user",
    "contact-flow",
    "contact-flow-module",
    "phone-number",
    "legacy-phone-number",
    "wildcard-phone-number",
    "traffic-distribution-group",
    "wildcard-traffic-distribution-group",
    "inside-instance",
    "service-role",
    "anything",
]
"""What an action is authorized on, in AWS's words but for the last three: `inside-instance`, the instance and what is
in it, for actions on test cases and findings, which AWS's page does not list yet; `service-role`, the role that
Connect keeps for each instance; and `anything`, `*`, for actions that AWS does not narrow."""

NEVER = "connect:ReleasePhoneNumber"
"""No operation here calls it, and every role is denied it: a released number is gone for up to 180 days."""


@dataclass(frozen=True)
class Authorization:
    """How AWS authorizes an action.

    Attributes:
        on: the types of resources that it may be decided on; each that a request has must be allowed.
        needs: actions that the service carries out in the caller's name meanwhile, so that they must be allowed too.
        by_instance: whether only `connect:InstanceId` says of which instance the call is.
    """

    on: tuple[ResourceType, ...]
    needs: tuple[str, ...] = ()
    by_instance: bool = False


_MEMBERSHIP: tuple[ResourceType, ...] = ("instance", "traffic-distribution-group", "user")

# In the replica, AWS's guide has policies name a number in its first form too, with the instance ("Resource-level
# policy examples"). It says so of queues; nobody has written down whether a number's flow is different.
_NUMBER_IN_BOTH: tuple[ResourceType, ...] = ("phone-number", "legacy-phone-number")

_CREATES_INSTANCE = (
    "ds:AuthorizeApplication",
    "ds:CheckAlias",
    "ds:CreateAlias",
    "ds:CreateDirectory",
    "ds:CreateIdentityPoolDirectory",
    "ds:DeleteDirectory",
    "ds:DescribeDirectories",
    "ds:UnauthorizeApplication",
    "iam:AttachRolePolicy",
    "iam:CreateServiceLinkedRole",
    "iam:PutRolePolicy",
)
"""What who replicates an instance needs, as who creates one does."""

_DELETES_INSTANCE = ("ds:DeleteDirectory", "ds:DescribeDirectories", "ds:UnauthorizeApplication")

AUTHORIZATIONS: Mapping[str, Authorization] = {
    "connect:AssociatePhoneNumberContactFlow": Authorization(("contact-flow", *_NUMBER_IN_BOTH)),
    "connect:AssociateTrafficDistributionGroupUser": Authorization(
        _MEMBERSHIP, ("connect:DescribeUser", "connect:SearchUsers")
    ),
    "connect:BatchGetFlowAssociation": Authorization(("wildcard-phone-number",), by_instance=True),
    "connect:CreateTestCase": Authorization(("inside-instance",)),
    # A group that is to be made is none of those that are named: it is allowed for all of the account.
    "connect:CreateTrafficDistributionGroup": Authorization(("instance", "wildcard-traffic-distribution-group")),
    "connect:DeleteInstance": Authorization(("instance",), _DELETES_INSTANCE),
    "connect:DeleteTestCase": Authorization(("inside-instance",)),
    "connect:DeleteTrafficDistributionGroup": Authorization(("traffic-distribution-group",)),
    "connect:DescribeContactFlow": Authorization(("contact-flow",)),
    "connect:DescribeContactFlowModule": Authorization(("contact-flow-module",)),
    "connect:DescribeInstance": Authorization(("instance",), ("ds:DescribeDirectories",)),
    "connect:DescribePhoneNumber": Authorization(("phone-number",)),
    "connect:DescribeTrafficDistributionGroup": Authorization(("traffic-distribution-group",)),
    "connect:DescribeUser": Authorization(("user",)),
    "connect:DisassociatePhoneNumberContactFlow": Authorization(_NUMBER_IN_BOTH, by_instance=True),
    "connect:DisassociateTrafficDistributionGroupUser": Authorization(_MEMBERSHIP),
    "connect:GetTestCaseExecutionSummary": Authorization(("inside-instance",)),
    "connect:GetTrafficDistribution": Authorization(("traffic-distribution-group",)),
    "connect:ListContactFlows": Authorization(("contact-flow",)),
    "connect:ListFlowAssociations": Authorization(("instance",)),
    "connect:ListInstances": Authorization(("anything",), ("ds:DescribeDirectories",)),
    "connect:ListPhoneNumbersV2": Authorization(("wildcard-phone-number",)),
    "connect:ListReplicationFindings": Authorization(("inside-instance",)),
    "connect:ListRoutingProfiles": Authorization(("instance",)),
    "connect:ListTestCaseExecutionRecords": Authorization(("inside-instance",)),
    "connect:ListTestCases": Authorization(("inside-instance",)),
    "connect:ListTrafficDistributionGroupUsers": Authorization(("traffic-distribution-group",)),
    "connect:ListTrafficDistributionGroups": Authorization(("wildcard-traffic-distribution-group",)),
    "connect:ListUserProficiencies": Authorization(("instance", "user")),
    "connect:ListUsers": Authorization(("instance",)),
    "connect:ReplicateInstance": Authorization(("instance",), _CREATES_INSTANCE),
    "connect:SearchUsers": Authorization(("instance",), ("connect:DescribeUser", "connect:ListUserProficiencies")),
    "connect:StartTestCaseExecution": Authorization(("inside-instance",)),
    "connect:StopTestCaseExecution": Authorization(("inside-instance",)),
    "connect:TagResource": Authorization(("phone-number", "traffic-distribution-group")),
    "connect:UntagResource": Authorization(("phone-number", "traffic-distribution-group")),
    "connect:UpdatePhoneNumber": Authorization(("instance", "phone-number", "traffic-distribution-group")),
    "connect:UpdatePhoneNumberMetadata": Authorization(("phone-number",)),
    "connect:UpdateTrafficDistribution": Authorization(("traffic-distribution-group",)),
    "ds:AuthorizeApplication": Authorization(("anything",)),
    "ds:CheckAlias": Authorization(("anything",)),
    "ds:CreateAlias": Authorization(("anything",)),
    "ds:CreateDirectory": Authorization(("anything",)),
    "ds:CreateIdentityPoolDirectory": Authorization(("anything",)),
    "ds:DeleteDirectory": Authorization(("anything",)),
    "ds:DescribeDirectories": Authorization(("anything",)),
    "ds:UnauthorizeApplication": Authorization(("anything",)),
    "iam:AttachRolePolicy": Authorization(("service-role",)),
    "iam:CreateServiceLinkedRole": Authorization(("service-role",)),
    "iam:PutRolePolicy": Authorization(("service-role",)),
}
"""By action. An operation of Connect needs the action of its name."""

_PREVIEWED = frozenset(
    {
        "BatchGetFlowAssociation",
        "DescribeInstance",
        "DescribePhoneNumber",
        "DescribeTrafficDistributionGroup",
        "GetTrafficDistribution",
        "ListContactFlows",
        "ListFlowAssociations",
        "ListPhoneNumbersV2",
        "ListRoutingProfiles",
        "ListTrafficDistributionGroupUsers",
        "ListTrafficDistributionGroups",
        "ListUsers",
        "SearchUsers",
    }
)
"""What of `RESOURCE_OPERATIONS` a preview or a refresh calls."""

_IN_REPLICA_TOO = frozenset(
    {
        "AssociatePhoneNumberContactFlow",
        "BatchGetFlowAssociation",
        "DisassociatePhoneNumberContactFlow",
        "ListContactFlows",
        "ListFlowAssociations",
        "ListPhoneNumbersV2",
        "ListTrafficDistributionGroups",
    }
)
"""What of them is called in the replica as well; all else in the source alone."""

_DRILLED = CALL_OPERATIONS | DRILL_OPERATIONS
"""What a drill calls besides what it verifies."""


_IN_REPLICA_ALONE = frozenset({"DeleteInstance"})
"""What is called in the replica and nowhere else: nobody here may delete a source instance."""


def _of_resources(operations: frozenset[str]) -> dict[str, Where]:
    return {name: _where(name) for name in operations}


def _where(operation: str) -> Where:
    if operation in _IN_REPLICA_ALONE:
        return "replica"
    return "both" if operation in _IN_REPLICA_TOO else "source"


def _of_pair(operations: frozenset[str]) -> dict[str, Where]:
    return dict.fromkeys(operations, "both")


OPERATIONS_OF: Mapping[RoleKind, Mapping[str, Where]] = {
    "deploy": _of_resources(RESOURCE_OPERATIONS - ONLY_WITH_TAGS),
    "set-up": {
        **_of_resources((RESOURCE_OPERATIONS - ONLY_WITH_TAGS) | SET_UP_OPERATIONS),
        "DescribeInstance": "both",  # of a replica: its alias, and which instance is its source
    },
    "preview-only": _of_resources(_PREVIEWED),
    "verify": _of_pair(SURVEY_OPERATIONS),
    "drill": _of_pair(SURVEY_OPERATIONS | _DRILLED),
}
"""The operations that each kind of role calls, and where. What is asked for there is read with `permissions`."""


def permissions(role: RoleKind = "deploy", *, tags: bool = False) -> dict[str, Where]:
    """The actions that a role must be allowed, and where; nothing more.

    Args:
        role: which.
        tags: with `acgr:journal=tags`; of use to a role that deploys.
    """
    needed: dict[str, Where] = {}
    for operation, where in OPERATIONS_OF[role].items():
        _need(f"connect:{operation}", where, needed)
    for operation in ONLY_WITH_TAGS if tags and role == "deploy" else ():
        _need(f"connect:{operation}", "source", needed)
    return dict(sorted(needed.items()))


def authorized_on(action: str, role: RoleKind, *, tags: bool = False) -> tuple[ResourceType, ...]:
    """On what an action has to be allowed for a role.

    A number is tagged only with `acgr:journal=tags`, a group only by the role that sets up.
    """
    types = AUTHORIZATIONS[action].on
    if action.removeprefix("connect:") not in ONLY_WITH_TAGS:
        return types
    return tuple(one for one in types if (tags if one == "phone-number" else role == "set-up"))


def _need(action: str, where: Where, needed: dict[str, Where]) -> None:
    if needed.get(action) in (where, "both"):
        return
    needed[action] = "both" if action in needed else where
    for other in AUTHORIZATIONS[action].needs:
        _need(other, where, needed)
