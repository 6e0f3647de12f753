"""`acgr preview-comment`, run on a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = "import sys; from acgr_cli import main; sys.exit(main())"
STREAM = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
"""What has `pulumi preview --json` print events."""


def commented(file: Path, *options: str) -> tuple[int, str]:
    """Exit code and standard output of the command."""
    command = [sys.executable, "-c", PROGRAM, "preview-comment", str(file), *options]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.returncode, ran.stdout
