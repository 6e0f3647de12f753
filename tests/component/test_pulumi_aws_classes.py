"""Resources of `pulumi_aws` stand for what they are, though the library does not import that package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pytest

from acgr_components import ArgumentsError, GlobalResiliency, GlobalResiliencyArgs

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"
CONNECT = f"arn:aws:connect:{SOURCE}:111122223333"
INSTANCE = "3f6c2b1e-8d4a-4c57-9a0e-5b7d1e2f3a40"


def _user() -> aws.connect.User:
    phone = aws.connect.UserPhoneConfigArgs(phone_type="SOFT_PHONE")
    return aws.connect.User(
        "user-alice",
        instance_id=INSTANCE,
        password="not a secret",
        phone_config=phone,
        routing_profile_id="routing",
        security_profile_ids=["security"],
    )


def _flow(name: str) -> aws.connect.ContactFlow:
    return aws.connect.ContactFlow(name, instance_id=INSTANCE, content="{}")


def _number() -> aws.connect.PhoneNumber:
    instance = f"{CONNECT}:instance/{INSTANCE}"
    return aws.connect.PhoneNumber("number-sales", country_code="GB", target_arn=instance, type="DID")


class _Group(pulumi.CustomResource):
    """A traffic distribution group as `pulumi_aws_native` has it: the ARN under the group's own name."""

    traffic_distribution_group_arn: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        super().__init__("aws-native:connect:TrafficDistributionGroup", name, {"traffic_distribution_group_arn": None})


def _program() -> None:
    GlobalResiliency(
        "centre",
        traffic_distribution_group=_Group("group"),
        source_region=SOURCE,
        replica_region=REPLICA,
        numbers={
            "sales": {"phone_number": _number(), "flow": _flow("flow-both")},
            "+442079460001": {"flow": {SOURCE: _flow("flow-source"), REPLICA: "Main IVR"}},
        },
        agents={"alice": _user()},
    )


def test_resources_stand_for_their_arns(deploy: Deploy) -> None:
    """A2, N2: group, number, flow and user may be resources; the children are given their ARNs."""
    made = deploy(_program)
    sales, main = made.of(PLACEMENT)["centre-sales"].inputs, made.of(PLACEMENT)["centre-+442079460001"].inputs
    assert sales["target"] == f"{CONNECT}:traffic-distribution-group/group"
    assert sales["phone_number"] == f"{CONNECT}:phone-number/number-sales"
    assert sales["flow"] == f"{CONNECT}:instance/i/contact-flow/flow-both"
    assert main["flow"] == {SOURCE: f"{CONNECT}:instance/i/contact-flow/flow-source", REPLICA: "Main IVR"}
    roster = made.of(ROSTER)["centre-agents"].inputs
    assert roster["users"] == {"alice": f"{CONNECT}:instance/i/agent/user-alice"}
    assert roster["traffic_distribution_group"] == f"{CONNECT}:traffic-distribution-group/group"


def test_children_wait_for_the_resources(deploy: Deploy) -> None:
    """A2: a child depends on the resources it is given, and on no others."""
    made = deploy(_program)
    waits_for = {
        child.name: {urn.rsplit("::", 1)[-1] for urn in child.dependencies}
        for child in [*made.of(PLACEMENT).values(), *made.of(ROSTER).values()]
    }
    assert waits_for == {
        "centre-sales": {"group", "number-sales", "flow-both"},
        "centre-+442079460001": {"group", "flow-source"},
        "centre-agents": {"group", "user-alice"},
    }


def test_a_preview_of_everything_new(deploy: Deploy) -> None:
    """A preview in which nothing exists yet names every child; what is not known yet is unknown and not lost."""
    made = deploy(_program, preview=True)
    assert set(made.of(PLACEMENT)) == {"centre-sales", "centre-+442079460001"}
    assert set(made.of(ROSTER)) == {"centre-agents"}
    users = made.of(ROSTER)["centre-agents"].inputs["users"]
    assert isinstance(users["alice"], pulumi.output.Unknown)
    flow = made.of(PLACEMENT)["centre-+442079460001"].inputs["flow"]
    assert flow[REPLICA] == "Main IVR"
    assert isinstance(flow[SOURCE], pulumi.output.Unknown)


def test_resources_in_a_list_of_agents(deploy: Deploy) -> None:
    """A list has no label for what is not known yet: the remedy is a mapping."""

    def program() -> None:
        agents: list[str] = [_user()]  # type: ignore[list-item]
        GlobalResiliency("centre", GlobalResiliencyArgs("default", SOURCE, REPLICA, agents=agents))

    with pytest.raises(ArgumentsError, match=r'agents\[0\]: it is a User; .* mapping: write "alice": <the Output>'):
        deploy(program)


def test_a_user_declared_twice(deploy: Deploy) -> None:
    """One resource under two labels would be one agent with two owners: refused, though its name is not known yet."""

    def program() -> None:
        alice = _user()
        agents = {"alice": alice, "smith": alice}
        GlobalResiliency("centre", GlobalResiliencyArgs("default", SOURCE, REPLICA, agents=agents))

    with pytest.raises(ArgumentsError, match=r'agents\["smith"\]: it is the same agent as agents\["alice"\]'):
        deploy(program)
