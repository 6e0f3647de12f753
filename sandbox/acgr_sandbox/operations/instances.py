"""Instances (API pages DescribeInstance, ListInstances)."""

from __future__ import annotations

from acgr_sandbox.world import Instance

from .call import Call
from .pages import page, page_size
from .registry import Answer, reads


@reads
def describe_instance(call: Call) -> Answer:
    """An instance and, when it is replicated, its Regions."""
    instance = call.instance()
    answer: Answer = {"Instance": _summary(call, instance)}
    if instance.replica:
        answer["ReplicationConfiguration"] = _replication(call, instance)
    return answer


@reads
def list_instances(call: Call) -> Answer:
    """The instances that answer in this Region."""
    here = ((i.id, i) for i in call.world.instances.values() if call.region in i.regions)
    shown, token = page(call, here, size=page_size(call, 10), what="instances")
    return {"InstanceSummaryList": [_summary(call, instance) for instance in shown], "NextToken": token}


def _summary(call: Call, instance: Instance) -> Answer:
    roles = f"arn:{call.world.partition}:iam::{call.world.account}:role/aws-service-role"
    return {
        "Id": instance.id,
        "Arn": call.world.arn(instance, call.region),
        "IdentityManagementType": "SAML" if instance.replica else "CONNECT_MANAGED",
        "InstanceAlias": instance.alias if call.region == instance.region else f"{instance.alias}-{call.region}",
        "CreatedTime": instance.created,
        "ServiceRole": f"{roles}/connect.amazonaws.com/AWSServiceRoleForAmazonConnect",
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
        "InstanceAccessUrl": f"https://{instance.alias}.my.connect.aws",
    }


def _replication(call: Call, instance: Instance) -> Answer:
    listed = instance.regions if call.switches.source_in_replication_status else instance.regions[1:]
    return {
        "SourceRegion": instance.region,
        "GlobalSignInEndpoint": f"https://{instance.alias}.{instance.region}.sign-in.connect.aws",
        "ReplicationStatusSummaryList": [
            {"Region": region, "ReplicationStatus": "INSTANCE_REPLICATION_COMPLETE"} for region in listed
        ],
    }
