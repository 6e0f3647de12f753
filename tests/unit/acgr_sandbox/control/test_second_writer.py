"""Somebody else changes the world, between two calls or right now."""

from __future__ import annotations

import json
from typing import Any

import pytest

from acgr_sandbox import Fault, Request, Sandbox
from acgr_sandbox.control.second_writer import MAKERS
from acgr_sandbox.core.change_forms import FORMS

NUMBER, OTHER = "+442079460001", "+442079460005"  # on the default TDG, on the instance
HERE, THERE = "eu-west-2", "eu-central-1"


def _group(sandbox: Sandbox, name: str = "retail") -> Any:
    return sandbox.world.group(name)


def test_every_form_is_made() -> None:
    """Each form that a change can have is one that the second writer makes, and the other way round."""
    assert list(MAKERS) == list(FORMS)


def test_moves(sandbox: Sandbox) -> None:
    """`move` takes the time it takes, `place` takes none; either way the flow is gone and callers reach nothing."""
    assert sandbox.change({"do": "move", "number": NUMBER, "target": "retail"}) == "done"
    assert sandbox.world.number(NUMBER).status == "IN_PROGRESS"
    sandbox.clock.sleep(10)
    assert sandbox.change({"do": "place", "number": OTHER, "target": "retail"}) == "done"
    for e164 in (NUMBER, OTHER):
        number = sandbox.world.number(e164)
        assert (number.target, number.listed_target) == (_group(sandbox).id, _group(sandbox).id)
        assert number.status == "CLAIMED"
        assert sandbox.world.dark_regions(number) == [HERE, THERE]
    assert sandbox.timeline.dark_seconds(NUMBER) == 10


def test_placed_while_it_moves(sandbox: Sandbox) -> None:
    """A number that is placed stays there, whatever was under way."""
    sandbox.change({"do": "move", "number": NUMBER, "target": "retail"})
    sandbox.change({"do": "place", "number": NUMBER, "target": "northwind"})
    sandbox.clock.sleep(60)
    assert sandbox.world.number(NUMBER).target == sandbox.world.instance("northwind").id


def test_flows(sandbox: Sandbox) -> None:
    """Flows are set and taken away in a Region, and mirrored as ever; their state changes everywhere."""
    assert sandbox.change({"do": "set-flow", "number": NUMBER, "flow": "Sales", "region": THERE}) == "done"
    sandbox.clock.sleep(5)
    sales = sandbox.world.flow("Sales")
    assert [sandbox.world.number(NUMBER).flow_in(region) for region in (HERE, THERE)] == [sales.id] * 2
    assert sandbox.change({"do": "clear-flow", "number": NUMBER}) == "done"
    assert sandbox.world.number(NUMBER).flow_in(HERE) is None
    sandbox.change({"do": "set-flow-state", "flow": "Sales", "state": "ARCHIVED", "status": "PUBLISHED"})
    assert set(sandbox.world.flow("Sales").states.values()) == {("ARCHIVED", "PUBLISHED")}


def test_agents_and_groups(sandbox: Sandbox) -> None:
    """Agents come and go, users too; a TDG is deleted, its traffic is shifted."""
    assert sandbox.change({"do": "add-agent", "group": "retail", "user": "xin.li"}) == "done"
    assert _group(sandbox).members == [sandbox.world.user("xin.li").id]
    assert sandbox.change({"do": "remove-agent", "group": "retail", "user": "xin.li"}) == "done"
    assert _group(sandbox).members == []
    assert sandbox.change({"do": "delete-user", "user": "xin.li"}) == "done"
    assert sandbox.change({"do": "create-user", "user": "xin.li"}) == "done"
    assert not sandbox.world.user("xin.li").mirrored
    assert sandbox.change({"do": "distribute", "group": "retail", "shares": {HERE: 0, THERE: 100}}) == "done"
    assert _group(sandbox).telephony == {HERE: 0, THERE: 100}
    assert sandbox.change({"do": "delete-group", "group": "emergency"}) == "done"
    assert _group(sandbox, "emergency").status == "PENDING_DELETION"


