#!/usr/bin/env python3
"""Runs targets of the Makefile one after the other, all of them, and says at the end which failed and what each took.

`check.py lint type dist test` is what `make check` runs. The exit code is 0 where all passed, else 1.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tooling.clock import seconds
from tooling.console import Remedy, run_main

CLONE = Path(__file__).resolve().parents[1]


class Part(NamedTuple):
    """One target that has run."""

    name: str
    passed: bool
    took: float


def table(parts: list[Part]) -> str:
    """A line for each part, and one for all."""
    rows = [*parts, Part("all", all(part.passed for part in parts), sum(part.took for part in parts))]
    width = max(len(row.name) for row in rows)
    return "\n".join(f"{row.name:<{width}}  {row.took:6.0f} s  {'passed' if row.passed else 'FAILED'}" for row in rows)


def run_part(name: str) -> Part:
    """Runs a target; its output passes through."""
    started = seconds()
    print(f"--- {name}", flush=True)
    code = subprocess.run(["make", "--no-print-directory", name], cwd=CLONE, stdin=subprocess.DEVNULL).returncode
    return Part(name, code == 0, seconds() - started)


def main() -> int:
    """Runs what it is given."""
    names = sys.argv[1:]
    if not names:
        raise Remedy("Usage: check.py TARGET ...")
    parts = [run_part(name) for name in names]
    print(f"\n{table(parts)}", flush=True)
    return 0 if all(part.passed for part in parts) else 1


if __name__ == "__main__":
    run_main(main)
