"""Rosters of a thousand agents, at the rate that Amazon Connect documents, in simulated time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from acgr import TrafficDistributionGroupRosterProvider
from acgr_connect.agents.roster import join_all
from acgr_connect.groups import find_group
from acgr_connect.model.arns import parse
from acgr_connect.model.identifiers import Name
from acgr_connect.model.operation import Operation
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, ManualClock, Sandbox, load_scenario

Begin = Callable[[], Connection]

PROVIDER = TrafficDistributionGroupRosterProvider()
JOIN, LEAVE = "AssociateTrafficDistributionGroupUser", "DisassociateTrafficDistributionGroupUser"
WORLD: dict[str, Any] = {
    "account": "111122223333",
    "source_region": "eu-west-2",
    "replica_region": "eu-central-1",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "everyone", "default": True}, {"name": "retail"}],
    "users": [{"prefix": "agent", "count": 1002}],
}


@pytest.fixture
def sandbox() -> Sandbox:
    """A contact centre with a thousand agents and two."""
    return Sandbox(load_scenario(WORLD), clock=ManualClock())


def names(count: int) -> list[str]:
    """The first so many user names."""
    return [f"agent{index:03d}" for index in range(1, count + 1)]


def declared(*users: str) -> dict[str, Any]:
    """The inputs of a roster, each user its own label."""
    return {"traffic_distribution_group": "retail", "users": {u: u for u in users}, "source_region": "eu-west-2"}


def test_missing_permissions(sandbox: Sandbox, next_run: Begin) -> None:
    """Calls that are refused for everybody end after a handful, and the error says why once."""
    next_run()
    sandbox.faults.add(Fault(operation=JOIN, kind="denied", count=100))
    with pytest.raises(Exception, match=r"\(AccessDeniedException\)"):
        PROVIDER.create(declared(*names(40)))
    assert sandbox.counters.calls(JOIN) == 5


def test_a_thousand_agents(sandbox: Sandbox, next_run: Begin) -> None:
    """One call for each agent at the documented rate, no throttled answer, and few reads beside (A6)."""
    next_run()
    began = sandbox.clock.now()
    PROVIDER.create(declared(*names(1000)))
    assert len(sandbox.world.group("retail").members) == 1000
    assert sandbox.counters.calls(JOIN) == 1000
    assert sandbox.counters.calls() <= 1006
    assert sandbox.counters.calls(outcome="failed") == 0
    assert sandbox.clock.now() - began <= 1.05 * (1000 - 5) / 2


def test_three_of_a_thousand(sandbox: Sandbox, next_run: Begin) -> None:
    """Two who join a thousand and one who leaves are three calls and a handful of reads."""
    next_run()
    made = PROVIDER.create(declared(*names(1000)))
    sandbox.clock.advance(10.0)
    next_run()
    before = sandbox.counters.calls()
    PROVIDER.update(made.id, made.outs, declared(*names(1002)[1:]))
    assert (sandbox.counters.calls(JOIN), sandbox.counters.calls(LEAVE)) == (1002, 1)
    assert sandbox.counters.calls() - before <= 10


def test_a_thousand_killed_halfway(sandbox: Sandbox, next_run: Begin) -> None:
    """A run killed halfway through a thousand agents resumes with no agent associated twice."""
    next_run()
    PROVIDER.create(declared(*names(500)))  # of which the state never heard
    sandbox.clock.advance(10.0)
    next_run()
    PROVIDER.create(declared(*names(1000)))
    assert sandbox.counters.calls(JOIN) == 1000
    assert len(sandbox.world.group("retail").members) == 1000


def test_a_deadline(sandbox: Sandbox, next_run: Begin) -> None:
    """Whoever is not begun within the deadline is left for the next run, and the sentence says how far it came."""
    connection = next_run()
    group = find_group(connection, Name("retail"), "eu-west-2")
    users = [parse(sandbox.world.arn(sandbox.world.user(name))) for name in names(50)]
    outcome = join_all(connection, group, users, Operation.within(10.0, connection.clock))
    assert 20 <= len(outcome.done) <= 30
    assert "the deadline has passed; run again to go on, or raise custom_timeouts" in str(outcome.ended)
