"""A number's home and its flow, through the provider, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from numbers_there import DARK, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, everywhere, flows_of, home_of
from pulumi.dynamic import DiffResult

from acgr import PhoneNumberPlacementProvider, connected
from acgr.runtime.run import current_run
from acgr_connect.aws.settings import Settings
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox, session_on

Switch = Callable[..., None]
Begin = Callable[[], Connection]
Preview = Callable[..., DiffResult]

PROVIDER = PhoneNumberPlacementProvider()


def declared(number: str = ON_INSTANCE, **inputs: Any) -> dict[str, Any]:
    """The inputs of one placement."""
    plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
    return {"phone_number": number, **plain, **inputs}


def home(sandbox: Sandbox, number: str = ON_INSTANCE) -> str:
    """The name of the group or instance on which a number is."""
    return home_of(sandbox, number)


def flows(sandbox: Sandbox, number: str = ON_INSTANCE) -> dict[str, str]:
    """Region to the name of the flow that answers a number there."""
    return flows_of(sandbox, number)


def never_released(sandbox: Sandbox) -> bool:
    """Whether `ReleasePhoneNumber` was left alone."""
    return sandbox.counters.calls("ReleasePhoneNumber") == 0


def refusal(props: dict[str, Any]) -> str:
    """The sentence with which a create fails."""
    with pytest.raises(Exception) as caught:
        PROVIDER.create(props)
    return str(caught.value)


def test_basic(sandbox: Sandbox, connection: Connection) -> None:
    """N3, N6, N13: the number is placed, followed until it has arrived, and answers in both Regions."""
    made = PROVIDER.create(declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))
    assert made.outs["dark_regions"] == []
    assert made.outs["dark_seconds"] >= 5.0
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.outs, seen.inputs) == (made.id, made.outs, declared())


def test_delete_returns_the_number(sandbox: Sandbox, connection: Connection) -> None:
    """Deleting puts the number back on the instance with its flow, and never releases it."""
    made = PROVIDER.create(declared())
    PROVIDER.delete(made.id, made.outs)
    assert (home(sandbox), flows(sandbox)) == ("northwind", {SOURCE: "Main IVR"})
    assert never_released(sandbox)


def test_delete_leaves_the_number(sandbox: Sandbox, connection: Connection) -> None:
    """`return_to="leave"`: the number stays where it is, with its flow."""
    made = PROVIDER.create(declared(return_to="leave"))
    PROVIDER.delete(made.id, made.outs)
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))


def test_delete_gives_the_number_to_another_group(sandbox: Sandbox, connection: Connection) -> None:
    """`return_to` a group's ARN: the number goes there, with its flow in both Regions."""
    there = sandbox.world.arn(sandbox.world.group("everyone"))
    made = PROVIDER.create(declared(return_to=there))
    PROVIDER.delete(made.id, made.outs)
    assert (home(sandbox), flows(sandbox)) == ("everyone", everywhere("Main IVR"))


