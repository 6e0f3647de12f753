"""What is left of an account's rate in one Region, and whether it is counted per operation or over all. Pure.

Connect's documentation says both. So this state keeps every bucket there may be, and lets the answers decide: more
accepted calls than one shared bucket can hold prove that every operation has its own; a throttled answer that the
operation's own bucket cannot explain proves the opposite, or that others call too, which comes to the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from acgr_connect.scheduling.priority import ENDS_DARKNESS, READS, Purpose
from acgr_connect.scheduling.shared_moves import SharedMoves
from acgr_connect.scheduling.token_bucket import Bucket, Rate

Scope = Literal["auto", "shared", "per-operation"]
SCOPES: tuple[Scope, ...] = ("auto", "shared", "per-operation")

REMEMBERED = 86_400.0
"""Seconds for which a learned scope is believed."""

RESERVED = 2.0
"""Tokens of a shared bucket that only the end of a darkness may use, while anything is dark."""

CALLS_A_MOVE = 3.2
"""What one move costs: the update, a look or a little more, the flow. Moves start no faster than they can end."""

SURE = 1.0
"""Tokens below zero at which a shared bucket has been disproved."""


@dataclass
class LimiterState:
    """Buckets and the scope, of one account and Region.

    Attributes:
        rate: as documented for the account.
        declared: what the stack says of the scope; "auto" is learned.
        learned: what was learned, and `learned_at` when.
        shared: the bucket that all operations share, if they do.
        own: each operation's bucket, if each has its own.
        proof: the shared bucket as the service would keep it: what it cannot have allowed disproves it.
        started_at: when the last move was started.
        moves: what is known of numbers that are moving.
    """

    rate: Rate
    declared: Scope
    shared: Bucket
    proof: Bucket
    own: dict[str, Bucket] = field(default_factory=dict)
    learned: Scope = "auto"
    learned_at: float = 0.0
    started_at: float | None = None
    moves: SharedMoves = field(default_factory=SharedMoves)

    @classmethod
    def fresh(cls, rate: Rate, declared: Scope, now: float) -> LimiterState:
        """Nobody has called yet."""
        return cls(rate, declared, Bucket.full(rate.kept, now), Bucket.full(rate, now))

    def scope(self, now: float) -> Scope:
        """What is known of the scope."""
        if self.declared != "auto":
            return self.declared
        return self.learned if now - self.learned_at < REMEMBERED else "auto"

    def delay(self, operation: str, purpose: Purpose, now: float, dark: int) -> float:
        """Seconds until the call may go out, with so many numbers of this process dark."""
        scope, is_dark = self.scope(now), dark > 0 or self.moves.are_dark(now)
        own = self._own(operation, now)
        if scope == "per-operation":
            return own.delay(now)
        if scope == "auto" and purpose in READS and not is_dark and own.is_full(now):
            return 0.0
        reserved = RESERVED if is_dark and purpose not in ENDS_DARKNESS else 0.0
        return max(self.shared.delay(now, 1.0 + reserved), self._spacing(purpose, now))

    def draw(self, operation: str, purpose: Purpose, now: float) -> None:
        """The call goes out."""
        self.shared.draw(now)
        self._own(operation, now).draw(now)
        if purpose is Purpose.START:
            self.started_at = now

    def answered(self, now: float) -> None:
        """The service accepted a call."""
        self.proof.draw(now)
        if self.scope(now) == "auto" and self.proof.level <= -SURE:
            self._learn("per-operation", now)

    def refused(self, operation: str, now: float) -> None:
        """The service throttled a call."""
        own = self._own(operation, now)
        if self.scope(now) != "shared" and own.level > -SURE and self.declared == "auto":
            self._learn("shared", now)
        self.shared.drain(now)
        own.drain(now)

    def _learn(self, scope: Scope, now: float) -> None:
        self.learned, self.learned_at = scope, now

    def _own(self, operation: str, now: float) -> Bucket:
        return self.own.setdefault(operation, Bucket.full(self.rate.kept, now))

    def _spacing(self, purpose: Purpose, now: float) -> float:
        if purpose is not Purpose.START or self.started_at is None:
            return 0.0
        return max(0.0, self.started_at + CALLS_A_MOVE / self.rate.per_second - now)


def dumped(state: LimiterState) -> dict[str, Any]:
    """The state as plain data, for other processes of the machine."""
    return {
        "shared": [state.shared.level, state.shared.at],
        "proof": [state.proof.level, state.proof.at],
        "own": {operation: [bucket.level, bucket.at] for operation, bucket in state.own.items()},
        "learned": [state.learned, state.learned_at],
        "started_at": state.started_at,
        "moves": asdict(state.moves),
    }


def loaded(data: dict[str, Any], rate: Rate, declared: Scope, now: float) -> LimiterState:
    """The state that another process left; a fresh one where it is from before the machine was started."""
    state = LimiterState.fresh(rate, declared, now)
    if data["shared"][1] > now:
        return state
    state.shared = Bucket(rate.kept, *data["shared"])
    state.proof = Bucket(rate, *data["proof"])
    state.own = {operation: Bucket(rate.kept, *left) for operation, left in data["own"].items()}
    state.learned, state.learned_at = data["learned"]
    state.started_at = data["started_at"]
    state.moves = SharedMoves(**data["moves"])
    return state
