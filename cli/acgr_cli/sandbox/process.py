"""The sandbox as a process: started by name, found by its folder, stopped by its process id."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from acgr_cli.clock import poll
from acgr_cli.failure import CommandFailure

from .lock import exclusive_lock

START_SECONDS = 30.0
STOP_SECONDS = 15.0


class SandboxFailure(CommandFailure):
    """The sandbox cannot do what was asked; the text is one sentence for the user."""


@dataclass(frozen=True)
class Folder:
    """Where a sandbox keeps its world, its address while it runs, and its log."""

    path: Path

    @property
    def ready(self) -> Path:
        """The file that is there while it runs."""
        return self.path / "sandbox.json"

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.path / "sandbox.log"

    @property
    def world(self) -> Path:
        """The world it goes on with."""
        return self.path / "world.json"

    @property
    def lock(self) -> Path:
        """Held by a command while it starts a sandbox."""
        return self.path / "start.lock"

    @property
    def scenario(self) -> Path:
        """The scenario it was last started with."""
        return self.path / "scenario.yaml"


@dataclass(frozen=True)
class Running:
    """A sandbox that answers; `process` where this command started it."""

    url: str
    pid: int
    regions: tuple[str, ...]
    status: dict[str, Any] = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)


def find_running(folder: Folder) -> Running | None:
    """The sandbox of a folder, None when it does not run; what a dead one left is taken away."""
    try:
        facts = json.loads(folder.ready.read_text(encoding="utf-8"))
        url, pid, regions = facts["url"], int(facts["pid"]), tuple(facts["regions"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise SandboxFailure(f"{folder.ready} is no ready file of a sandbox: remove it.") from None
    status = _status(url)
    if status.get("pid") == pid:
        return Running(url, pid, regions, status)
    _clear(folder, pid)
    return None


def _status(url: str) -> dict[str, Any]:
    try:
        return dict(control_request(url, "GET", "status"))
    except SandboxFailure as failure:
        if isinstance(getattr(failure.__cause__, "reason", failure.__cause__), TimeoutError):
            raise
        return {}


def _clear(folder: Folder, pid: int) -> None:
    with contextlib.suppress(OSError, ValueError, KeyError):
        if int(json.loads(folder.ready.read_text(encoding="utf-8"))["pid"]) != pid:
            return  # another has just started
    print(f"Sandbox {pid} has died without cleaning up; its ready file {folder.ready} is removed.", file=sys.stderr)
    folder.ready.unlink(missing_ok=True)


def start(folder: Folder, scenario: Path | None, sizes: Sequence[str], options: Sequence[str]) -> Running:
    """Start a sandbox that outlives this command, unless one runs in the folder; wait until it answers.

    Args:
        folder: made if it is not there.
        scenario: kept in the folder for later starts; None takes the one kept, else the sandbox's own.
        sizes: options of `python -m acgr_sandbox.scenario.generate`, which then makes the scenario that is kept.
        options: further options of `python -m acgr_sandbox`.
    """
    with exclusive_lock(folder.lock, seconds=START_SECONDS) as only:
        if not only:
            raise SandboxFailure(f"Another command has been starting a sandbox in {folder.path}; try again.")
        return find_running(folder) or _start(folder, scenario, sizes, options)


def _start(folder: Folder, scenario: Path | None, sizes: Sequence[str], options: Sequence[str]) -> Running:
    if scenario is not None:
        _keep_scenario(folder, scenario)
    elif sizes:
        _generate_scenario(folder, sizes)
    command = [sys.executable, "-m", "acgr_sandbox", "--world", str(folder.world), "--ready", str(folder.ready)]
    if folder.scenario.exists():
        command += ["--scenario", str(folder.scenario)]
    with folder.log.open("wb") as log:
        process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _wait_until_ready(folder, process)


def _keep_scenario(folder: Folder, scenario: Path) -> None:
    if not scenario.is_file():
        raise SandboxFailure(f"There is no scenario {scenario}.")
    if scenario.resolve() != folder.scenario.resolve():
        shutil.copyfile(scenario, folder.scenario)


def _generate_scenario(folder: Folder, sizes: Sequence[str]) -> None:
    command = [sys.executable, "-m", "acgr_sandbox.scenario.generate", *sizes]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise SandboxFailure(done.stderr.strip())
    folder.scenario.write_text(done.stdout, encoding="utf-8")


def _wait_until_ready(folder: Folder, process: subprocess.Popen[bytes]) -> Running:
    for _ in poll(0.05, until=START_SECONDS):
        if process.poll() is not None:
            last = folder.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise SandboxFailure(last[0] if last else f"The sandbox ended with code {process.returncode}.")
        running = find_running(folder) if folder.ready.exists() else None
        if running:
            return replace(running, process=process)
    process.terminate()
    process.wait()
    raise SandboxFailure(f"The sandbox did not answer within {START_SECONDS:.0f} s; see {folder.log}.")


def stop(folder: Folder, running: Running) -> None:
    """End a sandbox and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    for _ in poll(0.05, until=STOP_SECONDS):
        if not folder.ready.exists():
            if running.process is not None:
                running.process.wait()
            return
    raise SandboxFailure(f"Sandbox {running.pid} did not end within {STOP_SECONDS:.0f} s; see {folder.log}.")


def control_request(url: str, method: str, path: str, payload: object = None) -> Any:
    """Ask a control route of a sandbox; the answer's JSON."""
    body = None if payload is None else json.dumps(payload).encode()
    request = urllib.request.Request(f"{url}/_sandbox/{path}", data=body, method=method)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=10) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise SandboxFailure(_why_refused(error)) from error
    except (OSError, ValueError) as error:
        raise SandboxFailure(f"No sandbox answers at {url}: {error}") from error


def _why_refused(error: urllib.error.HTTPError) -> str:
    try:
        return f"The sandbox refused: {json.loads(error.read())['Message']}"
    except (ValueError, KeyError, TypeError):
        return f"The sandbox answered with status {error.code}."
