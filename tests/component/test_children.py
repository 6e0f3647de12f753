"""Which resources a `GlobalResiliency` is made of, and what each of them is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from acgr_components import GlobalResiliency, GlobalResiliencyArgs

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
COMPONENT = "acgr:index:GlobalResiliency"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"
REGIONS = {"source_region": SOURCE, "replica_region": REPLICA}
CONNECT = f"arn:aws:connect:{SOURCE}:111122223333"
GROUP = f"{CONNECT}:traffic-distribution-group/5e1f7a20-6b3c-4d98-8e21-0a9c4d7b6f31"
BOTH = pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])


def _centre(**changed: Any) -> GlobalResiliency:
    inputs: dict[str, Any] = {
        "traffic_distribution_group": GROUP,
        **REGIONS,
        "numbers": {"+442079460001": {"flow": "Main IVR"}, "+442079460002": {"flow": {SOURCE: "A", REPLICA: "B"}}},
        "agents": ["alice.smith", "bob.jones"],
    }
    return GlobalResiliency("centre", **{**inputs, **changed})


@BOTH
def test_one_child_per_number_and_one_for_all_agents(deploy: Deploy, preview: bool) -> None:
    """A1, N3: a number is a placement `<name>-<key>`, the agents are a roster `<name>-agents`; all are children."""
    made = deploy(_centre, preview=preview)
    assert set(made.of(COMPONENT)) == {"centre"}
    assert set(made.of(PLACEMENT)) == {"centre-+442079460001", "centre-+442079460002"}
    assert set(made.of(ROSTER)) == {"centre-agents"}
    children = [*made.of(PLACEMENT).values(), *made.of(ROSTER).values()]
    assert {child.parent.rsplit("$", 1)[-1] for child in children} == {f"{COMPONENT}::centre"}


@BOTH
def test_children_are_given_what_was_declared(deploy: Deploy, preview: bool) -> None:
    """A4, N6: inputs stay as the user wrote them; the Regions are passed on, to agents the source only."""
    made = deploy(_centre, preview=preview)
    assert made.of(PLACEMENT)["centre-+442079460001"].inputs == {
        "phone_number": "+442079460001",
        "target": GROUP,
        "flow": "Main IVR",
        **REGIONS,
    }
    assert made.of(PLACEMENT)["centre-+442079460002"].inputs["flow"] == {SOURCE: "A", REPLICA: "B"}
    assert made.of(ROSTER)["centre-agents"].inputs == {
        "traffic_distribution_group": GROUP,
        "users": {"alice.smith": "alice.smith", "bob.jones": "bob.jones"},
        "source_region": SOURCE,
    }


def test_entries_have_a_way_back_and_a_description(deploy: Deploy) -> None:
    """N4: `return_to` and `description` of an entry reach its placement."""
    entry = {"flow": "Sales", "return_to": "leave", "description": "Sales line"}
    made = deploy(lambda: _centre(numbers={"+442079460001": entry}))
    inputs = made.of(PLACEMENT)["centre-+442079460001"].inputs
    assert (inputs["return_to"], inputs["description"]) == ("leave", "Sales line")


def test_children_wait_for_nothing_that_they_are_not_given(deploy: Deploy) -> None:
    """Numbers do not wait for agents, nor agents for numbers, nor either for a sibling."""
    made = deploy(_centre)
    assert [child.dependencies for child in made.resources] == [[]] * len(made.resources)


def test_options_are_inherited(deploy: Deploy) -> None:
    """`protect` of the component holds for the children."""
    made = deploy(lambda: _centre(opts=pulumi.ResourceOptions(protect=True)))
    assert all(found.protect for found in made.resources if found.type in {COMPONENT, PLACEMENT, ROSTER})


@pytest.mark.parametrize("form", ["keywords", "dictionary", "args"])
def test_arguments_in_every_form(deploy: Deploy, form: str) -> None:
    """Keywords, a dictionary and `GlobalResiliencyArgs` declare the same."""
    given: Any = {"traffic_distribution_group": "default", **REGIONS, "agents": ["alice.smith"]}
    forms = {
        "keywords": lambda: GlobalResiliency("centre", **given),
        "dictionary": lambda: GlobalResiliency("centre", given),
        "args": lambda: GlobalResiliency("centre", GlobalResiliencyArgs(**given)),
    }
    made = deploy(forms[form])
    assert made.of(ROSTER)["centre-agents"].inputs["traffic_distribution_group"] == "default"


def test_an_empty_group(deploy: Deploy) -> None:
    """A group that nothing is left on is a component without children, so that it can be emptied in place."""
    made = deploy(lambda: GlobalResiliency("centre", GlobalResiliencyArgs("retail", SOURCE, REPLICA)))
    assert [found.type for found in made.resources if found.type != "pulumi:pulumi:Stack"] == [COMPONENT]
    assert made.outputs == [{"numbers": {}, "dark_numbers": [], "agents": {}}]


@pytest.mark.parametrize("nobody", [[], {}, None], ids=["list", "mapping", "null"])
def test_an_empty_list_of_agents_is_a_roster(deploy: Deploy, nobody: Any) -> None:
    """Agents that are emptied are an update, which `max_removals` guards, and not a delete."""
    made = deploy(lambda: _centre(agents=nobody))
    assert made.of(ROSTER)["centre-agents"].inputs["users"] == {}


def test_null_is_an_empty_list_in_every_form(deploy: Deploy) -> None:
    """What YAML leaves under a key whose entries are all comments is empty: in a mapping and in the dataclass too."""
    plain = {"traffic_distribution_group": "retail", "source_region": SOURCE, "replica_region": REPLICA}
    for args in ({**plain, "agents": None, "numbers": None}, GlobalResiliencyArgs(**plain, agents=None, numbers=None)):
        made = deploy(lambda args=args: GlobalResiliency("centre", args))  # type: ignore[misc]
        assert made.of(ROSTER)["centre-agents"].inputs["users"] == {}
        assert made.of(PLACEMENT) == {}


def test_max_number_removals(deploy: Deploy) -> None:
    """How many numbers may leave the group reaches each of them, and nothing is stored where nothing is said."""
    made = deploy(lambda: _centre(max_number_removals="25%"))
    assert {one.inputs["max_number_removals"] for one in made.of(PLACEMENT).values()} == {"25%"}
    made = deploy(lambda: _centre())
    assert {one.inputs.get("max_number_removals") for one in made.of(PLACEMENT).values()} == {None}


def test_max_removals(deploy: Deploy) -> None:
    """What one update may remove reaches the roster."""
    made = deploy(lambda: _centre(max_removals="25%"))
    assert made.of(ROSTER)["centre-agents"].inputs["max_removals"] == "25%"


def test_a_listed_arn_is_labelled_by_its_id(deploy: Deploy) -> None:
    """An agent listed by ARN has the id as label, so that a preview's line stays short."""
    arn = f"{CONNECT}:instance/3f6c2b1e/agent/5b7d1e2f"
    made = deploy(lambda: _centre(agents=[arn]))
    assert made.of(ROSTER)["centre-agents"].inputs["users"] == {"5b7d1e2f": arn}


