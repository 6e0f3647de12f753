"""A world as JSON and back, and the file a sandbox keeps it in."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from acgr_sandbox.core.models import Association, Flow, Group, Instance, Number, PendingChange, Resource, Token, User
from acgr_sandbox.core.seeds import add_seeds, make_caller_id
from acgr_sandbox.core.world import World

VERSION = 1


def snapshot(world: World, now: float = 0.0) -> dict[str, Any]:
    """All of a world as plain JSON data, and what time it was there, in epoch seconds."""
    plain: dict[str, Any] = json.loads(_text(world, now))
    return plain


def _text(world: World, now: float) -> str:
    return json.dumps({"version": VERSION, "now": now, **vars(world)}, default=vars)


def time_of(data: Mapping[str, Any]) -> float:
    """What time it was when a snapshot was taken, epoch seconds; 0 where it does not say."""
    return float(data.get("now", 0.0))


def restored(data: Mapping[str, Any]) -> World:
    """The world a snapshot was taken of.

    Raises:
        ValueError: the data is not a snapshot, or one of another version.
    """
    values = {name: value for name, value in data.items() if name != "now"}
    if values.pop("version", None) != VERSION:
        raise ValueError(f"This is no world of version {VERSION}.")
    unknown = set(values) - {field.name for field in fields(World)}
    if unknown:
        raise ValueError(f"A world has no {sorted(unknown)[0]!r}.")
    for name, read in _READERS.items():
        values[name] = {key: read(entry) for key, entry in values.get(name, {}).items()}
    values["changes"] = [PendingChange(**change) for change in values.get("changes", [])]
    world = World(**values)
    if "resources" not in data:
        _add_resources(world)
    return world


def _add_resources(world: World) -> None:
    """Give a world of 0.1.0 what its instances came with, though nobody could change it then."""
    for instance in world.instances.values():
        add_seeds(world, instance)
    for number in world.numbers.values():
        if number.outbound:
            make_caller_id(world, number)


def _flow(entry: dict[str, Any]) -> Flow:
    states = {region: (state, status) for region, (state, status) in entry["states"].items()}
    return Flow(**{**entry, "states": states})


def _number(entry: dict[str, Any]) -> Number:
    flows = {region: Association(**association) for region, association in entry["flows"].items()}
    return Number(**{**entry, "flows": flows})


_READERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "instances": lambda entry: Instance(**entry),
    "groups": lambda entry: Group(**entry),
    "flows": _flow,
    "users": lambda entry: User(**entry),
    "numbers": _number,
    "resources": lambda entry: Resource(**entry),
    "tokens": lambda entry: Token(**entry),
}


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
    write_atomically(path, _text(world, now))


def load(path: Path) -> tuple[World, float]:
    """Read a world and its time from its file.

    Raises:
        ValueError: the file holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return restored(data), time_of(data)
    except (TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} is no world of a sandbox: {error}") from None
