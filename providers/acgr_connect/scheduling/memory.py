"""What runs have learned of an account, for those after them: small files beside the rate's state."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from acgr_connect.machine import write_whole
from acgr_connect.model.clock import seconds_since_1970

VERSION = 1
"""Of the form of what is remembered. A file of another version is as good as none."""


@dataclass(frozen=True)
class Memory:
    """What runs have learned, for those after them: small files in a folder, one for each name, or nowhere.

    Attributes:
        folder: where they are; None: nothing is kept.
        wall: the time of day, in seconds since 1970.
    """

    folder: Path | None
    wall: Callable[[], float] = seconds_since_1970

    def recall(self, name: str, seconds: float) -> object:
        """What some process has learned in the last so many seconds; None where there is nothing that can be read."""
        if self.folder is None:
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
            if data["version"] == VERSION and 0 <= self.wall() - float(data["learned_at"]) < seconds:
                learned: object = data["value"]
                return learned
        return None

    def keep(self, name: str, value: object) -> None:
        """Written whole or not at all; what cannot be kept is found out again by the next run."""
        if self.folder is None:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            known = {"version": VERSION, "value": value, "learned_at": self.wall()}
            write_whole(self.folder / f"{name}.json", json.dumps(known))
