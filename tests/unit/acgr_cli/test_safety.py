"""`acgr sandbox` where somebody has put something else into its folder, or answers at its address."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from http_answers import answering

from acgr_cli import main
from acgr_cli.sandbox.browser import has_screen
from acgr_cli.sandbox.process import Folder, Running, SandboxFailure, find_running, start, stop
from acgr_sandbox.control import Control, ControlError

Begin = Callable[..., Running]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder of the test's own."""
    folder = Folder(tmp_path / "state")
    folder.path.mkdir()
    return folder


@pytest.fixture
def begin(folder: Folder) -> Iterator[Callable[..., Running]]:
    """Starts a sandbox in the folder; what runs at the end is stopped."""
    started: list[Running] = []

    def begin(*sizes: str) -> Running:
        started.append(start(folder, None, sizes, ["--rate", "0"]))
        return started[-1]

    yield begin
    for running in started:
        assert running.process is not None
        running.process.terminate()
        running.process.wait()


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process that nobody should end."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


def _answering(facts: object, status: int = 200) -> contextlib.AbstractContextManager[str]:
    """Something at a port that answers everything with these facts."""
    return answering(lambda _: (status, "application/json", json.dumps(facts).encode()))


def _ready(folder: Folder, **facts: Any) -> None:
    folder.ready.write_text(json.dumps({"regions": ["eu-west-2", "eu-central-1"], **facts}))


@pytest.mark.parametrize("secret", [None, "", "a secret that the other one does not know", 5])
@pytest.mark.parametrize("proof", [None, "", "0" * 64, 5])
def test_another_process_is_never_ended(
    secret: Any, proof: Any, folder: Folder, victim: subprocess.Popen[bytes], capsys: Any
) -> None:
    """Whoever answers with a process id, but not with the proof, is left alone, and so is that process."""
    given = {} if secret is None else {"secret": secret}
    with _answering({"pid": victim.pid, "proof": proof, "calls": 0}) as url:
        _ready(folder, url=url, pid=victim.pid, **given)
        assert main(["sandbox", "stop", "--folder", str(folder.path)]) == 1
        assert "cannot prove that it is the sandbox" in capsys.readouterr().err
        assert victim.poll() is None
        assert folder.ready.exists()


def test_a_proof_that_was_overheard(folder: Folder, begin: Begin, victim: subprocess.Popen[bytes]) -> None:
    """What proved it once proves nothing a second time: each question is another one."""
    running = begin()
    secret, pid = json.loads(folder.ready.read_text())["secret"], running.pid
    overheard = Control(running.url)._ask("GET", "status?challenge=once")
    assert running.proved
    stop(folder, running)
    with _answering({**overheard, "pid": victim.pid}) as url:
        _ready(folder, url=url, pid=victim.pid, secret=secret)
        with pytest.raises(SandboxFailure, match="cannot prove"):
            find_running(folder)
    assert pid != victim.pid


def test_the_secret_is_the_users_own(folder: Folder, begin: Begin) -> None:
    """Nobody else may read the ready file, the log, or the world; the secret is told to nobody who asks."""
    running = begin()
    for file in (folder.ready, folder.log, folder.world):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    secret = json.loads(folder.ready.read_text())["secret"]
    assert len(secret) >= 32
    control = Control(running.url)
    for route in ("status", "status?challenge=x", "overview", "world", "events"):
        assert secret not in json.dumps(control._ask("GET", route))


@pytest.mark.parametrize(
    "facts",
    [
        {"url": "http://127.0.0.1:1", "pid": -1},
        {"url": "http://127.0.0.1:1", "pid": 0},
        {"url": "http://127.0.0.1:1", "pid": 1},
        {"url": "http://127.0.0.1:1", "pid": True},
        {"url": "http://127.0.0.1:1", "pid": "12"},
        {"url": "", "pid": 12},
        {"url": "nonsense", "pid": 12},
        {"url": "file:///etc/passwd", "pid": 12},
        {"url": "http://127.0.0.1:x", "pid": 12},
        {"url": "http://127.0.0.1.evil.example:80", "pid": 12},
        {"url": "http://evil.example:80", "pid": 12},
        {"url": "http://127.0.0.1:1/path", "pid": 12},
        {"url": None, "pid": 12},
        {"pid": 12},
        {"url": "http://127.0.0.1:1", "pid": 12, "regions": 5},
        {"url": "http://127.0.0.1:1", "pid": 12, "regions": ["one"]},
    ],
)
@pytest.mark.parametrize("action", ["status", "stop", "env", "start", "watch", "page"])
def test_ready_files_that_are_none(action: str, facts: dict[str, Any], folder: Folder, capsys: Any) -> None:
    """A ready file that no sandbox has written is one sentence, no traceback, and nothing is asked or ended."""
    _ready(folder, **facts)
    assert main(["sandbox", action, "--folder", str(folder.path)]) == 1
    said = capsys.readouterr().err
    assert said == f"{folder.ready} is no ready file of a sandbox: remove it.\n"


