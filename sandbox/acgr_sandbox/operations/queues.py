"""Queues (API pages Create-, Describe-, List-, Search-, Update…- and DeleteQueue, …QueueQuickConnects).

A standard queue is made; an agent's queue comes and goes with its user.
"""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Instance, Resource, User
from acgr_sandbox.core.seeds import HOURS, QUEUE, QUICK_CONNECT, ROUTING_PROFILE
from acgr_sandbox.wire.refusal import not_found

from . import resources
from .call import Call
from .pagination import page, page_size
from .quick_connects import summary_of_quick_connect
from .registry import Answer, reads, writes
from .routing_profiles import has_queue


@writes
def create_queue(call: Call) -> Answer:
    """A new queue, ENABLED; its hours, number, whisper flow and quick connects must exist."""
    instance = call.instance()
    details = {
        "HoursOfOperationId": call.resource(HOURS, call.params["HoursOfOperationId"], instance).id,
        "Status": "ENABLED",
        "MaxContacts": call.params.get("MaxContacts"),
        "OutboundCallerConfig": _caller(call, instance),
        "QuickConnectIds": _quick_connects(call, instance),
    }
    emails = [row["EmailAddressId"] for row in call.params.get("EmailAddressesConfig", [])]
    _refuse_email_addresses(instance, [*emails, *call.params.get("OutboundEmailConfig", {}).values()])
    queue = resources.create(call, QUEUE, instance, call.params["Name"], details)
    return {"QueueId": queue.id, "QueueArn": resources.arn(call, queue)}


@reads
def describe_queue(call: Call) -> Answer:
    """One queue."""
    return {"Queue": _described(call, resources.find(call, QUEUE, call.params["QueueId"], call.instance()))}


@reads
def list_queues(call: Call) -> Answer:
    """The queues of an instance and those of its agents, which have no names."""
    instance, types = call.instance(), call.params.get("QueueTypes") or ("STANDARD", "AGENT")
    rows: list[tuple[str, Answer]] = []
    if "STANDARD" in types:
        standard = resources.all_here(call, QUEUE, instance)
        rows += [(f"{q.name}/{q.id}", {**resources.summary(call, q), "QueueType": "STANDARD"}) for q in standard]
    if "AGENT" in types:
        users = (user for user in call.world.users.values() if user.instance_id == instance.id and call.sees(user))
        rows += [(user.id, _agent_queue(call, instance, user)) for user in users]
    what = f"queues of {instance.id} {sorted(types)}"
    shown, token = page(call, rows, size=page_size(call, 100), what=what)
    return {"QueueSummaryList": shown, "NextToken": token}


@reads
def search_queues(call: Call) -> Answer:
    """The standard queues that meet all criteria and filters."""
    standard = {"QueueTypeCondition": lambda wanted: bool(wanted == "STANDARD")}
    return resources.searched(call, QUEUE, "Queues", _described, resources.described_texts, lambda _: standard)


@reads
def list_queue_quick_connects(call: Call) -> Answer:
    """The quick connects of a queue."""
    instance = call.instance()
    queue = resources.find(call, QUEUE, call.params["QueueId"], instance)
    wanted = queue.details.get("QuickConnectIds", [])
    found = [each for each in resources.all_here(call, QUICK_CONNECT, instance) if each.id in wanted]
    what = f"quick connects of {queue.id}"
    answer = resources.listed(call, found, "QuickConnectSummaryList", summary_of_quick_connect, what=what)
    return {**answer, **resources.modified(call, queue)}


@writes
def associate_queue_quick_connects(call: Call) -> Answer:
    """Let agents who work a queue have quick connects; those they have stay."""
    queue, added = _queue(call), _quick_connects(call, call.instance()) or []
    return resources.update(
        call, queue, QuickConnectIds=list(dict.fromkeys([*_quick_connect_ids(call, queue), *added]))
    )


@writes
def disassociate_queue_quick_connects(call: Call) -> Answer:
    """Take quick connects from a queue; absent ones are no error."""
    queue, gone = _queue(call), [text.rpartition("/")[2] for text in call.params["QuickConnectIds"]]
    kept = [each for each in _quick_connect_ids(call, queue) if each not in gone]
    return resources.update(call, queue, QuickConnectIds=kept or None)


