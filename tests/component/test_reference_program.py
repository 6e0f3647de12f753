"""The program in the repository's root, with the stack configuration beside it and the scenario of its sandbox."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
import yaml

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

ROOT = Path(__file__).resolve().parents[2]
PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
BOTH = {"eu-west-2": "Emergency line", "eu-central-1": "Emergency line"}


def _yaml(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return found


def _program() -> None:
    config = _yaml("Pulumi.sandbox.yaml")["config"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    pulumi.runtime.set_all_config(texts)
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def _users(scenario: dict[str, Any]) -> set[str]:
    plain = {user for user in scenario["users"] if isinstance(user, str)}
    series = [user for user in scenario["users"] if not isinstance(user, str)]
    return plain | {f"{one['prefix']}{index:03d}" for one in series for index in range(1, one["count"] + 1)}


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_every_number_and_agent_of_the_scenario(deploy: Deploy, preview: bool) -> None:
    """The stack `sandbox` declares all numbers and agents of its scenario, each once, with flows that exist."""
    made, scenario = deploy(_program, preview=preview), _yaml("examples/sandbox/contact-centre.yaml")
    numbers = [child.inputs["phone_number"] for child in made.of(PLACEMENT).values()]
    agents = [user for roster in made.of(ROSTER).values() for user in roster.inputs["users"].values()]
    assert sorted(numbers) == sorted(number["e164"] for number in scenario["numbers"])
    assert sorted(agents) == sorted(_users(scenario))
    assert {child.inputs["flow"] for child in made.of(PLACEMENT).values()} <= {f["name"] for f in scenario["flows"]}


def test_every_group_of_the_scenario(deploy: Deploy) -> None:
    """Groups that are named exist in the scenario, and each has numbers and agents."""
    made, scenario = deploy(_program), _yaml("examples/sandbox/contact-centre.yaml")
    groups = {"default" if group.get("default") else group["name"] for group in scenario["groups"]}
    assert {child.inputs["target"] for child in made.of(PLACEMENT).values()} == groups
    assert {child.inputs["traffic_distribution_group"] for child in made.of(ROSTER).values()} == groups


def test_the_stack_says_who_answers_where(deploy: Deploy) -> None:
    """N6: a line for each number with its flows by Region, and for each group its agents and its dark numbers."""
    exports = deploy(_program, dark={"+442079460009"}).exports
    assert exports["emergency/agents"] == 12
    assert exports["emergency/dark_numbers"] == ["+442079460009"]
    assert exports["emergency/numbers/+442079460008"] == {
        "e164": "+442079460008",
        "target": "emergency",
        "flows": BOTH,
    }
    assert exports["emergency/numbers/+442079460009"]["flows"] == {**BOTH, "eu-central-1": ""}


def test_the_program_is_short() -> None:
    """The reference program fits on a screen: 40 lines at most."""
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 40
