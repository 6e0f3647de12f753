"""Sandboxes as processes of their own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Served:
    """A sandbox that answers at `url` from process `pid`."""

    url: str
    pid: int

    def ask(self, path: str = "/instance", method: str = "GET") -> bytes:
        """The answer to one signed request."""
        request = urllib.request.Request(f"{self.url}{path}", headers=SIGNED, method=method)
        with _DIRECT.open(request, timeout=60) as answer:
            return bytes(answer.read())

    def resident_kib(self) -> int:
        """The memory it occupies now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise RuntimeError(f"process {self.pid} does not say how much memory it occupies")


@contextlib.contextmanager
def served(*options: str) -> Iterator[Served]:
    """A sandbox for the length of a `with` block."""
    command = [sys.executable, "-m", "acgr_sandbox", *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        url = process.stderr.readline().rsplit(" ", 1)[1].rstrip(".\n")
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stderr.close()
