"""What a call is authorized on: actions and resources, as AWS's table has them."""

from __future__ import annotations

from typing import Any

import pytest

from acgr_connect.aws.permissions import AUTHORIZATIONS
from acgr_sandbox import Sandbox
from acgr_sandbox.access.reference import MEMBERS, PATHS, TOP_LEVEL, authorization
from acgr_sandbox.access.requests import Asked, Call, asked_by
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.wire.service_model import operation_model, service_model

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def _asked(sandbox: Sandbox, operation: str, region: str = SOURCE, **params: Any) -> list[Asked]:
    return list(asked_by(Call(sandbox.world, region, "arn:aws:iam::111122223333:user/sandbox", operation, params)))


def _pairs(sandbox: Sandbox, operation: str, region: str = SOURCE, **params: Any) -> list[tuple[str, str]]:
    account = f"arn:aws:connect:{region}:{sandbox.world.account}:"
    return [(a.action, a.resource.removeprefix(account)) for a in _asked(sandbox, operation, region, **params)]


@pytest.fixture
def instance(sandbox: Sandbox) -> str:
    """The id of the replicated instance."""
    return next(id_ for id_, each in sandbox.world.instances.items() if each.replica)


@pytest.fixture
def group(sandbox: Sandbox) -> str:
    """The ARN of one of its groups."""
    return next(sandbox.world.arn(each) for each in sandbox.world.groups.values())


def test_the_action_and_all_of_its_resources(sandbox: Sandbox, instance: str, group: str) -> None:
    """An agent joins: the instance, the group and the agent have to be allowed, and what the service does meanwhile."""
    tail = group.rpartition(":")[2]
    name = "connect:AssociateTrafficDistributionGroupUser"
    params = {"InstanceId": instance, "TrafficDistributionGroupId": group, "UserId": "u"}
    assert _pairs(sandbox, "AssociateTrafficDistributionGroupUser", **params) == [
        (name, f"instance/{instance}"),
        (name, tail),
        (name, f"instance/{instance}/agent/u"),
        ("connect:DescribeUser", f"instance/{instance}/agent/u"),
        ("connect:SearchUsers", f"instance/{instance}"),
        ("connect:ListUserProficiencies", f"instance/{instance}"),
        ("connect:ListUserProficiencies", f"instance/{instance}/agent/u"),
    ]


def test_ids_and_arns_are_alike(sandbox: Sandbox, instance: str) -> None:
    """What is given by its id has the ARN of the caller's Region; an ARN stays as it is."""
    by_id = _pairs(sandbox, "DescribeUser", REPLICA, InstanceId=instance, UserId="u")
    assert by_id == [("connect:DescribeUser", f"instance/{instance}/agent/u")]
    arn = f"arn:aws:connect:{REPLICA}:{sandbox.world.account}:instance/{instance}"
    assert _pairs(sandbox, "DescribeUser", REPLICA, InstanceId=arn, UserId=f"{arn}/agent/u") == by_id


def test_a_number_in_the_replica(sandbox: Sandbox, instance: str) -> None:
    """A number's flow is set with the number's ARN of the source and the flow's of the replica."""
    number = next(sandbox.world.arn(each) for each in sandbox.world.numbers.values())
    params = {"InstanceId": instance, "PhoneNumberId": number, "ContactFlowId": "f"}
    assert _pairs(sandbox, "AssociatePhoneNumberContactFlow", REPLICA, **params) == [
        ("connect:AssociatePhoneNumberContactFlow", f"instance/{instance}/contact-flow/f"),
        ("connect:AssociatePhoneNumberContactFlow", number),
    ]


def test_a_move(sandbox: Sandbox, instance: str, group: str) -> None:
    """To a group: its instance, the number and the group; to an instance: that and the number."""
    name, home = "connect:UpdatePhoneNumber", f"instance/{instance}"
    to_group = _pairs(sandbox, "UpdatePhoneNumber", PhoneNumberId="n", TargetArn=group)
    assert to_group == [(name, home), (name, "phone-number/n"), (name, group.rpartition(":")[2])]
    target = f"arn:aws:connect:{SOURCE}:{sandbox.world.account}:{home}"
    assert _pairs(sandbox, "UpdatePhoneNumber", PhoneNumberId="n", TargetArn=target) == to_group[:2]
    assert _pairs(sandbox, "UpdatePhoneNumber", PhoneNumberId="n", InstanceId=instance) == to_group[:2]


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("ListPhoneNumbersV2", {}, "phone-number/*"),
        ("ListTrafficDistributionGroups", {}, "traffic-distribution-group/*"),
        ("ListContactFlows", {"InstanceId": "i"}, "instance/i/contact-flow/*"),
        ("BatchGetFlowAssociation", {"InstanceId": "i", "ResourceIds": ["n"]}, "phone-number/*"),
        ("CreateContactFlow", {"InstanceId": "i", "Name": "x"}, "instance/i/contact-flow/*"),
        ("GetTrafficDistribution", {"Id": "g"}, "traffic-distribution-group/g"),
        ("StartTestCaseExecution", {"InstanceId": "i", "TestCaseId": "t"}, "instance/i"),
    ],
)
def test_what_names_no_single_resource(sandbox: Sandbox, operation: str, params: dict[str, Any], resource: str) -> None:
    """Lists and what is to be made are of a whole type; what AWS's table has not, of the instance."""
    assert _pairs(sandbox, operation, **params) == [(f"connect:{operation}", resource)]


