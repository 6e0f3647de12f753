"""The page that says what is imitated."""

from __future__ import annotations

from pathlib import Path

import acgr_sandbox
from acgr_sandbox.coverage import coverage

PAGE = Path(acgr_sandbox.__file__).with_name("COVERAGE.md")


def test_the_page_is_current() -> None:
    """COVERAGE.md says what the code says; the number of operations botocore knows may differ."""

    def lines(text: str) -> list[str]:
        return [line for line in text.splitlines() if " operations that botocore knows " not in line]

    assert lines(PAGE.read_text(encoding="utf-8")) == lines(coverage())
