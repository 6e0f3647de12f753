"""Flows (API pages Create-, Update…-, Delete-, List-, Describe- and SearchContactFlow(s))."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from acgr_sandbox.core.models import Flow, Instance, seen_from
from acgr_sandbox.core.pending_changes import delete_flow_in
from acgr_sandbox.wire.refusal import Refusal, duplicate, invalid_request

from .call import Call
from .mirroring import other_regions, schedule_mirror, update_mirrored
from .pagination import page, page_size
from .registry import Answer, reads, writes
from .search import Condition, checked_contains, matches, matches_attributes, matches_string, matches_tags
from .versions import LATEST, SAVED, Kept, Versioned, qualified_version, split_qualifier

LONGEST = 256_000
"""Characters of a flow's content."""


@writes
def create_contact_flow(call: Call) -> Answer:
    """A new flow in this Region, PUBLISHED unless asked otherwise; the other Region has it after a moment."""
    instance, content = call.instance(), _content(call, validated=call.params.get("Status") != "SAVED")
    flow = Flow(call.world.new_id("flow", call.params["Name"]), call.params["Name"], instance.id, content=content)
    flow.type, flow.description = call.params["Type"], call.params.get("Description", "")
    flow.states = {call.region: ("ACTIVE", call.params.get("Status", "PUBLISHED"))}
    flow.tags = dict(call.params.get("Tags", {}))
    flow.modified, flow.modified_in = call.now, call.region
    _check_name(call, flow, flow.name)
    _check_limit(call, instance.id)
    call.world.flows[flow.id] = flow
    schedule_mirror(call, flow)
    identity = {"ContactFlowId": call.flow_id(flow), "ContactFlowArn": call.flow_arn(flow)}
    return {**identity, "FlowContentSha256": content_digest(content)}


@reads
def describe_contact_flow(call: Call) -> Answer:
    """One flow, with the content that is published; after the id `:$SAVED`, a version or an alias ask for another."""
    text, qualifier = split_qualifier(call.params["ContactFlowId"])
    known = call.flow(text, call.instance())
    flow = seen_from(known, call.region)
    answer = _described(call, flow)
    if qualifier == SAVED:
        content = flow.content if flow.saved is None else flow.saved
        answer.update(Content=content, Status=answer["Status"] if flow.saved is None else "SAVED")
    elif qualifier not in ("", LATEST):
        answer.update(_version_members(qualified_version(versioned_flow(call, known), qualifier)))
    elif answer["Status"] == "SAVED":
        raise Refusal("ContactFlowNotPublishedException", f"Flow {flow.id} is SAVED: ask for {flow.id}:{SAVED}.")
    return {"ContactFlow": {**answer, "FlowContentSha256": content_digest(answer["Content"])}}


@reads
def list_contact_flows(call: Call) -> Answer:
    """The flows this Region's instance has (statements N7, N8)."""
    instance = call.instance()
    types = call.params.get("ContactFlowTypes")
    shown, token = page(
        call,
        ((flow.id, flow) for flow in _flows_here(call, instance) if not types or flow.type in types),
        size=page_size(call, 100),
        what=f"flows of {instance.id}",
    )
    return {"ContactFlowSummaryList": [_summary(call, flow) for flow in shown], "NextToken": token}


@reads
def search_contact_flows(call: Call) -> Answer:
    """The flows that meet all criteria and filters."""
    instance = call.instance()
    criteria, wanted = call.params.get("SearchCriteria", {}), call.params.get("SearchFilter", {})
    rows = (seen_from(flow, call.region) for flow in _flows_here(call, instance))
    found = [(f.id, f) for f in rows if _matches_criteria(call, f, criteria) and _matches_filter(f, wanted)]
    shown, token = page(call, found, size=page_size(call, 100), what=f"flow search of {instance.id}")
    flows = [_described(call, flow) for flow in shown]
    return {"ContactFlows": flows, "NextToken": token, "ApproximateTotalCount": len(found)}


@writes
def update_contact_flow_content(call: Call) -> Answer:
    """Publish other content; with `:$SAVED` after the id it is saved only, without a look at it."""
    qualifier = split_qualifier(call.params["ContactFlowId"])[1]
    content = _content(call, validated=qualifier != SAVED)
    flow = _flow(call)
    if qualifier == SAVED:
        update_mirrored(call, flow, saved=content)
        return {}
    if qualifier not in ("", LATEST):
        raise invalid_request("A version does not change; make a new one.")
    flow.states[call.region] = (flow.states[call.region][0], "PUBLISHED")
    update_mirrored(call, flow, content=content, saved=None)
    return {}


@writes
def update_contact_flow_metadata(call: Call) -> Answer:
    """Change name, description or state; an archived flow stays with the numbers that have it."""
    flow = _flow(call)
    state, status = flow.states[call.region]
    answer = _rename(call, flow)
    flow.states[call.region] = (call.params.get("ContactFlowState", state), status)
    return answer


@writes
def update_contact_flow_name(call: Call) -> Answer:
    """Change name and description."""
    return _rename(call, _flow(call))


