"""Contacts: the newest calls that a flow answered, and executions of test cases that passed.

API pages DescribeContact, SearchContacts, TagContact, UntagContact. Both Regions of an instance show the same
contacts; only the Region that a contact went to, its active Region, changes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from acgr_sandbox.core.models import Instance, TestExecution
from acgr_sandbox.core.phone_calls import Contact
from acgr_sandbox.core.world import NAMESPACE
from acgr_sandbox.wire.refusal import Refusal, invalid_request, not_found

from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes
from .search import Condition, matches_tags

TAGS = 6
"""Tags that a contact may have besides those of AWS."""

_KNOWN = ("Channels", "InitiationMethods", "ActiveRegions", "ContactTags")


def contact_id(account: str, contact: Contact) -> str:
    """The id of an answered call, which ends with the call's number."""
    return f"{_first_part(account)}{contact.n:012x}"


@lru_cache(maxsize=8)
def _first_part(account: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{account}/contact"))[:24]


def contact_id_of_test(execution: TestExecution) -> str:
    """The id of the contact that an execution of a test case made."""
    return str(uuid.uuid5(NAMESPACE, f"{execution.id}/contact"))


@reads
def describe_contact(call: Call) -> Answer:
    """One contact; `GlobalResiliencyMetadata` has its Regions and TDG where the instance is replicated."""
    instance, contact = _asked(call)
    return {"Contact": _described(call, instance, call.params["ContactId"], contact)}


@reads
def search_contacts(call: Call) -> Answer:
    """The contacts of a time that meet all criteria, in the order asked for, else the newest first."""
    instance, span = call.instance(), call.params["TimeRange"]
    if span["StartTime"] > span["EndTime"]:
        raise invalid_request("TimeRange: StartTime is after EndTime.")
    found = [
        (id, contact)
        for id, contact in _contacts(call, instance)
        if _is_in(contact, span) and _matches(instance, contact, call.params.get("SearchCriteria", {}))
    ]
    upwards = call.params.get("Sort", {}).get("Order") == "ASCENDING"
    rows = ((_position(contact, id, upwards=upwards), (id, contact)) for id, contact in found)
    what = f"contacts of {instance.id} {'upwards' if upwards else 'downwards'}"
    shown, token = page(call, rows, size=page_size(call, 100), what=what)
    contacts = [_summary(call, instance, id, contact) for id, contact in shown]
    return {"Contacts": contacts, "NextToken": token, "TotalCount": len(found)}


@writes
def tag_contact(call: Call) -> Answer:
    """Add tags to a contact, or give present ones another value, in its active Region."""
    contact = _asked_here(call)
    if len({**contact.tags, **call.params["Tags"]}) > TAGS:
        raise invalid_request(f"A contact has at most {TAGS} tags.")
    contact.tags.update(call.params["Tags"])
    return {}


@writes
def untag_contact(call: Call) -> Answer:
    """Remove tags from a contact, in its active Region; absent ones are no error."""
    contact = _asked_here(call)
    for key in call.params["TagKeys"]:
        contact.tags.pop(key, None)
    return {}


def _contacts(call: Call, instance: Instance) -> Iterator[tuple[str, Contact]]:
    for contact in list(call.phone_calls.contacts):
        if contact.instance_id == instance.id:
            yield contact_id(call.world.account, contact), contact
    for execution in call.world.test_executions.values():
        if execution.instance_id == instance.id and execution.answered_by:
            yield contact_id_of_test(execution), _contact_of_test(execution)


def _contact_of_test(execution: TestExecution) -> Contact:
    at, e164, region, group = execution.asked, execution.e164, execution.region, execution.group_id or None
    contact = Contact(0, at, "", e164, region, execution.instance_id, group, execution.answered_by)
    contact.channel, contact.caller = execution.channel, execution.caller or contact.caller
    contact.tags, contact.ended = execution.contact_tags, execution.ended or at
    return contact


def _asked(call: Call) -> tuple[Instance, Contact]:
    instance, wanted = call.instance(), call.params["ContactId"]
    for id, contact in _contacts(call, instance):
        if id == wanted:
            return instance, contact
    raise not_found(f"Contact {wanted} was not found in instance {instance.id}.")


def _asked_here(call: Call) -> Contact:
    _, contact = _asked(call)
    if contact.region != call.region:
        message = f"Contact {call.params['ContactId']} is active in {contact.region}: ask there."
        raise Refusal("InvalidActiveRegionException", message)
    return contact


def _summary(call: Call, instance: Instance, id: str, contact: Contact) -> Answer:
    answer: Answer = {
        "Arn": f"{call.world.arn(instance, call.region)}/contact/{id}",
        "Id": id,
        "InitiationMethod": _method(contact),
        "Channel": contact.channel,
        "InitiationTimestamp": contact.at,
        "DisconnectTimestamp": contact.ended,
        "Tags": _tags(instance, contact),
    }
    if instance.replica:
        metadata = {"ActiveRegion": contact.region, "OriginRegion": contact.region}
        group = {"TrafficDistributionGroupId": contact.group_id} if contact.group_id else {}
        answer["GlobalResiliencyMetadata"] = {**metadata, **group}
    return answer


def _described(call: Call, instance: Instance, id: str, contact: Contact) -> Answer:
    answer = {
        **_summary(call, instance, id, contact),
        "ContactAssociationId": id,
        "ConnectedToSystemTimestamp": contact.at,
        "LastUpdateTimestamp": contact.ended,
        "DisconnectReason": "CONTACT_FLOW_DISCONNECT",
    }
    if contact.channel == "VOICE":
        answer["CustomerEndpoint"] = {"Type": "TELEPHONE_NUMBER", "Address": contact.caller}
    if contact.e164:
        answer["SystemEndpoint"] = {"Type": "TELEPHONE_NUMBER", "Address": contact.e164}
    return answer


def _tags(instance: Instance, contact: Contact) -> dict[str, str]:
    system = {"aws:connect:instanceId": instance.id}
    if contact.e164:
        system["aws:connect:systemEndpoint"] = contact.e164
    return {**system, **contact.tags}


def _method(contact: Contact) -> str:
    return "INBOUND" if contact.channel == "VOICE" else "API"


def _position(contact: Contact, id: str, *, upwards: bool) -> str:
    moment = round(contact.at * 1_000_000)
    return f"{moment if upwards else 10**17 - moment:018d}/{id}"


def _is_in(contact: Contact, span: dict[str, Any]) -> bool:
    times = {"INITIATION_TIMESTAMP": contact.at, "DISCONNECT_TIMESTAMP": contact.ended}
    at, start, end = times.get(span["Type"]), span["StartTime"], span["EndTime"]
    return at is not None and start.timestamp() <= at <= end.timestamp()


def _matches(instance: Instance, contact: Contact, criteria: Condition) -> bool:
    others = [value for name, value in criteria.items() if name not in _KNOWN and value]
    return (
        _has(criteria, "Channels", contact.channel)
        and _has(criteria, "InitiationMethods", _method(contact))
        and _has(criteria, "ActiveRegions", contact.region)
        and matches_tags(criteria.get("ContactTags", {}), _tags(instance, contact))
        and all(isinstance(value, dict) and value.get("MatchType") == "MATCH_NONE" for value in others)
    )


def _has(criteria: Condition, name: str, value: str) -> bool:
    return not criteria.get(name) or value in criteria[name]
