"""Whatever is sent for however long, what is remembered of it has an end; totals stay exact."""

from __future__ import annotations

from typing import Any

import pytest

from acgr_sandbox import Fault, ManualClock, Request, Sandbox, Switches, load_scenario
from acgr_sandbox.core.events import bounded
from acgr_sandbox.core.faults import MOST, Faults
from acgr_sandbox.core.metrics import MOST_ROWS, OTHERS, Counters, Timeline
from acgr_sandbox.core.throttle import MOST_BUCKETS, Throttle
from acgr_sandbox.operations.registry import MOST_TOKENS

NUMBER = "+442079460001"
SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "emergency"}],
    "flows": ["Main IVR"],
    "numbers": [{"e164": NUMBER, "target": "emergency", "flow": "Main IVR"}],
}
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"}


def test_dark_seconds_outlive_events() -> None:
    """The timeline keeps the newest events; how long a number was dark is exact after any number of them."""
    clock = ManualClock(0.0)
    told: list[str] = []
    world = load_scenario(SCENARIO)
    number = world.number(NUMBER)
    timeline = Timeline(clock, lambda event: told.append(event.what), capacity=10)
    timeline.begin(world)
    kept = dict(number.flows)
    for _ in range(1000):
        number.flows = {}
        timeline.check_dark(world, number, clock.now())
        clock.advance(0.25)
        number.flows = dict(kept)
        timeline.check_dark(world, number, clock.now())
        clock.advance(3)
    assert timeline.dark_seconds(NUMBER) == timeline.dark_seconds(number.id, "eu-central-1") == 250
    assert (len(timeline.events()), len(told)) == (10, 4000)
    number.flows = {}
    timeline.check_dark(world, number, clock.now())
    clock.advance(1.5)
    assert timeline.dark_seconds(NUMBER) == 251.5


def test_numbers_that_are_no_more() -> None:
    """Of numbers that were released the newest are remembered, with their darkness."""
    clock, world = ManualClock(0.0), load_scenario(SCENARIO)
    timeline = Timeline(clock, capacity=10)
    base = world.number(NUMBER)
    for index in range(50):
        number = type(base)(f"id-{index}", f"+4420794{index:05}", base.region, base.target)
        world.numbers[number.id] = number
        timeline.check_dark(world, number, clock.now())
        clock.advance(2)
        del world.numbers[number.id]
        timeline.check_dark(world, number, clock.now())
    assert timeline.dark_seconds("id-49") == timeline.dark_seconds("+442079400049") == 2
    assert timeline.dark_seconds("id-39") == 0


def test_rows_of_counters() -> None:
    """Rows have an end; what comes after it is counted together, and no call is lost."""
    counters = Counters()
    for index in range(MOST_ROWS + 100):
        counters.add("ListUsers", f"region-{index}", "ok")
    assert len(counters.rows()) == MOST_ROWS + 1
    assert counters.calls(OTHERS) == 100
    assert counters.calls() == counters.total == MOST_ROWS + 100


def test_buckets() -> None:
    """The bucket that was used longest ago is forgotten, not one in use."""
    throttle, switches = Throttle(), Switches(rate=1, burst=1)
    assert throttle.admits("111122223333", "eu-west-2", "", 0.0, switches)
    for index in range(MOST_BUCKETS + 10):
        throttle.admits("111122223333", f"region-{index}", "", 0.0, switches)
        if index % 1000 == 0:
            assert not throttle.admits("111122223333", "eu-west-2", "", 0.0, switches)
    assert len(throttle._buckets) == MOST_BUCKETS
    assert not throttle.admits("111122223333", "eu-west-2", "", 0.0, switches)


def test_faults() -> None:
    """Faults that have hit make room for new ones; of those that wait there are so many and no more."""
    faults = Faults()
    for _ in range(MOST + 5):
        faults.add(Fault("ListUsers", "denied"))
        assert faults.next("ListUsers", "eu-west-2")
    assert len(faults.table()) == MOST
    for _ in range(MOST):
        faults.add(Fault("ListUsers", "denied", count=0))
    with pytest.raises(ValueError, match="clear them first"):
        faults.add(Fault("ListUsers", "denied"))
    faults.clear()
    faults.add(Fault("ListUsers", "denied"))


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "a\r\nSet-Cookie: b"},
        {"code": "a\nb"},
        {"code": "a b"},
        {"code": "Ünicode"},
        {"code": "x" * 101},
        {"code": 5},
        {"status": 99},
        {"status": 200},
        {"status": 600},
        {"status": "500"},
        {"status": True},
        {"status": 500.5},
        {"message": 5},
        {"message": None},
        {"message": "x" * 4001},
        {"region": 5},
        {"operation": ["ListUsers"]},
        {"count": True},
        {"count": -1},
        {"probability": True},
        {"probability": float("nan")},
        {"seconds": float("inf")},
    ],
)
def test_faults_that_cannot_be(fields: dict[str, Any]) -> None:
    """A fault whose words would not stay in their place, or whose figures are none, is refused."""
    with pytest.raises(ValueError, match="A fault's"):
        Fault(**{"kind": "error-before", **fields})


def _move(sandbox: Sandbox, token: str) -> int:
    world = sandbox.world
    path = f"/phone-number/{world.number(NUMBER).id}/metadata"
    body = f'{{"PhoneNumberDescription": "{token}", "ClientToken": "{token}"}}'.encode()
    return sandbox.handle(Request("PUT", path, "", SIGNED, body)).status


def test_client_tokens() -> None:
    """A client token is remembered for seven days, or as the switch says, and only the newest of very many."""
    switches = Switches(rate=0, metadata_seconds=0)
    sandbox = Sandbox(load_scenario(SCENARIO), clock=ManualClock(), switches=switches)
    assert _move(sandbox, "first") == 200
    sandbox.clock.sleep(7 * 24 * 3600 - 1)
    assert _move(sandbox, "second") == 200
    assert len(sandbox.world.tokens) == 2
    sandbox.clock.sleep(2)
    assert _move(sandbox, "third") == 200
    assert [key.rsplit("/", 1)[1] for key in sandbox.world.tokens] == ["second", "third"]
    for index in range(MOST_TOKENS + 20):
        _move(sandbox, f"token-{index}")
    assert len(sandbox.world.tokens) == MOST_TOKENS
    sandbox.set_switches(Switches(rate=0, metadata_seconds=0, token_seconds=60))
    sandbox.clock.sleep(61)
    _move(sandbox, "last")
    assert len(sandbox.world.tokens) == 1


def test_events_of_any_size(sandbox: Sandbox, ask: Any) -> None:
    """What a client writes does not grow an event without end."""
    facts = {"do": "describe", "description": "x" * 100_000}
    assert len(str(bounded(facts))) < 5000
    assert bounded({"do": "release"}) == {"do": "release"}
    sandbox.change({"do": "describe", "number": "+442079460005", "description": "x" * 100_000})
    ask("GET", f"/traffic-distribution-group/{'x' * 100_000}")
    assert max(len(str(event)) for event in sandbox.events.after()) < 5000
