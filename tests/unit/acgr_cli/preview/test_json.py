"""`--format json` is a contract: whatever there is fits the schema, and the schema says everything that there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from previews import (
    COMPONENT,
    FLOW,
    GROUP,
    PLACEMENT,
    REPLICA,
    ROSTER,
    USER,
    arn,
    declared,
    digest,
    e164,
    flow_state,
    group,
    placement,
    roster,
    said,
    step,
    urn,
    user,
)

from acgr_cli.preview.as_json import as_json
from acgr_cli.preview.changes import Effect
from acgr_cli.preview.instances import Fate
from acgr_cli.preview.reading import Ended, read_preview
from acgr_cli.preview.report import report_of
from acgr_cli.preview.rules import objections, rules

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "preview-comment.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

OLD = placement(e164(1), "emergency", "Main IVR")
STAFF = roster("retail", {"alice": "alice", "bob": "bob"})
EVERYTHING = digest(
    step("update", PLACEMENT, "a", OLD, declared(OLD, target="retail")),
    step("delete", PLACEMENT, "b", placement(e164(2), "emergency", {"eu-west-2": "A", REPLICA: "B"})),
    step("create", PLACEMENT, "c", None, declared(placement(e164(3), "emergency", "Main IVR"))),
    step("delete", FLOW, "f", flow_state(e164(4), REPLICA, "Sales")),
    step("update", ROSTER, "staff", STAFF, declared(STAFF, users={"alice": "alice", "carol": "carol"})),
    step("delete", USER, "bob", user("emergency", "bob")),
    step("delete", GROUP, "emergency", group("emergency")),
    {"op": "create", "urn": urn("aws:s3/bucket:Bucket", "b")},
    {
        **step("refresh", PLACEMENT, "d", OLD, {**OLD, "outputs": {**OLD["outputs"], "dark_regions": [REPLICA]}}),
    },
    said=[
        said("warning", "odd", urn(PLACEMENT, "a")),
        said("info", "2 moves", urn(COMPONENT, "retail")),
        said("info", "stays", urn(PLACEMENT, "z")),
    ],
)
FAILED = digest(said=[said("error", "no\nTraceback", urn(PLACEMENT, "a"))])


def _written(text: str) -> Any:
    report = report_of(read_preview(text))
    return json.loads(as_json(report, objections(report, rules("warnings,gap,dark,agents-removed"))))


@pytest.mark.parametrize(
    "text", [json.dumps(EVERYTHING), json.dumps(FAILED), "", json.dumps(EVERYTHING, indent=1)[:9_000]]
)
def test_it_fits_the_schema(text: str) -> None:
    """A preview with everything in it, one that failed, none at all, and half of one."""
    VALIDATOR.validate(_written(text))


def test_the_schema_leaves_nothing_out() -> None:
    """Every member that is written is described and required, so that a new one is not forgotten."""
    Draft202012Validator.check_schema(SCHEMA)

    def closed(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        inner = {key: closed(value) for key, value in part.items()}
        if "properties" in part:
            assert set(part["required"]) == set(part["properties"])
            inner["additionalProperties"] = False
        return inner

    Draft202012Validator(closed(SCHEMA)).validate(_written(json.dumps(EVERYTHING)))


def test_the_schema_has_every_value() -> None:
    """Outcomes and effects are those that the code has."""
    assert SCHEMA["properties"]["outcome"]["enum"] == [one.value for one in Ended]
    assert SCHEMA["$defs"]["number"]["properties"]["effect"]["enum"] == [one.value for one in Effect]
    assert SCHEMA["$defs"]["instance"]["properties"]["fate"]["enum"] == [one.value for one in Fate]


def test_everything_is_in_it() -> None:
    """What is written of a preview with everything in it has no empty list."""
    written = _written(json.dumps(EVERYTHING))
    assert [key for key, value in written.items() if value in ([], {})] == ["failures", "drift"]
    first = written["numbers"][1]
    assert (first["number"], first["from"], first["to"], first["effect"]) == (e164(1), "emergency", "retail", "gap")
    answer = {"flow": "Main IVR", "reachable": True}
    assert first["flows"] == [{"region": one, "before": answer, "after": answer} for one in ("eu-west-2", REPLICA)]


def test_nothing_is_cut() -> None:
    """However many there are."""
    users = {f"agent{n}": f"agent{n}" for n in range(3_000)}
    written = _written(json.dumps(digest(step("create", ROSTER, "staff", None, declared(roster("retail", users))))))
    assert len(written["agents"][0]["joins"]) == 3_000


def test_ids_of_others_are_names() -> None:
    """What other resources of the stack call an object is known."""
    flow = {"inputs": {}, "outputs": {"arn": arn("contact-flow", "x"), "name": "Winter IVR"}}
    new = declared(OLD, flow=arn("contact-flow", "x"))
    steps = [
        {"op": "same", "urn": urn("aws:connect/contactFlow:ContactFlow", "winter"), "oldState": flow, "newState": flow},
        step("update", PLACEMENT, "a", OLD, new),
    ]
    assert _written(json.dumps(digest(*steps)))["numbers"][0]["says"] == [
        "Winter IVR answers instead of Main IVR, no gap"
    ]
