"""Every kind of finding. docs/findings.md has an entry for each; a code is never given another meaning."""

from __future__ import annotations

from collections.abc import Mapping

from .finding import Kind, Severity

KINDS: dict[str, Kind] = {}
"""By code, in order."""

_GROUPS = ("ListTrafficDistributionGroups",)
_STATUS = (*_GROUPS, "DescribeTrafficDistributionGroup")
_NUMBERS = ("ListPhoneNumbersV2",)
_MEMBERS = (*_GROUPS, "ListTrafficDistributionGroupUsers")
_FLOWS = ("ListContactFlows",)
_ANSWERS = (*_NUMBERS, "ListFlowAssociations")
_CONTENTS = (*_ANSWERS, *_FLOWS, "DescribeContactFlow")
_MODULES = (*_CONTENTS, "DescribeContactFlowModule")
_SHARES = (*_GROUPS, "GetTrafficDistribution")


def _kind(code: str, severity: Severity, title: str, *needs: str) -> Kind:
    KINDS[code] = Kind(code, severity, title, frozenset(needs))
    return KINDS[code]


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

# 1xx: the pair of instances, its replication, its groups.
NOT_REPLICATED = _kind("ACGR101", _E, "the instance has no replica", "DescribeInstance")
INSTANCE_NOT_ACTIVE = _kind("ACGR102", _E, "the instance is not ACTIVE", "DescribeInstance")
REPLICATION_BROKEN = _kind("ACGR103", _E, "the replication is not complete, and does not go on", "DescribeInstance")
REPLICATION_RUNNING = _kind("ACGR104", _W, "the replication is under way", "DescribeInstance")
NOT_CAUGHT_UP = _kind("ACGR105", _W, "something does not catch up with the other Region", "ListReplicationFindings")
TYPE_NOT_REPLICATED = _kind("ACGR106", _W, "a type of resource is not replicated", "ListReplicationFindings")
GROUP_BROKEN = _kind("ACGR110", _E, "a traffic distribution group is not usable", *_STATUS)
GROUP_CHANGING = _kind("ACGR111", _W, "a traffic distribution group is being changed", *_STATUS)
NO_DEFAULT_GROUP = _kind("ACGR112", _W, "no default traffic distribution group is shown", *_GROUPS)

# 2xx: phone numbers.
DARK = _kind("ACGR201", _E, "a number has no flow where callers reach it", *_ANSWERS)
NUMBER_FAILED = _kind("ACGR202", _E, "a number is not CLAIMED", *_NUMBERS, "DescribePhoneNumber")
NUMBER_MOVING = _kind("ACGR203", _W, "a number is being moved or changed", *_NUMBERS, "DescribePhoneNumber")
ON_INSTANCE = _kind("ACGR204", _W, "a number is on the instance and cannot fail over", *_NUMBERS)
ABANDONED = _kind("ACGR205", _E, "a number is on a group that is not usable", *_NUMBERS, *_GROUPS)

# 3xx: flows.
FLOW_NOT_USABLE = _kind("ACGR301", _E, "a number's flow is archived or not published", *_ANSWERS, *_FLOWS)
FLOW_TYPE = _kind("ACGR302", _E, "a number's flow is of a type that takes no calls", *_ANSWERS, *_FLOWS)
FLOW_UNKNOWN = _kind("ACGR303", _E, "a number's flow is not in the Region", *_ANSWERS, *_FLOWS)
CONTENT_DIFFERS = _kind("ACGR304", _E, "a flow is another one in the other Region", *_MODULES)
TWINS_DIFFER = _kind("ACGR305", _W, "two flows of one name differ between the Regions", *_CONTENTS)
OTHER_FLOW = _kind("ACGR306", _I, "a number has another flow in the other Region", *_ANSWERS, *_FLOWS)
PINS_REGION = _kind("ACGR307", _E, "a flow uses something of the other Region", *_MODULES)
NAMES_REGION = _kind("ACGR308", _W, "a flow writes the other Region into an ARN of the instance", *_MODULES)
NEXT_FLOW = _kind("ACGR309", _E, "a flow goes to a flow or module that is not usable there", *_MODULES)
UNREADABLE_FLOW = _kind("ACGR310", _W, "a flow's content cannot be understood", *_CONTENTS)

# 4xx: agents.
ON_NO_GROUP = _kind("ACGR401", _W, "users are on no traffic distribution group", *_MEMBERS, "ListUsers")
AGENTS_WITHOUT_NUMBERS = _kind("ACGR402", _W, "agents are on groups that have no numbers", *_MEMBERS, *_NUMBERS)
NUMBERS_WITHOUT_AGENTS = _kind("ACGR403", _W, "a group has numbers and no agents", *_MEMBERS, *_NUMBERS)
NOT_IN_REPLICA = _kind("ACGR404", _E, "agents are not in the other Region", *_MEMBERS, "ListUsers")
NO_USER = _kind("ACGR405", _W, "a group has members who are no users", *_MEMBERS, "ListUsers")

# 5xx: traffic.
NOBODY_SIGNS_IN = _kind("ACGR501", _E, "calls go where nobody may sign in", *_SHARES)
NO_AGENTS_THERE = _kind("ACGR502", _E, "calls go where no agent works", *_SHARES)
SHARES = _kind("ACGR503", _E, "traffic shares do not make sense", *_SHARES)
FAILED_OVER = _kind("ACGR504", _I, "traffic is shifted to the replica", *_SHARES)
SIGN_IN_NOWHERE = _kind("ACGR505", _E, "nobody may sign in anywhere", *_SHARES)
AGENTS_WITHOUT_CALLS = _kind("ACGR506", _W, "agents work where no calls go", *_SHARES)

# 6xx: quotas and the request rate.
QUOTA_GROUPS = _kind("ACGR601", _W, "traffic distribution groups are near their limit", *_GROUPS)
QUOTA_NUMBERS = _kind("ACGR602", _W, "phone numbers are near their limit", *_NUMBERS)
QUOTA_USERS = _kind("ACGR603", _W, "users are near their limit", "ListUsers")
QUOTA_FLOWS = _kind("ACGR604", _W, "flows are near their limit", *_FLOWS)
RATE_SCOPE = _kind("ACGR610", _I, "how the request rate is counted")

# 7xx: what Pulumi thinks (--expect).
NOT_THERE = _kind("ACGR701", _E, "something that the stack manages is not there")
ELSEWHERE = _kind("ACGR702", _E, "a number is not where the stack put it", *_NUMBERS)
FLOW_CHANGED = _kind("ACGR703", _E, "a number has another flow than the stack gave it", *_ANSWERS)
NOT_A_MEMBER = _kind("ACGR704", _E, "an agent is not on the group that the stack declares", *_MEMBERS)
NOT_DECLARED = _kind("ACGR705", _I, "the stack does not manage a number of the pair", *_NUMBERS)

# 8xx: calls (--call).
NOT_ANSWERED = _kind("ACGR801", _E, "a call was not answered")
NOT_CALLED = _kind("ACGR802", _W, "a call could not be placed")
LEFT_BEHIND = _kind("ACGR803", _W, "a test case could not be deleted")

OF_SURVEY: Mapping[str, Kind] = {code: kind for code, kind in KINDS.items() if code[4] < "7" and kind is not RATE_SCOPE}
"""Those that a survey alone tells."""
