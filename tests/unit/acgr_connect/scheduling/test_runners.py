"""Runners that know nothing of each other, on one account: each has its state, all have the sandbox's bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

import pytest

from acgr_connect.scheduling.limiter_state import LimiterState
from acgr_connect.scheduling.notice import Scope
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.token_bucket import Rate
from acgr_sandbox import Switches
from acgr_sandbox.core.throttle import Throttle

LATENCY = 0.05
CAPACITY = 2.0


@dataclass
class Account:
    """Amazon Connect's bucket, and what happens in it, in simulated seconds."""

    scope: Scope
    now: float = 0.0
    accepted: int = 0
    refused: int = 0
    throttle: Throttle = field(default_factory=Throttle)
    _next: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: count[int] = field(default_factory=count)

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Something happens then."""
        heappush(self._next, (moment, next(self._number), act))

    def run(self, until: float = 1000.0) -> None:
        """Until nothing happens any more."""
        while self._next and self.now < until:
            moment, _, act = heappop(self._next)
            self.now = max(self.now, moment)
            act()

    def ask(self, operation: str) -> bool:
        """Whether a call is accepted."""
        switches = Switches(rate=CAPACITY, burst=5, bucket_scope=self.scope)
        is_accepted = self.throttle.admits("account", "eu-west-2", operation, self.now, switches)
        self.accepted, self.refused = self.accepted + is_accepted, self.refused + (not is_accepted)
        return is_accepted


@dataclass
class Runner:
    """Makes one call after another, and each again until it is accepted."""

    account: Account
    state: LimiterState
    left: int
    operation: str = "AssociateTrafficDistributionGroupUser"
    purpose: Purpose = Purpose.AGENT
    ended_at: float = 0.0

    def go_on(self) -> None:
        """Make the next call, or wait for its turn."""
        now = self.account.now
        if self.left == 0:
            self.ended_at = now
        elif (delay := self.state.delay(self.operation, self.purpose, now, 0)) > 0:
            self.account.at(now + max(delay, 0.001), self.go_on)
        else:
            self.state.draw(self.operation, self.purpose, now)
            is_accepted = self.account.ask(self.operation)
            self.account.at(now + LATENCY, lambda: self.answer(is_accepted))

    def answer(self, is_accepted: bool) -> None:
        """Note the answer."""
        now = self.account.now
        if is_accepted:
            self.left -= 1
            self.state.answered(self.operation, now)
        else:
            self.state.refused(self.operation, self.purpose, now)
        self.go_on()


def runners(account: Account, number: int, calls: int, declared: Scope = "auto") -> list[Runner]:
    """So many, which begin one after another within a second."""
    made = []
    for index in range(number):
        state = LimiterState.fresh(Rate(CAPACITY, 5.0), declared, 0.0, f"runner {index}")
        made.append(Runner(account, state, calls))
        account.at(index / number, made[-1].go_on)
    return made


@pytest.mark.parametrize("scope", ["shared", "per-operation"])
def test_one_alone_is_refused_nothing(scope: Scope) -> None:
    """A process that has the account for itself uses all of the rate, and never too much."""
    account = Account(scope)
    (runner,) = runners(account, 1, 200)
    account.run()
    assert account.refused == 0
    assert runner.ended_at <= 1.02 * (200 - 5) / CAPACITY + 1.0


@pytest.mark.parametrize("scope", ["shared", "per-operation"])
@pytest.mark.parametrize("number", [2, 4, 8])
def test_several_share_without_much_loss(number: int, scope: Scope) -> None:
    """Together they use most of the rate, are refused less than they are granted, and none is left far behind."""
    account = Account(scope)
    all_of_them = runners(account, number, 400 // number)
    account.run()
    ended = sorted(runner.ended_at for runner in all_of_them)
    least = (400 - 5) / CAPACITY
    assert ended[-1] <= 1.15 * least
    assert ended[0] >= 0.5 * least
    assert account.refused <= 0.7 * account.accepted


@pytest.mark.parametrize("declared", ["shared", "per-operation"])
def test_also_where_the_scope_is_stated(declared: Scope) -> None:
    """A scope that the stack states is kept to, and the rate given way all the same."""
    account = Account("shared")
    all_of_them = runners(account, 4, 100, declared)
    account.run()
    assert max(runner.ended_at for runner in all_of_them) <= 1.15 * (400 - 5) / CAPACITY
    assert {runner.state.scope(account.now) for runner in all_of_them} == {declared}


def test_whoever_is_left_has_the_rate_again() -> None:
    """Once the others have ended, the last one is as fast as one alone within a minute."""
    account = Account("shared")
    *others, last = runners(account, 4, 25)
    last.left = 400
    account.run()
    ended = max(runner.ended_at for runner in others)
    assert last.state.share(account.now) == 1.0
    assert last.ended_at - ended <= (400 - 25) / CAPACITY + 30.0


def test_what_ends_a_darkness_gets_through() -> None:
    """A call that ends a darkness, once in ten seconds, waits a second or two among runners that use all there is."""
    account = Account("shared")
    runners(account, 3, 60)
    restoring = runners(account, 1, 1)[0]
    restoring.operation, restoring.purpose = "AssociatePhoneNumberContactFlow", Purpose.RESTORE
    waited = []

    def begin() -> None:
        if restoring.ended_at:
            waited.append(restoring.ended_at - began[-1])
        began.append(account.now)
        restoring.left, restoring.ended_at = 1, 0.0
        restoring.go_on()

    began = [0.0]
    for moment in range(10, 90, 10):
        account.at(float(moment), begin)
    account.run()
    assert len(waited) == 8
    assert max(waited[1:]) <= 4.0
    assert sum(waited[1:]) / len(waited[1:]) <= 1.5
