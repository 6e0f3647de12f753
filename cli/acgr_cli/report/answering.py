"""What answers the numbers of each group and instance, in each Region. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from acgr_connect.model.arns import Arn
from acgr_connect.model.records import Flow, Number
from acgr_connect.survey.records import GroupView, Survey

NO_FLOW = "no flow"
"""What answers a number that is dark."""

NOT_KNOWN = "not known"
"""What answers where that could not be read."""


@dataclass(frozen=True)
class There:
    """What happens in one Region to the calls of a group or instance.

    Attributes:
        region: the Region.
        share: the percentage of calls that it takes; None: not known.
        flows: each flow that answers there, to how many numbers have it, the busiest first.
        dark: how many numbers have none.
        unknown: of how many it is not known.
    """

    region: str
    share: int | None
    flows: tuple[tuple[str, int], ...]
    dark: int
    unknown: int


@dataclass(frozen=True)
class Target:
    """A group, or an instance with numbers of its own.

    Attributes:
        arn: its ARN.
        name: as people call it.
        group: the group; None for an instance.
        numbers: how many numbers it has.
        agents: how many agents; None: not known, or an instance, which has no such list.
        regions: what happens in each Region where it is reachable.
    """

    arn: Arn
    name: str
    group: GroupView | None
    numbers: int
    agents: int | None
    regions: tuple[There, ...]


def targets(survey: Survey) -> list[Target]:
    """The groups of the pair, and the instances that have numbers of their own."""
    found = [_group(survey, one) for one in survey.groups or ()]
    for instance in survey.pair.instances:
        numbers = list(survey.numbers_on(instance))
        if numbers:
            there = _there(survey, numbers, instance.region, 100)
            name = f"instance {survey.name_of(instance)}"
            found.append(Target(instance, name, None, len(numbers), None, (there,)))
    return found


def _group(survey: Survey, one: GroupView) -> Target:
    numbers = list(survey.numbers_on(one.group.arn))
    telephony = one.distribution.telephony if one.distribution else {}
    regions = tuple(_there(survey, numbers, region, telephony.get(region)) for region in survey.pair.regions)
    agents = None if one.members is None else len(one.members)
    return Target(one.group.arn, one.group.name, one, len(numbers), agents, regions)


def _there(survey: Survey, numbers: list[Number], region: str, share: int | None) -> There:
    names = Counter(answer_of(survey, number, region) for number in numbers)
    dark, unknown = names.pop(NO_FLOW, 0), names.pop(NOT_KNOWN, 0)
    return There(region, share, tuple(sorted(names.items(), key=lambda row: (-row[1], row[0]))), dark, unknown)


def answer_of(survey: Survey, number: Number, region: str) -> str:
    """The name of the flow that answers a number in a Region where it is reachable, `NO_FLOW` or `NOT_KNOWN`."""
    is_dark = survey.is_dark(number, region)
    if is_dark is None:
        return NOT_KNOWN
    flow = survey.flow_of(number, region)
    if is_dark or flow is None:
        return NO_FLOW
    return flow.name if isinstance(flow, Flow) else f"flow {flow.id}"


def dark_numbers(survey: Survey) -> Iterator[tuple[Number, str]]:
    """Each number with a Region in which it is reachable and has no flow."""
    for number in survey.numbers or ():
        yield from ((number, region) for region in survey.reach_of(number) if survey.is_dark(number, region))
