"""Outages that last, two faults, answers that are not whole, and a next run that declares something else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from drill.centre import CENTRE, shown
from drill.matrix import known
from drill.server import Killed
from drill.stack import a_run
from drill.trial import Trial, pass_time
from drill.troubles import (
    BYSTANDER,
    NotWhole,
    OtherProgram,
    Outage,
    TwoFaults,
    not_whole,
    other_programs,
    outages,
    two_faults,
)

LATER = 60.0
"""Seconds until the next run: numbers have arrived, and the request rate has recovered."""


def trial_of(case: Outage | OtherProgram | TwoFaults | NotWhole) -> Trial:
    """The step, in a world of its own."""
    return Trial(case.step, known(case.step, case.step.switches))


def dark(trial: Trial) -> set[tuple[str, str]]:
    """The numbers that trouble has left dark: not those that were so before, or that the step takes a flow from."""
    return set(shown(trial.sandbox).dark) - set(trial.dark_before) - set(trial.dark_by_design)


def require_said(trial: Trial) -> None:
    """No number ends a run dark without the word *dark* and a failing exit."""
    if dark(trial):
        assert any("dark in" in error for error in trial.stack.errors), trial.stack.errors


def require_strangers(trial: Trial) -> None:
    """Nobody is taken off a group who was never declared there."""
    found = shown(trial.sandbox).members
    for group in CENTRE["groups"]:
        assert set(group.get("members", [])) <= found[group["name"]]


@pytest.mark.parametrize("outage", outages(), ids=str)
def test_an_outage(outage: Outage, tmp_path: Path) -> None:
    """A Region that does not answer is waited for; what is dark all the same is said, and lit by the next run."""
    trial = trial_of(outage)
    with a_run(trial.sandbox, journal=tmp_path, asked=outage.begins(trial.sandbox)):
        trial.act()
    trial.sandbox.faults.clear()
    require_said(trial)
    if outage.seconds <= 60.0:
        assert dark(trial) == set()
    pass_time(trial.sandbox, LATER)
    trial.runs_again(tmp_path)


@pytest.mark.parametrize("case", other_programs(), ids=str)
def test_the_next_run_declares_something_else(case: OtherProgram, tmp_path: Path) -> None:
    """A process dies at any moment: whatever the next run declares, no number is dark after it."""
    trial = trial_of(case)
    with a_run(trial.sandbox, journal=tmp_path):
        trial.stack.up([*case.step.before, BYSTANDER])
    pass_time(trial.sandbox, LATER)
    with suppress(Killed), a_run(trial.sandbox, kill=case.requests, journal=tmp_path):
        trial.stack.up([*case.step.program, BYSTANDER])
    # A declared flow that is dropped takes the flow away on purpose; a placement never does.
    is_placed = case.step.resource == "placement"
    for _ in range(2):
        with a_run(trial.sandbox, journal=tmp_path):
            trial.stack.up(case.program)
        if is_placed:
            require_said(trial)
        pass_time(trial.sandbox, LATER)
    assert trial.stack.errors == []
    assert not is_placed or dark(trial) == set()
    require_strangers(trial)
    assert "dave.jones" in shown(trial.sandbox).members["everyone"]
    assert trial.sandbox.counters.calls("ReleasePhoneNumber") == 0


@pytest.mark.parametrize("case", two_faults(), ids=str)
def test_two_faults(case: TwoFaults, tmp_path: Path) -> None:
    """Two faults in one run leave no number dark that the run does not call dark, and the next run finishes."""
    trial = trial_of(case)
    for fault in case.faults:
        trial.sandbox.faults.add(fault)
    with a_run(trial.sandbox, journal=tmp_path):
        trial.act()
    throttled = trial.sandbox.counters.calls(outcome="throttled")
    trial.sandbox.faults.clear()
    require_said(trial)
    pass_time(trial.sandbox, LATER)
    trial.runs_again(tmp_path, throttled=throttled)


@pytest.mark.parametrize("case", not_whole(), ids=str)
def test_an_answer_that_is_not_whole(case: NotWhole, tmp_path: Path) -> None:
    """What cannot be read is asked for again or left out; nothing ends in a traceback, and the next run finishes."""
    trial = trial_of(case)
    with a_run(trial.sandbox, journal=tmp_path, mangle=case.mangler()):
        trial.act()
    require_said(trial)
    assert not any("Traceback" in error for error in trial.stack.errors)
    pass_time(trial.sandbox, LATER)
    trial.runs_again(tmp_path)
