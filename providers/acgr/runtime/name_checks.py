"""What a name meant is in the outputs, and a name that means something else now is a change.

Asked while diffing, so that the preview says it: from the sweeps that the run needs anyway, within a budget, and never
with an error: a preview without credentials is a preview all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from pulumi.dynamic import DiffResult

from acgr.runtime.diffs import changed_world
from acgr.runtime.run import NAME_CHECK_SECONDS, Run
from acgr_connect.groups import is_called
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.identifiers import is_name
from acgr_connect.model.operation import Operation
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class NameChanged:
    """A name that means something else now; `replaces` names the input, where that is another object altogether."""

    said: str
    replaces: str | None = None


Look = Callable[[Connection], list[NameChanged]]


def spend(operation: Operation, run: Run, look: Look) -> list[NameChanged]:
    """What was found, or nothing where the run's budget is spent or Connect cannot be asked."""
    if run.name_check_budget.is_spent:
        return []
    connection, found = run.connection, list[NameChanged]()
    began = connection.clock.now()
    with suppress(ConnectError):
        found = look(connection)
    if run.name_check_budget.charge(connection.clock.now() - began):
        said = f"looking names up took more than {NAME_CHECK_SECONDS:.0f} s"
        operation.say(f"{said}: not every name was compared with its meaning")
    return found


def with_name_checks(decision: DiffResult, operation: Operation, run: Run, look: Look) -> DiffResult:
    """A diff that found nothing to do, seen again in the light of names that mean something else now.

    Not asked of a refresh, whose reads say what there is: a refresh by name costs no more calls than one by ARN.
    """
    if decision.changes is not False or operation.urn not in run.checked:
        return decision
    changed = spend(operation, run, look)
    if not changed:
        return decision
    for one in changed:
        operation.say(one.said)
    return changed_world([one.replaces for one in changed if one.replaces])


def changed_group(connection: Connection, resolved: Arn, written: str) -> Iterator[NameChanged]:
    """Whether a group's name stands for another group than it did."""
    if is_name(written) and resolved.kind == "traffic-distribution-group":
        groups = connection.directory.groups(resolved.region)
        found = groups.matching(lambda g: is_called(g, written) and g.arn.account == resolved.account)
        if len(found) == 1 and found[0].arn != resolved:
            yield NameChanged(f"{written!r} is another traffic distribution group now")
