"""What a large world occupies."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .measure import Measure
from .process import Served, served

MOST = 2.0
EMPTY = ("--numbers", "0", "--agents", "0", "--flows", "0", "--groups", "0")
LARGE = ("--numbers", "500", "--agents", "5000")


def memories() -> list[Measure]:
    """A world of 500 numbers and 5,000 agents against an empty one, both kept in a file and looked through once."""
    empty, large = _resident(*EMPTY), _resident(*LARGE)
    value = f"{large / empty:.2f} ({large / 1024:.0f} of {empty / 1024:.0f} MiB)"
    return [Measure("memory, 500 numbers and 5,000 agents", value, f"<= {MOST:g} x empty", large <= MOST * empty)]


def _resident(*options: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        world = str(Path(folder) / "world.json")
        with served("--world", world, "--rate", "0", *options) as sandbox:
            _look_through(sandbox)
            return sandbox.resident_kib()


def _look_through(sandbox: Served) -> None:
    sandbox.ask()
    sandbox.ask("/phone-number/list", "POST")
    sandbox.ask("/_sandbox/claims/hold", "POST")  # writes the world's file