def test_numbers_and_anything(sandbox: Sandbox) -> None:
    """Numbers are described and released; any other operation goes by its name in the API."""
    assert sandbox.change({"do": "describe", "number": NUMBER, "description": "New"}) == "done"
    assert sandbox.world.number(NUMBER).description == "New"
    assert sandbox.change({"do": "release", "number": OTHER}) == "done"
    sandbox.clock.sleep(10)
    assert OTHER not in [number.e164 for number in sandbox.world.numbers.values()]
    parameters = {"resourceArn": sandbox.world.arn(_group(sandbox)), "tags": {"a": "b"}}
    assert sandbox.change({"do": "operation", "operation": "TagResource", "parameters": parameters}) == "done"
    assert _group(sandbox).tags == {"a": "b"}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"do": "move", "number": "+440", "target": "retail"}, "there is no '+440'"),
        ({"do": "place", "number": NUMBER, "target": "nowhere"}, "there is no 'nowhere'"),
        ({"do": "delete-group", "group": "Default"}, "refused: InvalidRequestException"),
        ({"do": "operation", "operation": "Nonsense", "parameters": {}}, "there is no 'Nonsense'"),
    ],
)
def test_what_does_not_happen(change: dict[str, Any], outcome: str, sandbox: Sandbox) -> None:
    """What Connect refuses, or names what is not there, does not happen, and the answer and the events say so."""
    before = sandbox.world.numbers[sandbox.world.number(NUMBER).id].target
    assert sandbox.change(change).startswith(outcome)
    assert sandbox.world.number(NUMBER).target == before
    assert sandbox.events.newest(1)[0]["outcome"].startswith(outcome)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"do": "dance"}, "There is no change 'dance'; there are move"),
        ({}, "There is no change None"),
        ({"do": "move", "number": NUMBER}, "The change move needs 'target'; it takes number, target"),
        ({"do": "release", "number": NUMBER, "why": "x"}, "The change release has no 'why'"),
        ({"do": "set-flow-state", "flow": "Sales", "state": "ON", "status": "SAVED"}, "state is 'ON'; it is ACTIVE"),
        (["move"], "There is no change"),
    ],
)
def test_what_no_change_is(change: Any, sentence: str, sandbox: Sandbox) -> None:
    """A change that cannot be is refused at once, by fault, call and control route."""
    with pytest.raises(ValueError, match=sentence):
        sandbox.change(change)
    if isinstance(change, dict):
        with pytest.raises(ValueError, match=sentence):
            Fault("*", "second-writer", change=change)


def test_a_fault_has_a_change_or_not() -> None:
    """Only a second writer has a change, and it has one."""
    for fault in ({"kind": "second-writer"}, {"kind": "denied", "change": {"do": "release", "number": NUMBER}}):
        with pytest.raises(ValueError, match="has a change, and no other has one"):
            Fault("*", **fault)


def test_between_two_calls(sandbox: Sandbox, ask: Any) -> None:
    """Just before the n-th call of an operation the world changes, once, and the call sees it."""
    change = {"do": "place", "number": OTHER, "target": "retail"}
    sandbox.faults.add(Fault("DescribePhoneNumber", "second-writer", after=1, change=change))
    path = f"/phone-number/{sandbox.world.number(OTHER).id}"
    targets = [json.loads(ask(path=path).body)["ClaimedPhoneNumberSummary"]["TargetArn"] for _ in range(3)]
    instance, group = sandbox.world.instance("northwind"), _group(sandbox)
    assert targets == [sandbox.world.arn(instance), sandbox.world.arn(group), sandbox.world.arn(group)]
    kinds = [event["kind"] for event in sandbox.events.after()]
    assert kinds == ["call", "number", "number", "number", "second-writer", "call", "call"]


def test_several_changes_and_a_fault(sandbox: Sandbox, ask: Any) -> None:
    """A second writer may do several things, and the same call can run into a fault as well."""
    changes = [{"do": "delete-user", "user": "xin.li"}, {"do": "create-user", "user": "xin.li"}]
    before = sandbox.world.user("xin.li").id
    sandbox.faults.add(Fault("ListInstances", "second-writer", region=HERE, change=changes))
    sandbox.faults.add(Fault("ListInstances", "denied"))
    assert ask(region=THERE).status == 403
    assert sandbox.world.user("xin.li").id == before
    assert ask().status == 200
    assert sandbox.world.user("xin.li").id != before


def test_over_control_routes(sandbox: Sandbox) -> None:
    """A change is made by POST, and one that cannot be is a 400 with the sentence."""

    def post(payload: Any) -> Any:
        return sandbox.handle(Request("POST", "/_sandbox/changes", body=json.dumps(payload).encode()))

    assert json.loads(post({"do": "delete-user", "user": "xin.li"}).body) == {"outcome": "done"}
    assert post({"do": "dance"}).status == 400
    assert post(["dance"]).status == 400


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"resourceArn": 5, "tags": {"a": "b"}}, "'resourceArn' is not a string"),
        ({"resourceArn": "x", "tags": {"a": 1}}, "'tags' is not a string"),
        ({"resourceArn": "x", "tags": [["a", "b"]]}, "'tags' is not a dict"),
        ({"resourceArn": "x", "tag": {"a": "b"}}, "TagResource has no parameter 'tag'"),
        ({"resourceArn": "x", "tags": {"aws:a": "b"}}, "regular expression"),
        ({"resourceArn": "x"}, "must not be null"),
    ],
)
def test_parameters_that_cannot_be(parameters: Any, sentence: str, sandbox: Sandbox) -> None:
    """An operation of a second writer is checked as one that comes over the wire; a misspelt parameter is named."""
    said = sandbox.change({"do": "operation", "operation": "TagResource", "parameters": parameters})
    assert said.startswith("refused: ")
    assert sentence in said
