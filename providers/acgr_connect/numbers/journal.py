"""Obligations on disk: what a killed run leaves behind for the next one, whatever that one declares.

One small file for each number that is about to move, in a folder of the account. A file is written and flushed before
`UpdatePhoneNumber` goes out, and removed once every Region in which the number is reachable was seen to answer. Files
of different numbers never touch each other, so that no lock is needed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from acgr_connect import log
from acgr_connect.machine import runs_here, this_process, write_whole
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
        entry = {"version": VERSION, **this_process(), **obligation.as_data()}
        write_whole(self._path(obligation.number), json.dumps(entry, indent=1), on_disk=True)

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


def _read(file: Path) -> Obligation | None:
    try:
        return _obligation(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None  # another process has just seen the number answer
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("journal entry unreadable", file=str(file), error=str(error))
        return None


def _is_seen_to(data: dict[str, Any]) -> bool:
    """Whether another process of this machine that lives took the obligation: it is that one's."""
    return data["process"] != os.getpid() and runs_here(data)


def _obligation(data: dict[str, Any]) -> Obligation | None:
    if data["version"] != VERSION:
        raise ValueError(f"it is of version {data['version']}, and {VERSION} is understood")
    return None if _is_seen_to(data) else Obligation.of_data(data)
