"""Gives numbers that a survey has found dark their flow. Moves nothing, releases nothing, and takes no flow away.

Which flow is to answer is decided before anybody is asked (`planned`), and said. Then each number is looked at once
more (`restore`): one that has moved, or answers meanwhile, is left alone, and what is told of each is what was seen
afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from acgr_connect import log
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError, ErrorContext
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Flow, Number
from acgr_connect.numbers.flows import await_shown, look_at_flow, set_flow
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.obligation_tags import TAG_KEYS, obligation_of
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.numbers.tag_journal import TagJournal
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.survey.findings.numbers import flow_for, is_usable
from acgr_connect.survey.records import RegionView, Survey
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class Dark:
    """A number that is dark in a Region, and what is to be done.

    Attributes:
        number: as it was surveyed.
        region: where it is dark.
        flow: what is to answer there; None: nobody knows.
        known_by: how that is known: "the journal", "--flow", "the other Region"; "" where it is not.
        why_not: why nothing is done; "" where something is.
    """

    number: Number
    region: str
    flow: Arn | None = None
    known_by: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class Restored:
    """What became of a number that was dark in a Region.

    Attributes:
        dark: what was to be done.
        seen: the flow that was seen to answer afterwards; None: it is dark still.
        why: why it is dark still; "" where it answers.
    """

    dark: Dark
    seen: Arn | None = None
    why: str = ""

    def as_data(self) -> dict[str, str | None]:
        """As plain data, in the form of docs/verify.schema.json."""
        return {
            "number": self.dark.number.e164,
            "arn": str(self.dark.number.arn),
            "region": self.dark.region,
            "flow": str(self.seen) if self.seen else None,
            "known_by": self.dark.known_by or None,
            "why_not": self.why or None,
        }


def planned(
    survey: Survey, owed: Iterable[Obligation], chosen: Mapping[str, Arn], numbers: Iterable[Number]
) -> list[Dark]:
    """Each of these numbers that is dark, in each Region where it is, with the flow that is to answer there.

    Args:
        survey: the pair.
        owed: what earlier runs left in the journal: that goes before everything else.
        chosen: Region to the flow that was chosen by hand: that goes before what answers in the other Region.
        numbers: which.
    """
    entries = {one.number.id: one for one in owed}
    dark = (Dark(number, region) for number in numbers for region in survey.reach_of(number))
    return [
        _planned(survey, one, entries.get(one.number.arn.id), chosen)
        for one in dark
        if survey.is_dark(one.number, one.region)
    ]


def _planned(survey: Survey, dark: Dark, entry: Obligation | None, chosen: Mapping[str, Arn]) -> Dark:
    number, region = dark.number, dark.region
    if number.status not in {"", "CLAIMED"}:
        why = "move it once more first" if number.status == "FAILED" else "it may get its flow when that is over"
        return replace(dark, why_not=f"it is {number.status}: {why}")
    owed = (entry or _in_tags(number)) if entry or set(TAG_KEYS) & set(number.tags) else None
    if owed is not None and (flow := owed.flows_at(number.target, (region,)).get(region)) is not None:
        return _checked(survey, replace(dark, flow=flow, known_by="the journal"))
    if (flow := chosen.get(region)) is not None:
        return replace(dark, flow=flow, known_by="--flow")
    if (flow := flow_for(survey, number, region)) is not None:
        return replace(dark, flow=flow, known_by="the other Region")
    return replace(dark, why_not="nobody knows its flow: say it with --flow")


def _in_tags(number: Number) -> Obligation | None:
    try:
        return obligation_of(number, number.tags)[0]
    except (ValueError, KeyError) as error:
        log.warning("tags unreadable", number=number.e164, error=f"{type(error).__name__}: {error}")
        return None


def _checked(survey: Survey, dark: Dark) -> Dark:
    """A flow that an earlier run has written down may be gone, or be archived."""
    view = survey.view(dark.region)
    if view is None or view.flows is None or dark.flow is None:
        return dark
    flow = view.flows.get(dark.flow.id)
    if flow is None or not is_usable(flow):
        state = "is not there any more" if flow is None else f"{flow.name} is {_state(flow)}"
        return replace(dark, flow=None, known_by="", why_not=f"the flow that it had {state}: say another with --flow")
    return dark


def _state(flow: Flow) -> str:
    return flow.state if flow.state != "ACTIVE" else "not published"


def restore(
    connection: Connection, restorer: Restorer, survey: Survey, todo: Iterable[Dark], operation: Operation
) -> list[Restored]:
    """Give each its flow, the first in the list first. Nothing is raised: what goes wrong stands in the results."""
    done: list[Restored] = []
    given: dict[str, str] = {}  # by number: where somebody else has given it a flow meanwhile
    for dark in todo:
        if dark.flow is None or (where := given.get(dark.number.arn.id)):
            # What one Region has is mirrored to the other: a flow of our own would replace it.
            why = dark.why_not or f"somebody has given it a flow in {where} meanwhile: look again"
            done.append(Restored(dark, why=why))
            continue
        operation.progress(f"{dark.number.e164}: setting its flow in {dark.region}")
        context = ErrorContext(f"giving phone number {dark.number.e164} its flow", dark.region)
        try:
            with context, connection.exclusive(dark.number.arn), connection.darkness(dark.region):
                done.append(_restored(connection, dark, dark.flow, operation))
                if (seen := done[-1].seen) is not None and seen.id != dark.flow.id:
                    given[dark.number.arn.id] = dark.region
        except ConnectError as error:
            done.append(Restored(dark, why=str(error)))
    _erase(connection, restorer, survey, done)
    return done


def _restored(connection: Connection, dark: Dark, flow: Arn, operation: Operation) -> Restored:
    number = dark.number
    # Asked where the flow is set: the other Region may be down, and an ARN is understood in both.
    now = connection.connect(dark.region, Purpose.LOOK).describe_phone_number(str(number.arn))
    if now.target != number.target:
        return Restored(dark, why="somebody has moved it meanwhile: look again")
    if now.status != "CLAIMED":
        return Restored(dark, why=f"it is {now.status} now: look again")
    found = look_at_flow(connection, number.arn, flow.instance, Purpose.RESTORE)
    if found is not None:
        return Restored(dark, found)  # nobody's flow is overwritten
    set_flow(connection, number.arn, flow, event="flow restored")
    seen = await_shown(connection, number.arn, flow, operation)
    why = "" if seen else "Connect has taken the flow, and does not show it yet: look again"
    return Restored(dark, seen, why)


def _erase(connection: Connection, restorer: Restorer, survey: Survey, done: Iterable[Restored]) -> None:
    """What stood in the journal of a number that answers everywhere is not owed any more."""
    results = list(done)
    still = {one.dark.number.arn.id for one in results if one.seen is None}
    for number in {one.dark.number.arn.id: one.dark.number for one in results}.values():
        if number.arn.id in still or any(survey.is_dark(number, r) is None for r in survey.reach_of(number)):
            continue
        restorer.erase(number)
        if set(TAG_KEYS) & set(number.tags) and not connection.settings.journal_in_tags:
            TagJournal(connection, restorer.journal).erase(number.arn)


def seen_after(before: Survey, after: Survey, done: Iterable[Restored]) -> Survey:
    """The first survey with the flows that a second one shows, whose lists may lag behind what was seen."""
    seen = {(one.dark.region, one.dark.number.arn.id): one.seen for one in done if one.seen is not None}

    def merged(view: RegionView, new: RegionView) -> RegionView:
        if new.associations is None:
            return view
        known = {number: flow for (region, number), flow in seen.items() if region == view.region}
        return replace(view, associations={**known, **new.associations})

    replica = before.replica and after.replica and merged(before.replica, after.replica)
    unread = tuple(dict.fromkeys((*before.unread, *after.unread)))
    return replace(before, source=merged(before.source, after.source), replica=replica, unread=unread)
