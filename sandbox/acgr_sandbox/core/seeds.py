"""What every instance comes with: hours of operation, a queue, a routing profile, security profiles and prompts.

Their ids follow from the instance's.
"""

from __future__ import annotations

import uuid
from typing import Any

from .models import Instance, Number, Resource
from .world import NAMESPACE, World

HOURS, QUEUE = "operating-hours", "queue"
ROUTING_PROFILE, SECURITY_PROFILE = "routing-profile", "security-profile"
QUICK_CONNECT = "transfer-destination"
FLOW_MODULE, PROMPT, VOCABULARY = "flow-module", "prompt", "vocabulary"
HIERARCHY, HIERARCHY_GROUP = "agent-group-level", "agent-group"
"""Kinds of resources, as ARNs have them."""

_CALLER, _NUMBER = "OutboundCallerConfig", "OutboundCallerIdNumberId"

_PERMISSIONS = {
    "Admin": ["BasicAgentAccess", "ContactFlows.Create", "OutboundCallAccess", "PhoneNumbers.Claim", "Users.Create"],
    "Agent": ["BasicAgentAccess", "OutboundCallAccess"],
    "CallCenterManager": ["AccessMetrics", "BasicAgentAccess", "Users.Create", "Users.View"],
    "QualityAnalyst": ["AccessMetrics", "ListenCallRecordings"],
}
_SUFFIXES = {"Admin": "/admin", "CallCenterManager": "/manager", "QualityAnalyst": "/analyst"}

_PROMPTS = (
    "Beep.wav",
    "CustomerHold.wav",
    "CustomerQueue.wav",
    "Music_Jazz_MyTimetoFly_Inst.wav",
    "Music_Pop_ThrowYourselfInFrontOfIt_Inst.wav",
    "Music_Rock_EverywhereTheSunShines_Inst.wav",
)

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
            "IsDefault": True,
            "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}],
            "DefaultOutboundQueueId": queue,
            "Queues": [{"QueueId": queue, "Channel": "VOICE", "Priority": 1, "Delay": 0}],
        },
    )
    for name, permissions in _PERMISSIONS.items():
        description = f"The profile {name} of every instance."
        add(SECURITY_PROFILE, name, description, {"Permissions": list(permissions)}, _SUFFIXES.get(name, ""))
    for name in _PROMPTS:
        add(PROMPT, name, "", {}, f"/{name}")


def make_caller_id(world: World, number: Number) -> None:
    """Let a queue of a number's instance have it as its outbound caller ID: the first queue, or a new one."""
    instance = world.instance_of_number(number)
    queue = world.resources[derived_id(instance.id, QUEUE)]
    if _CALLER in queue.details:
        id, name = derived_id(instance.id, f"{QUEUE}/{number.e164}"), f"Calls as {number.e164}"
        kept = {key: queue.details[key] for key in ("HoursOfOperationId", "Status")}
        queue = Resource(id, QUEUE, name, instance.id, details=kept, regions=list(instance.regions))
        world.resources[id] = queue
    queue.details[_CALLER] = {_NUMBER: world.arn(number)}


def is_caller_id(queue: Resource, number: Number) -> bool:
    """Whether a number is the outbound caller ID of a queue, which names it by id or ARN."""
    return str(queue.details.get(_CALLER, {}).get(_NUMBER, "")).rpartition("/")[2] == number.id
