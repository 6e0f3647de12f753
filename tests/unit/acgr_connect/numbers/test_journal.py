"""Whose an entry of the journal is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from acgr_connect.machine import started
from acgr_connect.model.arns import parse
from acgr_connect.numbers.journal import FileJournal
from acgr_connect.numbers.obligation import Obligation

NUMBER = parse("arn:aws:connect:eu-west-2:111122223333:phone-number/0b9a1c1e-1111-4222-8333-444455556666")
GROUP = parse("arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/0b9a1c1e-1111-4222-8333-444455557777")
OWED = Obligation(NUMBER, "+442079460001", GROUP, {}, GROUP, {}, 1.0)


def entries(folder: Path, **whose: Any) -> list[Obligation]:
    """What a process finds that did not write the entry; its writer is as said."""
    journal = FileJournal(folder)
    journal.write(OWED)
    (file,) = folder.glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), **whose}))
    return journal.entries()


@pytest.mark.skipif(started(os.getpid()) is None, reason="the system does not say when a process began")
def test_a_process_number_that_was_given_again(tmp_path: Path) -> None:
    """An entry belongs to the process that wrote it, and not to another one that has its number now."""
    parent = os.getppid()
    assert entries(tmp_path, process=parent, started=started(parent)) == []
    assert entries(tmp_path, process=parent, started="another boot/1") == [OWED]


def test_where_nobody_knows_when_it_began(tmp_path: Path) -> None:
    """The number of a process that lives is enough."""
    assert entries(tmp_path, process=os.getppid(), started=None) == []


def test_ones_own(tmp_path: Path) -> None:
    """What this process has written, or one before it under its number, is seen to by nobody else."""
    assert entries(tmp_path) == [OWED]
