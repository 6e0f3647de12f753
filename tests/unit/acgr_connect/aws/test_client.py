"""Connect in one Region: requests go through the limiter, pages are followed, errors are in this package's words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions, xform_name
from scripted import ACCOUNT, FLOW, GROUP, NUMBER, REPLICA, SOURCE, USER, Client, ScriptedClock, Session, refusal, sts
from wire import ANSWERS, CALLS, ModelledClient

from acgr_connect.aws import session
from acgr_connect.aws.client import THROTTLES, RegionalConnect
from acgr_connect.aws.operations import OPERATIONS
from acgr_connect.aws.settings import Settings
from acgr_connect.model import errors
from acgr_connect.model.operation import Deadline
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_state import MemoryStore
from acgr_connect.scheduling.token_bucket import Rate

PUBLIC = {name for name in vars(RegionalConnect) if not name.startswith("_")} - {"to", "renew"}


class CountedLimiter(RateLimiter):
    """A limiter without limit that notes what it is asked."""

    def __init__(self, clock: ScriptedClock) -> None:
        super().__init__(clock, MemoryStore(Rate(1000.0, 1000.0), "shared", clock))
        self.taken: list[Purpose] = []
        self.refusals = 0

    def acquire(self, operation: str, purpose: Purpose, deadline: Deadline | None = None) -> float:
        """Note the purpose."""
        waited = super().acquire(operation, purpose, deadline)
        self.taken.append(purpose)
        return waited

    def refused(self, operation: str, purpose: Purpose) -> None:
        """Note the refusal."""
        super().refused(operation, purpose)
        self.refusals += 1


@pytest.fixture
def limiter(clock: ScriptedClock) -> CountedLimiter:
    """A limiter that counts."""
    return CountedLimiter(clock)


def _asked(
    client: Client, limiter: RateLimiter, clock: ScriptedClock, purpose: Purpose = Purpose.MOVE
) -> RegionalConnect:
    return RegionalConnect(client, SOURCE, limiter, clock, purpose)


def test_the_tables_are_complete() -> None:
    """Every public method of `RegionalConnect` is in the table of calls, so that each rule below holds for all."""
    assert set(CALLS) == PUBLIC


def test_the_operations_are_those_that_are_called(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """`OPERATIONS`, from which permissions and coverage are checked, names what is called and nothing else."""
    client = ModelledClient(dict(ANSWERS))
    for call in CALLS.values():
        call(_asked(client, limiter, clock))
    assert {name for name, _ in client.calls} == {xform_name(operation) for operation in OPERATIONS}
    assert "ReleasePhoneNumber" not in OPERATIONS


def test_what_is_not_named_is_not_called(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """An operation that is forgotten in `OPERATIONS` is refused before any request."""
    client = Client({})
    with pytest.raises(errors.ProgrammingError, match="ReleasePhoneNumber is not named"):
        _asked(client, limiter, clock)._call("ReleasePhoneNumber")
    assert client.calls == []


@pytest.mark.parametrize("method", sorted(CALLS))
def test_an_older_boto3(method: str, limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """An operation that the installed boto3 does not know is a sentence that says what to install."""
    with pytest.raises(errors.Refused, match=r"boto3 \d\S+, which is installed, does not know [A-Z]") as refused:
        CALLS[method](RegionalConnect(object(), SOURCE, limiter, clock))
    assert refused.value.explained().endswith("; install a newer boto3")
    assert limiter.taken == []


@pytest.mark.parametrize("method", sorted(CALLS))
def test_every_operation_goes_through_the_limiter(method: str, limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """One token for each request on the wire, for the purpose asked for; the request is valid (A6, A7, N3)."""

    def answered(asked: dict[str, Any], operation: str) -> Any:
        assert len(limiter.taken) == len(client.calls), f"{operation} was called before its token"
        return ANSWERS[operation]

    script = {name: (lambda asked, name=name: answered(asked, name)) for name in ANSWERS}
    client = ModelledClient(script)
    CALLS[method](_asked(client, limiter, clock).to(Purpose.AGENT))
    assert limiter.taken == [Purpose.AGENT]
    assert len(client.calls) == 1


def test_what_is_done_before_a_move(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """It is done once, when it is the request's turn and before it goes out, however often that is repeated."""
    seen: list[tuple[int, int]] = []
    client = ModelledClient({"update_phone_number": [refusal("TooManyRequestsException", 429), {}]})
    api = _asked(client, limiter, clock)
    api.update_phone_number(NUMBER, GROUP, "token", lambda: seen.append((len(limiter.taken), len(client.calls))))
    assert (seen, len(client.calls)) == ([(1, 0)], 2)


