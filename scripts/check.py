#!/usr/bin/env python3
"""Runs targets of the Makefile, all of them, and says at the end which failed and what each took.

`check.py lint type docs dist -- test` is what `make check` runs: those before `--` as many at a time as there are
cores, each with its output in one piece, and those after it one by one, since they use all cores themselves. The exit
code is 0 where all passed, else 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
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


def table(parts: Sequence[Part], took: float) -> str:
    """A line for each part, and one for all, with the seconds from the beginning to the end."""
    rows = [*parts, Part("all", all(part.passed for part in parts), took)]
    width = max(len(row.name) for row in rows)
    return "\n".join(f"{row.name:<{width}}  {row.took:6.0f} s  {'passed' if row.passed else 'FAILED'}" for row in rows)


def run_aside(name: str) -> tuple[Part, str]:
    """Runs a target while others run: its output is kept until it has ended."""
    started = seconds()
    ran = subprocess.run(
        _command(name),
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return Part(name, ran.returncode == 0, seconds() - started), ran.stdout


def run_side_by_side(names: Sequence[str]) -> Iterator[Part]:
    """Runs targets that use one core each; each is told as soon as it has ended."""
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as threads:
        for ended in as_completed([threads.submit(run_aside, name) for name in names]):
            part, output = ended.result()
            print(f"--- {part.name}\n{output}", end="", flush=True)
            yield part


def run_part(name: str) -> Part:
    """Runs a target; its output passes through."""
    started = seconds()
    print(f"--- {name}", flush=True)
    code = subprocess.run(_command(name), cwd=CLONE, stdin=subprocess.DEVNULL).returncode
    return Part(name, code == 0, seconds() - started)


def _command(name: str) -> list[str]:
    return ["make", "--no-print-directory", name]


def main() -> int:
    """Runs what it is given."""
    names = sys.argv[1:]
    if not names:
        raise Remedy("Usage: check.py TARGET ... [-- TARGET ...]")
    started = seconds()
    end = names.index("--") if "--" in names else 0
    parts = [*run_side_by_side(names[:end]), *map(run_part, [name for name in names[end:] if name != "--"])]
    print(f"\n{table(parts, seconds() - started)}", flush=True)
    return 0 if all(part.passed for part in parts) else 1


if __name__ == "__main__":
    run_main(main)
