"""What this project's own log says: a request that was refused a connection is seen nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from .case import Case
from .figures import Window

IN_FLIGHT = 0.25
"""Seconds after an outage's beginning in which a request may still end that was sent before it."""


def log_environment(case: Case, folder: Path) -> dict[str, str]:
    """What makes this project write each request down; only where that is asked for, as it costs time."""
    if not case.outage:
        return {}
    return {"ACGR_LOG": "debug", "ACGR_LOG_FILE": str(log_file(folder)), "ACGR_LOG_FORMAT": "json"}


def log_file(folder: Path) -> Path:
    """Where it writes."""
    return folder / "acgr.log"


def moves_begun(lines: Iterable[str], window: Window) -> int:
    """Moves whose first request was sent during an outage, whatever became of it.

    Args:
        lines: of the log.
        window: the outage, of a sandbox on the wall clock.
    """
    requests = [event for event in map(json.loads, lines) if event["event"] == "request"]
    firsts = [each for each in requests if each["operation"] == "UpdatePhoneNumber" and each["attempt"] == 1]
    times = [datetime.fromisoformat(each["time"]).timestamp() for each in firsts]
    return sum(window.begin + IN_FLIGHT < time < window.end for time in times)
