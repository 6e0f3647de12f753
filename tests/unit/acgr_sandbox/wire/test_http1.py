"""Request heads and answers by the byte."""

from __future__ import annotations

import pytest

from acgr_sandbox.wire.http1 import MOST_FIELDS, end_of_head, read_head, written
from acgr_sandbox.wire.refusal import Refusal
from acgr_sandbox.wire.rest_json import Response

HOST = b"Host: 127.0.0.1:1\r\n"


def _head(*lines: bytes, start: bytes = b"POST /x HTTP/1.1") -> bytes:
    return b"\r\n".join([start, HOST.strip(), *lines, b"", b""])


def test_a_plain_head() -> None:
    """Names are in lower case, values without the space around them, the target as it came."""
    head = read_head(_head(b"Content-Length: 12 ", b"X-One:\ta b", start=b"PUT /a%2Fb?c=d HTTP/1.1"))
    assert (head.method, head.target, head.length, head.keeps_open) == ("PUT", "/a%2Fb?c=d", 12, True)
    assert head.headers == {"host": "127.0.0.1:1", "content-length": "12", "x-one": "a b"}


@pytest.mark.parametrize(
    "field",
    [
        b"Transfer-Encoding: chunked",
        b"transfer-encoding: Chunked",
        b"TRANSFER-ENCODING: CHUNKED",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding:",
        b"Content-Length: 5\r\nTransfer-Encoding: ChunkeD",
    ],
)
def test_no_chunks(field: bytes) -> None:
    """A body in chunks is refused in any spelling, also beside a length: what follows it is never a request."""
    with pytest.raises(Refusal) as refused:
        read_head(_head(field))
    assert refused.value.status == 411


@pytest.mark.parametrize(
    "field",
    [
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5\r\ncontent-length: 5",
        b"Content-Length: 5, 5",
        b"Content-Length: +5",
        b"Content-Length: -1",
        b"Content-Length: 0x5",
        b"Content-Length: 5 5",
        b"Content-Length: \xd9\xa5",
        b"Content-Length:",
        b"Content-Length: 9999999999999999999",
        b"Content-Length : 5",
        b"Transfer-Encoding : chunked",
        b" Transfer-Encoding: chunked",
        b"X: a\r\n b",
        b"X: a\rTransfer-Encoding: chunked",
        b"X: a\x00b",
        b"no colon",
        b": no name",
        b"Host: elsewhere",
        b"Authorization: a\r\nAuthorization: b",
    ],
)
def test_heads_with_two_meanings(field: bytes) -> None:
    """What two readers could take for different things is refused."""
    with pytest.raises(Refusal) as refused:
        read_head(_head(field))
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("start", "status"),
    [
        (b"GET /", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET / HTTP/1.1 ", 400),
        (b"G(T / HTTP/1.1", 400),
        (b"GET http://127.0.0.1/ HTTP/1.1", 400),
        (b"GET * HTTP/1.1", 400),
        (b"GET /a b HTTP/1.1", 400),
        (b"GET / HTTP/11", 400),
        (b"PRI * HTTP/2.0", 505),
    ],
)
def test_request_lines(start: bytes, status: int) -> None:
    """A request line is a method, a path and HTTP/1.1 or 1.0."""
    with pytest.raises(Refusal) as refused:
        read_head(_head(start=start))
    assert refused.value.status == status


def test_other_limits() -> None:
    """Too many fields, a missing Host, lines that end in LF, and expectations that nobody can meet."""
    for data, status in (
        (_head(*[b"X: y"] * (MOST_FIELDS + 1)), 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
        (_head(b"Expect: 200-ok"), 417),
    ):
        with pytest.raises(Refusal) as refused:
            read_head(data)
        assert refused.value.status == status, data


def test_how_long_a_connection_lasts() -> None:
    """HTTP/1.1 keeps it open unless told otherwise, HTTP/1.0 the other way round; a client may wait for leave."""
    assert not read_head(_head(b"Connection: Close")).keeps_open
    assert not read_head(b"GET / HTTP/1.0\r\n\r\n").keeps_open
    assert read_head(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keeps_open
    assert read_head(_head(b"Expect: 100-Continue")).waits


@pytest.mark.parametrize(
    ("data", "end"), [(b"", -1), (b"GET / HTTP/1.1\r\n", -1), (b"a\r\n\r\nb", 5), (b"a\n\nb", 3), (b"a\n\r\n\r\n", 4)]
)
def test_the_end_of_a_head(data: bytes, end: int) -> None:
    """A head ends with its first empty line, however that is written."""
    assert end_of_head(data) == end


def test_an_answer() -> None:
    """An answer has its length; for HEAD that of the body that is left out."""
    answer = Response(200, {"Content-Type": "text/plain"}, b"hello")
    assert written(answer, date="today").endswith(b"Date: today\r\nContent-Length: 5\r\n\r\nhello")
    assert written(answer, date="today", without_body=True).endswith(b"Content-Length: 5\r\n\r\n")
    assert b"\r\nConnection: close\r\n" in written(answer, date="today", closes=True)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "snow ☃"])
def test_an_answer_of_two_lines(value: str) -> None:
    """No header of an answer can end its line."""
    with pytest.raises(ValueError, match="no header field"):
        written(Response(400, {"x-amzn-ErrorType": value}, b""), date="today")
    with pytest.raises(ValueError, match="no header field"):
        written(Response(400, {value: "a"}, b""), date="today")
