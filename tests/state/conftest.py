"""What a stack stores of each resource, as it was when the format was frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

import acgr
from acgr_connect.model.clock import SystemClock

INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/0a1b2c3d-0000-4000-8000-000000000001"
REPLICA = INSTANCE.replace("eu-west-2", "eu-central-1")
GROUP = "arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/0a1b2c3d-0000-4000-8000-000000000002"
NUMBER = "arn:aws:connect:eu-west-2:111122223333:phone-number/0a1b2c3d-0000-4000-8000-000000000003"
USER = f"{INSTANCE}/agent/0a1b2c3d-0000-4000-8000-000000000004"
FLOW = "contact-flow/0a1b2c3d-0000-4000-8000-000000000005"


@dataclass(frozen=True)
class Frozen:
    """One resource as stacks store it. None of this may change: stored state refers to it.

    Attributes:
        name: of the class, and the end of its type token.
        stored: `__provider`, as base64.
        raw: the same, decoded.
        optional: the names of the inputs that may be left out.
        inputs: the inputs of one resource, as stored; with `optional`, all there are.
        outputs: its outputs, as stored.
        id: its id.
        unfinished: the names of the outputs that only a change which stopped half-way leaves; they come last.
    """

    name: str
    stored: str
    raw: bytes
    optional: frozenset[str]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    id: str
    unfinished: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """The resource's type, as every URN spells it."""
        return f"pulumi-python:dynamic/acgr:{self.name}"

    @property
    def provider(self) -> type[Any]:
        """The provider's class, as the facade gives it."""
        found: type[Any] = getattr(acgr, f"{self.name}Provider")
        return found


