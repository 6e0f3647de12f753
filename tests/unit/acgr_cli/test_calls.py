"""`acgr sandbox call`, and what `status` and `watch` say of calls."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from acgr_cli import main
from acgr_cli.sandbox.dashboard import dashboard
from acgr_sandbox import Sandbox
from acgr_sandbox.control.overview import overview
from acgr_sandbox.server import Server

NUMBER = "+442079460001"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox) -> Iterator[str]:
    """The folder of a sandbox that answers."""
    server = Server(sandbox)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    facts = {"url": server.url, "pid": os.getpid(), "regions": [SOURCE, REPLICA]}
    (tmp_path / "sandbox.json").write_text(json.dumps(facts))
    yield str(tmp_path)
    server.shutdown()
    thread.join()
    server.server_close()


def _call(folder: str, *arguments: str) -> int:
    return main(["sandbox", "call", "--folder", folder, *arguments])


def test_answered(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A call that a flow answers is one sentence with Region, instance, TDG, flow and agent, and the end is 0."""
    assert _call(folder, NUMBER) == 0
    assert capsys.readouterr().out == (
        f"{NUMBER}: answered in {SOURCE} (instance northwind, TDG Default) by flow Main IVR; "
        "an agent may take it there.\n"
    )


def test_lost(folder: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """A call that nothing answers says why, and the end is 1."""
    sandbox.change({"do": "clear-flow", "number": NUMBER})
    assert _call(folder, NUMBER) == 1
    assert capsys.readouterr().out == (
        f"{NUMBER}: lost in {SOURCE} (instance northwind, TDG Default): no flow is set.\n"
    )


def test_many(folder: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Many calls are counted by what they met; a rate spreads them over time and changes nothing else."""
    sandbox.world.group("Default").telephony = {SOURCE: 30, REPLICA: 70}
    assert _call(folder, NUMBER, "--count", "100") == 0
    assert _call(folder, NUMBER, "--count", "100", "--rate", "1000") == 0
    out = capsys.readouterr().out
    once = [line.strip() for line in out.splitlines()[:3]]
    assert once[0] == f"{NUMBER}: 100 calls answered, 0 lost."
    assert sorted(line.partition(" (")[0] for line in once[1:]) == [
        f"30  answered in {SOURCE}",
        f"70  answered in {REPLICA}",
    ]
    assert sorted(out.splitlines()[3:]) == sorted(out.splitlines()[:3])
    assert {region: tally.answered for region, tally in sandbox.phone_calls.tallies(_id(sandbox)).items()} == {
        SOURCE: 60,
        REPLICA: 140,
    }


def test_json(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` prints what the control route answers."""
    assert _call(folder, NUMBER, "--count", "2", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["number"], answer["answered"], answer["lost"]) == (NUMBER, 2, 0)
    assert [(row["region"], row["calls"], row["flow"]["name"]) for row in answer["routes"]] == [(SOURCE, 2, "Main IVR")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["+44"], "There is no number '+44'"),
        ([NUMBER, "--count", "0"], "--count takes 1 to 1000000"),
        ([NUMBER, "--count", "1000001"], "--count takes 1 to 1000000"),
        ([NUMBER, "--rate", "-1"], "--rate takes calls a second"),
        ([NUMBER, "--rate", "inf"], "--rate takes calls a second"),
        ([NUMBER, "--rate", "nan"], "--rate takes calls a second"),
    ],
)
def test_mistakes(folder: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A number that is not there and a figure that cannot be are one sentence."""
    assert _call(folder, *arguments) == 1
    assert said in capsys.readouterr().err


def test_status(folder: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`status` has calls lost beside dark time: of numbers that are dark, and of those that were."""
    sandbox.stream_calls(f"2/s:{NUMBER},+442079460002")
    sandbox.change({"do": "clear-flow", "number": NUMBER})
    sandbox.clock.sleep(5)
    assert main(["sandbox", "status", "--folder", folder]) == 0
    out = capsys.readouterr().out
    assert f"Phone calls: 5 answered, 5 lost; they come in at 2/s:{NUMBER},+442079460002." in out
    assert f"dark: {NUMBER} has no flow in {SOURCE}; 5.0 s in all, 5 calls lost" in out
    assert f"dark: {NUMBER} has no flow in {REPLICA}; 4.0 s in all, 0 calls lost" in out
    sandbox.change({"do": "set-flow", "number": NUMBER, "flow": "Main IVR"})
    sandbox.clock.sleep(5)
    assert main(["sandbox", "status", "--folder", folder]) == 0
    out = capsys.readouterr().out
    assert "Phone calls: 15 answered, 5 lost;" in out
    assert f"No number is dark.\nlost: {NUMBER} in {SOURCE}: 5 calls lost; dark for 5.0 s in all\n" in out
    sandbox.change({"do": "set-flow-state", "flow": "Main IVR", "state": "ARCHIVED", "status": "PUBLISHED"})
    sandbox.clock.sleep(5)
    assert main(["sandbox", "status", "--folder", folder]) == 0
    out = capsys.readouterr().out
    assert "10 calls lost; dark for 5.0 s in all; none is answered now: flow Main IVR is ARCHIVED" in out


def test_a_stream_for_one_that_runs(folder: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`start --calls` lets a stream run on a sandbox that runs already."""
    assert main(["sandbox", "start", "--folder", folder, "--calls", "300/min"]) == 0
    assert "Calls come in at 300/min." in capsys.readouterr().out
    sandbox.clock.sleep(12)
    assert (sandbox.phone_calls.answered, sandbox.phone_calls.lost) == (60, 0)
    assert main(["sandbox", "start", "--folder", folder, "--calls", "many"]) == 1
    assert "'many' is no rate of calls" in capsys.readouterr().err
    assert main(["sandbox", "start", "--folder", folder, "--calls", "off"]) == 0
    sandbox.clock.sleep(12)
    assert sandbox.phone_calls.answered == 60


def test_watch(sandbox: Sandbox) -> None:
    """The picture has calls lost in the Region that lost them, while it is dark and later, and the totals."""
    assert "phone calls" not in _drawn(sandbox)
    sandbox.stream_calls(f"1/s:{NUMBER}")
    sandbox.change({"do": "clear-flow", "number": NUMBER})
    sandbox.clock.sleep(3)
    text = _drawn(sandbox)
    assert "dark 3.0 s, 3 lost" in text
    assert f"phone calls at 1/s:{NUMBER}  0 answered, 3 lost" in text
    assert f"{NUMBER} first call lost in {SOURCE}" in text
    sandbox.change({"do": "set-flow", "number": NUMBER, "flow": "Main IVR"})
    sandbox.clock.sleep(2)
    text = _drawn(sandbox)
    assert "Main IVR, 3 lost" in text
    assert "2 answered, 3 lost" in text
    assert f"{NUMBER} 3 calls lost in {SOURCE}" in text
    sandbox.change({"do": "clear-flow", "number": NUMBER})
    sandbox.clock.sleep(2)
    assert "dark 2.0 s, 2 lost" in _drawn(sandbox)


def _drawn(sandbox: Sandbox) -> str:
    seen: dict[str, Any] = json.loads(json.dumps(overview(sandbox)))
    console = Console(record=True, width=110, file=io.StringIO(), force_terminal=True)
    console.print(dashboard(seen, url="http://127.0.0.1:7843"))
    return console.export_text()


def _id(sandbox: Sandbox) -> str:
    return sandbox.world.number(NUMBER).id
