"""Worlds from YAML."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from acgr_sandbox import ScenarioError, load_scenario
from acgr_sandbox.scenario.default import DEFAULT_SCENARIO

CENTRE = Path(__file__).parents[4] / "examples/sandbox/contact-centre.yaml"

SMALL: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "retail", "members": ["alice.smith", {"prefix": "agent", "count": 2}]}],
    "flows": ["Main IVR"],
    "users": ["alice.smith", {"prefix": "agent", "count": 3, "first": 1, "digits": 2}],
    "numbers": [{"e164": "+442079460001", "target": "retail", "flow": "Main IVR"}],
}


def _with(section: str, *entries: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SMALL), "groups": [{"name": "retail"}], section: list(entries)}


def test_the_contact_centre() -> None:
    """The example has what its text promises, and nothing in it is dark."""
    world = load_scenario(CENTRE)
    assert (len(world.numbers), len(world.flows), len(world.users)) == (12, 8, 40)
    assert [group.name for group in world.groups.values()] == ["Default", "emergency", "retail"]
    assert [group.default for group in world.groups.values()] == [True, False, False]
    assert {number.target for number in world.numbers.values()} == {
        world.group("Default").id,
        world.instance("northwind").id,
    }
    assert [world.dark_regions(number) for number in world.numbers.values()] == [[]] * 12


def test_without_a_scenario() -> None:
    """The scenario that is taken without one is sound."""
    assert len(load_scenario(DEFAULT_SCENARIO).numbers) == 2


def test_ids_follow_from_names() -> None:
    """The same scenario is the same world each time; ids of one kind do not clash with another's."""
    assert load_scenario(CENTRE) == load_scenario(CENTRE)
    entries = {**SMALL, "groups": [{"name": "northwind"}], "numbers": []}
    world = load_scenario(entries)
    assert world.group("northwind").id != world.instance("northwind").id


def test_patterns_of_users() -> None:
    """A prefix and a count make users; names are taken apart."""
    scenario = {**SMALL, "groups": [{"name": "retail", "members": [{"prefix": "agent", "count": 2, "digits": 2}]}]}
    world = load_scenario(scenario)
    assert [user.username for user in world.users.values()] == ["alice.smith", "agent01", "agent02", "agent03"]
    assert [world.users[member].username for member in world.group("retail").members] == ["agent01", "agent02"]
    assert (world.user("alice.smith").first_name, world.user("alice.smith").last_name) == ("Alice", "Smith")


def test_flows_per_region() -> None:
    """A number's flow is one name for all Regions where it arrives, or one for each."""
    flows = ["Main IVR", {"name": "Winter", "absent": ["eu-west-2"]}]
    apart = {"eu-west-2": "Main IVR", "eu-central-1": "Winter"}
    scenario = {**_with("flows", *flows), "numbers": [{"e164": "+442079460001", "target": "retail", "flow": apart}]}
    world = load_scenario(scenario)
    number = world.number("+442079460001")
    assert number.flow_in("eu-central-1") == world.flow("Winter").id
    assert number.flow_in("eu-west-2") == world.flow("Main IVR").id


def test_details() -> None:
    """Shares, tags, countries and Regions are taken as given."""
    group = {"name": "retail", "tags": {"a": "b"}, "telephony": {"eu-west-2": 40, "eu-central-1": 60}}
    numbers = [
        {"e164": "+15550100", "target": "retail", "flow": None, "tags": {"x": "y"}, "type": "TOLL_FREE"},
        {"e164": "+35315550100", "target": "northwind", "flow": None},
    ]
    world = load_scenario({**_with("groups", group), "numbers": numbers})
    assert world.group("retail").telephony == {"eu-west-2": 40, "eu-central-1": 60}
    assert [number.country for number in world.numbers.values()] == ["US", "IE"]
    assert world.number("+15550100").tags == {"x": "y"}


