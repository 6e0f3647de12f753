"""`examples/from-one-region` on the real CLI: from an instance in one Region to numbers and agents in two, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE
from harness.examples import centre_of, stack_of
from harness.stack import Stack

pytestmark = pytest.mark.engine

NAME = "from-one-region"


@pytest.fixture
def harbour() -> Iterator[Centre]:
    """The contact centre of the example: its instance is not replicated."""
    with centre_of(NAME, "set-up") as centre:
        yield centre


@pytest.fixture
def example(harbour: Centre, clean: dict[str, str], empty: Path, tmp_path: Path) -> Stack:
    """The example's program and configuration, on that contact centre."""
    return stack_of(NAME, harbour, clean, empty, tmp_path / "stack")


def test_there_and_back(example: Stack, harbour: Centre) -> None:
    """A first preview knows nothing of what comes; one `up` makes it all, in order; then there is nothing to do.

    A tag of a group is a change of that group alone: what stands on it goes by its id. The way back gives the numbers
    to their instance, deletes the groups, and leaves the replica.
    """
    preview = example.preview()
    assert preview.code == 0, preview.text
    assert preview.summary() == ["+ 11 to create"]
    assert preview.said("replica")[0] == (
        "instance harbour is replicated to eu-central-1, which takes minutes; its 3 numbers go to the default group, "
        "as Connect does with each replication"
    )
    assert harbour.writes() == {}

    up = example.up()
    assert up.code == 0, up.text
    assert up.summary() == ["+ 11 created"]
    assert harbour.placed(1) == ("retail", {SOURCE: "Main IVR", REPLICA: "Main IVR"})
    assert harbour.placed(2) == ("retail", {SOURCE: "Sales", REPLICA: "Sales"})
    assert harbour.placed(3) == ("emergency", {SOURCE: "Emergency line", REPLICA: "Emergency line"})
    assert (harbour.members("retail"), harbour.members("emergency")) == (
        {"alice.smith", "bob.jones"},
        {"carol.taylor", "david.brown"},
    )
    assert harbour.sandbox.world.group("retail").tags == {"team": "retail"}
    assert harbour.dark() == []
    instance = harbour.sandbox.world.instance("harbour")
    assert (instance.replica, instance.replica_alias) == (REPLICA, "harbour-frankfurt")
    state = example.state()
    assert state.outputs("replica")["instance_arn"] == harbour.sandbox.world.arn(instance)
    assert state.resources["retail-group"]["id"] == harbour.arn("group", "retail")

    harbour.forget()
    assert example.up("--expect-no-changes").code == 0
    assert harbour.writes() == {}

    settings = example.folder / "Pulumi.dev.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('{"team": "retail"}', '{"team": "shops"}'))
    assert example.plan() == {"retail-group": "update"}

    down = example.destroy()
    assert down.code == 0, down.text
    assert [harbour.placed(last)[0] for last in (1, 2, 3)] == ["harbour"] * 3
    assert [group.name for group in harbour.sandbox.world.groups.values()] == ["Default"]
    assert down.said("replica")[:1] == ["the replica in eu-central-1 stays, with its groups: on_delete is 'leave'"]
    assert instance.replica == REPLICA
    assert harbour.dark() == []
