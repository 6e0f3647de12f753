"""What a name meant is in the outputs, and a name that means something else now is a change.

Asked while diffing, so that the preview says it: from the sweeps that the run needs anyway, within a budget, and never
with an error: a preview without credentials is a preview all the same, and says that it has not looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

from pulumi.dynamic import DiffResult

from acgr.runtime.diffs import changed_inputs, changed_world
from acgr.runtime.inputs import known
from acgr.runtime.run import Run
from acgr.runtime.time_budget import TimeBudget
from acgr_connect import log
from acgr_connect.groups import is_called
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError, Denied, Unavailable, WrongAccount
from acgr_connect.model.identifiers import is_name
from acgr_connect.model.operation import Operation
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class NameChanged:
    """A name that means something else now; `replaces` names the input, where that is another object altogether."""

    said: str
    replaces: str | None = None


Look = Callable[[Connection], list[NameChanged]]


def spend(operation: Operation, run: Run, look: Look, budget: TimeBudget | None = None) -> list[NameChanged]:
    """What was found, or nothing where the budget is spent or Connect cannot be asked.

    An endpoint that does not answer, or refuses the credentials, spends the whole budget: a preview waits for it once.

    Args:
        operation: of the resource.
        run: has the connection.
        look: what is asked.
        budget: the seconds that are left for it; those for comparing names unless given.
    """
    budget = budget or run.name_check_budget
    if budget.is_spent:
        return []
    connection, found = run.connection, list[NameChanged]()
    began = connection.clock.now()
    try:
        found = look(connection)
    except WrongAccount:
        raise
    except (Unavailable, Denied) as error:
        log.debug("not compared", error=str(error))
        budget.charge(inf)
        run.not_asked = run.not_asked or error
        return []
    except ConnectError as error:
        log.debug("not compared", error=str(error))
    if budget.charge(connection.clock.now() - began):
        said = f"looking up what there is took more than {budget.seconds:.0f} s"
        operation.say(f"{said}: not everything was compared")
    return found


def with_name_checks(
    decision: DiffResult,
    operation: Operation,
    run: Run,
    *,
    identity: Look,
    names: Look,
    dark: Look | None = None,
) -> DiffResult:
    """A diff, seen again in the light of names that mean something else now.

    Not asked of a refresh, whose reads say what there is: a refresh by name costs no more calls than one by ARN.

    Args:
        decision: what the inputs alone say.
        operation: of the resource.
        run: has the time that may be spent, and the connection.
        identity: whether the object itself is another one; asked also where the inputs change it.
        names: what other names mean; asked where nothing else is to be done.
        dark: whether a number is dark; asked then, too.
    """
    if decision.replaces or operation.urn not in run.checked:
        return decision
    changed = spend(operation, run, identity)
    if decision.changes is False:
        changed += spend(operation, run, dark, run.look_budget) if dark else []
        changed += spend(operation, run, names)
    for one in changed:
        operation.say(one.said)
        run.said.add((operation.urn, one.said))
    replaces = [one.replaces for one in changed if one.replaces]
    if decision.changes is False:
        return changed_world(replaces) if changed else decision
    return changed_inputs(replaces) if replaces else decision


def changed_group(
    connection: Connection, resolved: Arn, written: Any, *, replaces: bool = False
) -> Iterator[NameChanged]:
    """Whether a group's name stands for another group than it did; with `replaces`, that is another resource."""
    if known(written) and is_name(written) and resolved.kind == "traffic-distribution-group":
        groups = connection.directory.groups(resolved.region)
        found = groups.matching(lambda g: is_called(g, written) and g.arn.account == resolved.account)
        if len(found) == 1 and found[0].arn != resolved:
            said = f"{written!r} is another traffic distribution group now"
            yield NameChanged(said, "traffic_distribution_group" if replaces else None)
