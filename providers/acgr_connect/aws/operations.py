"""The operations of Amazon Connect that are used: the one list from which permissions and coverage are checked.

`RegionalConnect` refuses to call what is not named here. The policy in the README and what the sandbox implements are
held against it. `ReleasePhoneNumber` is not among them, and never will be.
"""

from __future__ import annotations

OPERATIONS: frozenset[str] = frozenset(
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
        "UpdatePhoneNumber",
        "UpdatePhoneNumberMetadata",
    }
)
"""By the names of the API reference. Each needs the permission `connect:<name>`."""

IMPLIED_PERMISSIONS: frozenset[str] = frozenset({"ds:DescribeDirectories"})
"""What the service itself asks for on behalf of an operation above (`DescribeInstance`)."""


def permissions() -> frozenset[str]:
    """The IAM actions that a role needs, and nothing more."""
    return frozenset(f"connect:{name}" for name in OPERATIONS) | IMPLIED_PERMISSIONS
