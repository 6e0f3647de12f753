"""The operation: one deadline on one clock, and the operator's wish to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted import ScriptedClock

from acgr_connect.model.errors import Cancelled, WaitTimeout
from acgr_connect.model.operation import Deadline, Operation


def test_a_deadline_is_a_moment(clock: ScriptedClock) -> None:
    """What is left shrinks with the clock, never below nothing."""
    clock.sleep(100.0)
    deadline = Deadline.after(10.0, clock)
    assert (deadline.at, deadline.remaining, deadline.has_passed) == (110.0, 10.0, False)
    clock.sleep(4.0)
    assert (deadline.remaining, deadline.has_passed) == (6.0, False)
    clock.sleep(6.0)
    assert (deadline.remaining, deadline.has_passed) == (0.0, True)
    clock.sleep(1.0)
    assert (deadline.remaining, deadline.has_passed) == (0.0, True)


def test_going_on(clock: ScriptedClock) -> None:
    """Something more is begun until the deadline, and not once the run is cancelled."""
    operation = Operation.within(10.0, clock)
    operation.require_going_on()
    with pytest.raises(Cancelled, match="run again"):
        replace(operation, is_cancelled=lambda: True).require_going_on()
    clock.sleep(10.0)
    with pytest.raises(WaitTimeout, match="the deadline has passed"):
        operation.require_going_on()


def test_nobody_has_to_listen(clock: ScriptedClock) -> None:
    """An operation outside Pulumi speaks to nobody, and has no URN."""
    operation = Operation.within(10.0, clock)
    for speak in (operation.progress, operation.say, operation.warn):
        speak("nobody listens")
    assert (operation.urn, operation.is_cancelled()) == ("", False)
