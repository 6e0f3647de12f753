"""What clients may take of a server, and what a server says to those it does not answer."""

from __future__ import annotations

import contextlib
import http.client
import json
import resource
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from contract_calls import SCENARIO, SOURCE

from acgr_sandbox import ManualClock, Request, Response, Sandbox, Switches, load_scenario
from acgr_sandbox.control import Control
from acgr_sandbox.server import Limits, Server

SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential=sandbox/20261121/{SOURCE}/connect/aws4_request, Signature=0"}
SMALL = Limits(connections=8, workers=4, head_bytes=2000, body_bytes=1000, control_body_bytes=5000, held_bytes=3000)
Serve = Callable[..., tuple[Server, ManualClock]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers with limits of a test's own, whose seconds pass when it says so."""
    with contextlib.ExitStack() as stack:

        def start(limits: Limits = SMALL, **options: Any) -> tuple[Server, ManualClock]:
            clock = ManualClock()
            sandbox = Sandbox(load_scenario(SCENARIO), clock=ManualClock(), switches=Switches(rate=0))
            server = Server(sandbox, limits=limits, clock=clock, **options)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            for end in (server.server_close, thread.join, server.shutdown):
                stack.callback(end)
            return server, clock

        yield start


@contextlib.contextmanager
def _connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(server.server_address, timeout=20) as client:
        yield client


def _received(client: socket.socket) -> bytes:
    """Everything until the other side closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def _ask(server: Server, method: str = "GET", path: str = "/instance", **more: Any) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(*server.server_address, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, **{"headers": SIGNED, **more})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None


def _threads(server: Server) -> int:
    return sum(thread.name == f"worker of {server.url}" for thread in threading.enumerate())


def test_half_open_connections_cost_no_thread_and_keep_nobody_out(serve: Serve) -> None:
    """Connections that send nothing, or half a request, take no thread; for a new one the oldest of them makes room."""
    server, _ = serve()
    with contextlib.ExitStack() as stack:
        for number in range(40):
            client = stack.enter_context(_connected(server))
            client.sendall(b"GET /instance HTTP/1.1\r\nHost: localhost\r\n"[: number * 3])
        assert [_ask(server)[0] for _ in range(5)] == [200] * 5
        assert server.connections <= SMALL.connections
        assert _threads(server) <= SMALL.workers


def test_two_thousand_half_open_connections() -> None:
    """The default limits bear two thousand of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 8000:
        pytest.skip(f"two thousand connections with both their ends take more than {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 8000), hard))
    server = Server(Sandbox(load_scenario(SCENARIO), switches=Switches(rate=0)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    before = threading.active_count()
    with contextlib.ExitStack() as stack:
        for end in (server.server_close, thread.join, server.shutdown):
            stack.callback(end)
        for number in range(2000):
            client = stack.enter_context(_connected(server))
            client.sendall(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"[: number % 60])
        assert _ask(server)[0] == 200
        assert server.connections <= Limits().connections
        assert threading.active_count() - before <= 5
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_connection_in_use_outlives_those_that_ask_nothing(serve: Serve) -> None:
    """Who has been answered keeps his connection while others come and say nothing."""
    server, _ = serve()
    connection = http.client.HTTPConnection(*server.server_address, timeout=20)
    with contextlib.closing(connection), contextlib.ExitStack() as stack:
        for _ in range(5):
            for _ in range(4):
                stack.enter_context(_connected(server))
            connection.request("GET", "/instance", headers=SIGNED)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", None),
        (b"GET /instance HTTP/1.1\r\nHost: loc", b"408"),
        (b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n", b"408"),
        (b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\nhalf a bo", b"408"),
    ],
)
def test_seconds(sent: bytes, status: bytes | None, serve: Serve) -> None:
    """A request that does not come to its end is a 408 after a while, and who says nothing is hung up on."""
    server, clock = serve()
    with _connected(server) as client:
        client.sendall(sent)
        took, answer = _seconds_until_heard(client, clock)
        assert (answer[9:12], took >= SMALL.request_seconds) == (status or b"", True)


def test_drops_of_a_request(serve: Serve) -> None:
    """A byte now and then does not make a request last longer: its time runs from its first byte."""
    server, clock = serve()
    with _connected(server) as client:
        drops = iter(b"GET /instance HTTP/1.1\r\nHost: localhost")
        took, answer = _seconds_until_heard(client, clock, lambda: client.sendall(bytes([next(drops)])))
        assert answer.startswith(b"HTTP/1.1 408")
        assert took < SMALL.request_seconds * 2


def test_idle_connections(serve: Serve) -> None:
    """Between two requests a client may take minutes."""
    server, clock = serve()
    connection = http.client.HTTPConnection(*server.server_address, timeout=20)
    with contextlib.closing(connection):
        for _ in range(3):
            connection.request("GET", "/instance", headers=SIGNED)
            assert connection.getresponse().read()
            clock.advance(SMALL.request_seconds * 2)
        sock = connection.sock
        assert sock is not None
        took, heard = _seconds_until_heard(sock, clock)
        assert (heard, took >= SMALL.idle_seconds - SMALL.request_seconds * 2) == (b"", True)


@pytest.mark.parametrize(
    ("start", "length", "status"),
    [
        (b"POST /phone-number/list", 1001, 413),
        (b"POST /phone-number/list", 999_999_999, 413),
        (b"POST /phone-number/list", 400 * 2**20, 413),
        (b"POST /_sandbox/world", 5001, 413),
        (b"POST /_sandbox/../phone-number/list", 5001, 413),
    ],
)
def test_bodies_that_are_too_large(start: bytes, length: int, status: int, serve: Serve) -> None:
    """What announces too much is refused at once, before any of it is there."""
    server, _ = serve()
    with _connected(server) as client:
        kind = b"Content-Type: application/json\r\n"
        client.sendall(start + b" HTTP/1.1\r\nHost: localhost\r\n" + kind + b"Content-Length: %d\r\n\r\n" % length)
        assert client.recv(12) == b"HTTP/1.1 %d" % status


def test_the_answer_to_a_large_body_arrives(serve: Serve) -> None:
    """Who sends all of it first, as most clients do, sees why it was refused; none of it is kept."""
    server, _ = serve()
    status, answer = _ask(server, "POST", "/phone-number/list", body=bytes(20 * 2**20))
    assert (status, "at most 1000 bytes" in answer["Message"]) == (413, True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _ask(server, "POST", "/phone-number/list", body=bytes(20 * 2**20))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024


def test_many_bodies_at_once(serve: Serve) -> None:
    """What all half requests hold together is limited as well."""
    server, _ = serve(Limits(connections=50, held_bytes=3000, body_bytes=1000))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(_connected(server)) for _ in range(6)]
        for client in clients:
            client.sendall(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + bytes(900))
        refused = [client for client in clients[3:] if client.recv(12) == b"HTTP/1.1 503"]
        assert refused


def test_heads_that_are_too_large(serve: Serve) -> None:
    """Request line and headers have a limit, with an end or without one."""
    server, _ = serve()
    for sent in (b"GET /" + b"x" * 3000, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 3000 + b"\r\n\r\n"):
        with _connected(server) as client:
            client.sendall(sent)
            assert client.recv(12) == b"HTTP/1.1 431"


@pytest.mark.parametrize("spelling", [b"Chunked", b"chunked", b"CHUNKED", b"gzip, chunked", b"identity"])
def test_no_request_is_read_from_a_body(spelling: bytes, serve: Serve) -> None:
    """After a body whose length is unknown nothing is read as a request: the connection ends."""
    server, _ = serve()
    smuggled = b"POST /_sandbox/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    with _connected(server) as client:
        client.sendall(
            b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + spelling + b"\r\n\r\n" + smuggled
        )
        client.shutdown(socket.SHUT_WR)
        answers = _received(client)
    assert answers.count(b"HTTP/1.1") == 1
    assert answers.startswith(b"HTTP/1.1 411")
    assert "reset" not in [event.get("what") for event in server.sandbox.events.after()]


def test_requests_in_a_row(serve: Serve) -> None:
    """Several requests may come at once; each is answered, in order, and after a half-close too."""
    server, _ = serve()
    with _connected(server) as client:
        signed = SIGNED["Authorization"].encode()
        one = b"GET /instance HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + signed + b"\r\n\r\n"
        client.sendall(one + one.replace(b"/instance", b"/nothing") + b"\r\n" + one)
        client.shutdown(socket.SHUT_WR)
        answers = _received(client)
    assert [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]


def test_a_client_that_waits_for_leave(serve: Serve) -> None:
    """`Expect: 100-continue` is answered before the body, and refused with it where it would be too large."""
    server, _ = serve()
    head = b"POST /x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with _connected(server) as client:
        client.sendall(head % 2)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(12) == b"HTTP/1.1 403"  # not signed
    with _connected(server) as client:
        client.sendall(head % 9999)
        assert client.recv(12) == b"HTTP/1.1 413"


def test_head_has_no_body(serve: Serve) -> None:
    """The answer to HEAD has the length and not the body, so that the next answer begins where it should."""
    server, _ = serve()
    with _connected(server) as client:
        client.sendall(b"HEAD /instance HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /x HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answers = _received(client).split(b"\r\n\r\n")
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 403", b"HTTP/1.1 403", b""]


def test_more_slow_requests_than_workers(serve: Serve) -> None:
    """Requests wait for a worker, and none is lost."""
    server, _ = serve(Limits(connections=64, workers=2))
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(_ask(server)[0])) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 30
    assert _threads(server) <= 2


class _Slow:
    """Answers when it is told to."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.asked, self.go_on, self._sandbox = threading.Semaphore(0), threading.Event(), sandbox

    def handle(self, request: Request) -> Response:
        self.asked.release()
        assert self.go_on.wait(20)
        return self._sandbox.handle(request)


def test_when_every_connection_is_being_answered(serve: Serve) -> None:
    """Nobody who is being answered makes room: others wait until one of them is done, and are then answered."""
    server, _ = serve(Limits(connections=2, workers=2))
    slow = _Slow(server.sandbox)
    server.sandbox = slow  # type: ignore[assignment]  # asked to handle, no more
    request = f"GET /instance HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SIGNED['Authorization']}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(6):
            clients.append(stack.enter_context(_connected(server)))
            clients[-1].sendall(request)
            if len(clients) <= 2:
                assert slow.asked.acquire(timeout=20)
        assert server.connections == 2
        slow.go_on.set()
        assert [client.recv(12) for client in clients] == [b"HTTP/1.1 200"] * 6


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example", "Content-Type": "text/plain"},
        {"Host": "evil.example", "Content-Type": "application/json"},
        {"Origin": "http://evil.example", "Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
        {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"},
    ],
)
@pytest.mark.parametrize(
    ("method", "route", "body"),
    [
        ("POST", "changes", {"do": "release", "number": "+442079460001"}),
        ("POST", "reset", {}),
        ("PATCH", "switches", {"claim_seconds": 0}),
        ("POST", "faults", {"kind": "denied", "count": 0}),
        ("POST", "world", {}),
    ],
)
def test_pages_change_nothing(
    method: str, route: str, body: dict[str, Any], headers: dict[str, str], serve: Serve
) -> None:
    """No request of a web page does anything to the sandbox."""
    server, _ = serve()
    before = Control(server.url).world()
    status, answer = _ask(server, method, f"/_sandbox/{route}", headers=headers, body=json.dumps(body).encode())
    assert status in (403, 415), answer
    assert Control(server.url).world() == before
    assert server.sandbox.faults.table() == []
    kinds = [event["kind"] for event in server.sandbox.events.after()]
    assert [kind for kind in kinds if kind != "number"] == ["call"]  # the refusal, and nothing else


def test_the_api_for_rebound_names(serve: Serve) -> None:
    """The API is not answered under a foreign name either, unless the sandbox was told to listen for other machines."""
    server, _ = serve()
    assert _ask(server, headers={**SIGNED, "Host": "evil.example"})[0] == 403
    open_one, _ = serve(host="0.0.0.0")
    assert _ask(open_one, headers={**SIGNED, "Host": "sandbox:7843"})[0] == 200
    assert _ask(open_one, path="/_sandbox/world", headers={"Host": "sandbox:7843"})[0] == 403


def _seconds_until_heard(
    client: socket.socket, clock: ManualClock, meanwhile: Callable[[], object] = lambda: None
) -> tuple[float, bytes]:
    """Let seconds pass, slowly enough for the server to see each, until something comes; how many, and what came."""
    begin = clock.now()
    client.settimeout(0.03)
    while True:
        meanwhile()
        try:
            return clock.now() - begin, client.recv(20)
        except TimeoutError:
            clock.advance(3 if clock.now() - begin < 100 else 100)
