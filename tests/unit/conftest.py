"""Makes the modules beside the tests importable, and gives every test a clock of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scripted import ScriptedClock


@pytest.fixture
def clock() -> ScriptedClock:
    """A clock at 0 that jumps over every wait."""
    return ScriptedClock()
