"""What becomes of each phone number, and what its callers notice. Pure.

One number that one resource gives up and another one takes over is one change: Pulumi shows a delete and a create,
and callers may notice nothing. Where the provider says what callers notice, its sentence is used; where it does not,
a plain one is made of the state before and the declaration after (`placements`, `contact_flows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from acgr_cli.preview.changes import NO_FLOW, Effect, NumberChange
from acgr_cli.preview.contact_flows import flow_changes
from acgr_cli.preview.declared import Declared
from acgr_cli.preview.names import Names
from acgr_cli.preview.placements import placement_changes
from acgr_cli.preview.steps import FLOW, PLACEMENT, Step
from acgr_connect.model.identifiers import REGION

Sentences = Mapping[str, Sequence[str]]
"""What the provider says of a resource, by URN."""

_PHRASES: tuple[tuple[re.Pattern[str], Effect], ...] = (
    (re.compile(r"\b(is|may be) dark\b|\bhas no flow\b"), Effect.RESTORED),
    (re.compile(r"\breach nothing\b"), Effect.GAP),
    (re.compile(r"\bno gap\b"), Effect.OTHER_FLOW),
    (re.compile(r"\bdeclares it now\b|\btaken over\b|\bstays\b|\bkeeps its flow\b|\bnotice nothing\b"), Effect.NONE),
)
"""What the provider's sentences say of callers, by their words; the first that fits."""


def number_changes(steps: Sequence[Step], names: Names, said: Sentences) -> list[NumberChange]:
    """Everything that happens to numbers, the worst first.

    Args:
        steps: of the preview.
        names: what objects are called.
        said: what the provider says of each resource.
    """
    declared = Declared(steps, names)
    placements, flows = ([step for step in steps if step.kind == kind] for kind in (PLACEMENT, FLOW))
    found: Iterable[NumberChange] = (
        *placement_changes(placements, names, declared),
        *flow_changes(flows, names, declared),
    )
    return sorted((in_its_words(one, said) for one in found), key=lambda one: (one.effect.rank, one.number, one.urns))


def in_its_words(change: NumberChange, said: Sentences) -> NumberChange:
    """The change in the provider's words, where it says what callers notice; else its words come after ours."""
    sentences = tuple(_about(text, change) for urn in change.urns for text in said.get(urn, ()))
    if change.dark_now:  # what a refresh has seen, the change says as well, and what becomes of it
        sentences = tuple(text for text in sentences if not text.startswith("has no flow in "))
    effects = [effect for text in sentences if (effect := _effect(text))]
    if not effects:
        return replace(change, says=(*change.says, *sentences))
    effect = min(effects, key=lambda one: one.rank)  # of a hand-over, the one who takes over may move it
    if effect is Effect.NONE and change.effect is Effect.UNMANAGED:
        effect = Effect.UNMANAGED  # it stays, and nobody looks after it any longer
    dark = tuple(region for text in sentences if _effect(text) is Effect.RESTORED for region in _regions(text))
    change = _staying(change, sentences) if effect in {Effect.NONE, Effect.UNMANAGED} else _dark_in(change, dark)
    return replace(change, effect=effect, says=sentences)


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


def _regions(text: str) -> list[str]:
    return [found.group() for found in REGION.finditer(text)]


def _dark_in(change: NumberChange, regions: Sequence[str]) -> NumberChange:
    """The change of a number that has no flow in these Regions now, whatever was last seen there."""
    dark = {one.region for one in change.flows} & set(regions)
    flows = tuple(replace(one, before=NO_FLOW) if one.region in dark else one for one in change.flows)
    return replace(change, flows=flows, dark_now=tuple(dict.fromkeys((*change.dark_now, *sorted(dark)))))


def _effect(text: str) -> Effect | None:
    return next((effect for words, effect in _PHRASES if words.search(text)), None)


def _about(text: str, change: NumberChange) -> str:
    """A sentence whose subject is the number, without its subject."""
    for subject in (change.number, *change.resources):
        for end in (": ", " "):
            if text.startswith(subject + end):
                return text.removeprefix(subject + end).strip()
    return text.strip()
