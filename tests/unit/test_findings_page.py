"""docs/findings.md explains every code, under a heading that links lead to."""

from __future__ import annotations

import re
from pathlib import Path

from acgr_connect.survey.findings.kinds import KINDS, OF_SURVEY

PAGE = (Path(__file__).parents[2] / "docs" / "findings.md").read_text(encoding="utf-8")


def test_each_code_has_an_entry() -> None:
    """In order, with its severity and its title."""
    entries = re.findall(r"^### (ACGR[0-9]{3})\n\n\*([a-z]+): ([^*]+)\.\*", PAGE, re.MULTILINE)
    assert entries == [(code, kind.severity.value, kind.title) for code, kind in KINDS.items()]
    assert len(re.findall(r"^### ", PAGE, re.MULTILINE)) == len(KINDS)


def test_codes_are_in_order() -> None:
    """A code stands once, in the group of its subject; those that a survey tells are known."""
    assert list(KINDS) == sorted(KINDS)
    assert set(OF_SURVEY) < set(KINDS)
    assert all(kind.needs for kind in OF_SURVEY.values())
