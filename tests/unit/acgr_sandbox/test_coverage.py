"""The page that says what is imitated."""

from __future__ import annotations

from pathlib import Path

import acgr_sandbox
from acgr_connect.aws.operations import OPERATIONS as CALLED
from acgr_sandbox.coverage import coverage, known
from acgr_sandbox.operations import OPERATIONS

PAGE = Path(acgr_sandbox.__file__).with_name("COVERAGE.md")


def test_the_page_is_current() -> None:
    """COVERAGE.md says what the code says; botocore may know other operations."""
    unknown = tuple(f"| {name} |" for name in OPERATIONS if not known(name))

    def lines(text: str) -> list[str]:
        lines = [line for line in text.splitlines() if " operations that botocore knows " not in line]
        return [line for line in lines if not line.startswith(unknown)]

    assert lines(PAGE.read_text(encoding="utf-8")) == lines(coverage())


def test_what_the_adapter_calls_is_there() -> None:
    """Every operation of Connect that `acgr_connect` calls is implemented, and on the page."""
    page = PAGE.read_text(encoding="utf-8")
    assert sorted(CALLED - set(OPERATIONS)) == []
    assert [name for name in sorted(CALLED) if f"| {name} |" not in page] == []
