"""A sandbox behind HTTP, on the standard library's server."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .front import Sandbox
from .wire.refusal import ConnectionReset, LostReply, Refusal
from .wire.rest_json import Request, Response, render_error

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Server(ThreadingHTTPServer):
    """Serves one sandbox; port 0 takes a free one.

    Raises:
        OSError: the address is taken.
    """

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.sandbox = sandbox
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up, and everything of what is our fault."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _answer(self) -> None:
        refusal = self._unreadable()
        if refusal:
            self.close_connection = True
            self._write(render_error(refusal))
            return
        try:
            self._write(self.server.sandbox.handle(self._request()))
        except ConnectionReset:
            self._reset()
        except LostReply:
            self._hang_up()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception:
            traceback.print_exc()
            message = "The sandbox itself failed; its log says more."
            self._write(render_error(Refusal("InternalServiceException", message)))

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _answer  # noqa: N815

    def _unreadable(self) -> Refusal | None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return Refusal("LengthRequired", "The sandbox takes no chunked bodies.", status=411)
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            return Refusal("BadRequest", "Content-Length is no length.", status=400)
        return None

    def _request(self) -> Request:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, path, query, headers, body)

    def _write(self, response: Response) -> None:
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines += [f"Date: {self.date_time_string()}", f"Content-Length: {len(response.body)}", "", ""]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + response.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        self.close_connection = True
        # Closed with nothing to linger for, TCP resets instead of saying goodbye.
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the counters say it better."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
