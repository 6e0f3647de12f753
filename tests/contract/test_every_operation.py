"""Every operation that is implemented, called by boto3 in process and over HTTP, and by awscli."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from acgr_sandbox import Sandbox, World
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.server import Server

AWS = Path(sys.executable).with_name("aws")


def _ids(world: World) -> dict[str, str]:
    names = {"group": world.group("retail"), "user": world.user("bob.jones"), "number": world.number("+442079460001")}
    return {
        "instance": world.instance("northwind").id,
        **{name: thing.id for name, thing in names.items()},
        **{f"{name}_arn": world.arn(thing) for name, thing in names.items()},
        "flow": world.flow("Winter IVR").id,
        "default": world.group("Default").id,
        "placed_arn": world.arn(world.number("+442079460002")),
        "default_arn": world.arn(world.group("Default")),
    }


def _shares(source: int) -> dict[str, Any]:
    shares = {"eu-west-2": source, "eu-central-1": 100 - source}
    return {"Distributions": [{"Region": region, "Percentage": share} for region, share in shares.items()]}


_SEARCH = {"StringCondition": {"FieldName": "Username", "Value": "BOB", "ComparisonType": "STARTS_WITH"}}

Look = Callable[[dict[str, Any], World], Any]

# Operation: parameters ($name stands for an id), what to look at afterwards, and what is to be seen there.
CALLS: dict[str, tuple[dict[str, Any], Look, Any]] = {
    "DescribeInstance": (
        {"InstanceId": "$instance"},
        lambda answer, _: answer["ReplicationConfiguration"]["SourceRegion"],
        "eu-west-2",
    ),
    "ListInstances": ({}, lambda answer, _: len(answer["InstanceSummaryList"]), 2),
    "CreateTrafficDistributionGroup": (
        {"Name": "sales", "InstanceId": "$instance", "Tags": {"team": "sales"}},
        lambda answer, world: (world.group("sales").status, world.group("sales").tags, answer["Arn"][:22]),
        ("CREATION_IN_PROGRESS", {"team": "sales"}, "arn:aws:connect:eu-wes"),
    ),
    "DescribeTrafficDistributionGroup": (
        {"TrafficDistributionGroupId": "$group_arn"},
        lambda answer, _: answer["TrafficDistributionGroup"]["Status"],
        "ACTIVE",
    ),
    "ListTrafficDistributionGroups": (
        {"InstanceId": "$instance"},
        lambda answer, _: sorted(group["Name"] for group in answer["TrafficDistributionGroupSummaryList"]),
        ["Default", "emergency", "forming", "retail"],
    ),
    "DeleteTrafficDistributionGroup": (
        {"TrafficDistributionGroupId": "$group"},
        lambda _, world: world.group("retail").status,
        "PENDING_DELETION",
    ),
    "GetTrafficDistribution": (
        {"Id": "$group_arn"},
        lambda answer, _: answer["TelephonyConfig"]["Distributions"][0],
        {"Region": "eu-west-2", "Percentage": 100},
    ),
    "UpdateTrafficDistribution": (
        {"Id": "$group_arn", "TelephonyConfig": _shares(30)},
        lambda _, world: (world.group("retail").telephony, world.group("retail").status),
        ({"eu-west-2": 30, "eu-central-1": 70}, "UPDATE_IN_PROGRESS"),
    ),
    "AssociateTrafficDistributionGroupUser": (
        {"TrafficDistributionGroupId": "$group_arn", "UserId": "$user_arn", "InstanceId": "$instance"},
        lambda _, world: world.group("retail").members == [world.user("bob.jones").id],
        True,
    ),
    "DisassociateTrafficDistributionGroupUser": (
        {"TrafficDistributionGroupId": "$default_arn", "UserId": "$alice_arn", "InstanceId": "$instance"},
        lambda _, world: world.group("Default").members,
        [],
    ),
    "ListTrafficDistributionGroupUsers": (
        {"TrafficDistributionGroupId": "$default_arn"},
        lambda answer, world: (
            answer["TrafficDistributionGroupUserSummaryList"][0]["UserId"] == world.user("alice.smith").id
        ),
        True,
    ),
    "UpdatePhoneNumber": (
        {"PhoneNumberId": "$number_arn", "TargetArn": "$group_arn"},
        lambda _, world: (world.number("+442079460001").status, world.number("+442079460001").flows),
        ("IN_PROGRESS", {}),
    ),
    "UpdatePhoneNumberMetadata": (
        {"PhoneNumberId": "$number_arn", "PhoneNumberDescription": "Reception"},
        lambda _, world: (world.number("+442079460001").description, world.number("+442079460001").status),
        ("Reception", "IN_PROGRESS"),
    ),
    "DescribePhoneNumber": (
        {"PhoneNumberId": "$number_arn"},
        lambda answer, _: answer["ClaimedPhoneNumberSummary"]["PhoneNumberStatus"],
        {"Status": "CLAIMED"},
    ),
    "ListPhoneNumbersV2": (
        {"TargetArn": "$default_arn"},
        lambda answer, _: [number["PhoneNumber"] for number in answer["ListPhoneNumbersSummaryList"]],
        ["+442079460002"],
    ),
    "ReleasePhoneNumber": (
        {"PhoneNumberId": "$number"},
        lambda _, world: world.number("+442079460001").status,
        "IN_PROGRESS",
    ),
    "AssociatePhoneNumberContactFlow": (
        {"PhoneNumberId": "$number_arn", "InstanceId": "$instance", "ContactFlowId": "$flow"},
        lambda _, world: world.number("+442079460001").flow_in("eu-west-2") == world.flow("Winter IVR").id,
        True,
    ),
    "DisassociatePhoneNumberContactFlow": (
        {"PhoneNumberId": "$number_arn", "InstanceId": "$instance"},
        lambda _, world: world.number("+442079460001").flow_in("eu-west-2"),
        None,
    ),
    "ListFlowAssociations": (
        {"InstanceId": "$instance", "ResourceType": "VOICE_PHONE_NUMBER"},
        lambda answer, _: len(answer["FlowAssociationSummaryList"]),
        3,
    ),
    "BatchGetFlowAssociation": (
        {"InstanceId": "$instance", "ResourceIds": ["$placed_arn"]},
        lambda answer, world: answer["FlowAssociationSummaryList"][0]["FlowId"] == world.arn(world.flow("Main IVR")),
        True,
    ),
    "ListContactFlows": (
        {"InstanceId": "$instance", "ContactFlowTypes": ["CONTACT_FLOW", "AGENT_WHISPER"]},
        lambda answer, _: len(answer["ContactFlowSummaryList"]),
        6,
    ),
    "DescribeContactFlow": (
        {"InstanceId": "$instance", "ContactFlowId": "$flow"},
        lambda answer, _: answer["ContactFlow"]["Name"],
        "Winter IVR",
    ),
    "ListUsers": ({"InstanceId": "$instance"}, lambda answer, _: len(answer["UserSummaryList"]), 15),
    "SearchUsers": (
        {"InstanceId": "$instance", "SearchCriteria": _SEARCH},
        lambda answer, _: [user["Username"] for user in answer["Users"]],
        ["bob.jones"],
    ),
    "DescribeUser": (
        {"InstanceId": "$instance", "UserId": "$user"},
        lambda answer, _: answer["User"]["IdentityInfo"],
        {"FirstName": "Bob", "LastName": "Jones"},
    ),
    "TagResource": (
        {"resourceArn": "$number_arn", "tags": {"team": "front desk"}},
        lambda _, world: world.number("+442079460001").tags,
        {"team": "front desk"},
    ),
    "UntagResource": (
        {"resourceArn": "$group_arn", "tagKeys": ["team"]},
        lambda _, world: world.group("retail").tags,
        {},
    ),
    "ListTagsForResource": ({"resourceArn": "$group_arn"}, lambda answer, _: answer["tags"], {}),
}


def _filled(value: Any, world: World) -> Any:
    ids = {**_ids(world), "alice_arn": world.arn(world.user("alice.smith"))}
    if isinstance(value, dict):
        return {key: _filled(item, world) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, world) for item in value]
    return ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _check(operation: str, answer: dict[str, Any], sandbox: Sandbox) -> None:
    _, look, expected = CALLS[operation]
    assert look(answer, sandbox.world) == expected
    assert sandbox.counters.calls(operation, outcome="ok") == 1


def test_no_operation_is_left_out() -> None:
    """Every operation that is implemented is called here."""
    assert sorted(CALLS) == sorted(OPERATIONS)


@pytest.mark.parametrize("operation", CALLS)
def test_boto3(operation: str, connect: Callable[..., Any], sandbox: Sandbox) -> None:
    """boto3 gets its answer, and the world is what the operation says."""
    params = _filled(CALLS[operation][0], sandbox.world)
    _check(operation, getattr(connect(), xform_name(operation))(**params), sandbox)


@pytest.mark.parametrize("operation", CALLS)
def test_awscli(operation: str, served: Server, sandbox: Sandbox) -> None:
    """Awscli gets its answer, and the world is what the operation says."""
    params = _filled(CALLS[operation][0], sandbox.world)
    _check(operation, aws("connect", xform_name(operation, "-"), params, served.url), sandbox)


def test_awscli_asks_who_it_is(served: Server) -> None:
    """STS GetCallerIdentity names the scenario's account."""
    assert aws("sts", "get-caller-identity", {}, served.url)["Account"] == "111122223333"


def aws(service: str, command: str, params: dict[str, Any], url: str) -> dict[str, Any]:
    """What awscli prints, as JSON; it must succeed."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_MAX_ATTEMPTS": "1",
    }
    done = subprocess.run(
        [str(AWS), service, command, "--cli-input-json", json.dumps(params), "--output", "json"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)) if done.stdout.strip() else {}
