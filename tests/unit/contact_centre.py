"""Fixtures for the tests of the sandbox and of the command: a contact centre, and a way to ask it without a client."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from acgr_sandbox import ManualClock, Request, Response, Sandbox, Switches, load_scenario
from acgr_sandbox.server import Server

CENTRE = Path(__file__).parents[2] / "examples/sandbox/contact-centre.yaml"
Ask = Callable[..., Response]


@pytest.fixture
def sandbox() -> Sandbox:
    """The contact centre on a clock that stands still; nothing is throttled."""
    return Sandbox(load_scenario(CENTRE), clock=ManualClock(), switches=Switches(rate=0))


@pytest.fixture
def ask(sandbox: Sandbox) -> Ask:
    """Asks the contact centre: method, path, Region and what goes into the body."""

    def answer(method: str = "GET", path: str = "/instance", region: str = "eu-west-2", **body: Any) -> Response:
        scope = f"sandbox/20261121/{region}/connect/aws4_request"
        headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}
        return sandbox.handle(Request(method, path, "", headers, json.dumps(body).encode() if body else b""))

    return answer


@pytest.fixture
def served(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The contact centre, as AWS clients of this process and of those that it starts reach it."""
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    for service in ("CONNECT", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", server.url)
    yield sandbox
    server.shutdown()
    thread.join()
    server.server_close()
