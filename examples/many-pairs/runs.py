"""One pair's run, by Pulumi's Automation API: what is said meanwhile, and what holds afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from pairs import Pair
from pulumi import automation
from pulumi.automation.errors import create_command_error
from summary import Outcome, changes, dark_in, sentences

Action = Literal["preview", "up", "destroy"]

PROGRAM = Path(__file__).with_name("program")
PARALLEL = 64
"""Numbers that wait for a claim do not keep others from beginning; the request rate is kept by the plugin."""


class Stopped(Exception):
    """Nothing begins any more."""


class Commands(automation.PulumiCommand):
    """The Pulumi CLI, each command out of reach of the terminal: Ctrl-C reaches it once, when `interrupt` says so.

    The first one lets a run begin nothing more and give every number that is moving its flow; a second one, which
    arrives by itself if the terminal reaches the CLI too, would end it at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self.interrupted = False

    def interrupt(self) -> None:
        """Ctrl-C for every command that runs."""
        with self._lock:
            self.interrupted = True
            for process in self._running:
                process.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: automation.OnOutput | None = None,  # noqa: ARG002
        on_error: automation.OnOutput | None = None,  # noqa: ARG002
    ) -> automation.CommandResult:
        """As the class that this one extends, in a session of its own; nobody listens to lines one by one."""
        with self._lock:
            if self.interrupted and args[0] in get_args(Action):
                raise Stopped
            process = subprocess.Popen(
                [self.command, "--non-interactive", *args],
                cwd=cwd,
                env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            stdout, stderr = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        result = automation.CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if process.returncode != 0:
            raise create_command_error(result)
        return result


class Runs:
    """Runs of pairs; each may be made in a thread of its own."""

    def __init__(self, commands: Commands, program: Path = PROGRAM) -> None:
        self._commands = commands
        self._program = program
        self._selecting = threading.Lock()

    def run(self, action: Action, pair: Pair) -> Outcome:
        """Previews, updates or destroys one pair, and says what became of it. Whatever goes wrong is in the outcome."""
        told: list[tuple[str, str, str]] = []
        done: dict[str, int] = {}

        def listen(event: automation.EngineEvent) -> None:
            if event.diagnostic_event and not event.diagnostic_event.ephemeral:
                of = event.diagnostic_event
                told.append((of.severity, of.urn or "", of.message))
            if event.summary_event:
                done.update({str(op): count for op, count in (event.summary_event.resource_changes or {}).items()})

        try:
            stack = self._stack(pair)
        except automation.CommandError as error:
            return Outcome(pair.name, "failed", said=[_last_line(error)])
        failed = ""
        try:
            if action == "preview":
                stack.preview(parallel=PARALLEL, on_event=listen)
            elif action == "up":
                stack.up(parallel=PARALLEL, on_event=listen, suppress_outputs=True)
            else:
                stack.destroy(parallel=PARALLEL, on_event=listen, suppress_outputs=True, run_program=True)
        except Stopped:
            return Outcome(pair.name, "not begun")
        except (automation.CommandError, automation.RuntimeError) as error:
            failed = _last_line(error)
        said = sentences(told) or ([failed] if failed else [])
        dark = dark_in(stack.export_stack().deployment or {})
        changed = changes(done, action == "preview")
        if failed:
            return Outcome(pair.name, "interrupted" if self._commands.interrupted else "failed", changed, dark, said)
        return Outcome(pair.name, "done" if changed else "unchanged", changed, dark, said)

    def _stack(self, pair: Pair) -> automation.Stack:
        options = automation.LocalWorkspaceOptions(env_vars=pair.environment, pulumi_command=self._commands)
        # Pulumi writes down which stack of a folder is the present one: one after the other.
        with self._selecting:
            stack = automation.create_or_select_stack(pair.name, work_dir=str(self._program), opts=options)
            settings = stack.workspace.stack_settings(pair.name)
            settings.config = dict(pair.config)
            stack.workspace.save_stack_settings(pair.name, settings)
        return stack


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in reversed(lines) if line.startswith("error:")), lines[-1] if lines else str(error))
