"""Runs a program whose output, signals and exit code pass through unchanged."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from types import FrameType

from tooling.console import Remedy


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Runs a program to its end and gives its exit code; one that a signal ended gives 128 + the signal.

    Ctrl-C reaches the program from the terminal; this process waits for what the program makes of it.

    Args:
        command: The program, found on the environment's PATH, and its arguments.
        folder: Where it runs.
        environment: Its environment.

    Raises:
        Remedy: There is no such program.
    """
    program = which(command[0], path=environment.get("PATH"))
    if program is None:
        raise Remedy(f"There is no program {command[0]}: run `make venv`.")
    children: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGTERM and children:
            children[0].send_signal(number)

    # Before the program starts, so that no signal comes too early; it does not inherit them.
    before = [(number, signal.signal(number, pass_on)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        children.append(subprocess.Popen([program, *command[1:]], cwd=folder, env=dict(environment)))
        code = children[0].wait()
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
