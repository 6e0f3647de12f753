"""What becomes of a run after a killed one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tooling.console import Remedy
from tooling.recovery import PATIENCE, end_orphans
from tooling.stack_lock import Holder, Lock, Process, command_of, holder, locks, orphans, running_processes, stale
from tooling.stack_state import StackFiles

CLONE = Path("/clone")
PULUMI = Process(10, 1, "/cli/pulumi up --yes", "/clone")
PLUGIN = Process(12, 11, "/clone/.venv/bin/python -u -m pulumi.dynamic 127.0.0.1:1", "/clone")
LAUNCHER = Process(11, 10, "/bin/sh /cli/pulumi-resource-pulumi-python 127.0.0.1:1", "/clone")
HOST = Process(13, 10, "/cli/pulumi-language-python 127.0.0.1:1", "/clone")


def lock_of(pid: int = 10, hostname: str = "here") -> Lock:
    """A lock."""
    return Lock(Path("/locks/1.json"), pid, hostname)


def running(command: str | None) -> Callable[[int], str | None]:
    """A host on which every pid has this command."""
    return lambda _pid: command


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (None, Holder.GONE),
        ("", Holder.GONE),
        ("/usr/bin/vim pulumi", Holder.GONE),
        ("/cli/pulumi-language-python 127.0.0.1:1", Holder.GONE),
        ("pulumi up", Holder.RUNNING),
        ("/cli/pulumi up --yes", Holder.RUNNING),
    ],
)
def test_who_holds_a_lock(command: str | None, who: Holder) -> None:
    """A lock is held while its pid lives on this host and is a pulumi; a pid that came round again is none."""
    assert holder(lock_of(), "here", running(command)) is who


@pytest.mark.parametrize("lock", [lock_of(hostname="there"), lock_of(pid=0)])
def test_what_cannot_be_seen_from_here(lock: Lock) -> None:
    """A lock of another host, or one that says nothing, is nobody's to clear: the sentence names the file."""
    assert holder(lock, "here", running(None)) is Holder.ELSEWHERE
    with pytest.raises(Remedy, match=r"remove /locks/1\.json"):
        stale([lock], "here", running(None))


def test_live_lock_stops_the_run() -> None:
    """While another pulumi works on the stack nothing is cleared."""
    with pytest.raises(Remedy, match=r"Another pulumi \(pid 10\)"):
        stale([lock_of()], "here", running("pulumi up"))


def test_dead_locks_are_stale() -> None:
    """Locks of dead runs are given, none where there is no lock."""
    assert stale([lock_of(10), lock_of(11)], "here", running(None)) == [lock_of(10), lock_of(11)]
    assert stale([], "here", running(None)) == []


def test_lock_files(tmp_path: Path) -> None:
    """Locks are read as Pulumi writes them; one that cannot be read is not taken for stale."""
    files = StackFiles(tmp_path, "contact-centre", "sandbox")
    assert locks(files.locks) == []
    files.locks.mkdir(parents=True)
    (files.locks / "a.json").write_text('{"pid":7,"username":"u","hostname":"h","timestamp":"t"}')
    (files.locks / "b.json").write_text('{"pid":')
    assert locks(files.locks) == [
        Lock(files.locks / "a.json", 7, "h"),
        Lock(files.locks / "b.json", 0, "an unknown host"),
    ]
    folder = tmp_path / ".state/pulumi/.pulumi/locks/organization/contact-centre/sandbox"
    assert files.locks == folder


@pytest.mark.parametrize(
    ("latest", "pending"),
    [
        (None, False),
        ({}, False),
        ({"pending_operations": []}, False),
        ({"pending_operations": [{"type": "creating"}]}, True),
    ],
)
def test_pending_operations(tmp_path: Path, latest: dict[str, object] | None, pending: bool) -> None:
    """The state tells whether a run ended before it knew what became of something."""
    files = StackFiles(tmp_path, "contact-centre", "sandbox")
    assert not files.exists()
    assert not files.has_pending_operations()
    files.state.parent.mkdir(parents=True)
    files.state.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))
    assert files.exists()
    assert files.has_pending_operations() is pending


def test_orphans_are_this_clones_without_a_pulumi() -> None:
    """Plugins and language hosts whose pulumi is dead are orphans; a living run's, another clone's, others are not."""
    table = {process.pid: process for process in (LAUNCHER, PLUGIN, HOST)}
    assert orphans(table, CLONE) == [PLUGIN, HOST]
    assert orphans({**table, PULUMI.pid: PULUMI}, CLONE) == []
    assert orphans(table, Path("/other")) == []
    assert orphans({20: Process(20, 1, "python -m pytest", "/clone")}, CLONE) == []


class Host:
    """A host whose orphans end some seconds after they were asked to."""

    def __init__(self, seconds: int, *left: Process) -> None:
        self.left = {process.pid: process for process in left}
        self.seconds = seconds
        self.slept = 0.0
        self.signals: dict[int, int] = {}

    def processes(self) -> dict[int, Process]:
        """All processes."""
        return self.left if self.slept < self.seconds else {}

    def sleep(self, duration: float) -> None:
        """Lets time pass."""
        self.slept += duration


def test_orphans_are_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A plugin is asked to finish (SIGINT), a language host to end; the run goes on as soon as both have."""
    host = Host(12, PLUGIN, HOST)
    assert end_orphans(CLONE, host.processes, host.signals.__setitem__, host.sleep)
    assert host.signals == {PLUGIN.pid: signal.SIGINT, HOST.pid: signal.SIGTERM}
    assert host.slept == 12
    assert "pid 12, 13" in capsys.readouterr().err


def test_nobody_to_wait_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Without orphans nothing is said and no time passes."""
    host = Host(0)
    assert end_orphans(CLONE, host.processes, host.signals.__setitem__, host.sleep)
    assert (host.slept, host.signals, capsys.readouterr().err) == (0, {}, "")


def test_patience_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """An orphan that does not end does not stop the run: it is named, and the run goes on."""
    host = Host(10 * PATIENCE, PLUGIN)
    assert not end_orphans(CLONE, host.processes, host.signals.__setitem__, host.sleep)
    assert host.slept == PATIENCE
    assert "(pid 12) have not ended" in capsys.readouterr().err


def test_process_table() -> None:
    """This process is in the process table with its parent, folder and command line."""
    table = running_processes()
    if not table:
        pytest.skip("this system has no /proc")
    own = table[os.getpid()]
    assert (own.parent, own.folder) == (os.getppid(), os.getcwd())
    assert command_of(os.getpid()) == own.command


def test_command_of_a_dead_process() -> None:
    """A process that has ended has no command line."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert command_of(child.pid) is None
