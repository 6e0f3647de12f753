"""What this machine knows of itself and keeps: its processes, when it was started, and small files written whole."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

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
