"""Amazon Connect in one Region: the only module that touches boto3.

Errors are translated at one seam, pages are followed to the end whatever their size, and botocore's own retries are
off: they would go round the pace. Every operation used here may be repeated: associations are upserts, reads change
nothing, and `UpdatePhoneNumber` carries a token that stays the same over its retries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError
from botocore.exceptions import ConnectionError as NoConnection

from acgr_connect import errors
from acgr_connect.arns import Arn
from acgr_connect.clock import Clock
from acgr_connect.ledger import Purpose
from acgr_connect.pace import Pace
from acgr_connect.records import Flow, Group, Instance, Number, User, association, telephony_shares
from acgr_connect.settings import Role, Settings

BY_CODE: dict[str, type[errors.ConnectError]] = {
    "ResourceNotFoundException": errors.NotFound,
    "ResourceConflictException": errors.Conflict,
    "ResourceInUseException": errors.Conflict,
    "ResourceNotReadyException": errors.Conflict,
    "IdempotencyException": errors.Conflict,
    "DuplicateResourceException": errors.Conflict,
    "AccessDenied": errors.Denied,
    "AccessDeniedException": errors.Denied,
    "ExpiredTokenException": errors.Denied,
    "ExpiredToken": errors.Denied,
    "IncompleteSignature": errors.Denied,
    "InvalidClientTokenId": errors.Denied,
    "InvalidSignatureException": errors.Denied,
    "MissingAuthenticationToken": errors.Denied,
    "RequestExpired": errors.Denied,
    "SignatureDoesNotMatch": errors.Denied,
    "UnrecognizedClientException": errors.Denied,
    "InvalidRequestException": errors.Refused,
    "InvalidParameterException": errors.Refused,
    "ValidationException": errors.Refused,
    "LimitExceededException": errors.QuotaExceeded,
    "ServiceQuotaExceededException": errors.QuotaExceeded,
    "Throttling": errors.Throttled,
    "ThrottlingException": errors.Throttled,
    "TooManyRequestsException": errors.Throttled,
    "InternalServiceException": errors.Unavailable,
}
"""AWS error codes and what they mean here. `LimitExceeded` is a quota although it is spelled 429."""

THROTTLES = 200
"""Throttled answers to one call before it gives up: at 2 requests a second, minutes of somebody else's flood."""

FAILURES = 5
"""Failed answers (5xx, lost replies) to one call before it gives up."""

REFUSED_CONNECTIONS = 2
"""Attempts to reach an endpoint that does not answer at all."""


class Sessions(Protocol):
    """What makes clients: a `boto3.Session`, or anything with its `client` method."""

    def client(self, service_name: str, /, **options: Any) -> Any:
        """A client of one service in one Region."""


def open_session(settings: Settings) -> Sessions:
    """A session from boto3's credential chain and the settings; a role is assumed when one is named.

    Raises:
        Denied: the profile does not exist or the role may not be assumed.
    """
    with translated(""):
        session = _session_of(settings)
        return _assume(session, settings.role, settings) if settings.role else session


def _session_of(settings: Settings) -> Sessions:
    keys = settings.keys
    if keys is None:
        session: Sessions = boto3.Session(profile_name=settings.profile)
    else:
        session = boto3.Session(keys.access_key, keys.secret_key, keys.token)
    return session


def _assume(session: Sessions, role: Role, settings: Settings) -> Sessions:
    chosen = {"ExternalId": role.external_id} if role.external_id else {}
    sts = session.client("sts", endpoint_url=settings.endpoints.get("sts"))
    answer = sts.assume_role(RoleArn=role.arn, RoleSessionName=role.session_name, **chosen)["Credentials"]
    assumed: Sessions = boto3.Session(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    return assumed


def caller_account(sessions: Sessions, settings: Settings, region: str) -> str:
    """The account to which the credentials belong (STS `GetCallerIdentity`)."""
    with translated(region):
        options = {"region_name": region, "endpoint_url": settings.endpoints.get("sts"), "config": STS}
        return str(sessions.client("sts", **options).get_caller_identity()["Account"])


CLIENT = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=3,
    read_timeout=15,
    max_pool_connections=64,
)
STS = Config(retries={"total_max_attempts": 3, "mode": "standard"}, connect_timeout=3, read_timeout=15)


