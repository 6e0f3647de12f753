"""Ends what a killed Pulumi left running, without cutting off what that has begun."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tooling import clock
from tooling.console import say
from tooling.stack_lock import PLUGIN, Process, orphans, running_processes

PATIENCE = 60
"""Seconds; a claim takes about half of that."""


def end_orphans(
    clone: Path,
    processes: Callable[[], dict[int, Process]] = running_processes,
    send: Callable[[int, int], None] = os.kill,
    sleep: Callable[[float], None] = clock.sleep,
) -> bool:
    """Asks the orphans of a killed run to end, and waits for the creates they had begun.

    A dynamic provider's plugin never ends by itself; at SIGINT it takes nothing new, finishes and ends.

    Args:
        clone: The root of the clone.
        processes: Gives all processes, by pid.
        send: Sends a signal to a pid.
        sleep: Waits that many seconds.

    Returns:
        Whether all of them have ended.
    """
    left = orphans(processes(), clone)
    if left:
        say(f"Its plugins (pid {_pids(left)}) live on: waiting up to {PATIENCE} s for what they had begun.")
    for process in left:
        _ask_to_end(process, send)
    for _ in range(PATIENCE):
        if not left:
            return True
        sleep(1.0)
        left = orphans(processes(), clone)
    say(f"Plugins (pid {_pids(left)}) have not ended: what they still create, this run takes over.")
    return False


def _ask_to_end(process: Process, send: Callable[[int, int], None]) -> None:
    try:
        send(process.pid, signal.SIGINT if PLUGIN in process.command else signal.SIGTERM)
    except ProcessLookupError:
        say(f"Process {process.pid} has just ended.")


def _pids(processes: list[Process]) -> str:
    return ", ".join(str(process.pid) for process in processes)
