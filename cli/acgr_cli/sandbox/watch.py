"""`acgr sandbox watch`: the sandbox, live in the terminal, until it stops or Ctrl-C."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.live import Live

from acgr_cli.clock import poll

from .dashboard import dashboard
from .process import Folder, Running, SandboxFailure, control_request, find_running

Overview = dict[str, Any]


def watch(folder: Folder, *, once: bool, seconds: float, console: Console | None = None) -> int:
    """Show the sandbox of a folder; waits for one to start where none runs.

    Args:
        folder: whose sandbox.
        once: show one picture; so it is, too, where the output is no terminal.
        seconds: between two pictures.
        console: where to; the standard output unless given.

    Raises:
        SandboxFailure: one picture was asked for, and no sandbox runs.
    """
    console = console or Console()
    if once or not console.is_terminal:
        running = find_running(folder)
        if running is None:
            raise SandboxFailure(f"No sandbox is running in {folder.path}: start one with `acgr sandbox start`.")
        console.print(dashboard(control_request(running.url, "GET", "overview"), url=running.url))
        return 0
    with contextlib.suppress(KeyboardInterrupt):
        running = _wait(folder, seconds, console)
        _follow(running, seconds, console)
        console.print("The sandbox has stopped.")
    return 0


def _wait(folder: Folder, seconds: float, console: Console) -> Running:
    running = find_running(folder)
    if running is not None:
        return running
    with console.status(f"Waiting for a sandbox in {folder.path}: `acgr sandbox start`, or `make up`."):
        looks = (find_running(folder) for _ in poll(seconds, until=math.inf))
        return next(running for running in looks if running)


def _follow(running: Running, seconds: float, console: Console) -> None:
    last = None
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            for last in _overviews(running, seconds):
                live.update(dashboard(last, url=running.url, height=console.height), refresh=True)
    finally:
        if last:  # what was on the other screen is gone with it
            console.print(dashboard(last, url=running.url, height=console.height - 2))


def _overviews(running: Running, seconds: float) -> Iterator[Overview]:
    with contextlib.suppress(SandboxFailure):
        for _ in poll(seconds, until=math.inf):
            yield control_request(running.url, "GET", "overview")
