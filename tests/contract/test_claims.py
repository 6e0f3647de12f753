"""Numbers: looked for, claimed, imported, released."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from acgr_sandbox import Fault, session_on

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
ABSENT = "00000000-0000-4000-8000-000000000000"
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


def test_looking_in_the_replica(connect: Any, names: Any, refused: Any) -> None:
    """Numbers are looked for in both Regions of a TDG; a target that is not known is a bad request, which is listed."""
    ask = {"PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID"}
    absent = names.group().replace(names.group_id(), ABSENT)
    for region in (SOURCE, REPLICA):
        client = connect(region)
        assert client.search_available_phone_numbers(TargetArn=names.group(), **ask)["AvailableNumbersList"]
        assert client.search_available_phone_numbers(TargetArn=names.group("forming"), **ask)["AvailableNumbersList"]
        assert client.search_available_phone_numbers(TargetArn=names.instance_arn(region), **ask)[
            "AvailableNumbersList"
        ]
        for target in ({"TargetArn": absent}, {"InstanceId": ABSENT}, {"TargetArn": names.group_id()}, {}):
            with refused("InvalidParameterException"):
                client.search_available_phone_numbers(**target, **ask)
        with refused("InvalidParameterException", "contain +"):
            client.search_available_phone_numbers(InstanceId=names.instance, **ask, PhoneNumberPrefix="4420")
    with refused("InvalidParameterException", "contain +"):
        connect().list_phone_numbers_v2(PhoneNumberPrefix="4420")
    with refused("InvalidParameterException", REPLICA):
        connect().search_available_phone_numbers(TargetArn=names.instance_arn(REPLICA), **ask)


def test_claimed_to_the_replica_s_instance(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A number is on the instance of the Region where it was claimed, by its ARN there, and known nowhere else."""
    client = connect(REPLICA)
    made = client.claim_phone_number(TargetArn=names.instance_arn(REPLICA), PhoneNumber="+4930239990123")
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    assert f":{REPLICA}:" in made["PhoneNumberArn"]
    assert _status(client, made["PhoneNumberId"])["TargetArn"] == names.instance_arn(REPLICA)
    rows = client.list_phone_numbers_v2(TargetArn=names.instance_arn(REPLICA))["ListPhoneNumbersSummaryList"]
    assert [(row["PhoneNumberArn"], row["TargetArn"]) for row in rows] == [
        (made["PhoneNumberArn"], names.instance_arn(REPLICA))
    ]
    with refused("ResourceNotFoundException"):
        _status(connect(), made["PhoneNumberArn"])
    for number in (1, 5):
        assert _status(connect(), names.number(number))["TargetArn"].startswith(f"arn:aws:connect:{SOURCE}:")


def test_a_claim_that_failed(connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """A FAILED claim can be tried again for a day, to any target, and is nobody else's meanwhile; it has one id."""
    set_switches(number_limit=1)
    client = connect()
    ask = {"TargetArn": names.group(), "PhoneNumber": FREE}
    made = client.claim_phone_number(**ask)
    with refused("InvalidParameterException", "not available"):
        client.claim_phone_number(**ask)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    for _ in range(2):
        assert _status(client, made["PhoneNumberId"])["PhoneNumberStatus"]["Status"] == "FAILED"
        sandbox.clock.advance(DAY - 1)
        search = {"PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID", "PhoneNumberPrefix": FREE[:-1]}
        offered = client.search_available_phone_numbers(InstanceId=names.instance, **search)["AvailableNumbersList"]
        assert FREE not in [row["PhoneNumber"] for row in offered]
        with refused("InvalidParameterException", "claim it again"):
            client.update_phone_number_metadata(PhoneNumberId=made["PhoneNumberId"], PhoneNumberDescription="x")
        assert client.claim_phone_number(**ask)["PhoneNumberArn"] == made["PhoneNumberArn"]
        sandbox.clock.advance(sandbox.switches.claim_seconds)
    client.claim_phone_number(**{**ask, "TargetArn": names.group("retail")})
    sandbox.clock.advance(2 * DAY)
    found = _status(client, made["PhoneNumberId"])
    assert (found["PhoneNumberStatus"], found["TargetArn"]) == ({"Status": "CLAIMED"}, names.group("retail"))


@pytest.mark.parametrize("again", ["claim", "update"])
def test_a_claim_that_was_given_up(again: str, connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A day after a claim, or its repetition, has FAILED the number is gone, and anybody may claim it at once."""
    client = connect()
    sandbox.faults.add(Fault("*", "failed-claim", count=2))
    made = client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)["PhoneNumberId"]
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    if again == "claim":
        client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)
    else:
        client.update_phone_number(PhoneNumberId=made, InstanceId=names.instance)
    sandbox.clock.advance(sandbox.switches.claim_seconds + DAY - 1)
    sandbox.faults.clear()
    assert _status(client, made)["PhoneNumberStatus"]["Status"] == "FAILED"
    sandbox.clock.advance(1)
    with refused("ResourceNotFoundException", made):
        _status(client, made)
    assert sandbox.world.released == {}
    assert "claim lapsed" in [event.what for event in sandbox.timeline.events(FREE)]
    client.claim_phone_number(InstanceId=names.instance, PhoneNumber=FREE)
    sandbox.clock.advance(2 * DAY)
    assert sandbox.world.number(FREE).status == "CLAIMED"


def test_a_move_that_failed_is_no_claim(connect: Any, names: Any, sandbox: Any) -> None:
    """A number whose move has FAILED is claimed still, and stays."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", "failed-claim"))
    connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    sandbox.clock.advance(3 * DAY)
    assert _status(connect(), names.number())["PhoneNumberStatus"]["Status"] == "FAILED"


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


def test_claimed_to_a_replica_stays_there(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """The default TDG is the source Region's: what is claimed to the replica's instance does not join it."""
    set_switches(claimed_to_replicated="default-group")
    connect(REPLICA).claim_phone_number(InstanceId=names.instance, PhoneNumber="+4930239990123")
    assert sandbox.world.number("+4930239990123").target == names.instance


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
