"""The sandbox as a process: started by name, found by its folder, stopped by its process id."""

from __future__ import annotations

import contextlib
import hmac
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

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
    def writes(self) -> Path:
        """What was written to the world since its file was."""
        return self.path / "world.json.writes"

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
    """A sandbox that answers.

    Attributes:
        url, pid, regions: as its ready file says.
        status: what it answered.
        process: where this command started it.
        proved: whether it has proved that it is the one that wrote the ready file; an older sandbox cannot.
    """

    url: str
    pid: int
    regions: tuple[str, ...]
    status: dict[str, Any] = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    proved: bool = False


def find_running(folder: Folder) -> Running | None:
    """The sandbox of a folder, None when it does not run; what a dead one left is taken away.

    Raises:
        SandboxFailure: the ready file is none, or what answers at its address cannot prove that it is the sandbox that
            wrote it.
    """
    facts = _ready(folder)
    if facts is None:
        return None
    challenge = secrets.token_hex(16)
    status = _status(facts.url, challenge)
    if status.get("pid") != facts.pid:
        _clear(folder, facts.pid)
        return None
    if facts.secret and not _proves(status, facts.secret, challenge):
        raise SandboxFailure(_unproved(folder, facts.url, facts.pid))
    return Running(facts.url, facts.pid, facts.regions, status, proved=bool(facts.secret))


def _proves(status: Mapping[str, Any], secret: str, challenge: str) -> bool:
    proof = hmac.new(secret.encode(), challenge.encode(), "sha256").hexdigest()
    return hmac.compare_digest(proof.encode(), str(status.get("proof")).encode())


def _unproved(folder: Folder, url: str, pid: int) -> str:
    return (
        f"What answers at {url} cannot prove that it is the sandbox of {folder.path}, so it is left alone: "
        f"if it is one, end process {pid} yourself, then remove {folder.ready}."
    )


class _Ready(NamedTuple):
    url: str
    pid: int
    regions: tuple[str, ...]
    secret: str


_LOOPBACK_URL = re.compile(r"http://(127(\.[0-9]{1,3}){3}|localhost|\[::1\]):[0-9]{1,5}")


def _ready(folder: Folder) -> _Ready | None:
    try:
        facts = json.loads(folder.ready.read_text(encoding="utf-8"))
        url, regions, secret = str(facts["url"]), tuple(map(str, facts["regions"])), str(facts.get("secret") or "")
        ready = _Ready(url, facts["pid"], regions, secret)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ready = _Ready("", 0, (), "")
    # 0, 1 and what is below would reach other processes than one of ours.
    if type(ready.pid) is not int or ready.pid < 2 or not _LOOPBACK_URL.fullmatch(ready.url) or len(ready.regions) != 2:
        raise SandboxFailure(f"{folder.ready} is no ready file of a sandbox: remove it.")
    return ready


def _status(url: str, challenge: str) -> dict[str, Any]:
    try:
        return dict(control_request(url, "GET", f"status?challenge={challenge}"))
    except (TypeError, ValueError):
        return {}
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
    if folder.lock.is_symlink():
        raise SandboxFailure(f"{folder.lock} is a link, which is not followed: remove it.")
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
    with _own_file(folder.log) as log:
        process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _wait_until_ready(folder, process)


def _own_file(path: Path) -> BinaryIO:
    """Open a file of the folder to write it anew; it is nobody else's, and no link to another one is followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.fdopen(os.open(path, flags, 0o600), "wb")
    except OSError as error:
        if path.is_symlink():
            raise SandboxFailure(f"{path} is a link, which is not followed: remove it.") from None
        raise SandboxFailure(f"{path} cannot be written: {error.strerror}.") from None


def _keep_scenario(folder: Folder, scenario: Path) -> None:
    if not scenario.is_file():
        raise SandboxFailure(f"There is no scenario {scenario}.")
    if folder.scenario.exists() and scenario.samefile(folder.scenario):
        return
    with _own_file(folder.scenario) as kept:
        kept.write(scenario.read_bytes())


def _generate_scenario(folder: Folder, sizes: Sequence[str]) -> None:
    command = [sys.executable, "-m", "acgr_sandbox.scenario.generate", *sizes]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise SandboxFailure(done.stderr.strip())
    with _own_file(folder.scenario) as kept:
        kept.write(done.stdout.encode())


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


def kept_world(folder: Folder) -> str:
    """The world of a sandbox that does not run, as a snapshot: its file, and what was written since."""
    command = [sys.executable, "-m", "acgr_sandbox.kept_world", str(folder.world)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise SandboxFailure(done.stderr.strip())
    return done.stdout


def stop(folder: Folder, running: Running) -> None:
    """End a sandbox and wait until it is gone.

    Raises:
        SandboxFailure: it has not proved that it is one, or does not end.
    """
    if not running.proved:
        raise SandboxFailure(_unproved(folder, running.url, running.pid))
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
    headers = {} if body is None else {"Content-Type": "application/json"}
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        request = urllib.request.Request(f"{url}/_sandbox/{path}", data=body, headers=headers, method=method)
        with direct.open(request, timeout=10) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise SandboxFailure(_why_refused(error)) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SandboxFailure(f"No sandbox answers at {url}: {error}") from error


def _why_refused(error: urllib.error.HTTPError) -> str:
    try:
        return f"The sandbox refused: {json.loads(error.read())['Message']}"
    except (ValueError, KeyError, TypeError):
        return f"The sandbox answered with status {error.code}."
