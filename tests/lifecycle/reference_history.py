"""All that runs ask of Connect: a preview, a first run, a refresh, a run after it, one that was killed, a destroy.

Each `begin()` begins a run: nothing is remembered of the one before but what the world and the state hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from numbers_there import DARK, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, killed_at

from acgr import (
    PhoneNumberContactFlowProvider,
    PhoneNumberPlacementProvider,
    TrafficDistributionGroupRosterProvider,
    TrafficDistributionGroupUserProvider,
    find_users,
)
from acgr.runtime.looking_ahead import looked_ahead
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.run import current_run
from acgr_connect.groups import find_group
from acgr_connect.model.identifiers import Name
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.numbers.dark import dark_on
from acgr_sandbox import Sandbox

PLACEMENT, FLOW = PhoneNumberPlacementProvider(), PhoneNumberContactFlowProvider()
ROSTER, AGENT = TrafficDistributionGroupRosterProvider(), TrafficDistributionGroupUserProvider()

Begin = Callable[[], object]
Inputs = dict[str, Any]


def placed(number: str = ON_INSTANCE, **inputs: Any) -> Inputs:
    """The inputs of a placement."""
    plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
    return {"phone_number": number, **plain, **inputs}


def flow(**inputs: Any) -> Inputs:
    """The inputs of a number's flow in the replica."""
    plain = {"phone_number": ON_RETAIL, "region": REPLICA, "flow": "Winter IVR", "source_region": SOURCE}
    return {**plain, **inputs}


def roster(*users: str) -> Inputs:
    """The inputs of a roster."""
    group = {"traffic_distribution_group": "emergency", "source_region": SOURCE, "max_removals": "100%"}
    return {**group, "users": {user: user for user in users}}


def agent(user: str) -> Inputs:
    """The inputs of one agent's association."""
    return {"traffic_distribution_group": "retail", "user": user, "source_region": SOURCE}


@dataclass(frozen=True)
class Made:
    """A resource in the state."""

    provider: ConnectProvider
    id: str
    inputs: Inputs
    outs: Inputs


def first_run(sandbox: Sandbox, begin: Begin) -> list[Made]:
    """A number that moves, one that is dark, a flow, many agents and one: all of them made."""
    begin()
    ask_for_users(sandbox)
    declared: list[tuple[ConnectProvider, Inputs]] = [
        (PLACEMENT, placed(description="Sales line")),
        (PLACEMENT, placed(DARK)),
        (FLOW, flow()),
        (ROSTER, roster("bob.brown", "carol.white")),
        (AGENT, agent("alice.smith")),
    ]
    answers = [(provider, provider.create(inputs), inputs) for provider, inputs in declared]
    return [Made(provider, str(answer.id), inputs, answer.outs or {}) for provider, answer, inputs in answers]


def ask_for_users(sandbox: Sandbox) -> None:
    """A question that a program asks."""
    find_users(sandbox.world.arn(sandbox.world.instance("northwind")), routing_profile="Basic Routing Profile")


def refreshed(made: Made) -> None:
    """What a refresh does with a resource."""
    made.provider.read(made.id, made.outs)


def later_runs(sandbox: Sandbox, begin: Begin, state: list[Made]) -> None:
    """What is changed, also after somebody was deleted and after a run that was killed, and all of it taken away."""
    placement, _, contact_flow, agents, one = state
    begin()
    sandbox.remove_user("carol.white")
    one.provider.delete(one.id, one.outs)
    changed = PLACEMENT.update(placement.id, placement.outs, placed(flow="Winter IVR")).outs
    fewer = ROSTER.update(agents.id, agents.outs, roster("bob.brown")).outs
    contact_flow.provider.delete(contact_flow.id, contact_flow.outs)

    begin()
    moving = placed(target="everyone", flow="Winter IVR")
    with killed_at(sandbox, "UpdatePhoneNumber"):
        PLACEMENT.update(placement.id, changed, moving)
    begin()
    moved = PLACEMENT.update(placement.id, changed, moving).outs
    with pytest.raises(Exception, match="source and replica Region are swapped"):
        PLACEMENT.create(placed(ON_RETAIL, source_region=REPLICA))
    FLOW.create(flow(source_region=REPLICA, region=SOURCE))  # the other way round is understood
    PLACEMENT.delete(placement.id, moved)
    ROSTER.delete(agents.id, fewer)


def deploy(sandbox: Sandbox, begin: Begin) -> None:
    """All that a role does which deploys."""
    state = first_run(sandbox, begin)
    begin()
    for made in state:
        refreshed(made)
    later_runs(sandbox, begin, state)


def preview(sandbox: Sandbox, begin: Begin, state: list[Made]) -> Iterator[str]:
    """All that a role does which previews, and what it says; what fails is said too.

    Somebody has taken away a number's flow, and released another number.
    """
    begin()
    yield from _said(lambda: ask_for_users(sandbox))
    for number in (ON_INSTANCE, sandbox.world.arn(sandbox.world.number(ON_RETAIL))):
        yield from _foreseen(begin, PLACEMENT, placed(number, target="emergency"))
    yield from _foreseen(begin, PLACEMENT, placed(ON_RETAIL, source_region=REPLICA))
    yield from _foreseen(begin, FLOW, flow(flow="Sales"))
    yield from _foreseen(begin, FLOW, flow(flow="Sales", source_region=REPLICA, region=SOURCE))
    yield from _foreseen(begin, ROSTER, roster("bob.brown"))
    for region in (SOURCE, REPLICA):
        sandbox.change({"do": "clear-flow", "number": ON_RETAIL, "region": region})
    yield from _foreseen(begin, AGENT, agent("alice.smith"))
    yield from _said(_look_for_darkness)
    sandbox.change({"do": "release", "number": DARK})
    sandbox.clock.sleep(60.0)  # until it is gone
    for made in state:
        begin()
        yield from _said(lambda made=made: refreshed(made))  # type: ignore[misc]  # mypy sees no default


def _foreseen(begin: Begin, provider: ConnectProvider, news: Inputs) -> Iterator[str]:
    begin()
    run, said = current_run(), list[str]()
    provider.check({}, news)
    operation = Operation(Deadline.after(0.0, run.connection.clock), say=said.append, warn=said.append)
    foreseen = looked_ahead(operation, run, lambda asked: provider.logic.foresee(asked, run, {}, news))
    yield from [*said, *foreseen.said]


def _look_for_darkness() -> None:
    """A preview looks at the numbers of each group that the program names."""
    connection = current_run().connection
    dark_on(connection, find_group(connection, Name("retail"), SOURCE))


def _said(act: Callable[[], None]) -> Iterator[str]:
    try:
        act()
    except Exception as error:
        yield str(error)
