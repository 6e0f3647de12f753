"""Requests nobody would send: whatever comes, the sandbox answers, and never with an error of its own."""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from botocore_model import MODEL, serialized
from contract_calls import CONTENT, REPLICA, SOURCE, contract_world, ids
from hypothesis import given, settings
from hypothesis import strategies as some

from acgr_sandbox import ManualClock, Request, Response, Sandbox, Switches, restored, snapshot
from acgr_sandbox.core.models import TestExecution
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.operations.contacts import contact_id_of_test
from acgr_sandbox.server import Server
from acgr_sandbox.wire.service_model import find_operation

EXECUTION = TestExecution(str(uuid.UUID(int=3)), "", "", SOURCE, 1_700_000_000.0, 4.0, status="PASSED")
IDS = {
    **ids(contract_world()),
    "free": "+442079460123",
    "name": "Twin",
    "replica": REPLICA,
    "source": f"arn:aws:sms-voice:{SOURCE}:111122223333:phone-number/phone-1",
    "execution": EXECUTION.id,
    "contact": contact_id_of_test(EXECUTION),
}
KNOWN = sorted({*IDS.values(), SOURCE, "ap-northeast-3"})
# What fits a member of that name, and is mostly given to it: a request that is refused at once tries nothing.
FITTING = {
    "InstanceId": "instance lonely empty",
    "TrafficDistributionGroupId": "group_arn default_arn group",
    "Id": "group_arn default_arn",
    "TargetArn": "group_arn default_arn instance_arn",
    "UserId": "user alice user_arn",
    "PhoneNumberId": "number_arn placed_arn number",
    "ContactFlowId": "flow main flow_arn",
    "FlowId": "flow",
    "RoutingProfileId": "routing chats",
    "SecurityProfileId": "agent_profile readers",
    "SecurityProfileIds": "agent_profile readers",
    "SecurityProfileName": "name",
    "QueueId": "queue sales",
    "DefaultOutboundQueueId": "queue sales",
    "HoursOfOperationId": "hours late",
    "QuickConnectId": "desk",
    "QuickConnectIds": "desk",
    "ContactFlowModuleId": "module",
    "HierarchyGroupId": "north",
    "ParentGroupId": "north",
    "PromptId": "beep",
    "VocabularyId": "words",
    "VocabularyName": "name",
    "AliasName": "name",
    "OutboundCallerIdNumberId": "number_arn number",
    "ResourceIds": "number_arn placed_arn",
    "Content": "content test_content",
    "TestCaseId": "test_case test_case_arn",
    "TestCaseExecutionId": "execution",
    "ContactId": "contact",
    "resourceArn": "group_arn number_arn flow_arn user_arn instance_arn sales_arn module_arn north_arn words_arn",
    "Name": "name",
    "Username": "name",
    "InstanceAlias": "name",
    "PhoneNumber": "free",
    "ReplicaRegion": "replica",
    "SourcePhoneNumberArn": "source",
}
NAMES = sorted(set(OPERATIONS) & set(MODEL.operation_names))
UNSIGNED = "Credential=sandbox/20261121/{}/connect/aws4_request, Signature=0"

