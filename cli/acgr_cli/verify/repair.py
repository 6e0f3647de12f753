"""`--restore`: gives dark numbers their flow, after it was said and asked; then looks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acgr_cli.connected import Reach
from acgr_connect.model.arns import Arn
from acgr_connect.model.identifiers import Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.numbers.flows import find_flows
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.owed import restorer_of
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Survey
from acgr_connect.survey.restoring import Dark, Restored, planned, restore, seen_after

MOST = 20
"""Numbers that are named before it is asked."""


def repaired(
    reach: Reach,
    found: Survey,
    numbers: Sequence[Number],
    flows: Mapping[str, Identifier],
    operation: Operation,
    *,
    yes: bool,
) -> tuple[Survey, list[Restored]]:
    """What there is once the dark ones among these numbers have their flow, and what became of each.

    Args:
        reach: how Connect is reached.
        found: what there was.
        numbers: which.
        flows: Region, or "" for each, to the flow for those of which nobody else knows it.
        operation: has the deadline.
        yes: whether nobody is asked.

    Raises:
        ConnectError: there is no such flow, or the account is another one.
        CommandFailure: nobody is there to be asked.
    """
    connection, pair = reach.connection, found.pair
    restorer = restorer_of(connection)
    dark = planned(found, _owed(restorer, found), _chosen(reach, found, flows, operation), numbers)
    if not dark:
        return found, []
    todo = [one for one in dark if one.flow is not None]
    if not todo or not reach.confirm(_plan(found, dark), _question(todo), yes=yes):
        return found, [Restored(one, why=one.why_not or "it was not done: nobody said yes") for one in dark]
    connection.require_account(pair.source)
    done = restore(connection, restorer, found, dark, operation)
    again = survey(connection, pair, operation, Extent())
    return seen_after(found, again, done), done


def _owed(restorer: Restorer, found: Survey) -> list[Obligation]:
    """What earlier runs left of this account; one journal may have that of several."""
    return [one for one in restorer.entries() if one.number.account == found.pair.source.account]


def _chosen(reach: Reach, found: Survey, flows: Mapping[str, Identifier], operation: Operation) -> dict[str, Arn]:
    """Region to the flow that was chosen on the command line. A Region that does not answer has none."""
    chosen: dict[str, Arn] = {}
    down = {one.region for one in found.unread if one.operation == "ListContactFlows"}
    for region in found.pair.regions:
        flow = flows.get(region) or flows.get("")
        if flow is not None and region not in down:
            meant = flow.in_region(region) if isinstance(flow, Arn) else flow
            chosen.update(find_flows(reach.connection, found.pair.source, (region,), meant, operation))
    return chosen


def _plan(found: Survey, dark: Sequence[Dark]) -> str:
    lines = []
    for one in dark[:MOST]:
        if one.flow is None:
            lines.append(f"  {one.number.e164} in {one.region}: nothing, {one.why_not}")
            continue
        view = found.view(one.region)
        known = (view.flows or {}).get(one.flow.id) if view else None
        lines.append(f"  {one.number.e164} in {one.region}: flow {known.name if known else one.flow} ({one.known_by})")
    if len(dark) > MOST:
        lines.append(f"  ... and {len(dark) - MOST} more")
    return "\n".join(["These numbers are dark, and get a flow; none is moved, and no flow is taken away:", *lines])


def _question(todo: Sequence[Dark]) -> str:
    return f"Give {'it' if len(todo) == 1 else f'{len(todo)} of them'} that flow?"
