"""A sandbox behind HTTP: one thread waits for all connections, a few others answer whole requests.

A connection costs no thread until its request is there, so that clients which open connections and send nothing, or
send slowly, keep nobody out. What a request may cost is in `Limits`; `wire.http1` reads it, and `control.guard` says
who may ask at all.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import selectors
import socket
import struct
import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from wsgiref.handlers import format_date_time  # without all of `email`, as `email.utils` would

from .control import guard
from .core.clock import Clock, RealClock, SteadyClock
from .front import Sandbox
from .wire.http1 import CONTINUE, Head, end_of_head, read_head, written
from .wire.refusal import ConnectionReset, LostReply, Refusal
from .wire.rest_json import Request, Response, render_error

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CHUNK = 65536
_FAILED = Refusal("InternalServiceException", "The sandbox itself failed; its log says more.")
_EVERY = 0.1  # seconds between two looks for what takes too long


class Limits(NamedTuple):
    """What clients may take. Bytes, and seconds of a clock that only goes forward.

    Attributes:
        connections: open at once; for one more the one that has waited longest without a request is closed.
        workers: requests that are answered at once; others wait.
        head_bytes: request line and headers.
        body_bytes, control_body_bytes: body of a request to the API, and to a control route (a whole world).
        held_bytes: of all requests that are not there in full yet.
        request_seconds: from the first byte of a request to its last, and from a connection to its first request.
        idle_seconds: between two requests of a connection.
        answer_seconds: until an answer has been taken.
        farewell_seconds: in which the rest of a refused request is read, so that its client sees the answer.
    """

    connections: int = 512
    workers: int = 256
    head_bytes: int = 65_536
    body_bytes: int = 4 * 2**20
    control_body_bytes: int = 64 * 2**20
    held_bytes: int = 128 * 2**20
    request_seconds: float = 30.0
    idle_seconds: float = 600.0
    answer_seconds: float = 60.0
    farewell_seconds: float = 5.0


@dataclass(eq=False)
class _Connection:
    socket: socket.socket
    since: float  # when what it waits for began
    number: int  # of all, in the order in which they came
    data: bytearray = field(default_factory=bytearray)
    searched: int = 0  # up to where no head ends
    head: Head | None = None
    served: int = 0
    busy: bool = False  # with a worker
    leaving: bool = False  # refused: the rest of its request is thrown away

    @property
    def amid(self) -> bool:
        """Whether a part of a request is there."""
        return bool(self.data) or self.head is not None

    def next_request(self, now: float) -> None:
        """Begin to wait for another request."""
        self.head, self.searched, self.busy, self.since = None, 0, False, now
        self.served += 1


class _Workers:
    """Threads that are made when there is more to do than there are of them; none outlives its process."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name, self._made, self._open = most, name, 0, 0
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def do(self, work: Callable[[], None]) -> None:
        """Have it done as soon as a worker is free."""
        with self._lock:
            self._open += 1
            more = self._made < min(self._open, self._most)
            self._made += more
        self._work.put(work)
        if more:
            threading.Thread(target=self._run, daemon=True, name=self._name).start()

    def end(self) -> None:
        """Let those end that wait for work."""
        for _ in range(self._made):
            self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                work()
            finally:
                with self._lock:
                    self._open -= 1


