"""A door before the sandbox: while it is shut, connections are refused, as where no host listens."""

from __future__ import annotations

import contextlib
import socket
import threading

LOOPBACK = "127.0.0.1"
WAITING = 256
"""Connections that may wait to be accepted."""

CHUNK = 65536


class Door:
    """Passes bytes on to a port of this host; is open at first.

    A door that refuses keeps its port, bound but not listening, so that nobody else takes it, and drops what was open.
    """

    def __init__(self, port: int) -> None:
        self._inner = port
        self._connections: set[socket.socket] = set()
        self._passing: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listener = _bound(0)
        self.port: int = self._listener.getsockname()[1]
        self.open()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{LOOPBACK}:{self.port}"

    def open(self) -> None:
        """Let everybody in."""
        self._listener.listen(WAITING)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def refuse(self) -> None:
        """Refuse connections, and end those that there are."""
        self.close()
        self._listener = _bound(self.port)

    def close(self) -> None:
        """Close it for good."""
        _end(self._listener)
        self._accepting.join()
        with self._lock:
            for each in self._connections:
                _end(each)
        for thread in self._passing:
            thread.join()
        self._passing.clear()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # accept() says so where the door is shut
            while True:
                outer, _ = self._listener.accept()
                self._let_in(outer)

    def _let_in(self, outer: socket.socket) -> None:
        try:
            inner = socket.create_connection((LOOPBACK, self._inner))
        except OSError:
            outer.close()
            return
        with self._lock:
            self._connections |= {outer, inner}
        for source, target in ((outer, inner), (inner, outer)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._pass_on, args=(source, target), daemon=True)
            self._passing.append(thread)
            thread.start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := source.recv(CHUNK):
                target.sendall(received)
        _end(target)
        with self._lock:
            self._connections.discard(source)
        source.close()


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    return listener


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
