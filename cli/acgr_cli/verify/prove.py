"""`--call`: places a call to each number in each Region, after it was said what that costs and asked."""

from __future__ import annotations

from collections.abc import Sequence

from acgr_cli.connected import Reach
from acgr_connect.calls import CONTENT, REQUESTS, CallResult, TestCall, place_calls
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.survey.records import Survey


def proved(
    reach: Reach, found: Survey, numbers: Sequence[Number], content: str | None, operation: Operation, *, yes: bool
) -> list[CallResult] | None:
    """What became of the calls; None where nobody said yes.

    Raises:
        ConnectError: the account is another one.
        CommandFailure: nobody is there to be asked.
    """
    down = {one.region for one in found.unread if one.why.value == "unreachable"}
    calls = [
        TestCall(number.e164, region) for number in numbers for region in found.reach_of(number) if region not in down
    ]
    if not calls:
        return []
    if not reach.confirm(_plan(reach, found, calls), "Place them?", yes=yes):
        return None
    reach.connection.require_account(found.pair.source)
    return place_calls(reach.connection, found.pair.source, calls, operation, content or CONTENT)


def _plan(reach: Reach, found: Survey, calls: Sequence[TestCall]) -> str:
    most = max(sum(1 for call in calls if call.region == region) for region in found.pair.regions)
    minutes = max(1, round(most * (REQUESTS + 1) / reach.connection.settings.rate.per_second / 60))
    return (
        f"{len(calls)} calls without a phone, by Connect's test cases: each is made, run and deleted again, "
        f"in about {minutes} min in all. They run through the flows, Lambda functions and bots included, and are "
        "contacts; no agent's phone rings unless a flow reaches a queue."
    )
