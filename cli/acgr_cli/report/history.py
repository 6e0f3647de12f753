"""Past darknesses, from the logs that runs wrote. Pure, but for reading the files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from acgr_cli.failure import CommandFailure
from acgr_connect.model.arns import ArnError, parse


@dataclass(frozen=True)
class Darkness:
    """One number without a flow, once.

    Attributes:
        number: E.164.
        began: when its move was accepted, as the log has it: local time, ISO 8601.
        seconds: how long it lasted; None: the log does not say that it ended.
        target: the id of the group or instance it was to go to.
        said: what the log says of its end.
    """

    number: str
    began: str
    seconds: float | None
    target: str
    said: str


def of_logs(files: Iterable[Path]) -> list[Darkness]:
    """The darknesses of logs, the newest first.

    Args:
        files: written with `ACGR_LOG_FORMAT=json`.

    Raises:
        CommandFailure: one cannot be read, or is no such log.
    """
    found = [darkness for file in files for darkness in darknesses(_events(file))]
    return sorted(found, key=lambda one: one.began, reverse=True)


def darknesses(events: Iterable[dict[str, Any]]) -> Iterator[Darkness]:
    """Each move of a log, with the end it had."""
    latest: dict[str, Darkness] = {}
    for event in events:
        what, number = event.get("event"), str(event.get("number", ""))
        if what == "move accepted":
            if number in latest:
                yield latest[number]
            latest[number] = _begun(event)
        elif what in {"number placed", "obligation discharged"} and number in latest:
            latest[number] = _ended(latest[number], event)
    yield from latest.values()


def _begun(event: dict[str, Any]) -> Darkness:
    said = "the log does not say that it ended"
    return Darkness(str(event["number"]), str(event.get("time", "")), None, _id(event.get("target")), said)


def _ended(one: Darkness, event: dict[str, Any]) -> Darkness:
    """With the end that an event tells; the run's own figure counts, where there is one."""
    if "dark" in event:
        return replace(one, seconds=float(event["dark"]), said="answered again")
    return one if one.seconds is not None else replace(one, seconds=_between(one, event), said="answered again")


def _id(target: object) -> str:
    try:
        return parse(str(target)).id
    except ArnError:
        return str(target or "")


def _between(one: Darkness, event: dict[str, Any]) -> float | None:
    try:
        passed = datetime.fromisoformat(str(event["time"])) - datetime.fromisoformat(one.began)
    except (KeyError, ValueError):
        return None
    return round(passed.total_seconds(), 1)


def _events(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            rows = [row for line in lines if line.strip() and (row := _event(line)) is not None]
            has_lines = bool(rows) or file.stat().st_size == 0
    except OSError as error:
        raise CommandFailure(f"{file} cannot be read: {error.strerror}.") from None
    if not has_lines:
        raise CommandFailure(f"{file} is no log that was written with ACGR_LOG_FORMAT=json.")
    yield from rows


def _event(line: str) -> dict[str, Any] | None:
    """One line; None where a run was stopped in the middle of it."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and "event" in row else None
