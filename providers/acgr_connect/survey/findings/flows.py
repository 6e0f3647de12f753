"""Findings about flows: whether they answer, and whether they do the same in both Regions. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from acgr_connect.model.records import ANSWERS_NUMBERS, Flow
from acgr_connect.survey.flow_content import Pin, is_readable, normal_form, pins, references
from acgr_connect.survey.records import RegionView, Survey

from . import kinds
from .finding import Finding, counted, listed

DYNAMIC = "let it ask where it runs: $.AwsRegion in place of the Region, and the same name in both Regions"


@dataclass(frozen=True)
class _Content:
    """A flow or module in one Region, with its content."""

    view: RegionView
    id: str
    noun: str
    name: str
    arn: str
    text: str

    @property
    def region(self) -> str:
        return self.view.region

    @property
    def called(self) -> str:
        return f"{self.noun} {self.name}"


def answering(survey: Survey) -> Iterator[Finding]:
    """The flows that numbers have: there, usable, and the same in both Regions. One finding a flow and Region."""
    for view in survey.regions:
        if view.flows is None or view.associations is None:
            continue
        for flow_id, numbers in sorted(_used(survey, view).items()):
            flow = view.flows.get(flow_id)
            if flow is None:
                yield _unknown(view, flow_id, numbers)
            else:
                yield from _unusable(view, flow, numbers)
    yield from _by_region(survey)


def _used(survey: Survey, view: RegionView) -> dict[str, list[str]]:
    """Flow to the numbers that it answers in a Region."""
    used: dict[str, list[str]] = defaultdict(list)
    for number in survey.numbers or ():
        if (flow := (view.associations or {}).get(number.arn.id)) is not None:
            used[flow.id].append(number.e164)
    return used


def _unknown(view: RegionView, flow_id: str, numbers: list[str]) -> Finding:
    return Finding(
        kinds.FLOW_UNKNOWN,
        f"{listed(numbers)}: the flow {flow_id} is not among the flows of {view.region}, so nothing answers there",
        numbers[0] if len(numbers) == 1 else flow_id,
        "give it a flow that is there, or create that one",
        view.region,
        str(view.instance.inside("contact-flow", flow_id)),
        facts={"numbers": numbers},
    )


def _unusable(view: RegionView, flow: Flow, numbers: list[str]) -> Iterator[Finding]:
    facts = {"numbers": numbers, "state": flow.state, "status": flow.status, "type": flow.type}
    answers = f"it should answer {listed(numbers)}"
    if flow.state != "ACTIVE" or flow.status != "PUBLISHED":
        is_archived = flow.state != "ACTIVE"
        whose = f"--region {view.region} --instance-id {view.instance.id} --contact-flow-id {flow.arn.id}"
        line = f"aws connect update-contact-flow-metadata {whose} --contact-flow-state ACTIVE"
        yield Finding(
            kinds.FLOW_NOT_USABLE,
            f"flow {flow.name} is {flow.state if is_archived else 'not published'} in {view.region}; {answers}",
            flow.name,
            "activate it, or choose another" if is_archived else "publish it, or choose another",
            view.region,
            str(flow.arn),
            line if is_archived else "",
            facts,
        )
    if flow.type != ANSWERS_NUMBERS:
        yield Finding(
            kinds.FLOW_TYPE,
            f"flow {flow.name} is of type {flow.type} in {view.region}, not {ANSWERS_NUMBERS}; {answers}",
            flow.name,
            "choose an inbound flow",
            view.region,
            str(flow.arn),
            facts=facts,
        )


def _by_region(survey: Survey) -> Iterator[Finding]:
    """Numbers that have one flow here and another one there: said, and compared where they have one name."""
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    flows: dict[tuple[str, str], tuple[Flow, Flow]] = {}
    if survey.replica is None:
        return
    for number in survey.numbers or ():
        here, there = (survey.flow_of(number, region) for region in survey.pair.regions)
        if isinstance(here, Flow) and isinstance(there, Flow) and here.arn.id != there.arn.id:
            key = (here.arn.id, there.arn.id)
            pairs[key].append(number.e164)
            flows[key] = here, there
    for key, numbers in sorted(pairs.items()):
        here, there = flows[key]
        texts = [view.contents.get(flow.arn.id) for view, flow in zip(survey.regions, (here, there), strict=True)]
        is_same = len({normal_form(text or "", survey.pair.regions) for text in texts}) == 1
        facts = {"numbers": numbers, "flows": {flow.arn.region: str(flow.arn) for flow in (here, there)}}
        if here.name != there.name:
            regions = survey.pair.regions
            said = f"{listed(numbers)}: flow {here.name} answers in {regions[0]}, flow {there.name} in {regions[1]}"
            remedy = "nothing, if it is meant so: these Regions must not be mirroring flows"
            name = numbers[0] if len(numbers) == 1 else here.name
            yield Finding(kinds.OTHER_FLOW, said, name, remedy, facts=facts)
        elif None not in texts and not is_same:
            said = f"flow {here.name} has another id in each Region, and does not do the same there"
            remedy = "publish the same content in both, if it is not meant so"
            yield Finding(kinds.TWINS_DIFFER, said, here.name, remedy, facts=facts)


def contents(survey: Survey) -> Iterator[Finding]:
    """What flows and modules do: the same in both Regions, with what is of the Region in which they run."""
    everything = [one for view in survey.regions for one in _contents(view)]
    yield from _differing(survey, everything)
    for one in everything:
        if not is_readable(one.text):
            yield Finding(
                kinds.UNREADABLE_FLOW,
                f"the content of {one.called} in {one.region} is not in the Flow language: it cannot be checked",
                one.name,
                "open it in the flow designer and publish it again",
                one.region,
                one.arn,
            )
        yield from _pinned(one)
        yield from _next(one)


def _contents(view: RegionView) -> Iterator[_Content]:
    for flow_id, text in sorted(view.contents.items()):
        known = (view.flows or {}).get(flow_id)
        arn = str(view.instance.inside("contact-flow", flow_id))
        yield _Content(view, flow_id, "flow", known.name if known else flow_id, arn, text)
    for module_id, module in sorted(view.modules.items()):
        if module is not None:
            arn = f"{view.instance}/flow-module/{module_id}"
            yield _Content(view, module_id, "module", module.name or module_id, arn, module.content)


def _differing(survey: Survey, everything: list[_Content]) -> Iterator[Finding]:
    by_id: dict[tuple[str, str], list[_Content]] = defaultdict(list)
    for one in everything:
        by_id[one.noun, one.id].append(one)
    regions = survey.pair.regions
    for same in by_id.values():
        if len(same) == 2 and len({normal_form(one.text, regions) for one in same}) == 2:
            first, second = same
            yield Finding(
                kinds.CONTENT_DIFFERS,
                f"{first.called} does not do the same in {first.region} and {second.region}",
                first.name,
                f"publish it again in {first.region}, so that it is mirrored; if {second.region} is right, there",
                "",
                first.arn,
                facts={"arns": [one.arn for one in same]},
            )


def _pinned(one: _Content) -> Iterator[Finding]:
    found = pins(one.text, one.region, one.view.instance.id)
    foreign, own = ([pin for pin in found if pin.is_own is is_own] for is_own in (False, True))
    if foreign:
        yield Finding(
            kinds.PINS_REGION,
            f"{one.called} uses, in {one.region}, {_said(foreign)}: without that Region, calls fail here too",
            one.name,
            DYNAMIC,
            one.region,
            one.arn,
            facts={"uses": [pin.text for pin in foreign]},
        )
    if own:
        yield Finding(
            kinds.NAMES_REGION,
            f"{one.called} names, in {one.region}, {_said(own)}; the same ids are here too, and whether Connect takes "
            "them is not documented",
            one.name,
            "prove it with `acgr verify --call`, or use an attribute that was set with $.AwsRegion",
            one.region,
            one.arn,
            facts={"names": [pin.text for pin in own]},
        )


def _said(found: list[Pin]) -> str:
    by_kind: dict[tuple[str, str], int] = defaultdict(int)
    for pin in found:
        by_kind[pin.noun, pin.region] += 1
    return listed([f"{_a(count, noun)} of {region}" for (noun, region), count in by_kind.items()])


def _a(count: int, noun: str) -> str:
    if count > 1:
        return counted(count, noun, "addresses" + noun[7:] if noun.startswith("address ") else "")
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _next(one: _Content) -> Iterator[Finding]:
    """What a flow goes to: there, and usable."""
    found = references(one.text)
    bad = dict(_bad_flows(one.view.flows, found.flows))
    bad.update(_bad_modules(one.view, found.modules))
    for named, why in sorted(bad.items()):
        yield Finding(
            kinds.NEXT_FLOW,
            f"{one.called} goes, in {one.region}, to {named}, which {why}: calls end there",
            one.name,
            "publish that one there, or let it go to another",
            one.region,
            one.arn,
            facts={"goes_to": named},
        )


def _bad_flows(flows: Mapping[str, Flow] | None, ids: frozenset[str]) -> Iterator[tuple[str, str]]:
    for id_ in ids if flows is not None else ():
        flow = (flows or {}).get(id_)
        if flow is None:
            yield f"flow {id_}", "is not there"
        elif flow.state != "ACTIVE" or flow.status != "PUBLISHED":
            yield f"flow {flow.name}", f"is {flow.state if flow.state != 'ACTIVE' else 'not published'}"


def _bad_modules(view: RegionView, ids: frozenset[str]) -> Iterator[tuple[str, str]]:
    for id_ in ids & view.modules.keys():
        module = view.modules[id_]
        if module is None:
            yield f"module {id_}", "is not there"
        elif module.state.upper() != "ACTIVE" or module.status.upper() != "PUBLISHED":
            yield f"module {module.name}", f"is {module.state if module.state.upper() != 'ACTIVE' else 'not published'}"
