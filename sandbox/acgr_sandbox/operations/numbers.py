"""Phone numbers: claimed, moved, described, released.

API pages SearchAvailable-, Claim-, Import-, Update-, Describe- and ReleasePhoneNumber, UpdatePhoneNumberMetadata,
ListPhoneNumbersV2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from acgr_sandbox.core.models import Number, country_of, seen_from
from acgr_sandbox.core.pending_changes import CLAIM, LAPSED, cancel, clear_flows
from acgr_sandbox.core.seeds import QUEUE, is_caller_id
from acgr_sandbox.wire.refusal import Refusal, in_use, invalid_parameter, not_found

from .call import Call, parse_arn
from .pagination import page, page_size
from .registry import Answer, reads, writes_once

COOLDOWN = 180 * 24 * 3600.0
"""Seconds for which a released number cannot be claimed, and over which claims and releases are counted."""

# What is on offer: numbers that regulators keep for fiction, by country and type; digits to fill in.
_AVAILABLE = {
    ("GB", "DID"): ("+442079460", 3),
    ("GB", "TOLL_FREE"): ("+448081570", 3),
    ("US", "DID"): ("+120155501", 2),
    ("US", "TOLL_FREE"): ("+180055501", 2),
    ("DE", "DID"): ("+4930239990", 3),
    ("FR", "DID"): ("+33199001", 4),
    ("AU", "DID"): ("+61255501", 4),
}

_TOLL_FREE = re.compile(r"\+(1(800|833|844|855|866|877|888)|44(800|808)|49800|33800|611800)")

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_SOURCE = re.compile(r"arn:[^:]+:(sms-voice|social-messaging):([^:]+):(\d{12}):phone-number[-/].+")


@reads
def search_available_phone_numbers(call: Call) -> Answer:
    """Numbers of a country that can be claimed; the sandbox has some for GB, US, DE, FR and AU."""
    _check_searched_target(call)
    _check_prefix(call)
    country, kind = call.params["PhoneNumberCountryCode"], call.params["PhoneNumberType"]
    prefix = call.params.get("PhoneNumberPrefix", "")
    available = (e164 for e164 in _available_numbers(country, kind) if e164.startswith(prefix))
    taken = _taken(call)
    free = ((e164, e164) for e164 in available if e164 not in taken)
    shown, token = page(call, free, size=page_size(call, 10), what=f"available {country} {kind} {prefix}")
    rows = [{"PhoneNumber": e164, "PhoneNumberCountryCode": country, "PhoneNumberType": kind} for e164 in shown]
    return {"AvailableNumbersList": rows, "NextToken": token}


@writes_once("IdempotencyException")
def claim_phone_number(call: Call) -> Answer:
    """Claim a number to a TDG or an instance, IN_PROGRESS at first; it has no flow."""
    target, e164, token = _target_of(call), call.params["PhoneNumber"], call.params.get("ClientToken")
    if token and call.switches.claim_token == "uuid" and not _UUID.fullmatch(token):
        raise invalid_parameter("ClientToken is not a UUID.")
    failed = _failed_claim(call, e164)
    if failed is None:
        _check_available(call, e164)
    return _add_number(call, e164, _target_of_claim(call, target), again=failed)


@writes_once("IdempotencyException")
def import_phone_number(call: Call) -> Answer:
    """Take a number over from AWS End User Messaging, to an instance; its digits follow from the ARN."""
    instance, source = call.instance(), call.params["SourcePhoneNumberArn"]
    found = _SOURCE.fullmatch(source)
    if found is None or found.groups()[1:] != (call.region, call.world.account):
        raise invalid_parameter(f"{source} is no phone number of AWS End User Messaging in {call.region}.")
    e164 = f"+447700900{int(hashlib.sha256(source.encode()).hexdigest(), 16) % 1000:03d}"
    _check_available(call, e164)
    return _add_number(call, e164, instance.id, source)


@writes_once("IdempotencyException")
def update_phone_number(call: Call) -> Answer:
    """Move a number to a TDG or an instance: at once without a flow, later CLAIMED or FAILED.

    Statements N3, N5, N11 to N15 of the guide.
    """
    target = _target_of(call)
    number = _number_to_move(call)
    stays = number.target == target and number.claimed and not call.async_failure
    if not stays or call.switches.same_target_drops_flow:
        _clear_flows(call, number)
        call.record(number, "moved")
    if stays and not call.switches.same_target_in_progress:
        number.status, number.message = "CLAIMED", ""
        return _identity(call, number)
    number.status, number.message, number.wanted = "IN_PROGRESS", "", target
    _schedule_claim(call, number, target)
    return _identity(call, number)


@writes_once("IdempotencyException")
def update_phone_number_metadata(call: Call) -> Answer:
    """Change a number's description; it is IN_PROGRESS for a moment (statement N4)."""
    number = _not_in_progress(call, call.number(call.params["PhoneNumberId"]))
    if not number.claimed:
        raise invalid_parameter(f"The claim of {number.e164} has FAILED: claim it again.")
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
    _check_prefix(call)
    shown, token = page(
        call,
        ((number.id, number) for number in _listed_numbers(call)),
        size=page_size(call, 100),
        what="numbers",
    )
    rows = [_summary(call, number, number.listed_target or number.target) for number in shown]
    return {"ListPhoneNumbersSummaryList": rows, "NextToken": token}


