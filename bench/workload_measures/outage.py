"""An outage of Connect in the middle of a run: it begins after so many moves and lasts for so long."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from .case import OUTAGE_SECONDS, Case
from .clock import pause
from .figures import Window
from .sandbox import Sandbox

AFTER_MOVES = 10
"""Accepted moves after which it begins."""

LOOK_EVERY = 0.02
"""Seconds between two looks at what the sandbox has written."""


@dataclass
class Outage:
    """What a thread does beside the run.

    Attributes:
        window: when it was, on the sandbox's clock; empty where the run ended before it began.
    """

    sandbox: Sandbox
    begin: Callable[[], None]
    end: Callable[[], None]
    window: list[Window] = field(default_factory=list)
    run_has_ended: threading.Event = field(default_factory=threading.Event)

    def happen(self) -> None:
        """Wait for the moves, and take the sandbox away for a while."""
        if not self._waited_for_moves():
            return
        self.begin()
        begun = self.sandbox.now()
        self.run_has_ended.wait(OUTAGE_SECONDS)
        ended = self.sandbox.now()
        self.end()
        self.window.append(Window(begun, ended))

    def _waited_for_moves(self) -> bool:
        moves, unfinished = 0, ""
        with self.sandbox.events_file.open() as file:
            while moves < AFTER_MOVES and not self.run_has_ended.is_set():
                unfinished += file.read()
                *lines, unfinished = unfinished.split("\n")
                moves += sum(is_a_move(line) for line in lines)
                pause(LOOK_EVERY)
        return moves >= AFTER_MOVES


def is_a_move(line: str) -> bool:
    """Whether an event is a move that was accepted."""
    event: Mapping[str, object] = json.loads(line)
    return (event["kind"], event.get("operation"), event.get("outcome")) == ("call", "UpdatePhoneNumber", "ok")


@contextmanager
def happening(case: Case, sandbox: Sandbox) -> Iterator[list[Window]]:
    """Let the case's outage happen during a `with` block; afterwards the list holds when it was."""
    if not case.outage:
        yield []
        return
    outage = Outage(sandbox, *_KINDS[case.outage](sandbox))
    thread = threading.Thread(target=outage.happen)
    thread.start()
    try:
        yield outage.window
    finally:
        outage.run_has_ended.set()
        thread.join()


def _errors(sandbox: Sandbox) -> tuple[Callable[[], None], Callable[[], None]]:
    return sandbox.fail_every_call, sandbox.fail_no_call


def _refusals(sandbox: Sandbox) -> tuple[Callable[[], None], Callable[[], None]]:
    if sandbox.door is None:
        raise ValueError("only a sandbox behind a door can be made to refuse connections")
    return sandbox.door.refuse, sandbox.door.open


_KINDS = {"5xx": _errors, "refused": _refusals}
