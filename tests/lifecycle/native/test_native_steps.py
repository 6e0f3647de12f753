"""The steps of resources through the native provider: the same logic, with names and values of its own wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from native_door import UNKNOWN, Door, Failed, Props, plain, secret
from numbers_there import DARK, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, everywhere, flows_of, home_of
from pulumi.runtime.proto import provider_pb2
from surroundings import members

import acgr
from acgr_connect.model.arns import ArnError
from acgr_plugin.kinds import kinds
from acgr_sandbox import Sandbox

Begin = Callable[..., Door]
Diff = provider_pb2.DiffResponse

PLACEMENT, FLOW, USER = "PhoneNumberPlacement", "PhoneNumberContactFlow", "TrafficDistributionGroupUser"
ROSTER, GROUP, REPLICATED = "TrafficDistributionGroupRoster", "TrafficDistributionGroup", "InstanceReplica"


def placement(number: str = ON_INSTANCE, **inputs: Any) -> Props:
    """The inputs of one placement."""
    return {"phoneNumber": number, "target": "emergency", "flow": "Main IVR", "sourceRegion": SOURCE, **inputs}


def roster(users: Any, **inputs: Any) -> Props:
    """The inputs of one roster."""
    return {"trafficDistributionGroup": "emergency", "users": users, "sourceRegion": SOURCE, **inputs}


def writes(sandbox: Sandbox) -> int:
    """Calls that could have changed something."""
    verbs = ("Create", "Update", "Associate", "Disassociate", "Delete", "Replicate", "Tag", "Untag")
    return sum(row["calls"] for row in sandbox.counters.rows() if row["operation"].startswith(verbs))


def made(door: Door, kind: str, news: Props, name: str = "one") -> tuple[str, Props, Props]:
    """Check and create: id, state, inputs."""
    inputs = door.check(kind, news, name=name)
    return *door.create(kind, inputs, name=name), inputs


def arn(sandbox: Sandbox, kind: str, name: str, region: str | None = None) -> str:
    """The ARN of a group, flow, user, number or instance."""
    world = sandbox.world
    return world.arn(getattr(world, kind)(name), region)


def test_a_placement_from_beginning_to_end(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """A number is placed, compared, changed, read and given back; outputs have the names of the wire."""
    id_, state, inputs = made(door, PLACEMENT, placement())
    assert (home_of(sandbox, ON_INSTANCE), flows_of(sandbox, ON_INSTANCE)) == ("emergency", everywhere("Main IVR"))
    assert state["phoneNumberArn"] == id_
    assert (state["targetArn"], state["darkRegions"]) == (arn(sandbox, "group", "emergency"), [])
    assert inputs["returnTo"] == "instance"

    second = begin()
    same = second.check(PLACEMENT, placement(), inputs)
    assert second.diff(PLACEMENT, id_, state, same, inputs).changes == Diff.DIFF_NONE
    news = second.check(PLACEMENT, placement(flow="Winter IVR"), inputs)
    diff = second.diff(PLACEMENT, id_, state, news, inputs)
    assert (diff.changes, list(diff.diffs), list(diff.detailedDiff)) == (Diff.DIFF_SOME, ["flow"], ["flow"])
    state = second.update(PLACEMENT, id_, state, news)
    assert flows_of(sandbox, ON_INSTANCE) == everywhere("Winter IVR")
    again, seen, read = second.read(PLACEMENT, id_, state, news)
    assert (again, seen, read) == (id_, state, news)

    third = begin()  # a destroy checks nothing
    third.delete(PLACEMENT, id_, state)
    assert home_of(sandbox, ON_INSTANCE) == "northwind"
    assert sandbox.dark_numbers() == [(DARK, SOURCE), (DARK, REPLICA)]


def test_a_list_of_users_is_labelled(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """What stands in a list of users is its own label, and a change of three reads in three lines."""
    id_, state, inputs = made(door, ROSTER, roster(["alice.smith", "bob.brown"]))
    assert members(sandbox, "emergency") == {"alice.smith", "bob.brown"} == set(state["members"])
    second = begin()
    news = second.check(ROSTER, roster(["alice.smith", "carol.white"], maxRemovals=1), inputs)
    diff = second.diff(ROSTER, id_, state, news, inputs)
    kinds = {path: provider_pb2.PropertyDiff.Kind.Name(one.kind) for path, one in diff.detailedDiff.items()}
    assert kinds == {'users["bob.brown"]': "DELETE", 'users["carol.white"]': "ADD", "maxRemovals": "ADD"}
    assert second.said() == ["+1 \N{MINUS SIGN}1 of 2: add carol.white; remove bob.brown"]
    second.update(ROSTER, id_, state, news)
    assert members(sandbox, "emergency") == {"alice.smith", "carol.white"}


def test_another_identity_is_a_replacement(door: Door, begin: Begin) -> None:
    """An input that means another object replaces, and its path says so."""
    id_, state, inputs = made(door, PLACEMENT, placement())
    second = begin()
    news = second.check(PLACEMENT, placement(ON_DEFAULT), inputs)
    diff = second.diff(PLACEMENT, id_, state, news, inputs)
    assert list(diff.replaces) == ["phoneNumber"]
    assert diff.detailedDiff["phoneNumber"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_the_first_preview_knows_what_names_mean(door: Door, sandbox: Sandbox) -> None:
    """A preview of a create changes nothing, and answers with what the create will answer with."""
    foreseen, inputs = dict[str, Props](), dict[str, Props]()
    cases = {
        PLACEMENT: placement(ON_RETAIL),
        ROSTER: roster(["alice.smith"]),
        USER: {"trafficDistributionGroup": "everyone", "user": "bob.brown", "sourceRegion": SOURCE},
        FLOW: {"phoneNumber": ON_DEFAULT, "region": SOURCE, "flow": "Sales"},
        GROUP: {"instance": "northwind", "name": "emergency", "sourceRegion": SOURCE},
        REPLICATED: {"instance": "northwind", "replicaRegion": REPLICA, "sourceRegion": SOURCE},
    }
    for kind, news in cases.items():
        inputs[kind] = door.check(kind, news)
        _, foreseen[kind] = door.create(kind, inputs[kind], preview=True)
    assert writes(sandbox) == 0
    for kind, news in inputs.items():
        _, state = door.create(kind, news)
        known = {key: value for key, value in foreseen[kind].items() if value != UNKNOWN}
        assert {key: state[key] for key in known if key in state} == {k: v for k, v in known.items() if k in state}
        assert known.keys() - news.keys(), kind


def test_a_preview_of_an_update_keeps_what_stays(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """In the preview of a move the number's ARN is known, and where it goes."""
    id_, state, inputs = made(door, PLACEMENT, placement())
    second = begin()
    news = second.check(PLACEMENT, placement(target="everyone"), inputs)
    second.diff(PLACEMENT, id_, state, news, inputs)
    foreseen = second.update(PLACEMENT, id_, state, news, preview=True)
    assert home_of(sandbox, ON_INSTANCE) == "emergency"
    assert (foreseen["phoneNumberArn"], foreseen["targetArn"]) == (id_, arn(sandbox, "group", "everyone"))
    assert foreseen["darkSeconds"] == UNKNOWN
    assert any("moves from emergency to everyone" in line for line in second.said())


