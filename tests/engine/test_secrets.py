"""Secret inputs: whatever is derived from them is encrypted in the stack's state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, Declaration, agent, component, e164, flow, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
NAMES = ("alice.smith", "bob.brown", "carol.white", "agent001")


def _secret(value: Any) -> dict[str, Any]:
    return {"secret": value}


def _declarations(wrap: Any) -> list[Declaration]:
    """One of every resource, and a component; `wrap` is around whatever may be secret."""
    roster = {
        "kind": "roster",
        "name": "roster",
        "args": {
            "traffic_distribution_group": "everyone",
            "source_region": SOURCE,
            "users": {"one": wrap("bob.brown"), "two": "erin.green"},
        },
        "options": {},
    }
    return [
        number("number", 3, "retail", {SOURCE: wrap("Sales"), REPLICA: "Sales"}, phone_number=wrap(e164(3))),
        flow("flow", 4, SOURCE, "Main IVR", phone_number=wrap(e164(4))),
        {**agent("agent", "retail", ""), "args": {**agent("agent", "retail", "")["args"], "user": wrap("alice.smith")}},
        roster,
        component(
            "centre",
            "emergency",
            {"sales": {"phone_number": wrap(e164(1)), "flow": "Main IVR"}},
            {"lead": wrap("carol.white"), "second": wrap("agent001")},
        ),
    ]


def _in_plain_text(stack: Stack, centre: Centre) -> list[str]:
    """What of the secrets stands in an export that anybody may read."""
    exported = json.dumps(stack.state().deployment)
    texts = [*NAMES, *(e164(last) for last in (1, 3, 4))]
    texts += [centre.arn("flow", "Sales", region) for region in BOTH]
    texts += [centre.arn("user", "bob.brown"), centre.arn("user", "carol.white")]
    return [text for text in texts if text in exported]


def test_nothing_of_a_secret_is_exported(stack: Stack, centre: Centre) -> None:
    """Secret numbers, users and flows stand nowhere in plain text, whether made, refreshed, changed or unchanged."""
    stack.declare(*_declarations(_secret))
    up = stack.up()
    assert up.code == 0, up.text
    assert _in_plain_text(stack, centre) == []
    refreshed = stack.up("--refresh", "--expect-no-changes")
    assert refreshed.code == 0, refreshed.text
    assert _in_plain_text(stack, centre) == []
    changed = _declarations(_secret)
    changed[0]["args"]["target"] = "emergency"
    stack.declare(*changed)
    assert stack.up().code == 0
    assert _in_plain_text(stack, centre) == []
    assert stack.destroy().code == 0


def test_what_is_not_secret_stays_readable(stack: Stack) -> None:
    """An Output that is no secret makes no output one; a value that becomes a secret hides what was in plain text."""
    stack.declare(*_declarations(lambda value: {"output": value}))
    up = stack.up()
    assert up.code == 0, up.text
    state = stack.state()
    assert state.outputs("number")["e164"] == e164(3)
    assert state.outputs("agent")["username"] == "alice.smith"
    assert set(state.outputs("roster")["members"]) == {"one", "two"}
    stack.declare(*_declarations(_secret))
    assert stack.up().code == 0
    assert e164(3) not in json.dumps(stack.state().deployment)
