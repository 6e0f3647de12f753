"""Names are pinned: what a name meant is in the outputs, and a name that means something else now is a change.

Asked while diffing, so that the preview says it: from the sweeps that the run needs anyway, within a budget, and never
with an error: a preview without credentials is a preview all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from pulumi.dynamic import DiffResult

from acgr_connect.groups import is_called
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.identifiers import is_name
from acgr_connect.model.operation import Operation
from acgr_connect.world.connection import Connection

if TYPE_CHECKING:
    from acgr.runtime.run import Run

BUDGET = 10.0
"""Seconds that a run may spend on looking up what names mean before it is decided to do anything."""


@dataclass(frozen=True)
class NameChanged:
    """A name that means something else now; `replaces` names the input, where that is another object altogether."""

    said: str
    replaces: str | None = None


Look = Callable[[Connection], list[NameChanged]]


class NameCheckBudget:
    """The seconds left for looking names up, of all resources of the run."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left = BUDGET

    def spend(self, connection: Connection, operation: Operation, look: Look) -> list[NameChanged]:
        """What was found, or nothing where the budget is spent or Connect cannot be asked."""
        if self._left <= 0:
            return []
        began = connection.clock.now()
        found: list[NameChanged] = []
        with suppress(ConnectError):
            found = look(connection)
        self._charge(connection.clock.now() - began, operation)
        return found

    def _charge(self, seconds: float, operation: Operation) -> None:
        with self._lock:
            had, self._left = self._left, self._left - seconds
        if had > 0 >= self._left:
            operation.say(
                f"looking names up took more than {BUDGET:.0f} s: not every name was compared with its meaning"
            )


def with_name_checks(decision: DiffResult, operation: Operation, run: Run, look: Look) -> DiffResult:
    """A diff that found nothing to do, seen again in the light of names that mean something else now.

    Not asked of a refresh, whose reads say what there is: a refresh by name costs no more calls than one by ARN.
    """
    if decision.changes is not False or operation.urn not in run.checked:
        return decision
    changed = run.name_checks.spend(run.connection, operation, look)
    if not changed:
        return decision
    for one in changed:
        operation.say(one.said)
    # The inputs are equal, so the engine finds nothing to print by itself: it is told that there is a change.
    return DiffResult(changes=True, replaces=[one.replaces for one in changed if one.replaces])


def changed_group(connection: Connection, pinned: Arn, written: str) -> Iterator[NameChanged]:
    """Whether a group's name stands for another group than it did."""
    if is_name(written) and pinned.kind == "traffic-distribution-group":
        groups = connection.directory.groups(pinned.region)
        found = groups.matching(lambda g: is_called(g, written) and g.arn.account == pinned.account)
        if len(found) == 1 and found[0].arn != pinned:
            yield NameChanged(f"{written!r} is another traffic distribution group now")
