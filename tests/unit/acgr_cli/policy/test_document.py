"""The policy of a role: which actions, on which ARNs, on which conditions."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from acgr_cli.policy.document import Policy, Statement, policy_of
from acgr_cli.policy.scope import Scope
from acgr_connect.aws.permissions import AUTHORIZATIONS, NEVER, OPERATIONS_OF, RoleKind, permissions
from acgr_connect.model.arns import Arn

SOURCE = "arn:aws:connect:eu-west-2:111122223333"
REPLICA = "arn:aws:connect:eu-central-1:111122223333"
ROLES = list(OPERATIONS_OF)
NOT_NARROWED = {action for action, known in AUTHORIZATIONS.items() if known.on == ("anything",)}
SERVICE_ROLES = "arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect*"


def _allowing(policy: Policy, action: str) -> list[Statement]:
    return [each for each in policy.statements if each.effect == "Allow" and action in each.actions]


def _resources(policy: Policy, action: str) -> set[str]:
    return {arn for each in _allowing(policy, action) for arn in each.resources}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("tags", [False, True])
def test_the_actions_are_those_of_the_role(role: RoleKind, tags: bool, scope: Scope) -> None:
    """All of them are allowed, none besides, and none by a wildcard."""
    allowed = [each for each in policy_of(role, scope, tags=tags).statements if each.effect == "Allow"]
    assert {action for each in allowed for action in each.actions} == set(permissions(role, tags=tags))


@pytest.mark.parametrize("role", ROLES)
def test_no_number_is_released(role: RoleKind, scope: Scope) -> None:
    """One statement denies it, everywhere."""
    denied = [each for each in policy_of(role, scope).statements if each.effect == "Deny"]
    assert [(each.actions, each.resources, each.conditions) for each in denied] == [((NEVER,), ("*",), ())]


@pytest.mark.parametrize("role", ROLES)
def test_statements_have_names(role: RoleKind, part: Scope) -> None:
    """Each `Sid` is of letters and digits, and stands once."""
    sids = [each.sid for each in policy_of(role, part, tags=True).statements]
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_allowed_on_everything(role: RoleKind, scope: Scope) -> None:
    """But for what AWS does not narrow, each ARN names the account, a Region of the pair and a type."""
    for each in policy_of(role, scope).statements:
        for arn in set(each.resources) - {SERVICE_ROLES}:
            on_everything = each.effect == "Deny" or set(each.actions) <= NOT_NARROWED
            assert arn.startswith((f"{SOURCE}:", f"{REPLICA}:")) or (on_everything and arn == "*")


def test_what_is_asked_in_the_replica(part: Scope) -> None:
    """A number's flow is set there: with the flow of the replica, and the number's ARN of the source."""
    instance, [number] = part.instance.id, part.numbers
    assert _resources(policy_of("deploy", part), "connect:AssociatePhoneNumberContactFlow") == {
        f"{SOURCE}:instance/{instance}/contact-flow/*",
        f"{REPLICA}:instance/{instance}/contact-flow/*",
        str(number),
        f"{REPLICA}:instance/{instance}/phone-number/{number.id}",
    }


def test_traffic_is_shifted_from_either_region(part: Scope) -> None:
    """A failover names the source's ARN of the group, wherever it is asked for."""
    assert _resources(policy_of("drill", part), "connect:UpdateTrafficDistribution") == {str(part.groups[0])}


def test_what_only_the_source_does(scope: Scope) -> None:
    """A move and a membership are allowed on objects of the source alone."""
    policy = policy_of("deploy", scope)
    for action in ("connect:UpdatePhoneNumber", "connect:AssociateTrafficDistributionGroupUser"):
        assert all(arn.startswith(f"{SOURCE}:") for arn in _resources(policy, action))


def test_all_groups_and_numbers_of_the_account(scope: Scope) -> None:
    """Where none is named, all are meant, still of the source."""
    resources = _resources(policy_of("deploy", scope), "connect:UpdatePhoneNumber")
    assert {f"{SOURCE}:phone-number/*", f"{SOURCE}:traffic-distribution-group/*"} <= resources


def test_the_source_instance_is_never_deleted(scope: Scope) -> None:
    """Who sets up may delete the replica, and who deploys may delete no instance."""
    assert _resources(policy_of("set-up", scope), "connect:DeleteInstance") == {
        f"{REPLICA}:instance/{scope.instance.id}"
    }
    assert _allowing(policy_of("deploy", scope), "connect:DeleteInstance") == []


def test_a_group_that_is_to_be_made_has_no_arn(part: Scope) -> None:
    """Making one is allowed for the account, deleting and tagging for the groups that are named."""
    policy = policy_of("set-up", part, tags=True)
    made = _resources(policy, "connect:CreateTrafficDistributionGroup")
    assert f"{SOURCE}:traffic-distribution-group/*" in made
    assert _resources(policy, "connect:DeleteTrafficDistributionGroup") == {str(part.groups[0])}
    assert str(part.groups[0]) in _resources(policy, "connect:TagResource")


def test_roles_that_are_changed_are_those_of_connect(scope: Scope) -> None:
    """A role that may change others could give itself anything: only those that Connect keeps are allowed."""
    assert _resources(policy_of("set-up", scope), "iam:PutRolePolicy") == {SERVICE_ROLES}


def test_lists_are_not_narrowed(part: Scope) -> None:
    """AWS allows a list of numbers or groups for the whole account, or not at all."""
    policy = policy_of("deploy", part)
    assert _resources(policy, "connect:ListPhoneNumbersV2") == {f"{SOURCE}:phone-number/*", f"{REPLICA}:phone-number/*"}
    groups = {f"{place}:traffic-distribution-group/*" for place in (SOURCE, REPLICA)}
    assert _resources(policy, "connect:ListTrafficDistributionGroups") == groups


def test_conditions(scope: Scope) -> None:
    """What names no instance in its resources is held to the instance; tags, to the two that are used; else none."""
    policy = policy_of("deploy", scope, tags=True)
    conditions = {
        action: [(each.test, each.key) for each in statement.conditions]
        for statement in policy.statements
        if statement.conditions
        for action in statement.actions
    }
    by_instance, by_tag = (
        [("StringEqualsIfExists", "connect:InstanceId")],
        [("ForAllValues:StringEquals", "aws:TagKeys")],
    )
    assert conditions == {
        "connect:BatchGetFlowAssociation": by_instance,
        "connect:DisassociatePhoneNumberContactFlow": by_instance,
        "connect:TagResource": by_tag,
        "connect:UntagResource": by_tag,
    }


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_partitions(partition: str, source: Arn) -> None:
    """All ARNs are of the instance's partition."""
    policy = policy_of("drill", Scope(replace(source, partition=partition), "eu-central-1"))
    named = {arn.split(":")[1] for each in policy.statements for arn in each.resources if arn != "*"}
    assert named == {partition}


@pytest.mark.parametrize("role", ROLES)
def test_without_a_replica(role: RoleKind, source: Arn) -> None:
    """Only the source is named, and no statement is empty."""
    for each in policy_of(role, Scope(source), tags=True).statements:
        assert each.resources
        assert all(arn in {"*", SERVICE_ROLES} or arn.startswith(f"{SOURCE}:") for arn in each.resources)
