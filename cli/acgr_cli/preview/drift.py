"""What a refresh found: what is not as it was left. Pure.

The document of `--json` has only that a resource was looked at; what was found is in the stream and in the event log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from acgr_cli.preview.agents import members_of
from acgr_cli.preview.answers import answer, answers_of, dark_regions
from acgr_cli.preview.changes import NO_FLOW, Answer
from acgr_cli.preview.declared import called, region_of
from acgr_cli.preview.names import Names
from acgr_cli.preview.pairing import DELETES
from acgr_cli.preview.sentences import is_drift
from acgr_cli.preview.steps import FLOW, GROUP, PLACEMENT, REPLICA, ROSTER, USER, Step

_NOTHING = "nothing"


@dataclass(frozen=True)
class Drift:
    """A number or an agent that somebody else has changed.

    Attributes:
        about: the number or, of agents, what the program calls the resource.
        urn: the resource's.
        says: what is different, in sentences whose subject is `about`.
        is_number: whether it is a number.
        dark: Regions in which the number has no flow.
    """

    about: str
    urn: str
    says: tuple[str, ...]
    is_number: bool
    dark: tuple[str, ...] = ()


def drift(steps: Iterable[Step], names: Names) -> list[Drift]:
    """What a refresh found of this project's resources; those that are dark first."""
    found = []
    for step in steps:
        if step.op != "refresh" or step.found in {"", "same"} or step.kind not in _SAYS:
            continue
        is_number = step.kind in {PLACEMENT, FLOW}
        about = called(step, step.before, names) if is_number else step.name
        is_gone = step.found in DELETES or step.new is None
        says = (_GONE[step.kind],) if is_gone else tuple(_SAYS[step.kind](step, names))
        found.append(Drift(about, step.urn, says or ("is not as it was left",), is_number, _dark(step, names)))
    return sorted(found, key=lambda one: (not one.dark, not one.is_number, one.about))


def in_its_words(found: Sequence[Drift], said: Mapping[str, Sequence[str]]) -> list[Drift]:
    """The same in the provider's words, where it says what it found: it knows what people call things.

    Args:
        found: of the steps.
        said: what the provider says of each resource, by URN.
    """
    changes = []
    for one in found:
        told = [text for text in said.get(one.urn, ()) if is_drift(text)]
        says = tuple(text.removeprefix(one.about).removeprefix(":").strip() for text in told)
        is_whole = any(not text.startswith("has no flow in ") for text in says)
        changes.append(replace(one, says=says) if is_whole else one)
    return changes


def is_silent(steps: Iterable[Step]) -> bool:
    """Whether resources were looked at of which nothing says what was found."""
    return any(step.op == "refresh" and not step.found for step in steps)


_GONE = {
    PLACEMENT: "is not claimed any more",
    FLOW: "is not claimed any more, and has no flow",
    USER: "is not on the group any more",
    ROSTER: "has no group any more: the group is gone",
    GROUP: "is gone",
    REPLICA: "is gone: nothing can fail over any more",
}


def _dark(step: Step, names: Names) -> tuple[str, ...]:
    if step.kind == FLOW and step.new and answer(step.new.outputs.get("contact_flow_arn"), names) in (None, NO_FLOW):
        return (region_of(step.new),)
    return dark_regions(step.after)


def _placement(step: Step, names: Names) -> Iterator[str]:
    was, now = (names.place(state.outputs.get("target_arn")) for state in (step.before, step.after))
    if not was.is_same(now):
        yield f"is on {now.text} now, and was put on {was.text}"
    before, after = answers_of(step.before, names), answers_of(step.after, names)
    same: dict[tuple[Answer | None, Answer | None], list[str]] = {}
    for region in dict.fromkeys([*before, *after]):
        if before.get(region) != after.get(region):
            same.setdefault((before.get(region), after.get(region)), []).append(region)
    for (answered, answers), regions in same.items():
        yield _answers(" and ".join(regions), answered, answers)


def _flow(step: Step, names: Names) -> Iterator[str]:
    before, after = (answer(state.outputs.get("contact_flow_arn"), names) for state in (step.before, step.after))
    if before != after:
        yield _answers(region_of(step.after), before, after or NO_FLOW)


def _answers(region: str, before: Answer | None, after: Answer | None) -> str:
    was = (before and before.flow) or _NOTHING
    if after is None:
        return f"is not reachable in {region} any more, where {was} answered"
    if after.flow is None:
        return f"has no flow in {region}: callers reach nothing there, where {was} answered"
    return f"is answered by {after.flow} in {region} now, and was by {was}"


def _members(step: Step, names: Names) -> Iterator[str]:
    before, after = members_of(step, step.before, names), members_of(step, step.after, names)
    left = sorted(name for member, name in before.items() if member not in after)
    joined = sorted(name for member, name in after.items() if member not in before)
    if left:
        yield f"{', '.join(left)} left"
    if joined:
        yield f"{', '.join(joined)} joined"


def _status(step: Step, _: Names) -> Iterator[str]:
    before, after = (state.outputs.get("status") for state in (step.before, step.after))
    if before != after and isinstance(after, str):
        yield f"has the status {after} now"
    if step.before.inputs.get("tags") != step.after.inputs.get("tags"):
        yield "has other tags than were declared"


_SAYS = {
    PLACEMENT: _placement,
    FLOW: _flow,
    USER: _members,
    ROSTER: _members,
    GROUP: _status,
    REPLICA: _status,
}