@pytest.mark.parametrize("method", sorted(CALLS))
def test_every_operation_is_repeated_after_a_throttle(
    method: str, limiter: CountedLimiter, clock: ScriptedClock
) -> None:
    """A throttled call drains the bucket, waits in the limiter and is made again."""
    script = {name: [refusal("TooManyRequestsException", 429), answer] for name, answer in ANSWERS.items()}
    client = ModelledClient(script)
    CALLS[method](_asked(client, limiter, clock))
    assert (len(client.calls), len(limiter.taken), limiter.refusals) == (2, 2, 1)
    assert client.calls[0] == client.calls[1]


@pytest.mark.parametrize(
    ("error", "calls", "slept"),
    [
        (refusal("InternalServiceException", 500), 5, [0.5, 1.0, 2.0, 4.0]),
        (exceptions.ReadTimeoutError(endpoint_url="u"), 5, [0.5, 1.0, 2.0, 4.0]),
        (exceptions.EndpointConnectionError(endpoint_url="u", error="e"), 2, [0.5]),
        (refusal("ResourceNotFoundException", 404), 1, []),
        (refusal("LimitExceededException", 429), 1, []),
    ],
)
def test_giving_up(
    error: Exception, calls: int, slept: list[float], limiter: CountedLimiter, clock: ScriptedClock
) -> None:
    """A call that keeps failing ends in its own error, after as many tokens as attempts."""
    client = Client({"describe_user": error})
    with pytest.raises(errors.ConnectError):
        CALLS["describe_user"](_asked(client, limiter, clock))
    assert (len(client.calls), len(limiter.taken), clock.slept) == (calls, calls, slept)


def test_giving_up_on_throttles(clock: ScriptedClock) -> None:
    """Somebody else's flood is waited out for minutes, at a rate that falls, and then told."""
    client = Client({"describe_user": refusal("ThrottlingException", 429)})
    with pytest.raises(errors.Throttled):
        CALLS["describe_user"](_asked(client, RateLimiter(clock, MemoryStore(Rate(), "shared", clock)), clock))
    assert len(client.calls) == THROTTLES
    assert 120.0 < clock.now() < 600.0


