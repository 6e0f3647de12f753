"""Moving phone numbers, as the guide and the API model say (statements N1 to N5, N11 to N15)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
ABSENT = "00000000-0000-4000-8000-000000000000"


def _describe(client: Any, names: Any, last: int = 1) -> dict[str, Any]:
    answer = client.describe_phone_number(PhoneNumberId=names.number(last))
    return dict(answer["ClaimedPhoneNumberSummary"])


@pytest.mark.parametrize("form", ["UUID", "ARN"])
def test_a_number_moves(form: str, connect: Any, names: Any, sandbox: Any) -> None:
    """N1, N3, N13, N14: UpdatePhoneNumber with a TDG's ARN: IN_PROGRESS, then CLAIMED with that target."""
    client = connect()
    number = names.number() if form == "ARN" else names.number_id()
    group = client.describe_traffic_distribution_group(TrafficDistributionGroupId=names.group())
    assert group["TrafficDistributionGroup"]["Status"] == "ACTIVE"
    answer = client.update_phone_number(PhoneNumberId=number, TargetArn=names.group())
    assert (answer["PhoneNumberId"], answer["PhoneNumberArn"]) == (names.number_id(), names.number())
    during = _describe(client, names)
    assert (during["PhoneNumberStatus"], during["TargetArn"]) == ({"Status": "IN_PROGRESS"}, names.instance_arn())
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    after = _describe(client, names)
    assert (after["PhoneNumberStatus"], after["TargetArn"]) == ({"Status": "CLAIMED"}, names.group())
    assert "InstanceId" not in after


def test_the_flow_is_lost_at_the_move(connect: Any, names: Any, sandbox: Any) -> None:
    """A moved number has no flow in either Region, from the accepted call on."""
    assert sandbox.world.number("+442079460002").flow_in(REPLICA)
    connect().update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group())
    assert sandbox.world.number("+442079460002").flows == {}
    assert ("+442079460002", SOURCE) in sandbox.dark_numbers()
    assert ("+442079460002", REPLICA) in sandbox.dark_numbers()


def test_the_new_target_may_show_early(connect: Any, names: Any, set_switches: Any) -> None:
    """With the switch on, TargetArn is new while the number is IN_PROGRESS."""
    set_switches(target_shown_early=True)
    connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    during = _describe(connect(), names)
    assert (during["PhoneNumberStatus"]["Status"], during["TargetArn"]) == ("IN_PROGRESS", names.group())


def test_back_to_an_instance(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """N5: the target may be an instance, by ARN or by InstanceId; the replica then no longer knows the number."""
    client = connect()
    client.update_phone_number(PhoneNumberId=names.number(2), InstanceId=names.instance)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    assert _describe(client, names, 2)["InstanceId"] == names.instance
    client.update_phone_number(PhoneNumberId=names.number(3), TargetArn=names.instance_arn(name="lonely"))
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    assert _describe(client, names, 3)["InstanceId"] == names.lonely
    with refused("ResourceNotFoundException"):
        connect(REPLICA).describe_phone_number(PhoneNumberId=names.number(2))


def test_a_number_that_is_not_there(connect: Any, names: Any, refused: Any) -> None:
    """N2: a number that has not been claimed is ResourceNotFound."""
    for number in (ABSENT, names.number().replace(names.number_id(), ABSENT)):
        with refused("ResourceNotFoundException", ABSENT):
            connect().update_phone_number(PhoneNumberId=number, TargetArn=names.group())
        with refused("ResourceNotFoundException", ABSENT):
            connect().describe_phone_number(PhoneNumberId=number)


def test_the_description(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """N4: UpdatePhoneNumberMetadata changes the description; the number is IN_PROGRESS for a moment, its flow stays."""
    client = connect()
    client.update_phone_number_metadata(PhoneNumberId=names.number(), PhoneNumberDescription="Reception")
    assert _describe(client, names)["PhoneNumberStatus"] == {"Status": "IN_PROGRESS"}
    with refused("ResourceInUseException", "in progress"):
        client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    sandbox.clock.advance(sandbox.switches.metadata_seconds)
    after = _describe(client, names)
    assert (after["PhoneNumberStatus"], after["PhoneNumberDescription"]) == ({"Status": "CLAIMED"}, "Reception")
    assert sandbox.world.number("+442079460001").flow_in(SOURCE)


def test_targets_that_cannot_be(connect: Any, names: Any, refused: Any) -> None:
    """N11: a TDG that does not exist, is not ACTIVE or is somebody else's is ResourceNotFound."""
    missing = names.group().replace(names.group_id(), ABSENT)
    foreign = names.group().replace("111122223333", "999988887777")
    for target in (missing, foreign, names.group("forming")):
        with refused("ResourceNotFoundException"):
            connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=target)
    stranger = connect(SOURCE, "999988887777")
    with refused("ResourceNotFoundException"):
        stranger.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())


