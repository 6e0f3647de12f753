"""The operations of Amazon Connect that are used: the one list from which permissions and coverage are checked.

`RegionalConnect` refuses to call what is not named here. The roles of `permissions` and what the sandbox implements are
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
        "DescribeContactFlowModule",
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

CALL_OPERATIONS: frozenset[str] = frozenset(
    {
        "CreateTestCase",
        "DeleteTestCase",
        "GetTestCaseExecutionSummary",
        "ListTestCaseExecutionRecords",
        "ListTestCases",
        "StartTestCaseExecution",
        "StopTestCaseExecution",
    }
)
"""What places calls without a phone (`calls`): `acgr drill`, and `acgr verify --call`."""

SET_UP_OPERATIONS: frozenset[str] = frozenset(
    {
        "CreateTrafficDistributionGroup",
        "DeleteInstance",
        "DeleteTrafficDistributionGroup",
        "ListInstances",
        "ListReplicationFindings",
        "ReplicateInstance",
        "TagResource",
        "UntagResource",
    }
)
"""What `TrafficDistributionGroup` and `InstanceReplica` call besides: a role that only deploys may do none of it."""

DRILL_OPERATIONS: frozenset[str] = frozenset({"UpdateTrafficDistribution"})
"""What shifts traffic: `acgr drill`, which surveys and places calls as well. Nothing else here shifts any."""

OPERATIONS: frozenset[str] = (
    RESOURCE_OPERATIONS | SET_UP_OPERATIONS | SURVEY_OPERATIONS | CALL_OPERATIONS | DRILL_OPERATIONS
)
"""All of them."""

ONLY_WITH_TAGS: frozenset[str] = frozenset({"TagResource", "UntagResource"})
"""Those of `RESOURCE_OPERATIONS` that are called with `acgr:journal=tags` and not otherwise."""
