"""Instances: made, replicated, read, deleted, and what lags behind between the Regions.

API pages Create-, Replicate-, Describe-, List- and DeleteInstance, …InstanceAttribute(s), ListReplicationFindings.
"""

from __future__ import annotations

from collections.abc import Iterator

from acgr_sandbox.core.models import PAIRS, Flow, Instance, Number, User
from acgr_sandbox.core.pending_changes import cancel
from acgr_sandbox.core.seeds import add_seeds
from acgr_sandbox.wire.refusal import Refusal, conflict, invalid_request

from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes, writes_once

ON_BY_DEFAULT = ("INBOUND_CALLS", "OUTBOUND_CALLS", "CONTACT_LENS", "AUTO_RESOLVE_BEST_VOICES", "EARLY_MEDIA")
"""Attributes that are on where nobody set them."""

MONTH = 30 * 24 * 3600.0
"""Seconds over which creations and deletions of instances are counted."""

FOUND_TYPES = (
    *("AGENT", "AGENT_GROUP", "AGENT_GROUP_LEVEL", "AGENT_STATE", "ATTRIBUTE", "CONTACT_FLOW", "DATA_TABLE"),
    *("DATA_TABLE_ATTRIBUTE", "DATA_TABLE_RECORD", "DATA_TABLE_VALUE", "FLOW_MODULE", "FLOW_MODULE_ALIAS"),
    *("FLOW_MODULE_VERSION", "METRIC", "NOTIFICATION", "OPERATING_HOURS", "PHONE_NUMBER", "PROMPT", "QUEUE", "REPORT"),
    *("ROUTING_PROFILE", "SECURITY_PROFILE", "TASK_TEMPLATE", "TEST_CASE", "TRANSFER_DESTINATION", "VIEW", "WORKSPACE"),
)
"""What ListReplicationFindings takes as ResourceType: the list stands in the model's text, not in its constraints."""

BUSY = "an excessive number of attempts at creating or deleting instances in 30 days"

LISTED = (*ON_BY_DEFAULT, "CONTACTFLOW_LOGS", "USE_CUSTOM_TTS_VOICES")


@writes_once("InvalidRequestException")
def create_instance(call: Call) -> Answer:
    """A new instance, CREATION_IN_PROGRESS; it comes with hours, a queue, a routing profile and security profiles."""
    _check_new(call)
    alias = call.params.get("InstanceAlias", "")
    instance = Instance(call.world.new_id("instance", alias), alias, call.region, created=call.now)
    instance.status, instance.identity = "CREATION_IN_PROGRESS", call.params["IdentityManagementType"]
    instance.tags = dict(call.params.get("Tags", {}))
    for name in ("Inbound", "Outbound"):
        instance.attributes[f"{name.upper()}_CALLS"] = str(call.params[f"{name}CallsEnabled"]).lower()
    call.world.instances[instance.id] = instance
    add_seeds(call.world, instance)
    call.world.instance_changes.append(call.now)
    call.later(call.switches.instance_seconds, "instance-status", instance.id, detail=call.async_failure)
    return {"Id": instance.id, "Arn": call.world.arn(instance)}


@writes_once("ResourceConflictException")
def replicate_instance(call: Call) -> Answer:
    """Copy an instance to the other Region of its pair: users, flows, a default TDG with all of its numbers."""
    instance = call.instance_or_arn(call.params["InstanceId"])
    region = call.params["ReplicaRegion"]
    _check_replicable(call, instance, region)
    instance.replicating, instance.trouble = region, ""
    instance.replica_alias = call.params.get("ReplicaAlias", "")
    cancel(call.world, "replicated", instance.id)
    call.later(call.switches.replicate_seconds, "replicated", instance.id, region=region, detail=call.async_failure)
    return {"Id": instance.id, "Arn": call.world.arn(instance, region)}


@reads
def describe_instance(call: Call) -> Answer:
    """An instance and, when it is replicated or on its way to be, its Regions."""
    instance = call.instance()
    answer: Answer = {"Instance": _described(call, instance)}
    if instance.replica or instance.replicating:
        answer["ReplicationConfiguration"] = _replication(call, instance)
    return answer


@reads
def list_instances(call: Call) -> Answer:
    """The instances that answer in this Region."""
    here = ((i.id, i) for i in call.world.instances.values() if call.region in i.regions)
    shown, token = page(call, here, size=page_size(call, 10), what="instances")
    return {"InstanceSummaryList": [_summary(call, instance) for instance in shown], "NextToken": token}


@reads
def describe_instance_attribute(call: Call) -> Answer:
    """Whether something is on for an instance."""
    return {"Attribute": _attribute(call.instance(), call.params["AttributeType"])}


