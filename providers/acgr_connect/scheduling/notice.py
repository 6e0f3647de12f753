"""What one process tells the others of the machine about the rate: plain data, and what of it may be believed. Pure.

A file can hold anything: that of another version, of another machine with the same home folder, of a process whose
clock stood elsewhere, or something that nobody has written on purpose. What no process of this machine can have
written is not believed at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any, Literal

from acgr_connect.scheduling.shared_moves import DARK_FOR, WATCHED_FOR, Moves
from acgr_connect.scheduling.token_bucket import Rate

VERSION = 1
"""Of the format."""

Scope = Literal["auto", "shared", "per-operation"]
SCOPES: tuple[Scope, ...] = ("auto", "shared", "per-operation")

Level = tuple[float, float]
"""Tokens, and when there were so many."""

CLOCKS_DIFFER = 0.5
"""Seconds that another process may seem to be ahead."""

LONGEST_CLAIM = 86_400.0
"""Seconds that a claim can take at most."""

MOST_CALLS = 10**9
"""Calls of one operation that one process can have made at most."""

MOST_OPERATIONS = 100
"""Operations that one process can have called at most."""

SLACK = 1e-6
"""What sums of floats may differ by."""


class Unbelievable(ValueError):
    """No process of this machine can have written that; the message says why."""


@dataclass(frozen=True)
class Notice:
    """What one process says.

    Attributes:
        who: the process.
        at: when it said so.
        drawn: calls that it has made since it began, but for those that were refused, by operation.
        shared: what it thinks is left of the bucket that all operations share.
        own: the same, of each operation's bucket.
        learned: what is known of the scope, and since when.
        moves: its moves.
    """

    who: str
    at: float
    drawn: Mapping[str, int]
    shared: Level
    own: Mapping[str, Level]
    learned: tuple[Scope, float] | None = None
    moves: Moves = field(default_factory=Moves)

    def as_data(self, host: str) -> dict[str, Any]:
        """As it stands in the file; `host` is this machine since it was started."""
        return {"version": VERSION, "host": host, **asdict(self)}

    @classmethod
    def of_data(cls, data: object, host: str, rate: Rate, now: float) -> Notice:
        """What another process says.

        Args:
            data: what was read.
            host: this machine, since it was started.
            rate: the rate that is kept to.
            now: the moment.

        Raises:
            Unbelievable: no process of this machine can have written that.
        """
        plain = _mapping(data, "it")
        version = plain.get("version")
        if version != VERSION or isinstance(version, bool):
            raise Unbelievable(f"it is of version {version!r:.20}, and {VERSION} is understood")
        if plain.get("host") != host:
            raise Unbelievable("it is of another machine, or from before this one was started")
        at = _number(plain.get("at"), "at", highest=now + CLOCKS_DIFFER)
        drawn, own = _mapping(plain.get("drawn"), "drawn"), _mapping(plain.get("own"), "own")
        if not isinstance(who := plain.get("who"), str) or not who:
            raise Unbelievable("it does not say whose it is")
        if max(len(drawn), len(own)) > MOST_OPERATIONS:
            raise Unbelievable("it has more operations than there are")
        return cls(
            who,
            at,
            {operation: int(_number(count, "drawn", 0, MOST_CALLS)) for operation, count in drawn.items()},
            _level(plain.get("shared"), rate, at),
            {operation: _level(level, rate, at) for operation, level in own.items()},
            _learned(plain.get("learned"), at),
            _moves(_mapping(plain.get("moves"), "moves"), at),
        )


def _mapping(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unbelievable(f"{what} is no mapping")
    return value


def _number(value: object, what: str, lowest: float = -float("inf"), highest: float = float("inf")) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e18 or not isfinite(value):
        raise Unbelievable(f"{what} is no number")
    if not lowest <= value <= highest:
        raise Unbelievable(f"{what} cannot be {value}")
    return float(value)


def _level(value: object, rate: Rate, at: float) -> Level:
    if not isinstance(value, list) or len(value) != 2:
        raise Unbelievable("a level is two numbers")
    most = rate.burst + SLACK
    return _number(value[0], "a level", -most, most), _number(value[1], "a level's moment", highest=at + SLACK)


def _learned(value: object, at: float) -> tuple[Scope, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or value[0] not in SCOPES:
        raise Unbelievable("the scope is none of those there are")
    return value[0], _number(value[1], "the scope's moment", highest=at + SLACK)


def _moves(plain: Mapping[str, object], at: float) -> Moves:
    def moment(name: str, ahead: float = 0.0) -> float | None:
        value = plain.get(name)
        return None if value is None else _number(value, name, highest=at + ahead + SLACK)

    claim = plain.get("claim")
    return Moves(
        moment("started_at"),
        moment("dark_until", DARK_FOR),
        None if claim is None else _number(claim, "claim", 0.0, LONGEST_CLAIM),
        moment("claim_at"),
        moment("watched_until", WATCHED_FOR),
    )
