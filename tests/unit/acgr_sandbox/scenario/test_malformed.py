"""Worlds and scenarios that somebody wrote wrongly: one sentence with the place, and nothing is taken."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from acgr_sandbox import ManualClock, Request, Sandbox, ScenarioError, Switches, load_scenario, restored, snapshot
from acgr_sandbox.scenario.snapshot import load

CENTRE = Path(__file__).parents[4] / "examples/sandbox/contact-centre.yaml"
NUMBER = "+442079460005"
JSON = {"content-type": "application/json"}
Change = Callable[[dict[str, Any]], object]


def _data() -> dict[str, Any]:
    sandbox = Sandbox(load_scenario(CENTRE), clock=ManualClock(), switches=Switches(rate=0))
    sandbox.change({"do": "move", "number": NUMBER, "target": "retail"})
    return json.loads(json.dumps(snapshot(sandbox.world, sandbox.clock.now())))


DATA = _data()


def _first(data: dict[str, Any], section: str) -> dict[str, Any]:
    return dict.__getitem__(data[section], next(iter(data[section])))  # type: ignore[no-any-return]


def _set(section: str, field: str, value: Any) -> Change:
    return lambda data: _first(data, section).update({field: value})


def _top(field: str, value: Any) -> Change:
    return lambda data: data.update({field: value})


WRONG: dict[str, tuple[Change, str]] = {
    "a list of numbers": (_top("numbers", []), "numbers is"),
    "no numbers at all": (_top("numbers", None), "numbers is None"),
    "a number that is a text": (_top("numbers", {"x": "+44"}), "numbers.x is '\\+44', not an object"),
    "an account of eleven digits": (_top("account", "12345678901"), "account is"),
    "an account that is a number": (_top("account", 111122223333), "account is 111122223333, not a text"),
    "one Region twice": (_top("replica_region", "eu-west-2"), "not two Regions"),
    "a Region that is none": (_top("source_region", "London"), "not two Regions"),
    "a negative revision": (_top("revision", -1), "below 0"),
    "a revision in words": (_top("revision", "1"), "revision is '1', not a whole number"),
    "a revision that is true": (_top("revision", True), "revision is True"),
    "claims held by name": (_top("claims_held", "no"), "claims_held is 'no', not true or false"),
    "an unknown section": (_top("nonsense", {}), "has no 'nonsense'"),
    "time in words": (_top("now", "noon"), "now is no number"),
    "time without end": (_top("now", float("inf")), "now is no number"),
    "another version": (_top("version", 2), "no world of version"),
    "a number without e164": (lambda data: _first(data, "numbers").pop("e164"), "needs 'e164'"),
    "a number with more": (_set("numbers", "colour", "red"), "has no 'colour'"),
    "a number on nothing": (_set("numbers", "target", "nowhere"), "is on 'nowhere', which is not there"),
    "a number that is none": (_set("numbers", "e164", "12"), "no E.164"),
    "a status that is none": (_set("numbers", "status", "LOST"), "has status 'LOST'"),
    "tags that are a list": (_set("numbers", "tags", ["a"]), "tags is"),
    "a tag that is a number": (_set("numbers", "tags", {"a": 1}), "tags.a is 1, not a text"),
    "flows that are names": (_set("numbers", "flows", {"eu-west-2": "Main"}), "flows.eu-west-2 is"),
    "another key": (lambda data: data["numbers"].update({"x": _first(data, "numbers")}), "has the id"),
    "a group of nobody": (_set("groups", "instance_id", "x"), "an instance that is not there"),
    "a share of 200 %": (_set("groups", "telephony", {"eu-west-2": 200}), "no percentages"),
    "a share in words": (_set("groups", "telephony", {"eu-west-2": "100"}), "telephony.eu-west-2 is '100'"),
    "members as one text": (_set("groups", "members", "alice"), "members is 'alice', not a list"),
    "a flow of nobody": (_set("flows", "instance_id", "x"), "an instance that is not there"),
    "a state of three": (_set("flows", "states", {"eu-west-2": ["ACTIVE", "PUBLISHED", "?"]}), "not a list of 2"),
    "a user of nobody": (_set("users", "instance_id", "x"), "an instance that is not there"),
    "an instance twice in a Region": (_set("instances", "replica", "eu-west-2"), "with the replica"),
    "an unknown change": (lambda data: data["changes"][0].update(what="explode"), "have no 'explode'"),
    "a change without time": (lambda data: data["changes"][0].update(at=float("nan")), "changes.0.at is nan"),
    "changes as an object": (_top("changes", {}), "changes is {}, not a list"),
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.values(), ids=WRONG)
def test_worlds_that_cannot_be(change: Change, sentence: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """A world with a mistake is refused, over the control route and as a file, and the one that was there stays."""
    data = copy.deepcopy(DATA)
    change(data)
    with pytest.raises(ValueError, match=sentence) as refused:
        restored(data)
    assert "\n" not in str(refused.value)
    before = snapshot(sandbox.world)
    answer = sandbox.handle(Request("POST", "/_sandbox/world", "", JSON, json.dumps(data).encode()))
    assert answer.status == 400
    assert snapshot(sandbox.world) == before
    (tmp_path / "world.json").write_text(json.dumps(data))
    with pytest.raises(ValueError, match=r"world\.json is no world of a sandbox"):
        load(tmp_path / "world.json")


def test_a_sound_world_is_taken() -> None:
    """What the tests above change is a world that is taken as it is."""
    assert snapshot(restored(copy.deepcopy(DATA)), DATA["now"]) == DATA


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"5", b'"x"', b"{", b"\xff", b"[" * 100_000])
def test_files_that_are_no_worlds(text: bytes, tmp_path: Path) -> None:
    """Any other file is one sentence."""
    (tmp_path / "world.json").write_bytes(text)
    with pytest.raises(ValueError, match=r"world\.json is no world of a sandbox") as refused:
        load(tmp_path / "world.json")
    assert "\n" not in str(refused.value)


def _places(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(data, dict):
        return [here, *(place for key in data for place in _places(data[key], (*here, key)))]
    if isinstance(data, list):
        return [here, *(place for index in range(len(data)) for place in _places(data[index], (*here, index)))]
    return [here]


PLACES = [place for place in _places(DATA) if place]
NONSENSE = some.sampled_from(
    [None, True, -1, 1.5, float("nan"), "", "x", "\ud800", [], {}, [None], {"a": None}, {"a": {}}]
)


@settings(max_examples=150, deadline=None)
@given(place=some.sampled_from(PLACES), value=NONSENSE)
def test_nonsense_anywhere(place: tuple[Any, ...], value: Any) -> None:
    """Nonsense at any place of a world is refused, or does no harm: what is taken can be asked and waited for."""
    data = copy.deepcopy(DATA)
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    try:
        world = restored(data)
    except ValueError:
        return
    sandbox = Sandbox(world, clock=ManualClock(), switches=Switches(rate=0))
    for route in ("status", "overview", "world", "dark", "timeline"):
        assert sandbox.handle(Request("GET", f"/_sandbox/{route}")).status == 200, place
    sandbox.clock.sleep(3600)
    assert sandbox.handle(Request("GET", "/_sandbox/overview")).status == 200, place
    assert snapshot(sandbox.world)["account"] == DATA["account"]


BASE: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "retail"}],
    "flows": ["Main"],
    "users": ["alice"],
    "numbers": [{"e164": "+442079460001", "target": "retail", "flow": "Main"}],
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"instances": 5}, "instances is 5; it is a list"),
        ({"instances": {"alias": "northwind"}}, "is not an instance"),
        ({"instances": "northwind"}, "not an instance"),
        ({"instances": [{"alias": 5}]}, r"instances\[0\].alias is 5; it is a text"),
        ({"instances": [{"alias": ["a"]}]}, "alias is"),
        ({"instances": [{"alias": "a", "replicated": "no"}]}, "replicated is 'no'; it is true or false"),
        ({"source_region": "mars"}, "from mars"),
        ({"source_region": 5}, "from 5"),
        ({"source_region": ["eu-west-2"]}, "source_region is"),
        ({"groups": [{"name": "retail", "tags": ["a"]}]}, "tags is"),
        ({"groups": [{"name": "retail", "tags": {"a": 1}}]}, "tags.a is 1"),
        ({"groups": [{"name": "retail", "tags": "ab"}]}, "tags is 'ab'"),
        ({"groups": [{"name": "retail", "default": "yes"}]}, "default is 'yes'"),
        ({"groups": [{"name": "retail", "members": "alice"}]}, "user 'a'|members is"),
        ({"groups": [{"name": "retail", "members": [5]}]}, r"not a user|members\[0\] is 5"),
        ({"groups": [{"name": "retail", "telephony": {"eu-west-2": "100", "eu-central-1": 0}}]}, "telephony"),
        ({"groups": [{"name": "retail", "telephony": {"eu-west-2": -10, "eu-central-1": 110}}]}, "telephony"),
        ({"groups": [{"name": "retail", "telephony": 5}]}, "telephony is 5"),
        ({"groups": [{"name": "retail", "description": 5}]}, "description is 5"),
        ({"groups": [{"name": ["retail"]}]}, "name is|retail"),
        ({"groups": [None]}, "not a group"),
        ({"flows": [5]}, "not a flow"),
        ({"flows": [{"name": "Main", "absent": "eu-west-2"}]}, "absent"),
        ({"flows": [{"name": "Main", "absent": 5}]}, "absent is 5"),
        ({"users": [{"username": "alice", "mirrored": "no"}]}, "mirrored is 'no'"),
        ({"users": [{"prefix": 5, "count": 2}]}, "prefix is 5|username"),
        ({"numbers": [{"e164": "+442079460001", "target": ["retail"]}]}, "target is|no group"),
        ({"numbers": [{"e164": "+442079460001", "target": "retail", "flow": 5}]}, "flow"),
        ({"numbers": [{"e164": "+442079460001", "target": "retail", "flow": ["Main"]}]}, "give a count"),
        ({"numbers": [{"e164": "+442079460001", "target": "retail", "outbound": "no"}]}, "outbound is 'no'"),
        ({"numbers": [{"e164": "+442079460001", "target": "retail", "region": "mars"}]}, "region is 'mars'"),
        ({"numbers": [{"e164": "+442079460001", "target": "retail", "country": "Britain"}]}, "country is 'Britain'"),
        ({"numbers": [{"e164": "+442079460001", "target": "retail", "count": True}]}, "count is True"),
        ({5: "x"}, "has no 5"),
    ],
)
def test_scenarios_that_cannot_be(change: dict[Any, Any], sentence: str) -> None:
    """A scenario with a mistake of any kind is refused in one sentence that names the place."""
    with pytest.raises(ScenarioError, match=sentence) as refused:
        load_scenario({**BASE, **change})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"account: [", "line 1 is no YAML"),
        (b"a: b\n\tc: d", "line 2 is no YAML"),
        (b"a: &a [*a]\nb: *c", "is no YAML"),
        (b"account: !!python/object/apply:os.system [ls]", "is no YAML"),
        (b"\xff\xfe\xfa", "no text in UTF-8"),
        (b"", "not a scenario"),
        (b"[" * 5000, "nested too deep|no YAML"),
        (b"account: '111122223333'\ninstances: &x [{alias: &y [*y]}]", "alias"),
    ],
)
def test_files_that_are_no_scenarios(text: bytes, sentence: str, tmp_path: Path) -> None:
    """A file that is no YAML, or no text, is one sentence with its name."""
    path = tmp_path / "scenario.yaml"
    path.write_bytes(text)
    with pytest.raises(ScenarioError, match=sentence) as refused:
        load_scenario(path)
    assert "\n" not in str(refused.value)
