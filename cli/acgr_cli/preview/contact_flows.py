"""What becomes of a flow that is declared apart from the number's place, in plain sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acgr_cli.preview.answers import answer
from acgr_cli.preview.changes import NO_FLOW, Answer, Effect, FlowChange, NumberChange
from acgr_cli.preview.declared import Declared, called, number_key, region_of
from acgr_cli.preview.names import Names
from acgr_cli.preview.pairing import Pair, pairs
from acgr_cli.preview.placements import instead
from acgr_cli.preview.steps import NOTHING, State, Step


def flow_changes(steps: Sequence[Step], names: Names, declared: Declared) -> Iterator[NumberChange]:
    """Every change of such a flow, in no order."""
    for pair in pairs(steps, lambda step, state: (number_key(step, state, names), region_of(state))):
        old, new = pair
        if step := new or old:
            yield _changed(pair, step, step.after if new else step.before, names, declared)


def _changed(pair: Pair, step: Step, state: State, names: Names, declared: Declared) -> NumberChange:
    old, new = pair
    key, steps = number_key(step, state, names), [one for one in pair if one]
    change = _answers(old, new, region_of(state), names)
    effect, says = _noticed(change, pair, declared.placed_by(key))
    if new is None and effect is Effect.NONE:
        change = FlowChange(change.region, change.before, change.before)
    return NumberChange(
        called(step, state, names),
        key,
        tuple(dict.fromkeys(one.name for one in steps)),
        tuple(dict.fromkeys(one.urn for one in steps)),
        effect,
        None,
        None,
        True,
        (change,),
        (says,),
        is_placement=False,
        dark_now=(change.region,) if change.before == NO_FLOW else (),
    )


def _answers(old: Step | None, new: Step | None, region: str, names: Names) -> FlowChange:
    before, after = (old.before if old else NOTHING), (new.after if new else NOTHING)
    seen, declared = before.outputs.get("contact_flow_arn"), after.inputs.get("flow")
    was = (answer(seen, names) or NO_FLOW) if "contact_flow_arn" in before.outputs else None
    then = answer(declared, names) if new else NO_FLOW
    if was and then and names.flow(seen).is_same(names.flow(declared)):
        was = Answer(then.flow)
    return FlowChange(region, was, then)


def _noticed(change: FlowChange, pair: Pair, placement: str | None) -> tuple[Effect, str]:
    old, new = pair
    where = f"in {change.region}" if change.region else "in its Region"
    if new is None:
        if placement:
            return Effect.NONE, f"is answered as before {where}: {placement} declares its flow now"
        return Effect.DARK, f"loses its flow {where}: callers reach nothing there until somebody gives it one"
    if change.before == NO_FLOW:
        return Effect.RESTORED, f"is dark {where} now, and gets its flow"
    if old is None:
        flow = change.after.flow if change.after else "its flow"
        return Effect.OTHER_FLOW, f"{flow} answers {where}, whatever answered there before, no gap"
    if change.is_change:
        return Effect.OTHER_FLOW, f"{where} {instead(change)}, no gap"
    if "flow" in new.changed and "flow" in new.secret:
        return Effect.OTHER_FLOW, f"{where} another flow answers, no gap"
    if old is not new:
        return Effect.NONE, f"is answered as before {where}: {new.name} declares its flow instead of {old.name}"
    return Effect.NONE, "callers notice nothing"
