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
ACCOUNT = "arn:aws:connect:eu-west-2:111122223333"
GROUP = f"{ACCOUNT}:traffic-distribution-group/5e1f7a20-6b3c-4d98-8e21-0a9c4d7b6f31"
BOTH = pytest.mark.parametrize("preview", [True, False])


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
    """A1, N3: a number is a placement `<name>-<key>`, an agent a user `<name>-<label>`; the component is their parent."""
    made = deploy(_centre, preview=preview)
    assert set(made.of(COMPONENT)) == {"centre"}
    assert set(made.of(PLACEMENT)) == {"centre-+442079460001", "centre-+442079460002"}
    assert set(made.of(USER)) == {"centre-alice.smith", "centre-bob.jones"}
    parents = {found.parent for found in made.resources if found.type != COMPONENT}
    assert parents == {f"urn:pulumi:test::contact-centre::pulumi:pulumi:Stack${COMPONENT}::centre"} or len(parents) == 1


@BOTH
def test_children_are_given_what_was_declared(deploy: Deploy, preview: bool) -> None:
    """N6: inputs stay as the user wrote them; both Regions are passed on."""
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
