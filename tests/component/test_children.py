"""Which resources a `GlobalResiliency` is made of, and what each of them is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from acgr_components import GlobalResiliency, GlobalResiliencyArgs

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
USER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupUser"
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
def test_one_child_per_number_and_agent(deploy: Deploy, preview: bool) -> None:
    """A1, N3: a number is a placement `<name>-<key>`, an agent a user `<name>-<label>`; both are children."""
    made = deploy(_centre, preview=preview)
    assert set(made.of(COMPONENT)) == {"centre"}
    assert set(made.of(PLACEMENT)) == {"centre-+442079460001", "centre-+442079460002"}
    assert set(made.of(USER)) == {"centre-alice.smith", "centre-bob.jones"}
    children = [*made.of(PLACEMENT).values(), *made.of(USER).values()]
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
    assert made.of(USER)["centre-alice.smith"].inputs == {
        "traffic_distribution_group": GROUP,
        "user": "alice.smith",
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
    assert all(found.protect for found in made.resources if found.type in {COMPONENT, PLACEMENT, USER})


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
    assert made.of(USER)["centre-alice.smith"].inputs["traffic_distribution_group"] == "default"


def test_an_empty_group(deploy: Deploy) -> None:
    """A group that nothing is left on is a component without children, so that it can be emptied in place."""
    made = deploy(lambda: GlobalResiliency("centre", GlobalResiliencyArgs("retail", SOURCE, REPLICA)))
    assert [found.type for found in made.resources if found.type != "pulumi:pulumi:Stack"] == [COMPONENT]
    assert made.outputs == [{"numbers": {}, "dark_numbers": []}]


def test_a_listed_arn_is_labelled_by_its_id(deploy: Deploy) -> None:
    """An agent listed by ARN has the id as label, so that no slash is in a resource's name."""
    arn = f"{CONNECT}:instance/3f6c2b1e/agent/5b7d1e2f"
    made = deploy(lambda: _centre(agents=[arn]))
    assert made.of(USER)["centre-5b7d1e2f"].inputs["user"] == arn


def test_a_number_and_an_agent_of_one_name(deploy: Deploy) -> None:
    """A number and an agent may share a label: their types keep them apart."""
    numbers = {"sales": {"phone_number": "+442079460002", "flow": "Sales"}}
    made = deploy(lambda: _centre(numbers=numbers, agents=["sales"]))
    assert "centre-sales" in made.of(PLACEMENT)
    assert "centre-sales" in made.of(USER)


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
    number, agent = made.of(PLACEMENT)["centre-sales"], made.of(USER)["centre-alice"]
    assert number.inputs["phone_number"] == "+442079460009"
    assert number.inputs["flow"] == {SOURCE: "A", REPLICA: "B"}
    assert agent.inputs["user"] == "alice.smith"
    assert [urn.rsplit("::", 1)[-1] for urn in number.dependencies] == ["other"]
    assert [urn.rsplit("::", 1)[-1] for urn in agent.dependencies] == ["other"]