def test_the_token_stays_the_same_over_repetitions(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """After a lost answer `UpdatePhoneNumber` is the same request: number by id, target by ARN (N3)."""
    lost = exceptions.ReadTimeoutError(endpoint_url="u")
    client = ModelledClient({"update_phone_number": [lost, refusal("InternalServiceException", 500), {}]})
    _asked(client, limiter, clock).update_phone_number(NUMBER, GROUP, "once")
    asked = {"PhoneNumberId": NUMBER.id, "TargetArn": str(GROUP), "ClientToken": "once"}
    assert client.calls == [("update_phone_number", asked)] * 3


def test_a_description_goes_by_the_numbers_id(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """`UpdatePhoneNumberMetadata` carries the description and the token as they are (N4)."""
    client = ModelledClient(ANSWERS)
    _asked(client, limiter, clock).update_phone_number_metadata(NUMBER, "Sales", "once")
    asked = {"PhoneNumberId": NUMBER.id, "PhoneNumberDescription": "Sales", "ClientToken": "once"}
    assert client.calls == [("update_phone_number_metadata", asked)]


def test_flows_take_the_full_arn(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """A flow is set, read and removed with the number's full ARN, which both Regions understand (N9, N10)."""
    client = ModelledClient(ANSWERS)
    there = RegionalConnect(client, REPLICA, limiter, clock)
    flow = FLOW.in_region(REPLICA)
    there.associate_flow(NUMBER, flow)
    there.batch_get_flow_association(flow.instance, [NUMBER])
    there.disassociate_flow(NUMBER, flow.instance)
    (_, set_), (_, read), (_, removed) = client.calls
    assert set_ == {
        "PhoneNumberId": str(NUMBER),
        "InstanceId": flow.instance_id,
        "ContactFlowId": str(flow),
    }
    assert read["ResourceIds"] == [str(NUMBER)]
    assert removed == {"PhoneNumberId": str(NUMBER), "InstanceId": flow.instance_id}


def test_memberships_name_group_user_and_instance(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """Associating and disassociating name all three (A6, A7, A8)."""
    client = ModelledClient(ANSWERS)
    CALLS["associate_user"](_asked(client, limiter, clock))
    CALLS["disassociate_user"](_asked(client, limiter, clock))
    named = {"TrafficDistributionGroupId": str(GROUP), "UserId": str(USER), "InstanceId": USER.instance_id}
    assert [asked for _, asked in client.calls] == [named, named]


LISTS = {
    "list_instances": ("list_instances", 1),
    "list_replication_findings": ("list_replication_findings", 1),
    "list_groups": ("list_traffic_distribution_groups", 1),
    "list_group_users": ("list_traffic_distribution_group_users", 1),
    "list_phone_numbers": ("list_phone_numbers_v2", 1),
    "list_flow_associations": ("list_flow_associations", 1),
    "list_flows": ("list_contact_flows", 1),
    "list_users": ("list_users", 1),
    "list_routing_profiles": ("list_routing_profiles", 1),
    "list_test_cases": ("list_test_cases", 1),
    "list_test_records": ("list_test_case_execution_records", 1),
    "search_users": ("search_users", 1),
}


@pytest.mark.parametrize("method", sorted(LISTS))
def test_pages_are_followed_to_the_end(method: str, limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """A short or empty page is not the last one: only a missing token is. Each page costs a token of the limiter."""
    operation, _ = LISTS[method]
    page: Any = ANSWERS[operation]
    pages: list[Any] = [{**page, "NextToken": "a"}, {"NextToken": "b"}, {**page, "NextToken": ""}]
    client = ModelledClient({operation: pages})
    CALLS[method](_asked(client, limiter, clock))
    assert [asked.get("NextToken") for _, asked in client.calls] == [None, "a", "b"]
    assert len(limiter.taken) == 3
    assert len({str({**asked, "NextToken": ""}) for _, asked in client.calls}) == 1


@pytest.mark.parametrize("method", sorted(name for name in PUBLIC if name.startswith("list_")))
def test_lists_are_paged(method: str) -> None:
    """Every list is among those whose pages are followed."""
    assert method in LISTS


def test_rows_of_all_pages_are_given(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """The rows come in order, whatever the size of the pages."""
    key = "TrafficDistributionGroupUserSummaryList"
    rows = [{"UserId": str(n)} for n in range(5)]
    pages: list[Any] = [{key: rows[:1], "NextToken": "a"}, {key: rows[1:4], "NextToken": "b"}, {key: rows[4:]}]
    client = Client({"list_traffic_distribution_group_users": pages})
    assert _asked(client, limiter, clock).list_group_users(GROUP) == ["0", "1", "2", "3", "4"]


def test_large_page_refused(limiter: CountedLimiter, clock: ScriptedClock) -> None:
    """Where Connect refuses the large page of a group's users, the documented ten are asked for."""

    def answer(asked: dict[str, Any]) -> Any:
        if asked["MaxResults"] > 10:
            raise refusal("InvalidRequestException")
        return {"TrafficDistributionGroupUserSummaryList": [{"UserId": "u"}]}

    client = Client({"list_traffic_distribution_group_users": answer})
    assert _asked(client, limiter, clock).list_group_users(GROUP) == ["u"]
    assert [asked["MaxResults"] for _, asked in client.calls] == [1000, 10]


def test_client_of_a_region() -> None:
    """A client is made for its Region and endpoint, with one attempt a call: the limiter repeats, not botocore."""
    sessions = Session({("connect", SOURCE): Client()})
    session.connect_client(sessions, Settings(endpoints={"connect": "http://127.0.0.1:1"}), SOURCE)
    ((service, region, options),) = sessions.opened
    assert (service, region, options["endpoint_url"]) == ("connect", SOURCE, "http://127.0.0.1:1")
    assert options["config"].retries == {"total_max_attempts": 1, "mode": "standard"}
    assert (options["config"].connect_timeout, options["config"].read_timeout) == (3, 15)


def test_whose_credentials() -> None:
    """STS says the account; a refusal of it is an error of this package."""
    assert session.caller_account(Session({("sts", SOURCE): sts()}), Settings(), SOURCE) == ACCOUNT
    expired = Client({"get_caller_identity": refusal("ExpiredToken", 403)})
    with pytest.raises(errors.Denied):
        session.caller_account(Session({("sts", SOURCE): expired}), Settings(), SOURCE)
