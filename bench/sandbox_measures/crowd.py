"""Clients that open connections and do not go on."""

from __future__ import annotations

import contextlib
import resource
import socket
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from .clock import seconds_of
from .measure import Measure
from .process import served

CLIENTS, ASKED = 2_000, 50
MOST_THREADS, MOST_SECONDS = 12, 0.05
_HALF = b"POST /phone-number/list HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n\r\n{"


def crowds() -> list[Measure]:
    """Two thousand connections with half a request: threads, and how long another client then waits."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_000), hard))
    with served("--rate", "0") as sandbox, contextlib.ExitStack() as stack:
        address = urlsplit(sandbox.url)
        for index in range(CLIENTS):
            client = stack.enter_context(socket.create_connection((str(address.hostname), address.port or 0)))
            client.sendall(_HALF[: index % len(_HALF)])
        waits = [seconds_of(sandbox.ask) for _ in range(ASKED)]
        threads = sum(1 for _ in Path(f"/proc/{sandbox.pid}/task").iterdir())
    value = f"{threads} threads, {median(waits) * 1000:.1f} ms (slowest {max(waits) * 1000:.1f})"
    met = threads <= MOST_THREADS and median(waits) < MOST_SECONDS
    bound = f"<= {MOST_THREADS} threads, < {MOST_SECONDS * 1000:g} ms"
    return [Measure(f"{CLIENTS:,} half-open connections, and one more", value, bound, met)]
