"""Worlds that sandboxes of earlier versions kept in their folders.

`world-<version>.json` is what that version wrote in the middle of moves, a replication, a release and changes of TDGs,
users, flows and instances; `world-<version>-later.json` is what it made of it a minute later.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acgr_sandbox import ManualClock, Sandbox, restored, snapshot
from acgr_sandbox.scenario.snapshot import load

HERE = Path(__file__).parent
STORED = sorted(path.name for path in HERE.glob("world-*.json") if not path.stem.endswith("-later"))


@pytest.mark.parametrize("name", STORED)
def test_a_stored_world_goes_on_where_it_was(name: str) -> None:
    """It is read without loss, and all that was under way in it ends as it would have ended then."""
    path = HERE / name
    world, taken = load(path)
    assert _holds(snapshot(world, taken), json.loads(path.read_text(encoding="utf-8")))
    sandbox = Sandbox(world, clock=ManualClock(taken + 60))
    later = json.loads(path.with_name(f"{path.stem}-later.json").read_text(encoding="utf-8"))
    assert sandbox.world == restored(later)
    assert sandbox.world.changes == []


def _holds(kept: Any, stored: Any) -> bool:
    """Whether everything that was stored is there still; later versions may have more fields."""
    if isinstance(stored, dict) and isinstance(kept, dict):
        return all(key in kept and _holds(kept[key], value) for key, value in stored.items())
    return bool(kept == stored)
