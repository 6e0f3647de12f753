"""What becomes of each phone number, and what its callers notice. Pure.

One number that one resource gives up and another one takes over is one change: Pulumi shows a delete and a create,
and callers may notice nothing. Where the provider says what callers notice, its sentence is used; where it does not,
a plain one is made of the state before and the declaration after (`placements`, `contact_flows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from acgr_cli.preview.changes import NO_FLOW, NOT_REACHABLE, Answer, Effect, FlowChange, NumberChange
from acgr_cli.preview.contact_flows import flow_changes
from acgr_cli.preview.declared import Declared
from acgr_cli.preview.names import Names
from acgr_cli.preview.placements import passed_on, placement_changes
from acgr_cli.preview.sentences import FAILS, LEFT, effect_of, flows_before, origin_in, regions_in, seconds_in
from acgr_cli.preview.steps import FLOW, PLACEMENT, Step

Sentences = Mapping[str, Sequence[str]]
"""What the provider says of a resource, by URN."""

NO_SENTENCES: Sentences = MappingProxyType({})


def number_changes(
    steps: Sequence[Step], names: Names, said: Sentences, warnings: Sentences = NO_SENTENCES
) -> list[NumberChange]:
    """Everything that happens to numbers, the worst first.

    Args:
        steps: of the preview.
        names: what objects are called.
        said: what the provider says of each resource.
        warnings: of what it warns.
    """
    declared = Declared(steps, names)
    placements, flows = ([step for step in steps if step.kind == kind] for kind in (PLACEMENT, FLOW))
    found: Iterable[NumberChange] = (
        *placement_changes(placements, names, declared),
        *flow_changes(flows, names, declared),
    )
    changes = [in_its_words(one, said, warnings) for one in found]
    return sorted(changes, key=lambda one: (one.effect.rank, one.number, one.urns))


def in_its_words(change: NumberChange, said: Sentences, warnings: Sentences = NO_SENTENCES) -> NumberChange:
    """The change in the provider's words, where it says what callers notice; else its words come after ours."""
    if any(FAILS in text for urn in change.urns for text in warnings.get(urn, ())):
        return _failing(change)
    told = (_about(text, change) for urn in change.urns for text in said.get(urn, ()))
    sentences = tuple(text for text in told if not text.startswith(LEFT))  # the number that was left is said to be dark
    if change.dark_now:  # what a refresh has seen, the change says as well, and what becomes of it
        sentences = tuple(text for text in sentences if not text.startswith("has no flow in "))
    effects = [effect for text in sentences if (effect := effect_of(text))]
    if not effects:
        return replace(change, says=(*change.says, *sentences))
    effect = min(effects, key=lambda one: one.rank)  # of a hand-over, the one who takes over may move it
    if effect is Effect.NONE and change.effect is Effect.UNMANAGED:
        effect = Effect.UNMANAGED  # it stays, and nobody looks after it any longer
    if effect is Effect.NONE and len(change.resources) > 1:
        own = change.says if change.effect is Effect.NONE else (passed_on(*change.resources),)
        sentences = (*own, *(text for text in sentences if not effect_of(text)))
    change = _as_looked_up(change, sentences, effect)
    dark = tuple(region for text in sentences if effect_of(text) is Effect.RESTORED for region in regions_in(text))
    change = _staying(change, sentences) if effect in {Effect.NONE, Effect.UNMANAGED} else _dark_in(change, dark)
    seconds = max((seconds for text in sentences if (seconds := seconds_in(text))), default=None)
    return replace(change, effect=effect, says=sentences, seconds=seconds)


def _failing(change: NumberChange) -> NumberChange:
    """The change of a number whose update fails, since what it names is not there: nothing happens to it."""
    return replace(
        change,
        effect=Effect.FAILS,
        says=("is not changed: as it is now, `pulumi up` fails here; the warning says why",),
        end=change.start,
        stays=change.start is not None,
        flows=tuple(replace(one, after=one.before) for one in change.flows),
        to_instance=False,
    )


def _as_looked_up(change: NumberChange, sentences: Sequence[str], effect: Effect) -> NumberChange:
    """The change with what the provider has seen: where the number is, and what answers it now."""
    start = next((origin for text in sentences if (origin := origin_in(text, change.end))), None)
    before = {region: flow for text in sentences for region, flow in flows_before(text).items()}
    has_looked = effect in {Effect.GAP, Effect.OTHER_FLOW, Effect.NONE}
    flows = [replace(one, before=_before(one, before, is_known=has_looked)) for one in change.flows]
    if (start or "").startswith("instance ") and change.start is None:  # it is reachable in its own Region alone
        flows[1:] = [replace(one, before=NOT_REACHABLE) for one in flows[1:]]
    if change.is_placement and change.start is None and start is None and has_looked:
        return replace(change, start=change.end, stays=True, flows=tuple(flows))
    return replace(change, start=start or change.start, flows=tuple(flows))


def _before(change: FlowChange, told: Mapping[str, str], *, is_known: bool) -> Answer | None:
    """What answers now: the flow that is told to be exchanged or, where none is, the one that is to answer."""
    if flow := told.get(change.region) or told.get(""):
        return Answer(flow)
    return change.after if is_known and change.before is None else change.before


def _staying(change: NumberChange, sentences: Sequence[str]) -> NumberChange:
    """The change of a number that the provider says stays, whatever `return_to` would do otherwise."""
    if change.stays or change.start is None:
        return change
    return replace(
        change,
        end=change.start,
        stays=True,
        flows=tuple(replace(one, after=one.before) for one in change.flows),
        to_instance=False,
        is_dropped=change.is_dropped and not any(" declares it" in text for text in sentences),
    )


def _dark_in(change: NumberChange, regions: Sequence[str]) -> NumberChange:
    """The change of a number that has no flow in these Regions now, whatever was last seen there."""
    dark = {one.region for one in change.flows} & set(regions)
    flows = tuple(replace(one, before=NO_FLOW) if one.region in dark else one for one in change.flows)
    return replace(change, flows=flows, dark_now=tuple(dict.fromkeys((*change.dark_now, *sorted(dark)))))


def _about(text: str, change: NumberChange) -> str:
    """A sentence whose subject is the number, without its subject."""
    for subject in (change.number, *change.resources):
        for end in (": ", " "):
            if text.startswith(subject + end):
                return text.removeprefix(subject + end).strip()
    return text.strip()
