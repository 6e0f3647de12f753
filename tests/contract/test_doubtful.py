"""What is only inferred of Connect, the other way round: each of these has a switch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from acgr_sandbox import Request

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
SIGNED = {"authorization": f"AWS4-HMAC-SHA256 Credential=sandbox/20261121/{SOURCE}/connect/aws4_request, Signature=0"}
ABSENT = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("member", ["Message", "message"])
def test_the_body_of_an_error(member: str, sandbox: Any, connect: Any, refused: Any, set_switches: Any) -> None:
    """An error's text is in `Message`, or in `message`; clients read both."""
    set_switches(error_member=member)
    answer = sandbox.handle(Request("GET", f"/instance/{ABSENT}", "", SIGNED))
    assert list(json.loads(answer.body)) == [member]
    with refused("ResourceNotFoundException", ABSENT):
        connect().describe_instance(InstanceId=ABSENT)


def test_the_form_of_the_guide(sandbox: Any, names: Any, set_switches: Any) -> None:
    """The guide's DELETE …/user/{UserId} takes a user off a TDG where the switch accepts it."""
    set_switches(guide_disassociate="accept")
    path = f"/traffic-distribution-group/{names.group('Default').replace('/', '%2F')}/user"
    assert sandbox.handle(Request("DELETE", f"{path}/{names.user_id('alice.smith')}", "", SIGNED)).status == 200
    assert sandbox.world.group("Default").members == []
    missing = f"/traffic-distribution-group/{ABSENT}/user/{names.user_id()}"
    assert sandbox.handle(Request("DELETE", missing, "", SIGNED)).status == 404


def test_patterns(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """The model's regular expressions can be left out; lengths and required members stay."""
    set_switches(patterns="ignore")
    connect().create_traffic_distribution_group(Name=" sales ", InstanceId=names.instance)
    with refused("InvalidRequestException", "less than or equal to 128"):
        connect().create_traffic_distribution_group(Name="s" * 129, InstanceId=names.instance)


def test_a_number_of_an_instance_in_the_replica(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A number on a replicated instance may be known in the replica, by ARN and in lists."""
    set_switches(instance_number_in_replica="shown")
    client = connect(REPLICA)
    client.describe_phone_number(PhoneNumberId=names.number())
    listed = client.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"]
    assert names.number() in [row["PhoneNumberArn"] for row in listed]
    for unknown in (names.number_id(), names.number(5)):
        with refused("ResourceNotFoundException"):
            client.describe_phone_number(PhoneNumberId=unknown)


def test_the_first_form_of_number_arns(connect: Any, names: Any, set_switches: Any) -> None:
    """ARNs of the form instance/…/phone-number/… may be accepted."""
    set_switches(old_number_arn="accept")
    old = names.number().replace(":phone-number/", f":instance/{names.instance}/phone-number/")
    found = connect().describe_phone_number(PhoneNumberId=old)["ClaimedPhoneNumberSummary"]
    assert found["PhoneNumberArn"] == names.number()


@pytest.mark.parametrize(("reused", "groups"), [("replay", ["sales"]), ("ignore", ["other", "sales"])])
def test_tokens_that_come_again(reused: str, groups: list[str], connect: Any, names: Any, set_switches: Any) -> None:
    """A token that comes with other parameters may get the first answer, or mean nothing."""
    set_switches(reused_token=reused)
    ask = {"InstanceId": names.instance, "ClientToken": "t"}
    for name in ("sales", "other"):
        connect().create_traffic_distribution_group(Name=name, **ask)
    rows = connect().list_traffic_distribution_groups()["TrafficDistributionGroupSummaryList"]
    assert sorted(row["Name"] for row in rows if row["Name"] in ("sales", "other")) == groups


@pytest.mark.parametrize("code", ["ResourceInUseException", "AccessDeniedException"])
def test_the_default_group_stays(code: str, connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """The error for deleting the default TDG is not written down."""
    set_switches(delete_default_group=code)
    with refused(code, "default"):
        connect().delete_traffic_distribution_group(TrafficDistributionGroupId=names.group("Default"))


def test_a_second_update(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """A second shift during the first may conflict, be a bad request, or win."""

    def shift(source: int) -> None:
        rows = [{"Region": SOURCE, "Percentage": source}, {"Region": REPLICA, "Percentage": 100 - source}]
        connect().update_traffic_distribution(Id=names.group(), TelephonyConfig={"Distributions": rows})

    shift(50)
    set_switches(second_update="InvalidRequestException")
    with refused("InvalidRequestException", "being updated"):
        shift(0)
    set_switches(second_update="allow")
    sandbox.clock.advance(sandbox.switches.distribution_seconds / 2)
    shift(0)
    sandbox.clock.advance(sandbox.switches.distribution_seconds / 2)
    assert sandbox.world.group("emergency").status == "UPDATE_IN_PROGRESS"
    assert sandbox.world.group("emergency").telephony == {SOURCE: 0, REPLICA: 100}
    sandbox.clock.advance(sandbox.switches.distribution_seconds / 2)
    assert sandbox.world.group("emergency").status == "ACTIVE"


def test_users_that_are_not_mirrored(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """The error for a user the replica does not have yet is not written down; or it may be let in."""
    ask = {"TrafficDistributionGroupId": names.group(), "InstanceId": names.instance}
    set_switches(unmirrored_user="InvalidRequestException")
    with refused("InvalidRequestException", "replica"):
        connect().associate_traffic_distribution_group_user(**ask, UserId=names.user("new.comer"))
    set_switches(unmirrored_user="allow")
    connect().associate_traffic_distribution_group_user(**ask, UserId=names.user("new.comer"))
    assert sandbox.world.group("emergency").members == [names.user_id("new.comer")]


def test_a_move_that_keeps_the_replicas_flow(connect: Any, names: Any, set_switches: Any, sandbox: Any) -> None:
    """A move from TDG to TDG may leave the replica's association alone."""
    set_switches(move_drops_replica_flow=False)
    connect().update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group())
    sandbox.clock.advance(60)
    assert sandbox.world.dark_regions(sandbox.world.number("+442079460002")) == [SOURCE]


def test_writes_to_a_number_in_progress(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """The error for a write during another is not written down."""
    set_switches(number_in_progress="InvalidParameterException")
    connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    with refused("InvalidParameterException", "in progress"):
        connect().release_phone_number(PhoneNumberId=names.number())


def test_no_target(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """The error for no target at all is not written down."""
    set_switches(no_target="ResourceNotFoundException")
    with refused("ResourceNotFoundException", "either"):
        connect().update_phone_number(PhoneNumberId=names.number())


def test_the_source_may_win(connect: Any, names: Any, set_switches: Any, sandbox: Any) -> None:
    """An association made in the replica may be overwritten by the source's, where that has one."""
    set_switches(mirror_conflict="source")

    def flows(last: int) -> list[str | None]:
        number = sandbox.world.number(f"+4420794600{last:02d}")
        return [number.flow_in(region) for region in (SOURCE, REPLICA)]

    def put(region: str, last: int) -> None:
        ask = {"InstanceId": names.instance, "ContactFlowId": names.flow_id()}
        connect(region).associate_phone_number_contact_flow(PhoneNumberId=names.number(last), **ask)

    put(REPLICA, 2)
    assert flows(2) == [names.flow_id("Main IVR"), names.flow_id()]
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    assert flows(2) == [names.flow_id("Main IVR")] * 2
    put(REPLICA, 3)
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    assert flows(3) == [names.flow_id()] * 2
