"""The flow of a number in both Regions, as the guide and the API model say (statements N6 to N10)."""

from __future__ import annotations

from typing import Any

import pytest

from acgr_sandbox import Fault

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def _set(client: Any, names: Any, last: int, flow: str, number: str = "") -> None:
    client.associate_phone_number_contact_flow(
        PhoneNumberId=number or names.number(last), InstanceId=names.instance, ContactFlowId=flow
    )


def _flows(client: Any, names: Any) -> dict[str, str]:
    rows = client.list_flow_associations(InstanceId=names.instance, ResourceType="VOICE_PHONE_NUMBER")
    return {row["ResourceId"]: row["FlowId"] for row in rows["FlowAssociationSummaryList"]}


def test_both_regions(connect: Any, names: Any, set_switches: Any) -> None:
    """N6, N7, N8: in each Region a flow ARN from that Region's ListContactFlows is associated there."""
    set_switches(mirroring=False)
    for region in (SOURCE, REPLICA):
        client = connect(region)
        listed = client.list_contact_flows(InstanceId=names.instance)["ContactFlowSummaryList"]
        flow = next(row["Arn"] for row in listed if row["Name"] == "Winter IVR")
        assert f":{region}:" in flow
        _set(client, names, 3, flow)
        assert _flows(client, names)[names.number(3)] == flow


def test_the_other_region_follows(connect: Any, names: Any, sandbox: Any) -> None:
    """With mirroring an association reaches the other Region after a moment, in either direction."""
    _set(connect(), names, 3, names.flow())
    assert sandbox.dark_numbers() == [("+442079460003", REPLICA)]
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    assert _flows(connect(REPLICA), names)[names.number(3)] == names.flow(region=REPLICA)
    _set(connect(REPLICA), names, 3, names.flow("Main IVR", REPLICA))
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    assert _flows(connect(), names)[names.number(3)] == names.flow("Main IVR")


def test_the_last_writer_wins(connect: Any, names: Any, sandbox: Any) -> None:
    """Two Regions written at once end alike, with what was written last."""
    _set(connect(), names, 3, names.flow("Main IVR"))
    _set(connect(REPLICA), names, 3, names.flow("Winter IVR", REPLICA))
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    flows = sandbox.world.number("+442079460003").flows
    assert {region: each.flow_id for region, each in flows.items()} == dict.fromkeys(flows, names.flow_id("Winter IVR"))
    assert set(flows) == {SOURCE, REPLICA}


def test_a_move_stops_the_mirroring(connect: Any, names: Any, sandbox: Any) -> None:
    """What was still being mirrored when a number moved is not mirrored any more."""
    _set(connect(), names, 3, names.flow())
    connect().update_phone_number(PhoneNumberId=names.number(3), TargetArn=names.group("retail"))
    sandbox.clock.advance(10)
    assert sandbox.world.number("+442079460003").flows == {}


