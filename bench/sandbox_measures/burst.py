"""Many clients at one moment."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from .measure import Measure
from .process import SIGNED, served

CLIENTS, BURST, TIMES = 64, 5, 5


def bursts() -> list[Measure]:
    """64 cold connections against a burst of five, on a clock that stands still, five times over."""
    passed = [_passed() for _ in range(TIMES)]
    value = " ".join(str(each) for each in passed)
    return [Measure(f"{CLIENTS} clients, how many pass, {TIMES} times", value, f"{BURST} each", set(passed) == {BURST})]


def _passed() -> int:
    with served("--clock", "manual", "--rate", "2", "--burst", str(BURST)) as sandbox:
        address, moment = urlsplit(sandbox.url).netloc, threading.Barrier(CLIENTS)

        def ask(_: int) -> int:
            connection = http.client.HTTPConnection(address, timeout=60)
            moment.wait()
            connection.request("GET", "/instance", headers=SIGNED)
            status = connection.getresponse().status
            connection.close()
            return status

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(ask, range(CLIENTS))).count(200)
