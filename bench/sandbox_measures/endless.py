"""Very many events."""

from __future__ import annotations

import os
from itertools import cycle
from pathlib import Path

from acgr_sandbox import ManualClock, Sandbox, Switches, load_scenario
from acgr_sandbox.core.events import line
from acgr_sandbox.scenario.generate import generated

from .clock import seconds_of
from .measure import Measure

EVENTS, FIRST = 10_000_000, 200_000
MOST_MIB = 8


def endless() -> list[Measure]:
    """Ten million events of calls and numbers, each written to a file: what memory they take after the first."""
    clock = ManualClock()
    with Path(os.devnull).open("w", encoding="utf-8") as file:
        world = load_scenario(generated(numbers=500, agents=0))
        sandbox = Sandbox(
            world, clock=clock, switches=Switches(rate=0), on_event=lambda event: file.write(line(event)) and None
        )
        _happen(sandbox, clock, FIRST)
        before = _resident_kib()
        seconds = seconds_of(lambda: _happen(sandbox, clock, EVENTS))
        grown = (_resident_kib() - before) / 1024
        count = sandbox.events.last
    value = f"{grown:+.1f} MiB, {seconds / (EVENTS - FIRST) * 1e6:.1f} us each"
    return [Measure(f"{count:,} events", value, f"<= {MOST_MIB} MiB more", grown <= MOST_MIB)]


def _happen(sandbox: Sandbox, clock: ManualClock, until: int) -> None:
    # What a move leaves behind: dark and lit in both Regions, and the call.
    facts = {"account": sandbox.account, "status": 200, "on": []}
    for number in cycle(list(sandbox.world.numbers.values())):
        if sandbox.events.last >= until:
            return
        flows, number.flows = number.flows, {}
        sandbox.timeline.check_dark(sandbox.world, number, clock.now())
        number.flows = flows
        sandbox.timeline.check_dark(sandbox.world, number, clock.now())
        clock.advance(0.01)
        sandbox.record_call("UpdatePhoneNumber", "eu-west-2", "ok", facts)


def _resident_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
