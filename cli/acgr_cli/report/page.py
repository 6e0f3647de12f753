"""The report as one HTML file: what it says, as sections of rows; the template beside this file says how it looks.

Jinja escapes whatever comes from Connect. Nothing is loaded from anywhere, and there is no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from acgr_connect.model.clock import utc
from acgr_connect.model.records import Flow, Number
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.survey.records import GroupView, RegionView, Survey

from .answering import NO_FLOW, NOT_KNOWN, Target, answer_of, dark_numbers, targets
from .history import Darkness
from .picture import NARROW, WIDE, picture


@dataclass(frozen=True)
class Cell:
    """One cell. `kind`: "" as it is, "code", "number", "none", or a chip: "good", "warn", "bad"; `wide` on phones."""

    text: str
    kind: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Row:
    """One row; `kind` "bad" is red."""

    cells: Sequence[Cell]
    kind: str = ""


@dataclass(frozen=True)
class NameList:
    """A list that is folded away."""

    title: str
    names: Sequence[str]


@dataclass(frozen=True)
class Section:
    """One section: a sentence, a table, lists that are folded away."""

    id: str
    title: str
    note: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    lists: Sequence[NameList] = ()


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: "error", "warning" or "info"; what, where, and what to do."""

    severity: str
    code: str
    what: str
    where: str
    remedy: str


@dataclass(frozen=True)
class Past:
    """What was, as far as it is known.

    Attributes:
        darknesses: of the logs that were given.
        owed: what the journal of this machine says is not seen to answer yet.
        is_asked: whether a log was given at all.
    """

    darknesses: Sequence[Darkness] = ()
    owed: Sequence[Obligation] = ()
    is_asked: bool = False


