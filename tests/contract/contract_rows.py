"""What can be seen of a contact centre that settles a row of docs/sandbox.md: the value its switch should have.

Each of these looks at a pair of replicated instances, real or imitated, and returns the value of a switch.
`READ` changes nothing. `WRITE` puts one agent on one TDG and takes it off again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

ABSENT = str(uuid.UUID(int=4, version=4))


class Undecided(Exception):
    """This account has nothing to see it by."""


@dataclass(frozen=True)
class Centre:
    """Clients of both Regions, and ids of what there is; `user` is the agent that may be moved about."""

    source: Any
    replica: Any
    source_region: str
    replica_region: str
    instance: str
    instance_arn: str
    group: str
    user: str = ""

    def numbers(self, target: str) -> list[dict[str, Any]]:
        """The numbers on a TDG or instance, the first hundred."""
        return list(self.source.list_phone_numbers_v2(TargetArn=target)["ListPhoneNumbersSummaryList"])

    def groups(self) -> list[str]:
        """The ARNs of all TDGs, the one with numbers first."""
        rows = self.source.list_traffic_distribution_groups(InstanceId=self.instance)
        return [row["Arn"] for row in rows["TrafficDistributionGroupSummaryList"]]

    def number(self) -> dict[str, Any]:
        """A number on a TDG."""
        for group in self.groups():
            for number in self.numbers(group):
                return number
        raise Undecided("No number is on a traffic distribution group.")

    def members(self, region: Any, **more: Any) -> list[str]:
        """Users on the TDG with the most members seen."""
        found: list[str] = []
        for group in self.groups():
            rows = region.list_traffic_distribution_group_users(TrafficDistributionGroupId=group, **more)
            found = max(found, [row["UserId"] for row in rows["TrafficDistributionGroupUserSummaryList"]], key=len)
        if not found:
            raise Undecided("No user is on a traffic distribution group.")
        return found

    def membership(self) -> dict[str, str]:
        """What Associate and Disassociate take."""
        if not self.user:
            raise Undecided("ACGR_CONTRACT_USER names no user.")
        return {"TrafficDistributionGroupId": self.group, "UserId": self.user, "InstanceId": self.instance}


def code_of(ask: Callable[..., Any], **params: Any) -> str:
    """The error's code, or an empty text."""
    try:
        ask(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def error_member(centre: Centre) -> str:
    """S-T3: in which member of the body an error has its text."""
    bodies: list[bytes] = []
    events = centre.source.meta.events

    def see(response_dict: dict[str, Any], **_: Any) -> None:
        bodies.append(response_dict["body"])

    events.register("before-parse.connect", see)
    code_of(centre.source.describe_instance, InstanceId=ABSENT)
    events.unregister("before-parse.connect", see)
    return "message" if b'"message"' in bodies[-1] else "Message"


def instance_arn_as_id(centre: Centre) -> bool:
    """Operations whose page says "identifier" take an instance's ARN."""
    return not code_of(centre.source.list_users, InstanceId=centre.instance_arn, MaxResults=1)


def source_in_replication_status(centre: Centre) -> bool:
    """DescribeInstance lists the source Region among the statuses."""
    found = centre.source.describe_instance(InstanceId=centre.instance)["ReplicationConfiguration"]
    return centre.source_region in [row["Region"] for row in found["ReplicationStatusSummaryList"]]


def instance_number_in_replica(centre: Centre) -> str:
    """S-A3: whether the replica knows a number of the source instance."""
    numbers = centre.numbers(centre.instance_arn)
    if not numbers:
        raise Undecided("No number is on the source instance itself.")
    hidden = code_of(centre.replica.describe_phone_number, PhoneNumberId=numbers[0]["PhoneNumberArn"])
    return "hidden" if hidden else "shown"


def old_number_arn(centre: Centre) -> str:
    """S-A9: whether the first form of number ARNs is taken."""
    old = centre.number()["PhoneNumberArn"].replace(":phone-number/", f":instance/{centre.instance}/phone-number/")
    return "refuse" if code_of(centre.source.describe_phone_number, PhoneNumberId=old) else "accept"


def group_users_over_page(centre: Centre) -> str:
    """S-U6: what a page of 1000 users is answered."""
    try:
        centre.members(centre.source, MaxResults=1000)
    except ClientError:
        return "refuse"
    return "cap"


def user_id_form(centre: Centre) -> str:
    """S-U8: how the list names users."""
    return "arn" if centre.members(centre.source)[0].startswith("arn:") else "uuid"


def list_includes_group_numbers(centre: Centre) -> bool:
    """S-N12: whether the list without a target has numbers on TDGs."""
    wanted = centre.number()["PhoneNumberArn"]
    pages = centre.source.get_paginator("list_phone_numbers_v2").paginate(PaginationConfig={"PageSize": 1000})
    return any(wanted == row["PhoneNumberArn"] for page in pages for row in page["ListPhoneNumbersSummaryList"])


def batch_unknown(centre: Centre) -> str:
    """S-F6: what BatchGetFlowAssociation says of a number it does not know."""
    absent = centre.group.rsplit(":", 1)[0] + f":phone-number/{ABSENT}"
    ask = {"InstanceId": centre.instance, "ResourceIds": [absent]}
    return "error" if code_of(centre.source.batch_get_flow_association, **ask) else "omit"


def replica_arn_form(centre: Centre) -> str:
    """S-F7: which Region a number's ARN names in the replica's list."""
    ask = {"InstanceId": centre.instance, "ResourceType": "VOICE_PHONE_NUMBER"}
    rows = centre.replica.list_flow_associations(**ask)["FlowAssociationSummaryList"]
    if not rows:
        raise Undecided("No number has a flow in the replica.")
    return "source" if f":{centre.source_region}:" in rows[0]["ResourceId"] else "replica"


def replica_flow_ids(centre: Centre) -> str:
    """S-F10: whether flows have the same ids in both Regions."""
    here, there = (_flow_ids(client, centre.instance) for client in (centre.source, centre.replica))
    both = set(here) & set(there)
    if not both:
        raise Undecided("No flow is in both Regions.")
    return "same" if all(here[name] == there[name] for name in both) else "different"


def _flow_ids(client: Any, instance: str) -> dict[str, str]:
    pages = client.get_paginator("list_contact_flows").paginate(InstanceId=instance)
    return {row["Name"]: row["Id"] for page in pages for row in page["ContactFlowSummaryList"]}


def user_outside_home(centre: Centre) -> str:
    """S-A5: the error for associating a user in the replica."""
    return code_of(centre.replica.associate_traffic_distribution_group_user, **centre.membership())


def reassociate(centre: Centre) -> str:
    """S-U3: what a second association of the same pair is answered."""
    associate = centre.source.associate_traffic_distribution_group_user
    associate(**centre.membership())
    again = code_of(associate, **centre.membership())
    centre.source.disassociate_traffic_distribution_group_user(**centre.membership())
    return "conflict" if again else "success"


def disassociate_absent(centre: Centre) -> str:
    """S-U5: what taking off a user who is not there is answered."""
    code = code_of(centre.source.disassociate_traffic_distribution_group_user, **centre.membership())
    return "not-found" if code else "success"


READ: dict[str, tuple[str, Callable[[Centre], object]]] = {
    look.__name__: ((look.__doc__ or "").partition(":")[0] if ":" in (look.__doc__ or "") else "", look)
    for look in (
        error_member,
        instance_arn_as_id,
        source_in_replication_status,
        instance_number_in_replica,
        old_number_arn,
        group_users_over_page,
        user_id_form,
        list_includes_group_numbers,
        batch_unknown,
        replica_arn_form,
        replica_flow_ids,
    )
}
WRITE: dict[str, tuple[str, Callable[[Centre], object]]] = {
    look.__name__: ((look.__doc__ or "").partition(":")[0], look)
    for look in (user_outside_home, reassociate, disassociate_absent)
}