def test_what_is_not_there_ends_the_preview(begin: Begin) -> None:
    """An ARN that this program cannot make is refused in the preview; with `preflight` set to warn it is said."""
    nobody = "arn:aws:connect:eu-west-2:111122223333:phone-number/00000000-0000-0000-0000-000000000000"
    door = begin()
    news = door.check(PLACEMENT, placement(nobody))
    with pytest.raises(Failed, match="phone number"):
        door.create(PLACEMENT, news, preview=True)
    warned = begin(preflight="warn")
    warned.create(PLACEMENT, warned.check(PLACEMENT, placement(nobody)), preview=True)
    assert "As it is now, `pulumi up` fails here" in warned.said()[0]
    silent = begin(preflight="off")
    _, foreseen = silent.create(PLACEMENT, silent.check(PLACEMENT, placement(nobody)), preview=True)
    assert (silent.said(), foreseen["e164"]) == ([], UNKNOWN)


def test_wrong_inputs_are_named_as_they_are_written(door: Door) -> None:
    """What is wrong with inputs is said with their names in this door's spelling."""
    _, wrong = door.judged(PLACEMENT, placement("442079460001", sourceRegion="London", maxRemoval=3))
    assert wrong == [
        "there is no maxRemoval; PhoneNumberPlacement has: phoneNumber, target, flow, returnTo, description, "
        "sourceRegion, replicaRegion, maxNumberRemovals"
    ]
    _, wrong = door.judged(PLACEMENT, placement("442079460001"))
    assert [reason.partition(":")[0] for reason in wrong] == ["phoneNumber"]
    _, wrong = door.judged(ROSTER, roster(["alice.smith", "alice.smith"]))
    assert wrong == ["users: users has alice.smith twice"]
    _, wrong = door.judged(PLACEMENT, {"phoneNumber": ON_INSTANCE, "target": "retail", "flow": "Main IVR"})
    assert len(wrong) == 1
    assert "sourceRegion" in wrong[0]
    assert "source_region" not in wrong[0]


