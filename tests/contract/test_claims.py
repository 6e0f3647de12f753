"""Numbers: looked for, claimed, imported, released."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from acgr_sandbox import session_on

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
FREE = "+442079460123"
DAY = 24 * 3600.0


def _status(client: Any, number: str) -> dict[str, Any]:
    return dict(client.describe_phone_number(PhoneNumberId=number)["ClaimedPhoneNumberSummary"])


def _release(client: Any, sandbox: Any, number: str) -> None:
    client.release_phone_number(PhoneNumberId=number)
    sandbox.clock.advance(sandbox.switches.claim_seconds)


def test_looking_and_claiming(connect: Any, names: Any, sandbox: Any) -> None:
    """A number on offer is claimed: IN_PROGRESS, then CLAIMED, without a flow, and no longer on offer."""
    ask = {"PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID", "PhoneNumberPrefix": "+4420794601"}
    client = connect()
    pages = list(client.get_paginator("search_available_phone_numbers").paginate(TargetArn=names.group(), **ask))
    offered = [row["PhoneNumber"] for page in pages for row in page["AvailableNumbersList"]]
    assert len(offered) == len(set(offered)) == 100
    made = client.claim_phone_number(TargetArn=names.group(), PhoneNumber=offered[0])
    assert _status(client, made["PhoneNumberId"])["PhoneNumberStatus"] == {"Status": "IN_PROGRESS"}
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    claimed = _status(connect(REPLICA), made["PhoneNumberArn"])
    assert (claimed["PhoneNumberStatus"], claimed["TargetArn"]) == ({"Status": "CLAIMED"}, names.group())
    assert (offered[0], SOURCE) in sandbox.dark_numbers()
    again = client.search_available_phone_numbers(InstanceId=names.instance, **ask)["AvailableNumbersList"]
    assert offered[0] not in [row["PhoneNumber"] for row in again]


def test_other_countries(connect: Any, names: Any) -> None:
    """Toll-free numbers are on offer too; of countries the sandbox knows nothing of there are none."""
    for country, kind, count in (("US", "TOLL_FREE", 10), ("NO", "DID", 0)):
        ask = {"InstanceId": names.instance, "PhoneNumberCountryCode": country, "PhoneNumberType": kind}
        rows = connect().search_available_phone_numbers(**ask)["AvailableNumbersList"]
        assert len(rows) == count
    made = connect().claim_phone_number(InstanceId=names.instance, PhoneNumber="+18005550100")
    found = _status(connect(), made["PhoneNumberId"])
    assert (found["PhoneNumberCountryCode"], found["PhoneNumberType"]) == ("US", "TOLL_FREE")


def test_a_taken_number(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A claimed number is not available, in words observed on real accounts; the guide has another code."""
    ask = {"InstanceId": names.instance, "PhoneNumber": "+442079460005"}
    with refused("InvalidParameterException", "Phone number not available:"):
        connect().claim_phone_number(**ask)
    set_switches(taken_number="ResourceNotFoundException")
    with refused("ResourceNotFoundException", "Phone number not available:"):
        connect().claim_phone_number(**ask)


def test_where_it_can_be_claimed(connect: Any, names: Any, refused: Any) -> None:
    """A TDG has to be ACTIVE, and is claimed to in its own Region; a target is needed."""
    with refused("ResourceNotFoundException", "CREATION_IN_PROGRESS"):
        connect().claim_phone_number(TargetArn=names.group("forming"), PhoneNumber=FREE)
    with refused("InvalidParameterException", SOURCE):
        connect(REPLICA).claim_phone_number(TargetArn=names.group(), PhoneNumber=FREE)
    with refused("InvalidParameterException", "either"):
        connect().claim_phone_number(PhoneNumber=FREE)


