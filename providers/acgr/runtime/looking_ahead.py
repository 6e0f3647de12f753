"""What will be done for a resource, looked up within a budget and without an error, and said on its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf

from acgr.runtime.foreseen import Foreseen, Problem, summed_up
from acgr.runtime.ownership import name_of
from acgr.runtime.run import Run
from acgr_connect import log
from acgr_connect.model.errors import ConnectError, Denied, Unavailable, WrongAccount
from acgr_connect.model.operation import Deadline, Operation, asking_until

GIVEN_UP = "Amazon Connect answers slowly: this preview has stopped looking ahead after"
"""Said once where the time is up."""


def looked_ahead(operation: Operation, run: Run, look: Callable[[Operation], Foreseen]) -> Foreseen:
    """What was foreseen, or nothing where the time for it is up or Connect cannot be asked, which is said once.

    No request is begun once the time is up, so that a preview waits no longer than that for a service that is slow.

    Args:
        operation: of the resource.
        run: has the time that may be spent.
        look: foresees it, within the time that the operation has.
    """
    budget, clock = run.preflight_budget, run.connection.clock
    if budget.is_spent:
        return Foreseen()
    deadline, foreseen = Deadline.after(budget.left, clock), Foreseen()
    try:
        with asking_until(deadline):
            foreseen = look(replace(operation, deadline=deadline))
    except ConnectError as error:
        log.debug("not looked ahead", error=str(error))
        if isinstance(error, (Denied, Unavailable, WrongAccount)) and not deadline.has_passed:
            budget.charge(inf)
            run.tell_not_asked(operation, error)
            return foreseen
    if budget.charge(deadline.elapsed):
        operation.warn(f"{GIVEN_UP} {budget.seconds:.0f} s: what is not said here was not looked up")
    return foreseen


def say(operation: Operation, run: Run, foreseen: Foreseen) -> list[Problem]:
    """Say on the row of a resource what was seen; the problems that end the preview are left to whoever asks."""
    for line in foreseen.said:
        if (operation.urn, line) not in run.said:
            operation.say(line)
    certain = certain_problems(run, foreseen)
    for problem in foreseen.problems:
        if problem not in certain:
            operation.warn(problem.warning)
    return certain


def certain_problems(run: Run, foreseen: Foreseen) -> list[Problem]:
    """The problems that end the preview."""
    return [one for one in foreseen.problems if one.is_certain and run.settings.preflight == "error"]


def ended(count: int) -> str:
    """Why the preview ends, where so many problems were said."""
    what = "one thing that is declared is" if count == 1 else f"{count} things that are declared are"
    return f"{what} not there: see the errors above (acgr:preflight=warn goes on without)"


def sum_up(run: Run, operation: Operation, children: Sequence[str]) -> None:
    """Say on the row of a component what its children come to, in one line; nothing where nothing is to be done."""
    rows = [run.look_ahead(child) for child in children]
    region = next((one.region for one in rows if one.region and one.work), "")
    try:
        said = summed_up(rows, run.connection.pace(region)) if region else ""
    except ConnectError as error:
        log.debug("not summed up", error=str(error))
        return
    if said:
        operation.say(f"{name_of(operation.urn)}: {said}")  # a diff prints no name beside it


def tell(run: Run, urn: str, children: Sequence[str], operation_of: Callable[[str], Operation]) -> int:
    """Look ahead for a resource, or for a component's children, and say on their rows what was seen.

    Args:
        run: knows what the program declares.
        urn: the resource, or the component.
        children: of a component.
        operation_of: an operation whose lines go to the row of a resource.

    Returns:
        How many problems end the preview; each has been said as an error.
    """
    count = 0
    for one in children or [urn]:
        with log.about(one):
            operation = operation_of(one)
            certain = say(operation, run, run.look_ahead(one))
            for problem in certain:
                operation.object_to(problem.said)
            count += len(certain)
    sum_up(run, operation_of(urn), children)
    return count
