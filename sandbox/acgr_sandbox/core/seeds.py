"""What every instance comes with: hours of operation, a queue, a routing profile and four security profiles.

Their ids follow from the instance's.
"""

from __future__ import annotations

import uuid
from typing import Any

from .models import Instance, Resource
from .world import NAMESPACE, World

HOURS, QUEUE = "operating-hours", "queue"
ROUTING_PROFILE, SECURITY_PROFILE = "routing-profile", "security-profile"
QUICK_CONNECT = "transfer-destination"
"""Kinds of resources, as ARNs have them."""

_PERMISSIONS = {
    "Admin": ["BasicAgentAccess", "ContactFlows.Create", "OutboundCallAccess", "PhoneNumbers.Claim", "Users.Create"],
    "Agent": ["BasicAgentAccess", "OutboundCallAccess"],
    "CallCenterManager": ["AccessMetrics", "BasicAgentAccess", "Users.Create", "Users.View"],
    "QualityAnalyst": ["AccessMetrics", "ListenCallRecordings"],
}
_SUFFIXES = {"Admin": "/admin", "CallCenterManager": "/manager", "QualityAnalyst": "/analyst"}

_WORKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")


def derived_id(instance_id: str, kind: str) -> str:
    """The id of something that every instance has."""
    return str(uuid.uuid5(NAMESPACE, f"{instance_id}/{kind}"))


def add_seeds(world: World, instance: Instance) -> None:
    """Give an instance what every instance comes with, in each of its Regions."""

    def add(kind: str, name: str, description: str, details: dict[str, Any], suffix: str = "") -> str:
        id = derived_id(instance.id, kind + suffix)
        world.resources[id] = Resource(id, kind, name, instance.id, description, details, list(instance.regions))
        return id

    nine, five = {"Hours": 9, "Minutes": 0}, {"Hours": 17, "Minutes": 0}
    week = [{"Day": day, "StartTime": dict(nine), "EndTime": dict(five)} for day in _WORKDAYS]
    hours = add(HOURS, "Basic Hours", "", {"TimeZone": "UTC", "Config": week})
    queue = add(QUEUE, "BasicQueue", "A simple, basic voice queue.", {"HoursOfOperationId": hours, "Status": "ENABLED"})
    add(
        ROUTING_PROFILE,
        "Basic Routing Profile",
        "A simple routing profile with one queue.",
        {
            "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}],
            "DefaultOutboundQueueId": queue,
            "Queues": [{"QueueId": queue, "Channel": "VOICE", "Priority": 1, "Delay": 0}],
        },
    )
    for name, permissions in _PERMISSIONS.items():
        description = f"The profile {name} of every instance."
        add(SECURITY_PROFILE, name, description, {"Permissions": list(permissions)}, _SUFFIXES.get(name, ""))
