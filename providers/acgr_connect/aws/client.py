"""Amazon Connect in one Region: the operations that are used, and how each request is made.

Pages are followed to the end whatever their size. Every operation used here may be repeated: associations are upserts,
reads change nothing, and `UpdatePhoneNumber` carries a token that stays the same over its retries.

To add an operation, add its method to `RegionalConnect` and its name, with the permission it needs, to `operations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import boto3
from botocore import xform_name

from acgr_connect import log
from acgr_connect.aws.error_codes import translated
from acgr_connect.aws.operations import OPERATIONS
from acgr_connect.model import errors
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.clock import Clock
from acgr_connect.model.operation import Deadline, may_ask
from acgr_connect.model.records import (
    Distribution,
    Flow,
    FlowModule,
    Group,
    Instance,
    Number,
    ReplicationFinding,
    TestExecution,
    TypeReplication,
    User,
    association,
    telephony_shares,
)
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter

THROTTLES = 60
"""Throttled answers to one call before it gives up: as each makes the next try wait, minutes of a flood of others."""

FAILURES = 5
"""Failed answers (5xx, lost replies) to one call before it gives up."""

REFUSED_CONNECTIONS = 2
"""Attempts to reach an endpoint that does not answer at all."""


LONGEST_BACK_OFF = 5.0
"""Seconds between two attempts at the most."""

UNREADABLE = (KeyError, TypeError, AttributeError, ValueError)
"""What reading an answer raises that lacks a member, or has one of a kind that nobody has heard of."""

Record = TypeVar("Record")
Begin = Callable[[], None]
"""What is done right before a request goes out."""


def nothing() -> None:
    """Nothing is to be done."""


@dataclass
class Health:
    """Whether a Region has answered in this process: one that has is waited for, a wrong endpoint is not."""

    has_answered: bool = False


def patience(error: errors.ConnectError, throttles: int, failures: int, *, may_wait: bool = False) -> float | None:
    """Seconds to wait before the request is repeated, or None: give up.

    Throttled requests wait in the limiter instead. `may_wait`, where the Region has answered before and the operation
    has time.
    """
    if isinstance(error, errors.Throttled):
        return 0.0 if throttles < THROTTLES or may_wait else None
    if not isinstance(error, errors.Unavailable):
        return None
    if may_wait:
        return min(0.5 * 2.0 ** min(failures - 1, 10), LONGEST_BACK_OFF)
    unreachable = error.code in {"EndpointConnectionError", "ConnectTimeoutError"}
    attempts = REFUSED_CONNECTIONS if unreachable else FAILURES
    return 0.5 * 2 ** (failures - 1) if failures < attempts else None


class RegionalConnect:
    """Connect in one Region, for one purpose. Identifiers go on the wire as ARNs (statements A6, N10)."""

    def __init__(
        self,
        client: Any,
        region: str,
        limiter: RateLimiter,
        clock: Clock,
        purpose: Purpose = Purpose.MOVE,
        deadline: Deadline | None = None,
        health: Health | None = None,
    ) -> None:
        self.region = region
        self._client, self._limiter, self._clock = client, limiter, clock
        self._purpose, self._deadline, self._health = purpose, deadline, health or Health()

    def to(self, purpose: Purpose, deadline: Deadline | None = None) -> RegionalConnect:
        """The same Region, asked for another purpose.

        With a deadline, what begins something does not go out after it, and a Region that has answered before is
        waited for until then.
        """
        return RegionalConnect(self._client, self.region, self._limiter, self._clock, purpose, deadline, self._health)

    def renew(self, client: Any) -> None:
        """Ask with another client from now on: one whose credentials were asked for anew."""
        self._client = client

    def describe_instance(self, instance_id: str) -> Instance:
        """`DescribeInstance`."""
        return self._record(Instance.read, "DescribeInstance", InstanceId=instance_id)

    def list_instances(self) -> list[Instance]:
        """`ListInstances`: all instances of the account and Region, without their replication."""
        return self._records(Instance.listed, "ListInstances", "InstanceSummaryList", 10)

    def replicate_instance(self, instance: Arn, region: str, alias: str | None, token: str) -> None:
        """`ReplicateInstance`, in the source Region: accepted, not done.

        `token` makes a repetition the same request.
        """
        asked = {"InstanceId": str(instance), "ReplicaRegion": region, "ClientToken": token}
        self._call("ReplicateInstance", **asked, **({"ReplicaAlias": alias} if alias else {}))

    def delete_instance(self, instance: Arn) -> None:
        """`DeleteInstance`: accepted, not done. In the replica's Region it deletes the replica, with all groups."""
        self._call("DeleteInstance", InstanceId=instance.id)

    def list_replication_findings(self, instance: Arn, resource_type: str) -> TypeReplication:
        """`ListReplicationFindings`: how resources of one type are replicated, and which do not catch up."""
        asked = {"InstanceId": instance.id, "ResourceType": resource_type}
        operation, statuses = "ListReplicationFindings", dict[str, str]()

        def note(answer: Mapping[str, Any]) -> None:
            shown = answer.get("ResourceReplicationStatuses", [])
            statuses.update({row["Region"]: row["Status"] for row in shown if {"Region", "Status"} <= set(row)})

        rows = self._pages(operation, "ReplicationFindingsList", 100, note, **asked)
        return TypeReplication(resource_type, tuple(self._read_all(ReplicationFinding.read, operation, rows)), statuses)

    def list_groups(self) -> list[Group]:
        """`ListTrafficDistributionGroups`, of all instances of the account and Region."""
        return self._records(Group.read, "ListTrafficDistributionGroups", "TrafficDistributionGroupSummaryList", 10)

    def describe_group(self, group: str) -> Group:
        """`DescribeTrafficDistributionGroup` (A5, N1). A UUID is understood in the source Region only."""
        asked = {"TrafficDistributionGroupId": group}
        return self._record(
            lambda answer: Group.read(answer["TrafficDistributionGroup"]), "DescribeTrafficDistributionGroup", **asked
        )

    def create_group(
        self, instance: Arn, name: str, token: str, *, description: str | None, tags: Mapping[str, str]
    ) -> Arn:
        """`CreateTrafficDistributionGroup`, in the source Region: accepted, not done.

        `token` makes a repetition the same request.
        """
        asked: dict[str, Any] = {"InstanceId": str(instance), "Name": name, "ClientToken": token}
        asked |= {"Description": description} if description else {}
        asked |= {"Tags": dict(tags)} if tags else {}
        return self._record(
            lambda answer: parse(answer["Arn"], "traffic-distribution-group"), "CreateTrafficDistributionGroup", **asked
        )

    def delete_group(self, group: Arn) -> None:
        """`DeleteTrafficDistributionGroup`, in the source Region: accepted, not done. Repeated, it may be refused."""
        self._call("DeleteTrafficDistributionGroup", TrafficDistributionGroupId=str(group))

    def get_telephony_shares(self, group: Arn) -> dict[str, int]:
        """`GetTrafficDistribution`: Region to the percentage of calls that it takes."""
        return telephony_shares(self._call("GetTrafficDistribution", Id=str(group)))

    def get_distribution(self, group: Arn) -> Distribution:
        """`GetTrafficDistribution`: how calls, agents and sign-in are spread. From either Region."""
        return self._record(Distribution.read, "GetTrafficDistribution", Id=str(group))

    def get_whole_distribution(self, group: Arn, *, sign_in: bool) -> Distribution:
        """`GetTrafficDistribution`, no part of which may be missing; `sign_in`: the default group's, which has one."""
        read = partial(Distribution.whole, sign_in=sign_in)
        return self._record(read, "GetTrafficDistribution", Id=str(group))

    def update_distribution(self, group: Arn, wanted: Distribution) -> None:
        """`UpdateTrafficDistribution`: accepted, and done once the group is ACTIVE again.

        Call it in the Region that is to take the calls. Calls, agents and, where `wanted` says so, sign-in go in one
        request. It sets what is to hold, so a repetition changes nothing more; but one that comes while the first is
        being carried out is a `Conflict`.
        """
        asked: dict[str, Any] = {"TelephonyConfig": _percentages(wanted.telephony)}
        if wanted.agents:
            asked["AgentConfig"] = _percentages(wanted.agents)
        if wanted.sign_in:
            rows = [{"Region": region, "Enabled": enabled} for region, enabled in wanted.sign_in.items()]
            asked["SignInConfig"] = {"Distributions": rows}
        self._call("UpdateTrafficDistribution", Id=str(group), **asked)

    def associate_user(self, group: Arn, user: Arn) -> None:
        """`AssociateTrafficDistributionGroupUser` (A6, A7): in the source Region only (A4)."""
        self._call("AssociateTrafficDistributionGroupUser", **_membership(group, user))

    def disassociate_user(self, group: Arn, user: Arn) -> None:
        """`DisassociateTrafficDistributionGroupUser` (A8)."""
        self._call("DisassociateTrafficDistributionGroupUser", **_membership(group, user))

    def list_group_users(self, group: Arn) -> list[str]:
        """`ListTrafficDistributionGroupUsers`: ids or ARNs. A large page is asked for, small ones are followed."""
        asked = {"TrafficDistributionGroupId": str(group)}
        operation, key = "ListTrafficDistributionGroupUsers", "TrafficDistributionGroupUserSummaryList"
        try:
            rows = self._pages(operation, key, 1000, **asked)
        except errors.Refused:
            rows = self._pages(operation, key, 10, **asked)
        return [row["UserId"] for row in rows]

    def update_phone_number(self, number: Arn, target: Arn, token: str, before: Begin = nothing) -> None:
        """`UpdatePhoneNumber` (N3): accepted, not done. `token` makes a repetition the same request.

        `before` is called once it is this request's turn, and before it goes out.
        """
        asked = {"PhoneNumberId": number.id, "TargetArn": str(target), "ClientToken": token}
        self._call("UpdatePhoneNumber", before, **asked)

    def update_phone_number_metadata(self, number: Arn, description: str, token: str) -> None:
        """`UpdatePhoneNumberMetadata`: the description; makes the number IN_PROGRESS (N4)."""
        asked = {"PhoneNumberId": number.id, "PhoneNumberDescription": description, "ClientToken": token}
        self._call("UpdatePhoneNumberMetadata", **asked)

    def describe_phone_number(self, number: str) -> Number:
        """`DescribePhoneNumber` (N13-N15): the only operation that shows the status."""
        return self._record(
            lambda answer: Number.described(answer["ClaimedPhoneNumberSummary"]),
            "DescribePhoneNumber",
            PhoneNumberId=number,
        )

    def list_phone_numbers(self, target: Arn | None = None) -> list[Number]:
        """`ListPhoneNumbersV2`, of one target or of the whole account and Region."""
        asked = {"TargetArn": str(target)} if target else {}
        return self._records(Number.read, "ListPhoneNumbersV2", "ListPhoneNumbersSummaryList", 1000, **asked)

    def associate_flow(self, number: Arn, flow: Arn) -> None:
        """`AssociatePhoneNumberContactFlow` with the number's full ARN (N6-N10). An upsert."""
        asked = {"PhoneNumberId": str(number), "InstanceId": flow.instance_id, "ContactFlowId": str(flow)}
        self._call("AssociatePhoneNumberContactFlow", **asked)

    def disassociate_flow(self, number: Arn, instance: Arn) -> None:
        """`DisassociatePhoneNumberContactFlow` with the number's full ARN. Repeated, it finds nothing any more."""
        self._call("DisassociatePhoneNumberContactFlow", PhoneNumberId=str(number), InstanceId=instance.id)

    def list_flow_associations(self, instance: Arn) -> dict[str, Arn]:
        """`ListFlowAssociations` for voice numbers: number UUID to flow."""
        asked = {"InstanceId": instance.id, "ResourceType": "VOICE_PHONE_NUMBER"}
        read = partial(association, instance)
        return dict(self._records(read, "ListFlowAssociations", "FlowAssociationSummaryList", 1000, **asked))

    def batch_get_flow_association(self, instance: Arn, numbers: Sequence[Arn]) -> dict[str, Arn]:
        """`BatchGetFlowAssociation` for 100 voice numbers at most: number UUID to flow; those without are left out.

        All rows are about the numbers that were asked for: one that cannot be read is no number without a flow.
        """
        asked = {"InstanceId": instance.id, "ResourceIds": [str(n) for n in numbers]}
        return self._record(
            lambda answer: dict(association(instance, row) for row in answer.get("FlowAssociationSummaryList", [])),
            "BatchGetFlowAssociation",
            ResourceType="VOICE_PHONE_NUMBER",
            **asked,
        )

    def tag(self, resource: Arn, tags: Mapping[str, str]) -> None:
        """`TagResource`: adds tags, or gives present ones another value."""
        self._call("TagResource", resourceArn=str(resource), tags=dict(tags))

    def untag(self, resource: Arn, keys: Sequence[str]) -> None:
        """`UntagResource`: absent tags are no error."""
        self._call("UntagResource", resourceArn=str(resource), tagKeys=list(keys))

    def list_flows(self, instance_id: str, *types: str) -> list[Flow]:
        """`ListContactFlows` (N7), of these types or, without, of all."""
        asked: dict[str, Any] = {"InstanceId": instance_id, **({"ContactFlowTypes": list(types)} if types else {})}
        return self._records(Flow.read, "ListContactFlows", "ContactFlowSummaryList", 1000, **asked)

    def describe_flow(self, flow: Arn) -> str:
        """`DescribeContactFlow`: the content of what is published, in the flow language (JSON)."""
        asked = {"InstanceId": flow.instance_id, "ContactFlowId": flow.id}
        return self._record(lambda answer: str(answer["ContactFlow"]["Content"]), "DescribeContactFlow", **asked)

    def describe_flow_module(self, instance: Arn, module: str) -> FlowModule:
        """`DescribeContactFlowModule`: what is published of it."""
        asked = {"InstanceId": instance.id, "ContactFlowModuleId": module}
        return self._record(FlowModule.read, "DescribeContactFlowModule", **asked)

    def list_users(self, instance: Arn) -> list[User]:
        """`ListUsers`."""
        return self._records(User.read, "ListUsers", "UserSummaryList", 1000, InstanceId=instance.id)

    def search_users(self, instance_id: str, **asked: Any) -> list[User]:
        """`SearchUsers`, by `SearchCriteria` and `SearchFilter`."""
        return self._records(User.read, "SearchUsers", "Users", 500, InstanceId=instance_id, **asked)

    def list_routing_profiles(self, instance_id: str) -> dict[str, str]:
        """`ListRoutingProfiles`: name to id."""
        rows = self._pages("ListRoutingProfiles", "RoutingProfileSummaryList", 1000, InstanceId=instance_id)
        return {row["Name"]: row["Id"] for row in rows}

    def describe_user(self, instance_id: str, user_id: str) -> User:
        """`DescribeUser`."""
        asked = {"InstanceId": instance_id, "UserId": user_id}
        return self._record(lambda answer: User.read(answer["User"]), "DescribeUser", **asked)

    def create_test_case(self, instance: Arn, name: str, content: str, number: str) -> str:
        """`CreateTestCase`, published: a call to a number (E.164). Its id.

        Repeated after a lost answer it is a `Conflict`: the name is taken, by what was made. So the name has to be one
        that nobody else uses, and `list_test_cases` finds it.
        """
        entry = {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"DestinationPhoneNumber": number}}
        asked = {"InstanceId": instance.id, "Name": name, "Content": content, "Status": "PUBLISHED"}
        return self._record(lambda answer: str(answer["TestCaseId"]), "CreateTestCase", **asked, EntryPoint=entry)

    def list_test_cases(self, instance: Arn) -> list[tuple[str, str]]:
        """`ListTestCases`: name and id of those of this Region."""
        asked = {"InstanceId": instance.id}
        return self._records(
            lambda row: (str(row["Name"]), str(row["Id"])), "ListTestCases", "TestCaseSummaryList", 1000, **asked
        )

    def delete_test_case(self, instance: Arn, test_case: str) -> None:
        """`DeleteTestCase`. Repeated, it finds nothing any more."""
        self._call("DeleteTestCase", InstanceId=instance.id, TestCaseId=test_case)

    def start_test_case(self, instance: Arn, test_case: str, token: str) -> str:
        """`StartTestCaseExecution`: the execution's id. `token` makes a repetition the same request."""
        asked = {"InstanceId": instance.id, "TestCaseId": test_case, "ClientToken": token}
        return self._record(lambda answer: str(answer["TestCaseExecutionId"]), "StartTestCaseExecution", **asked)

    def stop_test_case(self, instance: Arn, test_case: str, execution: str, token: str) -> None:
        """`StopTestCaseExecution`, of one that waits or runs."""
        asked = {"InstanceId": instance.id, "TestCaseId": test_case, "TestCaseExecutionId": execution}
        self._call("StopTestCaseExecution", **asked, ClientToken=token)

    def get_test_execution(self, instance: Arn, test_case: str, execution: str) -> TestExecution:
        """`GetTestCaseExecutionSummary`: how an execution goes, or went."""
        asked = {"InstanceId": instance.id, "TestCaseId": test_case, "TestCaseExecutionId": execution}
        return self._record(TestExecution.read, "GetTestCaseExecutionSummary", **asked)

    def list_test_records(self, instance: Arn, test_case: str, execution: str) -> list[str]:
        """`ListTestCaseExecutionRecords`: what was observed, each as Connect writes it down (JSON)."""
        asked = {"InstanceId": instance.id, "TestCaseId": test_case, "TestCaseExecutionId": execution}
        return self._records(
            lambda row: str(row["Record"]), "ListTestCaseExecutionRecords", "ExecutionRecords", 100, **asked
        )

    def _record(self, read: Callable[[dict[str, Any]], Record], operation: str, **asked: Any) -> Record:
        """One answer, typed. One that cannot be read is as good as none: it is asked for again."""
        unread = 0
        while True:
            answer = self._call(operation, **asked)
            try:
                return read(answer)
            except UNREADABLE as error:
                unread += 1
                text = f"the answer of {operation} cannot be read ({type(error).__name__}: {error})"
                unreadable = errors.Unavailable(text, code=errors.UNREADABLE_ANSWER, region=self.region)
                if (wait := patience(unreadable, 0, unread, may_wait=self._may_wait)) is None:
                    raise unreadable from error
            self._clock.sleep(wait)

    def _records(
        self, read: Callable[[dict[str, Any]], Record], operation: str, key: str, size: int, **asked: Any
    ) -> list[Record]:
        """The rows of a list, typed. One that cannot be read is left out, with a line in the log."""
        return self._read_all(read, operation, self._pages(operation, key, size, **asked))

    def _read_all(
        self, read: Callable[[dict[str, Any]], Record], operation: str, rows: Iterable[dict[str, Any]]
    ) -> list[Record]:
        found = (self._readable(read, operation, row) for row in rows)
        return [record for record in found if record is not None]

    def _readable(self, read: Callable[[dict[str, Any]], Record], operation: str, row: dict[str, Any]) -> Record | None:
        try:
            return read(row)
        except UNREADABLE as error:
            said = f"{type(error).__name__}: {error}"
            log.warning("row skipped", operation=operation, region=self.region, error=said)
            return None

    def _pages(
        self, operation: str, key: str, size: int, note: Callable[[dict[str, Any]], None] | None = None, /, **asked: Any
    ) -> list[dict[str, Any]]:
        """The rows of all pages; `note` is given each whole answer."""
        rows: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self._call(operation, MaxResults=size, **asked, **token)
            rows += answer.get(key, [])
            if note is not None:
                note(answer)
            if not answer.get("NextToken"):
                return rows
            token = {"NextToken": answer["NextToken"]}

    def _call(self, operation: str, before: Begin = nothing, /, **asked: Any) -> dict[str, Any]:
        if operation not in OPERATIONS:
            raise errors.ProgrammingError(f"{operation} is not named in acgr_connect/aws/operations.py")
        method = getattr(self._client, xform_name(operation), None)
        if method is None:  # Connect has learned it since
            said = f"boto3 {boto3.__version__}, which is installed, does not know {operation}"
            error = errors.Refused(said, region=self.region)
            error.remedy = "install a newer boto3"
            raise error
        throttles = failures = 0
        unanswered: errors.Unavailable | None = None
        while True:
            queued = self._turn(operation, unanswered)
            attempt = throttles + failures + 1
            if attempt == 1:
                before()
            try:
                with translated(self.region):
                    answer: dict[str, Any] = method(**asked)
            except errors.ConnectError as error:
                self._log(operation, queued, attempt, error.code or type(error).__name__, error.request_id)
                self._tell(error)
                if not isinstance(error, (errors.Throttled, errors.Unavailable)):
                    raise
                is_throttled = isinstance(error, errors.Throttled)
                throttles, failures = throttles + is_throttled, failures + (not is_throttled)
                unanswered = error if isinstance(error, errors.Unavailable) else unanswered
                if (wait := patience(error, throttles, failures, may_wait=self._may_wait)) is None:
                    raise
            else:
                self._health.has_answered = True
                self._limiter.answered(operation)
                self._log(operation, queued, attempt, "ok", answer.get("ResponseMetadata", {}).get("RequestId", ""))
                return answer
            if is_throttled:
                self._limiter.refused(operation, self._purpose)
            self._clock.sleep(wait)

    def _turn(self, operation: str, unanswered: errors.Unavailable | None) -> float:
        """Wait until the request may go out; how many seconds that took."""
        if not may_ask():
            raise unanswered or errors.Unavailable("the time is up in which it may be asked", region=self.region)
        try:
            return self._limiter.acquire(operation, self._purpose_after(unanswered), self._deadline)
        except (errors.Cancelled, errors.WaitTimeout) as error:
            # An attempt that was not answered may have been carried out: nobody may be told that nothing began.
            raise unanswered or error from error

    def _tell(self, error: errors.ConnectError) -> None:
        """Whether the Region answers at all decides whether numbers may start to move."""
        if isinstance(error, errors.Unavailable):
            self._limiter.unanswered()
        else:
            self._limiter.heard()

    def _purpose_after(self, unanswered: errors.Unavailable | None) -> Purpose:
        """What the next attempt is for. A move that was not answered may have begun: it does not queue behind others.

        Raises:
            Unavailable: the run was cancelled, or it is too late: somebody has to look whether it has begun.
        """
        if unanswered is None or self._purpose is not Purpose.START:
            return self._purpose
        if self._limiter.is_cancelled or (self._deadline is not None and self._deadline.has_passed):
            raise unanswered
        return Purpose.LOOK

    @property
    def _may_wait(self) -> bool:
        """A move that was not answered is not asked for again and again: it may have begun, so somebody has to look."""
        if self._deadline is None or self._purpose is Purpose.START:
            return False
        return self._health.has_answered and not self._deadline.has_passed

    def _log(self, operation: str, queued: float, attempt: int, outcome: str, request_id: str) -> None:
        log.debug(
            "request",
            operation=operation,
            region=self.region,
            purpose=self._purpose.name.lower(),
            queued=round(queued, 3),
            attempt=attempt,
            outcome=outcome,
            request_id=request_id,
        )


def _percentages(shares: Mapping[str, int]) -> dict[str, Any]:
    return {"Distributions": [{"Region": region, "Percentage": share} for region, share in shares.items()]}


def _membership(group: Arn, user: Arn) -> dict[str, str]:
    assert user.instance_id is not None  # a user's ARN names its instance
    return {"TrafficDistributionGroupId": str(group), "UserId": str(user), "InstanceId": user.instance_id}
