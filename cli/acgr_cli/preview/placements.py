"""What becomes of a placed number, in plain sentences made of its state and its declaration. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from acgr_cli.preview.answers import dark_regions, flows_kept, flows_of
from acgr_cli.preview.changes import Effect, FlowChange, NumberChange, as_one
from acgr_cli.preview.declared import Declared, called, number_key
from acgr_cli.preview.names import Names, Shown, kind_of_place, region_of_arn
from acgr_cli.preview.pairing import IMPORTS, pairs
from acgr_cli.preview.steps import NOTHING, State, Step
from acgr_cli.preview.values import Hidden

SOME_SECONDS = "callers reach nothing for some seconds"

_LATER = {"instance": "would go back to its instance", "leave": "would stay where it is"}


def placement_changes(steps: Sequence[Step], names: Names, declared: Declared) -> Iterator[NumberChange]:
    """Every change of a placement, in no order."""
    for old, new in pairs(steps, lambda step, state: number_key(step, state, names)):
        if old and new:
            yield _changed(old, new, names)
        elif new:
            yield _placed_first(new, names)
        elif old:
            yield _given_up(old, names, declared)


def passed_on(*names: str) -> str:
    """What is said of a number that one resource gives up and another one takes over."""
    return f"stays where it is, and callers notice nothing: {names[-1]} declares it now instead of {names[0]}"


def _changed(old: Step, new: Step, names: Names) -> NumberChange:
    """A number that is declared before and after, by one resource or by two."""
    before, after, is_passed = old.before, new.after, old is not new
    start = names.place(before.value("target_arn", "placed_on_arn", "target"))
    end = names.place(after.inputs.get("target"))
    is_moved = not start.is_same(end) and (bool(end.key) or is_passed or "target" in new.changed)
    flows, dark = flows_of(before, after, names), dark_regions(before)
    effect, says = _noticed(start, end if is_moved else start, flows, dark, new)
    if is_passed and effect is Effect.NONE:
        says = passed_on(old.name, new.name)
    names_itself = called(old, before, names)
    return NumberChange(
        names_itself if names_itself != old.name else called(new, after, names),
        number_key(old, before, names),
        (old.name, new.name) if is_passed else (new.name,),
        (old.urn, new.urn) if is_passed else (new.urn,),
        effect,
        start.text or None,
        (end if is_moved else start).text or None,
        not is_moved,
        flows,
        (says,),
        to_instance=is_moved and _leaves_group(before, after),
        dark_now=dark,
    )


def _leaves_group(before: State, after: State) -> bool:
    is_on_instance = kind_of_place(before.value("target_arn", "target")) == "instance"
    return kind_of_place(after.inputs.get("target")) == "instance" and not is_on_instance


def _noticed(
    start: Shown, end: Shown, flows: Sequence[FlowChange], dark: Sequence[str], step: Step
) -> tuple[Effect, str]:
    """What callers notice of a number that is declared before and after."""
    other = other_flow(flows) or _hidden_flow(step)
    if dark and end is not start:
        said = f"is dark in {' and '.join(dark)} now; it moves from {start.text} to {end.text}, and gets its flow there"
        return Effect.RESTORED, said
    if end is not start and not end.key:
        return Effect.MAYBE_GAP, f"moves from {start.text} if its target is another one: {SOME_SECONDS}"
    if end is not start:
        then = f", then {_flow_after(flows)} answers" if other else ""
        return Effect.GAP, f"moves from {start.text} to {end.text}: {SOME_SECONDS}{then}"
    if dark:
        return Effect.RESTORED, f"is dark in {' and '.join(dark)} now, and gets its flow"
    return (Effect.OTHER_FLOW, f"{other}, no gap") if other else (Effect.NONE, _unnoticed(step))


def other_flow(flows: Sequence[FlowChange]) -> str:
    """What answers instead of what; "" where the same flow answers."""
    flows = as_one(flows)
    changed = [one for one in flows if one.is_change]
    if len(flows) == 1:
        return "".join(map(instead, changed))
    return "; ".join(f"in {one.region} {instead(one)}" for one in changed)


def instead(change: FlowChange) -> str:
    """What answers instead of what, in one Region."""
    before, after = change.before, change.after
    if after is None or after.flow is None:
        return "nothing answers"
    return f"{after.flow} answers" + (f" instead of {before.flow}" if before and before.flow else "")


def _hidden_flow(step: Step) -> str:
    is_hidden = "flow" in step.secret or step.after.inputs.get("flow") is Hidden.UNKNOWN
    return "another flow answers" if is_hidden and "flow" in step.changed else ""


def _flow_after(flows: Sequence[FlowChange]) -> str:
    after = dict.fromkeys(one.after.flow for one in flows if one.after and one.after.flow)
    return " or ".join(after) or "another flow"


def _unnoticed(step: Step) -> str:
    changed = step.changed - {"__provider"}
    if changed == {"return_to"}:
        return_to = step.after.inputs.get("return_to")
        where = _LATER.get(return_to if isinstance(return_to, str) else "", "would go to another group")
        return f"callers notice nothing; taken out of the program one day, it {where}"
    if changed == {"description"}:
        return "callers notice nothing: its description changes"
    return "callers notice nothing"


def _placed_first(step: Step, names: Names) -> NumberChange:
    """A number that nothing has declared before: where it is now, the preview does not know."""
    end = names.place(step.after.inputs.get("target"))
    flows = flows_of(NOTHING, step.after, names)
    effect, says = Effect.NONE, "is taken into the program as it is: callers notice nothing"
    if step.op not in IMPORTS:
        effect = Effect.MAYBE_GAP
        moves = f"if it is elsewhere now, it moves: {SOME_SECONDS}"
        says = f"is to be on {end.text}, answered by {_flow_after(flows)}; {moves}"
    number, key = called(step, step.after, names), number_key(step, step.after, names)
    return NumberChange(number, key, (step.name,), (step.urn,), effect, None, end.text or None, False, flows, (says,))


@dataclass(frozen=True)
class _WayBack:
    """What becomes of a number that its placement gives up; `end` where it goes, None where it stays."""

    effect: Effect
    says: str
    end: Shown | None = None
    to_instance: bool = False


def _given_up(step: Step, names: Names, declared: Declared) -> NumberChange:
    """A number that its resource declares no longer: what `return_to` does, in words."""
    state = step.before
    key, source = number_key(step, state, names), region_of_arn(state.value("phone_number_arn", "instance_arn"))
    start = names.place(state.value("target_arn", "target"))
    back = _way_back(state, start, key, source, names, declared)
    return NumberChange(
        called(step, state, names),
        key,
        (step.name,),
        (step.urn,),
        back.effect,
        start.text or None,
        (back.end or start).text or None,
        back.end is None,
        flows_kept(state, names, source if back.to_instance else ""),
        (back.says,),
        is_dropped=not declared.is_declared(key),
        to_instance=back.to_instance,
        dark_now=dark_regions(state),
    )


def _way_back(state: State, start: Shown, key: str, source: str, names: Names, declared: Declared) -> _WayBack:
    return_to = state.inputs.get("return_to") or "instance"
    end = names.place(state.value("instance_arn") if return_to == "instance" else return_to)
    if owner := declared.placed_by(key):
        return _WayBack(Effect.NONE, f"stays where it is: {owner} declares it now")
    if not start.is_same(names.place(state.value("placed_on_arn", "target"))):
        return _WayBack(Effect.UNMANAGED, f"stays on {start.text}: it was moved there after this program placed it")
    if return_to == "leave":
        said = f"is taken out of the program and stays on {start.text} with its flow (return_to is 'leave')"
        said += "; nothing looks after it any longer"
        return _WayBack(Effect.UNMANAGED, said)
    if start.is_same(end):
        return _WayBack(Effect.UNMANAGED, f"stays on {start.text} with its flow; the program no longer looks after it")
    if return_to != "instance":
        said = f"is taken out of the program and moves to {end.text} (return_to): {SOME_SECONDS}"
        return _WayBack(Effect.GAP, said, end)
    if beside := declared.answered_beside(key, source):
        return _WayBack(Effect.NONE, f"stays on {start.text}: {beside[1]} declares its flow in {beside[0]}")
    said = f"is taken out of the program and goes back to its instance (return_to): {SOME_SECONDS}, and afterwards only"
    return _WayBack(Effect.GAP, f"{said} {source or 'one Region'} answers", end, to_instance=True)
