"""What answers a placed number in each Region, before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from acgr_cli.preview.changes import NO_FLOW, NOT_REACHABLE, Answer, FlowChange
from acgr_cli.preview.names import Names, kind_of_place, region_of_arn
from acgr_cli.preview.steps import State
from acgr_cli.preview.values import Value


def flows_of(before: State, after: State, names: Names) -> tuple[FlowChange, ...]:
    """What answers where the number is reachable, the source first; Region "" where none is known."""
    declared = after.inputs.get("flow")
    return tuple(
        FlowChange(region, *_before_and_after(before, _in(declared, region), region, names))
        for region in _regions(before, after)
    )


def _before_and_after(before: State, declared: Value, region: str, names: Names) -> tuple[Answer | None, Answer | None]:
    now, then = _seen(before, region), names.flow(declared)
    was = NO_FLOW if region in dark_regions(before) else answer(now, names)
    if declared in (None, ""):
        return was, was
    if was and was.flow and names.flow(now).is_same(then):
        return Answer(then.text), Answer(then.text)
    return was, Answer(then.text)


def flows_kept(state: State, names: Names, only: str = "") -> tuple[FlowChange, ...]:
    """What answers a number that is given up; with `only`, it is reachable in that Region alone afterwards."""
    seen = state.outputs.get("contact_flow_arns")
    flows = seen if isinstance(seen, Mapping) else {}
    answers = [(region, answer(flows[region], names)) for region in sorted(flows, key=lambda one: (one != only, one))]
    return tuple(FlowChange(region, was, was if only in {"", region} else NOT_REACHABLE) for region, was in answers)


def answer(value: Value, names: Names) -> Answer | None:
    """What a flow's name, id or ARN says of who answers; None where there is none."""
    return Answer(names.flow(value).text) if value not in (None, "") else None


def dark_regions(state: State) -> tuple[str, ...]:
    """Where the number has no flow, as it was last seen."""
    value = state.outputs.get("dark_regions")
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _in(flow: Value, region: str) -> Value:
    """What is declared for a Region."""
    return flow.get(region) if isinstance(flow, Mapping) else flow


def _seen(state: State, region: str) -> Value:
    """What was last seen to answer in a Region; in any, where it is not said which."""
    seen = state.outputs.get("contact_flow_arns")
    if not isinstance(seen, Mapping):
        return seen
    return seen.get(region) if region else next(iter(seen.values()), None)


def _regions(before: State, after: State) -> list[str]:
    """Where the number is reachable, the source first, as far as it is told; [""] where it is not."""
    declared, target = after.inputs.get("flow"), after.inputs.get("target")
    if kind_of_place(target) == "instance":
        return [region_of_arn(target)]
    found = [one for one in dict.fromkeys(_named(before, after)) if one]
    return found if len(found) > 1 or isinstance(declared, Mapping) else [""]


def _named(before: State, after: State) -> Iterator[str]:
    """Every Region that is named, the source first."""
    inputs = after.inputs
    for one in (inputs.get("source_region"), inputs.get("replica_region")):
        yield one if isinstance(one, str) else ""
    for key in ("phone_number_arn", "target_arn"):
        yield region_of_arn(before.outputs.get(key))
    for regions in (before.outputs.get("contact_flow_arns"), inputs.get("flow")):
        yield from sorted(regions) if isinstance(regions, Mapping) else ()
    yield from dark_regions(before)


def answers_of(state: State, names: Names) -> dict[str, Answer]:
    """By Region, what was last seen to answer there."""
    seen = state.outputs.get("contact_flow_arns")
    found = {region: answer(arn, names) for region, arn in seen.items()} if isinstance(seen, Mapping) else {}
    found |= dict.fromkeys(dark_regions(state), NO_FLOW)
    return {region: one for region, one in found.items() if one}
