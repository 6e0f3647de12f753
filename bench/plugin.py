#!/usr/bin/env python3
"""Measures how long the native provider takes to start, and prints a table; ends with 1 when a measure is missed.

Each command of Pulumi waits until it has printed its port. How long that takes depends on the machine and on what else
it does, so it is also compared with the least that a provider in Python can take: importing gRPC.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

from sandbox_measures.clock import stopwatch
from sandbox_measures.measure import Measure, table

TIMES = 9
MOST_SECONDS = 1.0
MOST_RATIO = 6.0
PLUGIN = (str(Path(sys.executable).with_name("pulumi-resource-acgr")),)
GRPC = (sys.executable, "-c", "import grpc; print()")


def main() -> int:
    """Measure both, one after the other, so that a busy moment meets both."""
    for command in (PLUGIN, GRPC):
        _seconds(command)  # what is compiled and read from the disk once
    pairs = [(_seconds(PLUGIN), _seconds(GRPC)) for _ in range(TIMES)]
    plugin, ratio = median(each for each, _ in pairs), median(each / least for each, least in pairs)
    measured = [
        Measure("provider, start to port", f"{plugin:.2f} s", f"< {MOST_SECONDS} s", plugin < MOST_SECONDS),
        Measure("of importing gRPC alone", f"{ratio:.1f}", f"< {MOST_RATIO}", ratio < MOST_RATIO),
    ]
    print(table(measured))
    return 0 if all(measure.met for measure in measured) else 1


def _seconds(command: tuple[str, ...]) -> float:
    passed = stopwatch()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = passed()
        process.kill()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