@writes
def update_queue_name(call: Call) -> Answer:
    """Change name or description."""
    return resources.rename(call, _queue(call))


@writes
def update_queue_hours_of_operation(call: Call) -> Answer:
    """Give a queue other hours."""
    hours = call.resource(HOURS, call.params["HoursOfOperationId"], call.instance())
    return resources.update(call, _queue(call), HoursOfOperationId=hours.id)


@writes
def update_queue_max_contacts(call: Call) -> Answer:
    """Limit a queue, or not."""
    return resources.update(call, _queue(call), MaxContacts=call.params.get("MaxContacts"))


@writes
def update_queue_outbound_caller_config(call: Call) -> Answer:
    """Change as whom a queue calls, or nobody: the config takes the place of the old one."""
    return resources.update(call, _queue(call), OutboundCallerConfig=_caller(call, call.instance()))


@writes
def update_queue_outbound_email_config(call: Call) -> Answer:
    """Change from where a queue mails, or nowhere; the sandbox has no email addresses."""
    queue = _queue(call)
    _refuse_email_addresses(call.instance(), list(call.params["OutboundEmailConfig"].values()))
    return resources.update(call, queue)


@writes
def update_queue_status(call: Call) -> Answer:
    """Turn a queue on or off."""
    return resources.update(call, _queue(call), Status=call.params["Status"])


@writes
def delete_queue(call: Call) -> Answer:
    """Delete a queue that no routing profile and no quick connect has."""
    queue, instance = _queue(call), call.instance()
    profiles = (p for p in resources.all_here(call, ROUTING_PROFILE, instance) if has_queue(p, queue))
    connects = (c for c in resources.all_here(call, QUICK_CONNECT, instance) if _leads_to(c, queue))
    resources.refuse_if_used(call, queue, [*profiles, *connects])
    return resources.delete(call, queue)


def _queue(call: Call) -> Resource:
    return call.resource(QUEUE, call.params["QueueId"], call.instance())


def _described(call: Call, queue: Resource) -> Answer:
    shown = ("HoursOfOperationId", "MaxContacts", "OutboundCallerConfig", "Status")
    identity = {"QueueId": queue.id, "QueueArn": resources.arn(call, queue)}
    return {**identity, **resources.described(call, queue), **resources.picked(queue, *shown)}


def _agent_queue(call: Call, instance: Instance, user: User) -> Answer:
    arn = f"{call.world.arn(instance, call.region)}/queue/agent/{user.id}"
    return {"Id": user.id, "Arn": arn, "QueueType": "AGENT"}


def _caller(call: Call, instance: Instance) -> dict[str, Any] | None:
    config = call.params.get("OutboundCallerConfig")
    if not config:
        return None
    if "OutboundCallerIdNumberId" in config:
        number = call.number(config["OutboundCallerIdNumberId"])
        if call.world.instance_of_number(number) != instance:
            raise not_found(f"{number.e164} is not a number of instance {instance.id}.")
    if "OutboundFlowId" in config:
        call.flow(config["OutboundFlowId"], instance)
    return dict(config)


def _quick_connects(call: Call, instance: Instance) -> list[str] | None:
    texts = call.params.get("QuickConnectIds", [])
    return list(dict.fromkeys(call.resource(QUICK_CONNECT, text, instance).id for text in texts)) or None


def _quick_connect_ids(call: Call, queue: Resource) -> list[str]:
    here = resources.find(call, QUEUE, queue.id, call.instance())
    return list(here.details.get("QuickConnectIds", []))


def _leads_to(quick_connect: Resource, queue: Resource) -> bool:
    config = quick_connect.details["QuickConnectConfig"]
    return resources.refers(config.get("QueueConfig", {}).get("QueueId"), queue)


def _refuse_email_addresses(instance: Instance, addresses: list[str]) -> None:
    if addresses:
        raise not_found(f"Email address {addresses[0]} was not found in instance {instance.id}.")
