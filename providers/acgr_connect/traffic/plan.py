"""Which steps lead from how traffic is spread to how it is to be spread. Pure.

The guide ("Update agent distribution ... across AWS Regions") shifts in tens, agents along with calls, and has sign-in
open in both Regions in regular operation. So that every call finds agents who may take it:

- a Region lets agents sign in, and has some, before its first calls come;
- a Region keeps some while the last calls that went there are being taken, and they leave it in a step of their own.

On a night when a Region has failed there is nothing to be gentle with: everything goes in one request a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from acgr_connect.model.records import Distribution, Group

TEN = 10
"""The percentages that Connect takes go in tens."""

HALF = 50
"""Of the agents, so many at the most go ahead of the first calls, and stay after the last ones."""

Kind = Literal["open", "shift", "close"]
"""What a step is for: agents before the first calls, calls and agents, agents after the last calls."""


@dataclass(frozen=True)
class Leg:
    """One group's way: how its traffic is spread, and how it is to be."""

    group: Group
    now: Distribution
    goal: Distribution


@dataclass(frozen=True)
class Change:
    """One request: a group, how its traffic is spread before, and afterwards."""

    group: Group
    was: Distribution
    wanted: Distribution


@dataclass(frozen=True)
class Step:
    """What is changed before anything is waited for or proved.

    Attributes:
        kind: what it is for.
        region: the Region that gains, in which Connect is asked for it.
        changes: one for each group that changes.
    """

    kind: Kind
    region: str
    changes: tuple[Change, ...]


def other_region(shares: Mapping[str, object], region: str) -> str:
    """The Region of the two that is not this one."""
    return next(one for one in shares if one != region)


def drilled(now: Distribution, to: str, percent: int) -> Distribution:
    """How traffic is spread once a Region takes so many percent of the calls, and as many agents.

    A Region that takes more already keeps that, and both Regions let agents sign in as far as they do, and `to` does.
    """
    calls, agents = max(now.telephony[to], percent), max(now.agents[to], percent)
    sign_in = {**now.sign_in, to: True} if now.sign_in else {}
    return Distribution(_shared(now.telephony, to, calls), _shared(now.agents, to, agents), sign_in)


def all_to(to: str, regions: Sequence[str], *, sign_in: bool, both: bool = False) -> Distribution:
    """Everything in one Region.

    Args:
        to: which.
        regions: the two.
        sign_in: whether the group is the default one, which decides where agents may sign in.
        both: whether they may sign in in the other Region too.
    """
    shares = {region: 100 if region == to else 0 for region in regions}
    allowed = {region: both or region == to for region in regions} if sign_in else {}
    return Distribution(shares, dict(shares), allowed)


def gentle(legs: Sequence[Leg], region: str, step: int = TEN) -> list[Step]:
    """The steps in which calls go to a Region little by little, for all groups alike; none: all is as it should be.

    Args:
        legs: each group's way; `region` takes no fewer calls at its end than before.
        region: the one that gains.
        step: percent at once, in tens.
    """
    levels = _levels(legs, region, step)
    ways = [(leg, _way(leg, region, levels)) for leg in legs]
    steps: list[Step] = []
    reached = {leg.group.arn: leg.now for leg in legs}
    for place, kind in enumerate(["open", *["shift"] * len(levels), "close"]):
        changes: list[Change] = []
        for leg, way in ways:
            was, wanted = reached[leg.group.arn], way[place]
            if wanted != was:
                changes.append(Change(leg.group, was, wanted))
                reached[leg.group.arn] = wanted
        if changes:
            steps.append(Step(kind, region, tuple(changes)))  # type: ignore[arg-type]  # the list has these kinds only
    return steps


def at_once(legs: Sequence[Leg], region: str) -> list[Step]:
    """One step: each group that is not as it should be, the default one first, since it lets agents sign in."""
    ordered = sorted(legs, key=lambda leg: not leg.group.is_default)
    changes = tuple(Change(leg.group, leg.now, leg.goal) for leg in ordered if leg.now != leg.goal)
    return [Step("shift", region, changes)] if changes else []


def _levels(legs: Sequence[Leg], region: str, step: int) -> list[int]:
    """The percentages of calls that are reached one after the other."""
    moving = [leg for leg in legs if leg.goal.telephony[region] > leg.now.telephony[region]]
    if not moving:
        return []
    first = min(leg.now.telephony[region] for leg in moving)
    last = max(leg.goal.telephony[region] for leg in moving)
    return [*range(first + step, last, step), last]


def _way(leg: Leg, region: str, levels: Sequence[int]) -> list[Distribution]:
    """What a group's traffic is at each place of the way: opened, each level, closed."""
    now, goal = leg.now, leg.goal
    calls, agents, sign_in = now.telephony[region], now.agents[region], _open(now, goal)

    def reached() -> Distribution:
        return Distribution(_shared(now.telephony, region, calls), _shared(now.agents, region, agents), sign_in)

    ahead = [min(level, goal.telephony[region]) for level in levels if level > calls]
    if goal.telephony[region] <= calls:
        agents = max(agents, goal.agents[region])
        return [*[reached()] * (len(levels) + 1), goal]
    last = goal.telephony[region] - max([one for one in ahead if one < goal.telephony[region]], default=calls)
    # A Region without agents has none to keep.
    most = 100 - min(last, HALF, now.agents[other_region(now.agents, region)])
    agents = max(agents, min(ahead[0], HALF, goal.agents[region]))
    way = [reached()]
    for level in levels:
        if level > calls:
            calls = max(calls, min(level, goal.telephony[region]))
            agents = max(agents, min(calls, goal.agents[region], most))
        way.append(reached())
    return [*way, goal]


def _open(now: Distribution, goal: Distribution) -> dict[str, bool]:
    """Where agents may sign in meanwhile: where they may before, and where they may afterwards."""
    return {region: is_open or goal.sign_in.get(region, False) for region, is_open in now.sign_in.items()}


def _shared(shares: Mapping[str, int], region: str, percent: int) -> dict[str, int]:
    return {one: percent if one == region else 100 - percent for one in shares}
