"""What the providers of one run tell each other, each of which is a process: a file for each, which the others read.

A program may have several providers for one account, and a stack that is passed over step by step has resources of
both doors. The engine tells all of them one address, its own: a folder goes by that. Each process writes lines into a
file of its own and reads those of the others that live. Nobody writes what is another's, so there is no lock that a
frozen process could hold. Of two that write before they read at least one hears the other.

A folder that cannot be used is named in the log, and the process goes by what it knows itself.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from acgr_connect import log
from acgr_connect.machine import own_folder, runs_here, this_process, write_whole
from acgr_connect.model.clock import seconds_since_1970

VERSION = 1
"""Of the lines. A file of another version is passed over."""

ENDED_FOR = 86_400.0
"""Seconds after which a file is removed that does not say whose it is, or whose process is of another machine."""

Entry = dict[str, Any]
"""One line: plain data."""


@dataclass
class _Peer:
    process: Mapping[str, Any]
    read: int = 0
    kept: bytes = field(default=b"", repr=False)


class Peers:
    """The processes of one run.

    Args:
        folder: that of all runs.
        address: of the engine.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self._runs = folder
        self._folder = folder / re.sub(r"[^A-Za-z0-9]+", "-", address).strip("-")
        self._own = f"{uuid4()}.jsonl"
        self._file: int | None = None
        self._peers: dict[str, _Peer] = {}
        self._passed_over: set[str] = set()
        try:
            own_folder(folder)
            self._clear()
            self._file = self._begun()
        except OSError as error:
            self._give_up(error)

    def say(self, entry: Entry) -> None:
        """Tell the others."""
        if self._file is None:
            return
        try:
            os.write(self._file, _line(entry).encode())
        except OSError as error:
            self._give_up(error)

    def hear(self) -> dict[str, list[Entry]]:
        """What each of the others that live has said since the last time, by a name of its own."""
        if self._file is None:
            return {}
        try:
            with os.scandir(self._folder) as files:
                names = [file.name for file in files if file.name.endswith(".jsonl") and file.name != self._own]
        except OSError as error:
            self._give_up(error)
            return {}
        return {name: entries for name in sorted(names) if (entries := self._read(name)) is not None}

    def leave(self) -> None:
        """Say nothing more; the others forget what was said."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        with suppress(OSError):
            (self._folder / self._own).unlink()
            self._folder.rmdir()

    def _read(self, name: str) -> list[Entry] | None:
        """What a process has said since the last time; None where it has ended, or cannot be understood."""
        if name in self._passed_over:
            return None
        peer = self._peers.get(name, _Peer({}))
        try:
            with (self._folder / name).open("rb") as file:
                file.seek(peer.read)
                lines = (peer.kept + (new := file.read())).split(b"\n")
            peer.read, peer.kept = peer.read + len(new), lines.pop()
            entries = [json.loads(line) for line in lines]
            if name not in self._peers:
                peer.process = entries.pop(0)
                if peer.process["version"] != VERSION:
                    raise ValueError(f"it is of version {peer.process['version']}, and {VERSION} is understood")
                self._peers[name] = peer
            return entries if runs_here(peer.process) else None
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            self._passed_over.add(name)
            if not isinstance(error, FileNotFoundError):
                log.warning("provider of this run ignored", file=str(self._folder / name), error=str(error))
            return None

    def _begun(self) -> int:
        path = self._folder / self._own
        for _ in range(3):
            with suppress(FileNotFoundError):  # whoever clears up has found the folder empty
                own_folder(self._folder)
                write_whole(path, _line({"version": VERSION, **this_process()}))
                return os.open(path, os.O_WRONLY | os.O_APPEND)
        raise FileNotFoundError("the folder vanishes again and again")

    def _give_up(self, error: OSError) -> None:
        log.warning("other providers of this run are not heard", folder=str(self._folder), error=str(error))
        self._file = None

    def _clear(self) -> None:
        """Remove what runs have left whose processes have ended: most are killed, and leave their files."""
        for folder in [each for each in self._runs.iterdir() if each.is_dir() and not each.is_symlink()]:
            with suppress(OSError):
                for file in folder.iterdir():
                    if not _may_be_wanted(file):
                        file.unlink()
                folder.rmdir()


def _may_be_wanted(file: Path) -> bool:
    with suppress(OSError, ValueError, KeyError, TypeError):
        with file.open(encoding="utf-8") as lines:
            process = json.loads(next(lines, ""))
        if runs_here(process):
            return True
        if process["host"] == this_process()["host"]:
            return False
    return _age(file) < ENDED_FOR


def _age(file: Path) -> float:
    with suppress(OSError):
        return seconds_since_1970() - file.lstat().st_mtime
    return 0.0


def _line(entry: Entry) -> str:
    return json.dumps(entry, separators=(",", ":")) + "\n"
