"""A number's flow in one Region, through the provider, on the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import grpc
import pytest
from numbers_there import DARK, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, everywhere, flows_of
from pulumi.dynamic import DiffResult

from acgr import PhoneNumberContactFlowProvider, PhoneNumberPlacementProvider, connected
from acgr.runtime.run import current_run
from acgr_connect.aws.settings import Settings
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox, session_on

Switch = Callable[..., None]
Begin = Callable[[], Connection]
Preview = Callable[..., DiffResult]
Made = TypeVar("Made")

PROVIDER = PhoneNumberContactFlowProvider()
SET, UNSET = "AssociatePhoneNumberContactFlow", "DisassociatePhoneNumberContactFlow"
MIRRORED = "Connect mirrors flows between these Regions, so they cannot differ: declare one for both"


def declared(number: str = ON_RETAIL, region: str = REPLICA, flow: str = "Winter IVR", **inputs: Any) -> dict[str, Any]:
    """The inputs of one flow."""
    return {"phone_number": number, "region": region, "flow": flow, "source_region": SOURCE, **inputs}


def flows(sandbox: Sandbox, number: str = ON_RETAIL) -> dict[str, str]:
    """Region to the name of the flow that answers a number there."""
    return flows_of(sandbox, number)


def writes(sandbox: Sandbox) -> int:
    """Calls that set or removed a flow, or moved a number."""
    return sum(sandbox.counters.calls(one) for one in (SET, UNSET, "UpdatePhoneNumber", "ReleasePhoneNumber"))


def refusal(props: dict[str, Any]) -> str:
    """The sentence with which a create fails."""
    with pytest.raises(Exception) as caught:
        PROVIDER.create(props)
    return str(caught.value)


class _Context(grpc.ServicerContext):
    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        """Nobody reads it."""


_Context.__abstractmethods__ = frozenset()  # the rest of gRPC's interface is not used


def as_resource(name: str, act: Callable[[], Made]) -> Made:
    """What a provider does for one resource of a program: its request stands in the plugin's frame."""
    return _answer(SimpleNamespace(urn=f"urn:pulumi:dev::p::t::{name}"), _Context(), act)


def _answer(request: Any, context: _Context, act: Callable[[], Made]) -> Made:
    return act()


def _at(sandbox: Sandbox, number: str) -> dict[str, str]:
    world = sandbox.world
    return {"PhoneNumberId": world.arn(world.number(number)), "InstanceId": world.instance("northwind").id}


def set_by_hand(sandbox: Sandbox, number: str, flow: str, region: str = REPLICA) -> None:
    """Somebody else sets a flow."""
    sandbox.clock.advance(60)
    client = session_on(sandbox).client("connect", region_name=region)
    client.associate_phone_number_contact_flow(**_at(sandbox, number), ContactFlowId=sandbox.world.flow(flow).id)
    sandbox.clock.advance(60)


def unset_by_hand(sandbox: Sandbox, number: str, region: str = REPLICA) -> None:
    """Somebody else takes a flow away."""
    sandbox.clock.advance(60)
    session_on(sandbox).client("connect", region_name=region).disassociate_phone_number_contact_flow(
        **_at(sandbox, number)
    )
    sandbox.clock.advance(60)


def move_by_hand(sandbox: Sandbox, number: str, target: str, *, ends: bool = True) -> None:
    """Somebody else moves a number, which drops its flow."""
    sandbox.clock.advance(60)
    client, world = session_on(sandbox).client("connect", region_name=SOURCE), sandbox.world
    thing = world.instance(target) if target == "northwind" else world.group(target)
    client.update_phone_number(PhoneNumberId=world.number(number).id, TargetArn=world.arn(thing))
    sandbox.clock.advance(60 if ends else 0)


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_basic(sandbox: Sandbox, connection: Connection, switch: Switch, region: str) -> None:
    """N6 to N8: without mirroring one Region gets the declared flow, and the other keeps its own."""
    switch(mirroring=False)
    made = PROVIDER.create(declared(region=region))
    assert flows(sandbox) == {**everywhere("Main IVR"), region: "Winter IVR"}
    instance = sandbox.world.arn(sandbox.world.instance("northwind"), region)
    number = sandbox.world.arn(sandbox.world.number(ON_RETAIL))
    assert made.id == f"{number}#{instance}"
    assert made.outs["contact_flow_arn"] == made.outs["placed_flow_arn"]
    assert made.outs["contact_flow_arn"] == sandbox.world.arn(sandbox.world.flow("Winter IVR"), region)
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.outs, seen.inputs) == (made.id, made.outs, declared(region=region))
    assert sandbox.counters.calls(SET, region=region) == sandbox.counters.calls(SET) == 1


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_under_mirroring(sandbox: Sandbox, connection: Connection, region: str) -> None:
    """N8: where Connect mirrors flows, one association is enough, and the other Region's resource takes it over."""
    PROVIDER.create(declared(region=region))
    assert flows(sandbox) == everywhere("Winter IVR")
    PROVIDER.create(declared(region=SOURCE if region == REPLICA else REPLICA))
    assert sandbox.counters.calls(SET) == 1


