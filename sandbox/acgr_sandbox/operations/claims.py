"""Getting and giving up numbers (API pages SearchAvailable…, Claim…, Import… and ReleasePhoneNumber)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from acgr_sandbox.refusal import Refusal, invalid_parameter
from acgr_sandbox.scenario_entries import country_of
from acgr_sandbox.world import Number

from .call import Call
from .numbers import check_claimed_here, check_not_outbound, claim_later, identity, idle, target_of
from .pages import page, page_size
from .registry import Answer, reads, writes_once

COOLDOWN = 180 * 24 * 3600.0
"""Seconds for which a released number cannot be claimed, and over which claims and releases are counted."""

# What is on offer: numbers that regulators keep for fiction, by country and type; digits to fill in.
_OFFERS = {
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
    target_of(call)
    country, kind = call.params["PhoneNumberCountryCode"], call.params["PhoneNumberType"]
    prefix = call.params.get("PhoneNumberPrefix", "")
    offers = (e164 for e164 in _offers(country, kind) if e164.startswith(f"+{prefix.lstrip('+')}"))
    taken = _taken(call)
    free = ((e164, e164) for e164 in offers if e164 not in taken)
    shown, token = page(call, free, size=page_size(call, 10), what=f"available {country} {kind} {prefix}")
    rows = [{"PhoneNumber": e164, "PhoneNumberCountryCode": country, "PhoneNumberType": kind} for e164 in shown]
    return {"AvailableNumbersList": rows, "NextToken": token}


@writes_once("IdempotencyException")
def claim_phone_number(call: Call) -> Answer:
    """Claim a number to a TDG or an instance, IN_PROGRESS at first; it has no flow."""
    target, e164, token = target_of(call), call.params["PhoneNumber"], call.params.get("ClientToken")
    if token and call.switches.claim_token == "uuid" and not _UUID.fullmatch(token):
        raise invalid_parameter("ClientToken is not a UUID.")
    _check_available(call, e164)
    return _add(call, e164, _landing(call, target))


@writes_once("IdempotencyException")
def import_phone_number(call: Call) -> Answer:
    """Take a number over from AWS End User Messaging, to an instance; its digits follow from the ARN."""
    instance, source = call.instance(), call.params["SourcePhoneNumberArn"]
    found = _SOURCE.fullmatch(source)
    if found is None or found.groups()[1:] != (call.region, call.world.account):
        raise invalid_parameter(f"{source} is no phone number of AWS End User Messaging in {call.region}.")
    e164 = f"+447700900{int(hashlib.sha256(source.encode()).hexdigest(), 16) % 1000:03d}"
    _check_available(call, e164)
    return _add(call, e164, instance.id, source)


@writes_once("IdempotencyException")
def release_phone_number(call: Call) -> Answer:
    """Give a number up, where it was claimed; it cannot be claimed again for 180 days."""
    number = idle(call, call.number(call.params["PhoneNumberId"]))
    check_claimed_here(call, number)
    check_not_outbound(call, number)
    number.status, number.message = "IN_PROGRESS", ""
    call.saw(number, "release asked")
    call.later(call.switches.claim_seconds, "released", number.id)
    return {}


def _offers(country: str, kind: str) -> Iterator[str]:
    prefix, digits = _OFFERS.get((country, kind), ("", 0))
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


def _landing(call: Call, target: str) -> str:
    instance = call.world.instances.get(target)
    if not (instance and instance.replica) or call.switches.claimed_to_replicated == "instance":
        return target
    return next((g.id for g in call.world.groups.values() if g.default and g.instance_id == target), target)


def _add(call: Call, e164: str, target: str, source: str = "") -> Answer:
    number = Number(call.world.new_id("number", e164), e164, call.region, target, target, status="IN_PROGRESS")
    number.country, number.source_arn = country_of(e164), source
    number.type = "TOLL_FREE" if _TOLL_FREE.match(e164) else "DID"
    number.description = call.params.get("PhoneNumberDescription", "")
    number.tags = dict(call.params.get("Tags", {}))
    call.world.numbers[number.id] = number
    call.saw(number, "claim asked")
    claim_later(call, number, target)
    return identity(call, number)
