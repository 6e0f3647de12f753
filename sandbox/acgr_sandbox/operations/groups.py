"""Traffic distribution groups (API pages Create/Describe/List/DeleteTrafficDistributionGroup)."""

from __future__ import annotations

from acgr_sandbox.core.models import Group, Instance, Number, put_all_traffic_in_source
from acgr_sandbox.wire.refusal import Refusal, conflict, in_use, invalid_request

from .call import Call, parse_arn
from .pagination import page, page_size
from .registry import Answer, reads, writes, writes_once


@writes_once("ResourceConflictException")
def create_traffic_distribution_group(call: Call) -> Answer:
    """A new TDG, CREATION_IN_PROGRESS, all of its traffic in the source Region."""
    instance = call.instance_or_arn(call.params["InstanceId"])
    _check_can_have_groups(call, instance)
    _check_name_and_limit(call, instance)
    group = Group(
        id=call.world.new_id("group", call.params["Name"]),
        name=call.params["Name"],
        instance_id=instance.id,
        status="CREATION_IN_PROGRESS",
        description=call.params.get("Description", ""),
        tags=dict(call.params.get("Tags", {})),
    )
    put_all_traffic_in_source(group, instance)
    call.world.groups[group.id] = group
    ends = "CREATION_FAILED" if call.async_failure else "ACTIVE"
    call.later(call.switches.group_seconds, "group-status", group.id, detail=ends)
    return {"Id": group.id, "Arn": call.world.arn(group)}


@reads
def describe_traffic_distribution_group(call: Call) -> Answer:
    """A TDG and its status (statement A5)."""
    group = call.group(call.params["TrafficDistributionGroupId"])
    answer = _summary(call, group)
    if group.description:
        answer["Description"] = group.description
    if group.tags:
        answer["Tags"] = group.tags
    return {"TrafficDistributionGroup": answer}


@reads
def list_traffic_distribution_groups(call: Call) -> Answer:
    """The TDGs of one instance, or of all that answer in this Region."""
    groups = (g for g in call.world.groups.values() if call.region in call.world.instance_of_group(g).regions)
    wanted = call.params.get("InstanceId")
    if wanted:
        groups = (
            g for g in groups if wanted in (g.instance_id, call.world.arn(call.world.instance_of_group(g), call.region))
        )
    shown, token = page(
        call,
        ((group.id, group) for group in groups),
        size=page_size(call, 10),
        what="groups",
    )
    return {"TrafficDistributionGroupSummaryList": [_summary(call, g) for g in shown], "NextToken": token}


@writes
def delete_traffic_distribution_group(call: Call) -> Answer:
    """PENDING_DELETION, then gone; refused away from home, for the default TDG, and while numbers are on it."""
    text = call.params["TrafficDistributionGroupId"]
    _check_home(call, text)
    try:
        group = call.group(text)
    except Refusal as absent:
        if call.switches.delete_absent_group == "success":
            return {}
        raise Refusal(call.switches.delete_absent_group, absent.message) from None
    _check_deletable(call, group)
    group.status = "PENDING_DELETION"
    if call.async_failure:
        call.later(call.switches.group_seconds, "group-status", group.id, detail="DELETION_FAILED")
    else:
        call.later(call.switches.group_seconds, "group-gone", group.id)
    return {}


def _check_can_have_groups(call: Call, instance: Instance) -> None:
    if not instance.replica:
        raise invalid_request(f"Instance {instance.id} has not been replicated.")
    if call.region != instance.region:
        raise invalid_request(f"Create traffic distribution groups in {instance.region}, where it was replicated from.")


def _check_name_and_limit(call: Call, instance: Instance) -> None:
    groups = [group for group in call.world.groups.values() if group.instance_id == instance.id]
    if any(group.name == call.params["Name"] for group in groups):
        raise conflict(f"A traffic distribution group named {call.params['Name']!r} already exists.")
    counted = [group for group in groups if call.switches.default_group_counts or not group.default]
    if len(counted) >= call.switches.group_limit:
        raise Refusal(
            "ServiceQuotaExceededException",
            f"Instance {instance.id} has reached its {call.switches.group_limit} traffic distribution groups.",
        )


def _check_home(call: Call, text: str) -> None:
    """Refuse a TDG of another Region: by what its ARN says, or by where a bare id is known."""
    arn, group = parse_arn(text), call.world.groups.get(text)
    home = arn.region if arn else call.world.instance_of_group(group).region if group else call.region
    if home != call.region:
        raise invalid_request(f"Delete traffic distribution groups in their own Region: {text} is of {home}.")


def _check_deletable(call: Call, group: Group) -> None:
    if group.default:
        message = "The default traffic distribution group cannot be deleted."
        raise Refusal(call.switches.delete_default_group, message)
    if group.members and call.switches.delete_group_with_users == "refuse":
        instance = call.world.instance_of_group(group)
        member = f"{call.world.arn(instance, call.region)}/agent/{group.members[0]}"
        raise in_use(f"{len(group.members)} users are associated with it.", "USER", member)
    if group.status not in ("ACTIVE", "CREATION_FAILED", "DELETION_FAILED"):
        raise invalid_request(f"The traffic distribution group is {group.status}.")
    number = next((n for n in call.world.numbers.values() if _holds(group, n)), None)
    if number:
        raise in_use(f"{number.e164} is claimed to it.", "PHONE_NUMBER", call.world.arn(number))


def _holds(group: Group, number: Number) -> bool:
    return group.id in (number.target, number.wanted)


def _summary(call: Call, group: Group) -> Answer:
    return {
        "Id": group.id,
        "Arn": call.world.arn(group),
        "Name": group.name,
        "InstanceArn": call.world.arn(call.world.instance_of_group(group)),
        "Status": group.status,
        "IsDefault": group.default,
    }
