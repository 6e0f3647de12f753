"""What docs/beside-*.md show of a program is what the examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_SAMPLE = re.compile(r"^```(?:python|hcl)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["beside-pulumi-aws", "beside-terraform"])
def test_samples_are_of_the_examples(name: str) -> None:
    """Each sample stands in one of the example's files, line by line; every program has one."""
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    files = {
        file.name: file.read_text(encoding="utf-8")
        for file in (ROOT / "examples" / name).iterdir()
        if file.suffix in {".py", ".tf"}
    }
    found = [[name for name, text in files.items() if sample in text] for sample in _SAMPLE.findall(page)]
    assert len(found) >= 3
    assert [] not in found
    if name == "beside-pulumi-aws":
        assert {name for names in found for name in names} >= {
            "claimed_on_the_group.py",
            "ignoring_the_target.py",
            "leaving_all_targets.py",
        }