def test_at_the_limit(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """Over the target's limit a claim is accepted, and FAILED with a message that names the limit."""
    set_switches(number_limit=1)
    made = connect().claim_phone_number(TargetArn=names.group(), PhoneNumber=FREE)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    status = _status(connect(), made["PhoneNumberId"])["PhoneNumberStatus"]
    assert status["Status"] == "FAILED"
    assert "limit of 1" in status["Message"]


def test_tokens(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """A token that is no UUID is refused; one that comes again claims once, with other parameters Idempotency."""
    ask = {"InstanceId": names.instance, "PhoneNumber": FREE}
    with refused("InvalidParameterException", "UUID"):
        connect().claim_phone_number(**ask, ClientToken="token-1")
    token = str(uuid.UUID(int=1))
    first = connect().claim_phone_number(**ask, ClientToken=token)
    assert connect().claim_phone_number(**ask, ClientToken=token)["PhoneNumberId"] == first["PhoneNumberId"]
    with refused("IdempotencyException"):
        connect().claim_phone_number(**{**ask, "PhoneNumber": "+442079460124"}, ClientToken=token)
    set_switches(claim_token="any")
    connect().claim_phone_number(**{**ask, "PhoneNumber": "+442079460125"}, ClientToken="token-1")
    assert sorted(n.e164 for n in sandbox.world.numbers_on(names.instance))[2:] == [FREE, "+442079460125"]


@pytest.mark.parametrize(("where", "target"), [("instance", "northwind"), ("default-group", "Default")])
def test_claimed_to_a_replicated_instance(
    where: str, target: str, connect: Any, names: Any, sandbox: Any, set_switches: Any
) -> None:
    """A number claimed to a replicated instance stays there, or joins its default TDG, as the switch says."""
    set_switches(claimed_to_replicated=where)
    connect().claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)
    world = sandbox.world
    wanted = {"northwind": names.instance, "Default": names.group_id("Default")}[target]
    assert world.number(FREE).target == wanted


def test_one_of_many_claims(sandbox: Any, names: Any) -> None:
    """Of sixteen claims of one number at one moment exactly one is accepted."""
    start = threading.Barrier(16)
    clients = [session_on(sandbox).client("connect") for _ in range(16)]

    def claim(client: Any) -> bool:
        start.wait()
        try:
            client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)
        except client.exceptions.InvalidParameterException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(claim, clients)) == 1
    assert [number.e164 for number in sandbox.world.numbers.values()].count(FREE) == 1


def test_released_for_180_days(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A released number is gone; for 180 days it is neither on offer nor to be claimed, then it is again."""
    client = connect()
    made = client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)["PhoneNumberId"]
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    _release(client, sandbox, made)
    with refused("ResourceNotFoundException", made):
        _status(client, made)
    search = {"PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID", "PhoneNumberPrefix": FREE[:-1]}
    for days in (0, 179):
        sandbox.clock.advance(days * DAY)
        with refused("InvalidParameterException", "180 days"):
            client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)
        offered = client.search_available_phone_numbers(InstanceId=names.instance, **search)["AvailableNumbersList"]
        assert FREE not in [row["PhoneNumber"] for row in offered]
    sandbox.clock.advance(DAY)
    client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)
    assert sandbox.world.number(FREE).status == "IN_PROGRESS"


def test_the_allowance(connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """Who released 200 % of the quota in 180 days claims no more, until the oldest of them has aged."""
    set_switches(outbound_blocks_move=False)
    client = connect()
    for last in (1, 4):
        _release(client, sandbox, names.number_id(last))
    set_switches(number_limit=1)
    ask = {"InstanceId": names.instance, "PhoneNumber": FREE}
    with refused("InvalidParameterException", "200 %"):
        client.claim_phone_number(**ask)
    set_switches(over_allowance="AccessDeniedException")
    with refused("AccessDeniedException", "200 %"):
        client.claim_phone_number(**ask)
    sandbox.clock.advance(180 * DAY)
    client.claim_phone_number(**ask)
    assert sandbox.world.number(FREE).status == "IN_PROGRESS"


def test_importing(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A number of End User Messaging comes to an instance, once, and says where it came from."""
    source = f"arn:aws:sms-voice:{SOURCE}:111122223333:phone-number/phone-1"
    made = connect().import_phone_number(InstanceId=names.instance, SourcePhoneNumberArn=source)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    found = _status(connect(), made["PhoneNumberId"])
    assert (found["SourcePhoneNumberArn"], found["InstanceId"]) == (source, names.instance)
    with refused("InvalidParameterException", "not available"):
        connect().import_phone_number(InstanceId=names.instance, SourcePhoneNumberArn=source)
    for wrong in ("nonsense", source.replace(SOURCE, REPLICA), source.replace("111122223333", "999988887777")):
        with refused("InvalidParameterException", "End User Messaging"):
            connect().import_phone_number(InstanceId=names.instance, SourcePhoneNumberArn=wrong)
