"""What changes between two lists of agents, known before anything is looked up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acgr.agents.memberships import bare
from acgr.runtime.inputs import known
from acgr_connect.agents.roster_plan import few
from acgr_connect.model.arns import Arn
from acgr_connect.model.identifiers import is_uuid

WaysToWrite = Mapping[str, frozenset[str]]
"""By label, every way to write one agent."""


@dataclass(frozen=True)
class Changes:
    """Who joins and who leaves.

    Attributes:
        added: who joins, by name where one is written, else by label.
        removed: who leaves, likewise.
        total: agents that are declared afterwards.
        open: of those who join, how many are not known yet: each may be one of those who leave.
        leaving: the labels of those who leave.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    total: int
    open: int = 0
    leaving: tuple[str, ...] = ()

    def __str__(self) -> str:
        """How many join and leave, and a handful of names, in one line; "" where nobody does."""
        parts = [f"{verb} {few(names)}" for verb, names in (("add", self.added), ("remove", self.removed)) if names]
        counts = f"+{len(self.added):,} \N{MINUS SIGN}{len(self.removed):,} of {self.total:,}"
        return f"{counts}: {'; '.join(parts)}" if parts else ""


def shown(label: str, user: Any) -> str:
    """How a sentence names an agent: by the name that is written, else by the label."""
    return user if isinstance(user, str) and not is_uuid(bare(user)) else label


def as_written(users: Mapping[str, Any]) -> WaysToWrite:
    """By label, the one way in which each agent is written."""
    return {label: frozenset({bare(user)}) for label, user in users.items() if known(user)}


def as_recorded(users: Mapping[str, Any], members: Mapping[str, Arn]) -> WaysToWrite:
    """By label, every way to write the agents that are on the group."""
    return {label: frozenset({arn.id, bare(users.get(label, arn.id))}) for label, arn in members.items()}


def between(before: WaysToWrite, after: Mapping[str, Any], written: Mapping[str, Any]) -> Changes:
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
        tuple(removed),
    )


def _is_there(label: str, user: Any, before: WaysToWrite, there: frozenset[str]) -> bool:
    if known(user) and bare(user) in there:
        return True
    return label in before and _may_be(before[label], {label: user}, label)


def _may_be(ways: frozenset[str], after: Mapping[str, Any], label: str) -> bool:
    """Whether what stands under a label may be the same user: not known yet, or written as none of the ways is."""
    if label not in after:
        return False
    user = after[label]
    return not known(user) or is_uuid(bare(user)) not in {is_uuid(way) for way in ways}