class Server:
    """Serves one sandbox; port 0 takes a free one.

    Args:
        sandbox: who answers; may be replaced while it serves.
        host: address to listen at.
        port: likewise.
        limits: what clients may take.
        clock: what their seconds are counted by.

    Raises:
        OSError: the address is taken.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.sandbox, self.limits, self._clock = sandbox, limits or Limits(), clock or SteadyClock()
        self._any_host = host not in LOOPBACK
        self._listener = _listening(host, port)
        self.server_address: tuple[str, int] = self._listener.getsockname()[:2]
        self._selector = selectors.DefaultSelector()
        self._connections: set[_Connection] = set()
        self._numbers = itertools.count()
        self._held = 0
        self._workers = _Workers(self.limits.workers, f"worker of {self.url}")
        self._returned: deque[tuple[_Connection, bool]] = deque()
        self._bell, self._wakes = socket.socketpair()
        for end in (self._bell, self._wakes):
            end.setblocking(False)
        self._selector.register(self._wakes, selectors.EVENT_READ, self._take_back)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._listens, self._looked = True, self._clock.now()
        self._stopping, self._closed, self._gate = threading.Event(), False, threading.Lock()
        self._stopped = threading.Event()
        self._stopped.set()

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self.server_address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Answer until `shutdown`; looks every `poll_interval` seconds at most for what takes too long."""
        self._stopped.clear()
        try:
            while not self._stopping.is_set():
                for key, _ in self._selector.select(poll_interval):
                    key.data()
                self._end_overdue()
        finally:
            self._stopping.clear()
            self._stopped.set()

    def shutdown(self) -> None:
        """Let `serve_forever` end, and wait until it has."""
        self._stopping.set()
        self._ring()
        self._stopped.wait()

    def server_close(self) -> None:
        """Close everything; what is being answered is answered still."""
        with self._gate:
            self._closed = True
            back = {connection for connection, _ in self._returned}
        self._workers.end()
        for connection in self._connections:
            if not connection.busy or connection in back:
                connection.socket.close()
        self._connections.clear()
        self._selector.close()
        for each in (self._listener, self._bell, self._wakes):
            each.close()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # full: it rings already
            self._bell.send(b"\0")

    # All that follows, up to `_answer`, runs in the thread of `serve_forever`, and waits for nothing.

    def _accept(self) -> None:
        while True:
            full = len(self._connections) >= self.limits.connections
            if full and all(each.busy for each in self._connections):
                self._selector.unregister(self._listener)  # new ones wait in the system's queue
                self._listens = False
                return
            try:
                accepted, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError:  # no file descriptor left, or the client has gone already
                self._evict()
                return
            if full:
                self._evict()
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(accepted, self._clock.now(), next(self._numbers))
            self._connections.add(connection)
            self._watch(connection)

    def _evict(self) -> None:
        waiting = [each for each in self._connections if not each.busy]
        # First who never asked for anything, then who is between two requests, then who is in the middle of one.
        for each in sorted(waiting, key=lambda each: (each.served and 1 + each.amid, each.since, each.number)):
            self._read(each)  # its request may have come, and wait to be read
            if not each.busy:
                self._close(each)
                return

    def _watch(self, connection: _Connection) -> None:
        self._selector.register(connection.socket, selectors.EVENT_READ, lambda: self._read(connection))

    def _unwatch(self, connection: _Connection) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection.socket)

    def _close(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        self._unwatch(connection)
        self._held -= len(connection.data)
        self._connections.discard(connection)
        connection.socket.close()
        self._listen()

    def _listen(self) -> None:
        if not self._listens:
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
            self._listens = True

    def _read(self, connection: _Connection) -> None:
        if connection not in self._connections or connection.busy:
            return  # closed by what came before it in the same round
        try:
            data = connection.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        if connection.leaving:
            return
        if not connection.amid:
            connection.since = self._clock.now()
        connection.data += data
        self._held += len(data)
        self._go_on(connection)

    def _go_on(self, connection: _Connection) -> None:
        """Hand the request over if it is there in full."""
        try:
            request = self._whole_request(connection)
        except Refusal as refusal:
            self._refuse(connection, refusal)
            return
        if request is not None:
            self._unwatch(connection)
            connection.busy = True
            head = connection.head
            assert head is not None
            self._workers.do(lambda: self._answer(connection, head, request))

    def _whole_request(self, connection: _Connection) -> Request | None:
        if connection.head is None and not self._read_head(connection):
            return None
        head = connection.head
        assert head is not None
        if len(connection.data) < head.length:
            if self._held > self.limits.held_bytes:
                raise Refusal("ServiceUnavailable", "The sandbox is being sent too much at once.", status=503)
            return None
        body = bytes(memoryview(connection.data)[: head.length])
        self._drop(connection, head.length)
        path, _, query = head.target.partition("?")
        return Request(head.method, path, query, head.headers, body)

    def _read_head(self, connection: _Connection) -> bool:
        while connection.data.startswith(b"\r\n"):  # some clients end a body with one
            self._drop(connection, 2)
        end = end_of_head(connection.data, max(0, connection.searched - 3))
        connection.searched = len(connection.data)
        if (end if end >= 0 else len(connection.data)) > self.limits.head_bytes:
            sentence = f"Request line and headers are longer than {self.limits.head_bytes} bytes."
            raise Refusal("BadRequest", sentence, status=431)
        if end < 0:
            return False
        head = read_head(bytes(connection.data[:end]))
        self._drop(connection, end)
        self._admit(head)
        connection.head = head
        if head.waits and len(connection.data) < head.length:
            with contextlib.suppress(OSError):
                connection.socket.send(CONTINUE)
        return True

    def _admit(self, head: Head) -> None:
        guard.check(head.method, head.target, head.headers, any_host=self._any_host)
        most = self.limits.control_body_bytes if guard.is_control(head.target) else self.limits.body_bytes
        if head.length > most:
            raise Refusal("RequestTooLarge", f"A body has at most {most} bytes here, not {head.length}.", status=413)

    def _drop(self, connection: _Connection, count: int) -> None:
        del connection.data[:count]
        self._held -= count

    def _refuse(self, connection: _Connection, refusal: Refusal) -> None:
        self._unwatch(connection)
        self._drop(connection, len(connection.data))
        connection.busy = connection.leaving = True

        def answer() -> None:
            self.sandbox.record_refused(refusal)
            self._send(connection, render_error(refusal), closes=True)
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_WR)
            self._give_back(connection, stays=True)

        self._workers.do(answer)

    def _take_back(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wakes.recv(_CHUNK):
                pass
        while self._returned:
            connection, stays = self._returned.popleft()
            if not stays:
                self._close(connection)
                continue
            with contextlib.suppress(OSError):
                connection.socket.setblocking(False)
            connection.next_request(self._clock.now())
            self._watch(connection)
            if connection.data:
                self._go_on(connection)
            self._listen()

    def _end_overdue(self) -> None:
        now = self._clock.now()
        if now - self._looked < _EVERY:
            return
        self._looked = now
        for connection in [each for each in self._connections if not each.busy]:
            if now - connection.since <= self._seconds_of(connection):
                continue
            if connection.leaving or not connection.amid:
                self._close(connection)
            else:
                seconds = f"{self.limits.request_seconds:g}"
                self._refuse(connection, Refusal("RequestTimeout", f"No whole request in {seconds} s.", status=408))

    def _seconds_of(self, connection: _Connection) -> float:
        if connection.leaving:
            return self.limits.farewell_seconds
        idle = connection.served and not connection.amid
        return self.limits.idle_seconds if idle else self.limits.request_seconds

    # What follows runs in workers.

    def _answer(self, connection: _Connection, head: Head, request: Request) -> None:
        stays = head.keeps_open
        try:
            response = self._response(request)
        except ConnectionReset:
            # Closed with nothing to linger for, TCP resets instead of saying goodbye.
            with contextlib.suppress(OSError):
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stays = False
        except LostReply:
            stays = False
        else:
            sent = self._send(connection, response, closes=not stays, without_body=request.method == "HEAD")
            stays = stays and sent
        self._give_back(connection, stays=stays)

    def _response(self, request: Request) -> Response:
        try:
            return self.sandbox.handle(request)
        except LostReply:
            raise
        except Exception:
            traceback.print_exc()
            return render_error(_FAILED)

    def _send(self, connection: _Connection, response: Response, *, closes: bool, without_body: bool = False) -> bool:
        date = format_date_time(RealClock().now())
        try:
            data = written(response, date=date, closes=closes, without_body=without_body)
        except ValueError:
            traceback.print_exc()
            data = written(render_error(_FAILED), date=date, closes=closes)
        try:
            connection.socket.settimeout(self.limits.answer_seconds)
            connection.socket.sendall(data)
        except OSError:
            return False
        return True

    def _give_back(self, connection: _Connection, *, stays: bool) -> None:
        with self._gate:
            if self._closed:
                connection.socket.close()
                return
            self._returned.append((connection, stays))
            self._ring()


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
