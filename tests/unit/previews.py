"""Previews as the CLI prints them, made by hand: steps of this project's resources, with states as they are stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from acgr_cli.preview.reading import read_preview
from acgr_cli.preview.report import Report, report_of

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
ACCOUNT = "111122223333"
INSTANCE = "2213ae3b-175b-5512-afec-527794ee4efb"

DYNAMIC = "pulumi-python:dynamic/acgr"
COMPONENT = "acgr:index:GlobalResiliency"
PLACEMENT, FLOW = f"{DYNAMIC}:PhoneNumberPlacement", f"{DYNAMIC}:PhoneNumberContactFlow"
USER, ROSTER = f"{DYNAMIC}:TrafficDistributionGroupUser", f"{DYNAMIC}:TrafficDistributionGroupRoster"

GROUP, REPLICATION = f"{DYNAMIC}:TrafficDistributionGroup", f"{DYNAMIC}:InstanceReplica"

Object = dict[str, Any]


def e164(last: int) -> str:
    """A number that is reserved for fiction."""
    return f"+44207946{last:04d}"


def id_of(name: str) -> str:
    """The id of an object, always the same for a name."""
    return f"{crc32(name.encode()):08x}-0000-5000-8000-000000000000"


def arn(kind: str, name: str, region: str = SOURCE) -> str:
    """The ARN of an object."""
    head = f"arn:aws:connect:{region}:{ACCOUNT}:"
    if kind == "instance":
        return f"{head}instance/{INSTANCE}"
    inside = f"instance/{INSTANCE}/" if kind in {"agent", "contact-flow"} else ""
    return f"{head}{inside}{kind}/{id_of(name)}"


def urn(type_: str, name: str) -> str:
    """The URN of a resource at the top of the stack."""
    return f"urn:pulumi:prod::centre::{type_}::{name}"


def placement(
    number: str, target: str, flow: Any, *, dark: Iterable[str] = (), seen: str = "", **inputs: Any
) -> Object:
    """The state of a placement that was made; `seen` is the group on which a refresh has seen it instead."""
    flows = flow if isinstance(flow, dict) else dict.fromkeys((SOURCE, REPLICA), flow)
    arns = {region: arn("contact-flow", name, region) for region, name in flows.items()}
    on = arn("instance", "") if target == "instance" else arn("traffic-distribution-group", target)
    declared = {"phone_number": number, "target": on if target == "instance" else target, "flow": flow}
    return {
        "id": arn("phone-number", number),
        "inputs": {**declared, "return_to": "instance", "source_region": SOURCE, **inputs},
        "outputs": {
            **declared,
            "e164": number,
            "phone_number_arn": arn("phone-number", number),
            "instance_arn": arn("instance", ""),
            "target_arn": arn("traffic-distribution-group", seen) if seen else on,
            "placed_on_arn": on,
            "placed_flow_arns": arns,
            "contact_flow_arns": {region: one for region, one in arns.items() if region not in set(dark)},
            "dark_regions": list(dark),
            "dark_seconds": 0.8,
        },
    }


def flow_state(number: str, region: str, flow: str, *, dark: bool = False) -> Object:
    """The state of a flow that is declared apart."""
    declared = {"phone_number": number, "region": region, "flow": flow, "source_region": SOURCE}
    placed = arn("contact-flow", flow, region)
    outputs = {
        "e164": number,
        "phone_number_arn": arn("phone-number", number),
        "instance_arn": arn("instance", "").replace(SOURCE, region),
        "contact_flow_arn": "" if dark else placed,
        "placed_flow_arn": placed,
    }
    return {"id": "", "inputs": declared, "outputs": {**declared, **outputs}}


def roster(group: str, users: Mapping[str, Any], members: Mapping[str, str] | None = None) -> Object:
    """The state of a roster; `members` are label and user name of those who are on the group."""
    declared = {"traffic_distribution_group": group, "users": dict(users), "source_region": SOURCE}
    there = users if members is None else members
    outputs = {
        "members": {label: arn("agent", name) for label, name in there.items()},
        "failed": {},
        "undeclared": [],
        "traffic_distribution_group_arn": arn("traffic-distribution-group", group),
    }
    return {"id": arn("traffic-distribution-group", group), "inputs": declared, "outputs": {**declared, **outputs}}


def user(group: str, name: str) -> Object:
    """The state of an agent on a group."""
    declared = {"traffic_distribution_group": group, "user": name, "source_region": SOURCE}
    outputs = {
        "user_arn": arn("agent", name),
        "username": name,
        "traffic_distribution_group_arn": arn("traffic-distribution-group", group),
    }
    return {"id": arn("agent", name), "inputs": declared, "outputs": {**declared, **outputs}}


def group(name: str, *, default: bool = False, **inputs: Any) -> Object:
    """The state of a traffic distribution group."""
    declared = {"instance": "northwind", "name": name, "source_region": SOURCE, **inputs}
    outputs = {
        "traffic_distribution_group_arn": arn("traffic-distribution-group", name),
        "instance_arn": arn("instance", ""),
        "status": "ACTIVE",
        "is_default": default,
    }
    return {"id": outputs["traffic_distribution_group_arn"], "inputs": declared, "outputs": {**declared, **outputs}}


def replica(**inputs: Any) -> Object:
    """The state of the replica of an instance."""
    declared = {"instance": "northwind", "replica_region": REPLICA, "on_delete": "leave", **inputs}
    outputs = {
        "instance_arn": arn("instance", ""),
        "replica_arn": arn("instance", "", REPLICA),
        "default_traffic_distribution_group_arn": arn("traffic-distribution-group", "everyone"),
        "status": "INSTANCE_REPLICATION_COMPLETE",
    }
    return {"id": outputs["replica_arn"], "inputs": declared, "outputs": {**declared, **outputs}}


def declared(state: Object, **changed: Any) -> Object:
    """The same as the program declares it: what is stored besides is known after the update."""
    return {"inputs": {**state["inputs"], **changed}}


def step(op: str, type_: str, name: str, old: Object | None = None, new: Object | None = None) -> Object:
    """One step of a digest."""
    before, after = (one["inputs"] if one else {} for one in (old, new))
    differ = sorted(key for key in {*before, *after} if before.get(key) != after.get(key)) if old and new else []
    states = {key: one for key, one in (("oldState", old), ("newState", new)) if one is not None}
    return {"op": op, "urn": urn(type_, name), **states, "diffReasons": differ, "detailedDiff": None}


def said(severity: str, text: str, urn: str = "") -> Object:
    """A sentence of a digest."""
    prefix = "" if severity == "info" else f"{severity}: "
    return {**({"urn": urn} if urn else {}), "message": f"{prefix}{text}\n", "severity": severity}


def digest(*steps: Object, said: Iterable[Object] = (), config: Mapping[str, str] | None = None) -> Object:
    """What `pulumi preview --json` prints."""
    counts: dict[str, int] = {}
    for one in steps:
        counts[one["op"]] = counts.get(one["op"], 0) + 1
    return {
        "config": dict(config or {"acgr:roleArn": "arn:aws:iam::111122223333:role/deploy"}),
        "steps": list(steps),
        "diagnostics": list(said),
        "duration": 1,
        "changeSummary": counts,
    }


def streamed(preview: Object, result: str = "succeeded") -> str:
    """The same as events, one a line."""
    events: list[Object] = [{"preludeEvent": {"config": preview["config"]}}]
    for one in preview["diagnostics"]:
        prefix = "" if one["severity"] == "info" else f"{one['severity']}: "
        bare = {**one, "message": one["message"].removeprefix(prefix), "prefix": prefix, "color": "never"}
        events.append({"diagnosticEvent": bare})
    for one in preview["steps"]:
        metadata = {"op": one["op"], "urn": one["urn"], "old": one.get("oldState"), "new": one.get("newState")}
        metadata |= {"diffs": one.get("diffReasons"), "detailedDiff": None}
        events.append({"resourcePreEvent": {"metadata": metadata, "planning": True}})
        events.append({"resOutputsEvent": {"metadata": metadata, "planning": True}})
    events.append({"summaryEvent": {"resourceChanges": preview["changeSummary"], "result": result}})
    events.append({"cancelEvent": {}})
    return "\n".join(json.dumps({"sequence": n, "timestamp": 0, **one}) for n, one in enumerate(events)) + "\n"


def report(*steps: Object, said: Iterable[Object] = ()) -> Report:
    """What such a preview means."""
    return report_of(read_preview(json.dumps(digest(*steps, said=said))))
