"""What is left of an account's rate in one Region, and whether it is counted per operation or over all. Pure.

Connect's documentation says both. So this state keeps every bucket there may be, and lets the answers decide: more
accepted calls than one shared bucket can hold prove that every operation has its own; a throttled answer that the
operation's own bucket cannot explain proves the opposite, or that others call too, which comes to the same.

There are two accounts of the calls. One is this process's own, of its own calls alone: it never goes faster than that
allows, whatever else is known. The other is of the calls of everybody: what the other processes of the machine say
(`notice`) enters that one alone. It can make this process wait, for seconds, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from uuid import uuid4
from zlib import crc32

from acgr_connect.scheduling.adaptive_bucket import EXPLAINED, AdaptiveBucket
from acgr_connect.scheduling.notice import Level, Notice, Scope
from acgr_connect.scheduling.priority import ENDS_DARKNESS, READS, Purpose
from acgr_connect.scheduling.shared_moves import SharedMoves
from acgr_connect.scheduling.token_bucket import Bucket, Rate

REMEMBERED = 86_400.0
"""Seconds for which a learned scope is believed."""

RESERVED = 2.0
"""Tokens of a shared bucket that only the end of a darkness may use, while anything is dark."""

CALLS_A_MOVE = 3.2
"""What one move costs: the update, a look or a little more, the flow. Moves start no faster than they can end."""

CALLS_OF_ONE_OPERATION = 2.0
"""What one move costs of the operation that it needs most of: the look, and perhaps another one."""

GIVE_WAY = 3.0
"""Seconds for which no move starts after a call was refused that would have ended a darkness."""

FIRST_CLAIM = 10.0
"""Seconds that the next move waits at most for the first claim to end."""

SURE = 1.0
"""Tokens below zero at which a shared bucket has been disproved."""

HELD_BACK = 30.0
"""Seconds for which others may keep a call waiting that this process's own account allows."""

HELD_BACK_DARK = 1.5
"""The same, of a call that ends a darkness."""

IN_TURN = 0.25
"""Seconds within which those who wait for the same token go one after another."""

AT_WORK = 3.0
"""Seconds after its last word for which another process is taken to be at work."""

IN_TOUCH = 1.0
"""Seconds between two looks at what another one says, up to which its calls are counted one by one."""

GOLDEN = 0.618033988749895
"""Multiples of it, without their whole part, are spread evenly."""


class Spread:
    """Numbers from 0 to 1, spread evenly, beginning elsewhere for each process."""

    def __init__(self, who: str) -> None:
        self._last = crc32(who.encode()) / 2**32

    def __call__(self) -> float:
        """The next one."""
        self._last = (self._last + GOLDEN) % 1.0
        return self._last


