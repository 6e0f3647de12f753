"""Which Region answers for a TDG or a number, by UUID and by ARN: every operation that takes one, in one table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from acgr_sandbox import Sandbox
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.wire.service_model import operation_model, service_model

IN_PROCESS = pytest.mark.parametrize("connect", ["in process"], indirect=True)

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
NUMBERS = {"TDG": "+442079460002", "source instance": "+442079460001", "replica instance": "+4930239990001"}

OK, GONE, BAD, REQUEST = "ok", "ResourceNotFoundException", "InvalidParameterException", "InvalidRequestException"

# The group "retail": what the source answers for its UUID and its ARN, what the replica answers.
GROUPS: dict[str, tuple[str, str, str, str]] = {
    "DescribeTrafficDistributionGroup": (OK, OK, GONE, OK),
    "DeleteTrafficDistributionGroup": (OK, OK, REQUEST, REQUEST),
    "GetTrafficDistribution": (OK, OK, GONE, OK),
    "UpdateTrafficDistribution": (OK, OK, GONE, OK),
    "ListTrafficDistributionGroupUsers": (OK, OK, GONE, OK),
    "AssociateTrafficDistributionGroupUser": (OK, OK, GONE, REQUEST),
    "DisassociateTrafficDistributionGroupUser": (OK, OK, GONE, REQUEST),
    "SearchAvailablePhoneNumbers": (BAD, OK, BAD, OK),
    "ClaimPhoneNumber": (BAD, OK, BAD, BAD),
    "UpdatePhoneNumber": (BAD, OK, BAD, BAD),
    "ListPhoneNumbersV2": (GONE, OK, GONE, OK),
    "TagResource": (BAD, OK, BAD, OK),
    "UntagResource": (BAD, OK, BAD, OK),
    "ListTagsForResource": (BAD, OK, BAD, OK),
}

# A number: the same four answers, where it is on a TDG, on the source instance, and on the replica's instance.
ANYWHERE = {
    "TDG": (OK, OK, GONE, OK),
    "source instance": (OK, OK, GONE, GONE),
    "replica instance": (GONE, GONE, OK, OK),
}
WHERE_CLAIMED = {**ANYWHERE, "TDG": (OK, OK, GONE, BAD)}
BY_ARN = {
    "TDG": (BAD, OK, BAD, OK),
    "source instance": (BAD, OK, BAD, GONE),
    "replica instance": (BAD, GONE, BAD, OK),
}
FOUND = dict.fromkeys(NUMBERS, (OK, OK, OK, OK))
"""A batch leaves out what it does not know: `test_batches` has what it knows."""

ON_NUMBERS: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "DescribePhoneNumber": ANYWHERE,
    "UpdatePhoneNumber": WHERE_CLAIMED,
    "UpdatePhoneNumberMetadata": ANYWHERE,
    "ReleasePhoneNumber": WHERE_CLAIMED,
    "AssociatePhoneNumberContactFlow": ANYWHERE,
    "DisassociatePhoneNumberContactFlow": ANYWHERE,
    "BatchGetFlowAssociation": FOUND,
    "TagResource": BY_ARN,
    "UntagResource": BY_ARN,
    "ListTagsForResource": BY_ARN,
}

NOT_OF_NUMBERS = {"AssociateFlow", "GetFlowAssociation", "DisassociateFlow"}
"""They take the id of a resource of another kind."""

PLACES = {"TrafficDistributionGroupId", "TargetArn", "PhoneNumberId", "ResourceIds", "resourceArn", "ResourceId"}


class _World:
    """A sandbox with a number on a TDG, one on the source instance, and one on the replica's."""

    def __init__(self, sandbox: Sandbox, connect: Any) -> None:
        self._world, self._connect = sandbox.world, connect
        self.instance, self.user = self._world.instance("northwind").id, self._world.user("bob.jones").id
        self.flow = self._world.flow("Main IVR").id
        client = connect(REPLICA)
        made = client.claim_phone_number(InstanceId=self.instance, PhoneNumber=NUMBERS["replica instance"])
        sandbox.clock.sleep(60)
        at = {"InstanceId": self.instance, "ContactFlowId": self.flow}
        client.associate_phone_number_contact_flow(PhoneNumberId=made["PhoneNumberId"], **at)

    def group(self, form: str) -> str:
        group = self._world.group("retail")
        return group.id if form == "UUID" else self._world.arn(group)

    def number(self, form: str, where: str = "TDG") -> str:
        number = self._world.number(NUMBERS[where])
        return number.id if form == "UUID" else self._world.arn(number)

    def ask(self, operation: str, region: str, params: dict[str, Any]) -> Any:
        client = self._connect(region)
        name = next(key for key, value in client.meta.method_to_api_mapping.items() if value == operation)
        return getattr(client, name)(**params)

    def answer(self, operation: str, region: str, params: dict[str, Any]) -> str:
        try:
            self.ask(operation, region, params)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return OK


