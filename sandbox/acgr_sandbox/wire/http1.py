"""HTTP/1.1 by the byte: the head of a request, read strictly, and an answer as it goes out.

What two readers could take for different things is refused: two lengths, a length beside chunks, a folded line, a name
with a space behind it. A body that is not told by one plain `Content-Length` could be read as the next request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from .refusal import Refusal
from .rest_json import Response

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"[\x21-\x7e\x80-\xff]+")
_LENGTH = re.compile(r"[0-9]{1,18}")
_ONCE = ("host", "content-length", "content-type", "authorization", "expect")

MOST_FIELDS = 100
"""Header fields of one request."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Head(NamedTuple):
    """Request line and header fields.

    Attributes:
        method, target: of the request line; the target still encoded, with its query.
        headers: names in lower case.
        length: bytes of the body that follows.
        keeps_open: whether the client wants to send another request on the connection.
        waits: whether it sends the body only after `CONTINUE`.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    length: int
    keeps_open: bool
    waits: bool


def end_of_head(data: bytes | bytearray, start: int = 0) -> int:
    """Where a head ends, the empty line included; -1 while it does not. Lines may end in LF alone: that is refused."""
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := data.find(mark, start)) >= 0]
    return min(ends, default=-1)


def read_head(data: bytes) -> Head:
    """The head in these bytes, which end with its empty line.

    Raises:
        Refusal: it is none, or one that can be read in two ways; with the status of the answer.
    """
    lines = data.decode("latin-1").split("\r\n")[:-2]
    if any("\n" in line or "\r" in line for line in lines) or not data.endswith(b"\r\n\r\n"):
        raise _bad("The lines of a request end in CR LF.")
    method, target, version = _request_line(lines[0])
    headers = _fields(lines[1:])
    if version == "1.1" and "host" not in headers:
        raise _bad("A request of HTTP/1.1 has a Host.")
    wishes = {wish.strip().lower() for wish in headers.get("connection", "").split(",")}
    keeps_open = "close" not in wishes if version == "1.1" else "keep-alive" in wishes
    return Head(method, target, headers, _length(headers), keeps_open, _waits(headers))


def _request_line(line: str) -> tuple[str, str, str]:
    method, _, rest = line.partition(" ")
    target, _, version = rest.partition(" ")
    found = re.fullmatch(r"HTTP/([0-9])\.([0-9])", version)
    if not (_TOKEN.fullmatch(method) and found and _TARGET.fullmatch(target)):
        raise _bad("The request line is not a method, a path and HTTP/1.1.")
    if found[1] != "1":
        raise Refusal("BadRequest", "The sandbox speaks HTTP/1.1.", status=505)
    if not target.startswith("/"):
        raise _bad("A path begins with a slash.")
    # An endpoint with a slash at its end makes two of them.
    return method, f"/{target.lstrip('/')}", "1.0" if found[2] == "0" else "1.1"


def _fields(lines: list[str]) -> dict[str, str]:
    if len(lines) > MOST_FIELDS:
        raise Refusal("BadRequest", f"A request has at most {MOST_FIELDS} header fields.", status=431)
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _bad("A header field is a name, a colon and a value, in one line.")
        name, value = name.lower(), value.strip(" \t")
        if name in fields and name in _ONCE:
            raise _bad(f"There are two fields {name}.")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise Refusal("LengthRequired", "The sandbox takes no chunked bodies: send a Content-Length.", status=411)
    text = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(text):
        raise _bad("Content-Length is no length.")
    return int(text)


def _waits(headers: Mapping[str, str]) -> bool:
    expected = headers.get("expect", "").lower()
    if expected not in ("", "100-continue"):
        raise Refusal("BadRequest", "The sandbox knows Expect: 100-continue and nothing else.", status=417)
    return bool(expected)


def _bad(sentence: str) -> Refusal:
    return Refusal("BadRequest", sentence, status=400)


def written(response: Response, *, date: str, closes: bool = False, without_body: bool = False) -> bytes:
    """An answer as it goes over the wire.

    Raises:
        ValueError: a header would end its line, and go on as another one.
    """
    fields = {**response.headers, "Date": date, "Content-Length": str(len(response.body))}
    if closes:
        fields["Connection"] = "close"
    for name, value in fields.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"{name!r}: {value!r} is no header field")
    lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}", *(f"{n}: {v}" for n, v in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if without_body else response.body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
