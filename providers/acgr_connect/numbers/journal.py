"""Obligations on disk: what a killed run leaves behind for the next one, whatever that one declares.

One small file for each number that is about to move, in a folder of the account. A file is written and flushed before
`UpdatePhoneNumber` goes out, and removed once every Region in which the number is reachable was seen to answer. Files
of different numbers never touch each other, so that no lock is needed.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from acgr_connect import log
from acgr_connect.model.arns import Arn
from acgr_connect.numbers.obligation import Obligation

VERSION = 1
"""Of the format. A file of another version is left alone and named in the log."""


class Journal(Protocol):
    """Keeps obligations."""

    def write(self, obligation: Obligation) -> None:
        """Keep it, over whatever was kept of the same number.

        Raises:
            OSError, ConnectError: it cannot be kept.
            Denied: it may not be kept, although the operator has asked for that.
        """

    def erase(self, number: Arn) -> None:
        """The number answers: nothing is owed to it any more."""

    def entries(self) -> list[Obligation]:
        """What is kept, as far as it was looked for; the oldest first."""

    def look_in(self, region: str) -> None:
        """Look for what is kept in Connect itself, seen from a Region.

        Raises:
            ConnectError: nobody can be asked.
        """


class NoJournal:
    """Keeps nothing: for tests, and for a run that was told so."""

    def write(self, obligation: Obligation) -> None:
        """Nothing is kept."""

    def erase(self, number: Arn) -> None:
        """Nothing was kept."""

    def entries(self) -> list[Obligation]:
        """Nothing is kept."""
        return []

    def look_in(self, region: str) -> None:
        """Nothing is kept."""


class FileJournal:
    """Obligations in a folder of one account."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, obligation: Obligation) -> None:
        """Written whole or not at all, and on the disk before this returns.

        Raises:
            OSError: it cannot be kept.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"version": VERSION, **_own(), **obligation.as_data()}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path(obligation.number))
            self._flush_folder()
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def erase(self, number: Arn) -> None:
        """A file that cannot be removed is read again by the next run, which finds that the number answers."""
        with suppress(OSError):
            self._path(number).unlink(missing_ok=True)

    def entries(self) -> list[Obligation]:
        """What is kept, the oldest first, but for what another process that lives sees to.

        What cannot be read is left alone, with one line in the log.
        """
        return sorted(self._read(), key=lambda obligation: obligation.since)

    def look_in(self, region: str) -> None:
        """Everything is in the files."""

    def _read(self) -> Iterator[Obligation]:
        try:
            files = sorted(self._folder.glob("*.json"))
        except OSError as error:
            log.warning("journal unreadable", folder=str(self._folder), error=str(error))
            return
        for file in files:
            if (obligation := _read(file)) is not None:
                yield obligation

    def _path(self, number: Arn) -> Path:
        return self._folder / f"{number.account}-{number.region}-{number.id}.json"

    def _flush_folder(self) -> None:
        """On POSIX a new name is on the disk once its folder is."""
        with suppress(OSError):
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _read(file: Path) -> Obligation | None:
    try:
        return _obligation(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None  # another process has just seen the number answer
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("journal entry unreadable", file=str(file), error=str(error))
        return None


def _own() -> dict[str, Any]:
    return {"host": socket.gethostname(), "process": os.getpid(), "started": started(os.getpid())}


def _is_seen_to(data: dict[str, Any]) -> bool:
    """Whether another process of this machine that lives took the obligation: it is that one's."""
    if data["host"] != socket.gethostname() or data["process"] == os.getpid():
        return False
    process, began = int(data["process"]), data.get("started")
    return is_alive(process) and began in {None, started(process)}


def started(process: int) -> str | None:
    """When a process of this machine began, so that another one that was given its number later is told apart.

    None where the system does not say it: then the number alone counts.
    """
    try:
        # proc_pid_stat(5): the start time is the 22nd field; the second one is in brackets, and may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot}/{fields[19]}"
    except (OSError, IndexError, ValueError):
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


def _obligation(data: dict[str, Any]) -> Obligation | None:
    if data["version"] != VERSION:
        raise ValueError(f"it is of version {data['version']}, and {VERSION} is understood")
    return None if _is_seen_to(data) else Obligation.of_data(data)