@writes
def delete_contact_flow(call: Call) -> Answer:
    """Delete a flow here at once, in the other Region after a moment."""
    flow = _flow(call)
    regions = [call.region, *(other_regions(call, flow) if call.switches.mirroring else [])]
    users = [n.e164 for n in call.world.numbers.values() if any(n.flow_in(region) == flow.id for region in regions)]
    if users and call.switches.delete_flow_in_use == "refuse":
        raise invalid_request(f"Flow {flow.id} is the flow of {users[0]}.")
    for region in regions[1:]:
        call.later(call.switches.flow_mirror_seconds, "flow-gone", flow.id, region=region)
    delete_flow_in(call.world, flow, call.region, call.now, call.record_event)
    return {}


def content_digest(content: str) -> str:
    """The SHA-256 of a flow's or module's content, as the API has it."""
    return hashlib.sha256(content.encode()).hexdigest()


def _described(call: Call, flow: Flow) -> Answer:
    """A flow with all that is known of it."""
    state, status = flow.states[call.region]
    answer: Answer = {
        "Arn": call.flow_arn(flow),
        "Id": call.flow_id(flow),
        "Name": flow.name,
        "Type": flow.type,
        "State": state,
        "Status": status,
        "Content": flow.content,
        "FlowContentSha256": content_digest(flow.content),
        "LastModifiedTime": flow.modified,
        "LastModifiedRegion": flow.modified_in or call.world.instances[flow.instance_id].region,
    }
    if flow.description:
        answer["Description"] = flow.description
    if flow.tags:
        answer["Tags"] = flow.tags
    return answer


def _flows_here(call: Call, instance: Instance) -> Iterator[Flow]:
    return (f for f in call.world.flows.values() if f.instance_id == instance.id and call.region in f.states)


def _summary(call: Call, flow: Flow) -> Answer:
    state, status = flow.states[call.region]
    return {
        "Id": call.flow_id(flow),
        "Arn": call.flow_arn(flow),
        "Name": seen_from(flow, call.region).name,
        "ContactFlowType": flow.type,
        "ContactFlowState": state,
        "ContactFlowStatus": status,
    }


def _matches_criteria(call: Call, flow: Flow, criteria: Condition) -> bool:
    state, status = flow.states[call.region]
    texts = {"name": [flow.name], "description": [flow.description]}
    texts.update(type=[flow.type], state=[state], status=[status], resourceid=[call.flow_id(flow)])
    checks = {
        "StringCondition": lambda condition: matches_string(checked_contains(condition), texts),
        "TypeCondition": lambda wanted: wanted == flow.type,
        "StateCondition": lambda wanted: wanted == state,
        "StatusCondition": lambda wanted: wanted == status,
    }
    return matches(criteria, checks)


def _matches_filter(flow: Flow, wanted: Condition) -> bool:
    kinds = {"ContactFlowTypeCondition": lambda condition: condition.get("ContactFlowType") == flow.type}
    by_attribute = wanted.get("FlowAttributeFilter", {})
    return matches_tags(wanted.get("TagFilter", {}), flow.tags) and matches_attributes(by_attribute, flow.tags, kinds)


def versioned_flow(call: Call, flow: Flow) -> Versioned:
    """A flow with its versions and aliases, as this Region shows them."""

    def write(versions: Kept, aliases: Kept, last: int) -> None:
        update_mirrored(call, flow, versions=dict(versions), aliases=dict(aliases), last_version=last)

    shown = seen_from(flow, call.region)
    return Versioned(call.flow_arn(flow), shown.versions, shown.aliases, shown.last_version, write)


def _version_members(version: Mapping[str, Any]) -> Answer:
    """What DescribeContactFlow says of a version, which was published."""
    members = ("Content", "Version", "VersionDescription", "LastModifiedTime", "LastModifiedRegion")
    return {"Status": "PUBLISHED", **{name: version[name] for name in members if name in version}}


def _flow(call: Call) -> Flow:
    return call.flow(split_qualifier(call.params["ContactFlowId"])[0], call.instance())


def _rename(call: Call, flow: Flow) -> Answer:
    names = {"name": "Name", "description": "Description"}
    facts = {fact: call.params[name] for fact, name in names.items() if name in call.params}
    _check_name(call, flow, facts.get("name", ""))
    update_mirrored(call, flow, **facts)
    return {}


def _check_name(call: Call, flow: Flow, name: str) -> None:
    if name and call.world.other_flow_named(flow, call.region, name):
        raise duplicate(f"A flow named {name!r} already exists.")


def _check_limit(call: Call, instance_id: str) -> None:
    limit = call.switches.flow_limit
    if limit and sum(1 for flow in call.world.flows.values() if flow.instance_id == instance_id) >= limit:
        raise Refusal("LimitExceededException", f"Instance {instance_id} has reached its {limit} flows.")


def _content(call: Call, *, validated: bool) -> str:
    """What a flow is to do; only what is published is validated, but for its length, which the model's text limits."""
    content: str = call.params["Content"]
    if not 1 <= len(content) <= LONGEST:
        raise invalid_request(f"Content has {len(content)} characters; a flow has 1 to {LONGEST}.")
    if validated:
        check_content(content, _invalid)
    return content


def check_content(content: str, invalid: Callable[[str], Refusal]) -> None:
    """Refuse content that is no flow; `invalid` makes the error of a sentence."""
    try:
        flow = json.loads(content)
    except (ValueError, RecursionError):
        raise invalid("The content is not JSON.") from None
    for key in ("Version", "StartAction", "Actions"):
        if not isinstance(flow, dict) or key not in flow:
            raise invalid(f"The content has no {key}.")


def _invalid(problem: str) -> Refusal:
    return Refusal("InvalidContactFlowException", problem, problems=[{"message": problem}])
