"""Whether Connect takes the flow of a number that is still moving: found out once, and remembered for a day.

The guide sets a flow when the number is CLAIMED (N7), and nobody has written down what becomes of one that is set
before. So the first number of a run tries, once in each Region, right after its move was accepted:

- *refused*: nothing is lost but that one request, and nobody tries again for a day;
- *taken*: the numbers that move meanwhile have theirs set as well. What it is worth shows when the first one has
  arrived: *kept*, and every number is dark for one request instead of a claim, or *dropped*, and nobody tries again.

Whatever is known here, the flow of every number is set once more after its claim: what Connect shows may run behind
what it has dropped.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from threading import Condition

from acgr_connect import log
from acgr_connect.model.clock import Clock
from acgr_connect.scheduling.memory import Memory

REMEMBERED = 86_400.0
"""Seconds for which it is believed what was learned."""

PATIENCE = 1.0
"""Seconds for which a number that was just moved waits for the one that tries: about as long as a request takes."""


class Verdict(Enum):
    """What Connect does with the flow of a number that is moving."""

    REFUSED = "refused"
    KEPT = "kept"
    DROPPED = "dropped"


@dataclass
class _Trial:
    """One Region in this run: `is_tried`, once a number has begun to try; `is_taken`, once its flow was accepted."""

    is_tried: bool = False
    is_over: bool = False
    is_taken: bool = False


@dataclass
class EarlyFlow:
    """What is known of each account and Region (`where`: `111122223333-eu-west-2`), shared by all threads.

    Attributes:
        clock: passes the time.
        memory: what other processes have learned, by account and Region.
        is_wanted: whether it may be tried at all (`acgr:earlyFlow`).
    """

    clock: Clock
    memory: Memory = field(default_factory=lambda: Memory(None))
    is_wanted: bool = True
    _changed: Condition = field(default_factory=Condition)
    _verdicts: dict[str, Verdict | None] = field(default_factory=dict)
    _trials: dict[str, _Trial] = field(default_factory=dict)

    def verdict(self, where: str) -> Verdict | None:
        """What is known of the Region; None: nothing yet."""
        with self._changed:
            if where not in self._verdicts:
                self._verdicts[where] = _read(self.memory.recall(where, REMEMBERED))
            return self._verdicts[where]

    def may_be_set(self, where: str) -> bool:
        """Whether a number that moves may have its flow set before it has arrived, as far as can be told before."""
        return self.is_wanted and self.verdict(where) in {None, Verdict.KEPT}

    def begin(self, where: str) -> bool:
        """Whether a number whose move was just accepted is to have its flow set now.

        The first one tries; whoever comes meanwhile waits a moment for what becomes of that.
        """
        if not self.may_be_set(where):
            return False
        with self._changed:
            if self._verdicts[where] is Verdict.KEPT:
                return True
            trial = self._trials.setdefault(where, _Trial())
            if not trial.is_tried:
                trial.is_tried = True
                return True
            until = self.clock.now() + PATIENCE
            while not trial.is_over and (left := until - self.clock.now()) > 0:
                self.clock.wait(self._changed, left)
            return trial.is_taken and self._verdicts[where] in {None, Verdict.KEPT}

    def answered(self, where: str, *, is_taken: bool | None) -> None:
        """What Connect said to a flow that was set early: taken, refused or, None, nothing that tells anything."""
        with self._changed:
            trial = self._trials.setdefault(where, _Trial(is_tried=True))
            trial.is_over, trial.is_taken = True, trial.is_taken or is_taken is True
            self._changed.notify_all()
        if is_taken is False:
            self.learn(where, Verdict.REFUSED)

    def learn(self, where: str, verdict: Verdict) -> None:
        """What became of a flow that was set early, as its number has shown; one that lost it decides."""
        with self._changed:
            known = self._verdicts.get(where)
            if known is verdict or (known is not None and verdict is Verdict.KEPT):
                return
            self._verdicts[where] = verdict
            self._changed.notify_all()
        log.info("early flow learned", where=where, verdict=verdict.value)
        self.memory.keep(where, verdict.value)


def _read(value: object) -> Verdict | None:
    with suppress(ValueError):
        return Verdict(value)
    return None
