"""What runs remember for those after them: for how long, and what becomes of files that make no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from acgr_connect.scheduling.memory import Memory

HERE, THERE = "111122223333-eu-west-2", "111122223333-eu-central-1"
DAY = 86_400.0


@pytest.mark.parametrize("value", ["kept", [5.5, 6.0], {"a": 1}])
@pytest.mark.parametrize(("age", "is_known"), [(0.0, True), (DAY - 1, True), (DAY, False), (-1.0, False)])
def test_remembered_for_a_day(tmp_path: Path, value: object, age: float, is_known: bool) -> None:
    """What one process has learned another believes for a day, of that account and Region; a clock may have jumped."""
    Memory(tmp_path / "early", lambda: 1000.0).keep(HERE, value)
    later = Memory(tmp_path / "early", lambda: 1000.0 + age)
    assert later.recall(HERE, DAY) == (value if is_known else None)
    assert later.recall(THERE, DAY) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null"),
        '{"version": 2, "value": "kept", "learned_at": 0}',
        '{"version": 1, "value": "kept"}',
        '{"version": 1, "learned_at": 0}',
        '{"version": 1, "value": "kept", "learned_at": []}',
    ],
)
def test_what_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    """A file that makes no sense is as good as none, and is written anew."""
    (tmp_path / f"{HERE}.json").write_text(text, encoding="utf-8")
    memory = Memory(tmp_path, lambda: 1.0)
    assert memory.recall(HERE, DAY) is None
    memory.keep(HERE, "kept")
    assert memory.recall(HERE, DAY) == "kept"


def test_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    """Where nothing can be kept, every run finds it out for itself."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for memory in (Memory(tmp_path / "file" / "early"), Memory(None)):
        memory.keep(HERE, "kept")
        assert memory.recall(HERE, DAY) is None