FROZEN = [
    Frozen(
        "TrafficDistributionGroupUser",
        "gASVNAAAAAAAAACMBGFjZ3KUjCRUcmFmZmljRGlzdHJpYnV0aW9uR3JvdXBVc2VyUHJvdmlkZXKUk5QpgZQu",
        b"\x80\x04\x954\x00\x00\x00\x00\x00\x00\x00\x8c\x04acgr\x94\x8c$TrafficDistributionGroupUserProvider"
        b"\x94\x93\x94)\x81\x94.",
        frozenset({"source_region"}),
        {"traffic_distribution_group": GROUP, "user": "alice", "source_region": "eu-west-2"},
        {"user_arn": USER, "username": "alice", "traffic_distribution_group_arn": GROUP},
        USER,
        ("also_on_arn",),
    ),
    Frozen(
        "PhoneNumberPlacement",
        "gASVLAAAAAAAAACMBGFjZ3KUjBxQaG9uZU51bWJlclBsYWNlbWVudFByb3ZpZGVylJOUKYGULg==",
        b"\x80\x04\x95,\x00\x00\x00\x00\x00\x00\x00\x8c\x04acgr\x94\x8c\x1cPhoneNumberPlacementProvider"
        b"\x94\x93\x94)\x81\x94.",
        frozenset({"return_to", "description", "source_region", "replica_region", "max_number_removals"}),
        {
            "phone_number": "+442079460001",
            "target": GROUP,
            "flow": {"eu-west-2": "Main IVR", "eu-central-1": "Main IVR"},
            "return_to": "instance",
            "description": "Sales",
            "source_region": "eu-west-2",
            "replica_region": "eu-central-1",
            "max_number_removals": "25%",
        },
        {
            "phone_number_arn": NUMBER,
            "e164": "+442079460001",
            "instance_arn": INSTANCE,
            "target_arn": GROUP,
            "placed_on_arn": GROUP,
            "placed_flow_arns": {"eu-west-2": f"{INSTANCE}/{FLOW}", "eu-central-1": f"{REPLICA}/{FLOW}"},
            "contact_flow_arns": {"eu-west-2": f"{INSTANCE}/{FLOW}", "eu-central-1": f"{REPLICA}/{FLOW}"},
            "dark_regions": [],
            "dark_seconds": 2.5,
        },
        NUMBER,
    ),
    Frozen(
        "PhoneNumberContactFlow",
        "gASVLgAAAAAAAACMBGFjZ3KUjB5QaG9uZU51bWJlckNvbnRhY3RGbG93UHJvdmlkZXKUk5QpgZQu",
        b"\x80\x04\x95.\x00\x00\x00\x00\x00\x00\x00\x8c\x04acgr\x94\x8c\x1ePhoneNumberContactFlowProvider"
        b"\x94\x93\x94)\x81\x94.",
        frozenset({"source_region"}),
        {
            "phone_number": "+442079460001",
            "region": "eu-central-1",
            "flow": "Main IVR",
            "source_region": "eu-west-2",
        },
        {
            "phone_number_arn": NUMBER,
            "e164": "+442079460001",
            "instance_arn": REPLICA,
            "contact_flow_arn": f"{REPLICA}/{FLOW}",
            "placed_flow_arn": f"{REPLICA}/{FLOW}",
        },
        f"{NUMBER}#{REPLICA}",
    ),
    Frozen(
        "TrafficDistributionGroupRoster",
        "gASVNgAAAAAAAACMBGFjZ3KUjCZUcmFmZmljRGlzdHJpYnV0aW9uR3JvdXBSb3N0ZXJQcm92aWRlcpSTlCmBlC4=",
        b"\x80\x04\x956\x00\x00\x00\x00\x00\x00\x00\x8c\x04acgr\x94\x8c&TrafficDistributionGroupRosterProvider\x94\x93\x94)\x81\x94.",
        frozenset({"authoritative", "max_removals", "source_region"}),
        {
            "traffic_distribution_group": GROUP,
            "users": {"alice": "alice", "lead": USER.replace("004", "006")},
            "authoritative": False,
            "max_removals": "10%",
            "source_region": "eu-west-2",
        },
        {
            "members": {"alice": USER, "lead": USER.replace("004", "006")},
            "failed": {},
            "undeclared": [],
            "traffic_distribution_group_arn": GROUP,
        },
        GROUP,
    ),
    Frozen(
        "TrafficDistributionGroup",
        "gASVMAAAAAAAAACMBGFjZ3KUjCBUcmFmZmljRGlzdHJpYnV0aW9uR3JvdXBQcm92aWRlcpSTlCmBlC4=",
        b"\x80\x04\x950\x00\x00\x00\x00\x00\x00\x00\x8c\x04acgr\x94\x8c TrafficDistributionGroupProvider"
        b"\x94\x93\x94)\x81\x94.",
        frozenset({"description", "tags", "source_region"}),
        {
            "instance": "northwind",
            "name": "retail",
            "description": "Shops",
            "tags": {"team": "retail"},
            "source_region": "eu-west-2",
        },
        {
            "traffic_distribution_group_arn": GROUP,
            "instance_arn": INSTANCE,
            "status": "ACTIVE",
            "is_default": False,
        },
        GROUP,
    ),
    Frozen(
        "InstanceReplica",
        "gASVJwAAAAAAAACMBGFjZ3KUjBdJbnN0YW5jZVJlcGxpY2FQcm92aWRlcpSTlCmBlC4=",
        b"\x80\x04\x95'\x00\x00\x00\x00\x00\x00\x00\x8c\x04acgr\x94\x8c\x17InstanceReplicaProvider"
        b"\x94\x93\x94)\x81\x94.",
        frozenset({"replica_alias", "on_delete", "source_region"}),
        {
            "instance": "northwind",
            "replica_region": "eu-central-1",
            "replica_alias": "northwind-2",
            "on_delete": "leave",
            "source_region": "eu-west-2",
        },
        {
            "instance_arn": INSTANCE,
            "replica_arn": REPLICA,
            "default_traffic_distribution_group_arn": GROUP,
            "status": "INSTANCE_REPLICATION_COMPLETE",
        },
        REPLICA,
    ),
]
"""Every resource that stacks store. A new one is added here once; from then on its entry stays."""


@pytest.fixture(params=FROZEN, ids=lambda frozen: frozen.name)
def frozen(request: pytest.FixtureRequest) -> Frozen:
    """Each resource in turn."""
    resource: Frozen = request.param
    return resource


@pytest.fixture
def frozen_names() -> set[str]:
    """The names of all resources that are frozen."""
    return {resource.name for resource in FROZEN}


class _Nobody:
    """A session without credentials: state is judged all the same."""

    def client(self, service_name: str, /, **options: Any) -> Any:
        """Refuse, as boto3 does."""
        raise NoCredentialsError


@pytest.fixture(autouse=True)
def _unreachable() -> Iterator[None]:
    with acgr.connected(_Nobody(), SystemClock()):
        yield
