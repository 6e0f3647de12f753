"""Locks that a killed Pulumi left on the stack, and the plugins that outlive it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from tooling.console import Remedy

PLUGIN = "-m pulumi.dynamic"
"""Marks the command line of a dynamic provider's plugin."""

# The shell script that starts the plugin is not listed: it ends with it.
_ORPHAN_MARKS = (PLUGIN, "pulumi-language-python ")


class Holder(Enum):
    """Who holds a lock."""

    GONE = "gone"
    RUNNING = "running"
    ELSEWHERE = "elsewhere"


class Lock(NamedTuple):
    """A lock file and what it says of the run that wrote it."""

    file: Path
    pid: int
    hostname: str


class Process(NamedTuple):
    """A running process."""

    pid: int
    parent: int
    command: str
    folder: str


def locks(folder: Path) -> list[Lock]:
    """The locks in a stack's folder of locks; one that cannot be read counts as held elsewhere."""
    return [_read(file) for file in sorted(folder.glob("*.json"))]


def holder(lock: Lock, hostname: str, command_of: Callable[[int], str | None]) -> Holder:
    """Tells whether the run that wrote a lock still exists.

    Args:
        lock: The lock.
        hostname: The name of this host.
        command_of: Gives the command line of a process of this host, None where there is no such process.
    """
    if lock.hostname != hostname or lock.pid <= 0:
        return Holder.ELSEWHERE
    command = command_of(lock.pid)
    # A pid is used again after a while: another program under it is no Pulumi.
    return Holder.RUNNING if command is not None and _is_pulumi(command) else Holder.GONE


def stale(found: Iterable[Lock], hostname: str, command_of: Callable[[int], str | None]) -> list[Lock]:
    """The locks whose run is dead.

    Raises:
        Remedy: A run that lives, or that cannot be seen from here, holds one.
    """
    dead = []
    for lock in found:
        match holder(lock, hostname, command_of):
            case Holder.RUNNING:
                raise Remedy(f"Another pulumi (pid {lock.pid}) is working on this stack: wait until it has ended.")
            case Holder.ELSEWHERE:
                raise Remedy(
                    f"The stack is locked by pid {lock.pid} on {lock.hostname}, which cannot be seen from "
                    f"{hostname}: when that run is over, remove {lock.file}."
                )
            case Holder.GONE:
                dead.append(lock)
    return dead


def orphans(processes: Mapping[int, Process], clone: Path) -> list[Process]:
    """The plugins and language hosts of this clone whose Pulumi is dead.

    Args:
        processes: All processes, by pid.
        clone: The root of the clone; a plugin started for it works there.
    """
    return [
        process
        for process in processes.values()
        if process.folder == str(clone)
        and any(mark in process.command for mark in _ORPHAN_MARKS)
        and not _has_pulumi_above(process, processes)
    ]


def running_processes(proc: Path = Path("/proc")) -> dict[int, Process]:
    """All processes that can be seen, by pid; empty where the system has no /proc."""
    pids = (int(entry.name) for entry in proc.glob("[0-9]*")) if proc.is_dir() else ()
    seen = (_process(proc, pid) for pid in pids)
    return {process.pid: process for process in seen if process is not None}


def command_of(pid: int) -> str | None:
    """The command line of a process, or None where there is no such process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # it exists and is somebody else's
    try:
        return _command_line(Path("/proc", str(pid)))
    except OSError:
        return _asked_of_ps(pid)


def _read(file: Path) -> Lock:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Lock(file, int(content["pid"]), str(content["hostname"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Lock(file, 0, "an unknown host")


def _is_pulumi(command: str) -> bool:
    words = command.split()
    return bool(words) and Path(words[0]).name == "pulumi"


def _has_pulumi_above(process: Process, processes: Mapping[int, Process]) -> bool:
    above = processes.get(process.parent)
    while above is not None:
        if _is_pulumi(above.command):
            return True
        above = processes.get(above.parent)
    return False


def _asked_of_ps(pid: int) -> str:
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()


def _command_line(entry: Path) -> str:
    return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def _process(proc: Path, pid: int) -> Process | None:
    entry = proc / str(pid)
    try:
        command = _command_line(entry)
        parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
        return Process(pid, int(parent), command, str((entry / "cwd").readlink()))
    except (OSError, IndexError, ValueError):
        return None
