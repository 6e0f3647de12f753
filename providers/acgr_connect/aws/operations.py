"""The operations of Amazon Connect that are used: the one list from which permissions and coverage are checked.

`RegionalConnect` refuses to call what is not named here. The policy in the README and what the sandbox implements are
held against it. `ReleasePhoneNumber` is not among them, and never will be.
"""

from __future__ import annotations

RESOURCE_OPERATIONS: frozenset[str] = frozenset(
    {
        "AssociatePhoneNumberContactFlow",
        "AssociateTrafficDistributionGroupUser",
        "BatchGetFlowAssociation",
        "DescribeInstance",
        "DescribePhoneNumber",
        "DescribeTrafficDistributionGroup",
        "DescribeUser",
        "DisassociatePhoneNumberContactFlow",
        "DisassociateTrafficDistributionGroupUser",
        "GetTrafficDistribution",
        "ListContactFlows",
        "ListFlowAssociations",
        "ListPhoneNumbersV2",
        "ListRoutingProfiles",
        "ListTrafficDistributionGroupUsers",
        "ListTrafficDistributionGroups",
        "ListUsers",
        "SearchUsers",
        "TagResource",
        "UntagResource",
        "UpdatePhoneNumber",
        "UpdatePhoneNumberMetadata",
    }
)
"""What the resources call, by the names of the API reference. Each needs the permission `connect:<name>`."""

SURVEY_OPERATIONS: frozenset[str] = frozenset(
    {
        "DescribeContactFlow",
        "DescribeInstance",
        "DescribePhoneNumber",
        "DescribeTrafficDistributionGroup",
        "GetTrafficDistribution",
        "ListContactFlows",
        "ListFlowAssociations",
        "ListInstances",
        "ListPhoneNumbersV2",
        "ListReplicationFindings",
        "ListTrafficDistributionGroupUsers",
        "ListTrafficDistributionGroups",
        "ListUsers",
    }
)
"""What a survey of an existing pair of instances calls: `acgr verify`, `discover` and `report`. Reads only."""

OPERATIONS: frozenset[str] = RESOURCE_OPERATIONS | SURVEY_OPERATIONS
"""All of them."""

ONLY_WITH_TAGS: frozenset[str] = frozenset({"TagResource", "UntagResource"})
"""Those of them that are called with `acgr:journal=tags` and not otherwise."""

IMPLIED_PERMISSIONS: frozenset[str] = frozenset({"ds:DescribeDirectories"})
"""What the service itself asks for on behalf of an operation above (`DescribeInstance`)."""


def permissions(*, tags: bool = False) -> frozenset[str]:
    """The IAM actions that a role needs for the resources, and nothing more; `tags`, with `acgr:journal=tags`."""
    used = RESOURCE_OPERATIONS if tags else RESOURCE_OPERATIONS - ONLY_WITH_TAGS
    return frozenset(f"connect:{name}" for name in used) | IMPLIED_PERMISSIONS