def test_on_an_instance(sandbox: Sandbox, connection: Connection) -> None:
    """N7: a number that is on an instance has its flow in that instance's Region."""
    PROVIDER.create(declared(ON_INSTANCE, SOURCE))
    assert flows(sandbox, ON_INSTANCE) == {SOURCE: "Winter IVR"}


def test_full_arn_in_the_replica(sandbox: Sandbox, connection: Connection) -> None:
    """N10: in the replica the number is given by its full ARN: the sandbox refuses an id there."""
    PROVIDER.create(declared())
    assert sandbox.counters.calls(SET, region=REPLICA, outcome="ok") == 1


@pytest.mark.parametrize("spelling", ["id", "arn", "e164"])
@pytest.mark.parametrize("listed", [True, False])
def test_number_by_any_spelling(
    sandbox: Sandbox, connection: Connection, switch: Switch, spelling: str, listed: bool
) -> None:
    """N9: the number may be given by E.164, id or ARN, also where the account's list leaves out a group's numbers."""
    switch(list_includes_group_numbers=listed)
    number = sandbox.world.number(ON_RETAIL)
    spelled = {"id": number.id, "arn": sandbox.world.arn(number), "e164": ON_RETAIL}[spelling]
    made = PROVIDER.create(declared(spelled))
    assert flows(sandbox) == everywhere("Winter IVR")
    assert made.outs["e164"] == ON_RETAIL
    assert PROVIDER.read(made.id, made.outs).inputs == declared(spelled)


def test_an_arn_says_where_the_number_was_claimed(sandbox: Sandbox, connection: Connection) -> None:
    """A number given by ARN needs no source Region; by anything else it is looked for in the Region of the flow."""
    props = {name: value for name, value in declared().items() if name != "source_region"}
    PROVIDER.create({**props, "phone_number": sandbox.world.arn(sandbox.world.number(ON_RETAIL))})
    assert flows(sandbox) == everywhere("Winter IVR")
    elsewhere = refusal({**props, "phone_number": ON_INSTANCE})
    assert elsewhere.startswith(f"looking for phone number {ON_INSTANCE} in {REPLICA}: it is not claimed in this")
    assert elsewhere.endswith("or mend source_region: a number is used from the Region where it was claimed")


@pytest.mark.parametrize("spelling", ["name", "id", "arn"])
def test_adopts(sandbox: Sandbox, connection: Connection, spelling: str) -> None:
    """A flow that is set already is taken over without a call that could disturb it."""
    flow = sandbox.world.flow("Main IVR")
    spelled = {"name": flow.name, "id": flow.id, "arn": sandbox.world.arn(flow, REPLICA)}[spelling]
    made = PROVIDER.create(declared(flow=spelled))
    assert made.outs["placed_flow_arn"] == sandbox.world.arn(flow, REPLICA)
    assert writes(sandbox) == sandbox.counters.calls("DescribePhoneNumber") == 0


def test_lights_a_dark_number(sandbox: Sandbox, connection: Connection) -> None:
    """A number without a flow gets one."""
    PROVIDER.create(declared(DARK))
    assert flows(sandbox, DARK) == everywhere("Winter IVR")


@pytest.mark.parametrize("mirroring", [True, False])
def test_flow_changes_without_a_gap(sandbox: Sandbox, connection: Connection, switch: Switch, mirroring: bool) -> None:
    """N8: another flow is set over the one before; callers never reach nothing."""
    switch(mirroring=mirroring)
    made = PROVIDER.create(declared())
    changed = PROVIDER.update(made.id, made.outs, declared(flow="Sales"))
    assert flows(sandbox)[REPLICA] == "Sales"
    assert changed.outs["placed_flow_arn"] == sandbox.world.arn(sandbox.world.flow("Sales"), REPLICA)
    assert sandbox.counters.calls(UNSET) == 0
    assert "dark" not in [event.what for event in sandbox.timeline.events(ON_RETAIL)]


def test_one_look_after_each_write(sandbox: Sandbox, connection: Connection) -> None:
    """What a flow costs: one look whether the number is at rest, one write, one look whether it answers."""
    PROVIDER.create(declared())
    calls = {name: sandbox.counters.calls(name) for name in ("DescribePhoneNumber", SET, "BatchGetFlowAssociation")}
    assert calls == {"DescribePhoneNumber": 1, SET: 1, "BatchGetFlowAssociation": 1}


@pytest.mark.parametrize("mirroring", [True, False])
def test_delete(sandbox: Sandbox, connection: Connection, switch: Switch, mirroring: bool) -> None:
    """Deleting takes the flow away in its Region; where Connect mirrors flows, in the other as well."""
    switch(mirroring=mirroring)
    made = PROVIDER.create(declared())
    PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == ({} if mirroring else {SOURCE: "Main IVR"})
    assert sandbox.counters.calls("ReleasePhoneNumber") == 0


@pytest.mark.parametrize("refreshed", [True, False])
def test_delete_leaves_alone_what_somebody_set(
    sandbox: Sandbox, connection: Connection, next_run: Begin, refreshed: bool
) -> None:
    """A flow that is not the one that was set stays, also after a refresh has seen it."""
    made = PROVIDER.create(declared())
    set_by_hand(sandbox, ON_RETAIL, "Sales")
    next_run()
    PROVIDER.delete(made.id, PROVIDER.read(made.id, made.outs).outs if refreshed else made.outs)
    assert flows(sandbox) == everywhere("Sales")
    assert sandbox.counters.calls(UNSET) == 0


