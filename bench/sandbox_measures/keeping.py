"""What it costs to keep a world in a file, write by write."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from acgr_sandbox import ManualClock, Request, Sandbox, Switches, load_scenario
from acgr_sandbox.kept_world import KeptWorld
from acgr_sandbox.scenario.generate import generated

from .clock import seconds_of
from .measure import Measure

WRITES, LOOK = 7_000, 500
MOST_MS, MOST_GROWTH = 6.0, 1.5
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"}


def keepings() -> list[Measure]:
    """Seven thousand writes with client tokens on 500 numbers and 5,000 agents: what one costs, first and last."""
    with tempfile.TemporaryDirectory() as folder:
        each = list(_seconds(Path(folder) / "world.json"))
    first, last = (median(part) * 1000 for part in (each[:LOOK], each[-LOOK:]))
    mean = sum(each) / len(each) * 1000
    met = last <= MOST_GROWTH * first and mean < MOST_MS
    value = f"{first:.2f} ms first, {last:.2f} ms last, {mean:.2f} ms in the mean"
    bound = f"last <= {MOST_GROWTH} x first, mean < {MOST_MS:g} ms"
    return [Measure(f"a write of {WRITES:,} that are kept in a file", value, bound, met)]


def _seconds(path: Path) -> Iterator[float]:
    switches = Switches(rate=0, metadata_seconds=0)
    world = load_scenario(generated(numbers=500, agents=5000))
    sandbox = Sandbox(world, clock=ManualClock(), switches=switches, keeper=KeptWorld(path))
    sandbox.persist()
    numbers = list(sandbox.world.numbers)
    for index in range(WRITES):
        body = json.dumps({"PhoneNumberDescription": f"line {index}", "ClientToken": f"token-{index}"}).encode()
        request = Request("PUT", f"/phone-number/{numbers[index % len(numbers)]}/metadata", "", SIGNED, body)
        yield seconds_of(lambda request=request: sandbox.handle(request))
