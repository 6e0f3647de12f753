"""What Connect answers, typed: one frozen record an object, read from the wire's dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from acgr_connect.model.arns import Arn, is_arn, parse

Wire = Mapping[str, Any]


@dataclass(frozen=True)
class Instance:
    """An instance as one Region shows it. `regions` has the source Region first; one entry: not replicated."""

    arn: Arn
    alias: str
    source_region: str | None
    regions: tuple[str, ...]

    @classmethod
    def read(cls, answer: Wire) -> Instance:
        """From `DescribeInstance`."""
        shown = answer["Instance"]
        arn = parse(shown["Arn"], "instance")
        replication = answer.get("ReplicationConfiguration") or {}
        source = replication.get("SourceRegion")
        others = [s["Region"] for s in replication.get("ReplicationStatusSummaryList", []) if s["Region"] != source]
        regions = (source, *others) if source else (arn.region,)
        return cls(arn, shown.get("InstanceAlias", ""), source, regions)


@dataclass(frozen=True)
class Group:
    """A traffic distribution group. `instance` is the source instance's ARN."""

    arn: Arn
    name: str
    instance: Arn
    status: str
    is_default: bool

    @classmethod
    def read(cls, shown: Wire) -> Group:
        """From `DescribeTrafficDistributionGroup` or a row of `ListTrafficDistributionGroups`."""
        return cls(
            parse(shown["Arn"], "traffic-distribution-group"),
            shown["Name"],
            parse(shown["InstanceArn"], "instance"),
            shown["Status"],
            bool(shown.get("IsDefault", False)),
        )


def telephony_shares(answer: Wire) -> dict[str, int]:
    """Region to the percentage of calls that it takes, from `GetTrafficDistribution`."""
    telephony = answer.get("TelephonyConfig") or {}
    return {share["Region"]: int(share["Percentage"]) for share in telephony.get("Distributions", [])}


@dataclass(frozen=True)
class Number:
    """A claimed phone number. `status`, `message` and `tags` are empty in lists, which do not carry them."""

    arn: Arn
    e164: str
    target: Arn
    description: str
    status: str = ""
    message: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, shown: Wire) -> Number:
        """From `DescribePhoneNumber` or a row of `ListPhoneNumbersV2`."""
        status = shown.get("PhoneNumberStatus") or {}
        return cls(
            parse(shown["PhoneNumberArn"], "phone-number"),
            shown["PhoneNumber"],
            parse(shown["TargetArn"], "instance", "traffic-distribution-group"),
            shown.get("PhoneNumberDescription", ""),
            status.get("Status", ""),
            status.get("Message", ""),
            dict(shown.get("Tags") or {}),
        )

    @classmethod
    def described(cls, shown: Wire) -> Number:
        """From `DescribePhoneNumber`, which shows the status.

        Raises:
            KeyError: it does not: such an answer says nothing of a number that is moving.
        """
        if not (shown.get("PhoneNumberStatus") or {}).get("Status"):
            raise KeyError("PhoneNumberStatus")
        return cls.read(shown)


ANSWERS_NUMBERS = "CONTACT_FLOW"
"""The only type of flow that a number can have (N7)."""


@dataclass(frozen=True)
class Flow:
    """A flow of one Region's instance."""

    arn: Arn
    name: str
    type: str
    state: str
    status: str

    @classmethod
    def read(cls, shown: Wire) -> Flow:
        """From a row of `ListContactFlows`."""
        return cls(
            parse(shown["Arn"], "contact-flow"),
            shown.get("Name", ""),
            shown.get("ContactFlowType", ""),
            shown.get("ContactFlowState", "ACTIVE"),
            shown.get("ContactFlowStatus", "PUBLISHED"),
        )


@dataclass(frozen=True)
class User:
    """A user of an instance; an agent, where a traffic distribution group has it."""

    arn: Arn
    username: str

    @classmethod
    def read(cls, shown: Wire) -> User:
        """From `DescribeUser` or a row of `ListUsers`."""
        return cls(parse(shown["Arn"], "agent"), shown["Username"])


def association(instance: Arn, shown: Wire) -> tuple[str, Arn]:
    """A number's UUID and its flow in an instance, from `ListFlowAssociations` or `BatchGetFlowAssociation`.

    The UUID alone, because the replica Region may write the number's ARN otherwise. A flow may come as a bare id, or
    with the version that answers.
    """
    flow = shown["FlowId"].split(":$", 1)[0]
    found = parse(flow, "contact-flow") if is_arn(flow) else instance.inside("contact-flow", flow)
    return last_part(shown["ResourceId"]), found


def last_part(identifier: str) -> str:
    """The bare id at the end of an ARN, or the identifier itself."""
    return identifier.rsplit("/", 1)[-1]