def test_the_wrong_region(connect: Any, names: Any, refused: Any, sandbox: Any) -> None:
    """N5, N12: an endpoint that is not in the TDG's Region is InvalidParameter."""
    for target in (names.group(), names.instance_arn(REPLICA)):
        with refused("InvalidParameterException", "eu-west-2"):
            connect(REPLICA).update_phone_number(PhoneNumberId=names.number(2), TargetArn=target)
    with refused("InvalidParameterException", "eu-central-1"):
        connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.instance_arn(REPLICA))
    assert sandbox.world.number("+442079460002").status == "CLAIMED"


def test_a_target_is_needed(connect: Any, names: Any, refused: Any) -> None:
    """Neither target, or both, is InvalidParameter; so is what is no ARN."""
    both = {"TargetArn": names.group(), "InstanceId": names.instance}
    for targets in ({}, both, {"TargetArn": "nonsense"}):
        with refused("InvalidParameterException"):
            connect().update_phone_number(PhoneNumberId=names.number(), **targets)


def test_failed_with_its_message(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """N15: at the target's limit the number is FAILED with a message that says why, keeps its target, and may retry."""
    set_switches(number_limit=1)
    client = connect()
    client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    after = _describe(client, names)
    assert after["PhoneNumberStatus"]["Status"] == "FAILED"
    assert "limit of 1 claimed phone numbers" in after["PhoneNumberStatus"]["Message"]
    assert after["TargetArn"] == names.instance_arn()
    client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group("retail"))
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    assert _describe(client, names)["PhoneNumberStatus"] == {"Status": "CLAIMED"}


def test_failed_may_have_moved(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """With the switch off, a FAILED number shows its new target."""
    set_switches(number_limit=1, failed_keeps_target=False)
    connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    after = _describe(connect(), names)
    assert (after["PhoneNumberStatus"]["Status"], after["TargetArn"]) == ("FAILED", names.group())


def test_one_thing_at_a_time(connect: Any, names: Any, refused: Any) -> None:
    """N14: while IN_PROGRESS any write to the number is ResourceInUse, and names the number."""
    client = connect()
    client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    for write, more in (
        (client.update_phone_number, {"TargetArn": names.group("retail")}),
        (client.update_phone_number_metadata, {"PhoneNumberDescription": "x"}),
        (client.release_phone_number, {}),
    ):
        with pytest.raises(client.exceptions.ResourceInUseException) as caught:
            write(PhoneNumberId=names.number(), **more)
        assert caught.value.response["ResourceId"] == names.number()


def test_the_same_target(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """The present target is accepted at once; the switch makes even that drop the flow."""
    client = connect()
    client.update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group("Default"))
    assert _describe(client, names, 2)["PhoneNumberStatus"] == {"Status": "CLAIMED"}
    assert sandbox.world.number("+442079460002").flow_in(SOURCE)
    set_switches(same_target_drops_flow=True)
    client.update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group("Default"))
    assert sandbox.world.number("+442079460002").flow_in(SOURCE) is None


@pytest.mark.parametrize("drops", [False, True])
def test_the_same_target_may_take_time(
    drops: bool, connect: Any, names: Any, sandbox: Any, set_switches: Any, refused: Any
) -> None:
    """A move to the present target may go IN_PROGRESS, and ends CLAIMED there, with or without its flow."""
    set_switches(same_target_in_progress=True, same_target_drops_flow=drops)
    client, ask = connect(), {"PhoneNumberId": names.number(2), "TargetArn": names.group("Default")}
    client.update_phone_number(**ask)
    assert _describe(client, names, 2)["PhoneNumberStatus"] == {"Status": "IN_PROGRESS"}
    with refused("ResourceInUseException", "in progress"):
        client.update_phone_number(**ask)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    after = _describe(client, names, 2)
    assert (after["PhoneNumberStatus"], after["TargetArn"]) == ({"Status": "CLAIMED"}, names.group("Default"))
    assert bool(sandbox.world.dark_regions(sandbox.world.number("+442079460002"))) is drops


def test_client_tokens(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A token that comes again gets the same answer and does nothing; with other parameters it is Idempotency."""
    client = connect()
    ask = {"PhoneNumberId": names.number(), "TargetArn": names.group(), "ClientToken": "token-1"}
    first = client.update_phone_number(**ask)
    again = client.update_phone_number(**ask)
    assert (first["PhoneNumberArn"], again["PhoneNumberArn"]) == (names.number(), names.number())
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    with refused("IdempotencyException"):
        client.update_phone_number(**{**ask, "TargetArn": names.group("retail")})
    assert sandbox.world.number("+442079460001").target == names.group_id()


def test_old_forms_of_ids(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """The first version's ARN is refused; so is any ARN by UpdatePhoneNumber when the switch says so."""
    old = f"{names.instance_arn()}/phone-number/{names.number_id()}"
    with refused("InvalidParameterException", "phone-number/<id>"):
        connect().describe_phone_number(PhoneNumberId=old)
    set_switches(arn_as_phone_number_id=False)
    with refused("InvalidParameterException", "not an ARN"):
        connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())