@reads
def list_instance_attributes(call: Call) -> Answer:
    """The attributes that every instance has."""
    instance = call.instance()
    shown, token = page(
        call, ((name, name) for name in LISTED), size=page_size(call, 7), what=f"attributes of {instance.id}"
    )
    return {"Attributes": [_attribute(instance, name) for name in shown], "NextToken": token}


@writes
def update_instance_attribute(call: Call) -> Answer:
    """Turn something on or off; both Regions see it at once."""
    call.instance().attributes[call.params["AttributeType"]] = call.params["Value"]
    return {}


@reads
def list_replication_findings(call: Call) -> Answer:
    """How many users, flows or numbers lag behind in each Region, and those that never catch up by themselves."""
    instance = call.instance_or_arn(call.params["InstanceId"])
    if not instance.replica:
        raise invalid_request(f"Instance {instance.id} is not set up for Global Resiliency.")
    kind = call.params["ResourceType"]
    if kind not in FOUND_TYPES:
        raise invalid_request(f"ResourceType {kind} is not supported; there are {', '.join(FOUND_TYPES)}.")
    lags = [(region, resource) for region in instance.regions for resource in _lagging(call, instance, kind, region)]
    stuck = (
        (f"{resource.id}/{region}", (region, resource))
        for region, resource in lags
        if _is_stuck(call, resource, region)
    )
    shown, token = page(call, stuck, size=page_size(call, 100), what=f"findings of {instance.id} {kind}")
    counts = [(region, sum(1 for where, _ in lags if where == region)) for region in instance.regions]
    return {
        "ReplicationFindingsList": [_finding(call, kind, region, resource) for region, resource in shown],
        "ApproximateDriftedResourceCounts": [
            {"Region": region, "Count": count, "Timestamp": call.now} for region, count in counts
        ],
        "ResourceReplicationStatuses": [{"Region": region, "Status": "ENABLED"} for region in instance.regions],
        "NextToken": token,
    }


@writes_once("InvalidRequestException")
def delete_instance(call: Call) -> Answer:
    """Delete an instance with its users and flows; in the replica Region only the replica, with all TDGs."""
    instance = call.instance()
    if instance.replica and call.region == instance.region:
        raise invalid_request(f"Instance {instance.id} has a replica in {instance.replica}: delete that first.")
    _check_without_numbers(call, instance)
    if _is_busy(call):
        raise invalid_request(f"There have been {BUSY}.")
    call.world.instance_changes.append(call.now)
    what = "replica-gone" if instance.replica else "instance-gone"
    call.later(call.switches.instance_seconds, what, instance.id)
    return {}


def _attribute(instance: Instance, name: str) -> Answer:
    return {"AttributeType": name, "Value": instance.attributes.get(name, str(name in ON_BY_DEFAULT).lower())}


def _is_on(instance: Instance, name: str) -> bool:
    return bool(_attribute(instance, name)["Value"].lower() == "true")


def _summary(call: Call, instance: Instance) -> Answer:
    roles = f"arn:{call.world.partition}:iam::{call.world.account}:role/aws-service-role"
    alias = instance.alias_in(call.region)
    return {
        "Id": instance.id,
        "Arn": call.world.arn(instance, call.region),
        "IdentityManagementType": instance.identity,
        "InstanceAlias": alias,
        "CreatedTime": instance.created,
        "ServiceRole": f"{roles}/connect.amazonaws.com/AWSServiceRoleForAmazonConnect",
        "InstanceStatus": instance.status,
        "InboundCallsEnabled": _is_on(instance, "INBOUND_CALLS"),
        "OutboundCallsEnabled": _is_on(instance, "OUTBOUND_CALLS"),
        "InstanceAccessUrl": f"https://{alias}.my.connect.aws",
    }


def _described(call: Call, instance: Instance) -> Answer:
    answer = _summary(call, instance)
    if instance.status == "CREATION_FAILED":
        answer["StatusReason"] = {"Message": instance.trouble}
    if instance.tags:
        answer["Tags"] = instance.tags
    return answer


def _replication(call: Call, instance: Instance) -> Answer:
    listed = instance.regions if call.switches.source_in_replication_status else instance.regions[1:]
    rows = [{"Region": region, "ReplicationStatus": "INSTANCE_REPLICATION_COMPLETE"} for region in listed]
    if any((change.what, change.subject) == ("replica-gone", instance.id) for change in call.world.changes):
        rows[-1]["ReplicationStatus"] = "INSTANCE_REPLICA_DELETING"
    if instance.replicating:
        rows.append({"Region": instance.replicating, "ReplicationStatus": "INSTANCE_REPLICATION_IN_PROGRESS"})
    if instance.replicating and instance.trouble:
        failed = {"ReplicationStatus": "INSTANCE_REPLICATION_FAILED", "ReplicationStatusReason": instance.trouble}
        rows[-1].update(failed)
    return {
        "SourceRegion": instance.region,
        "GlobalSignInEndpoint": f"https://{instance.alias}.{instance.region}.sign-in.connect.aws",
        "ReplicationStatusSummaryList": rows,
    }


