"""What this machine knows of itself and keeps: its processes, when it was started, and small files written whole."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Where Linux says which start of which machine this is."""


def boot_id() -> str | None:
    """Which start of which machine this is; None where the system does not say it."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None


def is_alive(process: int) -> bool:
    """Whether there is such a process on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def started(process: int) -> str | None:
    """When a process of this machine began, so that another one that was given its number later is told apart.

    None where the system does not say it: then the number alone counts.
    """
    try:
        # proc_pid_stat(5): the start time is the 22nd field; the second one is in brackets, and may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = boot_id()
        return f"{boot}/{fields[19]}" if boot is not None else None
    except (OSError, IndexError, ValueError):
        return None


def this_process() -> dict[str, Any]:
    """Which process this is, as it writes of itself in what it leaves for others."""
    return {"host": socket.gethostname(), "process": os.getpid(), "started": started(os.getpid())}


def runs_here(process: Mapping[str, Any]) -> bool:
    """Whether a process of this machine, which wrote that of itself (`this_process`), lives.

    Raises:
        KeyError, TypeError, ValueError: nobody wrote that.
    """
    if process["host"] != socket.gethostname():
        return False
    number, began = int(process["process"]), process.get("started")
    return is_alive(number) and began in {None, started(number)}


def own_folder(path: Path) -> None:
    """Make a folder, for this user alone.

    Raises:
        OSError: it is no folder, or another user's.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.mkdir(exist_ok=True, mode=0o700)
        status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError("it is no folder")
    if hasattr(os, "getuid"):
        if status.st_uid != os.getuid():
            raise PermissionError("it is another user's")
        if stat.S_IMODE(status.st_mode) & 0o077:
            path.chmod(0o700)


def write_whole(path: Path, text: str, *, on_disk: bool = False) -> None:
    """Write a file in a folder that exists: whole or not at all, over whatever was there, for this user alone.

    Args:
        path: the file.
        text: what is to stand in it.
        on_disk: whether it has to be on the disk before this returns.

    Raises:
        OSError: it could not be written; nothing is left of the attempt.
    """
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            if on_disk:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
    if on_disk:
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """On POSIX a new name is on the disk once its folder is."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
