"""What every instance comes with: a routing profile, four security profiles and a queue. None of them can be changed.

API pages List/DescribeRoutingProfile(s), ListRoutingProfileQueues, List/DescribeSecurityProfile(s),
ListSecurityProfilePermissions, List/DescribeQueue(s).
"""

from __future__ import annotations

from acgr_sandbox.core.models import Instance
from acgr_sandbox.core.seeds import derived_id
from acgr_sandbox.wire.refusal import not_found

from .call import Call, parse_arn
from .pagination import page, page_size
from .registry import Answer, reads

ROUTING = {"Basic Routing Profile": "routing-profile"}
SECURITY = {
    "Admin": "security-profile/admin",
    "Agent": "security-profile",
    "CallCenterManager": "security-profile/manager",
    "QualityAnalyst": "security-profile/analyst",
}
QUEUES = {"BasicQueue": "queue"}

_PERMISSIONS = {
    "Admin": ["BasicAgentAccess", "ContactFlows.Create", "OutboundCallAccess", "PhoneNumbers.Claim", "Users.Create"],
    "Agent": ["BasicAgentAccess", "OutboundCallAccess"],
    "CallCenterManager": ["AccessMetrics", "BasicAgentAccess", "Users.Create", "Users.View"],
    "QualityAnalyst": ["AccessMetrics", "ListenCallRecordings"],
}


def check_profiles(call: Call, instance: Instance, routing: str | None, security: list[str]) -> None:
    """Refuse profiles that the instance does not have, given by id or ARN."""
    if routing is not None:
        _find(call, instance, routing, ROUTING, "routing-profile")
    for each in security:
        _find(call, instance, each, SECURITY, "security-profile")


@reads
def list_routing_profiles(call: Call) -> Answer:
    """The one routing profile."""
    return _summaries(call, ROUTING, "routing-profile", "RoutingProfileSummaryList")


@reads
def describe_routing_profile(call: Call) -> Answer:
    """The routing profile: all channels, one queue."""
    instance = call.instance()
    id, name = _find(call, instance, call.params["RoutingProfileId"], ROUTING, "routing-profile")
    profile = {
        "InstanceId": instance.id,
        "Name": name,
        "RoutingProfileArn": _arn(call, instance, "routing-profile", id),
        "RoutingProfileId": id,
        "Description": "A simple routing profile with one queue.",
        "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 2}],
        "DefaultOutboundQueueId": derived_id(instance.id, "queue"),
        "NumberOfAssociatedQueues": 1,
        "NumberOfAssociatedUsers": sum(1 for user in call.world.users.values() if user.instance_id == instance.id),
    }
    return {"RoutingProfile": profile}


@reads
def list_routing_profile_queues(call: Call) -> Answer:
    """The queue of the routing profile."""
    instance = call.instance()
    _find(call, instance, call.params["RoutingProfileId"], ROUTING, "routing-profile")
    id = derived_id(instance.id, "queue")
    queue = {
        "QueueId": id,
        "QueueArn": _arn(call, instance, "queue", id),
        "QueueName": "BasicQueue",
        "Priority": 1,
        "Delay": 0,
        "Channel": "VOICE",
    }
    return {"RoutingProfileQueueConfigSummaryList": [queue]}


@reads
def list_security_profiles(call: Call) -> Answer:
    """The four security profiles."""
    return _summaries(call, SECURITY, "security-profile", "SecurityProfileSummaryList")


@reads
def describe_security_profile(call: Call) -> Answer:
    """One security profile."""
    instance = call.instance()
    id, name = _find(call, instance, call.params["SecurityProfileId"], SECURITY, "security-profile")
    arn = _arn(call, instance, "security-profile", id)
    named = {"Id": id, "Arn": arn, "SecurityProfileName": name, "OrganizationResourceId": instance.id}
    return {"SecurityProfile": {**named, "Description": f"The profile {name} of every instance."}}


@reads
def list_security_profile_permissions(call: Call) -> Answer:
    """Some of what the profile permits on a real instance."""
    instance = call.instance()
    id, name = _find(call, instance, call.params["SecurityProfileId"], SECURITY, "security-profile")
    rows = ((permission, permission) for permission in _PERMISSIONS[name])
    shown, token = page(call, rows, size=page_size(call, 100), what=f"permissions of {id}")
    return {"Permissions": shown, "NextToken": token}


@reads
def list_queues(call: Call) -> Answer:
    """The one queue."""
    types = call.params.get("QueueTypes")
    answer = _summaries(call, QUEUES, "queue", "QueueSummaryList")
    rows = answer["QueueSummaryList"] if not types or "STANDARD" in types else []
    return {**answer, "QueueSummaryList": [{**row, "QueueType": "STANDARD"} for row in rows]}


@reads
def describe_queue(call: Call) -> Answer:
    """The queue."""
    instance = call.instance()
    id, name = _find(call, instance, call.params["QueueId"], QUEUES, "queue")
    queue = {"Name": name, "QueueArn": _arn(call, instance, "queue", id), "QueueId": id, "Status": "ENABLED"}
    return {"Queue": {**queue, "HoursOfOperationId": derived_id(instance.id, "operating-hours")}}


def _summaries(call: Call, kinds: dict[str, str], resource: str, key: str) -> Answer:
    instance = call.instance()
    rows = ((name, (name, derived_id(instance.id, kind))) for name, kind in kinds.items())
    shown, token = page(call, rows, size=page_size(call, 100), what=f"{resource} of {instance.id}")
    found = [{"Id": id, "Arn": _arn(call, instance, resource, id), "Name": name} for name, id in shown]
    return {key: found, "NextToken": token}


def _find(call: Call, instance: Instance, text: str, kinds: dict[str, str], resource: str) -> tuple[str, str]:
    arn = parse_arn(text)
    for name, kind in kinds.items():
        id = derived_id(instance.id, kind)
        if text in (id, _arn(call, instance, resource, id)):
            return id, name
    shown = arn.tail if arn else text
    raise not_found(f"There is no {resource} {shown} in instance {instance.id} in {call.region}.")


def _arn(call: Call, instance: Instance, resource: str, id: str) -> str:
    return f"{call.world.arn(instance, call.region)}/{resource}/{id}"