texts = some.one_of(
    some.sampled_from(KNOWN), some.text(min_size=1, max_size=12), some.sampled_from(["", CONTENT, "x" * 3000])
)
scalars: dict[str, some.SearchStrategy[Any]] = {
    "integer": some.one_of(some.integers(1, 10), some.sampled_from([-1, 0, 100, 2**70])),
    "long": some.integers(-1, 12),
    "float": some.floats(),
    "double": some.floats(),
    "boolean": some.booleans(),
    "timestamp": some.sampled_from([0, 1_700_000_000]),
    "blob": some.binary(max_size=8),
}
anything = some.recursive(
    some.one_of(some.none(), some.booleans(), some.integers(), some.floats(), texts),
    lambda inner: some.one_of(some.lists(inner, max_size=3), some.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


def _few(kind: Any) -> bool:
    return kind is bool or get_origin(kind) is Literal


def _headers(region: str) -> dict[str, str]:
    return {"authorization": f"AWS4-HMAC-SHA256 {UNSIGNED.format(region)}"}


@some.composite
def requests(draw: Any) -> Request:
    """A request of an operation: shaped as the model says, or with a body of any shape."""
    name = draw(some.sampled_from(NAMES))
    method, path, query, _, body = serialized(name, _drawn(draw, MODEL.operation_model(name).input_shape, 0))
    body = body if isinstance(body, bytes) else body.encode(errors="replace")
    if draw(some.integers(0, 11)) == 0:
        body = draw(some.one_of(some.binary(max_size=40), anything.map(lambda value: json.dumps(value).encode())))
    return Request(method, path, query, _headers(draw(some.sampled_from([SOURCE, REPLICA]))), body)


def _drawn(draw: Any, shape: Any, depth: int) -> Any:
    if shape.type_name == "structure":
        wanted = [
            m for m in shape.members if m in shape.required_members or (depth < 5 and not draw(some.integers(0, 3)))
        ]
        return {name: _member(draw, name, shape.members[name], depth + 1) for name in wanted}
    if shape.type_name == "list":
        return [_drawn(draw, shape.member, depth + 1) for _ in range(draw(some.integers(0, 2)) if depth < 5 else 0)]
    if shape.type_name == "map":
        return {draw(texts): _drawn(draw, shape.value, depth + 1) for _ in range(draw(some.integers(0, 2)))}
    choices = shape.metadata.get("enum")
    if choices and draw(some.integers(0, 9)):
        return draw(some.sampled_from(choices))
    value = draw(scalars.get(shape.type_name, texts))
    return value or "x" if shape.serialization.get("location") == "uri" else value


def _member(draw: Any, name: str, shape: Any, depth: int) -> Any:
    if name in FITTING and draw(some.integers(0, 15)):
        value = IDS[draw(some.sampled_from(FITTING[name].split()))]
        return [value] if shape.type_name == "list" else value
    if name in ("NextToken", "ClientToken"):
        return draw(some.sampled_from([str(uuid.UUID(int=1)), str(uuid.UUID(int=2)), "nonsense"]))
    return _drawn(draw, shape, depth)


def _sandbox(**values: Any) -> Sandbox:
    world = contract_world()
    test_case = next(iter(world.test_cases.values()))
    ran = replace(EXECUTION, test_case_id=test_case.id, instance_id=test_case.instance_id, ended=1_700_000_004.0)
    world.test_executions[ran.id] = replace(ran, e164="+442079460002", answered_by=IDS["main"], contact_tags={})
    return Sandbox(world, clock=ManualClock(), switches=Switches(rate=0, **values))


def _is_listed(request: Request, answer: Response) -> bool:
    """Whether an error is one that its operation lists, or that any may have; a switch may choose another."""
    found = find_operation(request.method, request.raw_path)
    code = answer.headers.get("x-amzn-ErrorType", "")
    if not code or found is None or code in ("SerializationException", "InvalidToken", "AccessDeniedException"):
        return True
    listed = {shape.name for shape in MODEL.operation_model(found[0]).error_shapes}
    return code in listed or (found[0].endswith("PhoneNumberContactFlow") and code == "ResourceInUseException")


CHOICES = {name: get_args(kind) or (False, True) for name, kind in get_type_hints(Switches).items() if _few(kind)}


@settings(max_examples=250, deadline=None)
@given(
    some.lists(requests(), min_size=1, max_size=6),
    some.dictionaries(some.sampled_from(sorted(CHOICES)), some.integers(0, 5), max_size=5),
)
def test_any_parameters(history: list[Request], switched: dict[str, int]) -> None:
    """Shaped requests with any values, whatever the switches: no error of ours; the world can be kept and settled."""
    sandbox = _sandbox(**{name: CHOICES[name][index % len(CHOICES[name])] for name, index in switched.items()})
    for request in history:
        answer = sandbox.handle(request)
        assert answer.status < 500, (request, answer.body)
        json.loads(answer.body)
        assert _is_listed(request, answer), (request, answer.headers, answer.body)
        sandbox.clock.sleep(1.0)
    sandbox.clock.sleep(1000)
    assert restored(json.loads(json.dumps(snapshot(sandbox.world)))) == sandbox.world
    for number in sandbox.world.numbers.values():
        assert (number.target in sandbox.world.groups) != (number.target in sandbox.world.instances)


@settings(max_examples=300, deadline=None)
@given(
    some.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH", "", "get"]),
    some.one_of(some.text(max_size=40), some.lists(texts, max_size=5).map(lambda parts: "/" + "/".join(parts))),
    some.text(max_size=20),
    some.dictionaries(some.sampled_from(["authorization", "content-type"]), some.text(max_size=60), max_size=2),
    some.binary(max_size=60),
    some.booleans(),
)
def test_any_request(method: str, path: str, query: str, headers: dict[str, str], body: bytes, signed: bool) -> None:
    """Any method, path, query, headers and body; what is known and not implemented is a 501 that names it."""
    answer = _SHARED.handle(Request(method, path, query, {**headers, **(_headers(SOURCE) if signed else {})}, body))
    assert answer.status < 500 or (answer.status == 501 and b"does not implement" in answer.body)


_SHARED = _sandbox()


def test_what_is_not_implemented() -> None:
    """Every other operation that botocore knows is a 501 that names it."""
    for name in set(MODEL.operation_names) - set(OPERATIONS):
        http = MODEL.operation_model(name).http
        parts = http["requestUri"].partition("?")[0].split("/")
        path = "/".join("x" if part.startswith("{") else part for part in parts)
        answer = _SHARED.handle(Request(http["method"], path, "", _headers(SOURCE), b"{}"))
        assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (501, "UnimplementedOperationException")
        assert json.loads(answer.body)["Message"] == f"The sandbox does not implement {name}."


DEEP = {
    "lists": b"[" * 100_000,
    "conditions": b'{"InstanceId":"x","SearchCriteria":' + b'{"AndConditions":[' * 400 + b"{}" + b"]}" * 400 + b"}",
    "half a character": b'{"InstanceId":"\\ud800"}',
    "digits": b'{"InstanceId":"x","MaxResults":' + b"9" * 5000 + b"}",
    "not a number": b'{"InstanceId":"x","MaxResults":NaN}',
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_bodies_that_break_parsers(body: bytes) -> None:
    """Deep, endless and broken bodies are refused like any other."""
    answer = _SHARED.handle(Request("POST", "/search-users", "", _headers(SOURCE), body))
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (400, "SerializationException")


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    """A server that outlives all that is sent to it."""
    server = Server(_sandbox())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[:2]  # type: ignore[misc]
    server.shutdown()
    thread.join()
    server.server_close()


LINES = (
    b"GET /instance HTTP/1.1\r\n",
    b"PUT /tags/x HTTP/1.1\r\nContent-Length: ",
    b"POST /_sandbox/faults HTTP/1.1\r\n",
    b"Authorization: AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-2/connect/aws4_request\r\n",
    b"Authorization: AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-2/sts/aws4_request\r\n",
    b"Content-Length: 2\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: many\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b"\r\n",
    b"{}",
)


@settings(max_examples=150, deadline=None)
@given(parts=some.lists(some.one_of(some.sampled_from(LINES), some.binary(max_size=30)), max_size=8))
def test_any_bytes(parts: list[bytes], address: tuple[str, int]) -> None:
    """Any bytes on the wire are answered or hung up on, at once and never with a 500."""
    sent = b"".join(parts)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: _received(connection), b""))
    assert b"HTTP/1.1 500" not in answer, (sent, answer)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:  # it hung up on bytes it had not read
        return b""
