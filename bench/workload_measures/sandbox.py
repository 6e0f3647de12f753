"""A sandbox of its own for each row."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .case import CLAIMS, Case
from .centre import GROUP, scenario
from .clock import pause
from .door import Door
from .workload import BURST, RATE

LATENCY = 0.05
"""Seconds that every answer takes, on the sandbox's clock."""

QUIET = 1.0
"""Seconds given to mirroring before the events are read."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: where tools find it.
        events_file: what it writes.
        door: what stands before it, where connections are to be refused.
        control: where the benchmark itself finds it.
    """

    url: str
    events_file: Path
    control: str
    door: Door | None = None

    def switch_on_the_rate(self) -> None:
        """From now on it throttles, answers as late as Connect, and what happens is measured."""
        values = {"rate": RATE, "burst": BURST, "latency_seconds": LATENCY}
        self._ask("PATCH", "switches", values)

    def events(self) -> list[dict[str, Any]]:
        """Everything that happened so far."""
        pause(QUIET)
        self._ask("GET", "dark")  # what is due happens when somebody looks
        return [json.loads(line) for line in self.events_file.read_text().splitlines()]

    def now(self) -> float:
        """Its clock, epoch seconds."""
        return float(self._ask("GET", "status")["now"])

    def fail_every_call(self) -> None:
        """From now on every call is answered with a 500, and nothing happens."""
        self._ask("POST", "faults", {"operation": "*", "kind": "error-before", "count": 0})

    def fail_no_call(self) -> None:
        """From now on calls are answered again."""
        self._ask("DELETE", "faults")

    def members(self) -> int:
        """How many agents are on the group."""
        return int(self._ask("GET", "status")["members"][GROUP])

    def _ask(self, method: str, route: str, payload: object = None) -> Any:
        body = None if payload is None else json.dumps(payload).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.control}/_sandbox/{route}", data=body, headers=headers, method=method)
        with _DIRECT.open(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def serving(case: Case, folder: Path, python_path: str) -> Iterator[Sandbox]:
    """A sandbox for the length of a `with` block; it throttles nothing until it is told to.

    Args:
        case: what its world and its switches are.
        folder: where its files go.
        python_path: where its code is.
    """
    world, events, ready = folder / "scenario.yaml", folder / "events.jsonl", folder / "ready.json"
    world.write_text(yaml.safe_dump(dict(scenario(case.work))))
    command = [sys.executable, "-m", "acgr_sandbox", "--scenario", str(world), "--events", str(events)]
    command += ["--ready", str(ready), "--rate", "0", "--clock", f"{case.speed}x" if case.speed != 1 else "real"]
    for name, value in _switches(case).items():
        command += ["--switch", f"{name}={value}"]
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, env={"PYTHONPATH": python_path})
    try:
        url = _url(process, ready)
        door = Door(urlsplit(url).port or 0) if case.outage == "refused" else None
        with closing(door) if door else nullcontext():
            yield Sandbox(door.url if door else url, events, url, door)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _switches(case: Case) -> dict[str, str]:
    return {
        "bucket_scope": case.scope,
        "claim_seconds": CLAIMS[case.claim],
        "mirroring": str(case.mirroring).lower(),
        **({"flow_while_in_progress": "allow"} if case.kept else {}),
    }


def _url(process: subprocess.Popen[bytes], ready: Path) -> str:
    while not ready.exists():
        if process.poll() is not None:
            raise RuntimeError(f"the sandbox ended with {process.returncode} before it was ready")
        pause(0.05)
    return str(json.loads(ready.read_text())["url"])