@pytest.mark.parametrize("change", ["released", "moved", "silenced"])
@pytest.mark.parametrize("absent", ["not-found", "success"])
def test_delete_of_what_is_gone(
    sandbox: Sandbox, connection: Connection, switch: Switch, next_run: Begin, change: str, absent: str
) -> None:
    """A number that was released, moved off the Region or silenced has nothing to remove."""
    switch(disassociate_flow_absent=absent)
    made = PROVIDER.create(declared())
    if change == "released":
        del sandbox.world.numbers[sandbox.world.number(ON_RETAIL).id]
    elif change == "moved":
        move_by_hand(sandbox, ON_RETAIL, "northwind")
        set_by_hand(sandbox, ON_RETAIL, "Winter IVR", SOURCE)
    else:
        unset_by_hand(sandbox, ON_RETAIL)
    next_run()
    before = sandbox.counters.calls(UNSET)
    PROVIDER.delete(made.id, made.outs)
    assert sandbox.counters.calls(UNSET) == before
    if change == "moved":
        assert flows(sandbox) == {SOURCE: "Winter IVR"}


def test_delete_waits_out_somebody_elses_operation(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """N14: a number that is IN_PROGRESS is left alone until it is at rest."""
    made = PROVIDER.create(declared())
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    client.update_phone_number_metadata(
        PhoneNumberId=sandbox.world.number(ON_RETAIL).id, PhoneNumberDescription="Theirs"
    )
    PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == {}


def test_delete_is_refused_during_a_failover(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """While the source Region takes no calls no flow is removed, and setting one goes on; a setting allows it."""
    sandbox.world.group("retail").telephony = {SOURCE: 0, REPLICA: 100}
    made = PROVIDER.create(declared())
    assert flows(sandbox) == everywhere("Winter IVR")
    with pytest.raises(Exception, match="a failover is running: eu-west-2 takes no calls"):
        PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == everywhere("Winter IVR")
    with connected(session_on(sandbox), connection.clock, Settings(during_failover=True)):
        PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == {}


def test_the_last_to_declare_wins(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A renamed resource is made anew first: the delete of the old name leaves alone what its twin took over."""
    made = as_resource("old", lambda: PROVIDER.create(declared()))
    next_run()
    as_resource("new", lambda: PROVIDER.create(declared()))
    as_resource("old", lambda: PROVIDER.delete(made.id, made.outs))
    assert flows(sandbox) == everywhere("Winter IVR")
    assert sandbox.counters.calls(UNSET) == 0


def test_a_replacement_keeps_what_is_the_same(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """The engine makes the new half before it deletes the old: what both mean stays."""
    made = as_resource("one", lambda: PROVIDER.create(declared()))
    next_run()
    as_resource("one", lambda: PROVIDER.create(declared()))
    as_resource("one", lambda: PROVIDER.delete(made.id, made.outs))
    assert flows(sandbox) == everywhere("Winter IVR")


@pytest.mark.parametrize("mirroring", [True, False])
def test_another_region_is_not_darkened_by_the_old_one(
    sandbox: Sandbox, connection: Connection, switch: Switch, next_run: Begin, mirroring: bool
) -> None:
    """Another Region replaces: the old half is not removed where Connect may mirror that to the new."""
    switch(mirroring=mirroring)
    made = as_resource("one", lambda: PROVIDER.create(declared(region=SOURCE)))
    next_run()
    as_resource("one", lambda: PROVIDER.create(declared(region=REPLICA)))
    as_resource("one", lambda: PROVIDER.delete(made.id, made.outs))
    assert flows(sandbox) == everywhere("Winter IVR")


def test_a_sibling_in_the_other_region_is_not_darkened(
    sandbox: Sandbox, connection: Connection, next_run: Begin
) -> None:
    """Where the other Region goes on being declared with the same flow, removing one Region's leaves the flow."""
    made = as_resource("here", lambda: PROVIDER.create(declared(region=SOURCE)))
    other = as_resource("there", lambda: PROVIDER.create(declared(region=REPLICA)))
    next_run()
    as_resource("there", lambda: PROVIDER.check(declared(region=REPLICA), declared(region=REPLICA)))
    as_resource("there", lambda: PROVIDER.diff(other.id, other.outs, declared(region=REPLICA)))
    as_resource("here", lambda: PROVIDER.delete(made.id, made.outs))
    assert flows(sandbox) == everywhere("Winter IVR")


def test_a_sibling_with_another_flow_shows_that_nothing_is_mirrored(
    sandbox: Sandbox, connection: Connection, switch: Switch, next_run: Begin
) -> None:
    """Where the Regions have different flows, removing one leaves the other."""
    switch(mirroring=False)
    made = as_resource("here", lambda: PROVIDER.create(declared(region=SOURCE, flow="Sales")))
    other = as_resource("there", lambda: PROVIDER.create(declared(region=REPLICA)))
    next_run()
    as_resource("there", lambda: PROVIDER.check(declared(region=REPLICA), declared(region=REPLICA)))
    as_resource("there", lambda: PROVIDER.diff(other.id, other.outs, declared(region=REPLICA)))
    as_resource("here", lambda: PROVIDER.delete(made.id, made.outs))
    assert flows(sandbox) == {REPLICA: "Winter IVR"}


def test_a_placement_takes_over(sandbox: Sandbox, connection: Connection) -> None:
    """The delete leaves alone a flow whose number a placement declares now."""
    made = PROVIDER.create(declared())
    current_run().ownership.claim("urn::t::main", [("phone-number", ON_RETAIL)])
    PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == everywhere("Winter IVR")


def test_a_placement_declares_the_flow_already(sandbox: Sandbox, connection: Connection) -> None:
    """A number's flow has one owner: beside its placement a create and an update fail before any write."""
    made = PROVIDER.create(declared(ON_DEFAULT, flow="Sales"))
    number = sandbox.world.number(ON_DEFAULT).id
    current_run().ownership.claim("urn::t::main", [("phone-number", number), ("phone-number", ON_DEFAULT)])
    sentence = f"phone_number: the placement main declares the flow of {ON_DEFAULT}: change it there, and drop "
    assert refusal(declared(ON_DEFAULT)) == f"setting the flow of phone number {ON_DEFAULT} in {REPLICA}: {sentence}"
    with pytest.raises(Exception, match="the placement main declares the flow of"):
        PROVIDER.update(made.id, made.outs, declared(ON_DEFAULT))
    assert writes(sandbox) == 0


def test_declared_twice(sandbox: Sandbox, connection: Connection) -> None:
    """Two resources of one program cannot declare the flow of one number in one Region."""
    as_resource("one", lambda: PROVIDER.create(declared()))
    sentence = as_resource("two", lambda: refusal(declared(flow="Sales")))
    assert sentence.endswith(f"one and two both declare the flow of {ON_RETAIL} in {REPLICA}: declare it once")
    assert flows(sandbox) == everywhere("Winter IVR")


def test_two_flows_without_mirroring(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """Where Connect does not mirror flows, each Region has its own."""
    switch(mirroring=False)
    as_resource("here", lambda: PROVIDER.create(declared(region=SOURCE, flow="Sales")))
    as_resource("there", lambda: PROVIDER.create(declared(region=REPLICA, flow="Winter IVR")))
    assert flows(sandbox) == {SOURCE: "Sales", REPLICA: "Winter IVR"}


@pytest.mark.parametrize(("first", "second"), [(SOURCE, REPLICA), (REPLICA, SOURCE)])
def test_two_flows_under_mirroring_are_not_fought_over(
    sandbox: Sandbox, connection: Connection, first: str, second: str
) -> None:
    """Where Connect mirrors flows two cannot be had: the first stays, the second says so, and nothing is dark."""
    as_resource("first", lambda: PROVIDER.create(declared(region=first, flow="Sales")))
    sentence = as_resource("second", lambda: refusal(declared(region=second)))
    assert sentence == (
        f"setting the flow of phone number {ON_RETAIL} in {second}: "
        f"it replaced the flow declared for {first} too, and was undone; {MIRRORED}"
    )
    sandbox.clock.advance(60)
    assert flows(sandbox) == everywhere("Sales")
    assert sandbox.counters.calls(SET) == 3


def test_a_flow_that_was_undone_is_a_change(
    sandbox: Sandbox, connection: Connection, switch: Switch, next_run: Begin
) -> None:
    """An unchanged resource whose flow another's write has replaced does not stay green: it says why it cannot be."""
    switch(mirroring=False)
    here = as_resource("here", lambda: PROVIDER.create(declared(region=SOURCE, flow="Main IVR")))
    there = as_resource("there", lambda: PROVIDER.create(declared(region=REPLICA)))
    switch(mirroring=True)
    next_run()
    as_resource("here", lambda: PROVIDER.update(here.id, here.outs, declared(region=SOURCE, flow="Sales")))
    assert flows(sandbox) == everywhere("Sales")
    same = declared(region=REPLICA)
    assert as_resource("there", lambda: PROVIDER.diff(there.id, there.outs, same)).changes
    with pytest.raises(Exception, match=MIRRORED):
        as_resource("there", lambda: PROVIDER.update(there.id, there.outs, same))
    sandbox.clock.advance(60)
    assert flows(sandbox) == everywhere("Sales")


@pytest.mark.parametrize(
    ("region", "remedy"),
    [(SOURCE, MIRRORED), (REPLICA, "something else set it meanwhile: declare it once, and run")],
)
def test_undone_by_somebody_else_at_the_same_moment(
    sandbox: Sandbox, connection: Connection, switch: Switch, region: str, remedy: str
) -> None:
    """A flow that is replaced, here or from the other Region, before it was seen to answer: said, not fought over."""
    switch(mirror_seconds=0.0, mirroring=region == SOURCE)
    change = {"do": "set-flow", "number": ON_RETAIL, "flow": "Sales", "region": region}
    sandbox.faults.add(Fault(operation="BatchGetFlowAssociation", kind="second-writer", change=change))
    sentence = refusal(declared())
    assert f"it was given Winter IVR and has Sales; {remedy}" in sentence
    assert flows(sandbox)[REPLICA] == "Sales"
    assert sandbox.counters.calls(SET, region=REPLICA) <= 2


def test_disappears(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A number that was released is gone after a refresh."""
    made = PROVIDER.create(declared())
    del sandbox.world.numbers[sandbox.world.number(ON_RETAIL).id]
    next_run()
    assert PROVIDER.read(made.id, made.outs).id == ""


@pytest.mark.parametrize("change", ["moved to another group", "moved to its instance", "silenced"])
def test_a_flow_that_is_gone_stays_declared(
    sandbox: Sandbox, connection: Connection, next_run: Begin, change: str
) -> None:
    """A refresh keeps the declared flow as the input, shows that nothing answers, and the next update sets the flow."""
    made = PROVIDER.create(declared())
    if change == "silenced":
        unset_by_hand(sandbox, ON_RETAIL)
    else:
        move_by_hand(sandbox, ON_RETAIL, "emergency" if "group" in change else "northwind")
    next_run()
    seen = PROVIDER.read(made.id, made.outs)
    assert (seen.id, seen.inputs) == (made.id, declared())
    assert (seen.outs["contact_flow_arn"], seen.outs["placed_flow_arn"]) == ("", made.outs["placed_flow_arn"])
    assert PROVIDER.check(seen.inputs, seen.inputs).failures == []
    assert PROVIDER.diff(made.id, seen.outs, declared()).changes
    if "instance" not in change:
        PROVIDER.update(made.id, seen.outs, declared())
        assert flows(sandbox) == everywhere("Winter IVR")


@pytest.mark.parametrize(("spelling", "read"), [("name", "Sales"), ("id", "id"), ("arn", "arn")])
def test_drift_is_read_as_x_instead_of_y(
    sandbox: Sandbox, connection: Connection, next_run: Begin, spelling: str, read: str
) -> None:
    """What somebody else set is spelled as the user spells it; what this resource set last is remembered."""
    winter, sales = sandbox.world.flow("Winter IVR"), sandbox.world.flow("Sales")
    spelled = {"name": winter.name, "id": winter.id, "arn": sandbox.world.arn(winter, REPLICA)}[spelling]
    made = PROVIDER.create(declared(flow=spelled))
    set_by_hand(sandbox, ON_RETAIL, "Sales")
    next_run()
    seen = PROVIDER.read(made.id, made.outs)
    there = sandbox.world.arn(sales, REPLICA)
    assert seen.inputs == declared(flow={"Sales": "Sales", "id": sales.id, "arn": there}[read])
    assert (seen.outs["contact_flow_arn"], seen.outs["placed_flow_arn"]) == (there, made.outs["placed_flow_arn"])
    PROVIDER.update(made.id, seen.outs, declared(flow=spelled))
    assert flows(sandbox) == everywhere("Winter IVR")


def test_accepted_drift_is_taken_over(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """Declaring what somebody else set is an update without a call, after which the flow counts as set here."""
    made = PROVIDER.create(declared())
    set_by_hand(sandbox, ON_RETAIL, "Sales")
    next_run()
    seen = PROVIDER.read(made.id, made.outs)
    before = writes(sandbox)
    assert PROVIDER.diff(made.id, seen.outs, declared(flow="Sales")).changes
    updated = PROVIDER.update(made.id, seen.outs, declared(flow="Sales"))
    assert writes(sandbox) == before
    assert PROVIDER.diff(made.id, updated.outs, declared(flow="Sales")).changes is False


def test_a_name_that_means_another_flow_now(
    sandbox: Sandbox, connection: Connection, next_run: Begin, previewed: Preview
) -> None:
    """Names are pinned: where a name stands for another flow, that is a change, and the update sets the new one."""
    made = PROVIDER.create(declared())
    sandbox.world.flow("Winter IVR").name = "Old IVR"
    sandbox.world.flow("Sales").name = "Winter IVR"
    next_run()
    assert previewed(PROVIDER, made.id, made.outs, declared()).changes
    PROVIDER.update(made.id, made.outs, declared())
    assert flows(sandbox) == everywhere("Winter IVR")
    assert sandbox.counters.calls(SET) == 2


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("number", [ON_INSTANCE, ON_DEFAULT])
def test_waits_for_somebody_elses_move(
    sandbox: Sandbox, connection: Connection, switch: Switch, early: bool, number: str
) -> None:
    """N14: a number that is being placed is waited for, and judged by where it comes to rest."""
    switch(target_shown_early=early)
    move_by_hand(sandbox, number, "retail", ends=False)
    PROVIDER.create(declared(number))
    assert flows(sandbox, number)[REPLICA] == "Winter IVR"


@pytest.mark.parametrize("code", ["InvalidParameterException", "ResourceNotFoundException", "ResourceInUseException"])
def test_an_operation_that_begins_meanwhile(
    sandbox: Sandbox, connection: Connection, switch: Switch, code: str
) -> None:
    """A number that is moved between the look and the write is waited for, and gets its flow where it is then."""
    switch(flow_while_in_progress=code)
    change = {"do": "move", "number": ON_RETAIL, "target": "emergency"}
    sandbox.faults.add(Fault(operation=SET, kind="second-writer", change=change))
    PROVIDER.create(declared())
    assert sandbox.world.number(ON_RETAIL).target == sandbox.world.group("emergency").id
    assert flows(sandbox) == everywhere("Winter IVR")


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
@pytest.mark.parametrize("number", [ON_RETAIL, DARK])
@pytest.mark.parametrize(("drops", "takes_time"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_number_that_is_failed(
    sandbox: Sandbox,
    connection: Connection,
    next_run: Begin,
    switch: Switch,
    number: str,
    region: str,
    drops: bool,
    takes_time: bool,
) -> None:
    """Where a FAILED number takes no flow and gives none up, it is moved to where it is first; nothing stays dark."""
    switch(same_target_drops_flow=drops, same_target_in_progress=takes_time)
    for act in ("create", "update", "delete"):
        sandbox.clock.advance(60)
        found = sandbox.world.number(number)
        found.status, home = "FAILED", found.target
        if act == "create":
            made = PROVIDER.create(declared(number, region))
        elif act == "update":
            next_run()
            outs = PROVIDER.update(made.id, made.outs, declared(number, region, "Sales")).outs
        else:
            next_run()
            PROVIDER.delete(made.id, outs)
        sandbox.clock.advance(60)
        wanted = {"create": everywhere("Winter IVR"), "update": everywhere("Sales"), "delete": {}}[act]
        assert flows(sandbox, number) == wanted
        assert (found.status, found.target) == ("CLAIMED", home)


@pytest.mark.parametrize("mirroring", [True, False])
@pytest.mark.parametrize("lag", [2.0, 12.0])
def test_lists_that_run_behind(
    sandbox: Sandbox, connection: Connection, next_run: Begin, switch: Switch, lag: float, mirroring: bool
) -> None:
    """What was set or removed is shown late: that is waited for, and is nobody else's doing."""
    switch(association_lag_seconds=lag, mirroring=mirroring)
    before = {} if mirroring else {SOURCE: "Main IVR"}
    made = PROVIDER.create(declared())
    sandbox.clock.advance(60)
    assert flows(sandbox) == {**everywhere("Winter IVR"), **before}
    next_run()
    outs = PROVIDER.update(made.id, made.outs, declared(flow="Sales")).outs
    sandbox.clock.advance(60)
    assert flows(sandbox) == {**everywhere("Sales"), **before}
    next_run()
    PROVIDER.delete(made.id, outs)
    sandbox.clock.advance(60)
    assert flows(sandbox) == before


def test_a_list_that_is_older_than_a_move(sandbox: Sandbox, connection: Connection) -> None:
    """What an earlier resource of the run has swept does not decide about a number that was moved since."""
    PROVIDER.create(declared())
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    group = sandbox.world.arn(sandbox.world.group("retail"))
    client.update_phone_number(PhoneNumberId=sandbox.world.number(ON_INSTANCE).id, TargetArn=group)
    client.update_phone_number(PhoneNumberId=sandbox.world.number(ON_DEFAULT).id, TargetArn=group)
    sandbox.clock.advance(8)
    PROVIDER.create(declared(ON_INSTANCE))
    PROVIDER.create(declared(ON_DEFAULT, flow="Sales"))
    assert flows(sandbox, ON_INSTANCE) == everywhere("Winter IVR")
    assert flows(sandbox, ON_DEFAULT) == everywhere("Sales")


@pytest.mark.parametrize("form", ["source", "replica"])
@pytest.mark.parametrize("unknown", ["omit", "error"])
@pytest.mark.parametrize("mirroring", [True, False])
def test_other_forms_of_answers(
    sandbox: Sandbox, connection: Connection, switch: Switch, form: str, unknown: str, mirroring: bool
) -> None:
    """N10: however the replica spells the ARN of a number, and whatever it says of one without a flow."""
    switch(replica_arn_form=form, batch_unknown=unknown, mirroring=mirroring)
    made = PROVIDER.create(declared(DARK))
    assert PROVIDER.read(made.id, made.outs).inputs == declared(DARK)
    PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox, DARK) == {}


OPERATIONS = [
    SET,
    "BatchGetFlowAssociation",
    "DescribeInstance",
    "DescribePhoneNumber",
    "DescribeTrafficDistributionGroup",
    "ListContactFlows",
    "ListFlowAssociations",
    "ListPhoneNumbersV2",
]
"""What a create calls."""


@pytest.mark.parametrize("mirroring", [True, False])
@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply", "reset"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_create_survives(
    sandbox: Sandbox, connection: Connection, switch: Switch, operation: str, kind: str, mirroring: bool
) -> None:
    """A throttled, failed or lost answer to any call of a create is repeated, and the number ends as declared."""
    switch(mirroring=mirroring)
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.create(declared())
    assert flows(sandbox)[REPLICA] == "Winter IVR"
    assert sandbox.world.dark_regions(sandbox.world.number(ON_RETAIL)) == []
    assert [fault["waiting"] for fault in sandbox.faults.table()] == [False]


@pytest.mark.parametrize("kind", ["denied", "expired-token", "error-before", "lost-reply"])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("refreshed", [True, False])
def test_the_next_run_finishes(
    sandbox: Sandbox, connection: Connection, next_run: Begin, operation: str, kind: str, refreshed: bool
) -> None:
    """Whatever call of an update fails for good, the number keeps a flow, and the next run ends as declared."""
    made = PROVIDER.create(declared(flow="Main IVR"))
    next_run()
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=0))
    with pytest.raises(Exception, match=r" in eu-(west|central)-[12]: "):
        PROVIDER.update(made.id, made.outs, declared())
    assert sandbox.world.dark_regions(sandbox.world.number(ON_RETAIL)) == []
    sandbox.faults.clear()
    next_run()
    olds = PROVIDER.read(made.id, made.outs).outs if refreshed else made.outs
    assert PROVIDER.diff(made.id, olds, declared()).changes is not False
    PROVIDER.update(made.id, olds, declared())
    assert flows(sandbox) == everywhere("Winter IVR")


@pytest.mark.parametrize("absent", ["not-found", "success"])
@pytest.mark.parametrize("kind", ["throttle", "error-before", "error-after", "lost-reply", "reset"])
@pytest.mark.parametrize(
    "operation", [UNSET, "BatchGetFlowAssociation", "DescribePhoneNumber", "GetTrafficDistribution"]
)
def test_delete_survives(
    sandbox: Sandbox, connection: Connection, switch: Switch, operation: str, kind: str, absent: str
) -> None:
    """The same of a delete: a repeated disassociation that finds nothing any more has done its work."""
    switch(disassociate_flow_absent=absent)
    made = PROVIDER.create(declared())
    sandbox.faults.add(Fault(operation=operation, kind=kind, count=2))
    PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == {}


@pytest.mark.parametrize("operation", [UNSET, "BatchGetFlowAssociation", "DescribePhoneNumber"])
def test_the_next_delete_finishes(sandbox: Sandbox, connection: Connection, next_run: Begin, operation: str) -> None:
    """A delete that fails says so; the next one removes the flow."""
    made = PROVIDER.create(declared())
    sandbox.faults.add(Fault(operation=operation, kind="denied", count=50))
    told = rf"removing the flow of phone number \{ON_RETAIL} in {REPLICA}: .*\(AccessDeniedException\)"
    with pytest.raises(Exception, match=told):
        PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == everywhere("Winter IVR")
    sandbox.faults.clear()
    next_run()
    PROVIDER.delete(made.id, made.outs)
    assert flows(sandbox) == {}


def test_unclaimed_number(sandbox: Sandbox, connection: Connection) -> None:
    """N2: a number that nobody has claimed is a clear error."""
    assert refusal(declared("+442079460099")) == (
        "looking for phone number +442079460099 in eu-west-2: it is not claimed in this account and Region; "
        "claim it first, or mend source_region: a number is used from the Region where it was claimed"
    )


def test_not_reachable_in_the_region(sandbox: Sandbox, connection: Connection) -> None:
    """N6: a number on an instance is reachable in that instance's Region only."""
    assert refusal(declared(ON_INSTANCE)) == (
        f"setting the flow of phone number {ON_INSTANCE} in eu-central-1: it is on instance northwind, and reachable "
        "in eu-west-2 only; place it on a traffic distribution group first, or declare its flow where it is reachable"
    )
    assert writes(sandbox) == 0


def test_unknown_flow(sandbox: Sandbox, connection: Connection) -> None:
    """An unknown flow is named, with the nearest name there is, before anything is written."""
    sentence = refusal(declared(flow="Winter IVQ"))
    assert sentence.startswith("looking for flow 'Winter IVQ' of instance ")
    assert sentence.endswith("did you mean 'Winter IVR'?")
    assert writes(sandbox) == 0


@pytest.mark.parametrize(
    ("state", "said"), [(("ARCHIVED", "PUBLISHED"), "it is ARCHIVED"), (("ACTIVE", "SAVED"), "it is SAVED")]
)
def test_unusable_flow(sandbox: Sandbox, connection: Connection, state: tuple[str, str], said: str) -> None:
    """N7, N8: a flow that cannot answer in that Region is refused before anything is written."""
    sandbox.world.flow("Winter IVR").states[REPLICA] = state
    assert said in refusal(declared())
    assert writes(sandbox) == 0


def test_a_flow_that_goes_away_meanwhile(sandbox: Sandbox, connection: Connection) -> None:
    """A flow that is deleted between the look and the write is named as the cause, and the one before answers."""
    missing = {"kind": "denied", "code": "ResourceNotFoundException", "status": 404, "count": 2}
    sandbox.faults.add(Fault(operation=SET, **missing))
    winter = sandbox.world.flow("Winter IVR")
    change = {"do": "operation", "operation": "DeleteContactFlow", "region": REPLICA}
    ids = {"InstanceId": sandbox.world.instance("northwind").id, "ContactFlowId": winter.id}
    sandbox.faults.add(Fault(operation=SET, kind="second-writer", change={**change, "parameters": ids}))
    assert "the instance has no flow of that name, id or ARN there" in refusal(declared())
    assert flows(sandbox)[SOURCE] == "Main IVR"


def test_wrong_account(sandbox: Sandbox, connection: Connection) -> None:
    """Credentials of another account are refused before any write."""
    arn = sandbox.world.arn(sandbox.world.number(ON_RETAIL))
    with connected(session_on(sandbox, account="999988887777"), connection.clock):
        assert "the credentials belong to account 999988887777" in refusal(declared(arn))
    assert writes(sandbox) == 0


def test_get(sandbox: Sandbox, connection: Connection) -> None:
    """Getting shows what answers in the Region; getting what is not there, or by another id, is an error."""
    number, northwind = sandbox.world.number(ON_RETAIL), sandbox.world.instance("northwind")
    arn, there = sandbox.world.arn(number), sandbox.world.arn(northwind, REPLICA)
    empty = {"phone_number": "", "region": "", "flow": ""}
    seen = PROVIDER.read(f"{arn}#{there}", empty)
    assert seen.id == f"{arn}#{there}"
    assert seen.outs["contact_flow_arn"] == sandbox.world.arn(sandbox.world.flow("Main IVR"), REPLICA)
    assert (seen.outs["e164"], seen.outs["region"], seen.outs["flow"]) == (ON_RETAIL, REPLICA, "Main IVR")
    dark = sandbox.world.arn(sandbox.world.number(DARK))
    with pytest.raises(Exception, match="in eu-central-1: the number has no flow there"):
        PROVIDER.read(f"{dark}#{there}", empty)
    with pytest.raises(Exception, match="the number is not claimed"):
        PROVIDER.read(f"{arn[:-12]}000000000000#{there}", empty)
    with pytest.raises(Exception, match="is not the ARN of a phone number, '#', and the ARN of the instance"):
        PROVIDER.read(arn, empty)


def test_unreachable_region_changes_no_state(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A refresh that cannot reach Connect is an error, never an absence."""
    made = PROVIDER.create(declared())
    for region in (SOURCE, REPLICA):
        next_run()
        sandbox.faults.clear()
        sandbox.faults.add(Fault(operation="*", kind="error-before", count=0, region=region))
        told = rf"reading the flow of phone number \{ON_RETAIL} in eu-.*-[12]: .* \(InternalServiceException\)"
        with pytest.raises(Exception, match=told):
            PROVIDER.read(made.id, made.outs)


def test_no_absence_is_believed_of_a_group_that_is_not_active(
    sandbox: Sandbox, connection: Connection, next_run: Begin
) -> None:
    """A group that is being updated may not show what is there: the refresh fails and keeps the state."""
    made = PROVIDER.create(declared())
    unset_by_hand(sandbox, ON_RETAIL)
    sandbox.world.group("retail").status = "UPDATE_IN_PROGRESS"
    next_run()
    with pytest.raises(Exception, match="the group is UPDATE_IN_PROGRESS, so what it does not show may still be there"):
        PROVIDER.read(made.id, made.outs)


def test_a_refresh_waits_for_a_move_under_way(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A number that is being moved has lost its flow for the moment: it is read once it is at rest."""
    made = PROVIDER.create(declared())
    next_run()
    move_by_hand(sandbox, ON_RETAIL, "emergency", ends=False)
    assert PROVIDER.read(made.id, made.outs).outs["contact_flow_arn"] == ""
    assert sandbox.world.number(ON_RETAIL).status == "CLAIMED"


@pytest.mark.parametrize("form", ["e164", "id", "arn"])
def test_beside_a_placement_it_is_refused_in_the_preview(sandbox: Sandbox, connection: Connection, form: str) -> None:
    """The check names both, however each of them writes the number."""
    number = sandbox.world.number(ON_RETAIL)
    written = {"e164": ON_RETAIL, "id": number.id, "arn": sandbox.world.arn(number)}[form]
    placed = {"phone_number": ON_RETAIL, "target": "retail", "flow": "Main IVR", "source_region": SOURCE}
    as_resource("main", lambda: PhoneNumberPlacementProvider().check({}, placed))
    answer = as_resource("apart", lambda: PROVIDER.check({}, declared(written)))
    assert [failure.reason for failure in answer.failures] == [
        f"phone_number: the placement main declares the flow of {written}: change it there, and drop apart"
    ]


def test_a_placement_beside_it_is_refused_in_the_preview(sandbox: Sandbox, connection: Connection) -> None:
    """The other way round as well: the placement that is declared second names both."""
    placed = {"phone_number": ON_RETAIL, "target": "retail", "flow": "Main IVR", "source_region": SOURCE}
    as_resource("apart", lambda: PROVIDER.check({}, declared()))
    answer = as_resource("main", lambda: PhoneNumberPlacementProvider().check({}, placed))
    assert [failure.reason for failure in answer.failures] == [
        f"phone_number: apart declares the flow of {ON_RETAIL}, and so does its placement main: drop apart"
    ]


def test_taken_over_from_a_placement(sandbox: Sandbox, connection: Connection, next_run: Begin) -> None:
    """A placement that says "leave" and is dropped passes its number to a flow of its own: nothing is touched."""
    placement = PhoneNumberPlacementProvider()
    placed = {"phone_number": ON_INSTANCE, "target": "retail", "flow": "Winter IVR", "source_region": SOURCE}
    made = placement.create({**placed, "return_to": "leave"})
    before = writes(sandbox)
    next_run()
    for region in (SOURCE, REPLICA):
        PROVIDER.create(declared(ON_INSTANCE, region))
    placement.delete(made.id, made.outs)
    assert (writes(sandbox), flows(sandbox, ON_INSTANCE)) == (before, everywhere("Winter IVR"))