@dataclass
class LimiterState:
    """Buckets and the scope, of one account and Region.

    Attributes:
        rate: as documented for the account.
        declared: what the stack says of the scope; "auto" is learned.
        who: this process.
        shared: this process's own account of the bucket that all operations share, if they do.
        own: the same of each operation's bucket, if each has its own.
        everyone: the shared bucket with the calls of all processes, as far as they say.
        everyones: the same of each operation's bucket.
        proof: the shared bucket as the service would keep it: what it cannot have allowed disproves it.
        learned: what this process has learned of the scope, and when.
        heard: what others have learned, and when.
        drawn: calls of this process that were not refused, by operation.
        moves: what is known of numbers that are moving.
    """

    rate: Rate
    declared: Scope
    who: str
    shared: AdaptiveBucket
    everyone: Bucket
    proof: Bucket
    spread: Spread
    own: dict[str, AdaptiveBucket] = field(default_factory=dict)
    everyones: dict[str, Bucket] = field(default_factory=dict)
    learned: tuple[Scope, float] | None = None
    heard: tuple[Scope, float] | None = None
    drawn: dict[str, int] = field(default_factory=dict)
    moves: SharedMoves = field(default_factory=SharedMoves)
    _doubts: bool = False
    _last_notices: dict[str, tuple[Notice, float]] = field(default_factory=dict)
    _dark_refused_at: float = -inf
    _moving: set[str] = field(default_factory=set)
    _held_back_since: dict[tuple[str, bool], float] = field(default_factory=dict)

    @classmethod
    def fresh(cls, rate: Rate, declared: Scope, now: float, who: str = "") -> LimiterState:
        """Nobody has called yet."""
        who = who or str(uuid4())
        spread = Spread(who)
        shared = AdaptiveBucket.of(rate.kept, now, spread)
        everyone, proof = Bucket.full(rate.kept, now), Bucket.full(rate, now)
        return cls(rate, declared, who, shared, everyone, proof, spread, moves=SharedMoves(who))

    def scope(self, now: float) -> Scope:
        """What is known of the scope: what this process has seen itself or, else, has heard.

        That each operation has its own bucket is believed of others until the first call is refused that this does not
        explain: until then a process keeps to each operation's rate, and no longer to one for all.
        """
        if self.declared != "auto":
            return self.declared
        if (learned := _believed(self.learned, now)) is not None:
            return learned[0]
        heard = _believed(self.heard, now)
        if heard is None or (heard[0] == "per-operation" and self._doubts):
            return "auto"
        return heard[0]

    def share(self, now: float) -> float:
        """The part of the rate that is there for moves, as far as others whom nobody knows leave it."""
        if self.scope(now) != "per-operation":
            return self.shared.share(now)
        return min((self.own[operation].share(now) for operation in self._moving), default=1.0)

    def delay(self, operation: str, purpose: Purpose, now: float, dark: int) -> float:
        """Seconds until the call may go out, with so many numbers of this process dark."""
        scope, is_dark = self.scope(now), dark > 0 or self.moves.are_dark(now)
        own, everyones = self._own(operation, now), self._everyones(operation, now)
        ends_darkness = purpose in ENDS_DARKNESS
        if scope == "per-operation":
            mine, theirs = own.delay(now, ends_darkness=ends_darkness), everyones.delay(now)
            if (share := self.share(now)) < 1.0:
                calls = CALLS_OF_ONE_OPERATION
                mine = max(mine, self._spacing(purpose, self.moves.own.started_at, calls / share, now))
        elif scope == "auto" and purpose in READS and not is_dark and self._tells_the_scope(own, everyones, now):
            return 0.0
        else:
            tokens = 1.0 + (RESERVED if is_dark and not ends_darkness else 0.0)
            mine = self.shared.delay(now, tokens, ends_darkness=ends_darkness)
            mine = max(mine, self._spacing(purpose, self.moves.own.started_at, CALLS_A_MOVE / self.share(now), now))
            theirs = max(
                self.everyone.delay(now, tokens), self._spacing(purpose, self.moves.last_started(), CALLS_A_MOVE, now)
            )
        if purpose is Purpose.START:
            mine = max(mine, self._dark_refused_at + GIVE_WAY - now, self._first_claim(now, dark))
        return max(mine, self._held_back(operation, theirs, now, ends_darkness=ends_darkness))

    def draw(self, operation: str, purpose: Purpose, now: float) -> None:
        """The call goes out."""
        self.shared.draw(now)
        self._own(operation, now).draw(now)
        self.everyone.draw(now)
        self._everyones(operation, now).draw(now)
        self.drawn[operation] = self.drawn.get(operation, 0) + 1
        for ends_darkness in (False, True):
            self._held_back_since.pop((operation, ends_darkness), None)
        if purpose is Purpose.START:
            self.moves.started(now)
        if purpose in ENDS_DARKNESS or purpose is Purpose.START:
            self._moving.add(operation)

    def answered(self, operation: str, now: float) -> None:
        """The service accepted a call."""
        self.shared.accepted()
        self._own(operation, now).accepted()
        self.proof.draw(now)
        if self.scope(now) == "auto" and self.proof.level <= -SURE:
            self.learned = "per-operation", now

    def refused(self, operation: str, purpose: Purpose, now: float) -> None:
        """The service throttled a call.

        That all operations share a bucket is concluded only where no other process of the machine calls: one of their
        calls, of which nothing is known yet, may have been the reason, and all would go by it for a day.
        """
        own, everyones = self._own(operation, now), self._everyones(operation, now)
        is_explained = _explains(own.full, now) or _explains(everyones, now)
        self._doubts = self._doubts or not is_explained
        if self.scope(now) == "auto" and not is_explained and not self._others_are_at_work(now):
            self.learned = "shared", now
            self.shared.forgive(now)
            self.everyone.forgive(now)
        if self.scope(now) == "per-operation":
            own.refused(now, is_explained=is_explained)
            self.shared.drain(now)
        else:
            is_explained = _explains(self.shared.full, now) or _explains(self.everyone, now)
            self.shared.refused(now, is_explained=is_explained)
            own.drain(now)
        if purpose in ENDS_DARKNESS and not is_explained:
            self._dark_refused_at = now
        self.drawn[operation] = max(0, self.drawn.get(operation, 0) - 1)
        for bucket in (self.everyone, everyones):
            bucket.owe(-1, now)  # what is refused is not spent
            bucket.drain(now)

    def notice(self, now: float) -> Notice:
        """What this process tells the others."""
        known = [known for known in (_believed(self.learned, now), _believed(self.heard, now)) if known is not None]
        return Notice(
            self.who,
            now,
            dict(self.drawn),
            _level(self.everyone, now),
            {operation: _level(bucket, now) for operation, bucket in self.everyones.items()},
            max(known, key=lambda each: each[1]) if known else None,
            self.moves.own,
        )

    def hear(self, notice: Notice, now: float) -> None:
        """What another process says. It enters the account of everyone's calls, and never this process's own."""
        last = self._last_notices.get(notice.who)
        self._last_notices[notice.who] = notice, now
        if last is not None and now - last[1] <= IN_TOUCH:
            self._count(last[0], notice, now)
        else:
            self.everyone.lower(*notice.shared)
            for operation, level in notice.own.items():
                self._everyones(operation, now).lower(*level)
        self.moves.others[notice.who] = notice.moves
        if notice.learned is not None and (self.heard is None or self.heard[1] < notice.learned[1]):
            self.heard = notice.learned

    def _count(self, before: Notice, notice: Notice, now: float) -> None:
        """The calls that another one has made since it was last heard, less those that were refused."""
        for operation, count in notice.drawn.items():
            more = count - before.drawn.get(operation, 0)
            self.everyone.owe(more, now)
            self._everyones(operation, now).owe(more, now)

    def _tells_the_scope(self, own: AdaptiveBucket, everyones: Bucket, now: float) -> bool:
        """Whether a read goes out although a shared bucket might not hold it: the first of each operation does."""
        return own.is_full(now) and everyones.is_full(now)

    def _held_back(self, operation: str, seconds: float, now: float, *, ends_darkness: bool) -> float:
        """Seconds for which the calls of others keep this one waiting: not for ever, whatever they say."""
        if seconds <= 0:
            return 0.0
        are_others_at_work = self._others_are_at_work(now)
        if ends_darkness and not are_others_at_work:
            return 0.0
        since = self._held_back_since.setdefault((operation, ends_darkness), now)
        longest = HELD_BACK_DARK if ends_darkness else HELD_BACK
        in_turn = 0.0 if ends_darkness or not are_others_at_work else IN_TURN * self.spread()
        return max(0.0, min(seconds + in_turn, since + longest - now))

    def _others_are_at_work(self, now: float) -> bool:
        return any(now - notice.at <= AT_WORK for notice, _ in self._last_notices.values())

    def _own(self, operation: str, now: float) -> AdaptiveBucket:
        if operation not in self.own:
            self.own[operation] = AdaptiveBucket.of(self.rate.kept, now, self.spread)
        return self.own[operation]

    def _everyones(self, operation: str, now: float) -> Bucket:
        return self.everyones.setdefault(operation, Bucket.full(self.rate.kept, now))

    def _first_claim(self, now: float, dark: int) -> float:
        """Seconds for which the next move waits until one has shown how long a claim takes, where others call too.

        All of them look at their first numbers again and again meanwhile, and each further one would need looks too.
        """
        started_at = self.moves.own.started_at
        if not dark or started_at is None or self.share(now) == 1.0 or self.moves.expected(now) is not None:
            return 0.0
        return max(0.0, started_at + FIRST_CLAIM - now)

    def _spacing(self, purpose: Purpose, started_at: float | None, calls: float, now: float) -> float:
        if purpose is not Purpose.START or started_at is None:
            return 0.0
        return max(0.0, started_at + calls / self.rate.per_second - now)


def _believed(known: tuple[Scope, float] | None, now: float) -> tuple[Scope, float] | None:
    return known if known is not None and known[0] != "auto" and now - known[1] < REMEMBERED else None


def _explains(bucket: Bucket, now: float) -> bool:
    bucket.delay(now)
    return bucket.level <= -EXPLAINED


def _level(bucket: Bucket, now: float) -> Level:
    bucket.delay(now)
    return bucket.level, bucket.at
