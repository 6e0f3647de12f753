"""`docs/reliability.md` tells the size of the matrix as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from drill.matrix import cases, is_whole
from drill.size import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"


@pytest.mark.skipif(is_whole(), reason="the page tells of the distinct cases")
def test_the_size_is_as_documented() -> None:
    """The tables of the page are what the command on the page prints."""
    assert table() in PAGE.read_text(encoding="utf-8")


def test_the_matrix_is_large() -> None:
    """At least 500 cases, each with a name of its own."""
    names = [str(case) for case in cases()]
    assert len(set(names)) == len(names) >= 500
