"""The files that keep a world from one start to the next.

world.json           the world, as a snapshot
world.json.writes    the writes since, a JSON line each; the first says which snapshot they follow, and the switches

A write costs one line, whatever the size of the world, and the line is there before the write is answered: if the
process is killed, the next start repeats what was written, on the same world and with the same switches, and goes on
from there. Now and then, at a clean end, and for all that is no operation, the snapshot is written anew.

`python -m acgr_sandbox.kept_world FILE` prints the world that the files hold.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from .core.clock import ManualClock
from .core.switches import Switches
from .core.world import World
from .scenario.snapshot import load, snapshot_text, write_atomically
from .simulation import Simulation, Write
from .wire.caller import Caller
from .wire.refusal import Refusal

MOST_WRITES = 2_000
"""How many writes are kept beside a snapshot: as many are repeated at most."""

_TIME = "acgr:time"


class KeptWorld:
    """Keeps the world of a simulation in `path`, and the writes since beside it."""

    def __init__(self, path: Path, *, most_writes: int = MOST_WRITES) -> None:
        self.path = path
        self._most = most_writes
        self._digest = ""
        self._handle: int | None = None
        self._count = most_writes  # nothing is kept yet

    def save(self, simulation: Simulation) -> None:
        """Write the snapshot anew.

        Raises:
            OSError: the disk is full, or another reason why files cannot be written.
        """
        text = snapshot_text(simulation.world, simulation.clock.now())
        self._count = self._most  # until all of this is done, no write may follow
        write_atomically(self.path, text)
        self.close()
        writes_beside(self.path).unlink(missing_ok=True)
        self._digest = _digest(text.encode())
        self._count = 0

    def add(self, write: Write, simulation: Simulation) -> None:
        """Keep one more write.

        Raises:
            OSError: as in `save`.
        """
        if self._count >= self._most:
            self.save(simulation)
            return
        text = json.dumps(write._asdict(), default=_plain, separators=(",", ":"))
        handle, head = self._opened(simulation.switches)
        data = f"{head}{text}\n".encode()
        # Until the line is there in full, nothing may follow it.
        count, self._count = self._count, self._most
        if os.write(handle, data) != len(data):
            self.save(simulation)
            return
        self._count = count + 1

    def _opened(self, switches: Switches) -> tuple[int, str]:
        if self._handle is not None:
            return self._handle, ""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._handle = os.open(writes_beside(self.path), flags, 0o600)
        return self._handle, json.dumps({"after": self._digest, "switches": switches.plain()}) + "\n"

    def close(self) -> None:
        """Keep no more writes; the files stay."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def kept(path: Path) -> tuple[World, float]:
    """The world that the files hold, and what time it was there, in epoch seconds.

    Raises:
        ValueError: they hold something else.
        OSError: there is no such file, or it cannot be read.
    """
    world, now = load(path)
    found = _writes(path)
    if found is None:
        return world, now
    switches, writes = found
    clock = ManualClock(now)
    simulation = Simulation(world, clock=clock, switches=switches)
    for write in writes:
        clock.advance(max(0.0, write.at - clock.now()))
        _repeat(simulation, write)
    return simulation.world, clock.now()


def _repeat(simulation: Simulation, write: Write) -> None:
    caller = Caller(simulation.account, write.region, "connect", "")
    # What was written to something that no world holds, such as a contact, cannot be repeated, and need not be.
    with contextlib.suppress(Refusal):
        simulation.operate(caller, write.operation, write.params, write.async_failure)
    simulation.world.revision = write.revision


def _writes(path: Path) -> tuple[Switches, list[Write]] | None:
    """The switches and the writes that follow the snapshot; None where there are none."""
    try:
        lines = writes_beside(path).read_bytes().split(b"\n")[:-1]  # the last line may not have been finished
    except FileNotFoundError:
        return None
    try:
        head: dict[str, Any] = json.loads(lines[0]) if lines else {"after": None}
        if head["after"] != _digest(path.read_bytes()):
            return None  # they precede it
        writes = [Write(**json.loads(line, object_hook=_time)) for line in lines[1:]]
        return Switches().with_values(head["switches"]), writes
    except (ValueError, KeyError, TypeError) as error:
        sentence = f"{writes_beside(path)} holds no writes: {error}; without it the world is as it was at {path}."
        raise ValueError(sentence) from None


def writes_beside(path: Path) -> Path:
    """Where the writes are that follow a snapshot."""
    return path.with_name(f"{path.name}.writes")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    raise TypeError(f"{value!r} cannot be kept")


def _time(entry: dict[str, Any]) -> Any:
    return datetime.fromisoformat(entry[_TIME]) if set(entry) == {_TIME} else entry


def main() -> int:
    """Print the world that a file and the one beside it hold."""
    try:
        sys.stdout.write(snapshot_text(*kept(Path(sys.argv[1]))))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
