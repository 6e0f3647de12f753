"""Phone numbers (API pages Update/DescribePhoneNumber, UpdatePhoneNumberMetadata, ListPhoneNumbersV2)."""

from __future__ import annotations

from collections.abc import Iterator

from acgr_sandbox.changes import CLAIM, drop_flows
from acgr_sandbox.refusal import Refusal, in_use, invalid_parameter, not_found
from acgr_sandbox.world import Number

from .call import Call, parse_arn
from .pages import page, page_size
from .registry import Answer, reads, writes_once


@writes_once("IdempotencyException")
def update_phone_number(call: Call) -> Answer:
    """Move a number to a TDG or an instance: at once without a flow, later CLAIMED or FAILED (N3, N5, N11 to N15)."""
    target = target_of(call)
    number = _number_to_move(call)
    if number.target == target and not call.misfortune:
        number.status, number.message = "CLAIMED", ""
        if call.switches.same_target_drops_flow:
            _drop_flows(call, number)
            call.saw(number, "moved")
        return identity(call, number)
    number.status, number.message, number.wanted = "IN_PROGRESS", "", target
    _drop_flows(call, number)
    call.saw(number, "moved")
    claim_later(call, number, target)
    return identity(call, number)


@writes_once("IdempotencyException")
def update_phone_number_metadata(call: Call) -> Answer:
    """Change a number's description; it is IN_PROGRESS for a moment (statement N4)."""
    number = idle(call, call.number(call.params["PhoneNumberId"]))
    number.description = call.params.get("PhoneNumberDescription", number.description)
    number.status, number.message = "IN_PROGRESS", ""
    call.later(call.switches.metadata_seconds, CLAIM, number.id)
    return {}


@reads
def describe_phone_number(call: Call) -> Answer:
    """A number, its target and its status (statements N13 to N15)."""
    number = call.number(call.params["PhoneNumberId"])
    shown = number.wanted if number.wanted and call.switches.target_shown_early else number.target
    status = {"Status": number.status}
    if number.message:
        status["Message"] = number.message
    summary = {**_summary(call, number, shown), "PhoneNumberStatus": status}
    if number.tags:
        summary["Tags"] = number.tags
    return {"ClaimedPhoneNumberSummary": summary}


@reads
def list_phone_numbers_v2(call: Call) -> Answer:
    """The numbers on a TDG, on an instance, or all that this Region knows."""
    shown, token = page(
        call,
        ((number.id, number) for number in _asked_for(call)),
        size=page_size(call, 100),
        what="numbers",
    )
    rows = [_summary(call, number, number.listed_target or number.target) for number in shown]
    return {"ListPhoneNumbersSummaryList": rows, "NextToken": token}


def _drop_flows(call: Call, number: Number) -> None:
    drop_flows(call.world, number, everywhere=call.switches.move_drops_replica_flow)


def target_of(call: Call) -> str:
    """The id of the TDG or instance that `TargetArn` or `InstanceId` names, which must be in this Region."""
    arn_text, instance_id = call.params.get("TargetArn"), call.params.get("InstanceId")
    if bool(arn_text) == bool(instance_id):
        raise Refusal(call.switches.no_target, "Give either TargetArn or InstanceId.")
    if not arn_text:
        return call.instance(instance_id).id
    arn = parse_arn(arn_text)
    if arn is None:
        raise invalid_parameter(f"TargetArn {arn_text} is not an ARN of Amazon Connect.")
    if arn.region != call.region:
        raise invalid_parameter(
            f"The target is in {arn.region}: use the endpoint of {arn.region}, not of {call.region}."
        )
    if arn.resource.startswith("traffic-distribution-group/"):
        return call.active_group(arn_text).id
    return call.instance_or_arn(arn_text).id


def _number_to_move(call: Call) -> Number:
    text = call.params["PhoneNumberId"]
    if parse_arn(text) and not call.switches.arn_as_phone_number_id:
        raise invalid_parameter(f"PhoneNumberId takes the identifier of a phone number, not an ARN: {text}")
    number = idle(call, call.number(text))
    check_claimed_here(call, number)
    check_not_outbound(call, number)
    return number


