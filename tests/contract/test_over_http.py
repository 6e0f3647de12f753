"""What only a server has: raw paths, signatures, control routes."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from acgr_sandbox import Fault, Request, Switches
from acgr_sandbox.control import Control, ControlError

SOURCE = "eu-west-2"
SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential=sandbox/20261121/{SOURCE}/connect/aws4_request, Signature=0"}


@pytest.fixture
def raw(served: Any) -> Iterator[http.client.HTTPConnection]:
    """A bare connection to the sandbox."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30)
    yield connection
    connection.close()


@pytest.fixture
def control(served: Any) -> Control:
    """The control routes."""
    return Control(served.url)


def _ask(raw: http.client.HTTPConnection, method: str, path: str, **more: Any) -> tuple[int, str | None, Any]:
    raw.request(method, path, **{"headers": SIGNED, **more})
    answer = raw.getresponse()
    text = answer.read()
    return answer.status, answer.getheader("x-amzn-ErrorType"), json.loads(text) if text else None


def test_an_arn_is_one_segment(raw: http.client.HTTPConnection, names: Any) -> None:
    """Encoded slashes do not split a path; slashes that are not encoded do."""
    path = "/traffic-distribution-group/"
    assert _ask(raw, "GET", path + quote(names.group(), safe=""))[0] == 200
    assert _ask(raw, "GET", path + quote(names.group(), safe=":"))[0] == 200
    assert _ask(raw, "GET", path + names.group())[0] == 404


def test_one_connection_serves_many_requests(raw: http.client.HTTPConnection) -> None:
    """Connections stay open, after errors too."""
    assert [_ask(raw, "GET", path)[0] for path in ("/instance", "/nonsense", "/instance")] == [200, 404, 200]


def test_what_is_not_there_is_named(raw: http.client.HTTPConnection) -> None:
    """An operation that is not implemented is a 501 that names it, anything else a 404."""
    assert _ask(raw, "PUT", "/contact/outbound-voice")[0::2] == (
        501,
        {"Message": "The sandbox does not implement StartOutboundVoiceContact."},
    )
    assert _ask(raw, "GET", "/nothing")[1] == "UnknownOperationException"


def test_an_unsigned_request_is_refused(raw: http.client.HTTPConnection) -> None:
    """Without a signature there is neither Region nor account."""
    assert _ask(raw, "GET", "/instance", headers={})[:2] == (403, "MissingAuthenticationTokenException")


def test_chunked_bodies_are_refused(raw: http.client.HTTPConnection) -> None:
    """A body without a length is a 411, before any of it is sent."""
    raw.putrequest("POST", "/phone-number/list")
    for name, value in {**SIGNED, "Transfer-Encoding": "chunked"}.items():
        raw.putheader(name, value)
    raw.endheaders()
    assert raw.getresponse().status == 411


@pytest.mark.parametrize(
    "query",
    [
        *("maxResults=0", "maxResults=1001", "maxResults=many", "maxResults=1_0", "maxResults=%2B5", "maxResults="),
        *("maxResults=99999999999", "maxResults=%D9%A5", "contactFlowTypes=NONSENSE", "contactFlowTypes="),
    ],
)
def test_ranges_and_enums(query: str, raw: http.client.HTTPConnection, names: Any) -> None:
    """What the client does not check the server does."""
    status, code, _ = _ask(raw, "GET", f"/contact-flows-summary/{names.instance}?{query}")
    assert status == 400
    assert code in ("InvalidRequestException", "SerializationException")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/phone-number/list", {"MaxResults": "5"}),
        ("/phone-number/list", {"MaxResults": 5.0}),
        ("/phone-number/list", {"MaxResults": True}),
        ("/phone-number/list", {"MaxResults": 2**31}),
        ("/phone-number/list", {"PhoneNumberPrefix": 44}),
        ("/phone-number/list", {"PhoneNumberTypes": "DID"}),
        ("/phone-number/list", {"PhoneNumberTypes": ["DID", 1]}),
        ("/phone-number/list", {"PhoneNumberTypes": [None]}),
        ("/phone-number/list", []),
        ("/tags/{arn}", {"tags": {"a": 1}}),
        ("/tags/{arn}", {"tags": {"a": None}}),
        ("/tags/{arn}", {"tags": [["a", "b"]]}),
        ("/traffic-distribution/{arn}", {"TelephonyConfig": {"Distributions": {"Region": "eu-west-2"}}}),
        ("/traffic-distribution/{arn}", {"TelephonyConfig": {"Distributions": [{"Percentage": "100"}]}}),
        ("/traffic-distribution/{arn}", {"SignInConfig": {"Distributions": [{"Enabled": "true"}]}}),
    ],
    ids=str,
)
def test_types(path: str, body: Any, raw: http.client.HTTPConnection, names: Any) -> None:
    """A value of another type is refused wherever it stands; text is no number in JSON."""
    method = "PUT" if path.startswith("/traffic") else "POST"
    asked = path.format(arn=quote(names.group(), safe=""))
    assert _ask(raw, method, asked, body=json.dumps(body))[:2] == (400, "SerializationException")


