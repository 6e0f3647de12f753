"""Whatever is asked of the sandbox is counted and in the events, also what it does not have."""

from __future__ import annotations

import contextlib
import http.client
from typing import Any

import pytest
from contract_calls import SOURCE

from acgr_sandbox import Request
from acgr_sandbox.control import Control
from acgr_sandbox.core.metrics import MOST_LACKED, NO_OPERATION

SIGNED = "AWS4-HMAC-SHA256 Credential=sandbox/20261121/{}/{}/aws4_request, Signature=0"


def _ask(sandbox: Any, method: str, path: str, *, service: str = "connect", body: bytes = b"") -> int:
    headers = {"authorization": SIGNED.format(SOURCE, service)} if service else {}
    return int(sandbox.handle(Request(method, path, "", headers, body)).status)


def _calls(sandbox: Any) -> list[dict[str, Any]]:
    return [event for event in sandbox.events.after() if event["kind"] == "call"]


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("PUT", "/contact/outbound-voice", "StartOutboundVoiceContact"),
        ("PUT", "/contact/chat", "StartChatContact"),
        ("POST", "/rules/4f6e1d5e-0000-4000-8000-000000000000", "CreateRule"),
    ],
)
def test_operations_that_are_lacking(method: str, path: str, operation: str, sandbox: Any) -> None:
    """An operation that the sandbox does not have is a 501 by name, in counters, events, status and overview."""
    assert [_ask(sandbox, method, path) for _ in range(3)] == [501] * 3
    assert sandbox.counters.calls(operation, SOURCE, "UnimplementedOperationException") == 3
    assert sandbox.counters.lacked == {operation: 3}
    last = _calls(sandbox)[-1]
    assert (last["operation"], last["status"], last["region"]) == (operation, 501, SOURCE)
    assert last["asked"] == f"{method} {path}"
    for route in ("status", "overview"):
        assert f'"{operation}": 3'.encode() in sandbox.handle(Request("GET", f"/_sandbox/{route}")).body


def test_no_operation_at_all(sandbox: Any) -> None:
    """What is no operation of Connect goes by its method and path; so does what is meant for another service."""
    assert _ask(sandbox, "GET", "/nothing") == 404
    assert _ask(sandbox, "POST", "/instance/x/y/z") == 404
    assert _ask(sandbox, "POST", "/", service="lambda") == 404
    assert sandbox.counters.lacked == {"GET /nothing": 1, "POST /instance/x/y/z": 1, "lambda: POST /": 1}
    assert sandbox.counters.calls(NO_OPERATION, SOURCE, "UnknownOperationException") == 3
    assert [event["asked"] for event in _calls(sandbox)] == ["GET /nothing", "POST /instance/x/y/z", "POST /"]


def test_unsigned_requests(sandbox: Any) -> None:
    """A request without a signature is counted for its operation, without a Region; nothing was lacking."""
    assert _ask(sandbox, "GET", "/instance", service="") == 403
    assert sandbox.counters.calls("ListInstances", "-", "MissingAuthenticationTokenException") == 1
    assert sandbox.counters.lacked == {}
    assert (_calls(sandbox)[0]["account"], _calls(sandbox)[0]["region"]) == ("", "")


def test_sts(sandbox: Any) -> None:
    """STS is counted too, with what it does not have."""
    assert _ask(sandbox, "POST", "/", service="sts", body=b"Action=GetCallerIdentity") == 200
    assert _ask(sandbox, "POST", "/", service="sts", body=b"Action=AssumeRole") == 400
    assert _ask(sandbox, "POST", "/", service="sts", body=b"Action=%0d%0aX") == 400
    assert sandbox.counters.calls("GetCallerIdentity", SOURCE, "ok") == 1
    assert sandbox.counters.lacked == {"sts:AssumeRole": 1, "sts:no action": 1}
    assert [(event["operation"], event["status"]) for event in _calls(sandbox)] == [
        ("GetCallerIdentity", 200),
        (NO_OPERATION, 400),
        (NO_OPERATION, 400),
    ]


def test_what_the_server_refuses(served: Any, sandbox: Any) -> None:
    """What is refused before anybody looks what it is for is counted as well."""
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Transfer-Encoding": "Chunked"}):
        connection = http.client.HTTPConnection(*served.server_address, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", "/instance", headers=headers)
            connection.getresponse().read()
    assert sandbox.counters.calls(NO_OPERATION, "-", "AccessDeniedException") == 2
    assert sandbox.counters.calls(NO_OPERATION, "-", "LengthRequired") == 1
    assert [event["status"] for event in _calls(sandbox)] == [403, 403, 411]


def test_failures_of_its_own(sandbox: Any) -> None:
    """Even where the sandbox itself fails, the call is counted."""
    sandbox.world.numbers["broken"] = None
    with pytest.raises(AttributeError):
        _ask(sandbox, "POST", "/phone-number/list")
    assert sandbox.counters.calls("ListPhoneNumbersV2", outcome="InternalServiceException") == 1


def test_names_without_end(sandbox: Any) -> None:
    """Paths and Regions are what somebody writes: beyond some hundreds they are counted together."""
    for index in range(MOST_LACKED + 50):
        _ask(sandbox, "GET", f"/nothing/{index}{'x' * 500}")
    lacked = sandbox.counters.lacked
    assert (len(lacked), lacked["(others)"], sum(lacked.values())) == (MOST_LACKED + 1, 50, MOST_LACKED + 50)
    assert max(map(len, lacked)) <= 300


def test_a_count_from_nothing(served: Any, sandbox: Any) -> None:
    """Counting from nothing again forgets what was lacking."""
    _ask(sandbox, "GET", "/nothing")
    control = Control(served.url)
    assert control.status()["lacked"] == {"GET /nothing": 1}
    control.reset_counters()
    assert control.status()["lacked"] == {}
