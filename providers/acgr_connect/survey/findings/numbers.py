"""Findings about phone numbers: whether callers reach something, in either Region. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from acgr_connect.model.arns import Arn
from acgr_connect.model.records import ANSWERS_NUMBERS, Flow, Number
from acgr_connect.numbers.dark import associate_command, move_command
from acgr_connect.survey.records import Survey

from . import kinds
from .finding import Finding


def numbers(survey: Survey) -> Iterator[Finding]:
    """Each number: CLAIMED, on a group, and answered wherever callers reach it."""
    for number in survey.numbers or ():
        yield from _status(survey, number)
        if number.target.kind == "instance":
            yield _on_instance(survey, number)
        if number.status == "IN_PROGRESS":
            continue  # it is dark for a reason, and not for long
        for region in survey.reach_of(number):
            if survey.is_dark(number, region):
                yield _dark(survey, number, region)


def is_usable(flow: Flow) -> bool:
    """Whether a flow answers calls, as far as its list tells."""
    return flow.state == "ACTIVE" and flow.status == "PUBLISHED" and flow.type == ANSWERS_NUMBERS


def flow_for(survey: Survey, number: Number, region: str) -> Arn | None:
    """The flow that a number that is dark in a Region should have there: the one that answers it in the other Region.

    By its id, or by its name where a Region has another id for it. None: nobody knows.
    """
    view = survey.view(region)
    elsewhere = [survey.flow_of(number, other) for other in survey.pair.regions if other != region]
    for flow in elsewhere:
        if view is None or not isinstance(flow, Flow) or view.flows is None:
            continue
        same = view.flows.get(flow.arn.id)
        if same is not None and is_usable(same):
            return same.arn
        named = [one for one in view.flows.values() if one.name == flow.name and is_usable(one)]
        if len(named) == 1:
            return named[0].arn
    return None


def dark_command(survey: Survey, number: Number, region: str) -> str:
    """The line of the AWS CLI that gives a number a flow in a Region."""
    flow = flow_for(survey, number, region)
    line = associate_command(region, number.arn, survey.pair.source.in_region(region), flow)
    return f"{move_command(number.arn, number.target)} && {line}" if number.status == "FAILED" else line


def _dark(survey: Survey, number: Number, region: str) -> Finding:
    flow = flow_for(survey, number, region)
    known = f"give it {_name(survey, flow)}, which answers in the other Region" if flow else "give it a flow"
    first = "move it once more, wait until it is CLAIMED, and " if number.status == "FAILED" else ""
    option = "" if flow else " --flow NAME"
    return Finding(
        kinds.DARK,
        f"{number.e164} has no flow in {region}: callers who are sent there reach nothing",
        number.e164,
        f"{first}{known}; `acgr verify --restore{option}` does it",
        region,
        str(number.arn),
        dark_command(survey, number, region),
        {"target": str(number.target), "status": number.status, "flow": str(flow) if flow else None},
    )


def _name(survey: Survey, flow: Arn) -> str:
    view = survey.view(flow.region)
    known = (view.flows or {}).get(flow.id) if view else None
    return known.name if known else str(flow)


def _status(survey: Survey, number: Number) -> Iterator[Finding]:
    """What `DescribePhoneNumber` says; "" where it was not asked or did not answer."""
    if number.status in {"", "CLAIMED"}:
        return
    where = survey.name_of(number.target)
    said = f": {number.message.rstrip('.')}" if number.message else ""
    is_moving = number.status == "IN_PROGRESS"
    yield Finding(
        kinds.NUMBER_MOVING if is_moving else kinds.NUMBER_FAILED,
        f"{number.e164} on {where} is {number.status}{said}",
        number.e164,
        "look again when it is CLAIMED: until then it may be dark"
        if is_moving
        else "move it once more to where it is, so that it is CLAIMED and takes a flow",
        number.arn.region,
        str(number.arn),
        "" if is_moving else move_command(number.arn, number.target),
        {"status": number.status, "message": number.message, "target": str(number.target)},
    )


def _on_instance(survey: Survey, number: Number) -> Finding:
    group = next((view.group for view in survey.groups or () if view.group.is_default), None)
    onto = f"place it on a group, such as {group.name}, together with its flow" if group else "place it on a group"
    return Finding(
        kinds.ON_INSTANCE,
        f"{number.e164} is on instance {survey.name_of(number.target)}: it answers in {number.target.region} alone",
        number.e164,
        f"{onto} (`PhoneNumberPlacement`); if it is meant so, pass it over with --ignore ACGR204=NUMBER",
        number.target.region,
        str(number.arn),
        facts={"target": str(number.target)},
    )


def on_groups(survey: Survey) -> Iterator[Finding]:
    """Numbers on a group that is not there any more, or is about to go."""
    if survey.groups is None:
        return
    for number in survey.numbers or ():
        if number.target.kind != "traffic-distribution-group" or number.status == "IN_PROGRESS":
            continue
        view = survey.group(number.target)
        if view is None:
            yield Finding(
                kinds.ABANDONED,
                f"{number.e164} is on group {number.target.id}, which the pair does not have",
                number.e164,
                "place it on another group",
                number.arn.region,
                str(number.arn),
                facts={"target": str(number.target)},
            )
