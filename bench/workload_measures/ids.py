"""What names mean in a sandbox: ids for tools that take nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3

from .centre import FLOW, GROUP, SOURCE


@dataclass(frozen=True)
class Ids:
    """The centre's ids.

    Attributes:
        numbers: by E.164.
        users: by name.
    """

    instance: str
    group_arn: str
    home_arn: str
    flow: str
    flow_arn: str
    numbers: dict[str, str]
    users: dict[str, str]


def ids(url: str) -> Ids:
    """Look everything up, while nothing is measured."""
    connect = boto3.client(
        "connect", region_name=SOURCE, endpoint_url=url, aws_access_key_id="sandbox", aws_secret_access_key="sandbox"
    )

    def listed(operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
        pages = connect.get_paginator(operation).paginate(**parameters)
        return [row for page in pages for row in page[key]]

    instance = listed("list_instances", "InstanceSummaryList")[0]["Id"]
    groups = {g["Name"]: g["Arn"] for g in listed("list_traffic_distribution_groups", _GROUPS)}
    flows = {f["Name"]: f for f in listed("list_contact_flows", "ContactFlowSummaryList", InstanceId=instance)}
    numbers = listed("list_phone_numbers_v2", "ListPhoneNumbersSummaryList")
    users = listed("list_users", "UserSummaryList", InstanceId=instance)
    return Ids(
        instance,
        groups[GROUP],
        groups["everyone"],
        flows[FLOW]["Id"],
        flows[FLOW]["Arn"],
        {n["PhoneNumber"]: n["PhoneNumberId"] for n in numbers},
        {u["Username"]: u["Id"] for u in users},
    )


_GROUPS = "TrafficDistributionGroupSummaryList"
