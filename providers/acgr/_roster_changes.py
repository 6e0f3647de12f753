"""What changes between two lists of agents, told before anything is looked up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from acgr._provider import known
from acgr_connect.arns import Arn, is_arn
from acgr_connect.records import last_part
from acgr_connect.spelling import is_uuid

HANDFUL = 5
"""Names that a sentence lists; the others are counted."""

Spellings = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Changes:
    """Who joins and who leaves.

    Attributes:
        added: who joins, by name where one is written, else by label.
        removed: who leaves, likewise.
        total: agents that are declared afterwards.
        open: of those who join, how many are not known yet: each may be one of those who leave.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    total: int
    open: int = 0

    def __str__(self) -> str:
        """How many join and leave, and a handful of names, in one line; "" where nobody does."""
        parts = [f"{verb} {few(names)}" for verb, names in (("add", self.added), ("remove", self.removed)) if names]
        counts = f"+{len(self.added):,} \N{MINUS SIGN}{len(self.removed):,} of {self.total:,}"
        return f"{counts}: {'; '.join(parts)}" if parts else ""


def few(names: Iterable[str]) -> str:
    """A handful of names in order (the engine hands mappings over in none), and how many there are besides."""
    listed = sorted(names)
    more = len(listed) - HANDFUL
    return ", ".join(listed[:HANDFUL]) + (f" and {more:,} more" if more > 0 else "")


def bare(user: str) -> str:
    """A user's id where an ARN is written, else what is written."""
    return last_part(user) if is_arn(user) else user


def shown(label: str, user: Any) -> str:
    """How a sentence names an agent: by the name that is written, else by the label."""
    return user if isinstance(user, str) and not is_uuid(bare(user)) else label


def as_written(users: Mapping[str, Any]) -> Spellings:
    """By label, the one way in which each agent is written."""
    return {label: frozenset({bare(user)}) for label, user in users.items() if known(user)}


def as_recorded(users: Mapping[str, Any], members: Mapping[str, Arn]) -> Spellings:
    """By label, every way to write the agents that are on the group."""
    return {label: frozenset({arn.id, bare(users.get(label, arn.id))}) for label, arn in members.items()}


def between(before: Spellings, after: Mapping[str, Any], written: Mapping[str, Any]) -> Changes:
    """Who surely joins and leaves.

    Args:
        before: by label, the ways to write those who are there.
        after: by label, those who are declared.
        written: by label, those who were declared before.
    """
    kept = {bare(user) for user in after.values() if known(user)}
    there = frozenset().union(*before.values())
    removed = [label for label, ways in before.items() if not ways & kept and not _may_be(ways, after, label)]
    added = [label for label in after if not _is_there(label, after[label], before, there)]
    return Changes(
        tuple(shown(label, after[label]) for label in added),
        tuple(shown(label, written.get(label, label)) for label in removed),
        len(after),
        sum(not known(after[label]) for label in added),
    )


def _is_there(label: str, user: Any, before: Spellings, there: frozenset[str]) -> bool:
    if known(user) and bare(user) in there:
        return True
    return label in before and _may_be(before[label], {label: user}, label)


def _may_be(ways: frozenset[str], after: Mapping[str, Any], label: str) -> bool:
    """Whether what stands under a label may be the same user: not known yet, or written as none of the ways is."""
    if label not in after:
        return False
    user = after[label]
    return not known(user) or is_uuid(bare(user)) not in {is_uuid(way) for way in ways}