@pytest.fixture
def world(sandbox: Sandbox, connect: Any) -> _World:
    """The world of one cell."""
    return _World(sandbox, connect)


def _cells(row: tuple[str, str, str, str]) -> Iterator[tuple[str, str, str]]:
    places = [(region, form) for region in (SOURCE, REPLICA) for form in ("UUID", "ARN")]
    for (region, form), wanted in zip(places, row, strict=True):
        yield region, form, wanted


def _on_group(world: _World, operation: str, group: str) -> dict[str, Any]:
    shares = {"Distributions": [{"Region": SOURCE, "Percentage": 50}, {"Region": REPLICA, "Percentage": 50}]}
    member = {"TrafficDistributionGroupId": group, "UserId": world.user, "InstanceId": world.instance}
    search = {"PhoneNumberCountryCode": "GB", "PhoneNumberType": "DID"}
    token = str(uuid.UUID(int=1))
    return {
        "GetTrafficDistribution": {"Id": group},
        "UpdateTrafficDistribution": {"Id": group, "TelephonyConfig": shares},
        "AssociateTrafficDistributionGroupUser": member,
        "DisassociateTrafficDistributionGroupUser": member,
        "SearchAvailablePhoneNumbers": {"TargetArn": group, **search},
        "ClaimPhoneNumber": {"TargetArn": group, "PhoneNumber": "+442079460123", "ClientToken": token},
        "UpdatePhoneNumber": {"TargetArn": group, "PhoneNumberId": world.number("ARN")},
        "ListPhoneNumbersV2": {"TargetArn": group},
        "TagResource": {"resourceArn": group, "tags": {"team": "sales"}},
        "UntagResource": {"resourceArn": group, "tagKeys": ["team"]},
        "ListTagsForResource": {"resourceArn": group},
    }.get(operation, {"TrafficDistributionGroupId": group})


def _on_number(world: _World, operation: str, number: str) -> dict[str, Any]:
    instance = {"InstanceId": world.instance}
    return {
        "UpdatePhoneNumber": {"PhoneNumberId": number, **instance},
        "UpdatePhoneNumberMetadata": {"PhoneNumberId": number, "PhoneNumberDescription": "Sales"},
        "AssociatePhoneNumberContactFlow": {"PhoneNumberId": number, "ContactFlowId": world.flow, **instance},
        "DisassociatePhoneNumberContactFlow": {"PhoneNumberId": number, **instance},
        "BatchGetFlowAssociation": {"ResourceIds": [number], **instance},
        "TagResource": {"resourceArn": number, "tags": {"team": "sales"}},
        "UntagResource": {"resourceArn": number, "tagKeys": ["team"]},
        "ListTagsForResource": {"resourceArn": number},
    }.get(operation, {"PhoneNumberId": number})


@IN_PROCESS
@pytest.mark.parametrize(
    ("operation", "region", "form", "wanted"),
    [(operation, *cell) for operation, row in GROUPS.items() for cell in _cells(row)],
)
def test_groups(operation: str, region: str, form: str, wanted: str, world: _World) -> None:
    """A TDG goes by UUID or ARN at home, by ARN in the replica, which does less."""
    assert world.answer(operation, region, _on_group(world, operation, world.group(form))) == wanted


@IN_PROCESS
@pytest.mark.parametrize(
    ("operation", "where", "region", "form", "wanted"),
    [
        (operation, where, *cell)
        for operation, rows in ON_NUMBERS.items()
        for where, row in rows.items()
        for cell in _cells(row)
    ],
)
def test_numbers(operation: str, where: str, region: str, form: str, wanted: str, world: _World) -> None:
    """A number goes by UUID or ARN where it was claimed, by ARN in the other Region of its TDG, nowhere else."""
    assert world.answer(operation, region, _on_number(world, operation, world.number(form, where))) == wanted


@IN_PROCESS
@pytest.mark.parametrize("where", NUMBERS)
def test_batches(where: str, world: _World) -> None:
    """A batch knows a number by its ARN, in the Regions that have its flow."""
    known = {
        (region, form)
        for region, form, _ in _cells(("", "", "", ""))
        if world.ask(
            "BatchGetFlowAssociation", region, _on_number(world, "BatchGetFlowAssociation", world.number(form, where))
        )["FlowAssociationSummaryList"]
    }
    regions = {"TDG": (SOURCE, REPLICA), "source instance": (SOURCE,), "replica instance": (REPLICA,)}[where]
    assert known == {(region, "ARN") for region in regions}


def test_the_tables_are_complete() -> None:
    """Every operation of the sandbox that takes a TDG or a number stands in a table."""
    for name in set(OPERATIONS) & set(service_model().operation_names):
        shape = operation_model(name).input_shape
        if name not in NOT_OF_NUMBERS and shape is not None and PLACES & set(shape.members):
            assert name in GROUPS or name in ON_NUMBERS, name
