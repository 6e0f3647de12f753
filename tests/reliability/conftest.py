"""The whole provider, driven through the SDK's own plugin server, on the sandbox."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for drill
from acgr import _engine

pytest.register_assert_rewrite("drill.history", "drill.trial")


@pytest.fixture(autouse=True)
def no_engine() -> Iterator[None]:
    """The plugin's last argument is the engine's address: pytest's own is none."""
    before, sys.argv = sys.argv, [sys.argv[0]]
    _engine._engine.cache_clear()
    yield
    sys.argv = before
    _engine._engine.cache_clear()
