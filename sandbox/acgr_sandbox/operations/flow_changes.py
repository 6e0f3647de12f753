"""Flows: making, changing and deleting them (API pages CreateContactFlow, UpdateContactFlow…, DeleteContactFlow)."""

from __future__ import annotations

import json

from acgr_sandbox.changes import take_flow
from acgr_sandbox.refusal import Refusal, duplicate, invalid_request
from acgr_sandbox.world import Flow

from .call import Call
from .flows import SAVED, digest
from .mirroring import other_regions, revise, spread
from .registry import Answer, writes


@writes
def create_contact_flow(call: Call) -> Answer:
    """A new flow in this Region, PUBLISHED unless asked otherwise; the other Region has it after a moment."""
    instance, content = call.instance(), _checked(call.params["Content"])
    flow = Flow(call.world.new_id("flow", call.params["Name"]), call.params["Name"], instance.id, content=content)
    flow.type, flow.description = call.params["Type"], call.params.get("Description", "")
    flow.states = {call.region: ("ACTIVE", call.params.get("Status", "PUBLISHED"))}
    flow.tags = dict(call.params.get("Tags", {}))
    flow.modified, flow.modified_in = call.now, call.region
    _check_name(call, flow, flow.name)
    _check_limit(call, instance.id)
    call.world.flows[flow.id] = flow
    spread(call, flow)
    identity = {"ContactFlowId": call.flow_id(flow), "ContactFlowArn": call.flow_arn(flow)}
    return {**identity, "FlowContentSha256": digest(content)}


@writes
def update_contact_flow_content(call: Call) -> Answer:
    """Publish other content; with `:$SAVED` after the id it is saved only."""
    content, text = _checked(call.params["Content"]), call.params["ContactFlowId"]
    flow = _flow(call)
    if text.endswith(SAVED):
        revise(call, flow, saved=content)
    else:
        flow.states[call.region] = (flow.states[call.region][0], "PUBLISHED")
        revise(call, flow, content=content, saved=None)
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
    take_flow(call.world, flow, call.region, call.now, call.watch)
    return {}


def _flow(call: Call) -> Flow:
    return call.flow(call.params["ContactFlowId"].removesuffix(SAVED), call.instance())


def _rename(call: Call, flow: Flow) -> Answer:
    names = {"name": "Name", "description": "Description"}
    facts = {fact: call.params[name] for fact, name in names.items() if name in call.params}
    _check_name(call, flow, facts.get("name", ""))
    revise(call, flow, **facts)
    return {}


def _check_name(call: Call, flow: Flow, name: str) -> None:
    if name and call.world.namesake(flow, call.region, name):
        raise duplicate(f"A flow named {name!r} already exists.")


def _check_limit(call: Call, instance_id: str) -> None:
    limit = call.switches.flow_limit
    if limit and sum(1 for flow in call.world.flows.values() if flow.instance_id == instance_id) >= limit:
        raise Refusal("LimitExceededException", f"Instance {instance_id} has reached its {limit} flows.")


def _checked(content: str) -> str:
    try:
        flow = json.loads(content)
    except (ValueError, RecursionError):
        raise _invalid("The content is not JSON.") from None
    for key in ("Version", "StartAction", "Actions"):
        if not isinstance(flow, dict) or key not in flow:
            raise _invalid(f"The content has no {key}.")
    return content


def _invalid(problem: str) -> Refusal:
    return Refusal("InvalidContactFlowException", problem, problems=[{"message": problem}])