@writes_once("IdempotencyException")
def release_phone_number(call: Call) -> Answer:
    """Give a number up, where it was claimed; it cannot be claimed again for 180 days."""
    number = _not_in_progress(call, call.number(call.params["PhoneNumberId"]))
    _check_claimed_here(call, number)
    _check_not_outbound(call, number)
    number.status, number.message = "IN_PROGRESS", ""
    call.record(number, "release asked")
    call.later(call.switches.claim_seconds, "released", number.id)
    return {}


def _clear_flows(call: Call, number: Number) -> None:
    clear_flows(call.world, number, call.now, everywhere=call.switches.move_drops_replica_flow)


def _target_of(call: Call) -> str:
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


def _check_searched_target(call: Call) -> None:
    """As `_target_of`, but in both Regions of a TDG, which need not be ACTIVE yet: nothing is done to it."""
    arn = parse_arn(call.params.get("TargetArn", ""))
    if arn and "InstanceId" not in call.params and arn.resource.startswith("traffic-distribution-group/"):
        call.group(call.params["TargetArn"])
    else:
        _target_of(call)


def _check_prefix(call: Call) -> None:
    """The + is part of the country code; the model's pattern leaves it open."""
    prefix = call.params.get("PhoneNumberPrefix")
    if prefix and not prefix.startswith("+"):
        raise invalid_parameter(f"PhoneNumberPrefix must contain + as part of the country code: {prefix}")


def _number_to_move(call: Call) -> Number:
    text = call.params["PhoneNumberId"]
    if parse_arn(text) and not call.switches.arn_as_phone_number_id:
        raise invalid_parameter(f"PhoneNumberId takes the identifier of a phone number, not an ARN: {text}")
    number = _not_in_progress(call, call.number(text))
    _check_claimed_here(call, number)
    _check_not_outbound(call, number)
    return number


def _not_in_progress(call: Call, number: Number) -> Number:
    """The number, with which nothing may be under way."""
    if number.status == "IN_PROGRESS":
        message, code = f"An operation on {number.e164} is in progress.", call.switches.number_in_progress
        if code != "ResourceInUseException":
            raise Refusal(code, message)
        raise in_use(message, "PHONE_NUMBER", call.world.arn(number))
    return number


def _check_claimed_here(call: Call, number: Number) -> None:
    """Refuse what is possible in the Region of the claim only."""
    if call.region != number.region:
        raise invalid_parameter(f"{number.e164} was claimed in {number.region}: use the endpoint of that Region.")


def _check_not_outbound(call: Call, number: Number) -> None:
    """Refuse the outbound caller ID of a queue that this Region has, unless a switch lets it go."""
    for queue in call.world.resources.values() if call.switches.outbound_blocks_move else ():
        here = queue.kind == QUEUE and call.region in queue.regions
        if here and is_caller_id(seen_from(queue, call.region), number):
            message = f"{number.e164} is the outbound caller ID of queue {queue.name!r}."
            raise in_use(message, "PHONE_NUMBER", call.world.arn(number))


def _schedule_claim(call: Call, number: Number, target: str) -> None:
    """Let a claim or move end: CLAIMED, or FAILED at the target's limit."""
    cancel(call.world, LAPSED, number.id)
    others = (other for other in call.world.numbers.values() if other is not number and not _has_failed(other))
    taken = sum(1 for other in others if target in (other.target, other.wanted))
    failure = call.async_failure
    limit = call.switches.number_limit
    if failure is None and limit and taken >= limit:
        failure = f"The target has reached its limit of {limit} claimed phone numbers."
    anyway = "" if call.switches.failed_keeps_target else "moves-anyway"
    call.later(call.switches.claim_seconds, CLAIM, number.id, region=anyway, detail=failure and failure[:255])
    number.listed_target = number.listed_target or number.target
    call.later(call.switches.claim_seconds + call.switches.list_lag_seconds, "listed", number.id)


