"""Renaming and reparenting in the program, and other owners: the world does not notice."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, Declaration, agent, component, e164, number, team
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
ONCE_AT_THE_TOP = {"parent": "team", "aliases": [{"parent": None}]}


def _centre(name: str, **options: object) -> Declaration:
    numbers = {e164(1): {"flow": "Main IVR"}, e164(3): {"flow": "Main IVR"}}
    return component(name, "retail", numbers, ["alice.smith", "erin.green"], options=options)


def _of_centre(name: str) -> set[str]:
    return {name, *(f"{name}-{label}" for label in (e164(1), e164(3), "agents"))}


def _unchanged(centre: Centre) -> None:
    assert centre.writes() == {}
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.members("retail") == {"alice.smith", "erin.green"}


def _declared(prefix: str, parent: dict[str, object] | None = None) -> list[Declaration]:
    return [
        number(f"{prefix}-main", 1, "retail", "Main IVR", options=parent),
        number(f"{prefix}-second", 3, "retail", "Main IVR", options=parent),
        agent(f"{prefix}-alice", "retail", "alice.smith", options=parent),
        agent(f"{prefix}-erin", "retail", "erin.green", options=parent),
    ]


def test_resources_hand_over_what_they_hold(stack: Stack, centre: Centre) -> None:
    """Another name or parent is another URN: the engine creates the new one and deletes the old. With an alias nothing
    is done; without one, one takes over, the other leaves alone, and both say so.
    """
    stack.declare(*_declared("old"))
    assert stack.up().code == 0
    centre.forget()

    stack.declare(*_declared("new"))
    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["+ 4 created", "- 4 deleted", "1 unchanged"]
    assert up.said("old-main") == [f"{e164(1)} stays where it is: new-main declares it now"]
    assert up.said("new-main") == [
        f"{e164(1)} is on traffic distribution group retail with its flow: taken over without a call"
    ]
    assert set(stack.state().resources) == {"new-main", "new-second", "new-alice", "new-erin"}
    _unchanged(centre)

    stack.declare(team("team"), *_declared("new", ONCE_AT_THE_TOP))
    assert stack.up().summary() == ["+ 1 created", "5 unchanged"]
    _unchanged(centre)

    stack.declare(*_declared("new"))
    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["+ 4 created", "- 5 deleted", "1 unchanged"]
    _unchanged(centre)
    urns = [resource["urn"] for resource in stack.state().resources.values()]
    assert len(urns) == 4
    assert not [urn for urn in urns if "Team" in urn]
    assert stack.up("--expect-no-changes").code == 0


def test_components_hand_over_too(stack: Stack, centre: Centre) -> None:
    """Numbers and agents of their own go over to a component, with its roster, and back in one run; a component that is
    renamed without an alias, in `up` with its preview, is new in name only; with one, not even that.
    """
    stack.declare(*_declared("single"))
    assert stack.up().code == 0
    centre.forget()

    stack.declare(_centre("contact"))
    up = stack.up()
    assert up.code == 0, up.text
    assert set(stack.state().resources) == _of_centre("contact")
    _unchanged(centre)

    stack.declare(_centre("hub"))
    up = stack.run("up", "--yes", "--non-interactive")
    assert up.code == 0, up.text
    assert set(stack.state().resources) == _of_centre("hub")
    _unchanged(centre)

    stack.declare(_centre("desk", aliases=["hub"]))
    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["5 unchanged"]
    assert set(stack.state().resources) == _of_centre("desk")
    _unchanged(centre)

    fewer = component("desk", "retail", {e164(1): {"flow": "Main IVR"}}, ["alice.smith"])
    stack.declare(fewer, number("single", 3, "retail", "Main IVR"), agent("erin", "retail", "erin.green"))
    up = stack.up()
    assert up.code == 0, up.text
    _unchanged(centre)

    stack.declare(*_declared("single"))
    up = stack.up()
    assert up.code == 0, up.text
    _unchanged(centre)
    assert stack.up("--expect-no-changes").code == 0
