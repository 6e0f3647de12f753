"""A world as JSON and back, and the file a sandbox keeps it in."""

from __future__ import annotations

import heapq
import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acgr_sandbox.core.world import World

from .plain_data import reader
from .soundness import check_sound

VERSION = 1


def snapshot(world: World, now: float = 0.0) -> dict[str, Any]:
    """All of a world as plain JSON data, and what time it was there, in epoch seconds."""
    plain: dict[str, Any] = json.loads(snapshot_text(world, now))
    return plain


def snapshot_text(world: World, now: float) -> str:
    """The same as text."""
    return json.dumps({"version": VERSION, "now": now, **vars(world)}, default=vars)


def time_of(data: Mapping[str, Any]) -> float:
    """What time it was when a snapshot was taken, epoch seconds; 0 where it does not say."""
    now = data.get("now", 0.0)
    if isinstance(now, bool) or not isinstance(now, (int, float)) or not math.isfinite(now):
        raise ValueError("This world does not say what time it is there: now is no number.")
    return float(now)


def restored(data: Mapping[str, Any]) -> World:
    """The world a snapshot was taken of.

    Raises:
        ValueError: the data is not a snapshot, or one of another version.
    """
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        raise ValueError(f"This is no world of version {VERSION}.")
    time_of(data)
    values = {name: value for name, value in data.items() if name not in ("version", "now")}
    try:
        world: World = reader(World)(values)
        check_sound(world)
    except ValueError as error:
        raise ValueError(f"This world cannot be: {error}.") from None
    heapq.heapify(world.changes)
    return world


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step: whoever reads it sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def save(path: Path, world: World, now: float = 0.0) -> None:
    """Write a world to its file, with the time."""
    write_atomically(path, snapshot_text(world, now))


def load(path: Path) -> tuple[World, float]:
    """Read a world and its time from its file.

    Raises:
        ValueError: the file holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return restored(data), time_of(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no world of a sandbox: {error}") from None
