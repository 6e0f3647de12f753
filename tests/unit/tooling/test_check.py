"""What `make check` says at its end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from check import Part, table

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "check.py"


def test_every_part_has_its_line() -> None:
    """Each part says how long it took and whether it passed, and all of them together."""
    assert table([Part("lint", True, 2.2), Part("test", False, 340.0)]).splitlines() == [
        "lint       2 s  passed",
        "test     340 s  FAILED",
        "all      342 s  FAILED",
    ]


def make_file(tmp_path: Path) -> Path:
    """A copy of the script beside a Makefile with one target that passes and one that fails."""
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPT.parent / "tooling", scripts / "tooling", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SCRIPT, scripts / "check.py")
    (tmp_path / "Makefile").write_text("good:\n\t@echo it is good\nbad:\n\t@exit 3\n")
    return scripts / "check.py"


def test_all_parts_run_although_one_fails(tmp_path: Path) -> None:
    """A part that fails does not hold up the others, and the exit code says that one failed."""
    script = make_file(tmp_path)
    ran = subprocess.run([sys.executable, str(script), "bad", "good"], capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 1
    assert "it is good" in lines
    assert [line.split()[0] for line in lines[-3:]] == ["bad", "good", "all"]
    assert [line.split()[-1] for line in lines[-3:]] == ["FAILED", "passed", "FAILED"]