def page(survey: Survey, findings: Sequence[Finding], past: Past, version: str) -> str:
    """The file.

    Args:
        survey: what was read.
        findings: what is not as it should be.
        past: what was.
        version: of this package.
    """
    environment = Environment(
        loader=PackageLoader("acgr_cli", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = targets(survey)
    sections = [
        _findings(findings),
        _groups(survey, found),
        _numbers(survey),
        *_agents(survey),
        _flows(survey),
        _history(survey, past),
        *_unread(survey),
    ]
    regions = [(region, _role(survey, region)) for region in survey.pair.regions]
    return environment.get_template("report/page.html.jinja").render(
        alias=survey.pair.alias,
        facts=_facts(survey),
        verdicts=[{"kind": kind, "text": text} for kind, text in _verdicts(survey, findings)],
        # Built as elements, whose text is escaped.
        pictures=[Markup(picture(found, regions, layout)) for layout in (WIDE, NARROW)],
        regions=survey.pair.regions,
        contents=sections,
        footer=f"Written by acgr {version} from what Amazon Connect answered on {utc(survey.at)}. Nothing was changed.",
    )


def _role(survey: Survey, region: str) -> str:
    shown = survey.pair.shown.get(region)
    alias = f"{shown.alias}, " if shown and shown.alias and shown.alias != survey.pair.alias else ""
    return f"{alias}{'source' if region == survey.pair.source.region else 'replica'}"


def _facts(survey: Survey) -> str:
    numbers = "numbers not known" if survey.numbers is None else _counted(len(survey.numbers), "number")
    users = next((view.users for view in survey.regions if view.users is not None), None)
    people = "users not known" if users is None else _counted(len(users), "user")
    where = " and ".join(survey.pair.regions)
    return f"Account {survey.pair.source.account}, {where}: {numbers}, {people}. As of {utc(survey.at)}."


def _verdicts(survey: Survey, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    dark = sorted({number.e164 for number, _ in dark_numbers(survey)})
    if dark:
        named = ", ".join(dark[:5]) + (f" and {len(dark) - 5} more" if len(dark) > 5 else "")
        yield "bad", f"{_counted(len(dark), 'number')} dark: callers of {named} reach nothing in a Region."
    elif not survey.unread and survey.numbers is not None:
        yield "", "No number is dark: each has a flow in every Region in which it is reachable."
    errors = sum(1 for one in findings if one.severity == "error")
    if errors:
        yield "bad", f"{_counted(errors, 'error')} found: a failover would not work as it should."
    if survey.unread:
        regions = sorted({one.region for one in survey.unread})
        yield "warn", f"Not everything could be read in {' and '.join(regions)}: see what is not known, below."


def _findings(findings: Sequence[Finding]) -> Section:
    kinds = {"error": "bad", "warning": "warn"}
    rows = [
        Row(
            [
                Cell(one.severity, kinds.get(one.severity, "")),
                Cell(one.code, "code"),
                Cell(one.what, wide=True),
                Cell(one.where),
                Cell(one.remedy, wide=True),
            ]
        )
        for one in findings
    ]
    note = "" if rows else "Nothing was found that would keep a failover from working."
    return Section("findings", "Findings", note, ("Severity", "Code", "What", "Where", "What to do"), rows)


def _groups(survey: Survey, found: Sequence[Target]) -> Section:
    rows = [_group(target, target.group) for target in found if target.group]
    regions = survey.pair.regions
    columns = (
        "Group",
        "Status",
        *(f"Calls to {region}" for region in regions),
        "Agents work in",
        "Sign-in",
        "Numbers",
        "Agents",
    )
    note = "They could not be read." if survey.groups is None else ("" if rows else "There are none.")
    return Section("groups", "Traffic distribution groups", note, columns, rows)


def _group(target: Target, one: GroupView) -> Row:
    spread = one.distribution
    status = one.group.status
    shares = [
        Cell("not known", "none") if there.share is None else Cell(f"{there.share} %") for there in target.regions
    ]
    agents = {region: share for region, share in (spread.agents if spread else {}).items() if share}
    sign_in = [region for region, enabled in (spread.sign_in if spread else {}).items() if enabled]
    decided = f"{', '.join(sign_in) or 'nowhere'}" if spread and spread.sign_in else "by the default group"
    return Row(
        [
            Cell(one.group.name + (" (default)" if one.group.is_default else "")),
            Cell(status, "good" if status == "ACTIVE" else "warn"),
            *shares,
            Cell(", ".join(f"{region} {share} %" for region, share in agents.items()) or "not known"),
            Cell(decided if spread else "not known"),
            Cell(f"{target.numbers:,}", "number"),
            Cell("not known" if target.agents is None else f"{target.agents:,}", "number"),
        ]
    )


def _numbers(survey: Survey) -> Section:
    regions = survey.pair.regions
    rows = [_number(survey, number) for number in survey.numbers or ()]
    note = "They could not be read." if survey.numbers is None else ("" if rows else "There are none.")
    columns = ("Number", "Is on", "Status", *(f"Flow in {region}" for region in regions), "Description")
    return Section("numbers", "Phone numbers", note, columns, rows)


def _number(survey: Survey, number: Number) -> Row:
    answers = [_answer(survey, number, region) for region in survey.pair.regions]
    on = survey.name_of(number.target)
    where = on if number.target.kind == "traffic-distribution-group" else f"instance {on} ({number.target.region})"
    status = (
        Cell(number.status, "good" if number.status == "CLAIMED" else "bad")
        if number.status
        else Cell("not asked", "none")
    )
    is_dark = any(cell.text == NO_FLOW for cell in answers)
    cells = [Cell(number.e164, "number"), Cell(where), status, *answers, Cell(number.description, wide=True)]
    return Row(cells, "bad" if is_dark else "")


def _answer(survey: Survey, number: Number, region: str) -> Cell:
    if region not in survey.reach_of(number):
        return Cell("not reachable", "none")
    text = answer_of(survey, number, region)
    return Cell(text, {NO_FLOW: "bad", NOT_KNOWN: "none"}.get(text, ""))


def _agents(survey: Survey) -> Iterator[Section]:
    if survey.groups is None:
        return
    lists, on_any = [], set[str]()
    for one in survey.groups:
        on_any |= one.members or set()
        names = sorted(survey.username_of(user) or user for user in one.members or ())
        if names:
            lists.append(NameList(f"{one.group.name}: {_counted(len(names), 'agent')}", names))
    everybody = {user.arn.id: user.username for view in survey.regions for user in (view.users or {}).values()}
    without = sorted(name for user, name in everybody.items() if user not in on_any)
    if without and all(one.members is not None for one in survey.groups):
        lists.append(NameList(f"On no group: {_counted(len(without), 'user')}", without))
    note = "Who is on a group can take its calls in both Regions; who is on none, in the source Region only."
    yield Section("agents", "Agents", note, lists=lists)


def _flows(survey: Survey) -> Section:
    answering = {region.region: _counts(region, survey.numbers or ()) for region in survey.regions}
    flows = {flow.arn.id: flow for view in survey.regions for flow in (view.flows or {}).values()}
    used = {id_ for counts in answering.values() for id_ in counts}
    rows = [
        Row(
            [
                Cell(flow.name),
                *(_flow_in(view, flow, answering[view.region].get(flow.arn.id, 0)) for view in survey.regions),
                Cell(flow.arn.id, "code", wide=True),
            ]
        )
        for flow in sorted(flows.values(), key=lambda flow: (flow.name, flow.arn.id))
        if flow.arn.id in used
    ]
    rest = sorted(flow.name for id_, flow in flows.items() if id_ not in used and flow.type == "CONTACT_FLOW")
    lists = [NameList(f"Inbound flows that answer no number: {len(rest)}", rest)] if rest else []
    columns = ("Flow", *survey.pair.regions, "Id")
    return Section("flows", "Flows that answer numbers", "" if rows else "There are none.", columns, rows, lists)


def _counts(view: RegionView, numbers: Iterable[Number]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for number in numbers:
        if flow := (view.associations or {}).get(number.arn.id):
            counts[flow.id] = counts.get(flow.id, 0) + 1
    return counts


def _flow_in(view: RegionView, flow: Flow, count: int) -> Cell:
    if view.flows is None:
        return Cell("not known", "none")
    there = view.flows.get(flow.arn.id)
    if there is None:
        return Cell("is not there", "bad" if count else "none")
    if there.state != "ACTIVE" or there.status != "PUBLISHED":
        return Cell(f"{there.state}, {there.status}", "bad" if count else "warn")
    return Cell(f"answers {_counted(count, 'number')}" if count else "answers none", "" if count else "none")


def _history(survey: Survey, past: Past) -> Section:
    rows = [
        Row(
            [
                Cell(one.e164, "number"),
                Cell(utc(one.since)),
                Cell("not seen to answer", "warn"),
                Cell(survey.name_of(one.destination)),
                Cell("the next run restores it first", wide=True),
            ]
        )
        for one in past.owed
    ]
    names = {one.group.arn.id: one.group.name for one in survey.groups or ()}
    rows += [
        Row(
            [
                Cell(one.number, "number"),
                Cell(one.began),
                Cell("not known", "none") if one.seconds is None else Cell(f"{one.seconds:,.1f} s", "number"),
                Cell(names.get(one.target, one.target)),
                Cell(one.said, wide=True),
            ]
        )
        for one in past.darknesses
    ]
    if past.is_asked:
        note = "" if rows else "The logs know of none."
    else:
        note = "Connect keeps no record. Give the logs of runs with --log, and the moves in them stand here."
    columns = ("Number", "Dark since", "For", "It went to", "What came of it")
    return Section("history", "Dark times", note, columns, rows)


def _unread(survey: Survey) -> Iterator[Section]:
    if survey.unread:
        rows = [
            Row([Cell(one.what), Cell(one.region), Cell(one.action, "code"), Cell(one.text, wide=True)])
            for one in survey.unread
        ]
        yield Section("unread", "What is not known", "", ("What", "Region", "Action", "Why"), rows)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
