"""A component that makes its traffic distribution group itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from acgr import InstanceReplica, PhoneNumberPlacement, TrafficDistributionGroup
from acgr_components import GlobalResiliency

if TYPE_CHECKING:
    from pulumi_mocks import Deploy
    from tests.component.conftest import Complaints

PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
GROUP = "pulumi-python:dynamic/acgr:TrafficDistributionGroup"
COMPONENT = "acgr:index:GlobalResiliency"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"
REGIONS = {"source_region": SOURCE, "replica_region": REPLICA}
INSTANCE = f"arn:aws:connect:{SOURCE}:111122223333:instance/2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21"


def _centre(**group: Any) -> GlobalResiliency:
    return GlobalResiliency(
        "centre",
        traffic_distribution_group={"name": "retail", "instance": INSTANCE, **group},
        **REGIONS,
        numbers={"+442079460001": {"flow": "Main IVR"}},
        agents=["alice.smith"],
    )


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_the_group_is_a_child(deploy: Deploy, preview: bool) -> None:
    """It is named `<name>-group`, and given what was declared and the source Region."""
    made = deploy(lambda: _centre(description="Shops", tags={"team": "shops"}), preview=preview)
    [(name, group)] = made.of(GROUP).items()
    assert (name, group.parent.rsplit("$", 1)[-1]) == ("centre-group", f"{COMPONENT}::centre")
    assert group.inputs == {
        "instance": INSTANCE,
        "name": "retail",
        "description": "Shops",
        "tags": {"team": "shops"},
        "source_region": SOURCE,
    }


def test_numbers_and_agents_stand_on_it(deploy: Deploy) -> None:
    """They are given its id, which is its ARN, and depend on it: it is made first, and deleted once they have left."""
    made = deploy(_centre)
    placement, roster = made.of(PLACEMENT)["centre-+442079460001"], made.of(ROSTER)["centre-agents"]
    assert placement.inputs["target"] == roster.inputs["traffic_distribution_group"] == "centre-group-id"
    assert made.outputs[0]["traffic_distribution_group_arn"] == "centre-group-id"
    for child in (placement, roster):
        assert [urn.rsplit("::", 1)[-1] for urn in child.dependencies] == ["centre-group"]


def test_without_numbers_and_agents(deploy: Deploy) -> None:
    """A group alone is a component too, and its ARN is an output."""
    made = deploy(
        lambda: GlobalResiliency("centre", traffic_distribution_group={"name": "a", "instance": "northwind"}, **REGIONS)
    )
    assert list(made.of(GROUP)) == ["centre-group"]
    assert made.outputs[0]["traffic_distribution_group_arn"] == "centre-group-id"


def test_from_a_replica(deploy: Deploy) -> None:
    """A replica stands for its source instance, wherever an instance is taken; the group is made after it."""

    def program() -> None:
        replica = InstanceReplica("pair", instance=INSTANCE, replica_region=REPLICA)
        group = TrafficDistributionGroup("storm", instance=replica, name="storm")
        GlobalResiliency("centre", traffic_distribution_group={"name": "retail", "instance": replica}, **REGIONS)
        PhoneNumberPlacement("one", phone_number="+442079460001", target=group, flow="Main IVR", **REGIONS)

    made = deploy(program)
    for name in ("storm", "centre-group"):
        assert made.of(GROUP)[name].inputs["instance"] == INSTANCE
        assert [urn.rsplit("::", 1)[-1] for urn in made.of(GROUP)[name].dependencies] == ["pair"]
    assert made.of(PLACEMENT)["one"].inputs["target"] == "storm-id"


def test_a_group_of_the_program(deploy: Deploy) -> None:
    """A `TrafficDistributionGroup` is taken where an ARN is: the component makes none then."""

    def program() -> None:
        group = TrafficDistributionGroup("storm", instance=INSTANCE, name="storm")
        GlobalResiliency("centre", traffic_distribution_group=group, **REGIONS, agents=["alice.smith"])

    made = deploy(program)
    assert list(made.of(GROUP)) == ["storm"]
    assert made.of(ROSTER)["centre-agents"].inputs["traffic_distribution_group"] == "storm-id"


def test_what_may_be_an_output(deploy: Deploy) -> None:
    """Every value of the entry, and of its tags."""
    text = pulumi.Output.from_input
    made = deploy(lambda: _centre(name=text("a"), instance=text(INSTANCE), tags={"team": text("b")}))
    inputs = made.of(GROUP)["centre-group"].inputs
    assert (inputs["name"], inputs["instance"], inputs["tags"]) == ("a", INSTANCE, {"team": "b"})


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ({"name": "a"}, "traffic_distribution_group.instance: it is missing; a group that is made here has name and"),
        ({"instance": "a"}, "traffic_distribution_group.name: it is missing; a group that is made here has name and"),
        ({"name": " a", "instance": "a"}, "traffic_distribution_group.name: ' a' begins or ends with a space"),
        ({"name": "a", "instance": "a", "nmae": "b"}, 'traffic_distribution_group: there is no "nmae"; a group has: '),
        ({"name": "a", "instance": "a", "tags": {"aws:b": "c"}}, "traffic_distribution_group.tags: 'aws:b' begins"),
        ({"name": "a", "instance": "a", "tags": 7}, "traffic_distribution_group.tags: 7 is no mapping of tags"),
        ({"name": "a", "instance": "a", "description": ""}, "traffic_distribution_group.description: it is empty"),
        (
            {"name": "a", "instance": INSTANCE.replace(SOURCE, "us-east-1")},
            "is of us-east-1, but source_region is eu-west-2: they must be the same",
        ),
    ],
)
def test_what_cannot_be_meant(complaints: Complaints, group: Any, said: str) -> None:
    """Each has its path, and all are told at once."""
    [line] = complaints(traffic_distribution_group=group)
    assert said in line
