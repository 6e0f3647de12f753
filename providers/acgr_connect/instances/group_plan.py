"""What is to be done about a declared traffic distribution group. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from acgr_connect.model.arns import Arn
from acgr_connect.model.identifiers import DEFAULT_GROUP
from acgr_connect.model.records import Group

MOST_GROUPS = 8
"""Traffic distribution groups of an instance: a quota that AWS does not raise (guide, "feature-limits")."""

Step = Literal["create", "adopt", "wait-until-gone", "delete-what-failed"]


@dataclass(frozen=True)
class DesiredGroup:
    """What is declared of a group.

    Attributes:
        instance: the source instance.
        name: its name; "default" is the group that Connect makes when it replicates the instance.
        description: None: it is left as it is.
        tags: those that are declared; others are left alone.
    """

    instance: Arn
    name: str
    description: str | None
    tags: Mapping[str, str]

    @property
    def is_default(self) -> bool:
        """Whether the default group is meant: Connect makes that one, and nobody else can."""
        return self.name == DEFAULT_GROUP


@dataclass(frozen=True)
class TagChanges:
    """Which tags are set, and which are removed."""

    set: Mapping[str, str]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.set or self.removed)


def declared_among(desired: DesiredGroup, groups: Iterable[Group]) -> Group | None:
    """The group of the instance that has the declared name, which only one can have; None: it is to be made."""
    own = (group for group in groups if group.instance.id == desired.instance.id)
    return next((group for group in own if is_declared(desired, group)), None)


def is_declared(desired: DesiredGroup, group: Group) -> bool:
    """Whether a group of the instance is the one that is declared."""
    return group.is_default if desired.is_default else group.name == desired.name


def next_step(there: Group | None) -> Step:
    """What comes first, where there is such a group already, or none.

    One whose creation failed takes neither numbers nor agents, and keeps its name from any other: it goes.
    """
    if there is None:
        return "create"
    if there.status == "PENDING_DELETION":
        return "wait-until-gone"
    return "delete-what-failed" if there.status == "CREATION_FAILED" else "adopt"


def tag_changes(before: Iterable[str], declared: Mapping[str, str], there: Mapping[str, str]) -> TagChanges:
    """From the tags that were declared, are declared, and are there: what nobody here has declared is left alone."""
    wrong = {key: value for key, value in declared.items() if there.get(key) != value}
    return TagChanges(wrong, tuple(sorted(key for key in set(before) - declared.keys() if key in there)))


def unchangeable(description: str | None, there: Group) -> tuple[str, str] | None:
    """Why a declared description cannot be had, and what to do; None where it is as declared, or none is."""
    if description is None or description == there.description:
        return None
    has = f"its description is {there.description!r}" if there.description else "it has no description"
    cause = (
        f"{has}, and Connect has no operation that changes it; a second group called {there.name!r}, "
        "with another description, would be refused as long as this one is there"
    )
    remedy = f"declare {there.description!r}" if there.description else "leave the description out"
    return cause, f"{remedy}, or give the group another name, which makes another group"
