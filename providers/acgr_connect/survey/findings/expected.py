"""Findings about what a stack says it manages, against what there is. Pure: who reads a stack's state is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from acgr_connect.model.arns import Arn
from acgr_connect.model.records import Number
from acgr_connect.survey.records import Survey

from . import kinds
from .finding import Finding, counted, listed

RUN = "run `pulumi up`, or `pulumi refresh` if what is there is right"


@dataclass(frozen=True)
class ExpectedNumber:
    """A number that a resource manages.

    Attributes:
        resource: what the program calls the resource.
        number: the number's ARN.
        placed_on: the group or instance on which the resource put it; None: it does not say.
        flows: Region to the flow that the resource gave it there.
        label: how the number is called: its E.164 or, where that is secret, the resource's name.
    """

    resource: str
    number: Arn
    placed_on: Arn | None = None
    flows: Mapping[str, Arn] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class ExpectedMember:
    """An agent whom a resource keeps on a group. `label` is how the program calls him."""

    resource: str
    group: Arn
    user: Arn
    label: str


@dataclass(frozen=True)
class Expected:
    """What a stack says."""

    numbers: tuple[ExpectedNumber, ...] = ()
    members: tuple[ExpectedMember, ...] = ()


def against(survey: Survey, expected: Expected) -> list[Finding]:
    """What is not as the stack says, the worst first."""
    found = [*_numbers(survey, expected), *_members(survey, expected), *_not_declared(survey, expected)]
    return sorted(found, key=lambda one: one.place)


def _numbers(survey: Survey, expected: Expected) -> Iterator[Finding]:
    if survey.numbers is None:
        return
    there = {number.arn.id: number for number in survey.numbers}
    for one in expected.numbers:
        number = there.get(one.number.id)
        if number is None:
            text = f"{one.label}, which {one.resource} manages, is on no group and no instance of {survey.pair.alias}"
            remedy = "look whether it was released, or is on another instance; then run `pulumi refresh`"
            yield Finding(kinds.NOT_THERE, text, one.label, remedy, one.number.region, str(one.number))
        else:
            yield from _placed(survey, one, number)


def _placed(survey: Survey, one: ExpectedNumber, number: Number) -> Iterator[Finding]:
    arn, region = str(number.arn), number.arn.region
    if one.placed_on is not None and number.target != one.placed_on:
        here, there = survey.name_of(number.target), survey.name_of(one.placed_on)
        text = f"{one.label} is on {here}; {one.resource} put it on {there}"
        facts = {"is_on": str(number.target), "placed_on": str(one.placed_on)}
        yield Finding(kinds.ELSEWHERE, text, one.label, RUN, region, arn, facts=facts)
    for where, flow in sorted(one.flows.items()):
        view = survey.view(where)
        found = (view.associations or {}).get(number.arn.id) if view else None
        if found is None or found.id == flow.id:
            continue  # a dark number is told of as one
        text = f"{one.label} has flow {_name(survey, found)} in {where}; {one.resource} gave it {_name(survey, flow)}"
        facts = {"flow": str(found), "placed_flow": str(flow)}
        yield Finding(kinds.FLOW_CHANGED, text, one.label, RUN, where, arn, facts=facts)


def _name(survey: Survey, flow: Arn) -> str:
    view = survey.view(flow.region)
    known = (view.flows or {}).get(flow.id) if view else None
    return known.name if known else flow.id


def _members(survey: Survey, expected: Expected) -> Iterator[Finding]:
    for one in expected.members:
        view = survey.group(one.group)
        if survey.groups is not None and view is None:
            text = (
                f"{one.label} is to be on group {one.group.id}, as {one.resource} says, and the pair has no such group"
            )
            remedy = "run `pulumi refresh`; name the instance of the stack with --instance"
            yield Finding(kinds.NOT_THERE, text, one.label, remedy, one.group.region, str(one.group))
        elif view is not None and view.members is not None and one.user.id not in view.members:
            text = f"{one.label} is not on group {view.group.name}, as {one.resource} says"
            yield Finding(kinds.NOT_A_MEMBER, text, one.label, RUN, one.group.region, str(one.user))


def _not_declared(survey: Survey, expected: Expected) -> Iterator[Finding]:
    known = {one.number.id for one in expected.numbers}
    others = [number.e164 for number in survey.numbers or () if number.arn.id not in known]
    if others:
        text = f"{counted(len(others), 'number')} of {survey.pair.alias} not managed by the stack: {listed(others)}"
        name = others[0] if len(others) == 1 else counted(len(others), "number")
        yield Finding(kinds.NOT_DECLARED, text, name, "nothing, if it is meant so", facts={"numbers": others})