def test_an_outbound_caller_id_stays(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A queue's outbound caller ID is in use, unless the switch lets it go."""
    with refused("ResourceInUseException", "outbound caller ID"):
        connect().update_phone_number(PhoneNumberId=names.number(4), TargetArn=names.group())
    set_switches(outbound_blocks_move=False)
    connect().update_phone_number(PhoneNumberId=names.number(4), TargetArn=names.group())


def test_release(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A released number is IN_PROGRESS, then gone; it can be released where it was claimed only."""
    with refused("InvalidParameterException", "eu-west-2"):
        connect(REPLICA).release_phone_number(PhoneNumberId=names.number(2))
    connect().release_phone_number(PhoneNumberId=names.number(2))
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    with refused("ResourceNotFoundException"):
        connect().describe_phone_number(PhoneNumberId=names.number(2))
    assert list(sandbox.world.released) == ["+442079460002"]


def _listed(client: Any, **where: Any) -> list[str]:
    rows = client.list_phone_numbers_v2(**where)["ListPhoneNumbersSummaryList"]
    return sorted(row["PhoneNumber"][-2:] for row in rows)


def test_lists(connect: Any, names: Any, set_switches: Any) -> None:
    """Numbers by TDG (both Regions), by instance (its own numbers only), or all, TDG numbers included."""
    assert _listed(connect(), TargetArn=names.group("Default")) == ["02"]
    assert _listed(connect(REPLICA), TargetArn=names.group("Default")) == ["02"]
    assert _listed(connect(), TargetArn=names.instance_arn()) == ["01", "04"]
    assert _listed(connect(), InstanceId=names.lonely) == ["05"]
    assert _listed(connect()) == ["01", "02", "03", "04", "05"]
    assert _listed(connect(REPLICA)) == ["02", "03"]
    assert _listed(connect(), PhoneNumberPrefix="+4420794600", PhoneNumberCountryCodes=["GB"]) != []
    assert _listed(connect(), PhoneNumberTypes=["TOLL_FREE"]) == []
    set_switches(list_includes_group_numbers=False)
    assert _listed(connect()) == ["01", "04", "05"]


def test_the_list_may_lag(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """With a lag the list shows a move later than DescribePhoneNumber does."""
    set_switches(list_lag_seconds=3.0)
    connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group("retail"))
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    assert _describe(connect(), names)["TargetArn"] == names.group("retail")
    assert _listed(connect(), TargetArn=names.group("retail")) == []
    sandbox.clock.advance(3)
    assert _listed(connect(), TargetArn=names.group("retail")) == ["01"]


def test_pages(connect: Any, refused: Any, sandbox: Any) -> None:
    """Pages cover the list; a token lives for a day; one of another list and a made-up one are refused."""
    client = connect()
    pages = client.get_paginator("list_phone_numbers_v2").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["ListPhoneNumbersSummaryList"]) for page in pages] == [2, 2, 1]
    token = client.list_phone_numbers_v2(MaxResults=1)["NextToken"]
    for wrong in ("nonsense", client.list_instances(MaxResults=1)["NextToken"]):
        with refused("InvalidParameterException", "not issued" if wrong == "nonsense" else "another list"):
            client.list_phone_numbers_v2(NextToken=wrong)
    sandbox.clock.advance(24 * 3600)
    client.list_phone_numbers_v2(NextToken=token)


def test_expired_page_tokens(connect: Any, refused: Any, sandbox: Any, set_switches: Any) -> None:
    """A page token of more than a day ago is a 400 of its own name, or what the operation calls a bad request."""
    tokens = {
        "list_phone_numbers_v2": connect().list_phone_numbers_v2(MaxResults=1)["NextToken"],
        "list_traffic_distribution_groups": connect().list_traffic_distribution_groups(MaxResults=1)["NextToken"],
        "list_instances": connect().list_instances(MaxResults=1)["NextToken"],
    }
    sandbox.clock.advance(24 * 3600 + 1)
    for operation, token in tokens.items():
        with pytest.raises(ClientError) as caught:
            getattr(connect(), operation)(NextToken=token)
        assert caught.value.response["Error"]["Code"] == "InvalidToken"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    set_switches(expired_page_token="bad-request")
    codes = ("InvalidParameterException", "InvalidRequestException", "InvalidRequestException")
    for (operation, token), code in zip(tokens.items(), codes, strict=True):
        with refused(code, "24 hours"):
            getattr(connect(), operation)(NextToken=token)


def test_held_claims(connect: Any, names: Any, sandbox: Any) -> None:
    """While claims are held a number stays IN_PROGRESS; what is overdue completes when they are let go."""
    connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    sandbox.hold_claims()
    sandbox.clock.advance(100)
    assert _describe(connect(), names)["PhoneNumberStatus"] == {"Status": "IN_PROGRESS"}
    sandbox.release_claims()
    assert _describe(connect(), names)["PhoneNumberStatus"] == {"Status": "CLAIMED"}
