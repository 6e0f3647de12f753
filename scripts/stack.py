#!/usr/bin/env python3
"""Runs Pulumi on the stack `sandbox`: `stack.py up|preview|refresh|down [--calls RATE] [arguments for pulumi]`.

State, plugins and the sandbox live in .state inside the clone; the user's Pulumi and AWS set-up is left out.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pulumi_cli
from tooling import stack_lock
from tooling.console import Remedy, run_main, say
from tooling.passing import run
from tooling.recovery import end_orphans
from tooling.stack_environment import SANDBOX_PORT, SANDBOX_URL, stack_environment
from tooling.stack_state import StackFiles

CLONE = Path(__file__).resolve().parents[1]
PROJECT = "contact-centre"
STACK = "sandbox"
SCENARIO = "examples/sandbox/contact-centre.yaml"
SANDBOX_FOLDER = ".state/sandbox"
# A number waits half a minute for its claim: with the engine's default of four per core the others queue.
PARALLEL = ("--parallel", "64")

LOOK_FURTHER = f"""
The sandbox answers as Amazon Connect at {SANDBOX_URL} (.venv/bin/acgr sandbox status).
  make preview   what the next `make up` would change
  make refresh   what changed in the sandbox behind Pulumi's back
  make down      take it all down and stop the sandbox"""


class Stack:
    """The stack `sandbox` of one clone, and what it takes to run Pulumi on it."""

    def __init__(self, clone: Path, environment: dict[str, str], calls: str | None = None) -> None:
        self.clone = clone
        self.environment = environment
        self.calls = calls
        self.files = StackFiles(clone, PROJECT, STACK)

    def up(self, arguments: list[str]) -> int:
        """Makes the sandbox as the program says, then shows what answers where."""
        self._prepare()
        self._recover()
        code = self.pulumi("up", "--yes", "--suppress-outputs", *PARALLEL, *arguments)
        if code == 0:
            self.pulumi("stack", "output")
            print(LOOK_FURTHER, flush=True)
        return code

    def preview(self, arguments: list[str]) -> int:
        """Shows what `up` would change, and changes nothing."""
        self._prepare()
        return self.pulumi("preview", "--diff", *PARALLEL, *arguments)

    def refresh(self, arguments: list[str]) -> int:
        """Brings what changed in the sandbox into the state."""
        self._prepare()
        self._recover()
        sure = () if "--preview-only" in arguments else ("--yes",)
        return self.pulumi("refresh", *sure, *PARALLEL, *arguments)

    def down(self, arguments: list[str]) -> int:
        """Destroys the stack and stops the sandbox."""
        code = self._destroy(arguments) if self.files.exists() else 0
        return code or self.acgr("sandbox", "stop", "--folder", SANDBOX_FOLDER)

    def pulumi(self, *arguments: str) -> int:
        """Runs `pulumi` on the stack and gives its exit code; its output passes through."""
        return run(["pulumi", *arguments, "--stack", STACK], self.clone, self.environment)

    def acgr(self, *arguments: str) -> int:
        """Runs the project's own command and gives its exit code; its output passes through."""
        return run([str(self.clone / ".venv" / "bin" / "acgr"), *arguments], self.clone, self.environment)

    def _destroy(self, arguments: list[str]) -> int:
        self._prepare()
        self._recover()
        code = self.pulumi("destroy", "--yes", "--suppress-outputs", *PARALLEL, *arguments)
        # Arguments may leave something standing. An empty stack goes: destroying it again would fill it.
        return code if code or arguments else self.pulumi("stack", "rm", "--yes", "--preserve-config")

    def _prepare(self) -> None:
        port = str(SANDBOX_PORT)
        start = ("--folder", SANDBOX_FOLDER, "--scenario", SCENARIO, "--port", port)
        calls = ("--calls", self.calls) if self.calls else ()
        _require(self.acgr("sandbox", "start", *start, *calls))
        if not self.files.exists():
            self.files.backend.mkdir(parents=True, exist_ok=True)
            _require(run(["pulumi", "stack", "init", STACK, "--no-select"], self.clone, self.environment))

    def _recover(self) -> None:
        found = stack_lock.locks(self.files.locks)
        dead = stack_lock.stale(found, socket.gethostname(), stack_lock.command_of)
        if dead:
            say(f"An earlier run (pid {dead[0].pid}) was killed and left its lock: clearing up after it.")
            end_orphans(self.clone)
            _require(self.pulumi("cancel", "--yes"))
        if self.files.has_pending_operations():
            say("An earlier run did not see the end of what it had begun: looking what became of it.")
            _require(self.pulumi("refresh", "--clear-pending-creates", "--yes", *PARALLEL))


def calls_and_rest(arguments: list[str]) -> tuple[str | None, list[str]]:
    """The rate after a leading `--calls`, None where there is none, and the arguments for pulumi."""
    given = arguments[:1] == ["--calls"] and len(arguments) > 1
    return (arguments[1], arguments[2:]) if given else (None, arguments)


def _require(code: int) -> None:
    if code != 0:
        sys.exit(code)


def main() -> int:
    """Runs one command on the stack and gives Pulumi's exit code."""
    commands = {"up": Stack.up, "preview": Stack.preview, "refresh": Stack.refresh, "down": Stack.down}
    name, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if name not in commands:
        raise Remedy(f"Usage: stack.py {'|'.join(commands)} [--calls RATE] [arguments for pulumi].")
    if not (CLONE / ".venv" / "bin" / "acgr").is_file():
        raise Remedy("The virtual environment is missing: run `make venv`.")
    cli = pulumi_cli.find_or_make(os.environ)
    calls, arguments = calls_and_rest(arguments)
    return commands[name](Stack(CLONE, stack_environment(os.environ, CLONE, cli), calls), arguments)


if __name__ == "__main__":
    run_main(main)
