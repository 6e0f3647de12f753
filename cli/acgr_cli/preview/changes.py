"""What a preview changes for one number, as its callers see it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Effect(Enum):
    """What callers of a number notice, the worst first."""

    DARK = "no-flow"
    RESTORED = "restored"
    GAP = "gap"
    MAYBE_GAP = "gap-if-elsewhere"
    FAILS = "fails"
    OTHER_FLOW = "other-flow"
    UNMANAGED = "unmanaged"
    NONE = "nothing"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Effect).index(self)


@dataclass(frozen=True)
class Answer:
    """What answers: a flow by name, or None: nothing does, though callers get there unless `is_reachable` is false."""

    flow: str | None
    is_reachable: bool = True


NO_FLOW = Answer(None)
NOT_REACHABLE = Answer(None, is_reachable=False)


@dataclass(frozen=True)
class FlowChange:
    """What answers in a Region before and after; None where that is not known. The Region "" is each of them."""

    region: str
    before: Answer | None
    after: Answer | None

    @property
    def is_change(self) -> bool:
        """Whether something else is known to answer afterwards."""
        return self.before is not None and self.before != self.after


@dataclass(frozen=True)
class NumberChange:
    """One number.

    Attributes:
        number: in E.164 or, where that is not known or secret, what the program calls it.
        key: equal for changes of the same number.
        resources: what the program calls the resources: of a hand-over the old one, then the new one.
        urns: theirs.
        effect: what callers notice.
        start: where it is before; None where that is not known.
        end: where it is afterwards; None where that is not known.
        stays: whether it is known to be where it was.
        flows: what answers, by Region, the source first.
        says: what callers notice, in sentences whose subject is the number.
        is_placement: whether the resource places the number; else it declares a flow only.
        is_dropped: whether nothing in the preview declares it afterwards.
        to_instance: whether it goes from a group to an instance, where one Region alone answers.
        dark_now: Regions in which it is known to have no flow now.
        seconds: for how many of them callers are expected to reach nothing; None where it is not told.
    """

    number: str
    key: str
    resources: tuple[str, ...]
    urns: tuple[str, ...]
    effect: Effect
    start: str | None
    end: str | None
    stays: bool
    flows: tuple[FlowChange, ...]
    says: tuple[str, ...]
    is_placement: bool = True
    is_dropped: bool = False
    to_instance: bool = False
    dark_now: tuple[str, ...] = ()
    seconds: int | None = None


def as_one(flows: Sequence[FlowChange]) -> tuple[FlowChange, ...]:
    """One entry for all Regions, where the same is true of several."""
    if len(flows) > 1 and len({(one.before, one.after) for one in flows}) == 1:
        return (replace(flows[0], region=""),)
    return tuple(flows)
