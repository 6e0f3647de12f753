"""`acgr sandbox` on folders of its own: sizes, snapshots, and two commands at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from acgr_cli.sandbox.lock import exclusive_lock
from acgr_sandbox.control import Control

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Begins `acgr sandbox ACTION` on a folder of the test's own; what was started is stopped."""
    folders = set()

    def begin(action: str, *more: str, folder: str = "one") -> subprocess.Popen[str]:
        folders.add(folder)
        program = "import sys; from acgr_cli import main; sys.exit(main())"
        command = [sys.executable, "-c", program, "sandbox", action, "--folder", str(tmp_path / folder), *more]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)

    yield begin
    for folder in list(folders):
        _end(begin("stop", folder=folder))


def _end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def _control(tmp_path: Path, folder: str = "one") -> Control:
    return Control(json.loads((tmp_path / folder / "sandbox.json").read_text())["url"])


def test_two_starts_at_once(run: Run) -> None:
    """Of commands that start a sandbox in one folder at the same moment one does, and the others find it running."""
    ended = [_end(process) for process in [run("start") for _ in range(3)]]
    assert [code for code, _, _ in ended] == [0, 0, 0], ended
    said = sorted(out.split(" (")[0].split(": ")[0].split(" at ")[0] for _, out, _ in ended)
    assert said == ["Amazon Connect is imitated", *["The sandbox is running already"] * 2]
    assert (
        len({line.split("process ")[1].split()[0].strip(".,)") for _, out, _ in ended for line in out.splitlines()[:1]})
        == 1
    )


def test_a_lock_that_is_held(tmp_path: Path) -> None:
    """Whoever comes second does not get in; once the first is out, he does."""
    path = tmp_path / "new" / "start.lock"
    with exclusive_lock(path, seconds=1) as first, exclusive_lock(path, seconds=0.01) as second:
        assert (first, second) == (True, False)
    with exclusive_lock(path, seconds=1) as third:
        assert third


def test_sizes_and_side_by_side(run: Run, tmp_path: Path) -> None:
    """Two folders are two sandboxes; one of a size that was asked for keeps it as its scenario."""
    one, other = run("start", "--numbers", "30", "--agents", "70", "--clock", "60x"), run("start", folder="other")
    code, out, err = _end(one)
    assert code == 0, err
    assert "30 numbers, 70 agents, 8 flows; traffic distribution groups Default (23 agents), group02" in out
    assert _end(other)[0] == 0
    first, second = _control(tmp_path), _control(tmp_path, "other")
    assert (first.status()["clock"], second.status()["clock"]) == ("60x", "real")
    first.change({"do": "release", "number": "+442079460000"})
    first.advance(10)
    assert (first.status()["numbers"], second.status()["numbers"]) == (29, 2)
    first.reset()
    assert first.status()["numbers"] == 30


def test_snapshot_and_restore(run: Run, tmp_path: Path) -> None:
    """A snapshot is the moment it was taken, whatever came after, and can be taken of a sandbox that is stopped."""
    file, events = tmp_path / "kept.json", tmp_path / "log" / "events.jsonl"
    assert _end(run("start", "--numbers", "5", "--clock", "manual", "--events", str(events)))[0] == 0
    control = _control(tmp_path)
    control.change({"do": "move", "number": "+442079460000", "target": "group02"})
    control.advance(2)
    assert "restore" in _end(run("snapshot", str(file)))[1]
    control.advance(1000)
    assert control.overview()["numbers"][0]["target"] == "group02"
    assert _end(run("restore", str(file)))[0] == 0
    control.advance(2.9)
    assert control.overview()["numbers"][0]["status"] == "IN_PROGRESS"
    control.advance(0.2)
    assert control.overview()["numbers"][0]["target"] == "group02"
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    assert [event["n"] for event in lines] == list(range(1, len(lines) + 1))
    assert "restored" in [event.get("what") for event in lines]
    assert _end(run("stop"))[0] == 0
    assert _end(run("snapshot", str(tmp_path / "stopped.json")))[0] == 0
    assert json.loads((tmp_path / "stopped.json").read_text())["now"] > json.loads(file.read_text())["now"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("start", "--numbers", "-1"), "no less than 0 of anything"),
        (("start", "--numbers", "5", "--scenario", "x.yaml"), "Give --scenario or --numbers, not both."),
        (("start", "--clock", "sundial"), "There is no clock 'sundial'"),
        (("start", "--switch", "claim_seconds=8..3"), "Switch claim_seconds is '8..3'; it takes seconds: 5, 3..8"),
        (("snapshot", "x.json"), "There is no world in"),
        (("restore", "x.json"), "No sandbox is running"),
        (("watch", "--once"), "No sandbox is running"),
        (("watch", "--every", "0"), "--every takes 0.05 to 60 seconds."),
    ],
)
def test_mistakes(more: tuple[str, ...], sentence: str, run: Run) -> None:
    """A mistake is one sentence with the remedy, and a code that is not 0."""
    code, _, err = _end(run(*more))
    assert code != 0
    assert sentence in err
    assert len(err.strip().splitlines()) == 1


def test_files_that_are_no_snapshots(run: Run, tmp_path: Path) -> None:
    """What is no snapshot is refused, by the command and by the sandbox, and the world stays."""
    assert _end(run("start", "--numbers", "5"))[0] == 0
    (tmp_path / "text").write_text("nonsense")
    (tmp_path / "json").write_text('{"version": 99}')
    (tmp_path / "list").write_text("[]")
    for name, sentence in (("text", "is no snapshot"), ("json", "no world of version 1"), ("none", "There is no file")):
        code, _, err = _end(run("restore", str(tmp_path / name)))
        assert (code, sentence in err) == (1, True), err
    assert _end(run("restore", str(tmp_path / "list")))[0] == 1
    assert _control(tmp_path).status()["numbers"] == 5