def connect_client(sessions: Sessions, settings: Settings, region: str) -> Any:
    """A Connect client for one Region, with one attempt a call: the pace repeats, not botocore."""
    with translated(region):
        endpoint = settings.endpoints.get("connect")
        return sessions.client("connect", region_name=region, endpoint_url=endpoint, config=CLIENT)


@contextmanager
def translated(region: str) -> Iterator[None]:
    """Raise this package's errors instead of botocore's."""
    try:
        yield
    except ClientError as error:
        raise _translate(error, region) from error
    except (NoConnection, HTTPClientError) as error:
        raise errors.Unavailable(f"no answer: {error}", code=type(error).__name__, region=region) from error
    except ParamValidationError as error:
        raise errors.Refused(str(error), code=type(error).__name__, region=region) from error
    except BotoCoreError as error:
        raise errors.Denied(str(error), code=type(error).__name__, region=region) from error


def _translate(error: ClientError, region: str) -> errors.ConnectError:
    answer = error.response.get("Error", {})
    code = str(answer.get("Code", ""))
    message = str(answer.get("Message") or error.response.get("Message") or "no message")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    unmodelled = errors.Throttled if status == 429 else errors.Unavailable if status >= 500 else errors.ConnectError
    return BY_CODE.get(code, unmodelled)(message, code=code, region=region)


def patience(error: errors.ConnectError, throttles: int, failures: int) -> float | None:
    """Seconds to wait before the call is repeated, or None: give up. Throttled calls wait in the pace instead."""
    if isinstance(error, errors.Throttled):
        return 0.0 if throttles < THROTTLES else None
    if not isinstance(error, errors.Unavailable):
        return None
    unreachable = error.code in {"EndpointConnectionError", "ConnectTimeoutError"}
    attempts = REFUSED_CONNECTIONS if unreachable else FAILURES
    return 0.5 * 2 ** (failures - 1) if failures < attempts else None