def test_what_is_not_known_yet(door: Door, sandbox: Sandbox) -> None:
    """An input of another resource that is to be made is not judged, and nothing is said of outputs."""
    news = door.check(PLACEMENT, placement(phoneNumber=UNKNOWN, flow={SOURCE: UNKNOWN, REPLICA: "Sales"}))
    _, foreseen = door.create(PLACEMENT, news, preview=True)
    assert (foreseen["phoneNumber"], foreseen["e164"], foreseen["flow"][SOURCE]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert writes(sandbox) == 0


def test_what_is_derived_from_a_secret_is_secret(door: Door) -> None:
    """A secret input stays secret in inputs and state, and so does every output that tells it."""
    number = secret(ON_INSTANCE)
    inputs = door.check(PLACEMENT, placement(phoneNumber=number))
    assert inputs["phoneNumber"] == number
    id_, state = door.create(PLACEMENT, inputs)
    hidden = {name for name, value in state.items() if isinstance(value, dict) and "value" in value}
    assert hidden == {"phoneNumber", "phoneNumberArn", "e164"}
    assert state["e164"] == number
    _, seen, read = door.read(PLACEMENT, id_, state, inputs)
    assert (seen["e164"], read["phoneNumber"]) == (number, number)
    assert door.diff(PLACEMENT, id_, state, inputs, inputs).changes == Diff.DIFF_NONE


def test_a_deadline_leaves_what_there_is(door: Door, begin: Begin, sandbox: Sandbox, switch: Any) -> None:
    """A create that takes too long ends in one sentence, keeps what holds, and is resumed as an update."""
    switch(claim_seconds=600.0)
    inputs = door.check(PLACEMENT, placement())
    with pytest.raises(Failed, match="still IN_PROGRESS after 30 s") as failed:
        door.create(PLACEMENT, inputs, timeout=30.0)
    left = failed.value.left
    assert left is not None
    assert (left.id, dict(left.inputs)["phoneNumber"]) == (arn(sandbox, "number", ON_INSTANCE), ON_INSTANCE)
    state, kept = plain(left.properties), plain(left.inputs)
    assert kept == inputs
    switch(claim_seconds=5.0)
    second = begin()
    assert second.diff(PLACEMENT, left.id, state, second.check(PLACEMENT, placement(), kept), kept).changes
    second.update(PLACEMENT, left.id, state, inputs)
    assert flows_of(sandbox, ON_INSTANCE) == everywhere("Main IVR")


def test_what_is_left_keeps_its_secrets(door: Door, switch: Any) -> None:
    """What a failed create leaves in the state is as secret as what a finished one would."""
    switch(claim_seconds=600.0)
    inputs = door.check(PLACEMENT, placement(phoneNumber=secret(ON_INSTANCE)))
    with pytest.raises(Failed) as failed:
        door.create(PLACEMENT, inputs, timeout=30.0)
    left = failed.value.left
    assert left is not None
    state = plain(left.properties)
    assert (plain(left.inputs)["phoneNumber"], state["e164"]) == (secret(ON_INSTANCE), secret(ON_INSTANCE))
    assert state["targetArn"].startswith("arn:")


def test_cancelled(door: Door, sandbox: Sandbox) -> None:
    """After a Cancel nothing begins."""
    inputs = door.check(PLACEMENT, placement())
    door.cancel()
    with pytest.raises(Failed, match="the run was cancelled"):
        door.create(PLACEMENT, inputs)
    assert home_of(sandbox, ON_INSTANCE) == "northwind"


def test_progress_is_on_the_row_of_its_resource(door: Door) -> None:
    """What happens is shown on the resource's row meanwhile; only its dark time stays."""
    made(door, PLACEMENT, placement(), name="main")
    assert all(urn.endswith("::main") for urn, _ in door.heard.progress)
    assert any("move to traffic distribution group emergency accepted" in line for _, line in door.heard.progress)
    [said] = door.said("main")
    assert said.startswith(f"{ON_INSTANCE} is on traffic distribution group emergency; it had no flow for ")


def test_a_rename_takes_nothing_away(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """The last to declare wins: what the new resource has taken over, the delete of the old one leaves alone."""
    id_, state, _ = made(door, PLACEMENT, placement(), name="before")
    before = writes(sandbox)
    second = begin()
    made(second, PLACEMENT, placement(), name="after")
    second.delete(PLACEMENT, id_, state, name="before")
    assert (home_of(sandbox, ON_INSTANCE), writes(sandbox)) == ("emergency", before)
    assert second.said("before") == [f"{ON_INSTANCE} stays where it is: after declares it now"]


def test_declared_twice(door: Door) -> None:
    """Two resources that declare one number are refused by the check."""
    door.check(PLACEMENT, placement(), name="one")
    _, wrong = door.judged(PLACEMENT, placement(), name="two")
    assert wrong == [f"phoneNumber: one and two both declare {ON_INSTANCE}: declare it once"]


def test_gone(door: Door, begin: Begin, sandbox: Sandbox) -> None:
    """A number that is not claimed any more is forgotten by a refresh."""
    id_, state, inputs = made(door, PLACEMENT, placement(ON_RETAIL))
    sandbox.settle()
    del sandbox.world.numbers[sandbox.world.number(ON_RETAIL).id]
    assert begin().read(PLACEMENT, id_, state, inputs)[0] == ""


def imports(sandbox: Sandbox) -> dict[str, str]:
    """By kind, the id by which something that exists is imported."""
    retail, number = arn(sandbox, "group", "retail"), arn(sandbox, "number", ON_RETAIL)
    return {
        PLACEMENT: number,
        FLOW: f"{number}#{arn(sandbox, 'instance', 'northwind')}",
        ROSTER: retail,
        GROUP: retail,
        USER: f"{arn(sandbox, 'user', 'dave.jones')}#{arn(sandbox, 'group', 'everyone')}",
        REPLICATED: arn(sandbox, "instance", "northwind", REPLICA),
    }


@pytest.mark.parametrize("kind", [PLACEMENT, FLOW, ROSTER, GROUP, USER, REPLICATED])
def test_what_is_imported_is_as_declared(begin: Begin, sandbox: Sandbox, kind: str) -> None:
    """From an id alone come inputs that the check takes and on which the next preview is empty."""
    id_, state, inputs = begin().read(kind, imports(sandbox)[kind])
    again = begin()
    checked = again.check(kind, inputs, inputs)
    assert checked == inputs
    assert again.diff(kind, id_, state, checked, inputs).changes == Diff.DIFF_NONE
    assert begin().read(kind, id_, state, inputs) == (id_, state, inputs)
    assert writes(sandbox) == 0


@pytest.mark.parametrize("kind", [PLACEMENT, FLOW, ROSTER, GROUP, USER, REPLICATED])
def test_an_import_of_something_else_is_one_sentence(door: Door, kind: str) -> None:
    """What is no id of the kind is refused, with the form that it has."""
    with pytest.raises(Failed, match="arn:") as failed:
        door.read(kind, "+442079460001")
    assert "\n" not in str(failed.value)


def test_an_import_of_nothing(door: Door) -> None:
    """An id that nothing has is an error: an empty answer would be imported."""
    nobody = "arn:aws:connect:eu-west-2:111122223333:phone-number/00000000-0000-0000-0000-000000000000"
    with pytest.raises(Failed, match="it is not claimed"):
        door.read(PLACEMENT, nobody)


def test_a_state_of_the_dynamic_provider(begin: Begin, next_run: Any, sandbox: Sandbox) -> None:
    """A state in snake_case means the same, without a call that could change something; an update rewrites it."""
    next_run()
    provider = acgr.PhoneNumberPlacementProvider()
    props = {"phone_number": ON_INSTANCE, "target": "emergency", "flow": "Main IVR", "source_region": SOURCE}
    inputs = provider.check({}, props).inputs
    created = provider.create(inputs)
    state, old = {**created.outs, "__provider": "gASV"}, {**inputs, "__provider": "gASV"}
    before = writes(sandbox)

    door = begin()
    news = door.check(PLACEMENT, placement(), old)
    assert door.diff(PLACEMENT, created.id, state, news, old).changes == Diff.DIFF_NONE
    _, seen, read = door.read(PLACEMENT, created.id, state, old)
    assert writes(sandbox) == before
    assert seen["__provider"] == "gASV"  # so that it can go back
    assert not [name for name in (*seen, *read) if "_" in name.removeprefix("__")]

    next_run()
    back = provider.check(read, props).inputs
    assert provider.diff(created.id, seen, {**back, "__provider": "gASV"}).changes is False


def test_functions_that_cannot_answer(door: Door) -> None:
    """Without an instance that is known, `findUsers` says what is missing; there is no other function."""
    with pytest.raises(Failed, match="findUsers: instance"):
        door.invoke("acgr:index:findUsers", instance=UNKNOWN)
    instance = "arn:aws:connect:eu-west-2:111122223333:instance/11111111-2222-3333-4444-555555555555"
    for wrong, said in [
        ({"tags": ["a"]}, "tags: a mapping of text to text is needed"),
        ({"tags": {"a": 3}}, "tags: a mapping of text to text is needed"),
        ({"tags": {"a": UNKNOWN}}, "tags: it is not known yet, and Connect is asked at once"),
        ({"routingProfile": 3}, "routingProfile: text is needed, not 3"),
        ({"profile": "a"}, "there is no profile; there are: instance, region, routingProfile, tags"),
        ({"instance": instance.replace("111122223333", "444455556666")}, "the credentials belong to account"),
    ]:
        with pytest.raises(Failed) as failed:
            door.invoke("acgr:index:findUsers", **{"instance": instance, **wrong})
        assert str(failed.value).startswith(f"findUsers: {said}")
    with pytest.raises(Failed, match="unknown function acgr:index:other"):
        door.invoke("acgr:index:other")


def test_users_that_are_found(door: Door, sandbox: Sandbox) -> None:
    """What `findUsers` finds is what a roster's `users` takes."""
    found = door.invoke("acgr:index:findUsers", instance=arn(sandbox, "instance", "northwind"))["users"]
    assert found["alice.smith"] == arn(sandbox, "user", "alice.smith")
    _, state, _ = made(door, ROSTER, roster({name: found[name] for name in ("alice.smith", "bob.brown")}))
    assert members(sandbox, "emergency") == {"alice.smith", "bob.brown"} == set(state["members"])


def test_every_kind_says_what_an_id_of_it_is() -> None:
    """No kind takes anything for an id."""
    for kind in kinds().values():
        with pytest.raises(ArnError):
            kind.logic.asked_by_id("something")


def test_a_name_that_the_state_has_otherwise_is_not_ignored(begin: Begin, next_run: Any) -> None:
    """The engine keeps what `ignoreChanges` names, and finds nothing under that name in a dynamic resource's state."""
    next_run()
    provider = acgr.PhoneNumberPlacementProvider()
    props = {"phone_number": ON_RETAIL, "target": "retail", "flow": "Main IVR", "source_region": SOURCE}
    old = {**provider.check({}, {**props, "return_to": "leave"}).inputs, "__provider": "gASV"}
    created = provider.create({name: value for name, value in old.items() if name != "__provider"})
    door = begin()
    news = door.check(PLACEMENT, placement(ON_RETAIL, target="retail"), old)
    with pytest.raises(Failed, match="ignoreChanges: returnTo: a dynamic resource has written the state"):
        door.diff(PLACEMENT, created.id, created.outs, news, old, ignoring=["flow", "returnTo"])
    door.diff(PLACEMENT, created.id, created.outs, news, old, ignoring=["flow"])
    door.diff(PLACEMENT, created.id, created.outs, news, news, ignoring=["returnTo", 'flow["eu-west-2"]'])


def test_an_import_of_a_number_without_a_flow_in_one_region(begin: Begin, sandbox: Sandbox) -> None:
    """The flow of the other Region is declared for both, so that the next run restores it."""
    number = sandbox.world.number(ON_RETAIL)
    del number.flows[REPLICA]
    id_, state, inputs = begin().read(PLACEMENT, arn(sandbox, "number", ON_RETAIL))
    assert (inputs["flow"], state["darkRegions"]) == ("Main IVR", [REPLICA])
    second = begin()
    news = second.check(PLACEMENT, inputs, inputs)
    assert second.diff(PLACEMENT, id_, state, news, inputs).changes == Diff.DIFF_SOME
    second.update(PLACEMENT, id_, state, news, preview=True)
    assert any(f"{ON_RETAIL} is dark in eu-central-1" in line for line in second.said())
    second.update(PLACEMENT, id_, state, news)
    assert flows_of(sandbox, ON_RETAIL) == everywhere("Main IVR")


def test_an_import_of_a_dark_number(begin: Begin, sandbox: Sandbox) -> None:
    """Nobody knows its flow: the import declares none, which the check refuses; a delete says that it is dark."""
    id_, state, inputs = begin().read(PLACEMENT, arn(sandbox, "number", DARK))
    _, [wrong] = begin().judged(PLACEMENT, inputs, inputs)
    assert wrong == "flow: it is empty; a flow is needed"
    with pytest.raises(Failed, match="it is dark, and there is no flow that it was given; give its placement a flow"):
        begin().delete(PLACEMENT, id_, state)
    assert home_of(sandbox, DARK) == "retail"
    second = begin()
    news = second.check(PLACEMENT, {**inputs, "flow": "Sales"}, inputs)
    state = second.update(PLACEMENT, id_, state, news)
    assert flows_of(sandbox, DARK) == everywhere("Sales")
    begin().delete(PLACEMENT, id_, state)
    assert (home_of(sandbox, DARK), flows_of(sandbox, DARK)) == ("northwind", {SOURCE: "Sales"})