def test_test_cases() -> None:
    """A test case is in every Region of its instance unless some are named, with content that can be published."""
    entries = [
        {"name": "Main line", "number": "+442079460001"},
        {"name": "Flow", "flow": "Main IVR", "regions": ["eu-central-1"], "status": "SAVED", "description": "In it"},
    ]
    world = load_scenario({**_with("flows", "Main IVR"), "test_cases": entries})
    assert [(test.name, test.region, test.status, test.description) for test in world.test_cases.values()] == [
        ("Main line", "eu-west-2", "PUBLISHED", ""),
        ("Main line", "eu-central-1", "PUBLISHED", ""),
        ("Flow", "eu-central-1", "SAVED", "In it"),
    ]
    assert len({test.id for test in world.test_cases.values()}) == 2
    first, _, last = (next(iter(test.versions.values()))["EntryPoint"] for test in world.test_cases.values())
    called, begun = {"DestinationPhoneNumber": "+442079460001"}, {"FlowId": world.flow("Main IVR").id}
    assert first == {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": called}
    assert last == {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": begun}


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    """A file with something else in it is refused with what a scenario has."""
    (tmp_path / "list.yaml").write_text("- a\n- b\n")
    with pytest.raises(ScenarioError, match="is not a scenario: write a mapping with account"):
        load_scenario(tmp_path / "list.yaml")


@pytest.mark.parametrize(
    ("scenario", "sentence"),
    [
        ({**SMALL, "extra": 1}, "A scenario has no 'extra'; it has account"),
        ({**SMALL, "account": 12}, "The account is '12'; it is twelve digits, in quotes."),
        ({key: value for key, value in SMALL.items() if key != "account"}, "The scenario needs 'account'."),
        ({**SMALL, "instances": []}, "needs an instance"),
        ({**SMALL, "replica_region": "ap-southeast-2"}, "does not replicate from eu-west-2 to ap-southeast-2"),
        (_with("groups", {"name": "retail", "colour": "red"}), "A group has no 'colour'"),
        (_with("groups", {"name": "retail"}, {"name": "retail"}), "'retail' is in the scenario twice"),
        (_with("groups", {"name": "retail", "members": ["nobody"]}), "Group retail: there is no user 'nobody'"),
        (_with("groups", {"name": "retail", "instance": "nowhere"}), "there is no instance 'nowhere'"),
        (_with("groups", {"name": "retail", "telephony": {"eu-west-2": 50}}), "names both Regions"),
        (_with("instances", {"alias": "northwind", "replicated": False}), "northwind is not replicated"),
        (_with("groups", {"name": "retail", "status": "READY"}), "status is 'READY'; it is ACTIVE or CREATION_IN_PRO"),
        (_with("groups", {"name": "retail", "id": "R-1"}), "ids are UUIDs in lower case"),
        (
            _with("groups", {"name": "retail"}, *({"name": name, "default": True} for name in "ab")),
            "northwind has a default group already",
        ),
        (_with("flows", {"name": "Main IVR", "state": "ON"}), "state is 'ON'; it is ACTIVE or ARCHIVED"),
        (_with("users", {"prefix": "agent", "count": "three"}), "a whole number above zero"),
        (_with("users", {"prefix": "agent"}), "Agent needs 'count'"),
        (_with("users", {"first_name": "A"}), "A user needs 'username'"),
        (_with("numbers", {"e164": 442079460001, "target": "retail"}), "write it in quotes, with its plus"),
        (_with("numbers", {"e164": "+442079460001"}), "needs 'target'"),
        (_with("numbers", {"e164": "+442079460001", "target": "x"}), "there is no group or instance 'x'"),
        (_with("numbers", {"e164": "+442079460001", "target": "retail", "flow": "x"}), "there is no flow 'x'"),
        (
            _with("numbers", {"e164": "+442079460001", "target": "northwind", "flow": {"eu-central-1": None}}),
            "does not arrive in eu-central-1",
        ),
        (_with("flows", {"name": "Main IVR", "absent": ["eu-central-1"]}), "is absent in eu-central-1"),
        (_with("test_cases", {"name": "A"}), "Test case A needs a number or a flow, and not both"),
        (_with("test_cases", {"name": "A", "flow": "x"}), "Test case A: there is no flow 'x'"),
        (_with("test_cases", {"name": "A", "number": "x"}), "write it in quotes, with its plus"),
        (_with("test_cases", *[{"name": "A", "number": "+44207"}] * 2), "'A' is in the scenario twice"),
        (_with("test_cases", {"name": "A", "number": "+44207", "content": "{}"}), "The content has no Version"),
        (_with("test_cases", {"name": "A", "number": "+44207", "regions": ["us-east-1"]}), "is not in us-east-1"),
    ],
)
def test_what_cannot_be(scenario: Any, sentence: str) -> None:
    """What is unknown, missing or contradictory is refused with a sentence that names it."""
    with pytest.raises(ScenarioError, match=re.compile(sentence, re.IGNORECASE)):
        load_scenario(scenario)
