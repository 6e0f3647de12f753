"""A small HTTP server of a test's own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str], tuple[int, str, bytes]]
"""From the path of a GET to status, content type and body."""


@dataclass(frozen=True)
class Request:
    """What was asked; `path` has the query, the names of headers are small."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def answering(answer: Answer) -> contextlib.AbstractContextManager[str]:
    """A server that answers every GET so; its URL, without a slash at the end."""
    return serving(lambda request: answer(request.path) if request.method == "GET" else (405, "text/plain", b""))


@contextlib.contextmanager
def serving(answer: Callable[[Request], tuple[int, str, bytes]]) -> Iterator[str]:
    """A server that answers every request with status, content type and body; its URL, without a slash at the end."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, kind, said = answer(Request(self.command, self.path, headers, body))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 - what the base class looks for

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
