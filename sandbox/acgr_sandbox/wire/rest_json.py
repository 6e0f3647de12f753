"""REST-JSON of the Connect API, both ways, from botocore's model: parse requests, render answers and errors."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from .refusal import Refusal
from .service_model import Shape, error_status, is_older_model, operation_model

DEPTH = 200
"""Levels of a body; the model has shapes that hold themselves."""


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came: `raw_path` and `query` still encoded, header names in lower case."""

    method: str
    raw_path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def parse(operation: str, labels: Mapping[str, str], request: Request) -> dict[str, Any]:
    """The parameters of a request, named as in the model, of the model's types.

    Raises:
        Refusal: `SerializationException` for what is not JSON, or not of its type.
    """
    shape = operation_model(operation).input_shape
    if shape is None:
        return {}
    query = parse_qs(request.query, keep_blank_values=True)
    body = _json_body(request.body)
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        raw = _raw(member, labels, query, request.headers, body)
        if raw is not None:
            params[name] = _value(raw if member.location == "body" else _from_text(raw, member, name), member, name)
    return params


def parameters(operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same from plain data, as in a scenario or a control route; a misspelt parameter is refused there.

    Raises:
        Refusal: `SerializationException` for what is not of its type, or no parameter of the operation.
    """
    shape = operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    for name in values:
        if name not in members:
            raise Refusal("SerializationException", f"{operation} has no parameter {name!r}.")
    return {name: _value(value, members[name], name) for name, value in values.items()}


def _json_body(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("SerializationException", "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Refusal("SerializationException", "The body is not a JSON object.")
    return value


def _raw(
    member: Shape,
    labels: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
    body: Mapping[str, Any],
) -> Any:
    place, key = member.location, member.wire_name
    if place == "uri":
        return labels.get(key)
    if place == "header":
        return headers.get(key.lower())
    if place == "querystring":
        values = query.get(key)
        return values if values is None or member.type_name == "list" else values[-1]
    return body.get(key)


def _value(raw: Any, shape: Shape, where: str) -> Any:
    if shape.type_name == "structure":
        return _structure(_typed(raw, dict, where), shape, where)
    if shape.type_name == "list":
        items = _typed(raw, list, where)
        return [_value(item, shape.member, f"{where}.member.{i}") for i, item in enumerate(items, 1)]
    if shape.type_name == "map":
        entries = _typed(raw, dict, where)
        return {_scalar(key, shape.key, where): _value(item, shape.value, where) for key, item in entries.items()}
    return _scalar(raw, shape, where)


def _structure(raw: dict[str, Any], shape: Shape, where: str) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        item = raw.get(member.wire_name)
        if item is not None:
            found[name] = _value(item, member, f"{where}.{name}")
    return found


def _typed(raw: Any, kind: type, where: str) -> Any:
    if where.count(".") > DEPTH:
        raise Refusal("SerializationException", f"The body is nested more than {DEPTH} deep.")
    if not isinstance(raw, kind):
        raise Refusal("SerializationException", f"Value at '{where}' is not a {kind.__name__}.")
    return raw


def _scalar(raw: Any, shape: Shape, where: str) -> Any:
    read = _SCALARS.get(shape.type_name)
    if read is None:
        return raw
    try:
        return read(raw)
    except (ValueError, TypeError, OverflowError, RuntimeError):
        raise Refusal("SerializationException", f"Value at '{where}' is not a {shape.type_name}.") from None


def _read_string(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError(raw)
    raw.encode()  # half of a surrogate pair is no text
    return raw


def _read_whole(bits: int) -> Callable[[Any], int]:
    def read(raw: Any) -> int:
        if type(raw) is not int or not -(2 ** (bits - 1)) <= raw < 2 ** (bits - 1):
            raise TypeError(raw)
        return raw

    return read


def _read_float(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise TypeError(raw)
    return float(raw)


def _read_boolean(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise TypeError(raw)
    return raw


def _read_time(raw: Any) -> Any:
    if isinstance(raw, bool):
        raise TypeError(raw)
    from botocore.utils import parse_timestamp  # few requests have a time, and it brings half of botocore with it

    return parse_timestamp(raw)


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "string": _read_string,
    "character": _read_string,
    "integer": _read_whole(32),
    "long": _read_whole(64),
    "float": _read_float,
    "double": _read_float,
    "boolean": _read_boolean,
    "timestamp": _read_time,
}
"""How values of a JSON body are read: a number in quotes is text there, as Connect has it."""

_IN_TEXT: dict[str, tuple[str, Callable[[str], Any]]] = {
    "integer": (r"-?[0-9]{1,20}", int),
    "long": (r"-?[0-9]{1,20}", int),
    "float": (r"-?[0-9]{1,40}(\.[0-9]{1,40})?", float),
    "double": (r"-?[0-9]{1,40}(\.[0-9]{1,40})?", float),
    "boolean": (r"true|false", lambda text: text == "true"),
}
"""What path, query and headers may hold instead, which are text, and what it means."""


def _from_text(raw: Any, shape: Shape, where: str) -> Any:
    if shape.type_name == "list":
        return [_from_text(item, shape.member, where) for item in raw]
    form = _IN_TEXT.get(shape.type_name)
    if form is None:
        return raw
    if not re.fullmatch(form[0], raw):
        raise Refusal("SerializationException", f"Value at '{where}' is not a {shape.type_name}.")
    return form[1](raw)


def render(operation: str, answer: Mapping[str, Any], *, older_model: bool = is_older_model()) -> Response:
    """The answer of an operation; members that are None are left out, at any depth.

    Args:
        operation: its name.
        answer: what it says.
        older_model: leave out what the installed model does not know, because it is older than the operations.

    Raises:
        ValueError: the answer is not what the model says, which is a fault of the sandbox.
    """
    shape = operation_model(operation).output_shape
    if shape is None:
        return Response(200, _headers(), b"{}")
    return Response(200, _headers(), json.dumps(_rendered(answer, shape, operation, older_model)).encode())


def _rendered(value: Any, shape: Shape, where: str, older: bool) -> Any:
    if shape.type_name == "structure":
        return _rendered_structure(value, shape, where, older)
    if shape.type_name == "list":
        return [_rendered(item, shape.member, where, older) for item in value]
    if shape.type_name == "map":
        return {key: _rendered(item, shape.value, f"{where}.{key}", older) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return value.timestamp() if isinstance(value, datetime) else float(value)
    wanted = _OUTPUT_TYPES.get(shape.type_name)
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
        raise ValueError(f"{where} is {value!r}, not a {shape.type_name}")
    return value


def _rendered_structure(value: Mapping[str, Any], shape: Shape, where: str, older: bool) -> dict[str, Any]:
    value = {name: item for name, item in value.items() if item is not None and (not older or name in shape.members)}
    unknown = set(value) - set(shape.members)
    missing = set(shape.required_members) - set(value)
    if unknown or missing:
        raise ValueError(f"{where}: unknown members {sorted(unknown)}, missing members {sorted(missing)}")
    return {
        shape.members[name].wire_name: _rendered(item, shape.members[name], f"{where}.{name}", older)
        for name, item in value.items()
    }


_OUTPUT_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "boolean": (bool,),
}


def render_error(refusal: Refusal, member: str = "Message") -> Response:
    """An error answer: status from the model, name in a header, the message in a member of the body."""
    status = refusal.status or error_status(refusal.code)
    if not refusal.code:
        return Response(status, _headers(), b"")
    body = {member: refusal.message, **refusal.details}
    return Response(status, {**_headers(), "x-amzn-ErrorType": refusal.code}, json.dumps(body).encode())


def json_response(status: int, value: object) -> Response:
    """Plain JSON, for what is no operation of Connect."""
    return Response(status, _headers(), json.dumps(value).encode())


def _headers() -> dict[str, str]:
    return {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid.uuid4())}
