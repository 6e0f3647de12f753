"""What a `GlobalResiliency` tells an operator: who answers where."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.output import Unknown

from acgr_components import GlobalResiliency

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
CONNECT = f"arn:aws:connect:{SOURCE}:111122223333"
GROUP = f"{CONNECT}:traffic-distribution-group/5e1f7a20-6b3c-4d98-8e21-0a9c4d7b6f31"
MAIN, SALES = "+442079460001", "+442079460002"


def _centre(group: str = "emergency", **changed: Any) -> Callable[[], GlobalResiliency]:
    numbers: Any = {MAIN: {"flow": "Main IVR"}, "sales": {"phone_number": SALES, "flow": {SOURCE: "A", REPLICA: "B"}}}
    inputs: dict[str, Any] = {"numbers": numbers, "source_region": SOURCE, "replica_region": REPLICA, **changed}
    return lambda: GlobalResiliency("centre", traffic_distribution_group=group, **inputs)


def test_what_answers_where(deploy: Deploy) -> None:
    """N6: by key, every number has its E.164, its target and the flow that answers it in each Region."""
    [outputs] = deploy(_centre()).outputs
    assert outputs["numbers"] == {
        MAIN: {"e164": MAIN, "target": "emergency", "flows": {SOURCE: "Main IVR", REPLICA: "Main IVR"}},
        "sales": {"e164": SALES, "target": "emergency", "flows": {SOURCE: "A", REPLICA: "B"}},
    }
    assert outputs["dark_numbers"] == []


def test_dark_numbers_are_named(deploy: Deploy) -> None:
    """N6: a number without a flow in one Region is listed by its key, and its flow there is empty."""
    [outputs] = deploy(_centre(), dark={SALES}).outputs
    assert outputs["dark_numbers"] == ["sales"]
    assert outputs["numbers"]["sales"]["flows"] == {SOURCE: "A", REPLICA: ""}
    assert outputs["numbers"][MAIN]["flows"] == {SOURCE: "Main IVR", REPLICA: "Main IVR"}


def test_one_new_number_hides_no_other(deploy: Deploy) -> None:
    """In a preview what is known stays known: only the new number's own line is unknown."""
    [outputs] = deploy(_centre(), preview=True, existing={"centre-sales"}).outputs
    assert isinstance(outputs["numbers"][MAIN], Unknown)
    assert outputs["numbers"]["sales"]["flows"] == {SOURCE: "A", REPLICA: "B"}
    assert isinstance(outputs["dark_numbers"], Unknown)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_a_literal_arn_is_known_at_once(deploy: Deploy, preview: bool) -> None:
    """The group's ARN is what was given, in previews too, where that is an ARN."""
    [outputs] = deploy(_centre(GROUP), preview=preview).outputs
    assert outputs["traffic_distribution_group_arn"] == GROUP


@pytest.mark.parametrize(
    ("declared", "found"),
    [({}, "placed"), ({"agents": ["alice.smith"]}, "joined"), ({"agents": ["alice.smith"], "numbers": {}}, "joined")],
    ids=["numbers only", "both", "agents only"],
)
def test_the_arn_of_a_group_given_by_name(deploy: Deploy, declared: dict[str, Any], found: str) -> None:
    """The group's ARN is what a child found it to be, where it was given by name; unknown until then."""
    [outputs] = deploy(_centre(**declared)).outputs
    assert outputs["traffic_distribution_group_arn"] == f"{CONNECT}:traffic-distribution-group/{found}"
    [outputs] = deploy(_centre(**declared), preview=True).outputs
    assert isinstance(outputs["traffic_distribution_group_arn"], Unknown)


def test_outputs_are_registered_once(deploy: Deploy) -> None:
    """The component registers its outputs once, and no others."""
    [outputs] = deploy(_centre(agents=["alice.smith"])).outputs
    assert set(outputs) == {"traffic_distribution_group_arn", "numbers", "dark_numbers", "agents"}


def test_agents_by_label(deploy: Deploy) -> None:
    """A1: by label, the ARN of every agent on the group."""
    [outputs] = deploy(_centre(agents={"lead": "alice.smith"})).outputs
    assert outputs["agents"] == {"lead": f"{CONNECT}:instance/i/agent/lead"}


def test_children_can_be_extended(deploy: Deploy) -> None:
    """The children are attributes, numbers by key, so that a program can reach them."""
    reached: list[set[str]] = []

    def program() -> None:
        centre = _centre(agents={"alice": "alice.smith"})()
        reached.append(set(centre.placements))
        assert centre.roster is not None

    deploy(program)
    assert reached == [{MAIN, "sales"}]
