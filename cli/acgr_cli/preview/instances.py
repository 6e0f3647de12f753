"""What becomes of traffic distribution groups and of instances' replicas, in plain sentences. Pure.

Calls go by them, so what a reader has to know first is which of them goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from acgr_cli.preview.names import THE_INSTANCE, Names
from acgr_cli.preview.numbers import NO_SENTENCES, Sentences
from acgr_cli.preview.pairing import IMPORTS, Pair, pairs
from acgr_cli.preview.sentences import FAILS
from acgr_cli.preview.steps import GROUP, REPLICA, State, Step
from acgr_cli.preview.values import Hidden, Value

FAILING = "is not changed: as it is now, `pulumi up` fails here; the warning says why"


class Fate(Enum):
    """What becomes of it, the worst first."""

    DELETED = "deleted"
    FAILS = "fails"
    UNMANAGED = "unmanaged"
    MADE = "made"
    CHANGED = "changed"
    NONE = "nothing"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Fate).index(self)


@dataclass(frozen=True)
class InstanceChange:
    """A group or a replica.

    Attributes:
        kind: `group` or `replica`.
        name: of the group; of a replica, its instance and its Region, or the Region where there is one instance.
        resources: what the program calls the resources: of a hand-over the old one, then the new one.
        urns: theirs.
        fate: what becomes of it.
        says: the same in sentences whose subject is the group or the replica.
    """

    kind: str
    name: str
    resources: tuple[str, ...]
    urns: tuple[str, ...]
    fate: Fate
    says: tuple[str, ...]


def instance_changes(
    steps: Iterable[Step], names: Names, said: Sentences, warnings: Sentences = NO_SENTENCES
) -> list[InstanceChange]:
    """Everything that happens to groups and replicas; those that are deleted come first.

    Args:
        steps: of the preview.
        names: what objects are called.
        said: what the provider says of each resource.
        warnings: of what it warns.
    """
    ours = [step for step in steps if step.kind in _NOUNS]
    found = [
        _change(kind, pair, names, said, warnings)
        for kind in _NOUNS
        for pair in pairs([step for step in ours if step.kind == kind], lambda step, state: _key(step, state, names))
    ]
    return sorted(found, key=lambda one: (one.fate.rank, one.kind, one.name, one.urns))


_NOUNS = {REPLICA: "replica", GROUP: "group"}


def _key(step: Step, state: State, names: Names) -> tuple[str, ...]:
    """Equal for one object, however its resource is called."""
    instance = names.instance(state.value("instance_arn", "instance")).key
    own = state.inputs.get("replica_region" if step.kind == REPLICA else "name")
    return (step.kind, instance, own) if instance and isinstance(own, str) else (step.kind, step.urn)


def _change(kind: str, pair: Pair, names: Names, said: Sentences, warnings: Sentences) -> InstanceChange:
    old, new = pair
    steps = [step for step in pair if step]
    urns = tuple(dict.fromkeys(step.urn for step in steps))
    told = tuple(text for text in said.get(steps[-1].urn, ()) if new)
    state = new.after if new else steps[0].before
    name = _group(state, steps[-1].name) if kind == GROUP else _replica(state, steps[-1].name, names)
    fate, says = Fate.NONE, tuple[str, ...]()
    if new and any(FAILS in text for text in warnings.get(new.urn, ())):
        fate, says = Fate.FAILS, (FAILING,)
    elif new and old is new:
        fate, says = Fate.CHANGED, tuple(_updated(new))
    elif new and old:
        fate, says = Fate.NONE, (f"stays as it is: {new.name} declares it instead of {old.name}",)
    elif new:
        fate, says = _made(kind, new, told)
    else:
        fate, says = _given_up(kind, steps[0].before)
    return InstanceChange(_NOUNS[kind], name, tuple(dict.fromkeys(step.name for step in steps)), urns, fate, says)


def _group(state: State, name: str) -> str:
    called = state.inputs.get("name")
    return called if isinstance(called, str) else name


def _replica(state: State, name: str, names: Names) -> str:
    shown = names.instance(state.value("instance_arn", "instance"))
    region = state.inputs.get("replica_region")
    where = f" in {region}" if isinstance(region, str) else ""
    if shown.is_known:
        return f"{shown.text}{where}"
    return region if isinstance(region, str) and shown.text == THE_INSTANCE else f"{shown.text or name}{where}"


def _made(kind: str, step: Step, told: tuple[str, ...]) -> tuple[Fate, tuple[str, ...]]:
    if step.op in IMPORTS:
        return Fate.NONE, ("is taken into the program as it is",)
    if told:
        return (Fate.NONE if any("taken over" in text for text in told) else Fate.MADE), told
    is_there = "one of that name is taken over" if kind == GROUP else "one that is there is taken over"
    return Fate.MADE, (f"is made; {is_there}",)


def _updated(step: Step) -> Iterator[str]:
    """What changes of it in place."""
    changed = step.changed - {"__provider"}
    for key in sorted(changed):
        before, after = step.before.inputs.get(key), step.after.inputs.get(key)
        if key == "tags":
            yield f"its tags change: {_tags(before)} → {_tags(after)}"
        elif key == "on_delete":
            yield (
                "callers notice nothing; taken out of the program one day, it is deleted"
                if after == "delete"
                else "callers notice nothing; taken out of the program one day, it stays"
            )
        elif key in _WORDS and not isinstance(after, Hidden):
            yield f"its {_WORDS[key]} is declared: {_text(before)} → {_text(after)}"
    if not changed - {"source_region"}:
        yield "is not as it was left, and is made complete"


_WORDS: Mapping[str, str] = {"description": "description", "replica_alias": "alias", "instance": "instance"}


def _text(value: Value) -> str:
    if isinstance(value, Hidden):
        return value.value
    return str(value) if value not in (None, "") else "none"


def _tags(value: Value) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_text(one)}" for key, one in sorted(value.items())) or "none"
    return _text(value)


def _given_up(kind: str, state: State) -> tuple[Fate, tuple[str, ...]]:
    if kind == GROUP and state.outputs.get("is_default"):
        return Fate.UNMANAGED, ("stays: Connect made it with the replica, and keeps it",)
    if kind == GROUP:
        return Fate.DELETED, ("is deleted, which fails while a number is on it",)
    if state.inputs.get("on_delete") == "delete":
        said = (
            "is deleted with its groups, which fails while a number is on one of them; nothing can fail over any more"
        )
        return Fate.DELETED, (said,)
    return Fate.UNMANAGED, ("stays, with its groups (on_delete is 'leave'); nothing looks after it any longer",)
