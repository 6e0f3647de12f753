"""One trial: something goes wrong in a run, and one more run has to put it right."""

from __future__ import annotations

from pathlib import Path

import pytest
from drill.centre import Shown, shown
from drill.matrix import Case, Known, from_kept, known, twin
from drill.server import Killed
from drill.stack import Stack, a_run
from drill.steps import Step

from acgr_sandbox import Fault, ManualClock, Sandbox

MEANWHILE = 3.0
"""Seconds until the next run: less than a number takes to move, enough for the request rate to recover."""


EAGER = 4
"""Tries more that are refused where others have emptied a bucket of each Region: what ends a darkness does not wait."""


class Trial:
    """A step, in a world and with a state of its own.

    Attributes:
        sandbox: the world.
        stack: the state.
        dark_before: the numbers that are dark in this world before anything is done.
        dark_by_design: those that are dark after the step without any trouble.
    """

    def __init__(self, step: Step, before: Known) -> None:
        self._step, self._before = step, before
        self.sandbox: Sandbox = from_kept(before.sandbox)
        self.stack: Stack = before.stack.copy()
        self.dark_before = before.dark
        self.dark_by_design = before.ends.dark
        self._throttled = self._eager = 0

    def goes_wrong(self, fault: Fault) -> None:
        """The step, with a fault that ends with the run."""
        self.sandbox.faults.add(fault)
        with a_run(self.sandbox):
            self._step.act(self.stack)
        hit = self.sandbox.faults.table()[0]["hit"]
        assert hit > 0, "the fault has hit nothing"
        self._throttled += hit if fault.kind in {"throttle", "drain"} else 0
        self._eager = EAGER if fault.kind == "drain" else 0
        self.sandbox.faults.clear()
        if fault.kind == "failed-claim" or (fault.count == 1 and fault.kind not in {"denied", "expired-token"}):
            dark = set(shown(twin(self.sandbox)).dark) - {*self._before.ends.dark, *self.dark_before}
            # Where a FAILED number takes no flow, and every move of it fails, nobody can do more than say so.
            may_be_dark = fault.count == 0 and self.sandbox.switches.failed_number_flow == "refuse"
            is_said = any("dark in" in error for error in self.stack.errors)
            assert not dark or (may_be_dark and is_said), "dark after the run that went wrong"

    def recovers(self, case: Case) -> None:
        """The step goes wrong as a cell of the matrix says, and one more run puts it right."""
        self.goes_wrong(case.fault)
        if case.refreshes:
            self.refreshes()
        self.runs_again()

    def is_killed(self, after: int) -> None:
        """The step, in a process that dies when so many requests have been answered."""
        with pytest.raises(Killed), a_run(self.sandbox, kill=after):
            self._step.act(self.stack)

    def refreshes(self) -> None:
        """`pulumi refresh`."""
        self._let_time_pass()
        with a_run(self.sandbox):
            self.stack.refresh()
        assert self.stack.errors == []

    def act(self) -> None:
        """The step, within a run."""
        self._step.act(self.stack)

    def runs_again(self, journal: Path | None = None, *, throttled: int | None = None) -> None:
        """The program once more; then everything is as if nothing had gone wrong.

        Args:
            journal: the folder in which the run before has left its obligations.
            throttled: how many throttled answers the trouble itself has given, where it was not `goes_wrong`.
        """
        self._throttled = self._throttled if throttled is None else throttled
        self._let_time_pass()
        with a_run(self.sandbox, journal=journal):
            self.stack.up(self._step.program)
        assert self.stack.errors == []
        assert self._ends == self._before.ends
        assert self.sandbox.counters.calls("ReleasePhoneNumber") == 0
        beyond = self.sandbox.counters.calls(outcome="throttled") - self._throttled
        assert 0 <= beyond <= self._eager, "requests beyond the rate"
        with a_run(self.sandbox):
            assert self.stack.preview(self._step.program) == self._before.unquiet

    @property
    def _ends(self) -> Shown:
        return shown(self.sandbox)

    def _let_time_pass(self) -> None:
        pass_time(self.sandbox, MEANWHILE)


def pass_time(sandbox: Sandbox, seconds: float) -> None:
    """Nobody does anything for so long."""
    assert isinstance(sandbox.clock, ManualClock)
    sandbox.clock.advance(seconds)


def of_case(case: Case) -> Trial:
    """The trial of a cell of the matrix."""
    return Trial(case.step, known(case.step, case.switches))
