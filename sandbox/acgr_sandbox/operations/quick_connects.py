"""Quick connects (API pages Create-, Describe-, List-, Search-, UpdateName/Config- and DeleteQuickConnect)."""

from __future__ import annotations

from typing import Any

from acgr_sandbox.core.models import Instance, Resource
from acgr_sandbox.core.seeds import QUEUE, QUICK_CONNECT
from acgr_sandbox.wire.refusal import invalid_parameter

from . import resources
from .call import Call
from .registry import Answer, reads, writes

_CONFIGS = {"USER": "UserConfig", "QUEUE": "QueueConfig", "PHONE_NUMBER": "PhoneConfig", "FLOW": "FlowConfig"}


@writes
def create_quick_connect(call: Call) -> Answer:
    """A new quick connect; the user, queue and flow it leads to must exist."""
    instance = call.instance()
    details = {"QuickConnectConfig": _checked_config(call, instance)}
    return _identity(call, resources.create(call, QUICK_CONNECT, instance, call.params["Name"], details))


@reads
def describe_quick_connect(call: Call) -> Answer:
    """One quick connect."""
    found = resources.find(call, QUICK_CONNECT, call.params["QuickConnectId"], call.instance())
    return {"QuickConnect": _described(call, found)}


@reads
def list_quick_connects(call: Call) -> Answer:
    """The quick connects of an instance, of all types or of some; its ARN serves as well as its id."""
    instance, types = call.instance_or_arn(call.params["InstanceId"]), call.params.get("QuickConnectTypes")
    found = [each for each in resources.all_here(call, QUICK_CONNECT, instance) if not types or _type(each) in types]
    what = f"quick connects of {instance.id} {types}"
    return resources.listed(call, found, "QuickConnectSummaryList", summary_of_quick_connect, what=what)


@reads
def search_quick_connects(call: Call) -> Answer:
    """The quick connects that meet all criteria and filters."""
    return resources.searched(call, QUICK_CONNECT, "QuickConnects", _described, resources.described_texts)


@writes
def update_quick_connect_name(call: Call) -> Answer:
    """Change name or description."""
    return resources.rename(call, _quick_connect(call), taken="InvalidRequestException")


@writes
def update_quick_connect_config(call: Call) -> Answer:
    """Let a quick connect lead elsewhere."""
    return resources.update(call, _quick_connect(call), QuickConnectConfig=_checked_config(call, call.instance()))


@writes
def delete_quick_connect(call: Call) -> Answer:
    """Delete a quick connect; the queues that had it have it no longer."""
    return resources.delete(call, _quick_connect(call))


def summary_of_quick_connect(call: Call, quick_connect: Resource) -> Answer:
    """A quick connect as lists have it."""
    return {**resources.summary(call, quick_connect), "QuickConnectType": _type(quick_connect)}


def _quick_connect(call: Call) -> Resource:
    return call.resource(QUICK_CONNECT, call.params["QuickConnectId"], call.instance())


def _type(quick_connect: Resource) -> str:
    return str(quick_connect.details["QuickConnectConfig"]["QuickConnectType"])


def _identity(call: Call, quick_connect: Resource) -> Answer:
    return {"QuickConnectId": quick_connect.id, "QuickConnectARN": resources.arn(call, quick_connect)}


def _described(call: Call, quick_connect: Resource) -> Answer:
    config = resources.picked(quick_connect, "QuickConnectConfig")
    return {**_identity(call, quick_connect), **resources.described(call, quick_connect), **config}


def _checked_config(call: Call, instance: Instance) -> dict[str, Any]:
    """The config, which must have what its type needs and name what exists."""
    config: dict[str, Any] = call.params["QuickConnectConfig"]
    needed = _CONFIGS[config["QuickConnectType"]]
    if needed not in config:
        raise invalid_parameter(f"A quick connect of type {config['QuickConnectType']} needs {needed}.")
    target = config[needed]
    if "UserId" in target:
        call.user(target["UserId"], instance)
    if "QueueId" in target:
        call.resource(QUEUE, target["QueueId"], instance)
    if "ContactFlowId" in target:
        call.flow(target["ContactFlowId"], instance)
    return config