def test_a_number_labelled_as_the_roster_is(deploy: Deploy) -> None:
    """A number may have the label `agents`: types keep them apart."""
    made = deploy(lambda: _centre(numbers={"agents": {"phone_number": "+442079460002", "flow": "Sales"}}))
    assert "centre-agents" in made.of(PLACEMENT)
    assert "centre-agents" in made.of(ROSTER)


@BOTH
def test_outputs_among_values(deploy: Deploy, preview: bool) -> None:
    """Group, number, flow and user may be Outputs: labels stay known in previews, and children wait for them."""

    def program() -> None:
        other = pulumi.CustomResource("test:index:Other", "other")

        def of_other(value: str) -> pulumi.Output[str]:
            return other.urn.apply(lambda _: value)

        flow = {SOURCE: of_other("A"), REPLICA: "B"}
        _centre(
            traffic_distribution_group=of_other(GROUP),
            numbers={"sales": {"phone_number": of_other("+442079460009"), "flow": flow}},
            agents={"alice": of_other("alice.smith")},
        )

    made = deploy(program, preview=preview)
    number, roster = made.of(PLACEMENT)["centre-sales"], made.of(ROSTER)["centre-agents"]
    assert number.inputs["phone_number"] == "+442079460009"
    assert number.inputs["flow"] == {SOURCE: "A", REPLICA: "B"}
    assert roster.inputs["users"] == {"alice": "alice.smith"}
    assert [urn.rsplit("::", 1)[-1] for urn in number.dependencies] == ["other"]
    assert [urn.rsplit("::", 1)[-1] for urn in roster.dependencies] == ["other"]
