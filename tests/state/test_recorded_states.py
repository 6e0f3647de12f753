"""Stacks that an earlier release wrote, on the real CLI: today's code goes on with them as if it had written them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "engine")]

from harness.output import Ran  # noqa: E402
from harness.stack import Stack  # noqa: E402
from recordings import Connect, Recording, differences, merged, recordings, sandbox, seen, stack_on, stored  # noqa: E402

pytestmark = pytest.mark.engine


@dataclass
class Life:
    """A recorded stack that is run again, and what there was at its beginning, or after the last `begin`."""

    recording: Recording
    connect: Connect
    stack: Stack

    def begin(self) -> None:
        """Compare from now on with what there is now."""
        self.world, self.stored = self.connect.world(), stored(self.stack)
        self.connect.writes()

    def untouched(self) -> bool:
        """Whether nothing was called that writes, and the world is to the byte what it was."""
        return (self.connect.writes(), self.connect.world()) == ({}, self.world)

    def expect(self, ran: Ran, expected: Mapping[str, Any]) -> None:
        """It ended well; state and world differ by what is expected, and where that is nothing, by nothing at all."""
        assert ran.code == 0, ran.text
        assert "world" in expected or self.untouched()
        assert differences(seen(self.world), seen(self.connect.world())) == expected.get("world", {})
        assert differences(self.stored, stored(self.stack)) == expected.get("stored", {})


@pytest.fixture(params=recordings(), ids=str)
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    """Each recorded stack in turn, in the world that was recorded with it."""
    recording: Recording = request.param
    with sandbox(tmp_path, recording.scenario, recording.world) as connect:
        stack = stack_on(tmp_path / "stack", connect, recording, os.environ)
        imported = stack.run("stack", "import", "--file", str(recording.state))
        assert imported.code == 0, imported.text
        yield Life(recording, connect, stack)


def _changed(program: Sequence[Mapping[str, Any]], change: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**one, "args": merged(one["args"], change.get(one["name"], {}))} for one in program]


def test_a_recorded_stack_lives_on(life: Life) -> None:
    """Preview, refresh and `up` of what a release wrote call nothing that writes, and every token, id, provider and
    property stays; then one change changes what it says and no more, and a delete does what it was always said to do.

    What was recorded unfinished is finished by the `up`, as its case says; of all the rest the same holds.
    """
    case, stack = life.recording.case, life.stack
    expected = case["expected"]
    calm = () if expected.get("plan") else ("--expect-no-changes",)
    life.begin()
    plan = {name: does for name, does in stack.plan(*calm).items() if does != "read"}
    assert plan == expected.get("plan", {})
    assert life.untouched()
    life.expect(stack.refresh(*calm), expected.get("refresh", {}))
    life.expect(stack.up(*calm), expected.get("up", {}))
    life.begin()
    stack.declare(*_changed(case["program"], case["change"]))
    life.expect(stack.up(), expected["change"])
    life.begin()
    life.expect(stack.destroy(), {"stored": dict.fromkeys(life.stored), **expected["destroy"]})