def idle(call: Call, number: Number) -> Number:
    """The number, with which nothing may be under way."""
    if number.status == "IN_PROGRESS":
        message, code = f"An operation on {number.e164} is in progress.", call.switches.number_in_progress
        if code != "ResourceInUseException":
            raise Refusal(code, message)
        raise in_use(message, "PHONE_NUMBER", call.world.arn(number))
    return number


def check_claimed_here(call: Call, number: Number) -> None:
    """Refuse what is possible in the Region of the claim only."""
    if call.region != number.region:
        raise invalid_parameter(f"{number.e164} was claimed in {number.region}: use the endpoint of that Region.")


def check_not_outbound(call: Call, number: Number) -> None:
    """Refuse a queue's outbound caller ID, unless a switch lets it go."""
    if number.outbound and call.switches.outbound_blocks_move:
        raise in_use(f"{number.e164} is a queue's outbound caller ID.", "QUEUE", call.world.arn(number))


def claim_later(call: Call, number: Number, target: str) -> None:
    """Let a claim or move end: CLAIMED, or FAILED at the target's limit."""
    taken = sum(1 for other in call.world.numbers.values() if target in (other.target, other.wanted)) - 1
    failure = call.misfortune
    limit = call.switches.number_limit
    if failure is None and limit and taken >= limit:
        failure = f"The target has reached its limit of {limit} claimed phone numbers."
    anyway = "" if call.switches.failed_keeps_target else "moves-anyway"
    call.later(call.switches.claim_seconds, CLAIM, number.id, region=anyway, detail=failure and failure[:255])
    number.listed_target = number.listed_target or number.target
    call.later(call.switches.claim_seconds + call.switches.list_lag_seconds, "listed", number.id)


def _asked_for(call: Call) -> Iterator[Number]:
    target = _listed_target(call)
    for number in call.world.numbers.values():
        shown = number.listed_target or number.target
        grouped = shown in call.world.groups
        if target is None and grouped and not call.switches.list_includes_group_numbers:
            continue
        here = target == shown if target else call.region in call.regions_of(number)
        if here and _matches(call, number):
            yield number


def _listed_target(call: Call) -> str | None:
    arn_text, instance_id = call.params.get("TargetArn"), call.params.get("InstanceId")
    if arn_text and instance_id:
        raise invalid_parameter("Give TargetArn or InstanceId, not both.")
    if instance_id:
        return call.instance(instance_id).id
    if not arn_text:
        return None
    arn = parse_arn(arn_text)
    if arn is None:
        raise not_found(f"TargetArn {arn_text} was not found.")
    if arn.resource.startswith("traffic-distribution-group/"):
        return call.group(arn_text).id
    return call.instance_or_arn(arn_text).id


def _matches(call: Call, number: Number) -> bool:
    countries, types = call.params.get("PhoneNumberCountryCodes"), call.params.get("PhoneNumberTypes")
    prefix = str(call.params.get("PhoneNumberPrefix", ""))
    at_home = call.region in call.regions_of(number)
    return (
        at_home
        and (not countries or number.country in countries)
        and (not types or number.type in types)
        and number.e164.startswith(prefix)
    )


def identity(call: Call, number: Number) -> Answer:
    """Id and ARN of a number."""
    return {"PhoneNumberId": number.id, "PhoneNumberArn": call.world.arn(number)}


def _summary(call: Call, number: Number, target: str) -> Answer:
    summary = {
        **identity(call, number),
        "PhoneNumber": number.e164,
        "PhoneNumberCountryCode": number.country,
        "PhoneNumberType": number.type,
        "TargetArn": call.world.target_arn(target),
    }
    if target in call.world.instances:
        summary["InstanceId"] = target
    if number.source_arn:
        summary["SourcePhoneNumberArn"] = number.source_arn
    if number.description:
        summary["PhoneNumberDescription"] = number.description
    return summary
