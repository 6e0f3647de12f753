"""Switches, snapshots, time and history, without any client."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from acgr_sandbox import ManualClock, Request, Sandbox, Switches, World, load_scenario, restored, snapshot
from acgr_sandbox.core.metrics import Counters
from acgr_sandbox.scenario.snapshot import load, save, write_atomically

CENTRE = Path(__file__).parents[3] / "examples/sandbox/contact-centre.yaml"
NUMBER = "+442079460005"
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"}


@pytest.fixture
def sandbox() -> Sandbox:
    """The contact centre on a clock that stands still."""
    return Sandbox(load_scenario(CENTRE), clock=ManualClock(), switches=Switches(rate=0))


def _move(sandbox: Sandbox, group: str = "emergency") -> None:
    world = sandbox.world
    body = json.dumps({"TargetArn": world.arn(world.group(group))}).encode()
    path = f"/phone-number/{world.number(NUMBER).id}"
    assert sandbox.handle(Request("PUT", path, "", SIGNED, body)).status == 200


def _set_flow(sandbox: Sandbox) -> None:
    world = sandbox.world
    instance, flow = world.instance("northwind").id, world.flow("Winter IVR").id
    body = json.dumps({"InstanceId": instance, "ContactFlowId": flow}).encode()
    path = f"/phone-number/{world.number(NUMBER).id}/contact-flow"
    assert sandbox.handle(Request("PUT", path, "", SIGNED, body)).status == 200


def test_switches_from_text() -> None:
    """Switches are read from text by their kind."""
    texts = {"mirroring": "no", "rate": "4.5", "burst": "9", "bucket_scope": "per-operation"}
    assert Switches().with_texts(texts) == Switches(mirroring=False, rate=4.5, burst=9, bucket_scope="per-operation")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("mirroring", "perhaps", "true or false"),
        ("burst", "1.5", "a whole number of 0 or more"),
        ("rate", "-1", "a number of 0 or more"),
        ("second_group", "nonsense", "'allow' or 'conflict' or 'move'"),
        ("nonsense", "1", "There is no switch 'nonsense'"),
    ],
)
def test_switches_that_cannot_be(name: str, text: str, sentence: str) -> None:
    """What no switch takes is refused with what it takes."""
    with pytest.raises(ValueError, match=sentence):
        Switches().with_texts({name: text})


def test_a_snapshot_is_the_whole_world(sandbox: Sandbox) -> None:
    """A world read back from JSON is the same, with what is due, in the middle of a move too."""
    _move(sandbox)
    world = sandbox.world
    back = restored(json.loads(json.dumps(snapshot(world))))
    assert back == world
    assert set(snapshot(world)) == {field.name for field in fields(World)} | {"version", "now"}


@pytest.mark.parametrize("data", [{}, {"version": 99}, {"version": 1, "nonsense": 1}])
def test_what_is_no_snapshot(data: dict[str, object]) -> None:
    """Other data is refused."""
    with pytest.raises(ValueError, match="no"):
        restored(data)


def test_a_restart_loses_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """A move that was under way when the sandbox stopped is done when it is due, whoever looks."""
    _move(sandbox)
    save(tmp_path / "world.json", sandbox.world, sandbox.clock.now())
    world, then = load(tmp_path / "world.json")
    later = Sandbox(world, clock=ManualClock(then + 60))
    assert later.world.number(NUMBER).status == "CLAIMED"
    assert later.world.number(NUMBER).target == later.world.group("emergency").id


def test_files_are_replaced_in_one_step(tmp_path: Path) -> None:
    """A file is replaced or left alone, and nothing else stays in its folder."""
    path = tmp_path / "made" / "world.json"
    write_atomically(path, "one")
    write_atomically(path, "two")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "two"
    assert [each.name for each in path.parent.iterdir()] == ["world.json"]


def test_writes_are_told(tmp_path: Path) -> None:
    """Each operation that wrote tells the world, before it answers; reads and refusals do not."""
    told: list[int] = []
    sandbox = Sandbox(load_scenario(CENTRE), clock=ManualClock(), on_write=lambda world: told.append(world.revision))
    sandbox.handle(Request("GET", "/instance", "", SIGNED))
    assert sandbox.handle(Request("DELETE", "/phone-number/nonsense", "", SIGNED)).status == 404
    assert told == []
    _move(sandbox)
    assert len(told) == 1


def test_dark_seconds(sandbox: Sandbox) -> None:
    """Darkness runs from the accepted move to the accepted flow, per Region, at the moments things happened."""
    _move(sandbox)
    sandbox.clock.sleep(60)
    assert sandbox.timeline.dark_seconds(NUMBER) == 60
    assert sandbox.timeline.dark_seconds(NUMBER, "eu-central-1") == 55
    _set_flow(sandbox)
    sandbox.clock.sleep(100)
    assert sandbox.timeline.dark_seconds(NUMBER) == 60
    assert sandbox.timeline.dark_seconds(NUMBER, "eu-central-1") == 56
    assert sandbox.dark_numbers() == []
    assert sandbox.timeline.dark_seconds("+442079460001") == 0
    whats = [event.what for event in sandbox.timeline.events(NUMBER)]
    assert whats == ["moved", "dark", "claimed", "dark", "flow set", "lit", "mirrored", "lit"]


def test_reset(sandbox: Sandbox) -> None:
    """Reset brings the scenario back, forgets counts and history, and can be done again."""
    for _ in range(2):
        _move(sandbox)
        sandbox.reset()
        assert sandbox.world == load_scenario(CENTRE)
        assert sandbox.counters.calls() == 0
        assert sandbox.timeline.events() == []


def test_counters() -> None:
    """Calls are counted by operation, Region and outcome, and either can be left out."""
    counters = Counters()
    for outcome in ("ok", "ThrottlingException", "TooManyRequestsException", "ResourceNotFoundException"):
        counters.add("ListUsers", "eu-west-2", outcome)
    counters.add("ListUsers", "eu-central-1", "ok")
    assert counters.calls("ListUsers") == 5
    assert counters.calls("ListUsers", outcome="throttled") == 2
    assert counters.calls("ListUsers", "eu-west-2", "failed") == 3
    assert counters.calls(region="eu-central-1") == 1
    assert counters.calls("ListInstances") == 0
    assert "ListUsers  eu-west-2       throttled" in counters.table()


def test_arns(sandbox: Sandbox) -> None:
    """TDGs and numbers carry the source Region wherever they are seen from, flows, users and instances the Region."""
    world = sandbox.world
    here = [world.group("retail"), world.number(NUMBER)]
    there = [world.flow("Sales"), world.user("bob.jones"), world.instance("northwind")]
    assert [world.arn(thing, "eu-central-1").split(":")[3] for thing in here] == ["eu-west-2"] * 2
    assert [world.arn(thing, "eu-central-1").split(":")[3] for thing in there] == ["eu-central-1"] * 3