def test_without_mirroring(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """With mirroring off the Regions go their own ways."""
    set_switches(mirroring=False)
    _set(connect(), names, 3, names.flow())
    sandbox.clock.advance(3600)
    assert sandbox.dark_numbers() == [("+442079460003", REPLICA)]


@pytest.mark.parametrize("form", ["UUID", "ARN"])
def test_at_home_either_id_will_do(form: str, connect: Any, names: Any, sandbox: Any) -> None:
    """N9: in the TDG's own Region the number goes by ARN or UUID."""
    _set(connect(), names, 3, names.flow(), names.number(3) if form == "ARN" else names.number_id(3))
    assert sandbox.world.number("+442079460003").flow_in(SOURCE) == names.flow_id()


def test_in_the_replica_only_the_arn(connect: Any, names: Any, refused: Any, sandbox: Any) -> None:
    """N10: in the replica Region a UUID is ResourceNotFound, for setting, removing and describing alike."""
    client = connect(REPLICA)
    with refused("ResourceNotFoundException"):
        _set(client, names, 3, names.flow(region=REPLICA), names.number_id(3))
    with refused("ResourceNotFoundException"):
        client.disassociate_phone_number_contact_flow(PhoneNumberId=names.number_id(2), InstanceId=names.instance)
    with refused("ResourceNotFoundException"):
        client.describe_phone_number(PhoneNumberId=names.number_id(2))
    _set(client, names, 3, names.flow(region=REPLICA))
    assert sandbox.world.number("+442079460003").flow_in(REPLICA) == names.flow_id()


def test_a_number_on_an_instance_is_not_in_the_replica(connect: Any, names: Any, refused: Any) -> None:
    """The replica Region knows numbers on TDGs only."""
    with refused("ResourceNotFoundException"):
        _set(connect(REPLICA), names, 1, names.flow(region=REPLICA))
    assert names.number(1) not in _flows(connect(REPLICA), names)


def test_setting_replaces(connect: Any, names: Any, sandbox: Any) -> None:
    """An association is written over, without a moment in which there is none."""
    _set(connect(), names, 1, names.flow())
    assert sandbox.world.number("+442079460001").flow_in(SOURCE) == names.flow_id()
    assert "dark" not in [event.what for event in sandbox.timeline.events("+442079460001")]


def test_flows_that_cannot_be(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A flow must exist in that Region's instance, be published, active and for inbound contacts."""
    for missing in (names.flow("Elsewhere"), names.flow(region=REPLICA), "00000000-0000-4000-8000-000000000000"):
        with refused("ResourceNotFoundException", "Flow"):
            _set(connect(), names, 1, missing)
    with refused("ResourceNotFoundException"):
        _set(connect(REPLICA), names, 3, names.flow_id("London only"))
    for unusable in ("Draft", "Old", "Whisper"):
        with refused("InvalidParameterException", names.flow_id(unusable)):
            _set(connect(), names, 1, names.flow(unusable))
    set_switches(unpublished_flow="allow", other_flow_types="allow")
    for unusable in ("Draft", "Old", "Whisper"):
        _set(connect(), names, 1, names.flow(unusable))


def test_a_flow_that_the_other_region_lacks_stays_here(connect: Any, names: Any, sandbox: Any) -> None:
    """A flow that one Region does not have is not mirrored there."""
    _set(connect(), names, 3, names.flow("London only"))
    sandbox.clock.advance(60)
    assert sandbox.dark_numbers() == [("+442079460003", REPLICA)]


def test_not_while_in_progress(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """N13: a flow is set when the number is CLAIMED; before, it is refused with the switch's error."""
    connect().update_phone_number(PhoneNumberId=names.number(1), TargetArn=names.group())
    with refused("InvalidParameterException", "CLAIMED"):
        _set(connect(), names, 1, names.flow())
    for code in ("ResourceNotFoundException", "ResourceInUseException"):
        set_switches(flow_while_in_progress=code)
        with refused(code):
            _set(connect(), names, 1, names.flow())
    assert "+442079460001" in dict(sandbox.dark_numbers())


@pytest.mark.parametrize(("switch", "is_kept"), [("allow", True), ("drop", False)])
def test_set_while_in_progress(
    connect: Any, names: Any, set_switches: Any, sandbox: Any, switch: str, is_kept: bool
) -> None:
    """A flow that is taken while its number moves is kept, or gone when the move ends; one set later always stays."""
    set_switches(flow_while_in_progress=switch)
    number = sandbox.world.number("+442079460002")
    connect().update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group())
    _set(connect(), names, 2, names.flow())
    assert number.flow_in(SOURCE)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    sandbox.settle()
    assert bool(number.flow_in(SOURCE)) is is_kept
    assert (("+442079460002", SOURCE) in sandbox.dark_numbers()) is not is_kept
    _set(connect(), names, 2, names.flow())
    sandbox.clock.advance(60)
    assert sandbox.world.dark_regions(number) == []


def test_a_failed_number(connect: Any, names: Any, set_switches: Any, sandbox: Any, refused: Any) -> None:
    """A FAILED number takes no flow and gives none up until it is CLAIMED; or it does, as the switch says."""
    ask = {"PhoneNumberId": names.number(2), "InstanceId": names.instance}
    sandbox.faults.add(Fault("UpdatePhoneNumber", "failed-claim"))
    connect().update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group())
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    for region in (SOURCE, REPLICA):
        with refused("InvalidParameterException", "FAILED"):
            _set(connect(region), names, 2, names.flow(region=region))
        with refused("InvalidParameterException", "FAILED"):
            connect(region).disassociate_phone_number_contact_flow(**ask)
    set_switches(failed_number_flow="allow")
    _set(connect(), names, 2, names.flow())
    assert sandbox.world.number("+442079460002").flow_in(SOURCE) == names.flow_id()
    connect().disassociate_phone_number_contact_flow(**ask)
    set_switches(failed_number_flow="refuse")
    connect().update_phone_number(PhoneNumberId=names.number(2), TargetArn=names.group("Default"))
    _set(connect(), names, 2, names.flow())
    assert sandbox.world.number("+442079460002").flow_in(SOURCE) == names.flow_id()


def test_associations_may_lag(connect: Any, names: Any, set_switches: Any, sandbox: Any) -> None:
    """Both lists show a change later, in either Region; what was there until then they go on showing."""
    set_switches(association_lag_seconds=2.0)
    number, client = names.number(2), connect()

    def shown(region: str = SOURCE) -> str | None:
        ask = {"InstanceId": names.instance, "ResourceIds": [number]}
        rows = connect(region).batch_get_flow_association(**ask)["FlowAssociationSummaryList"]
        assert [row["FlowId"] for row in rows] == list(filter(None, [_flows(connect(region), names).get(number)]))
        return str(rows[0]["FlowId"]).rsplit("/", 1)[-1] if rows else None

    before, winter = names.flow_id("Main IVR"), names.flow_id()
    _set(client, names, 2, names.flow())
    assert [shown(), shown(REPLICA)] == [before, before]
    sandbox.clock.advance(2)
    assert [shown(), shown(REPLICA)] == [winter, before]
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    assert [shown(), shown(REPLICA)] == [winter, winter]
    client.update_phone_number(PhoneNumberId=number, TargetArn=names.group())
    assert sandbox.world.number("+442079460002").flows == {}
    assert shown() == winter
    sandbox.clock.advance(2)
    assert shown() is None
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    for flow in ("Main IVR", "Winter IVR", "Main IVR"):
        _set(client, names, 2, names.flow(flow))
        sandbox.clock.advance(0.5)
    assert shown() is None
    sandbox.clock.advance(1)
    assert [shown(), (sandbox.clock.advance(0.5), shown())[1]] == [winter, before]
    set_switches(association_lag_seconds=0.0)
    assert shown() == before


def test_the_instance_must_be_the_number_s(connect: Any, names: Any, refused: Any) -> None:
    """A number's flow is set on the instance it is on."""
    with refused("InvalidParameterException", "not claimed to instance"):
        connect().associate_phone_number_contact_flow(
            PhoneNumberId=names.number(1), InstanceId=names.lonely, ContactFlowId=names.flow("Elsewhere")
        )


def test_removing(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """Removing takes the flow away in both Regions; where there is none it is ResourceNotFound, or fine."""
    ask = {"PhoneNumberId": names.number(2), "InstanceId": names.instance}
    connect().disassociate_phone_number_contact_flow(**ask)
    sandbox.clock.advance(sandbox.switches.mirror_seconds)
    assert sandbox.world.dark_regions(sandbox.world.number("+442079460002")) == [SOURCE, REPLICA]
    with refused("ResourceNotFoundException", "no flow"):
        connect().disassociate_phone_number_contact_flow(**ask)
    set_switches(disassociate_flow_absent="success")
    connect().disassociate_phone_number_contact_flow(**ask)


def test_lists_in_the_replica(connect: Any, names: Any, set_switches: Any) -> None:
    """The replica's list has its own flow ARNs, and number ARNs of the form the switch says."""
    assert _flows(connect(REPLICA), names) == {names.number(2): names.flow("Main IVR", REPLICA)}
    set_switches(replica_arn_form="replica")
    assert list(_flows(connect(REPLICA), names)) == [names.number(2).replace(SOURCE, REPLICA)]


def test_batches(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A batch answers for what has a flow and omits the rest, or refuses it, as the switch says; 100 at most."""
    ask = {"InstanceId": names.instance, "ResourceIds": [names.number(2), names.number(3)]}
    answer = connect(REPLICA).batch_get_flow_association(**ask)["FlowAssociationSummaryList"]
    assert [row["ResourceId"] for row in answer] == [names.number(2)]
    set_switches(batch_unknown="error")
    with refused("ResourceNotFoundException", names.number(3)):
        connect(REPLICA).batch_get_flow_association(**ask)
    with refused("InvalidRequestException", "less than or equal to 100"):
        connect().batch_get_flow_association(InstanceId=names.instance, ResourceIds=[names.number(2)] * 101)


def test_other_kinds_of_associations(connect: Any, names: Any) -> None:
    """There are no associations of other kinds."""
    answer = connect().list_flow_associations(InstanceId=names.instance, ResourceType="INBOUND_EMAIL")
    assert answer["FlowAssociationSummaryList"] == []


def test_not_for_voice(connect: Any, names: Any, refused: Any) -> None:
    """AssociateFlow, GetFlowAssociation and DisassociateFlow refuse VOICE_PHONE_NUMBER."""
    voice = {"InstanceId": names.instance, "ResourceId": names.number(2), "ResourceType": "VOICE_PHONE_NUMBER"}
    with refused("InvalidRequestException", "enum value set"):
        connect().get_flow_association(**voice)
    with refused("InvalidRequestException", "enum value set"):
        connect().associate_flow(**voice, FlowId=names.flow())
    with refused("InvalidRequestException", "enum value set"):
        connect().disassociate_flow(**voice)
