"""What the providers of one run tell each other: whoever lives is heard, each line once, and nothing ever fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from acgr.runtime.peers import VERSION, Peers
from acgr_connect.machine import this_process

ADDRESS, OTHER = "127.0.0.1:4000", "127.0.0.1:4001"


def _file(folder: Path, text: str) -> Path:
    """What somebody has left in the run of `ADDRESS`."""
    run = folder / "127-0-0-1-4000"
    run.mkdir(parents=True, exist_ok=True)
    file = run / "left.jsonl"
    file.write_text(text, encoding="utf-8")
    return file


def _header(**process: object) -> str:
    return json.dumps({"version": VERSION, **this_process(), **process}) + "\n"


def _ended() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_each_line_is_heard_once(tmp_path: Path) -> None:
    """A provider hears what the others say, from the beginning, and nothing of its own."""
    one, two = Peers(tmp_path, ADDRESS), Peers(tmp_path, ADDRESS)
    one.say({"n": 1})
    assert list(two.hear().values()) == [[{"n": 1}]]
    one.say({"n": 2})
    one.say({"n": 3})
    assert list(two.hear().values()) == [[{"n": 2}, {"n": 3}]]
    assert list(two.hear().values()) == [[]]
    assert list(one.hear().values()) == [[]]
    late = Peers(tmp_path, ADDRESS)
    assert sorted(late.hear().values()) == [[], [{"n": 1}, {"n": 2}, {"n": 3}]]


def test_runs_are_apart(tmp_path: Path) -> None:
    """Another engine's providers are another run's."""
    one, two = Peers(tmp_path, ADDRESS), Peers(tmp_path, OTHER)
    one.say({"n": 1})
    assert two.hear() == {}


def test_a_line_that_is_not_whole_yet(tmp_path: Path) -> None:
    """It is heard when its end is there."""
    two = Peers(tmp_path, ADDRESS)
    file = _file(tmp_path, _header() + '{"n": ')
    assert list(two.hear().values()) == [[]]
    with file.open("a", encoding="utf-8") as more:
        more.write("1}\n")
    assert list(two.hear().values()) == [[{"n": 1}]]


def test_who_has_ended_is_not_heard_and_removed_by_the_next(tmp_path: Path) -> None:
    """A killed process leaves its file: it says nothing any more, and the next run clears it away."""
    two = Peers(tmp_path, ADDRESS)
    file = _file(tmp_path, _header(process=_ended(), started=None) + '{"n": 1}\n')
    assert two.hear() == {}
    Peers(tmp_path, OTHER)
    assert not file.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]\n", '"x"\n', "{}\n", _header(version=VERSION + 1), _header(process="x"), _header() + "{\n"],
)
def test_what_cannot_be_understood_is_passed_over(tmp_path: Path, text: str) -> None:
    """A file of another version, or of nobody, changes nothing; the others are heard."""
    one, two = Peers(tmp_path, ADDRESS), Peers(tmp_path, ADDRESS)
    file = _file(tmp_path, text)
    one.say({"n": 1})
    assert [entries for entries in two.hear().values() if entries] == [[{"n": 1}]]
    Peers(tmp_path, OTHER)
    assert file.exists()


@pytest.mark.parametrize("host", ["elsewhere", this_process()["host"]])
def test_what_is_left_of_another_machine_goes_after_a_day(tmp_path: Path, host: str) -> None:
    """Whether a process of another machine lives cannot be told here: its file stays for a day."""
    file = _file(tmp_path, _header(host=host, process=_ended(), started=None))
    Peers(tmp_path, OTHER)
    assert file.exists() == (host == "elsewhere")
    if file.exists():
        os.utime(file, (0, 0))
        Peers(tmp_path, OTHER)
        assert not file.exists()


def test_who_leaves_leaves_nothing(tmp_path: Path) -> None:
    """The last one takes the folder of the run with it."""
    one, two = Peers(tmp_path, ADDRESS), Peers(tmp_path, ADDRESS)
    one.leave()
    assert two.hear() == {}
    one.say({"n": 1})
    two.leave()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """Nothing fails: the process goes by what it knows itself."""
    (tmp_path / "runs").write_text("no folder", encoding="utf-8")
    alone = Peers(tmp_path / "runs", ADDRESS)
    alone.say({"n": 1})
    assert alone.hear() == {}


def test_the_folder_vanishes(tmp_path: Path) -> None:
    """Nor where it is removed under way."""
    one = Peers(tmp_path, ADDRESS)
    for file in (tmp_path / "127-0-0-1-4000").iterdir():
        file.unlink()
    (tmp_path / "127-0-0-1-4000").rmdir()
    one.say({"n": 1})
    assert one.hear() == {}
    one.say({"n": 2})