def test_delete_leaves_alone_what_somebody_moved(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A number that is not where this program put it stays where it is, also after a refresh has seen it there."""
    made = PROVIDER.create(declared())
    _move_by_hand(sandbox, ON_INSTANCE, "emergency")
    next_run()
    refreshed = PROVIDER.read(made.id, made.outs)
    PROVIDER.delete(made.id, refreshed.outs)
    assert home(sandbox) == "emergency"


def test_adopts(sandbox: Sandbox, connection: Connection) -> None:
    """A number that is as declared is taken over without a call that could disturb it."""
    made = PROVIDER.create(declared(ON_RETAIL))
    assert made.outs["dark_seconds"] == 0
    for write in ("UpdatePhoneNumber", "UpdatePhoneNumberMetadata", "AssociatePhoneNumberContactFlow"):
        assert sandbox.counters.calls(write) == 0


def test_lights_a_dark_number(sandbox: Sandbox, connection: Connection) -> None:
    """A number that is on its group without a flow gets one, and is not moved."""
    PROVIDER.create(declared(DARK))
    assert flows(sandbox, DARK) == everywhere("Main IVR")
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


@pytest.mark.parametrize("spelling", ["id", "arn"])
def test_number_by_id_or_arn(sandbox: Sandbox, connection: Connection, spelling: str) -> None:
    """N9: in the source Region a number may be given by id or ARN as well."""
    number = sandbox.world.number(ON_INSTANCE)
    PROVIDER.create(declared(number.id if spelling == "id" else sandbox.world.arn(number)))
    assert home(sandbox) == "retail"


def test_flow_changes_in_place(sandbox: Sandbox, connection: Connection) -> None:
    """N7, N8: another flow is an upsert in both Regions, without a move and without a gap."""
    made = PROVIDER.create(declared(ON_RETAIL))
    PROVIDER.update(made.id, made.outs, declared(ON_RETAIL, flow="Winter IVR"))
    assert flows(sandbox, ON_RETAIL) == everywhere("Winter IVR")
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


@pytest.mark.parametrize("mirroring", [True, False])
def test_replica_has_its_flow(sandbox: Sandbox, connection: Connection, switch: Switch, mirroring: bool) -> None:
    """N8: where Connect mirrors flows one association is enough, where it does not the replica gets its own."""
    switch(mirroring=mirroring)
    PROVIDER.create(declared())
    assert flows(sandbox) == everywhere("Main IVR")
    by_hand = sandbox.counters.calls("AssociatePhoneNumberContactFlow", region=REPLICA, outcome="ok")
    assert by_hand == (0 if mirroring else 1)


def test_full_arn_in_the_replica(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """N10: in the replica the number is given by its full ARN: the sandbox refuses an id there."""
    switch(mirroring=False)
    PROVIDER.create(declared())
    assert sandbox.counters.calls("AssociatePhoneNumberContactFlow", region=REPLICA, outcome="ok") == 1


def test_a_flow_for_each_region(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """A mapping gives each Region its own flow where Connect does not mirror them."""
    switch(mirroring=False)
    PROVIDER.create(declared(flow={SOURCE: "Main IVR", REPLICA: "Winter IVR"}))
    assert flows(sandbox) == {SOURCE: "Main IVR", REPLICA: "Winter IVR"}


def test_different_flows_are_not_fought_over(sandbox: Sandbox, connection: Connection) -> None:
    """Where Connect mirrors flows, two different ones cannot be had: the error says so, and no Region is dark."""
    sentence = refusal(declared(flow={SOURCE: "Main IVR", REPLICA: "Winter IVR"}))
    assert "Connect mirrors flows between these Regions, so they cannot differ: give one for both" in sentence
    assert set(flows(sandbox)) == {SOURCE, REPLICA}


def test_target_changes_in_place(sandbox: Sandbox, connection: Connection) -> None:
    """N5: from one group to another, and to an instance: the flow follows."""
    made = PROVIDER.create(declared())
    moved = PROVIDER.update(made.id, made.outs, declared(target="emergency"))
    assert (home(sandbox), flows(sandbox)) == ("emergency", everywhere("Main IVR"))
    instance = sandbox.world.arn(sandbox.world.instance("northwind"))
    PROVIDER.update(made.id, moved.outs, declared(target=instance))
    assert (home(sandbox), flows(sandbox)) == ("northwind", {SOURCE: "Main IVR"})


def test_description_changes_in_place(sandbox: Sandbox, connection: Connection) -> None:
    """N4: the description is changed through the API, last, and disturbs neither home nor flow."""
    made = PROVIDER.create(declared(ON_RETAIL))
    PROVIDER.update(made.id, made.outs, declared(ON_RETAIL, description="Shops"))
    assert sandbox.world.number(ON_RETAIL).description == "Shops"
    assert flows(sandbox, ON_RETAIL) == everywhere("Main IVR")


def test_disappears(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A number that was released by hand is gone from state after a refresh."""
    made = PROVIDER.create(declared(ON_RETAIL))
    del sandbox.world.numbers[made.id.rsplit("/", 1)[-1]]
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""


def test_drift_is_read_as_x_instead_of_y(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """What changed behind our back is spelled as the user spells it: by name where a name was declared."""
    made = PROVIDER.create(declared())
    _set_flow_by_hand(sandbox, ON_INSTANCE, "Sales")
    next_run()
    assert PROVIDER.read(made.id, made.outs).inputs == declared(flow="Sales")
    _move_by_hand(sandbox, ON_INSTANCE, "emergency")
    next_run()
    seen = PROVIDER.read(made.id, made.outs)
    assert seen.inputs["target"] == "emergency"
    assert seen.outs["dark_regions"] == [SOURCE, REPLICA]


def test_drift_that_went_away_is_read_as_declared(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A refresh saw the number elsewhere; the next one, back on its group with its flow, reads as it was declared."""
    made = PROVIDER.create(declared())
    _move_by_hand(sandbox, ON_INSTANCE, "emergency")
    next_run()
    away = PROVIDER.read(made.id, made.outs)
    assert away.inputs != declared()
    _move_by_hand(sandbox, ON_INSTANCE, "retail")
    _set_flow_by_hand(sandbox, ON_INSTANCE, "Main IVR")
    next_run()
    assert PROVIDER.read(made.id, away.outs).inputs == declared()


def test_a_refresh_by_name_asks_for_no_names(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """Five calls for all numbers, by name as by ARN: the list, the flows of each Region, the group, the instance.

    The diff of a refresh is not asked for what names mean; the diff of a preview is.
    """
    made = [PROVIDER.create(declared(number)) for number in (ON_INSTANCE, ON_DEFAULT, ON_RETAIL)]
    next_run()
    before = sandbox.counters.calls()
    for one in made:
        seen = PROVIDER.read(one.id, one.outs)
        assert PROVIDER.diff(one.id, seen.outs, seen.inputs).changes is False
    assert sandbox.counters.calls() - before == 6  # and STS, once


def test_found_on_another_group(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """A number on another group is found, and moved, also where the account's list leaves out the numbers of groups."""
    switch(list_includes_group_numbers=False)
    PROVIDER.create(declared(ON_RETAIL, target="emergency"))
    assert (home(sandbox, ON_RETAIL), flows(sandbox, ON_RETAIL)) == ("emergency", everywhere("Main IVR"))
    assert refusal(declared("+442079460099")).startswith(
        f"looking for phone number +442079460099 in {SOURCE}: it is not"
    )


def test_waits_out_somebody_elses_operation(sandbox: Sandbox, connection: Connection) -> None:
    """N14: a number that is IN_PROGRESS is left alone until it is at rest, and placed then."""
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    number = sandbox.world.number(ON_INSTANCE)
    client.update_phone_number_metadata(PhoneNumberId=number.id, PhoneNumberDescription="Theirs")
    PROVIDER.create(declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))


def test_two_stacks_that_want_one_number(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A number that something else is moving elsewhere is not fought over: the error says where it went."""
    made = PROVIDER.create(declared())
    _move_by_hand(sandbox, ON_INSTANCE, "emergency")
    next_run()
    with pytest.raises(Exception, match="something else has moved it to traffic distribution group emergency"):
        PROVIDER.update(made.id, made.outs, declared(flow="Winter IVR"))
    assert home(sandbox) == "emergency"
    refreshed = PROVIDER.read(made.id, made.outs)
    PROVIDER.update(made.id, refreshed.outs, declared(flow="Winter IVR"))
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Winter IVR"))


def test_somebody_moves_it_at_the_same_moment(sandbox: Sandbox, connection: Connection) -> None:
    """The same where the other move is under way while this one begins."""
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    number = sandbox.world.number(ON_INSTANCE)
    client.update_phone_number(PhoneNumberId=number.id, TargetArn=sandbox.world.arn(sandbox.world.group("emergency")))
    assert "something else has moved it to traffic distribution group emergency" in refusal(declared())


def test_moves_are_refused_during_a_failover(sandbox: Sandbox, connection: Connection) -> None:
    """While the source Region takes no calls, a number is not moved, and what is there is taken over all the same."""
    sandbox.world.group("retail").telephony = {SOURCE: 0, REPLICA: 100}
    assert refusal(declared()).endswith(
        "a failover is running: eu-west-2 takes no calls; wait until it is over, or set acgr:duringFailover to allow"
    )
    PROVIDER.create(declared(ON_RETAIL))
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0
    assert sandbox.counters.calls("GetTrafficDistribution") == 1


def test_moves_can_be_allowed_during_a_failover(sandbox: Sandbox, connection: Connection) -> None:
    """`acgr:duringFailover=allow` goes ahead."""
    sandbox.world.group("retail").telephony = {SOURCE: 0, REPLICA: 100}
    with connected(session_on(sandbox), connection.clock, Settings(during_failover=True)):
        PROVIDER.create(declared())
    assert home(sandbox) == "retail"


@pytest.mark.parametrize("early", [True, False])
def test_waits_for_status_and_target(sandbox: Sandbox, connection: Connection, switch: Switch, early: bool) -> None:
    """N13: neither the status nor the target alone is believed."""
    switch(target_shown_early=early)
    made = PROVIDER.create(declared())
    assert made.outs["dark_seconds"] >= 5.0
    assert flows(sandbox) == everywhere("Main IVR")


@pytest.mark.parametrize("number", [ON_INSTANCE, ON_DEFAULT])
@pytest.mark.parametrize(("keeps_target", "takes_flow"), [(True, "refuse"), (True, "allow"), (False, "allow")])
def test_failed_claim(
    sandbox: Sandbox, connection: Connection, switch: Switch, number: str, keeps_target: bool, takes_flow: str
) -> None:
    """N15: the service's message reaches the user, and the number has a flow where it is.

    Also where Connect takes no flow of a FAILED number: then it is moved once more, to where it is.
    """
    switch(failed_keeps_target=keeps_target, failed_number_flow=takes_flow)
    message = "The target has reached its limit of claimed numbers"
    sandbox.faults.add(Fault(operation="UpdatePhoneNumber", kind="failed-claim", message=message))
    sentence = refusal(declared(number))
    assert sentence.startswith(f"placing phone number {number} on traffic distribution group retail in {SOURCE}: ")
    assert message in sentence
    assert sandbox.world.dark_regions(sandbox.world.number(number)) == []


@pytest.mark.parametrize("number", [ON_INSTANCE, ON_DEFAULT])
@pytest.mark.parametrize("takes_time", [True, False])
def test_failed_where_it_was_to_go(
    sandbox: Sandbox, connection: Connection, switch: Switch, number: str, takes_time: bool
) -> None:
    """A number that is FAILED on its new target takes no flow there: moved to it once more, it ends as declared."""
    switch(failed_keeps_target=False, same_target_in_progress=takes_time)
    sandbox.faults.add(Fault(operation="UpdatePhoneNumber", kind="failed-claim"))
    PROVIDER.create(declared(number))
    assert (home(sandbox, number), flows(sandbox, number)) == ("retail", everywhere("Main IVR"))


@pytest.mark.parametrize("keeps_target", [True, False])
def test_fails_again_and_again(sandbox: Sandbox, connection: Connection, switch: Switch, keeps_target: bool) -> None:
    """A FAILED number is moved again until it takes its flow: where it is and, should that fail too, the other way."""
    switch(failed_keeps_target=keeps_target)
    sandbox.faults.add(Fault(operation="UpdatePhoneNumber", kind="failed-claim", count=4))
    with suppress(Exception):
        PROVIDER.create(declared())
    assert sandbox.world.dark_regions(sandbox.world.number(ON_INSTANCE)) == []
    assert sandbox.counters.calls("UpdatePhoneNumber") == 5
    assert sandbox.world.number(ON_INSTANCE).status == "CLAIMED"


def test_fails_for_good(sandbox: Sandbox, connection: Connection, next_run: Begin, switch: Switch) -> None:
    """Where no move succeeds any more the run says *dark*, and what a person can do; the next one restores it."""
    sandbox.faults.add(Fault(operation="UpdatePhoneNumber", kind="failed-claim", count=0))
    said = refusal(declared(description="Front door"))
    assert f"{ON_INSTANCE} is dark in eu-west-2" in said
    assert "aws connect update-phone-number --region eu-west-2 --phone-number-id arn:" in said
    assert ", and once it is CLAIMED: aws connect associate-phone-number-contact-flow " in said
    sandbox.faults.clear()
    next_run()
    PROVIDER.create(declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))


@pytest.mark.parametrize("drops", [True, False])
@pytest.mark.parametrize("in_progress", [True, False])
def test_another_flow_for_a_failed_number(
    sandbox: Sandbox, connection: Connection, next_run: Begin, switch: Switch, drops: bool, in_progress: bool
) -> None:
    """A number that answers and is FAILED is moved to where it is before another flow is set; it ends with that one."""
    switch(failed_number_flow="allow")
    sandbox.change({"do": "place", "number": ON_INSTANCE, "target": "retail"})
    sandbox.change({"do": "set-flow", "number": ON_INSTANCE, "flow": "Winter IVR"})
    sandbox.clock.advance(60)
    sandbox.world.number(ON_INSTANCE).status = "FAILED"
    switch(failed_number_flow="refuse", same_target_drops_flow=drops, same_target_in_progress=in_progress)
    next_run()
    PROVIDER.create(declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))
    assert sandbox.world.number(ON_INSTANCE).status == "CLAIMED"


@pytest.mark.parametrize("mirroring", [True, False])
@pytest.mark.parametrize("lag", [2.0, 4.0, 12.0])
@pytest.mark.parametrize("claim", [0.5, 5.0])
def test_lists_of_flows_run_behind(
    sandbox: Sandbox, connection: Connection, next_run: Begin, switch: Switch, lag: float, mirroring: bool, claim: float
) -> None:
    """What Connect shows late is waited for, and what it shows still is not believed: the number answers."""
    switch(association_lag_seconds=lag, mirroring=mirroring, claim_seconds=claim)
    for number, flow in ((ON_INSTANCE, "Main IVR"), (ON_DEFAULT, "Sales"), (ON_RETAIL, "Winter IVR")):
        made = PROVIDER.create(declared(number, flow=flow))
        assert (home(sandbox, number), flows(sandbox, number)) == ("retail", everywhere(flow))
        assert made.outs["dark_regions"] == []


@pytest.mark.parametrize("early", ["allow", "drop"])
@pytest.mark.parametrize("mirroring", [True, False])
def test_early_flows_and_lists_that_run_behind(
    sandbox: Sandbox, connection: Connection, switch: Switch, early: str, mirroring: bool
) -> None:
    """A flow that was dropped when the move ended is shown still for a moment: it is set all the same."""
    switch(association_lag_seconds=2.0, mirroring=mirroring, flow_while_in_progress=early)
    for number in (ON_DEFAULT, ON_RETAIL):
        PROVIDER.create(declared(number, target="emergency", flow="Sales"))
        sandbox.clock.advance(60)
        assert (home(sandbox, number), flows(sandbox, number)) == ("emergency", everywhere("Sales"))


def test_failed_claim_then_another_try(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """After a FAILED claim the next run places the number."""
    sandbox.faults.add(Fault(operation="UpdatePhoneNumber", kind="failed-claim"))
    refusal(declared())
    next_run()
    PROVIDER.create(declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))


def test_the_last_to_declare_wins(sandbox: Sandbox, connection: Connection) -> None:
    """A delete leaves alone a number that another resource of the same run has taken over."""
    made = PROVIDER.create(declared())
    current_run().ownership.claim("urn::twin", [("phone-number", ON_INSTANCE)])
    PROVIDER.delete(made.id, made.outs)
    assert home(sandbox) == "retail"


OPERATIONS = [
    "AssociatePhoneNumberContactFlow",
    "BatchGetFlowAssociation",
    "DescribeInstance",
    "DescribePhoneNumber",
    "DescribeTrafficDistributionGroup",
    "GetTrafficDistribution",
    "ListContactFlows",
    "ListFlowAssociations",
    "ListPhoneNumbersV2",
    "ListTrafficDistributionGroups",
    "UpdatePhoneNumber",
    "UpdatePhoneNumberMetadata",
]


@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_create_survives(sandbox: Sandbox, connection: Connection, operation: str, kind: str) -> None:
    """A throttled, failed or lost answer to any call of a create is repeated, and the number ends as declared."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.create(declared(description="Front door"))
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))
    assert sandbox.world.number(ON_INSTANCE).description == "Front door"


@pytest.mark.parametrize("kind", ["denied", "expired-token", "error-before"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_next_run_finishes(
    sandbox: Sandbox, connection: Connection, next_run: Begin, operation: str, kind: str
) -> None:
    """Whatever call fails for good, the next run ends as declared, with its flow, and nothing is released."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=0))
    if operation == "BatchGetFlowAssociation" and kind != "error-before":
        PROVIDER.create(
            declared(description="Front door")
        )  # where nobody may ask which flow answers, it is set unasked
    else:
        refusal(declared(description="Front door"))
    sandbox.faults.clear()
    next_run()
    PROVIDER.create(declared(description="Front door"))
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))
    assert never_released(sandbox)


def test_unclaimed_number(sandbox: Sandbox, connection: Connection) -> None:
    """N2: a number that nobody has claimed is a clear error."""
    assert refusal(declared("+442079460099")) == (
        "looking for phone number +442079460099 in eu-west-2: it is not claimed in this account and Region; "
        "claim it first, or mend source_region: a number is used from the Region where it was claimed"
    )


def test_number_of_the_wrong_region(sandbox: Sandbox, connection: Connection) -> None:
    """N5, N12: a number of another Region is refused before any call is made for it."""
    arn = sandbox.world.arn(sandbox.world.number(ON_INSTANCE)).replace(SOURCE, REPLICA)
    sentence = refusal(declared(arn))
    assert "it was claimed in eu-central-1, and a number can only be placed in the Region where it was" in sentence
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


def test_wrong_endpoint_region(sandbox: Sandbox, connection: Connection) -> None:
    """N12: `InvalidParameterException` from the service is told as one sentence."""
    message = "The endpoint is not in the traffic distribution group's Region"
    wrong = {"kind": "denied", "code": "InvalidParameterException", "status": 400, "message": message}
    sandbox.faults.add(Fault(operation="UpdatePhoneNumber", **wrong))
    assert refusal(declared()).endswith(f"{message} (InvalidParameterException)")
    assert (home(sandbox), flows(sandbox)) == ("northwind", {SOURCE: "Main IVR"})


def test_group_goes_away(sandbox: Sandbox, connection: Connection) -> None:
    """N11: a group that is not there when the number is to move is named as the cause, and the number is untouched."""
    PROVIDER.create(declared(ON_RETAIL))
    gone = sandbox.world.group("retail").id
    for number in [number for number in sandbox.world.numbers.values() if number.target == gone]:
        number.target = sandbox.world.instance("northwind").id
    del sandbox.world.groups[gone]
    sentence = refusal(declared())
    assert "the traffic distribution group does not exist (ResourceNotFoundException)" in sentence
    assert flows(sandbox) == {SOURCE: "Main IVR"}


@pytest.mark.parametrize("status", ["CREATION_FAILED", "PENDING_DELETION", "DELETION_FAILED"])
def test_group_not_active(sandbox: Sandbox, connection: Connection, status: str) -> None:
    """N1, N11: a group that is not ACTIVE is refused with its status before the number is touched."""
    sandbox.world.group("retail").status = status
    assert f"traffic distribution group retail in eu-west-2 is {status}; nothing was changed" in refusal(declared())
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


def test_group_is_waited_for(sandbox: Sandbox, connection: Connection) -> None:
    """N1: a group that is being created is waited for."""
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    client.create_traffic_distribution_group(Name="new", InstanceId=sandbox.world.instance("northwind").id)
    PROVIDER.create(declared(target="new"))
    assert home(sandbox) == "new"


def test_unknown_flow(sandbox: Sandbox, connection: Connection) -> None:
    """An unknown flow is named, with the nearest name there is, before the number is touched."""
    sentence = refusal(declared(flow="Main IVQ"))
    assert sentence.startswith("looking for flow 'Main IVQ' of instance ")
    assert sentence.endswith("did you mean 'Main IVR'?")
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


@pytest.mark.parametrize(
    ("state", "said"), [(("ARCHIVED", "PUBLISHED"), "it is ARCHIVED"), (("ACTIVE", "SAVED"), "SAVED")]
)
def test_unusable_flow_in_the_replica(
    sandbox: Sandbox, connection: Connection, state: tuple[str, str], said: str
) -> None:
    """N6: a flow that cannot answer in one of the Regions is refused before the number is touched."""
    sandbox.world.flow("Main IVR").states[REPLICA] = state
    sentence = refusal(declared())
    assert "in eu-central-1: " in sentence
    assert said in sentence
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


def test_flow_missing_in_the_replica(sandbox: Sandbox, connection: Connection) -> None:
    """N6: a flow that the replica does not have is refused before the number is touched."""
    del sandbox.world.flow("Main IVR").states[REPLICA]
    assert "in eu-central-1: the instance has no flow of that name" in refusal(declared())
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


def test_instance_without_replica(sandbox: Sandbox, connection: Connection) -> None:
    """A group of an instance that is not replicated is refused."""
    sandbox.world.group("retail").instance_id = sandbox.world.instance("island").id
    assert "it is not replicated; replicate it with ReplicateInstance first" in refusal(declared())


def test_wrong_replica_region(sandbox: Sandbox, connection: Connection) -> None:
    """A replica Region that the instance does not have is refused."""
    sentence = refusal(declared(replica_region="us-east-1"))
    assert sentence.endswith("its replica is in eu-central-1, not in us-east-1; mend replica_region")


def test_wrong_account(sandbox: Sandbox, connection: Connection) -> None:
    """Credentials of another account are refused before any write."""
    arn = sandbox.world.arn(sandbox.world.group("retail"))
    with connected(session_on(sandbox, account="999988887777"), connection.clock):
        assert "the credentials belong to account 999988887777" in refusal(declared(target=arn))
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0


def test_get(sandbox: Sandbox, connection: Connection) -> None:
    """Getting a number shows where it is and what answers it; getting one that is not claimed is an error."""
    arn = sandbox.world.arn(sandbox.world.number(ON_RETAIL))
    seen = PROVIDER.read(arn, {"phone_number": arn, "target": "", "flow": ""})
    assert seen.outs["e164"] == ON_RETAIL
    assert set(seen.outs["contact_flow_arns"]) == {SOURCE, REPLICA}
    gone = arn[:-12] + "000000000000"
    with pytest.raises(Exception, match="it is not claimed"):
        PROVIDER.read(gone, {"phone_number": gone, "target": "", "flow": ""})


def test_unreachable_source_changes_no_state(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A refresh that cannot reach Connect is an error, never an absence."""
    made = PROVIDER.create(declared(ON_RETAIL))
    next_run()
    sandbox.faults.add(Fault(operation="*", kind="error-before", count=0))
    told = r"reading phone number \+442079460003 in eu-west-2: .* \(InternalServiceException\)"
    with pytest.raises(Exception, match=told):
        PROVIDER.read(made.id, made.outs)


def _set_flow_by_hand(sandbox: Sandbox, number: str, flow: str) -> None:
    sandbox.clock.advance(60)
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    found, instance = sandbox.world.number(number), sandbox.world.instance("northwind")
    client.associate_phone_number_contact_flow(
        PhoneNumberId=found.id, InstanceId=instance.id, ContactFlowId=sandbox.world.flow(flow).id
    )
    sandbox.clock.advance(60)


def _move_by_hand(sandbox: Sandbox, number: str, group: str) -> None:
    sandbox.clock.advance(60)
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    arn = sandbox.world.arn(sandbox.world.group(group))
    client.update_phone_number(PhoneNumberId=sandbox.world.number(number).id, TargetArn=arn)
    sandbox.clock.advance(60)


@pytest.mark.parametrize("held_until", ["before the next run", "during the next run"])
def test_a_delete_that_was_killed_is_finished(
    sandbox: Sandbox, connection: Connection, next_run: Begin, held_until: str
) -> None:
    """A runner that dies between the move back and the flow leaves a dark number; the next delete lights it."""
    made = PROVIDER.create(declared())
    sandbox.clock.advance(60)
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    instance = sandbox.world.arn(sandbox.world.instance("northwind"))
    client.update_phone_number(PhoneNumberId=sandbox.world.number(ON_INSTANCE).id, TargetArn=instance)
    if held_until == "before the next run":
        sandbox.clock.advance(60)
    next_run()
    PROVIDER.delete(made.id, made.outs)
    assert (home(sandbox), flows(sandbox)) == ("northwind", {SOURCE: "Main IVR"})


def test_a_number_that_was_moved_and_is_dark_is_lit(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A delete leaves a number where somebody put it, and does not leave it without a flow."""
    made = PROVIDER.create(declared())
    _move_by_hand(sandbox, ON_INSTANCE, "emergency")
    next_run()
    PROVIDER.delete(made.id, made.outs)
    assert (home(sandbox), flows(sandbox)) == ("emergency", everywhere("Main IVR"))


def test_a_flow_that_was_made_again_is_a_change(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """Names are pinned: "Main IVR" that is another flow now is a change, and the update sets it."""
    made = PROVIDER.create(declared())
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes is False
    sandbox.world.flow("Main IVR").name, sandbox.world.flow("Winter IVR").name = "Old IVR", "Main IVR"
    next_run()
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes is True
    updated = PROVIDER.update(made.id, made.outs, declared())
    assert flows(sandbox) == everywhere("Main IVR")
    assert previewed(PROVIDER, made.id, updated.outs, declared()).changes is False


def test_a_number_that_was_claimed_again_is_another(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """The same E.164 with another id replaces the placement."""
    made = PROVIDER.create(declared(ON_RETAIL))
    number = sandbox.world.numbers.pop(sandbox.world.number(ON_RETAIL).id)
    number.id = "00000000-0000-4000-8000-000000000001"
    sandbox.world.numbers[number.id] = number
    next_run()
    assert previewed(PROVIDER, made.id, made.outs, declared(ON_RETAIL)).replaces == ["phone_number"]


def test_a_group_that_was_made_again_is_a_change(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """A group's name that another group has now is a change in place."""
    made = PROVIDER.create(declared())
    sandbox.world.group("retail").name, sandbox.world.group("emergency").name = "old", "retail"
    next_run()
    decision = previewed(PROVIDER, made.id, made.outs, declared())
    assert (decision.changes, decision.replaces) == (True, [])


def test_names_are_not_asked_for_long(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """A diff without an answer from Connect is no error, and after ten seconds nothing more is asked."""
    made = PROVIDER.create(declared())
    sandbox.faults.add(Fault(operation="*", kind="error-before", count=0))
    next_run()
    for _ in range(20):
        assert previewed(PROVIDER, made.id, made.outs, declared()).changes is False
    asked = sandbox.counters.calls("ListPhoneNumbersV2")
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes is False
    assert sandbox.counters.calls("ListPhoneNumbersV2") == asked


def test_resumed_while_the_move_is_still_under_way(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A run that lost its credentials in mid-move is resumed before the number has arrived, and finishes it."""
    for operation, proved in (("DescribePhoneNumber", 1), ("AssociatePhoneNumberContactFlow", 2)):
        sandbox.faults.add(Fault(operation=operation, kind="expired-token", count=0, after=proved))
    with pytest.raises(Exception, match=rf"\{ON_INSTANCE} is dark in {SOURCE} and {REPLICA} since .*: run again, or "):
        PROVIDER.create(declared())
    sandbox.faults.clear()
    begun = declared(phone_number_arn=sandbox.world.arn(sandbox.world.number(ON_INSTANCE)))
    instance = sandbox.world.arn(sandbox.world.instance("northwind"))
    retail = sandbox.world.arn(sandbox.world.group("retail"))
    next_run()
    partial = {
        **begun,
        "e164": ON_INSTANCE,
        "instance_arn": instance,
        "target_arn": instance,
        "placed_on_arn": retail,
        "placed_flow_arns": {},
        "contact_flow_arns": {},
        "dark_regions": [SOURCE, REPLICA],
        "dark_seconds": 0.0,
    }
    assert PROVIDER.diff(begun["phone_number_arn"], partial, declared()).changes is True
    PROVIDER.update(begun["phone_number_arn"], partial, declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))


@pytest.mark.parametrize(("operation", "proved"), [("DescribePhoneNumber", 1), ("AssociatePhoneNumberContactFlow", 2)])
@pytest.mark.parametrize("kind", ["denied", "expired-token"])
@pytest.mark.parametrize("times", [1, 5])
def test_refusals_in_mid_move_do_not_leave_it_dark(
    sandbox: Sandbox, connection: Connection, operation: str, proved: int, kind: str, times: int
) -> None:
    """What is denied in mid-move is tried again, with credentials asked for anew, until the number has its flow."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=times, after=proved))
    PROVIDER.create(declared())
    assert (home(sandbox), flows(sandbox)) == ("retail", everywhere("Main IVR"))
