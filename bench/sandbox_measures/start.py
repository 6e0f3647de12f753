"""From the start to the first answer."""

from __future__ import annotations

from statistics import median

from acgr_sandbox import Sandbox, load_scenario, session_on
from acgr_sandbox.scenario.generate import generated

from .clock import seconds_of, stopwatch
from .measure import Measure
from .process import served

MOST = 0.3
PROCESSES, WORLDS = 9, 50


def starts() -> list[Measure]:
    """A process that answers a request over HTTP, and one more sandbox in a process that has one."""
    _in_process()
    return [
        _measure("start to first answer, a process", [_over_http() for _ in range(PROCESSES)]),
        _measure("start to first answer, one more in process", [seconds_of(_in_process) for _ in range(WORLDS)]),
    ]


def _measure(name: str, seconds: list[float]) -> Measure:
    value = f"{median(seconds):.3f} s (slowest {max(seconds):.3f})"
    return Measure(name, value, f"< {MOST} s", median(seconds) < MOST)


def _over_http() -> float:
    passed = stopwatch()
    with served() as sandbox:
        sandbox.ask()
        return passed()


def _in_process() -> None:
    session_on(Sandbox(load_scenario(generated()))).client("connect").list_instances()
