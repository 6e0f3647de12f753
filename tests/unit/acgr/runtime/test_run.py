"""What the resources of one run share."""

from __future__ import annotations

from contextlib import ExitStack

from scripted import ScriptedClock

from acgr.runtime.run import DECLARING_SECONDS, MOST_WAITING, PAUSE, Run
from acgr_connect.aws.settings import Settings
from acgr_connect.world.connection import Connection


class Declaring(ScriptedClock):
    """While somebody waits, the engine asks about so many more resources, a tenth of a second after one another."""

    def __init__(self, more: int) -> None:
        super().__init__()
        self.more, self.run = more, Run(Connection(Settings(), self))

    def sleep(self, seconds: float) -> None:
        """Let it pass; a question is asked meanwhile."""
        super().sleep(seconds)
        if self.more and len(self.slept) % 2:
            self.more -= 1
            with self.run.answering():
                pass


class Crowded(ScriptedClock):
    """As long as somebody waits, another one comes who would wait as well."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = self.most = 0
        self.run = Run(Connection(Settings(), self))

    def sleep(self, seconds: float) -> None:
        """Let it pass; another one comes first."""
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        self.run.await_declarations()
        self.waiting -= 1
        super().sleep(seconds)


def test_what_is_foreseen_waits_for_what_else_is_declared() -> None:
    """As long as the engine asks, a preview waits; then it goes on at once."""
    clock = Declaring(7)
    with clock.run.answering():
        pass
    clock.run.await_declarations()
    assert clock.more == 0
    assert PAUSE < clock.time < 2.0
    before = clock.time
    clock.run.await_declarations()
    assert clock.time == before


def test_a_component_that_is_being_made_is_waited_for() -> None:
    """What takes long is waited for as well, though not for ever: something may wait for this answer."""
    clock = Declaring(0)
    with ExitStack() as making:
        making.enter_context(clock.run.declaring())
        clock.run.await_declarations()
        assert DECLARING_SECONDS <= clock.time < DECLARING_SECONDS + 1.0


def test_a_crowd_does_not_wait() -> None:
    """Where many wait already, the next one goes on: somebody has to answer what is asked about the others."""
    clock = Crowded()
    with clock.run.answering():
        pass
    clock.run.await_declarations()
    assert clock.most == MOST_WAITING
