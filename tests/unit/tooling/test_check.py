"""What `make check` says at its end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from check import Part, table

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "check.py"


def test_every_part_has_its_line() -> None:
    """Each part says how long it took and whether it passed, and all of them together, from beginning to end."""
    assert table([Part("lint", True, 2.2), Part("test", False, 340.0)], 341.0).splitlines() == [
        "lint       2 s  passed",
        "test     340 s  FAILED",
        "all      341 s  FAILED",
    ]


def make_file(tmp_path: Path) -> Path:
    """A copy of the script beside a Makefile with one target that passes and one that fails."""
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPT.parent / "tooling", scripts / "tooling", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SCRIPT, scripts / "check.py")
    (tmp_path / "Makefile").write_text("good:\n\t@echo it is good\nbad:\n\t@exit 3\n")
    return scripts / "check.py"


@pytest.mark.parametrize("names", [["bad", "good"], ["bad", "--", "good"], ["bad", "good", "--"]])
def test_all_parts_run_although_one_fails(tmp_path: Path, names: list[str]) -> None:
    """A part that fails does not hold up the others, and the exit code says that one failed."""
    script = make_file(tmp_path)
    ran = subprocess.run([sys.executable, str(script), *names], capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 1
    assert lines[lines.index("--- good") + 1] == "it is good"
    assert sorted(line.split()[0] for line in lines[-3:-1]) == ["bad", "good"]
    assert {line.split()[0]: line.split()[-1] for line in lines[-3:]} == {
        "bad": "FAILED",
        "good": "passed",
        "all": "FAILED",
    }


def test_parts_run_side_by_side(tmp_path: Path) -> None:
    """Each of two that need each other ends, and the output of each is in one piece."""
    script = make_file(tmp_path)
    (tmp_path / "pipe").mkdir()
    (tmp_path / "Makefile").write_text(
        "one:\n\t@mkfifo pipe/fifo; echo one begins; echo here > pipe/fifo; echo one ends\n"
        "two:\n\t@echo two begins; until [ -p pipe/fifo ]; do :; done; cat pipe/fifo; echo two ends\n"
    )
    ran = subprocess.run([sys.executable, str(script), "one", "two", "--"], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0
    assert "--- one\none begins\none ends\n" in ran.stdout
    assert "--- two\ntwo begins\nhere\ntwo ends\n" in ran.stdout
