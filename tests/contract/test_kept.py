"""Every write of the API, repeated from the file that keeps it, makes the same world."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from contract_calls import CALLS, SOURCE, contract_world, filled, prepared

from acgr_sandbox import ManualClock, Sandbox, Switches, snapshot
from acgr_sandbox.kept_world import KeptWorld, kept, writes_beside
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.wire.refusal import Refusal

WRITES = sorted(name for name in CALLS if OPERATIONS[name].writes)


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_repeats(operation: str, tmp_path: Path) -> None:
    """After a crash the world is the one that was answered: ids, times and what is under way."""
    path = tmp_path / "world.json"
    keeper, clock = KeptWorld(path), ManualClock()
    sandbox = Sandbox(contract_world(), clock=clock, switches=Switches(rate=0), keeper=keeper)
    sandbox.persist()
    params = filled(CALLS[operation].get("params", {}), prepared(operation, sandbox))
    answered = len(CALLS[operation].get("before", []))
    for _ in range(2):
        with contextlib.suppress(Refusal):
            sandbox.perform(operation, params, region=SOURCE)
            answered += 1
        clock.advance(2)
    lines = writes_beside(path).read_text().splitlines() if answered else ["the switches"]
    assert len(lines) == answered + 1
    world, _ = kept(path)
    assert snapshot(Sandbox(world, clock=ManualClock(clock.now())).world) == snapshot(sandbox.world)
    keeper.close()