def _check_new(call: Call) -> None:
    alias, identity = call.params.get("InstanceAlias"), call.params["IdentityManagementType"]
    if call.world.closed:
        raise Refusal("AccessDeniedException", "The sandbox keeps instances of its own account only.", status=403)
    if not alias and identity != "EXISTING_DIRECTORY":
        raise invalid_request("InstanceAlias is needed.")
    if (identity == "EXISTING_DIRECTORY") != ("DirectoryId" in call.params):
        raise invalid_request("DirectoryId goes with EXISTING_DIRECTORY and with nothing else.")
    if alias and any(alias in (i.alias, i.replica_alias) for i in call.world.instances.values()):
        raise invalid_request(f"The alias {alias!r} is taken.")
    here = sum(1 for instance in call.world.instances.values() if call.region in instance.regions)
    limit = call.switches.instance_limit
    if limit and here >= limit:
        raise Refusal("ServiceQuotaExceededException", f"There are {limit} instances in {call.region} already.")
    if _is_busy(call):
        raise Refusal("ServiceQuotaExceededException", f"There have been {BUSY}.")


def _is_busy(call: Call) -> bool:
    """Whether no instance can be created or deleted for some days."""
    lately = [at for at in call.world.instance_changes if call.now - at < MONTH]
    call.world.instance_changes = lately
    return 0 < call.switches.instance_turnover <= len(lately)


def _check_replicable(call: Call, instance: Instance, region: str) -> None:
    taken = instance.replica or ("" if instance.trouble else instance.replicating)
    problems = {
        f"Replicate instances in {instance.region}, where they were created.": call.region != instance.region,
        f"Connect does not replicate from {instance.region} to {region}.": (instance.region, region) not in PAIRS,
        f"Instance {instance.id} is replicated to {taken} already.": bool(taken),
        f"Instance {instance.id} is {instance.status}, not ACTIVE.": instance.status != "ACTIVE",
        f"Instance {instance.id} has no alias.": not instance.alias,
        f"Instance {instance.id} does not use SAML.": instance.identity != "SAML",
    }
    for message, wrong in problems.items():
        if wrong:
            raise invalid_request(message)
    alias, others = call.params.get("ReplicaAlias"), [i for i in call.world.instances.values() if i is not instance]
    # A replication that failed is asked for again, with the alias that it has.
    if alias and (alias == instance.alias or any(alias in (i.alias, i.replica_alias) for i in others)):
        raise conflict(f"The alias {alias!r} is taken.")


def _check_without_numbers(call: Call, instance: Instance) -> None:
    """Numbers of the Region; those on a TDG stay with the source instance when the replica goes."""
    if call.switches.delete_instance_with_numbers == "release":
        return
    for number in call.world.numbers.values():
        if number.region == call.region and instance.id in (number.target, number.wanted):
            raise invalid_request(f"{number.e164} is claimed to instance {instance.id}.")


def _lagging(call: Call, instance: Instance, kind: str, region: str) -> Iterator[Flow | User | Number]:
    world = call.world
    if kind == "AGENT":
        users = (user for user in world.users.values() if user.instance_id == instance.id)
        yield from (u for u in users if region in u.stale or not (u.mirrored or region == (u.born or instance.region)))
    if kind == "CONTACT_FLOW":
        flows = (flow for flow in world.flows.values() if flow.instance_id == instance.id)
        yield from (flow for flow in flows if region in flow.stale or region not in flow.states)
    if kind == "PHONE_NUMBER":
        numbers = (
            n for n in world.numbers.values() if n.target in world.groups and world.instance_of_number(n) == instance
        )
        yield from (n for n in numbers if region != instance.region and n.flow_in(region) != n.flow_in(instance.region))


def _is_stuck(call: Call, resource: Flow | User | Number, region: str) -> bool:
    return (
        isinstance(resource, Flow)
        and region not in resource.states
        and call.world.other_flow_named(resource, region) is not None
    )


def _finding(call: Call, kind: str, region: str, resource: Flow | User | Number) -> Answer:
    name = resource.name if isinstance(resource, Flow) else resource.id
    return {
        "Arn": call.world.arn(resource, region),
        "Id": resource.id,
        "Region": region,
        "ResourceType": kind,
        "Name": name,
        "Operation": "CREATE",
        "ReferenceCode": "RESOURCE_NAME_CONFLICT",
        "Message": f"{region} has another resource named {name!r}: rename or delete one of them.",
    }