def test_members_that_nobody_knows(raw: http.client.HTTPConnection, names: Any) -> None:
    """A member that the model does not have changes nothing, as newer clients expect of older services."""
    body = json.dumps({"MaxResults": 1, "SomethingNew": {"deep": [1]}, "PhoneNumberPrefix": None})
    status, _, answer = _ask(raw, "POST", "/phone-number/list", body=body)
    assert (status, len(answer["ListPhoneNumbersSummaryList"])) == (200, 1)


def test_identity(over_http: Any) -> None:
    """STS tells the account of the credentials."""
    client = over_http("sts")
    assert client.get_caller_identity()["Account"] == "111122223333"
    client.close()


def test_sts_knows_nothing_else(sandbox: Any) -> None:
    """Any other action of STS is refused."""
    headers = {"authorization": SIGNED["Authorization"].replace("/connect/", "/sts/")}
    answer = sandbox.handle(Request("POST", "/", "", headers, b"Action=AssumeRole&Version=2011-06-15"))
    assert answer.status == 400
    assert b"InvalidAction" in answer.body


def test_status_and_counters(control: Control, raw: http.client.HTTPConnection) -> None:
    """Status and counters tell what is there and what was asked; counters can be set back."""
    _ask(raw, "GET", "/instance")
    status = control.status()
    assert (status["account"], status["numbers"], status["members"]["Default"]) == ("111122223333", 5, 1)
    assert control.calls("ListInstances", SOURCE, "ok") == 1
    control.reset_counters()
    assert control.counters() == []


def test_time_and_claims(control: Control, names: Any, over_http: Any) -> None:
    """The clock can be moved, claims held and let go, and the timeline tells the story."""
    control.hold_claims()
    client = over_http()
    client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    client.close()
    control.advance(60)
    assert control.world()["numbers"][names.number_id()]["status"] == "IN_PROGRESS"
    control.release_claims()
    assert control.world()["numbers"][names.number_id()]["status"] == "CLAIMED"
    assert ("+442079460001", "eu-central-1") in control.dark_numbers()
    events = [(event["what"], event["region"]) for event in control.timeline("+442079460001")]
    assert events == [("moved", ""), ("dark", SOURCE), ("claimed", ""), ("dark", "eu-central-1")]


def test_faults_and_switches(control: Control, raw: http.client.HTTPConnection, sandbox: Any) -> None:
    """Faults and switches can be set from outside; what there is not is refused with a sentence."""
    control.add_fault(Fault("ListInstances", "denied", count=0))
    assert _ask(raw, "GET", "/instance")[0] == 403
    assert control.faults()[0]["hit"] == 1
    control.clear_faults()
    assert _ask(raw, "GET", "/instance")[0] == 200
    control.set_switches(claim_seconds=60.0, mirroring=False)
    assert sandbox.switches == Switches(rate=0, claim_seconds=60.0, mirroring=False)
    assert control.switches()["claim_seconds"] == 60.0
    with pytest.raises(ControlError, match="no switch 'nonsense'"):
        control.set_switches(nonsense=1)
    with pytest.raises(ControlError, match="takes true or false"):
        control.set_switches(mirroring="perhaps")


def test_reset_and_restore(control: Control, names: Any, over_http: Any, sandbox: Any) -> None:
    """Reset goes back to the scenario, restore to any snapshot."""
    client = over_http()
    client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())
    client.close()
    moved = control.world()
    control.reset()
    assert sandbox.world.number("+442079460001").status == "CLAIMED"
    control.restore(moved)
    assert sandbox.world.number("+442079460001").status == "IN_PROGRESS"
    with pytest.raises(ControlError, match="no world of version"):
        control.restore({"nonsense": 1})


def test_routes_there_are_not(sandbox: Any) -> None:
    """A control route that is not there lists those that are."""
    answer = sandbox.handle(Request("GET", "/_sandbox/nonsense"))
    assert answer.status == 404
    assert b"GET /_sandbox/status" in answer.body


def test_nobody_answers() -> None:
    """A control client says where nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ControlError, match=url):
            Control(url).status()