@pytest.mark.parametrize("name", ["sandbox.log", "start.lock", "scenario.yaml"])
@pytest.mark.parametrize("target", ["precious", "missing"])
def test_links_are_not_followed(name: str, target: str, folder: Folder, tmp_path: Path, capsys: Any) -> None:
    """A link that lies where the sandbox writes is named, and what it leads to stays as it is."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (folder.path / name).symlink_to(tmp_path / target)
    arguments = ["sandbox", "start", "--folder", str(folder.path), "--numbers", "1"]
    assert main(arguments) == 1
    assert capsys.readouterr().err == f"{folder.path / name} is a link, which is not followed: remove it.\n"
    assert precious.read_text() == "precious"
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("name", ["sandbox.json", "world.json", "world.json.writes"])
def test_links_that_are_replaced(name: str, folder: Folder, begin: Begin, tmp_path: Path) -> None:
    """Files that are replaced as a whole take a link's place, and leave alone what it leads to."""
    (folder.path / name).symlink_to(tmp_path / "missing")
    running = begin()
    Control(running.url).hold_claims()
    assert not (folder.path / name).is_symlink()
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("url", ["", "nonsense", "127.0.0.1:80", "file:///etc/passwd", "ftp://127.0.0.1", "http:/x"])
def test_addresses_that_are_none(url: str) -> None:
    """A control client says at once that this is no address."""
    with pytest.raises(ControlError, match="is no address of a sandbox"):
        Control(url)


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:x", "http://127.0.0.1:99999", "http://[::1", "http://\n"])
def test_addresses_that_lead_nowhere(url: str) -> None:
    """What looks like one and leads nowhere is one error of the client's own."""
    with pytest.raises(ControlError, match=r"No sandbox answers at|is no address"):
        Control(url).status()


def test_what_is_no_sandbox() -> None:
    """What answers and is no sandbox is an error of the client's own too."""
    with _answering(["nothing"], 418) as url, pytest.raises(ControlError, match="is no sandbox: status 418"):
        Control(url).status()


def test_after_a_kill_nothing_is_lost(folder: Folder, begin: Begin, tmp_path: Path) -> None:
    """A write that was answered is in the world of the next start, and in a snapshot without one."""
    running = begin("--numbers", "3")
    control = Control(running.url)
    number = next(iter(control.world()["numbers"].values()))
    change = {"PhoneNumberId": number["id"], "PhoneNumberDescription": "first"}
    control.change({"do": "operation", "operation": "UpdatePhoneNumberMetadata", "parameters": change})
    os.kill(running.pid, signal.SIGKILL)
    assert running.process is not None
    running.process.wait()
    assert folder.writes.exists()
    assert main(["sandbox", "snapshot", "--folder", str(folder.path), str(tmp_path / "kept.json")]) == 0
    assert json.loads((tmp_path / "kept.json").read_text())["numbers"][number["id"]]["description"] == "first"
    again = begin()
    assert Control(again.url).world()["numbers"][number["id"]]["description"] == "first"
    stop(folder, again)
    assert not folder.writes.exists()


def test_reset_without_a_sandbox(folder: Folder) -> None:
    """What was written since the world's file goes with it."""
    folder.world.write_text("{}")
    folder.writes.write_text("{}")
    assert main(["sandbox", "reset", "--folder", str(folder.path)]) == 0
    assert not folder.world.exists()
    assert not folder.writes.exists()


def test_what_a_program_lacked(folder: Folder, begin: Begin, capsys: Any) -> None:
    """`status` says which operations a program asked for that the sandbox does not have, and how often."""
    running = begin()
    scope = "sandbox/20261121/eu-west-2/connect/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}
    for method, path in (("PUT", "/contact/chat"), ("PUT", "/contact/chat"), ("GET", "/nothing")):
        request = urllib.request.Request(f"{running.url}{path}", headers=headers, method=method)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        refused.value.close()
    assert main(["sandbox", "status", "--folder", str(folder.path)]) == 0
    said = capsys.readouterr().out
    assert "lacked: StartChatContact, asked for 2 times, is not in the sandbox" in said
    assert "lacked: GET /nothing, asked for once, is not in the sandbox" in said


@pytest.mark.parametrize("text", ["{", '{"version": 1}', '{"version": 1, "numbers": 5}', "[]"])
def test_a_world_that_is_none(text: str, folder: Folder, capsys: Any) -> None:
    """A start on a broken world is one sentence, and leaves the file."""
    folder.world.write_text(text)
    assert main(["sandbox", "start", "--folder", str(folder.path)]) == 1
    said = capsys.readouterr().err
    assert "world.json is no world of a sandbox" in said
    assert len(said.splitlines()) == 1
    assert folder.world.read_text() == text


@pytest.mark.parametrize(
    ("environment", "platform", "has"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"CI": "true", "DISPLAY": ":0"}, "linux", False),
        ({"SSH_CONNECTION": "1 2 3 4", "DISPLAY": ":0"}, "linux", False),
        ({"SSH_CONNECTION": "1 2 3 4", "BROWSER": "firefox"}, "linux", True),
    ],
)
def test_where_a_browser_is_opened(environment: dict[str, str], platform: str, has: bool) -> None:
    """A browser is opened only where somebody would see it."""
    assert has_screen(environment, platform) is has


def test_the_page_of_a_sandbox(folder: Folder, begin: Begin, capsys: Any) -> None:
    """`page` prints the address, which serves it."""
    running = begin()
    assert main(["sandbox", "page", "--no-browser", "--folder", str(folder.path)]) == 0
    assert capsys.readouterr().out == f"{running.url}/_sandbox/page\n"
