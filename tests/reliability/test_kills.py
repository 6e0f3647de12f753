"""A process that is killed, at any moment: the next run finishes."""

from __future__ import annotations

import pytest
from drill.kills import Kill, kills
from drill.matrix import known
from drill.trial import Trial, pass_time


@pytest.mark.parametrize("kill", kills(), ids=str)
def test_one_more_run_finishes(kill: Kill) -> None:
    """As declared, from nothing but the state that the engine had written by then."""
    trial = Trial(kill.step, known(kill.step, kill.step.switches))
    trial.is_killed(kill.requests)
    if kill.afterwards == "a-minute-later":
        pass_time(trial.sandbox, 60.0)
    if kill.afterwards == "after-a-refresh":
        trial.refreshes()
    trial.runs_again()
