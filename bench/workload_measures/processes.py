"""A tool as a process tree: how it ends, how long it takes, what it occupies at most."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .clock import stopwatch

LOOK_EVERY = 0.25
"""Seconds between looks at the tree's memory; the kernel keeps each process's peak meanwhile."""

PLUGINS = ("pulumi.dynamic", "pulumi-resource-", "dynamic_resource_plugin", "terraform-provider-")
"""Parts of the command line by which a plugin is known."""

COMMANDS = ("pulumi", "terraform", "python", "python3")
"""Programs that count as the tool itself."""


@dataclass
class Ended:
    """What became of the commands.

    Attributes:
        code: the highest exit code; 124 where one had to be stopped.
        seconds: on the wall, from the first one's start to the last one's end.
        plugin_kib: the most that one plugin occupied.
        cli_kib: the most that one of the commands occupied.
    """

    code: int = 0
    seconds: float = 0.0
    plugin_kib: int = 0
    cli_kib: int = 0
    logs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Command:
    """One command, where it runs and in which environment."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]

    @property
    def log(self) -> Path:
        """Where it writes."""
        return self.folder / "log.txt"

    def begin(self) -> subprocess.Popen[bytes]:
        """Start it in a session of its own."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.arguments,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def prepared(command: Command) -> None:
    """Run a command that is not measured.

    Raises:
        RuntimeError: it failed.
    """
    if command.begin().wait(timeout=1800) != 0:
        raise RuntimeError(f"{' '.join(command.arguments)} failed:\n{command.log.read_text()[-3000:]}")


def measured(commands: Sequence[Command], limit: float) -> Ended:
    """Run commands at the same time and look at their memory until the last one has ended.

    Args:
        commands: what is run; what they wrote before is forgotten.
        limit: seconds after which they are stopped.
    """
    for command in commands:
        command.log.unlink(missing_ok=True)
    ended, passed = Ended(), stopwatch()
    running = [command.begin() for command in commands]
    try:
        while any(process.poll() is None for process in running) and passed() < limit:
            _look(ended, running)
    finally:
        ended.seconds = passed()
        codes = [_stopped(process) for process in running]
    ended.code = max(codes)
    ended.logs = [command.log.read_text(errors="replace") for command in commands]
    return ended


def _look(ended: Ended, running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is None:
            for pid in [process.pid, *_descendants(process.pid)]:
                _note(ended, pid)
    alive = next((process for process in running if process.poll() is None), None)
    if alive:
        try:
            alive.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            return


def _note(ended: Ended, pid: int) -> None:
    line, peak = _command_line(pid), _peak_kib(pid)
    if any(part in line for part in PLUGINS):
        ended.plugin_kib = max(ended.plugin_kib, peak)
    elif line and Path(line.split("\0")[0]).name in COMMANDS and "language-python-exec" not in line:
        ended.cli_kib = max(ended.cli_kib, peak)


def _stopped(process: subprocess.Popen[bytes]) -> int:
    if process.poll() is not None:
        return process.returncode
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return 124


def _descendants(pid: int) -> Iterator[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").glob("*"))
    except OSError:
        return  # it has just ended
    for thread in threads:
        for child in _read(str(thread / "children")).split():
            yield int(child)
            yield from _descendants(int(child))


def _command_line(pid: int) -> str:
    return _read(f"/proc/{pid}/cmdline")


def _peak_kib(pid: int) -> int:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
