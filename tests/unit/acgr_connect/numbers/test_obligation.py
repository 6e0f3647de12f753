"""What is owed to a number that moves: which flow answers wherever it ends, and what outlives a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scripted import FLOW, GROUP, INSTANCE, NUMBER, REPLICA, SOURCE, uuid

from acgr_connect.machine import started
from acgr_connect.model.arns import Arn
from acgr_connect.numbers.journal import FileJournal
from acgr_connect.numbers.obligation import Obligation

OTHER = INSTANCE.inside("contact-flow", uuid(70))
THIRD = Arn("aws", SOURCE, INSTANCE.account, "traffic-distribution-group", uuid(71))
BOTH = (SOURCE, REPLICA)


def obligation(since: float = 1.0, number: Arn = NUMBER) -> Obligation:
    """A number that goes from its instance, where one flow answers, to a group, where another is to answer."""
    wanted = {SOURCE: OTHER, REPLICA: OTHER.in_region(REPLICA)}
    return Obligation(number, "+442079460001", INSTANCE, {SOURCE: FLOW}, GROUP, wanted, since)


@pytest.mark.parametrize(
    ("target", "regions", "flows"),
    [
        (GROUP, BOTH, {SOURCE: OTHER, REPLICA: OTHER.in_region(REPLICA)}),
        (INSTANCE, (SOURCE,), {SOURCE: FLOW}),
        (THIRD, BOTH, {SOURCE: OTHER, REPLICA: OTHER.in_region(REPLICA)}),
        (INSTANCE, BOTH, {SOURCE: FLOW, REPLICA: OTHER.in_region(REPLICA)}),
        (GROUP, (SOURCE, "us-east-1"), {SOURCE: OTHER}),
    ],
)
def test_where_it_ends_decides(target: Arn, regions: tuple[str, ...], flows: dict[str, Arn]) -> None:
    """The declared flow where it was to go, the one before where it stayed, and whatever is known anywhere else."""
    assert obligation().flows_at(target, regions) == flows


def test_a_number_that_had_no_flow() -> None:
    """Where nothing answered before, the declared flow is what is known, also where the number stayed."""
    bare = Obligation(NUMBER, "+44", INSTANCE, {}, GROUP, {SOURCE: OTHER}, 1.0)
    assert bare.flows_at(INSTANCE, (SOURCE,)) == {SOURCE: OTHER}


def test_kept_between_processes(tmp_path: Path) -> None:
    """What one process wrote the next one reads, whole, the oldest first, until the number is seen to answer."""
    second = Arn("aws", SOURCE, INSTANCE.account, "phone-number", uuid(72))
    journal = FileJournal(tmp_path / "journal")
    journal.write(obligation(2.0))
    journal.write(obligation(1.0, second))
    assert FileJournal(tmp_path / "journal").entries() == [obligation(1.0, second), obligation(2.0)]
    journal.erase(second)
    journal.erase(second)
    assert FileJournal(tmp_path / "journal").entries() == [obligation(2.0)]


def test_nothing_is_kept_where_there_is_nothing(tmp_path: Path) -> None:
    """A folder that does not exist holds nothing, and is not made for a question."""
    journal = FileJournal(tmp_path / "none")
    assert journal.entries() == []
    journal.erase(NUMBER)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        "{}",
        json.dumps({"version": 2}),
        json.dumps({"version": 1, "host": "h", "process": 1}),
        json.dumps({"version": 1, "host": "h", "process": 1, **obligation().as_data(), "number": "no ARN"}),
        json.dumps({"version": 1, "host": "h", "process": 1, **obligation().as_data(), "before": []}),
        "\udcff",
    ],
)
def test_what_cannot_be_read_is_left_alone(tmp_path: Path, text: str) -> None:
    """A file that is torn, foreign or of another version hides nothing else and is not removed."""
    journal = FileJournal(tmp_path)
    journal.write(obligation())
    (tmp_path / "0-foreign.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert journal.entries() == [obligation()]
    assert (tmp_path / "0-foreign.json").exists()


def test_what_another_process_sees_to(tmp_path: Path) -> None:
    """An obligation of a process that lives is that one's; of one that died it is the next one's."""
    journal = FileJournal(tmp_path)
    journal.write(obligation())
    [file] = tmp_path.glob("*.json")
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert data["process"] == os.getpid()
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    file.write_text(json.dumps({**data, "process": other.pid, "started": started(other.pid)}), encoding="utf-8")
    assert journal.entries() == []
    other.communicate(b"\n")
    assert journal.entries() == [obligation()]
    file.write_text(json.dumps({**data, "process": 1, "host": "another machine"}), encoding="utf-8")
    assert journal.entries() == [obligation()]


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    """Telephone numbers are somebody's: folder and files are the user's own."""
    FileJournal(tmp_path / "journal").write(obligation())
    [file] = (tmp_path / "journal").glob("*.json")
    assert ((tmp_path / "journal").stat().st_mode & 0o077, file.stat().st_mode & 0o077) == (0, 0)


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    """A journal that cannot be kept is an error to whoever moves a number, and leaves nothing half written."""
    (tmp_path / "journal").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(OSError, match="journal"):
        FileJournal(tmp_path / "journal").write(obligation())
