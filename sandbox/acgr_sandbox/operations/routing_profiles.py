"""Routing profiles (API pages Create-, Describe-, List-, Search-, Update…- DeleteRoutingProfile, …ProfileQueues)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from acgr_sandbox.core.models import Instance, Resource, User
from acgr_sandbox.core.seeds import QUEUE, ROUTING_PROFILE, derived_id
from acgr_sandbox.wire.refusal import invalid_parameter

from . import resources
from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes

Entry = dict[str, Any]
"""A queue of a routing profile: `QueueId`, `Channel`, and unless it is assigned by hand `Priority` and `Delay`."""

QUEUES, MANUAL = "Queues", "ManualAssignmentQueues"
_ASKED = {QUEUES: "QueueConfigs", MANUAL: "ManualAssignmentQueueConfigs"}
_REFERRED = {QUEUES: "QueueReferences", MANUAL: "ManualAssignmentQueueReferences"}

AT_ONCE = 10
"""How many queues can be taken from a profile in one call."""


@writes
def create_routing_profile(call: Call) -> Answer:
    """A new routing profile; its queues must exist."""
    instance = call.instance()
    details = {
        "MediaConcurrencies": _checked_concurrencies(call),
        "DefaultOutboundQueueId": _default_queue(call, instance),
        "AgentAvailabilityTimer": call.params.get("AgentAvailabilityTimer"),
        **{kept: _asked_queues(call, instance, kept) or None for kept in _ASKED},
    }
    profile = resources.create(call, ROUTING_PROFILE, instance, call.params["Name"], details)
    return {"RoutingProfileId": profile.id, "RoutingProfileArn": resources.arn(call, profile)}


@reads
def describe_routing_profile(call: Call) -> Answer:
    """One routing profile; which queues it has, a list of its own says."""
    profile = resources.find(call, ROUTING_PROFILE, call.params["RoutingProfileId"], call.instance())
    return {"RoutingProfile": _described(call, profile)}


@reads
def list_routing_profiles(call: Call) -> Answer:
    """The routing profiles of an instance."""
    instance = call.instance()
    rows = resources.all_here(call, ROUTING_PROFILE, instance)
    what = f"routing profiles of {instance.id}"
    return resources.listed(call, rows, "RoutingProfileSummaryList", resources.summary, what=what)


@reads
def search_routing_profiles(call: Call) -> Answer:
    """The routing profiles that meet all criteria and filters."""
    return resources.searched(
        call,
        ROUTING_PROFILE,
        "RoutingProfiles",
        _search_row,
        lambda profile: {**resources.described_texts(profile), "associatedqueueids": _queue_ids(profile, QUEUES)},
    )


@reads
def list_routing_profile_queues(call: Call) -> Answer:
    """The queues of a routing profile, a row for each channel."""
    return _listed_queues(call, QUEUES, "RoutingProfileQueueConfigSummaryList")


@reads
def list_routing_profile_manual_assignment_queues(call: Call) -> Answer:
    """The queues from which contacts are assigned by hand."""
    return _listed_queues(call, MANUAL, "RoutingProfileManualAssignmentQueueConfigSummaryList")


@writes
def associate_routing_profile_queues(call: Call) -> Answer:
    """Add queues to a routing profile, which does not have them for that channel."""
    instance, profile = call.instance(), _profile(call)
    changed = {}
    for kept in _ASKED:
        have, asked = _entries(call, profile, kept), _asked_queues(call, instance, kept)
        twice = {_key(entry) for entry in have} & {_key(entry) for entry in asked}
        if twice and call.switches.queue_associated_twice != "update":
            queue, channel = min(twice)
            raise invalid_parameter(f"Queue {queue} is associated with the routing profile for {channel} already.")
        changed[kept] = _merged(have, asked) or None
    return resources.update(call, profile, **changed)


@writes
def update_routing_profile_queues(call: Call) -> Answer:
    """Change priority and delay of queues that a routing profile has."""
    instance, profile = call.instance(), _profile(call)
    have, asked = _entries(call, profile, QUEUES), _asked_queues(call, instance, QUEUES)
    known = {_key(entry) for entry in have}
    for entry in asked:
        if _key(entry) not in known:
            message = f"Queue {entry['QueueId']} is not associated with the routing profile for {entry['Channel']}."
            raise invalid_parameter(message)
    return resources.update(call, profile, **{QUEUES: _merged(have, asked)})


@writes
def disassociate_routing_profile_queues(call: Call) -> Answer:
    """Take queues from a routing profile, ten at most; absent ones are no error."""
    profile = _profile(call)
    gone = {kept: [_reference(row) for row in call.params.get(asked, [])] for kept, asked in _REFERRED.items()}
    if sum(len(each) for each in gone.values()) > AT_ONCE:
        raise invalid_parameter(f"Up to {AT_ONCE} queues can be disassociated at once.")
    left = {kept: [e for e in _entries(call, profile, kept) if _key(e) not in gone[kept]] for kept in _REFERRED}
    return resources.update(call, profile, **{kept: entries or None for kept, entries in left.items()})


@writes
def update_routing_profile_name(call: Call) -> Answer:
    """Change name or description."""
    return resources.rename(call, _profile(call))


@writes
def update_routing_profile_concurrency(call: Call) -> Answer:
    """Change which channels agents handle, and how much of each at once."""
    return resources.update(call, _profile(call), MediaConcurrencies=_checked_concurrencies(call))


@writes
def update_routing_profile_default_outbound_queue(call: Call) -> Answer:
    """Change the queue of outbound calls."""
    return resources.update(call, _profile(call), DefaultOutboundQueueId=_default_queue(call, call.instance()))


@writes
def update_routing_profile_agent_availability_timer(call: Call) -> Answer:
    """Change by what agents wait for their turn."""
    return resources.update(call, _profile(call), AgentAvailabilityTimer=call.params["AgentAvailabilityTimer"])


@writes
def delete_routing_profile(call: Call) -> Answer:
    """Delete a routing profile that no user has."""
    profile = _profile(call)
    resources.refuse_if_used(call, profile, _users(call, profile))
    return resources.delete(call, profile)


def has_queue(profile: Resource, queue: Resource) -> bool:
    """Whether a routing profile has a queue, in any way."""
    used = (*_queue_ids(profile, QUEUES), *_queue_ids(profile, MANUAL), profile.details["DefaultOutboundQueueId"])
    return queue.id in used


def _profile(call: Call) -> Resource:
    return call.resource(ROUTING_PROFILE, call.params["RoutingProfileId"], call.instance())


def _described(call: Call, profile: Resource) -> Answer:
    return {
        "InstanceId": profile.instance_id,
        "RoutingProfileId": profile.id,
        "RoutingProfileArn": resources.arn(call, profile),
        **resources.described(call, profile),
        **resources.picked(profile, "MediaConcurrencies", "DefaultOutboundQueueId"),
        "AgentAvailabilityTimer": profile.details.get("AgentAvailabilityTimer", "TIME_SINCE_LAST_ACTIVITY"),
        "NumberOfAssociatedQueues": len(_queue_ids(profile, QUEUES)),
        "NumberOfAssociatedManualAssignmentQueues": len(_queue_ids(profile, MANUAL)),
        "NumberOfAssociatedUsers": len(_users(call, profile)),
        "IsDefault": bool(profile.details.get("IsDefault")),
    }


def _search_row(call: Call, profile: Resource) -> Answer:
    """A routing profile as a search shows it: less of some things, more of others than DescribeRoutingProfile."""
    hidden = ("LastModifiedTime", "LastModifiedRegion", "AgentAvailabilityTimer")
    row = {name: value for name, value in _described(call, profile).items() if name not in hidden}
    row["MediaConcurrencies"] = [
        {name: value for name, value in each.items() if name != "CrossChannelBehavior"}
        for each in profile.details["MediaConcurrencies"]
    ]
    queues, manual = _queue_ids(profile, QUEUES), _queue_ids(profile, MANUAL)
    return {**row, "AssociatedQueueIds": queues, "AssociatedManualAssignmentQueueIds": manual}


def _users(call: Call, profile: Resource) -> list[User]:
    default = derived_id(profile.instance_id, ROUTING_PROFILE)
    users = (user for user in call.world.users.values() if user.instance_id == profile.instance_id)
    return [user for user in users if resources.refers(user.details.get("RoutingProfileId", default), profile)]


def _queue_ids(profile: Resource, kept: str) -> list[str]:
    return list(dict.fromkeys(entry["QueueId"] for entry in profile.details.get(kept, [])))


def _listed_queues(call: Call, kept: str, key: str) -> Answer:
    instance = call.instance()
    profile = resources.find(call, ROUTING_PROFILE, call.params["RoutingProfileId"], instance)
    queues = {queue.id: queue for queue in resources.all_here(call, QUEUE, instance)}
    entries = [entry for entry in profile.details.get(kept, []) if entry["QueueId"] in queues]
    rows = ((f"{entry['QueueId']}/{entry['Channel']}", entry) for entry in entries)
    shown, token = page(call, rows, size=page_size(call, 100), what=f"{kept} of {profile.id}")
    found = [_queue_row(call, queues[entry["QueueId"]], entry) for entry in shown]
    return {key: found, "NextToken": token, **resources.modified(call, profile)}


def _queue_row(call: Call, queue: Resource, entry: Entry) -> Answer:
    return {**entry, "QueueArn": resources.arn(call, queue), "QueueName": queue.name}


def _entries(call: Call, profile: Resource, kept: str) -> list[Entry]:
    here = resources.find(call, ROUTING_PROFILE, profile.id, call.instance())
    return list(here.details.get(kept, []))


def _key(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["QueueId"], entry["Channel"]


def _reference(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["QueueId"].rpartition("/")[2], row["Channel"]


def _merged(have: Iterable[Entry], asked: Iterable[Entry]) -> list[Entry]:
    return list({**{_key(entry): entry for entry in have}, **{_key(entry): entry for entry in asked}}.values())


def _asked_queues(call: Call, instance: Instance, kept: str) -> list[Entry]:
    """The queues a call gives, which must exist and differ from each other."""
    entries = []
    for row in call.params.get(_ASKED[kept], []):
        queue = call.resource(QUEUE, row["QueueReference"]["QueueId"], instance)
        rank = {name: row[name] for name in ("Priority", "Delay") if name in row}
        entries.append({"QueueId": queue.id, "Channel": row["QueueReference"]["Channel"], **rank})
    if len({_key(entry) for entry in entries}) < len(entries):
        raise invalid_parameter(f"{_ASKED[kept]} names a queue twice for the same channel.")
    return entries


def _default_queue(call: Call, instance: Instance) -> str:
    return call.resource(QUEUE, call.params["DefaultOutboundQueueId"], instance).id


def _checked_concurrencies(call: Call) -> list[dict[str, Any]]:
    """The concurrencies, each channel once: one call, or one to ten contacts of another channel."""
    rows: list[dict[str, Any]] = call.params["MediaConcurrencies"]
    if len({row["Channel"] for row in rows}) < len(rows):
        raise invalid_parameter("MediaConcurrencies names a channel twice.")
    for row in rows:
        most = 1 if row["Channel"] == "VOICE" else 10
        limits = [row["Concurrency"]] if "Concurrency" in row else []
        limits += [each["Concurrency"] for each in row.get("WorkloadTypeConcurrencies", [])]
        if not all(1 <= limit <= most for limit in limits):
            raise invalid_parameter(f"The concurrency of {row['Channel']} is between 1 and {most}.")
    return rows
