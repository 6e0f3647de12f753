"""Which steps are about the same object: a delete and a create of one object are a hand-over. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from acgr_cli.preview.steps import State, Step

IMPORTS = frozenset({"import", "import-replacement"})
CREATES = frozenset({"create", "create-replacement"}) | IMPORTS
DELETES = frozenset({"delete", "delete-replaced"})
UPDATES = frozenset({"update"})
"""Pulumi's operations, by what becomes of the resource; `replace` is said once more by its create and its delete."""


def expanded(steps: Sequence[Step]) -> list[Step]:
    """The steps with a create and a delete for each replacement: the document of `--json` has neither."""
    parts = CREATES | DELETES
    told = {step.urn for step in steps if step.op in parts}
    found = list[Step]()
    for step in steps:
        if step.op == "replace" and step.urn not in told:
            found += [replace(step, op="create-replacement"), replace(step, op="delete-replaced")]
        else:
            found.append(step)
    return found


Pair = tuple[Step | None, Step | None]
"""Who has an object before, and who has it afterwards; the same step twice where it is updated in place."""


def pairs(steps: Sequence[Step], key: Callable[[Step, State], Hashable]) -> Iterator[Pair]:
    """Each step, the delete and the create of one object together.

    Args:
        steps: of one kind of resource.
        key: which object a step is about, in one of its states.
    """
    givers: dict[Hashable, list[Step]] = {}
    for step in steps:
        if step.op in DELETES:
            givers.setdefault(key(step, step.before), []).append(step)
    taken = set[int]()
    for step in steps:
        if step.op in UPDATES:
            yield step, step
        elif step.op in CREATES:
            waiting = givers.get(key(step, step.after))
            giver = waiting.pop(0) if waiting else None
            taken.add(id(giver))
            yield giver, step
    yield from ((step, None) for step in steps if step.op in DELETES and id(step) not in taken)
