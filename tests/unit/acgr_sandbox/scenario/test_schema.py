"""The JSON schema of scenarios, and the loader, which decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import acgr_sandbox
from acgr_sandbox import ScenarioError, load_scenario
from acgr_sandbox.scenario.default import DEFAULT_SCENARIO
from acgr_sandbox.scenario.entries import _KEYS
from acgr_sandbox.scenario.generate import generated
from acgr_sandbox.scenario.schema import schema

PACKAGE = Path(acgr_sandbox.__file__).parent
ROOT = Path(__file__).parents[4]
SHIPPED = json.loads((PACKAGE / "scenario" / "scenario.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SHIPPED)

BASE: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "retail"}],
}
EVERYTHING: dict[str, Any] = {
    "account": "111122223333",
    "source_region": "eu-west-2",
    "replica_region": "eu-central-1",
    "instances": [{"alias": "northwind", "region": "eu-west-2", "replicated": True}],
    "groups": [
        {
            "name": "retail",
            "default": True,
            "instance": "northwind",
            "status": "ACTIVE",
            "tags": {"a": "b"},
            "telephony": {"eu-west-2": 10, "eu-central-1": 90},
            "agents": {"eu-west-2": 100, "eu-central-1": 0},
            "members": ["carol", {"prefix": "agent", "count": 2}, {"username": "alice.smith"}],
        }
    ],
    "flows": [
        "Main",
        {"name": "Old", "state": "ARCHIVED", "absent": ["eu-central-1"]},
        {"prefix": "Line ", "count": 2},
    ],
    "users": ["alice.smith", {"username": "carol", "mirrored": False}, {"prefix": "agent", "count": 3, "first": 1}],
    "numbers": [
        {"e164": "+442079460001", "target": "retail", "flow": {"eu-west-2": "Main", "eu-central-1": None}},
        {"e164": "+442079460100", "count": 3, "target": "northwind", "flow": ["Main", "Line 001", None]},
        {"e164": "+15550100", "target": "retail", "flow": None, "type": "TOLL_FREE", "country": "US", "outbound": True},
    ],
    "test_cases": [
        {"name": "Main line", "number": "+442079460001", "regions": ["eu-west-2"], "tags": {"a": "b"}},
        {"name": "Old flow", "flow": "Old", "instance": "northwind", "status": "SAVED", "content": "later"},
    ],
}


def _with(section: str, entry: Any) -> dict[str, Any]:
    return {**BASE, section: [entry]}


def _files() -> list[Path]:
    return sorted((ROOT / "examples/sandbox").glob("*.yaml"))


def test_the_schema_is_sound_and_current() -> None:
    """The file that is shipped is a schema, and the one that the code makes."""
    Draft202012Validator.check_schema(SHIPPED)
    assert schema() == SHIPPED


def test_it_knows_the_keys_of_the_loader() -> None:
    """Every key the loader knows is in the schema at its place, and no other."""

    def properties(entry: dict[str, Any]) -> set[str]:
        choices = [choice for choice in entry.get("anyOf", []) if choice.get("type") != "string"]
        return set(entry.get("properties", ())).union(*(properties(choice) for choice in choices))

    names = ("instance", "group", "flow", "user", "number", "test case")
    sections = {name: SHIPPED["properties"][f"{name.replace(' ', '_')}s"]["items"] for name in names}
    known = {"scenario": properties(SHIPPED), **{name: properties(entry) for name, entry in sections.items()}}
    assert known == {what.split(maxsplit=1)[1]: set(keys.split()) for what, keys in _KEYS.items()}


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_files(path: Path) -> None:
    """The scenarios that come with the project are valid, and loaded."""
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    load_scenario(path)


def test_what_both_take() -> None:
    """Every form there is, is valid and loaded; so is what is generated."""
    for scenario in (
        EVERYTHING,
        BASE,
        DEFAULT_SCENARIO,
        generated(),
        generated(numbers=0, agents=0, flows=0, groups=0),
    ):
        VALIDATOR.validate(scenario)
        load_scenario(scenario)
    world = load_scenario(EVERYTHING)
    assert [flow.name for flow in world.flows.values()] == ["Main", "Old", "Line 001", "Line 002"]
    assert [number.e164 for number in world.numbers.values()][1:4] == [f"+44207946010{n}" for n in range(3)]
    assert [world.dark_regions(number) for number in world.numbers.values()][1:4] == [[], [], ["eu-west-2"]]


@pytest.mark.parametrize(
    "scenario",
    [
        {**BASE, "extra": 1},
        {"instances": []},
        {**BASE, "account": 111122223333},
        {**BASE, "account": "12"},
        _with("instances", {"alias": "northwind", "colour": "red"}),
        _with("groups", {"default": True}),
        _with("groups", {"name": "retail", "status": "READY"}),
        _with("groups", {"name": "retail", "id": "R-1"}),
        _with("groups", {"name": "retail", "telephony": {"eu-west-2": 100}}),
        _with("flows", {"name": "Main", "state": "ON"}),
        _with("flows", {"prefix": "Line "}),
        _with("users", {"first_name": "Alice"}),
        _with("users", {"prefix": "agent", "count": 0}),
        _with("users", {"prefix": "agent", "count": "three"}),
        _with("numbers", {"e164": 442079460001, "target": "retail"}),
        _with("numbers", {"e164": "+442079460001"}),
        _with("numbers", {"e164": "+442079460001", "target": "retail", "count": -1}),
        _with("test_cases", {"number": "+442079460001"}),
        _with("test_cases", {"name": "Nothing"}),
        _with("test_cases", {"name": "Both", "number": "+442079460001", "flow": "Main"}),
        _with("test_cases", {"name": "Main line", "number": 442079460001}),
        _with("test_cases", {"name": "Main line", "number": "+442079460001", "status": "DRAFT"}),
        [],
    ],
)
def test_what_both_refuse(scenario: Any) -> None:
    """What the schema refuses, the loader refuses."""
    assert not VALIDATOR.is_valid(scenario)
    if isinstance(scenario, dict):
        with pytest.raises(ScenarioError):
            load_scenario(scenario)
