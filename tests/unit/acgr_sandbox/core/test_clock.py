"""Clocks that stand, run, and run faster."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from acgr_sandbox import AcceleratedClock, ManualClock, RealClock, Request, Sandbox, load_scenario
from acgr_sandbox.core.clock import clock_name, clock_named

CENTRE = Path(__file__).parents[4] / "examples/sandbox/contact-centre.yaml"


def test_manual_and_real() -> None:
    """A manual clock moves only when told, and never back; the real one moves by itself."""
    clock = ManualClock(10.0)
    clock.advance(2.5)
    assert clock.now() == 12.5
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    assert RealClock().now() <= RealClock().now()
    RealClock().sleep(0)


def test_accelerated() -> None:
    """An accelerated clock shows so many seconds for one of the other's, and waits so much shorter."""
    other = ManualClock(1000.0)
    clock = AcceleratedClock(60, of=other)
    assert clock.now() == 1000
    other.advance(2)
    assert clock.now() == 1120
    clock.sleep(30)
    assert (clock.now(), other.now()) == (1150, 1002.5)


def test_another_speed() -> None:
    """A change of speed changes nothing of what has passed; a jump leaves the speed."""
    other = ManualClock(0.0)
    clock = AcceleratedClock(10, 500.0, of=other)
    other.advance(1)
    clock.run(0.5)
    other.advance(2)
    assert clock.now() == 511
    clock.advance(100)
    other.advance(2)
    assert clock.now() == 612


@pytest.mark.parametrize("factor", [0, -1, math.inf, math.nan])
def test_speeds_there_are_not(factor: float) -> None:
    """A clock runs forwards."""
    with pytest.raises(ValueError, match="forwards"):
        AcceleratedClock(factor)
    clock = AcceleratedClock(1, of=ManualClock(5.0))
    with pytest.raises(ValueError, match="forwards"):
        clock.run(factor)
    assert clock.now() == 5
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_names() -> None:
    """A command line names the real clock, the manual one, and speeds; none of these goes back behind a kept world."""
    assert [clock_name(clock_named(name)) for name in ("real", "manual", "60x", "0.5x")] == [
        "real",
        "manual",
        "60x",
        "0.5x",
    ]
    later = RealClock().now() + 1e6
    assert clock_named("manual", 5.0).now() == 5.0
    assert clock_named("60x", later).now() >= later
    for name in ("sundial", "x", "-1x", "0x", "infx"):
        with pytest.raises(ValueError, match="There is no clock"):
            clock_named(name)


def test_over_control_routes() -> None:
    """A manual clock can be moved, an accelerated one moved and set to another speed, the real one neither."""

    def ask(sandbox: Sandbox, path: str, **payload: float) -> tuple[int, dict[str, object]]:
        answer = sandbox.handle(Request("POST", f"/_sandbox/clock/{path}", body=json.dumps(payload).encode()))
        return answer.status, json.loads(answer.body)

    manual, other = ManualClock(0.0), ManualClock(0.0)
    accelerated = AcceleratedClock(2, of=other)
    world = load_scenario(CENTRE)
    assert ask(Sandbox(world, clock=manual), "advance", seconds=5) == (200, {"now": 5.0})
    assert ask(Sandbox(world, clock=accelerated), "advance", seconds=5) == (200, {"now": 5.0})
    assert ask(Sandbox(world, clock=accelerated), "run", factor=9) == (200, {"now": 5.0, "clock": "9x"})
    assert ask(Sandbox(world, clock=manual), "run", factor=9)[0] == 400
    assert ask(Sandbox(world), "advance", seconds=5)[0] == 400
    assert ask(Sandbox(world, clock=manual), "advance", seconds=-5)[0] == 400
