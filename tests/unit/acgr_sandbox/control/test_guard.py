"""Who may ask the sandbox, by the headers of a request."""

from __future__ import annotations

import pytest

from acgr_sandbox.control.guard import check
from acgr_sandbox.wire.refusal import Refusal

JSON = {"content-type": "application/json", "content-length": "2"}
CONTROL = "/_sandbox/reset"


def _status(method: str, path: str, headers: dict[str, str], *, any_host: bool = False) -> int:
    try:
        check(method, path, headers, any_host=any_host)
    except Refusal as refusal:
        return refusal.status or 0
    return 200


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:80", "127.1.2.3:8080", "localhost:7843", "LOCALHOST", "[::1]:80"]
)
def test_loopback_hosts(host: str) -> None:
    """Whoever names this machine is answered."""
    assert _status("GET", "/instance", {"host": host}) == 200
    assert _status("POST", CONTROL, {"host": host, **JSON}) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7843",
        "127.0.0.1.evil.example",
        "localhost.evil.example:7843",
        "127.0.0.1@evil.example",
        "0.0.0.0:7843",
        "10.0.0.1",
        "[::]:7843",
        "localhost:",
        "",
    ],
)
def test_foreign_hosts(host: str) -> None:
    """A name that is not this machine's may lead here by somebody's DNS: neither API nor control routes answer it."""
    for method, path in (("GET", "/instance"), ("GET", "/_sandbox/world"), ("POST", CONTROL), ("GET", "/_sandbox")):
        assert _status(method, path, {"host": host, **JSON}) == 403, (method, path)
    assert _status("GET", "/_sandbox/status", {}) == 403


def test_a_sandbox_for_other_machines() -> None:
    """Where it was told to listen elsewhere, the API answers under any name; control routes still do not."""
    assert _status("GET", "/instance", {"host": "sandbox:7843"}, any_host=True) == 200
    assert _status("GET", "/_sandbox/world", {"host": "sandbox:7843"}, any_host=True) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "https://127.0.0.1:80"},
        {"origin": "http://127.0.0.1:81"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_origins(headers: dict[str, str]) -> None:
    """What a browser sends for a page of another origin is refused, reading and writing, at both doors."""
    for method, path in (
        ("GET", "/instance"),
        ("PUT", "/phone-number/x"),
        ("GET", "/_sandbox/world"),
        ("POST", CONTROL),
    ):
        assert _status(method, path, {"host": "127.0.0.1:80", **JSON, **headers}) == 403, (method, path)


def test_its_own_page() -> None:
    """The page that the sandbox serves may ask it, and so may who types the address."""
    own = {"host": "127.0.0.1:80", "origin": "http://127.0.0.1:80", "sec-fetch-site": "same-origin"}
    assert _status("POST", CONTROL, {**own, **JSON}) == 200
    assert _status("GET", "/_sandbox/page", {"host": "127.0.0.1:80", "sec-fetch-site": "none"}) == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain; a=application/json", 415),
        ("application/jsonp", 415),
        ("", 415),
    ],
)
def test_only_json_is_written(kind: str, status: int) -> None:
    """A control route takes JSON, which a page cannot send elsewhere unasked; without a body it needs no type."""
    headers = {"host": "localhost", "content-type": kind, "content-length": "2"}
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        assert _status(method, "/_sandbox/faults", headers) == status
    assert _status("POST", CONTROL, {"host": "localhost"}) == 200
    assert _status("POST", CONTROL, {"host": "localhost", "content-type": "text/plain"}) == 415
