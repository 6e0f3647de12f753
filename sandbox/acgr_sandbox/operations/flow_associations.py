"""The flow of a phone number.

API pages AssociatePhoneNumberContactFlow, DisassociatePhoneNumberContactFlow, ListFlowAssociations and
BatchGetFlowAssociation; AssociateFlow, GetFlowAssociation and DisassociateFlow, which are not for voice.
"""

from __future__ import annotations

from collections.abc import Iterator

from acgr_sandbox.core.models import Flow, Instance, Number
from acgr_sandbox.core.pending_changes import set_flow
from acgr_sandbox.wire.refusal import Refusal, invalid_parameter, not_found

from .call import Call
from .pagination import page, page_size
from .registry import Answer, reads, writes

VOICE = "VOICE_PHONE_NUMBER"


@writes
def associate_phone_number_contact_flow(call: Call) -> Answer:
    """Set a number's flow in this Region, over the one it has (statements N6 to N10)."""
    number, instance = _number_at_rest(call)
    flow = call.flow(call.params["ContactFlowId"], instance)
    _check_usable(call, flow)
    _write(call, number, flow.id)
    call.record(number, "flow set", call.region)
    return {}


@writes
def disassociate_phone_number_contact_flow(call: Call) -> Answer:
    """Take a number's flow away in this Region."""
    number, _ = _number_at_rest(call)
    if number.flow_in(call.region) is None:
        if call.switches.disassociate_flow_absent == "not-found":
            raise not_found(f"{number.e164} has no flow in {call.region}.")
        return {}
    _write(call, number, None)
    call.record(number, "flow removed", call.region)
    return {}


@reads
def list_flow_associations(call: Call) -> Answer:
    """Which number has which flow in this Region."""
    instance = call.instance()
    voice = call.params.get("ResourceType", VOICE) == VOICE
    shown, token = page(
        call,
        ((number.id, number) for number in _answered_here(call, instance) if voice),
        size=page_size(call, 100),
        what="flow associations",
    )
    return {"FlowAssociationSummaryList": [_row(call, n) for n in shown], "NextToken": token}


@reads
def batch_get_flow_association(call: Call) -> Answer:
    """As the list, for up to 100 numbers named by ARN; others are left out, unless a switch says otherwise."""
    instance = call.instance()
    voice = call.params.get("ResourceType", VOICE) == VOICE
    known = {arn: n for n in _answered_here(call, instance) if voice for arn in _arns(call, n)}
    asked = list(dict.fromkeys(call.params["ResourceIds"]))
    absent = [arn for arn in asked if arn not in known]
    if absent and call.switches.batch_unknown == "error":
        raise not_found(f"{absent[0]} has no flow in {call.region}.")
    rows = [_row(call, known[arn]) for arn in asked if arn in known]
    return {"FlowAssociationSummaryList": rows}


@writes
def associate_flow(call: Call) -> Answer:
    """For messaging and e-mail, which the sandbox has none of; the model refuses voice."""
    raise _no_resource(call)


@reads
def get_flow_association(call: Call) -> Answer:
    """As `associate_flow`."""
    raise _no_resource(call)


@writes
def disassociate_flow(call: Call) -> Answer:
    """As `associate_flow`."""
    raise _no_resource(call)


def _no_resource(call: Call) -> Refusal:
    call.instance()
    kind, resource = call.params["ResourceType"], call.params["ResourceId"]
    return not_found(f"There is no {kind} {resource}: the sandbox has voice numbers only.")


def _number_at_rest(call: Call) -> tuple[Number, Instance]:
    number = call.number(call.params["PhoneNumberId"])
    instance = call.instance()
    refusal = call.switches.flow_while_in_progress
    if number.status == "IN_PROGRESS" and refusal not in {"allow", "drop"}:
        raise Refusal(refusal, f"An operation on {number.e164} is in progress; its flow can be set when it is CLAIMED.")
    if number.status == "FAILED" and call.switches.failed_number_flow == "refuse":
        raise invalid_parameter(f"{number.e164} is FAILED; its flow can be set when it is CLAIMED.")
    if call.world.instance_of_number(number).id != instance.id:
        raise invalid_parameter(f"{number.e164} is not claimed to instance {instance.id}.")
    return number, instance


def _check_usable(call: Call, flow: Flow) -> None:
    state, status = flow.states[call.region]
    if (state, status) != ("ACTIVE", "PUBLISHED") and call.switches.unpublished_flow == "refuse":
        raise invalid_parameter(f"Flow {flow.id} is {state} and {status} in {call.region}; publish it first.")
    if flow.type != "CONTACT_FLOW" and call.switches.other_flow_types == "refuse":
        raise invalid_parameter(f"Flow {flow.id} is of type {flow.type}; a phone number takes a CONTACT_FLOW.")


def _write(call: Call, number: Number, flow_id: str | None) -> None:
    source = call.world.instance_of_number(number).region
    source_flow = number.flow_in(source)
    call.world.revision += 1
    set_flow(number, call.region, flow_id, call.world.revision, call.now)
    number.loses_flow = number.wanted is not None and call.switches.flow_while_in_progress == "drop"
    if not (call.switches.mirroring and number.target in call.world.groups):
        return
    if call.switches.mirror_conflict == "source" and call.region != source and source_flow:
        call.later(call.switches.mirror_seconds, "mirror", number.id, region=call.region, detail=source_flow)
        return
    for region in call.world.regions_of(number):
        if region != call.region:
            call.later(call.switches.mirror_seconds, "mirror", number.id, region=region, detail=flow_id)


def _answered_here(call: Call, instance: Instance) -> Iterator[Number]:
    for number in call.world.numbers.values():
        here = call.region in call.world.regions_of(number) and _listed_flow(call, number)
        if here and call.world.instance_of_number(number).id == instance.id:
            yield number


def _listed_flow(call: Call, number: Number) -> str | None:
    """The flow that lists show, which may run behind; a flow that was deleted meanwhile is not shown."""
    flow_id = number.flow_in_at(call.region, call.now - call.switches.association_lag_seconds)
    return flow_id if flow_id in call.world.flows else None


def _arns(call: Call, number: Number) -> set[str]:
    own = call.world.arn(number)
    return {own, own.replace(f":{number.region}:", f":{call.region}:")}


def _shown_arn(call: Call, number: Number) -> str:
    own = call.world.arn(number)
    if call.switches.replica_arn_form == "source":
        return own
    return own.replace(f":{number.region}:", f":{call.region}:")


def _row(call: Call, number: Number) -> Answer:
    flow = call.world.flows[str(_listed_flow(call, number))]
    return {"ResourceId": _shown_arn(call, number), "FlowId": call.flow_arn(flow), "ResourceType": VOICE}
