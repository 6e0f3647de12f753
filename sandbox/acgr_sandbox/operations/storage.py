"""Where an instance keeps recordings, transcripts and records; each Region has its own.

API pages Associate-, Describe-, Update-, Disassociate- and ListInstanceStorageConfig(s). The sandbox has no S3, Kinesis
or KMS: whether they exist is not looked up, only how their names are written.
"""

from __future__ import annotations

import re
from typing import Any

from acgr_sandbox.core.models import Instance
from acgr_sandbox.wire.refusal import conflict, invalid_parameter, not_found

from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes_once

_CONFIGS = {
    "S3": "S3Config",
    "KINESIS_VIDEO_STREAM": "KinesisVideoStreamConfig",
    "KINESIS_STREAM": "KinesisStreamConfig",
    "KINESIS_FIREHOSE": "KinesisFirehoseConfig",
}

_STREAMED = {
    "MEDIA_STREAMS": {"KINESIS_VIDEO_STREAM"},
    "CONTACT_TRACE_RECORDS": {"KINESIS_STREAM", "KINESIS_FIREHOSE"},
    "AGENT_EVENTS": {"KINESIS_STREAM"},
    "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS": {"KINESIS_STREAM"},
    "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS": {"KINESIS_STREAM"},
    "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS": {"KINESIS_STREAM"},
}
"""What goes into streams, and into which; all else goes to S3."""

_ARN = r"arn:[a-z-]+:{}:[a-z0-9-]+:\d{{12}}:{}"
_FORMS = {
    "BucketName": re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "KeyId": re.compile(_ARN.format("kms", r"(key|alias)/[a-zA-Z0-9/_-]+")),
    "StreamArn": re.compile(_ARN.format("kinesis", r"stream/[a-zA-Z0-9_.-]+")),
    "FirehoseArn": re.compile(_ARN.format("firehose", r"deliverystream/[a-zA-Z0-9_.-]+")),
}


@writes_once("InvalidRequestException")
def associate_instance_storage_config(call: Call) -> Answer:
    """Say where something is kept, for the first time."""
    instance, kind = call.instance(), call.params["ResourceType"]
    config = _checked_config(kind, call.params["StorageConfig"])
    here = instance.storage.setdefault(call.region, {})
    if any(kept["ResourceType"] == kind for kept in here.values()):
        raise conflict(f"Instance {instance.id} has a storage configuration for {kind} already.")
    id = call.world.new_id("storage", f"{instance.id}/{call.region}/{kind}")
    here[id] = {"ResourceType": kind, "StorageConfig": config}
    return {"AssociationId": id}


@reads
def describe_instance_storage_config(call: Call) -> Answer:
    """Where something is kept."""
    instance = call.instance()
    return {"StorageConfig": _shown(call, instance, call.params["AssociationId"], _kept(call, instance))}


@writes_once("InvalidRequestException")
def update_instance_storage_config(call: Call) -> Answer:
    """Keep something elsewhere from now on."""
    config = _checked_config(call.params["ResourceType"], call.params["StorageConfig"])
    _kept(call, call.instance())["StorageConfig"] = config
    return {}


@writes_once("InvalidRequestException")
def disassociate_instance_storage_config(call: Call) -> Answer:
    """Keep something no more."""
    instance = call.instance()
    _kept(call, instance)
    del instance.storage[call.region][call.params["AssociationId"]]
    return {}


@reads
def list_instance_storage_configs(call: Call) -> Answer:
    """Where things of one kind are kept: one place, or none."""
    instance, kind = call.instance(), call.params["ResourceType"]
    found = [(id, kept) for id, kept in instance.storage.get(call.region, {}).items() if kept["ResourceType"] == kind]
    rows = ((id, _shown(call, instance, id, kept)) for id, kept in found)
    shown, token = page(call, rows, size=page_size(call, 10), what=f"storage of {instance.id} {kind}")
    return {"StorageConfigs": shown, "NextToken": token}


def _kept(call: Call, instance: Instance) -> dict[str, Any]:
    id, kind = call.params["AssociationId"], call.params["ResourceType"]
    kept = instance.storage.get(call.region, {}).get(id)
    if kept is None or kept["ResourceType"] != kind:
        raise not_found(f"Instance {instance.id} has no storage configuration {id} for {kind} in {call.region}.")
    return kept


def _shown(call: Call, instance: Instance, id: str, kept: dict[str, Any]) -> Answer:
    """A configuration as it is described: Connect makes the prefix of video streams longer."""
    config = {**kept["StorageConfig"], "AssociationId": id}
    video = config.get("KinesisVideoStreamConfig")
    if video:
        prefix = f"{video['Prefix']}-connect-{instance.alias_in(call.region)}-contact-"
        config["KinesisVideoStreamConfig"] = {**video, "Prefix": prefix}
    return config


def _checked_config(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    storage = config["StorageType"]
    if storage not in _STREAMED.get(kind, {"S3"}):
        raise invalid_parameter(f"{kind} is not kept in {storage}.")
    if [name for name in _CONFIGS.values() if name in config] != [_CONFIGS[storage]]:
        raise invalid_parameter(f"{storage} takes {_CONFIGS[storage]} and no other.")
    place = config[_CONFIGS[storage]]
    for name, form in _FORMS.items():
        text = {**place, **place.get("EncryptionConfig", {})}.get(name)
        if text is not None and not form.fullmatch(text):
            raise invalid_parameter(f"{name} is {text!r}, which is not the form of one.")
    return {"StorageType": storage, _CONFIGS[storage]: place}
