#!/usr/bin/env python3
"""Writes the SDKs of the native provider, for TypeScript, Python and Go, into a folder: `sdks.py [FOLDER]`.

They are made of the provider's schema. `pulumi package add` makes the same in a user's project.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from language_hosts import GENERATOR, HOSTS
from tooling.console import Remedy, run_main, say

CLONE = Path(__file__).resolve().parents[1]


def write(folder: Path, generator: Path) -> None:
    """Writes the SDKs, each into a folder of its own: `nodejs`, `python`, `go`.

    Args:
        folder: Where they go; what was there is removed.
        generator: The program that makes them.

    Raises:
        Remedy: The schema is not one that SDKs can be made of.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        schema = Path(scratch) / "schema.json"
        printed = subprocess.run(
            [sys.executable, "-m", "acgr_plugin", "schema"], capture_output=True, text=True, check=True
        )
        schema.write_text(printed.stdout, encoding="utf-8")
        made = subprocess.run([str(generator), str(schema), str(folder)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Remedy(f"The SDKs cannot be made of the schema: {made.stderr.strip()}")


def main() -> int:
    """Writes them, and says where."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CLONE / "dist" / "sdks"
    write(folder, HOSTS.find_or_make(os.environ) / GENERATOR)
    say(f"The SDKs are in {folder}: {', '.join(sorted(each.name for each in folder.iterdir()))}.")
    return 0


if __name__ == "__main__":
    run_main(main)
