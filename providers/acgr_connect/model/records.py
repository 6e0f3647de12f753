"""What Connect answers, typed: one frozen record an object, read from the wire's dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from acgr_connect.model.arns import Arn, is_arn, parse

Wire = Mapping[str, Any]


@dataclass(frozen=True)
class Replication:
    """How far an instance is replicated to a Region: `INSTANCE_REPLICATION_COMPLETE`, or another status, and why."""

    region: str
    status: str
    reason: str


@dataclass(frozen=True)
class Instance:
    """An instance as one Region shows it. `regions` has the source Region first; one entry: not replicated."""

    arn: Arn
    alias: str
    source_region: str | None
    regions: tuple[str, ...]
    status: str = "ACTIVE"
    replication: tuple[Replication, ...] = ()

    @property
    def source(self) -> Arn:
        """The ARN in the source Region."""
        return self.arn.in_region(self.regions[0])

    def replication_to(self, region: str) -> Replication | None:
        """How far it is replicated to a Region, or None: it is not, and nobody has asked for it."""
        return next((row for row in self.replication if row.region == region), None)

    @classmethod
    def listed(cls, shown: Wire) -> Instance:
        """From a row of `ListInstances`, which says nothing of the replication."""
        arn = parse(shown["Arn"], "instance")
        return cls(arn, shown.get("InstanceAlias", ""), None, (arn.region,), shown.get("InstanceStatus", "ACTIVE"))

    @classmethod
    def read(cls, answer: Wire) -> Instance:
        """From `DescribeInstance`."""
        shown = answer["Instance"]
        arn = parse(shown["Arn"], "instance")
        replication = answer.get("ReplicationConfiguration") or {}
        source = replication.get("SourceRegion")
        rows = tuple(
            Replication(row["Region"], row.get("ReplicationStatus", ""), row.get("ReplicationStatusReason", ""))
            for row in replication.get("ReplicationStatusSummaryList", [])
        )
        others = [row.region for row in rows if row.region != source]
        regions = (source, *others) if source else (arn.region,)
        status = shown.get("InstanceStatus", "ACTIVE")
        return cls(arn, shown.get("InstanceAlias", ""), source, regions, status, rows)


@dataclass(frozen=True)
class Group:
    """A traffic distribution group. `instance` is the source instance's ARN.

    `description` and `tags` are empty in lists, which do not carry them.
    """

    arn: Arn
    name: str
    instance: Arn
    status: str
    is_default: bool
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, shown: Wire) -> Group:
        """From `DescribeTrafficDistributionGroup` or a row of `ListTrafficDistributionGroups`."""
        return cls(
            parse(shown["Arn"], "traffic-distribution-group"),
            shown["Name"],
            parse(shown["InstanceArn"], "instance"),
            shown["Status"],
            bool(shown.get("IsDefault", False)),
            shown.get("Description") or "",
            dict(shown.get("Tags") or {}),
        )


@dataclass(frozen=True)
class Distribution:
    """How a traffic distribution group spreads calls and agents over the Regions.

    Attributes:
        telephony: Region to the percentage of calls that it takes.
        agents: Region to the percentage of agents who work there.
        sign_in: Region to whether agents may sign in there; empty for groups that do not decide it.
    """

    telephony: Mapping[str, int]
    agents: Mapping[str, int]
    sign_in: Mapping[str, bool]

    @classmethod
    def read(cls, answer: Wire) -> Distribution:
        """From `GetTrafficDistribution`."""
        sign_in = (answer.get("SignInConfig") or {}).get("Distributions", [])
        return cls(
            telephony_shares(answer),
            _shares(answer.get("AgentConfig")),
            {row["Region"]: bool(row["Enabled"]) for row in sign_in},
        )

    @classmethod
    def whole(cls, answer: Wire, *, sign_in: bool) -> Distribution:
        """The same, of which no part may be missing; `sign_in`: of the default group, which decides it.

        Raises:
            KeyError: it lacks a part: such an answer says nothing of what is to be changed, or to be put back.
        """
        found = cls.read(answer)
        shares = {"TelephonyConfig": found.telephony, "AgentConfig": found.agents}
        parts: dict[str, Mapping[str, object]] = {**shares, **({"SignInConfig": found.sign_in} if sign_in else {})}
        for name, part in parts.items():
            if len(part) != 2:
                raise KeyError(name)
        if any(sum(shares[name].values()) != 100 for name in shares):
            raise ValueError("shares that do not add up to 100")
        return found


@dataclass(frozen=True)
class ReplicationFinding:
    """A resource that does not catch up with the other Region by itself, from `ListReplicationFindings`."""

    resource_type: str
    region: str
    name: str
    arn: str
    code: str
    message: str

    @classmethod
    def read(cls, shown: Wire) -> ReplicationFinding:
        """From one row."""
        names = ("ResourceType", "Region", "Name", "Arn", "ReferenceCode", "Message")
        return cls(*(str(shown.get(name) or "") for name in names))


@dataclass(frozen=True)
class TestExecution:
    """How a test case's execution goes, from `GetTestCaseExecutionSummary`.

    Attributes:
        status: INITIATED, IN_PROGRESS, PASSED, FAILED or STOPPED.
        seconds: how long it took; None while it runs.
    """

    __test__: ClassVar[bool] = False  # it is no test of pytest's

    status: str
    seconds: float | None = None

    @classmethod
    def read(cls, answer: Wire) -> TestExecution:
        """From the summary."""
        began, ended = answer.get("StartTime"), answer.get("EndTime")
        return cls(answer["Status"], (ended - began).total_seconds() if began and ended else None)

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end."""
        return self.status not in {"INITIATED", "IN_PROGRESS"}


@dataclass(frozen=True)
class TypeReplication:
    """How far resources of one type are replicated, from `ListReplicationFindings`.

    Attributes:
        resource_type: AGENT, CONTACT_FLOW, ...
        findings: those that do not catch up by themselves.
        statuses: Region to ENABLED, BLOCKED or DISABLED.
    """

    resource_type: str
    findings: tuple[ReplicationFinding, ...]
    statuses: Mapping[str, str]


def telephony_shares(answer: Wire) -> dict[str, int]:
    """Region to the percentage of calls that it takes, from `GetTrafficDistribution`."""
    return _shares(answer.get("TelephonyConfig"))


def _shares(config: Wire | None) -> dict[str, int]:
    return {share["Region"]: int(share["Percentage"]) for share in (config or {}).get("Distributions", [])}


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
class FlowModule:
    """A module that flows invoke, with its content, from `DescribeContactFlowModule`."""

    id: str
    name: str
    state: str
    status: str
    content: str

    @classmethod
    def read(cls, answer: Wire) -> FlowModule:
        """From the answer."""
        shown = answer["ContactFlowModule"]
        names = ("Name", "State", "Status", "Content")
        name, state, status, content = (str(shown.get(one) or "") for one in names)
        return cls(last_part(shown["Arn"]), name, state or "ACTIVE", status or "PUBLISHED", content)


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
