"""How long a run takes, and how long numbers are dark: foretold by a preview, then measured on the sandbox's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, reduce
from operator import add
from typing import Any, cast

import pytest
from sandbox_time import TimeOfThreads

from acgr import PhoneNumberPlacementProvider, TrafficDistributionGroupRosterProvider, connected
from acgr.runtime.run import Run, current_run
from acgr_connect.aws.settings import Settings
from acgr_connect.scheduling.duration import Work
from acgr_connect.scheduling.notice import Scope
from acgr_connect.scheduling.token_bucket import Rate
from acgr_sandbox import ManualClock, Sandbox, load_scenario, session_on

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
PLACEMENT, ROSTER = PhoneNumberPlacementProvider(), TrafficDistributionGroupRosterProvider()
MOST = 100
WORLD: dict[str, Any] = {
    "account": "111122223333",
    "source_region": SOURCE,
    "replica_region": REPLICA,
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "everyone", "default": True}, {"name": "retail"}],
    "flows": ["Main IVR"],
    "users": [{"prefix": "agent", "count": MOST, "digits": 4}],
    "numbers": [
        {"e164": f"+442079460{last:03d}", "target": "northwind", "flow": "Main IVR"} for last in range(MOST + 1)
    ],
}


@pytest.fixture
def sandbox() -> Sandbox:
    """A contact centre of the size of `bench/`'s workloads."""
    return Sandbox(load_scenario(WORLD), clock=ManualClock())


Begin = Callable[[Scope], TimeOfThreads]


@pytest.fixture
def begin(sandbox: Sandbox) -> Iterator[Begin]:
    """Begin a run whose threads share the sandbox's clock, at the documented rate, its scope stated."""
    managers = []

    def run(scope: Scope) -> TimeOfThreads:
        time = TimeOfThreads(cast("ManualClock", sandbox.clock))
        manager = connected(session_on(sandbox), time, Settings(rate=Rate(2.0, 5.0), scope=scope))
        manager.__enter__()
        managers.append(manager)
        return time

    yield run
    for manager in reversed(managers):
        manager.__exit__(None, None, None)


def _placed(last: int) -> dict[str, Any]:
    number = f"+442079460{last:03d}"
    declared = {"phone_number": number, "target": "retail", "flow": "Main IVR", "return_to": "instance"}
    return {**declared, "source_region": SOURCE}


def _roster(count: int) -> dict[str, Any]:
    names = [f"agent{last:04d}" for last in range(1, count + 1)]
    users = {name: name for name in names}
    return {"traffic_distribution_group": "retail", "source_region": SOURCE, "users": users, "max_removals": "100%"}


def _foreseen(run: Run, provider: Any, news: dict[str, Any]) -> Any:
    provider.check({}, news)
    return run.look_ahead("")


@pytest.mark.parametrize("scope", ["per-operation", "shared"])
@pytest.mark.parametrize(
    ("numbers", "agents", "claim"), [(25, 100, 5.0), (25, 100, 30.0), (50, 100, 5.0), (0, 100, 5.0)]
)
def test_a_workload_takes_as_long_as_was_foretold(
    sandbox: Sandbox, begin: Begin, numbers: int, agents: int, claim: float, scope: Scope
) -> None:
    """Its duration, and the darkness of each number, are within a quarter of what the preview says beforehand."""
    sandbox.switches = sandbox.switches.with_values({"claim_seconds": claim, "bucket_scope": scope})
    time = begin(scope)
    PLACEMENT.create(_placed(0))  # from the moves before, a run knows how long one takes
    run, declared = current_run(), [_placed(last) for last in range(1, numbers + 1)]
    roster = _roster(agents)
    rows = [_foreseen(run, PLACEMENT, news) for news in declared] + [_foreseen(run, ROSTER, roster)]
    work = reduce(add, (one.work for one in rows), Work())
    assert work == Work(moves=numbers, joins=agents)
    foretold, most = run.connection.pace(SOURCE).seconds(work)
    assert foretold == most

    time.sleep(60.0)  # the bucket is full again
    began, dark = time.now(), list[float]()

    def place(news: dict[str, Any]) -> None:
        dark.append(PLACEMENT.create(news).outs["dark_seconds"])

    time.together([partial(ROSTER.create, roster), *(partial(place, news) for news in declared)])
    took = time.now() - began
    assert len(sandbox.world.group("retail").members) == agents
    assert sandbox.dark_numbers() == []
    assert 0.75 * took <= foretold <= 1.25 * took, (foretold, took)
    expected = max((one.dark_seconds for one in rows), default=0.0)
    assert len(dark) == numbers
    assert all(0.75 * seconds <= expected <= 1.25 * seconds for seconds in dark), (expected, min(dark), max(dark))
