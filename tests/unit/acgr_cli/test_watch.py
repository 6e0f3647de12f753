"""`acgr sandbox watch`: the pictures, and when it ends."""

from __future__ import annotations

import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from acgr_cli.sandbox.dashboard import dashboard
from acgr_cli.sandbox.process import Folder, SandboxFailure
from acgr_cli.sandbox.watch import watch
from acgr_sandbox import Fault, ManualClock, Sandbox, Switches, load_scenario
from acgr_sandbox.control.overview import overview
from acgr_sandbox.scenario.generate import generated
from acgr_sandbox.server import Server

URL = "http://127.0.0.1:7843"


def _drawn(sandbox: Sandbox, *, styles: bool = False, height: int | None = None, width: int = 100) -> str:
    seen = json.loads(json.dumps(overview(sandbox)))
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(dashboard(seen, url=URL, height=height))
    return console.export_text(styles=styles)


def _row(text: str, beginning: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(beginning))
    return [cell for cell in line.split("  ") if cell.strip()]


def test_all_is_well(sandbox: Sandbox) -> None:
    """TDGs with their agents and shares, numbers with target, status and flow in each Region, in 80 columns."""
    text = _drawn(sandbox, width=80)
    assert "eu-west-2 → eu-central-1" in text
    assert "12 numbers, 40 agents, 8 flows  no number is dark" in text
    assert [cell.strip() for cell in _row(text, "Default (default)")] == [
        "Default (default)",
        "ACTIVE",
        "3",
        "6",
        "100 %",
        "0 %",
    ]
    cells = ["+442079460001", "Default", "CLAIMED", "Main IVR", "Main IVR"]
    assert [cell.strip() for cell in _row(text, "+442079460001")] == cells
    assert _row(text, "+442079460005")[-1].strip() == "-"
    assert "\x1b[1;37;41m" not in _drawn(sandbox, styles=True)


def test_a_dark_number(sandbox: Sandbox) -> None:
    """A number without a flow is dark in words and in red, with how long, and where it goes; what happened is below."""
    sandbox.change({"do": "move", "number": "+442079460001", "target": "retail"})
    sandbox.clock.sleep(3.25)
    text = _drawn(sandbox)
    cells = ["+442079460001", "Default → retail", "IN_PROGRESS", "dark 3.2 s", "dark 3.2 s"]
    assert [cell.strip() for cell in _row(text, "+442079460001")] == cells
    assert " 1 dark " in text
    assert "+442079460001 dark in eu-central-1" in text
    assert "somebody else: move +442079460001 retail (done)" in text
    assert _drawn(sandbox, styles=True).count("\x1b[1;37;41m dark 3.2 s") == 2


def test_requests_and_trouble(sandbox: Sandbox, ask: Any) -> None:
    """The rate, throttles, faults that wait and claims that are held are shown; so is why a number FAILED."""
    sandbox.set_switches(Switches(rate=2, burst=5))
    sandbox.faults.add(Fault("UpdatePhoneNumber", "failed-claim", message="Limit reached."))
    sandbox.faults.add(Fault("DescribeUser", "denied"))
    world = sandbox.world
    ask("PUT", f"/phone-number/{world.number('+442079460005').id}", TargetArn=world.arn(world.group("retail")))
    for _ in range(9):
        ask()
    sandbox.clock.sleep(6)
    sandbox.hold_claims()
    text = _drawn(sandbox)
    assert "10 in all, 5 throttled" in text
    assert "█" in text
    assert "claims are held  faults waiting: 1" in text
    assert "FAILED Limit reached." in text
    assert "fault failed-claim hit UpdatePhoneNumber in eu-west-2" in text
    sandbox.clock.sleep(60)
    assert "0.0 requests/s" in _drawn(sandbox)


def test_what_a_program_lacked(sandbox: Sandbox, ask: Any) -> None:
    """Operations that the sandbox does not have are named with their counts, a few of them."""
    assert "not in the sandbox" not in _drawn(sandbox)
    for method, path in (("PUT", "/contact/chat"), ("PUT", "/contact/chat"), *(("GET", f"/x/{n}") for n in range(4))):
        ask(method, path)
    line = next(line for line in _drawn(sandbox).splitlines() if "not in the sandbox" in line)
    assert line.split("  ")[1].strip() == "StartChatContact (2), GET /x/0 (1), GET /x/1 (1) and 2 more"


def test_more_than_there_is_room_for() -> None:
    """On a small screen the numbers in trouble come first, and the rest is counted."""
    sandbox = Sandbox(load_scenario(generated(numbers=500, agents=50)), clock=ManualClock())
    sandbox.change({"do": "clear-flow", "number": "+442079460499"})
    text = _drawn(sandbox, height=30)
    assert len(text.splitlines()) <= 30
    assert "+442079460499" in text
    shown = sum(line.startswith("+44") for line in text.splitlines())
    assert f"… and {500 - shown} more" in text
    assert sum(line.startswith("+44") for line in _drawn(sandbox).splitlines()) == 500


class _Screen(io.StringIO):
    """A terminal that says when it first showed something."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = threading.Event()

    def write(self, text: str) -> int:
        if "no number is dark" in text:
            self.shown.set()
        return super().write(text)


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox) -> Any:
    """The folder of a sandbox that answers, and its server."""
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    facts = {"url": server.url, "pid": os.getpid(), "regions": ["eu-west-2", "eu-central-1"]}
    (tmp_path / "sandbox.json").write_text(json.dumps(facts))
    yield Folder(tmp_path), server
    server.shutdown()
    thread.join()
    server.server_close()


def test_live(folder: Any) -> None:
    """In a terminal the picture is drawn again and again until the sandbox stops; the last one stays."""
    where, server = folder
    screen = _Screen()

    def stop() -> None:
        screen.shown.wait(30)
        server.shutdown()
        server.server_close()

    stopper = threading.Thread(target=stop)
    stopper.start()
    console = Console(file=screen, force_terminal=True, width=100, height=40)
    assert watch(where, once=False, seconds=0, console=console) == 0
    stopper.join()
    _, _, after = screen.getvalue().rpartition("\x1b[?1049l")
    assert "+442079460012" in after
    assert after.rstrip().endswith("The sandbox has stopped.")


def test_once(folder: Any) -> None:
    """Asked for one picture, or with an output that is no terminal, it prints one and ends."""
    for console, once in ((Console(file=io.StringIO(), width=100), False), (None, True)):
        if console is not None:
            assert watch(folder[0], once=once, seconds=0, console=console) == 0
            assert console.file.getvalue().count("no number is dark") == 1
    forced = Console(file=io.StringIO(), width=100, force_terminal=True)
    assert watch(folder[0], once=True, seconds=0, console=forced) == 0
    assert "\x1b[?1049h" not in forced.file.getvalue()


def test_none_runs(tmp_path: Path) -> None:
    """One picture of nothing is one sentence with the remedy."""
    with pytest.raises(SandboxFailure, match="start one with `acgr sandbox start`"):
        watch(Folder(tmp_path), once=True, seconds=0)
