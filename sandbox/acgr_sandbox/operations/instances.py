"""Instances: reading them and their attributes (API pages Describe/ListInstance(s), …InstanceAttribute(s))."""

from __future__ import annotations

from acgr_sandbox.world import Instance

from .call import Call
from .pages import page, page_size
from .registry import Answer, reads, writes

ON = ("INBOUND_CALLS", "OUTBOUND_CALLS", "CONTACT_LENS", "AUTO_RESOLVE_BEST_VOICES", "EARLY_MEDIA")
"""Attributes that are on where nobody set them."""

LISTED = (*ON, "CONTACTFLOW_LOGS", "USE_CUSTOM_TTS_VOICES")


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


def _attribute(instance: Instance, name: str) -> Answer:
    return {"AttributeType": name, "Value": instance.attributes.get(name, str(name in ON).lower())}


def _is_on(instance: Instance, name: str) -> bool:
    return bool(_attribute(instance, name)["Value"].lower() == "true")


def _summary(call: Call, instance: Instance) -> Answer:
    roles = f"arn:{call.world.partition}:iam::{call.world.account}:role/aws-service-role"
    alias = instance.alias if call.region == instance.region else instance.replica_alias
    alias = alias or f"{instance.alias}-{call.region}"
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
