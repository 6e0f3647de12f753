"""The wire layer against botocore itself, over all operations of the installed model."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from botocore_model import MODEL, serialized

from acgr_sandbox.wire.refusal import Refusal
from acgr_sandbox.wire.rest_json import Request, parse, render, render_error
from acgr_sandbox.wire.service_model import find_operation, is_older_model

TEXTS = ("plain", "arn:aws:connect:eu-west-2:111122223333:instance/a b/c%2Fd", "Grüße & 50 % = +44?x#y", "a/b//c")
MOMENT = datetime(2026, 11, 21, 7, 47, 45, tzinfo=timezone.utc)
EXAMPLES = {
    "integer": 7,
    "long": 2**40,
    "float": 1.5,
    "double": 2.25,
    "boolean": True,
    "timestamp": MOMENT,
    "blob": b"bytes",
}


def example(shape: Any, text: str, *, full: bool, depth: int = 0) -> Any:
    """A value of a shape, with all its members or the required ones only; recursive shapes end at depth 6."""
    if shape.type_name == "structure":
        wanted = list(shape.members if full and depth < 6 else shape.required_members)
        if shape.is_tagged_union:
            wanted = [list(shape.members)[-1 if depth > 4 else 0]]
        return {name: example(shape.members[name], text, full=full, depth=depth + 1) for name in wanted}
    if shape.type_name == "list":
        return [] if depth > 6 else [example(shape.member, text, full=full, depth=depth + 1)] * 2
    if shape.type_name == "map":
        return {"key one": example(shape.value, text, full=full, depth=depth + 1)}
    return EXAMPLES.get(shape.type_name, text)


def sent(name: str, params: dict[str, Any]) -> Request:
    """The request botocore makes of parameters."""
    method, path, query, headers, body = serialized(name, params)
    lower = {key.lower(): value for key, value in headers.items()}
    return Request(method, path, query, lower, body if isinstance(body, bytes) else body.encode())


@pytest.mark.parametrize("full", [True, False], ids=["all members", "required members"])
@pytest.mark.parametrize("text", TEXTS)
def test_requests(text: str, full: bool) -> None:
    """What botocore sends for any operation is found and read as what it was given."""
    for name in MODEL.operation_names:
        shape = MODEL.operation_model(name).input_shape
        params = example(shape, text, full=full) if shape else {}
        request = sent(name, params)
        found = find_operation(request.method, request.raw_path)
        assert found is not None, name
        assert found[0] == name
        assert parse(name, found[1], request) == params, name


@pytest.mark.parametrize("full", [True, False], ids=["all members", "required members"])
@pytest.mark.parametrize("text", TEXTS)
def test_answers(text: str, full: bool) -> None:
    """What the sandbox renders for any operation is read by botocore as what it was given."""
    parser = create_parser("rest-json")
    for name in MODEL.operation_names:
        shape = MODEL.operation_model(name).output_shape
        answer = example(shape, text, full=full) if shape else {}
        response = render(name, answer)
        raw = {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body}
        read = parser.parse(raw, shape)
        read.pop("ResponseMetadata")
        assert read == answer, name


def test_errors() -> None:
    """Any error of the model reaches the client with its code, status and message."""
    parser = create_parser("rest-json")
    codes = {shape.name: shape for name in MODEL.operation_names for shape in MODEL.operation_model(name).error_shapes}
    for code, shape in codes.items():
        response = render_error(Refusal(code, "because"))
        assert response.status == shape.metadata["error"]["httpStatusCode"]
        raw = {"status_code": response.status, "headers": HeadersDict(response.headers), "body": response.body}
        error = parser.parse(raw, None)["Error"]
        assert (error["Code"], error["Message"]) == (code, "because")


def test_an_answer_that_the_model_does_not_know_is_a_fault_of_ours() -> None:
    """Unknown members, missing ones and wrong types are refused on the way out."""
    with pytest.raises(ValueError, match="unknown members"):
        render("ListUsers", {"Nonsense": 1})
    with pytest.raises(ValueError, match="not a string"):
        render("ListUsers", {"NextToken": 1})
    with pytest.raises(ValueError, match="missing members"):
        render("GetTrafficDistribution", {"TelephonyConfig": {}})
    with pytest.raises(ValueError, match="missing members"):
        render("GetTrafficDistribution", {"TelephonyConfig": {"Distributions": None}})


def test_what_is_none_is_left_out() -> None:
    """At any depth: an answer that has nothing to say of a member does not name it."""
    rows = [{"TestCaseExecutionId": "e", "Tags": None}]
    body = json.loads(render("ListTestCaseExecutions", {"TestCaseExecutions": rows, "NextToken": None}).body)
    assert body == {"TestCaseExecutions": [{"TestCaseExecutionId": "e"}]}


def test_an_older_model_does_not_know_all_members() -> None:
    """With a botocore that is older than the operations, what it does not know is left out of answers."""
    user = {"Id": "u", "Nonsense": 1, "PhoneConfig": {"AutoAccept": True, "Nonsense": 2}}
    body = json.loads(render("DescribeUser", {"User": user}, older_model=True).body)
    assert body == {"User": {"Id": "u", "PhoneConfig": {"AutoAccept": True}}}
    versions = {"1.40.0": True, "1.44.7": True, "1.44.8": False, "1.45": False, "2.0.0": False}
    assert {version: is_older_model(version) for version in versions} == versions


@pytest.mark.parametrize("body", [b"no json", b"[]", json.dumps({"MaxResults": "many"}).encode(), b'{"TargetArn": 1}'])
def test_a_body_of_another_kind_is_refused(body: bytes) -> None:
    """What cannot be read is a SerializationException."""
    with pytest.raises(Refusal) as caught:
        parse("ListPhoneNumbersV2", {}, Request("POST", "/phone-number/list", "", {}, body))
    assert caught.value.code == "SerializationException"
