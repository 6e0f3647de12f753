"""AWS's table: on which resources an action is authorized, which keys it has, and what it needs besides.

`reference.json` is what the Service Authorization Reference for Amazon Connect says of the operations of the sandbox.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("reference.json")

PATHS = {
    "contact": "contact",
    "contact-flow": "contact-flow",
    "contact-flow-module": "flow-module",
    "hierarchy-group": "agent-group",
    "hours-of-operation": "operating-hours",
    "prompt": "prompt",
    "queue": "queue",
    "quick-connect": "transfer-destination",
    "routing-profile": "routing-profile",
    "security-profile": "security-profile",
    "user": "agent",
    "vocabulary": "vocabulary",
}
"""Types of resources inside an instance to what stands before the id in their ARNs."""

TOP_LEVEL = ("phone-number", "traffic-distribution-group")
"""Types of resources of the account, whose ARNs name no instance."""

MEMBERS = {
    "contact": ("ContactId",),
    "contact-flow": ("ContactFlowId", "FlowId", "OutboundFlowId"),
    "contact-flow-module": ("ContactFlowModuleId",),
    "hierarchy-group": ("HierarchyGroupId", "ParentGroupId"),
    "hours-of-operation": ("HoursOfOperationId",),
    "phone-number": ("PhoneNumberId", "OutboundCallerIdNumberId"),
    "prompt": ("PromptId",),
    "queue": ("QueueId", "DefaultOutboundQueueId"),
    "quick-connect": ("QuickConnectId", "QuickConnectIds"),
    "routing-profile": ("RoutingProfileId",),
    "security-profile": ("SecurityProfileId", "SecurityProfileIds"),
    "traffic-distribution-group": ("TrafficDistributionGroupId", "Id"),
    "user": ("UserId",),
    "vocabulary": ("VocabularyId",),
}
"""The members of a request that name a resource of a type, by id or ARN."""


@dataclass(frozen=True)
class Authorization:
    """How an action is authorized.

    Attributes:
        required: types of resources, of which a request always has one; where it names none, all of the type are meant.
        optional: types of resources that count where the request names one.
        keys: the condition keys that a request has, those of tags without the tag's key.
        needs: other actions that the caller has to be allowed, because the service carries them out in its name.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


INSTANCE = Authorization(("instance",), keys=("connect:InstanceId",))
"""How an action is taken that AWS's table does not list yet, if its request names an instance."""


@cache
def authorization(name: str) -> Authorization | None:
    """How the action `connect:<name>` is authorized; None, where AWS's table does not list it."""
    row = _actions().get(name)
    if row is None:
        return None
    required = tuple(type_.removesuffix("*") for type_ in row["on"] if type_.endswith("*"))
    optional = tuple(type_ for type_ in row["on"] if not type_.endswith("*"))
    return Authorization(required, optional, tuple(row.get("keys", ())), tuple(row.get("needs", ())))


@cache
def _actions() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return dict(table["actions"])
