"""Flows (API pages ListContactFlows, DescribeContactFlow)."""

from __future__ import annotations

import hashlib

from acgr_sandbox.world import Flow

from .call import Call
from .pages import page, page_size
from .registry import Answer, reads


@reads
def list_contact_flows(call: Call) -> Answer:
    """The flows this Region's instance has (statements N7, N8)."""
    instance = call.instance()
    types = call.params.get("ContactFlowTypes")
    here = (f for f in call.world.flows.values() if f.instance_id == instance.id and call.region in f.states)
    shown, token = page(
        call,
        ((flow.id, flow) for flow in here if not types or flow.type in types),
        size=page_size(call, 100),
        what=f"flows of {instance.id}",
    )
    return {"ContactFlowSummaryList": [_summary(call, flow) for flow in shown], "NextToken": token}


@reads
def describe_contact_flow(call: Call) -> Answer:
    """One flow, with its content."""
    flow = call.flow(call.params["ContactFlowId"].removesuffix(":$SAVED"), call.instance())
    state, status = flow.states[call.region]
    answer: Answer = {
        "Arn": call.world.arn(flow, call.region),
        "Id": flow.id,
        "Name": flow.name,
        "Type": flow.type,
        "State": state,
        "Status": status,
        "Content": flow.content,
        "FlowContentSha256": hashlib.sha256(flow.content.encode()).hexdigest(),
        "LastModifiedTime": flow.modified,
        "LastModifiedRegion": call.world.instances[flow.instance_id].region,
    }
    if flow.description:
        answer["Description"] = flow.description
    if flow.tags:
        answer["Tags"] = flow.tags
    return {"ContactFlow": answer}


def _summary(call: Call, flow: Flow) -> Answer:
    state, status = flow.states[call.region]
    return {
        "Id": flow.id,
        "Arn": call.world.arn(flow, call.region),
        "Name": flow.name,
        "ContactFlowType": flow.type,
        "ContactFlowState": state,
        "ContactFlowStatus": status,
    }
