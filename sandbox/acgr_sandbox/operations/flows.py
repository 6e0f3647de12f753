"""Flows: reading and searching (API pages ListContactFlows, DescribeContactFlow, SearchContactFlows)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from acgr_sandbox.refusal import invalid_parameter
from acgr_sandbox.world import Flow, Instance, seen_from

from .call import Call
from .pages import page, page_size
from .registry import Answer, reads
from .search import Condition, attributes_meet, meets, string_meets, tags_meet

SAVED = ":$SAVED"


@reads
def list_contact_flows(call: Call) -> Answer:
    """The flows this Region's instance has (statements N7, N8)."""
    instance = call.instance()
    types = call.params.get("ContactFlowTypes")
    shown, token = page(
        call,
        ((flow.id, flow) for flow in _here(call, instance) if not types or flow.type in types),
        size=page_size(call, 100),
        what=f"flows of {instance.id}",
    )
    return {"ContactFlowSummaryList": [_summary(call, flow) for flow in shown], "NextToken": token}


@reads
def describe_contact_flow(call: Call) -> Answer:
    """One flow, with its content; with `:$SAVED` after the id, the content that was saved last."""
    text = call.params["ContactFlowId"]
    flow = seen_from(call.flow(text.removesuffix(SAVED), call.instance()), call.region)
    answer = described(call, flow)
    if text.endswith(SAVED) and flow.saved is not None:
        answer.update(Status="SAVED", Content=flow.saved, FlowContentSha256=digest(flow.saved))
    return {"ContactFlow": answer}


@reads
def search_contact_flows(call: Call) -> Answer:
    """The flows that meet all criteria and filters."""
    instance = call.instance()
    criteria, wanted = call.params.get("SearchCriteria", {}), call.params.get("SearchFilter", {})
    rows = (seen_from(flow, call.region) for flow in _here(call, instance))
    found = [(f.id, f) for f in rows if _meets(call, f, criteria) and _passes(f, wanted)]
    shown, token = page(call, found, size=page_size(call, 100), what=f"flow search of {instance.id}")
    flows = [described(call, flow) for flow in shown]
    return {"ContactFlows": flows, "NextToken": token, "ApproximateTotalCount": len(found)}


def digest(content: str) -> str:
    """`FlowContentSha256`."""
    return hashlib.sha256(content.encode()).hexdigest()


def described(call: Call, flow: Flow) -> Answer:
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
        "FlowContentSha256": digest(flow.content),
        "LastModifiedTime": flow.modified,
        "LastModifiedRegion": flow.modified_in or call.world.instances[flow.instance_id].region,
    }
    if flow.description:
        answer["Description"] = flow.description
    if flow.tags:
        answer["Tags"] = flow.tags
    return answer


def _here(call: Call, instance: Instance) -> Iterator[Flow]:
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


def _meets(call: Call, flow: Flow, criteria: Condition) -> bool:
    state, status = flow.states[call.region]
    texts = {"name": [flow.name], "description": [flow.description]}
    texts.update(type=[flow.type], state=[state], status=[status], resourceid=[call.flow_id(flow)])
    checks = {
        "StringCondition": lambda condition: string_meets(_long_enough(condition), texts),
        "TypeCondition": lambda wanted: wanted == flow.type,
        "StateCondition": lambda wanted: wanted == state,
        "StatusCondition": lambda wanted: wanted == status,
    }
    return meets(criteria, checks)


def _long_enough(condition: Condition) -> Condition:
    value = condition.get("Value", "")
    if condition.get("ComparisonType") == "CONTAINS" and not 2 <= len(value) <= 25:
        raise invalid_parameter("CONTAINS takes 2 to 25 characters.")
    return condition


def _passes(flow: Flow, wanted: Condition) -> bool:
    kinds = {"ContactFlowTypeCondition": lambda condition: condition.get("ContactFlowType") == flow.type}
    by_attribute = wanted.get("FlowAttributeFilter", {})
    return tags_meet(wanted.get("TagFilter", {}), flow.tags) and attributes_meet(by_attribute, flow.tags, kinds)
