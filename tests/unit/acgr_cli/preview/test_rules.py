"""`--fail-on`: each kind finds what it is about, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from previews import (
    FLOW,
    PLACEMENT,
    REPLICA,
    ROSTER,
    arn,
    declared,
    digest,
    e164,
    flow_state,
    placement,
    report,
    roster,
    said,
    step,
    urn,
)

from acgr_cli.preview.reading import read_preview
from acgr_cli.preview.report import report_of
from acgr_cli.preview.rules import KINDS, Rule, UnknownKind, objections, rules

ONE = e164(1)
OLD = placement(ONE, "emergency", "Main IVR")
STAFF = roster("retail", {"alice": "alice", "bob": "bob"})

QUIET = step("update", PLACEMENT, "main", OLD, declared(OLD, description="x"))
MOVE = step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))
DELETE = step("delete", PLACEMENT, "main", OLD)
DARK = placement(ONE, "emergency", "Main IVR", dark=[REPLICA])

CASES: dict[str, tuple[list[Any], list[Any], list[str]]] = {
    "warnings": ([QUIET], [said("warning", "odd", urn(PLACEMENT, "main"))], ["main: odd"]),
    "dark": (
        [step("delete", FLOW, "f", flow_state(ONE, REPLICA, "Sales"))],
        [],
        [f"{ONE} loses its flow in {REPLICA}: callers reach nothing there until somebody gives it one"],
    ),
    "gap": ([MOVE], [], [f"{ONE} moves from emergency to retail: callers reach nothing for some seconds"]),
    "return-to-instance": (
        [step("update", PLACEMENT, "main", OLD, declared(OLD, target=arn("instance", "")))],
        [],
        [f"{ONE} goes from emergency to an instance, where one Region alone answers"],
    ),
    "number-deleted": (
        [step("delete", PLACEMENT, "main", placement(ONE, "emergency", "Main IVR", return_to="leave"))],
        [],
        [f"{ONE} is taken out of the program (main)"],
    ),
    "agents-removed": (
        [step("update", ROSTER, "staff", STAFF, declared(STAFF, users={"alice": "alice"}))],
        [],
        ["bob leaves retail (staff)"],
    ),
}


OF_CALLERS = rules(",".join(kind for kind in KINDS if kind != "changes"))
"""All kinds but that of anything at all."""


@pytest.mark.parametrize("kind", CASES)
def test_each_kind(kind: str) -> None:
    """It says what it found, in a sentence for each; it finds nothing where callers notice nothing."""
    steps, sentences, expected = CASES[kind]
    found = objections(report(*steps, said=sentences), rules(kind))
    assert [(one.kind, one.text) for one in found] == [(kind, text) for text in expected]
    assert objections(report(QUIET), rules(kind)) == []


def test_dark_in_all_its_ways() -> None:
    """A number that is dark and gets its flow, and one that a warning says is dark."""
    restored = report(step("update", PLACEMENT, "main", DARK, declared(DARK)))
    assert len(objections(restored, rules("dark"))) == 1
    warned = report(said=[said("warning", f"{ONE} is dark in {REPLICA}")])
    assert [one.text for one in objections(warned, rules("dark"))] == [f"{ONE} is dark in {REPLICA}"]


def test_failed() -> None:
    """A preview that failed, that stops in the middle, or that is not there."""
    for text in (json.dumps(digest(said=[said("error", "no")])), json.dumps(digest(MOVE), indent=1)[:1_500], ""):
        assert objections(report_of(read_preview(text)), rules("failed"))
    assert objections(report(MOVE), rules("failed")) == []


def test_a_delete_is_of_several_kinds() -> None:
    """A number that goes back to its instance moves, leaves its group, and is declared no longer."""
    found = objections(report(DELETE), OF_CALLERS)
    assert [one.kind for one in found] == ["gap", "return-to-instance", "number-deleted"]


def test_a_hand_over_is_of_no_kind() -> None:
    """Nothing is deleted where another resource takes over; it is a change all the same."""
    steps = [DELETE, step("create", PLACEMENT, "new", None, declared(OLD))]
    staff = [step("delete", ROSTER, "a", STAFF), step("create", ROSTER, "b", None, declared(STAFF))]
    assert objections(report(*steps, *staff), OF_CALLERS) == []
    assert len(objections(report(*steps, *staff), rules("changes"))) == 2


def test_anything_that_would_change() -> None:
    """Also what callers do not notice, and what other providers have; what stays and what is read is no change."""
    queue = step("update", "aws:connect/queue:Queue", "queue", OLD, declared(OLD))
    changed = step("update", ROSTER, "staff", STAFF, declared(STAFF, users={"alice": "alice"}))
    found = objections(report(QUIET, changed, queue), rules("changes"))
    assert [one.text.partition(" ")[0] for one in found] == [ONE, "staff:", "aws:connect/queue:Queue:"]
    assert found[-1].text == "aws:connect/queue:Queue: 1 to update"
    quiet = [step("same", PLACEMENT, "main", OLD, OLD), step("read", "aws:connect/queue:Queue", "queue", OLD, OLD)]
    assert objections(report(*quiet), rules("changes")) == []


def test_limits() -> None:
    """So many pass; with one more all of them are named."""
    users = {f"agent{n}": f"agent{n}" for n in range(5)}
    old = roster("retail", users)
    gone = report(step("update", ROSTER, "staff", old, declared(old, users={})))
    assert objections(gone, rules("agents-removed=5")) == []
    assert len(objections(gone, rules("agents-removed=4"))) == 5


def test_what_is_written() -> None:
    """Kinds with commas, each with a limit; anything else is refused with the kinds that there are."""
    assert rules("") == []
    assert rules("gap, agents-removed=10,") == [Rule("gap"), Rule("agents-removed", 10)]
    for wrong in ("dakr", "gap=", "gap=-1", "gap=x", "gap=\u0663", "GAP"):
        with pytest.raises(UnknownKind, match=r"dakr|gap|GAP"):
            rules(wrong)
    with pytest.raises(UnknownKind, match="dark, gap, return-to-instance"):
        rules("dakr")
