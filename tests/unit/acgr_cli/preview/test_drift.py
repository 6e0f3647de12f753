"""What a refresh found, in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from previews import FLOW, PLACEMENT, REPLICA, ROSTER, SOURCE, USER, e164, flow_state, placement, roster, urn, user

from acgr_cli.preview.drift import Drift
from acgr_cli.preview.effects import headlines
from acgr_cli.preview.reading import read_preview
from acgr_cli.preview.report import Report, report_of
from acgr_cli.preview.rules import objections, rules

ONE = e164(1)
OLD = placement(ONE, "emergency", "Main IVR")


def _report(type_: str, old: Any, new: Any | None, op: str = "refresh") -> Report:
    """What a stream says of one resource that was refreshed."""
    metadata = {"urn": urn(type_, "main"), "old": old, "new": new}
    events = [
        {"resourcePreEvent": {"metadata": {**metadata, "op": "refresh", "new": old}, "planning": True}},
        {"resOutputsEvent": {"metadata": {**metadata, "op": op}, "planning": True}},
        {"summaryEvent": {"resourceChanges": {"update": 1}, "result": "succeeded"}},
    ]
    return report_of(read_preview("\n".join(map(json.dumps, events))))


def _one(type_: str, old: Any, new: Any | None, op: str = "refresh") -> Drift:
    (found,) = _report(type_, old, new, op).drift
    return found


def _seen(**outputs: Any) -> Any:
    return {**OLD, "outputs": {**OLD["outputs"], **outputs}}


@pytest.mark.parametrize("op", ["refresh", "update"])
def test_a_number_that_was_moved(op: str) -> None:
    """Where it is, and where it was put."""
    there = placement(ONE, "retail", "Main IVR")["outputs"]["target_arn"]
    found = _one(PLACEMENT, OLD, _seen(target_arn=there), op)
    assert (found.about, found.is_number, found.dark) == (ONE, True, ())
    assert found.says[0].endswith("… now, and was put on emergency")


def test_a_number_that_is_dark() -> None:
    """That callers reach nothing there comes first of all, and is of a kind of --fail-on."""
    report = _report(PLACEMENT, OLD, _seen(contact_flow_arns={}, dark_regions=[SOURCE, REPLICA]))
    dark = f"has no flow in {REPLICA} and {SOURCE}: callers reach nothing there, where Main IVR answered"
    assert report.drift[0].says in ((dark,), (dark.replace(f"{REPLICA} and {SOURCE}", f"{SOURCE} and {REPLICA}"),))
    assert set(report.drift[0].dark) == {SOURCE, REPLICA}
    assert headlines(report)[0].says == "is dark now: callers reach nothing"
    assert len(objections(report, rules("dark"))) == len(objections(report, rules("drift"))) == 1


def test_another_flow() -> None:
    """What answers, and what did, in which Region."""
    new = placement(ONE, "emergency", {SOURCE: "Main IVR", REPLICA: "Sales"})["outputs"]["contact_flow_arns"]
    says = _one(PLACEMENT, OLD, _seen(contact_flow_arns=new)).says
    assert len(says) == 1
    assert says[0].endswith(f"… in {REPLICA} now, and was by Main IVR")


def test_what_is_gone() -> None:
    """A released number, an agent who is off the group, a group that is gone."""
    for type_, old, says in (
        (PLACEMENT, OLD, "is not claimed any more"),
        (USER, user("retail", "alice"), "is not on the group any more"),
        (ROSTER, roster("retail", {}), "has no group any more: the group is gone"),
    ):
        assert _one(type_, old, None).says == (says,)


def test_a_flow_of_its_own() -> None:
    """A flow that was taken away makes the number dark there."""
    found = _one(FLOW, flow_state(ONE, REPLICA, "Sales"), flow_state(ONE, REPLICA, "Sales", dark=True))
    assert found.dark == (REPLICA,)
    assert found.says == (f"has no flow in {REPLICA}: callers reach nothing there, where Sales answered",)


def test_agents() -> None:
    """Who left and who joined."""
    found = _one(ROSTER, roster("retail", {"a": "alice", "b": "bob"}), roster("retail", {"a": "alice", "c": "carol"}))
    assert found.says == ("bob left", "carol joined")


def test_nothing_found() -> None:
    """A resource that is as it was left is not mentioned."""
    assert _report(PLACEMENT, OLD, OLD).drift == []
    assert _report(PLACEMENT, OLD, OLD, "same").drift == []


def test_a_refresh_alone_changes_nothing() -> None:
    """The document of `pulumi refresh --preview-only` calls what it found an update; nothing will move."""
    there = placement(ONE, "retail", "Main IVR")["outputs"]["target_arn"]
    steps = [
        {"op": "refresh", "urn": urn("pulumi:pulumi:Stack", "centre-prod")},
        {"op": "update", "urn": urn(PLACEMENT, "main"), "oldState": OLD, "newState": _seen(target_arn=there)},
        {"op": "refresh", "urn": urn(PLACEMENT, "other"), "oldState": OLD, "newState": OLD},
    ]
    report = report_of(read_preview(json.dumps({"steps": steps, "changeSummary": {"update": 1}})))
    assert (report.numbers, len(report.drift)) == ([], 1)
    assert report.looked


def test_what_the_document_does_not_say() -> None:
    """Where all that is told is that resources were looked at, that is said."""
    steps = [{"op": "refresh", "urn": urn(PLACEMENT, "other"), "oldState": OLD, "newState": OLD}]
    assert report_of(read_preview(json.dumps({"steps": steps, "changeSummary": {"same": 1}}))).looked
