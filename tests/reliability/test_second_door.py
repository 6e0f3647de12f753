"""The native provider under the same troubles as the dynamic one; `RELIABILITY_DOOR=native` runs the whole by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drill import trial
from drill.kills import Kill, kills
from drill.matrix import Case, cases, known
from drill.server import DYNAMIC, NATIVE, through
from drill.steps import STEPS, Step

ONE_IN = 40
"""Of so many cases of the matrix one is run on this door as well, and with it every kill of a core step."""


@pytest.fixture(autouse=True)
def native() -> Iterator[None]:
    """The engine asks the native provider."""
    with through(NATIVE):
        yield


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_is_the_same_by_both_doors(step: Step) -> None:
    """The same requests in the same order, the same end, and nothing left to do."""
    here = known(step, step.switches)
    with through(DYNAMIC):
        there = known(step, step.switches)
    assert (here.calls, here.ends, here.errors) == (there.calls, there.ends, there.errors)
    assert here.unquiet == frozenset()


@pytest.mark.parametrize("case", cases()[::ONE_IN], ids=str)
def test_one_more_run_ends_as_declared(case: Case) -> None:
    """As declared, no number dark, nobody undeclared removed, nothing released, no request beyond the rate."""
    trial.of_case(case).recovers(case)


@pytest.mark.parametrize("kill", [kill for kill in kills() if kill.step.is_core][::4], ids=str)
def test_a_killed_run_is_finished(kill: Kill) -> None:
    """A process that died leaves nothing that the next one does not put right."""
    one = trial.Trial(kill.step, known(kill.step, kill.step.switches))
    one.is_killed(kill.requests)
    one.runs_again()