def _listed_numbers(call: Call) -> Iterator[Number]:
    target = _listed_target(call)
    for number in call.world.numbers.values():
        shown = number.listed_target or number.target
        grouped = shown in call.world.groups
        if target is None and grouped and not call.switches.list_includes_group_numbers:
            continue
        here = target == shown if target else call.region in call.regions_of(number)
        if here and _matches_query(call, number):
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


def _matches_query(call: Call, number: Number) -> bool:
    countries, types = call.params.get("PhoneNumberCountryCodes"), call.params.get("PhoneNumberTypes")
    prefix = str(call.params.get("PhoneNumberPrefix", ""))
    known_here = call.region in call.regions_of(number)
    return (
        known_here
        and (not countries or number.country in countries)
        and (not types or number.type in types)
        and number.e164.startswith(prefix)
    )


def _identity(call: Call, number: Number) -> Answer:
    """Id and ARN of a number."""
    return {"PhoneNumberId": number.id, "PhoneNumberArn": call.world.arn(number)}


def _summary(call: Call, number: Number, target: str) -> Answer:
    summary = {
        **_identity(call, number),
        "PhoneNumber": number.e164,
        "PhoneNumberCountryCode": number.country,
        "PhoneNumberType": number.type,
        "TargetArn": call.world.target_arn(target, number.region),
    }
    if target in call.world.instances:
        summary["InstanceId"] = target
    if number.source_arn:
        summary["SourcePhoneNumberArn"] = number.source_arn
    if number.description:
        summary["PhoneNumberDescription"] = number.description
    return summary


def _available_numbers(country: str, kind: str) -> Iterator[str]:
    prefix, digits = _AVAILABLE.get((country, kind), ("", 0))
    return (f"{prefix}{index:0{digits}d}" for index in range(10**digits if digits else 0))


def _taken(call: Call) -> dict[str, str]:
    claimed = {number.e164: "it is claimed" for number in call.world.numbers.values()}
    return {**dict.fromkeys(_released_lately(call), "it was released less than 180 days ago"), **claimed}


def _released_lately(call: Call) -> list[str]:
    return [e164 for e164, at in call.world.released.items() if call.now - at < COOLDOWN]


def _check_available(call: Call, e164: str) -> None:
    reason = _taken(call).get(e164)
    if reason:
        raise Refusal(call.switches.taken_number, f"Phone number not available: {e164}, {reason}.")
    limit, lately = call.switches.number_limit, _released_lately(call)
    if limit and len(lately) >= 2 * limit:
        message = f"{len(lately)} numbers were released in 180 days, 200 % of the {limit} there may be."
        raise Refusal(call.switches.over_allowance, message)


def _target_of_claim(call: Call, target: str) -> str:
    instance = call.world.instances.get(target)
    is_source = instance and instance.replica and call.region == instance.region
    if not is_source or call.switches.claimed_to_replicated == "instance":
        return target
    return next((g.id for g in call.world.groups.values() if g.default and g.instance_id == target), target)


def _has_failed(number: Number) -> bool:
    """Whether its claim has FAILED."""
    return not number.claimed and number.status == "FAILED"


def _failed_claim(call: Call, e164: str) -> Number | None:
    """The number, where its claim has FAILED in this Region: there is a day to try again."""
    found = (number for number in call.world.numbers.values() if number.e164 == e164 and number.region == call.region)
    return next((number for number in found if _has_failed(number)), None)


def _add_number(call: Call, e164: str, target: str, source: str = "", *, again: Number | None = None) -> Answer:
    id = again.id if again else call.world.new_id("number", e164)
    number = Number(id, e164, call.region, target, target, status="IN_PROGRESS", claimed=False)
    number.country, number.source_arn = country_of(e164), source
    number.type = "TOLL_FREE" if _TOLL_FREE.match(e164) else "DID"
    number.description = call.params.get("PhoneNumberDescription", "")
    number.tags = dict(call.params.get("Tags", {}))
    call.world.numbers[number.id] = number
    call.record(number, "claim asked")
    _schedule_claim(call, number, target)
    return _identity(call, number)