class RegionalConnect:
    """Connect in one Region, for one purpose. Identifiers go on the wire as ARNs (statements A6, N10)."""

    def __init__(self, client: Any, region: str, pace: Pace, clock: Clock, purpose: Purpose = Purpose.MOVE) -> None:
        self.region = region
        self._client, self._pace, self._clock, self._purpose = client, pace, clock, purpose

    def to(self, purpose: Purpose) -> RegionalConnect:
        """The same Region, asked for another purpose."""
        return RegionalConnect(self._client, self.region, self._pace, self._clock, purpose)

    def describe_instance(self, instance_id: str) -> Instance:
        """`DescribeInstance`."""
        return Instance.read(self._call("DescribeInstance", InstanceId=instance_id))

    def list_groups(self) -> list[Group]:
        """`ListTrafficDistributionGroups`, of all instances of the account and Region."""
        rows = self._pages("ListTrafficDistributionGroups", "TrafficDistributionGroupSummaryList", 10)
        return [Group.read(row) for row in rows]

    def describe_group(self, group: str) -> Group:
        """`DescribeTrafficDistributionGroup` (A5, N1). A UUID is understood in the source Region only."""
        answer = self._call("DescribeTrafficDistributionGroup", TrafficDistributionGroupId=group)
        return Group.read(answer["TrafficDistributionGroup"])

    def get_telephony_shares(self, group: Arn) -> dict[str, int]:
        """`GetTrafficDistribution`: Region to the percentage of calls that it takes."""
        return telephony_shares(self._call("GetTrafficDistribution", Id=str(group)))

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

    def update_phone_number(self, number: Arn, target: Arn, token: str) -> None:
        """`UpdatePhoneNumber` (N3): accepted, not done. `token` makes a repetition the same request."""
        self._call("UpdatePhoneNumber", PhoneNumberId=number.id, TargetArn=str(target), ClientToken=token)

    def update_phone_number_metadata(self, number: Arn, description: str, token: str) -> None:
        """`UpdatePhoneNumberMetadata`: the description; makes the number IN_PROGRESS (N4)."""
        asked = {"PhoneNumberId": number.id, "PhoneNumberDescription": description, "ClientToken": token}
        self._call("UpdatePhoneNumberMetadata", **asked)

    def describe_phone_number(self, number: str) -> Number:
        """`DescribePhoneNumber` (N13-N15): the only operation that shows the status."""
        return Number.read(self._call("DescribePhoneNumber", PhoneNumberId=number)["ClaimedPhoneNumberSummary"])

    def list_phone_numbers(self, target: Arn | None = None) -> list[Number]:
        """`ListPhoneNumbersV2`, of one target or of the whole account and Region."""
        asked = {"TargetArn": str(target)} if target else {}
        return [Number.read(r) for r in self._pages("ListPhoneNumbersV2", "ListPhoneNumbersSummaryList", 1000, **asked)]

    def associate_flow(self, number: Arn, flow: Arn) -> None:
        """`AssociatePhoneNumberContactFlow` with the number's full ARN (N6-N10). An upsert."""
        asked = {"PhoneNumberId": str(number), "InstanceId": flow.instance_id, "ContactFlowId": str(flow)}
        self._call("AssociatePhoneNumberContactFlow", **asked)

    def disassociate_flow(self, number: Arn, instance: Arn) -> None:
        """`DisassociatePhoneNumberContactFlow` with the number's full ARN. Repeated, it finds nothing any more."""
        self._call("DisassociatePhoneNumberContactFlow", PhoneNumberId=str(number), InstanceId=instance.id)

    def list_flow_associations(self, instance_id: str) -> dict[str, Arn]:
        """`ListFlowAssociations` for voice numbers: number UUID to flow."""
        asked = {"InstanceId": instance_id, "ResourceType": "VOICE_PHONE_NUMBER"}
        return dict(map(association, self._pages("ListFlowAssociations", "FlowAssociationSummaryList", 1000, **asked)))

    def batch_get_flow_association(self, instance_id: str, numbers: Sequence[Arn]) -> dict[str, Arn]:
        """`BatchGetFlowAssociation` for 100 voice numbers at most: number UUID to flow; those without are left out."""
        asked = {"InstanceId": instance_id, "ResourceIds": [str(n) for n in numbers]}
        answer = self._call("BatchGetFlowAssociation", ResourceType="VOICE_PHONE_NUMBER", **asked)
        return dict(map(association, answer.get("FlowAssociationSummaryList", [])))

    def list_flows(self, instance_id: str) -> list[Flow]:
        """`ListContactFlows` (N7), of type CONTACT_FLOW: the ones that can answer a number."""
        asked = {"InstanceId": instance_id, "ContactFlowTypes": ["CONTACT_FLOW"]}
        return [Flow.read(row) for row in self._pages("ListContactFlows", "ContactFlowSummaryList", 1000, **asked)]

    def list_users(self, instance: Arn) -> list[User]:
        """`ListUsers`."""
        return [User.read(r) for r in self._pages("ListUsers", "UserSummaryList", 1000, InstanceId=instance.id)]

    def search_users(self, instance_id: str, **asked: Any) -> list[User]:
        """`SearchUsers`, by `SearchCriteria` and `SearchFilter`."""
        return [User.read(row) for row in self._pages("SearchUsers", "Users", 500, InstanceId=instance_id, **asked)]

    def list_routing_profiles(self, instance_id: str) -> dict[str, str]:
        """`ListRoutingProfiles`: name to id."""
        rows = self._pages("ListRoutingProfiles", "RoutingProfileSummaryList", 1000, InstanceId=instance_id)
        return {row["Name"]: row["Id"] for row in rows}

    def describe_user(self, instance_id: str, user_id: str) -> User:
        """`DescribeUser`."""
        return User.read(self._call("DescribeUser", InstanceId=instance_id, UserId=user_id)["User"])

    def _pages(self, operation: str, key: str, size: int, **asked: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self._call(operation, MaxResults=size, **asked, **token)
            rows += answer.get(key, [])
            if not answer.get("NextToken"):
                return rows
            token = {"NextToken": answer["NextToken"]}

    def _call(self, operation: str, **asked: Any) -> dict[str, Any]:
        throttles = failures = 0
        while True:
            self._pace.take(operation, self._purpose)
            try:
                with translated(self.region):
                    answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**asked)
                self._pace.answered()
                return answer
            except (errors.Throttled, errors.Unavailable) as error:
                refused = isinstance(error, errors.Throttled)
                throttles, failures = throttles + refused, failures + (not refused)
                if (wait := patience(error, throttles, failures)) is None:
                    raise
            if refused:
                self._pace.refused(operation)
            self._clock.sleep(wait)


def _membership(group: Arn, user: Arn) -> dict[str, str]:
    assert user.instance_id is not None  # a user's ARN names its instance
    return {"TrafficDistributionGroupId": str(group), "UserId": str(user), "InstanceId": user.instance_id}
