"""Whoever reads the output: one that goes away, as `head` does, and one that takes its time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from previews import PLACEMENT, declared, digest, e164, placement, step

COMMAND = (sys.executable, "-c", "import sys; from acgr_cli import main; sys.exit(main())")


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """One whose output no pipe holds."""
    preview = tmp_path / "preview.json"
    before = {last: placement(e164(last), "retail", "Main IVR") for last in range(1000, 1600)}
    moved = [step("update", PLACEMENT, f"n{n}", old, declared(old, target="spare")) for n, old in before.items()]
    preview.write_text(json.dumps(digest(*moved)), encoding="utf-8")
    return [*COMMAND, "preview-comment", str(preview), "--format", "json"]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough(command: list[str], unbuffered: str) -> None:
    """The command ends without a word, and says by its exit code that it was not read."""
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 141)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_slow_reader(command: list[str], unbuffered: str) -> None:
    """Nothing is lost that a pipe does not hold at once."""
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    ran = subprocess.run(command, env=env, capture_output=True, check=True)
    assert len(json.loads(ran.stdout)["numbers"]) == 600
