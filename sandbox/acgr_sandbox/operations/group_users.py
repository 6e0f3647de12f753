"""Agents on a TDG (API pages Associate/Disassociate/ListTrafficDistributionGroupUser(s))."""

from __future__ import annotations

from acgr_sandbox.core.models import Group, User
from acgr_sandbox.wire.refusal import Refusal, conflict, invalid_request, not_found

from .call import Call
from .pagination import page
from .registry import Answer, reads, writes


@writes
def associate_traffic_distribution_group_user(call: Call) -> Answer:
    """Put an agent on a TDG, in the source Region (statements A4 to A7, A10 to A12)."""
    group = call.active_group(call.params["TrafficDistributionGroupId"])
    user = _user(call, group)
    if not user.mirrored and call.switches.unmirrored_user != "allow":
        raise Refusal(call.switches.unmirrored_user, f"User {user.id} does not exist in the replica Region yet.")
    if user.id in group.members:
        if call.switches.reassociate == "conflict":
            raise conflict(f"User {user.id} is already associated with traffic distribution group {group.id}.")
        return {}
    _leave_others(call, user)
    _join(call, group, user)
    return {}


@writes
def disassociate_traffic_distribution_group_user(call: Call) -> Answer:
    """Take an agent off a TDG, in the source Region (statement A8)."""
    group = call.group(call.params["TrafficDistributionGroupId"])
    user = _user(call, group)
    if user.id in group.members:
        _leave(call, group, user)
    elif call.switches.disassociate_absent == "not-found":
        raise not_found(f"User {user.id} is not associated with traffic distribution group {group.id}.")
    return {}


@reads
def list_traffic_distribution_group_users(call: Call) -> Answer:
    """Who is on a TDG; pages hold ten whatever was asked for, unless a switch says otherwise."""
    group = call.group(call.params["TrafficDistributionGroupId"])
    asked, most = call.params.get("MaxResults"), call.switches.group_users_page
    if asked and asked > most and call.switches.group_users_over_page == "refuse":
        raise invalid_request(f"MaxResults is {asked}; this operation takes at most {most}.")
    shown, token = page(
        call,
        ((user_id, user_id) for user_id in group.listed),
        size=min(asked or most, most),
        what=f"users of {group.id}",
    )
    entries = [{"UserId": _shown(call, group, user_id)} for user_id in shown]
    return {"TrafficDistributionGroupUserSummaryList": entries, "NextToken": token}


def _user(call: Call, group: Group) -> User:
    call.require_source_region(group, "Associating or disassociating users", call.switches.user_outside_home)
    instance = call.instance()
    if instance.id != group.instance_id:
        raise not_found(f"Traffic distribution group {group.id} does not belong to instance {instance.id}.")
    return call.user(call.params["UserId"], instance)


def _leave_others(call: Call, user: User) -> None:
    others = list(call.world.groups_with(user.id))
    if others and call.switches.second_group == "conflict":
        raise conflict(f"User {user.id} is associated with traffic distribution group {others[0].id}.")
    if call.switches.second_group == "move":
        for other in others:
            _leave(call, other, user)


def _join(call: Call, group: Group, user: User) -> None:
    group.members.append(user.id)
    call.later(call.switches.membership_lag_seconds, "member-listed", group.id, detail=user.id)


def _leave(call: Call, group: Group, user: User) -> None:
    group.members.remove(user.id)
    call.later(call.switches.membership_lag_seconds, "member-unlisted", group.id, detail=user.id)


def _shown(call: Call, group: Group, user_id: str) -> str:
    if call.switches.user_id_form == "uuid":
        return user_id
    instance = call.world.arn(call.world.instance_of_group(group))
    return f"{instance}/agent/{user_id}"
