"""Stacks that an earlier release wrote, on the real CLI: today's code goes on with them as if it had written them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "engine")]

from harness.output import Ran  # noqa: E402
from harness.stack import Stack  # noqa: E402
from recordings import Connect, Recording, differences, merged, recordings, sandbox, seen, stack_on, stored  # noqa: E402


class Life:
    """A recorded stack that is run again, step by step.

    Args:
        connect: the world that was recorded with it.
        stack: holds the recorded state.
    """

    def __init__(self, connect: Connect, stack: Stack) -> None:
        self._connect, self._stack = connect, stack
        self._world, self.stored = connect.world(), stored(stack)

    def untouched(self) -> bool:
        """Whether nothing was called that writes since the step before, and the world is in every detail as it was."""
        return (self._connect.writes(), self._connect.world()) == ({}, self._world)

    def expect(self, ran: Ran, expected: Mapping[str, Any]) -> None:
        """It ended well; state and world differ from the step before by what is expected, and else in nothing."""
        assert ran.code == 0, ran.text
        assert "world" in expected or self.untouched()
        before, self._world, self.stored = (self._world, self.stored), self._connect.world(), stored(self._stack)
        assert differences(seen(before[0]), seen(self._world)) == expected.get("world", {})
        assert differences(before[1], self.stored) == expected.get("stored", {})
        self._connect.writes()


@pytest.fixture(params=recordings(), ids=str)
def recording(request: pytest.FixtureRequest) -> Recording:
    """Each recorded stack in turn."""
    found: Recording = request.param
    return found


@pytest.fixture
def stack(recording: Recording, connect: Connect, tmp_path: Path, pulumi_folder: Path) -> Stack:
    """A new stack with the recorded state and program."""
    new = stack_on(tmp_path / "stack", connect, recording, os.environ, pulumi_folder)
    imported = new.run("stack", "import", "--file", str(recording.state))
    assert imported.code == 0, imported.text
    return new


@pytest.fixture
def connect(recording: Recording, tmp_path: Path) -> Iterator[Connect]:
    """The world that was recorded with it, in a sandbox of its own."""
    with sandbox(tmp_path, recording.scenario, recording.world) as open_sandbox:
        yield open_sandbox


def _changed(program: Sequence[Mapping[str, Any]], change: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**one, "args": merged(one["args"], change.get(one["name"], {}))} for one in program]


def test_a_recorded_stack_lives_on(recording: Recording, connect: Connect, stack: Stack) -> None:
    """Preview, refresh and `up` of what a release wrote call nothing that writes, and every token, id, provider and
    property stays; then one change changes what it says and no more, and a delete does what it was always said to do.

    What was recorded unfinished is finished by the `up`, as its case says; of all the rest the same holds.
    """
    case, life = recording.case, Life(connect, stack)
    expected = case["expected"]
    calm = () if expected.get("plan") else ("--expect-no-changes",)
    plan = {name: does for name, does in stack.plan(*calm).items() if does != "read"}
    assert plan == expected.get("plan", {})
    assert life.untouched()
    life.expect(stack.refresh(*calm), expected.get("refresh", {}))
    life.expect(stack.up(*calm), expected.get("up", {}))
    stack.declare(*_changed(case["program"], case["change"]))
    life.expect(stack.up(), expected["change"])
    life.expect(stack.destroy(), {"stored": dict.fromkeys(life.stored), **expected["destroy"]})