def test_what_is_deep_in_a_request(sandbox: Sandbox) -> None:
    """Queues of a routing profile and the flow of a queue stand inside of structures, and count."""
    queues = [{"QueueReference": {"QueueId": name, "Channel": "VOICE"}, "Priority": 1, "Delay": 0} for name in "ab"]
    asked = _pairs(sandbox, "AssociateRoutingProfileQueues", InstanceId="i", RoutingProfileId="p", QueueConfigs=queues)
    assert {resource for _, resource in asked} >= {"instance/i/queue/a", "instance/i/queue/b"}
    caller = {"OutboundFlowId": "f", "OutboundCallerIdNumberId": "n"}
    asked = _pairs(sandbox, "CreateQueue", InstanceId="i", HoursOfOperationId="h", OutboundCallerConfig=caller)
    assert {resource for _, resource in asked} >= {"instance/i/contact-flow/f", "phone-number/n"}


def test_what_another_service_does(sandbox: Sandbox) -> None:
    """An instance is described with `ds:DescribeDirectories`, which is allowed on everything or not at all."""
    assert _pairs(sandbox, "DescribeInstance", InstanceId="i")[1:] == [("ds:DescribeDirectories", "*")]
    assert _pairs(sandbox, "ListInstances") == [("connect:ListInstances", "*"), ("ds:DescribeDirectories", "*")]


def test_keys(sandbox: Sandbox, instance: str) -> None:
    """A request has the keys that AWS's table lists for its action, and those of every request."""
    number = next(iter(sandbox.world.numbers.values()))
    number.tags["team"] = "retail"
    arn = sandbox.world.arn(number)
    [*_, asked] = _asked(sandbox, "DisassociatePhoneNumberContactFlow", InstanceId=instance, PhoneNumberId=arn)
    everywhere = {
        "aws:requestedregion": [SOURCE],
        "aws:principalarn": ["arn:aws:iam::111122223333:user/sandbox"],
    }
    assert asked.context == {**everywhere, "connect:instanceid": [instance], "aws:resourcetag/team": ["retail"]}
    [asked] = _asked(sandbox, "ListPhoneNumbersV2", InstanceId=instance)
    assert asked.context == everywhere
    [asked] = _asked(sandbox, "TagResource", resourceArn=arn, tags={"a": "b"})
    assert (asked.resource, asked.context["aws:tagkeys"], asked.context["aws:requesttag/a"]) == (arn, ["a"], ["b"])
    [asked] = _asked(sandbox, "UntagResource", resourceArn=arn, tagKeys=["a", "b"])
    assert asked.context["aws:tagkeys"] == ["a", "b"]


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_is_authorized_on_something(sandbox: Sandbox, operation: str) -> None:
    """Each operation of the sandbox has its own action first, on at least one ARN or on everything."""
    first = _asked(sandbox, operation, InstanceId="i")[0]
    assert first.action == f"connect:{operation}"
    assert first.resource == "*" or first.resource.startswith("arn:aws:connect:")


def test_the_types_are_known() -> None:
    """Each type of AWS's table has a form of ARN here; what a request names of it are members that requests have."""
    known = [
        found
        for name in OPERATIONS
        if (found := authorization(name)) and name not in ("TagResource", "UntagResource", "ListTagsForResource")
    ]
    types = {type_.removeprefix("wildcard-") for row in known for type_ in (*row.required, *row.optional)}
    assert types <= {"instance", *PATHS, *TOP_LEVEL}
    assert set(MEMBERS) == {*PATHS, *TOP_LEVEL}
    text = str(
        [operation_model(name).input_shape.members for name in OPERATIONS if name in service_model().operation_names]
    )
    assert [
        member for members in MEMBERS.values() for member in members if member not in text and "Outbound" not in member
    ] == []


def test_the_roles_have_the_same_table() -> None:
    """What `acgr policy` says that an action is authorized on is what AWS's table says; so is what it needs besides."""
    here = {"inside-instance": "instance", "legacy-phone-number": None}
    for action, theirs in AUTHORIZATIONS.items():
        name = action.removeprefix("connect:")
        ours = authorization(name)
        if ours is None or name in ("TagResource", "UntagResource"):
            continue
        types = {here.get(type_, type_.removeprefix("wildcard-")) for type_ in theirs.on if type_ != "anything"}
        assert types - {None} == {type_.removeprefix("wildcard-") for type_ in ours.required}, action
        assert theirs.needs == ours.needs, action
        assert not theirs.by_instance or "connect:InstanceId" in ours.keys, action
