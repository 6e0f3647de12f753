"""Metrics and events: what can be seen of a sandbox while it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from acgr_sandbox import Fault, ManualClock, Request, Sandbox, Switches, load_scenario
from acgr_sandbox.core.events import EventLog, line
from acgr_sandbox.core.metrics import CallRate

CENTRE = Path(__file__).parents[4] / "examples/sandbox/contact-centre.yaml"
NUMBER = "+442079460005"


def _control(sandbox: Sandbox, path: str, query: str = "") -> Any:
    return json.loads(sandbox.handle(Request("GET", f"/_sandbox/{path}", query)).body)


def _move(sandbox: Sandbox, ask: Any) -> None:
    world = sandbox.world
    ask("PUT", f"/phone-number/{world.number(NUMBER).id}", TargetArn=world.arn(world.group("retail")))


def test_events_of_a_move(sandbox: Sandbox, ask: Any) -> None:
    """Calls, what became of the number, and what was done to the sandbox are one sequence, with the times they had."""
    begin = sandbox.clock.now()
    _move(sandbox, ask)
    sandbox.clock.sleep(60)
    sandbox.faults.add(Fault("ListInstances", "denied"))
    ask()
    sandbox.hold_claims()
    sandbox.reset()
    events = _control(sandbox, "events")["events"]
    assert [event["n"] for event in events] == list(range(1, len(events) + 1))
    assert [(event["kind"], event.get("what", event.get("operation"))) for event in events] == [
        ("number", "moved"),
        ("number", "dark"),
        ("call", "UpdatePhoneNumber"),
        ("number", "claimed"),
        ("number", "dark"),
        ("fault", "ListInstances"),
        ("call", "ListInstances"),
        ("world", "claims held"),
        ("world", "reset"),
    ]
    assert (events[0]["time"] - begin, events[3]["time"] - begin) == (0, 5)
    call = events[6]
    assert (call["region"], call["outcome"], call["status"]) == ("eu-west-2", "AccessDeniedException", 403)
    assert events[2]["on"] == [load_scenario(CENTRE).number(NUMBER).id]


def test_events_after(sandbox: Sandbox, ask: Any) -> None:
    """Whoever asks for what came after the last event he has misses none and gets none twice."""
    seen: list[int] = []
    for count in (3, 0, 5):
        for _ in range(count):
            ask()
        answer = _control(sandbox, "events", f"after={seen[-1] if seen else 0}&limit=4")
        seen += [event["n"] for event in answer["events"]]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert answer["last"] == 8
    assert _control(sandbox, "events", "after=99")["events"] == []
    assert "ValueError" in _control(sandbox, "events", "after=x")["Message"]


def test_the_log_is_bounded() -> None:
    """Only the newest events stay in memory; numbering goes on, and all of them are told."""
    told: list[dict[str, Any]] = []
    log = EventLog(told.append, capacity=3)
    for n in range(5):
        log.add(float(n), "world", {"what": str(n)})
    assert [event["n"] for event in log.after(0)] == [3, 4, 5]
    assert [event["n"] for event in log.after(4)] == [5]
    assert [event["n"] for event in log.newest(2)] == [4, 5]
    assert log.newest(99) == log.after(0)
    assert [event["n"] for event in told] == [1, 2, 3, 4, 5]
    assert json.loads(line(told[0])) == told[0]
    assert line(told[0]).count("\n") == 1


def test_events_are_told_as_they_happen(ask: Any) -> None:
    """`on_event` hears of each event once, before the answer goes out."""
    told: list[dict[str, Any]] = []
    sandbox = Sandbox(load_scenario(CENTRE), clock=ManualClock(), on_event=told.append)
    sandbox.change({"do": "delete-user", "user": "xin.li"})
    assert [(event["kind"], event["outcome"]) for event in told] == [("second-writer", "done")]


def test_overview(sandbox: Sandbox, ask: Any) -> None:
    """One look says who answers where: TDGs with their agents, numbers with target and flows, what is dark how long."""
    _move(sandbox, ask)
    sandbox.clock.sleep(2)
    seen = _control(sandbox, "overview")
    assert seen["regions"] == ["eu-west-2", "eu-central-1"]
    assert [(group["name"], group["agents"], group["numbers"]) for group in seen["groups"]] == [
        ("Default", 3, 6),
        ("emergency", 0, 0),
        ("retail", 0, 0),
    ]
    numbers = {number["e164"]: number for number in seen["numbers"]}
    moving = numbers[NUMBER]
    assert (moving["target"], moving["wanted"], moving["status"]) == ("northwind", "retail", "IN_PROGRESS")
    assert (moving["flows"], moving["dark"]) == ({"eu-west-2": None}, {"eu-west-2": 2.0})
    assert numbers["+442079460001"]["flows"] == {"eu-west-2": "Main IVR", "eu-central-1": "Main IVR"}
    assert numbers["+442079460001"]["dark"] == {}
    sandbox.clock.sleep(10)
    later = {number["e164"]: number for number in _control(sandbox, "overview")["numbers"]}[NUMBER]
    assert (later["target"], later["wanted"], later["status"]) == ("retail", None, "CLAIMED")
    assert later["dark"] == {"eu-west-2": 12.0, "eu-central-1": 7.0}


def test_calls_by_the_second(ask: Any, sandbox: Sandbox) -> None:
    """Calls and throttles are counted by the second, for a minute."""
    sandbox.set_switches(Switches(rate=2, burst=5))
    for _ in range(7):
        ask()
    sandbox.clock.sleep(3)
    ask()
    seen = _control(sandbox, "overview")
    assert (seen["pulse"][-4], seen["pulse"][-1], len(seen["pulse"])) == ([7, 2], [1, 0], 60)
    assert (seen["calls"], seen["throttled"]) == (8, 2)
    sandbox.clock.sleep(3600)
    assert sum(calls for calls, _ in _control(sandbox, "overview")["pulse"]) == 0


def test_two_calls_within_a_second() -> None:
    """Two calls in one second are counted together."""
    rate = CallRate()
    rate.add(10.1, throttled=False)
    rate.add(10.9, throttled=True)
    assert rate.rows(11.0)[-2:] == [(2, 1), (0, 0)]


def test_one_number(sandbox: Sandbox, ask: Any) -> None:
    """The timeline can be asked of one number."""
    _move(sandbox, ask)
    assert {row["e164"] for row in _control(sandbox, "timeline", "number=%2B442079460005")} == {NUMBER}
    assert _control(sandbox, "timeline", "number=%2B442079460001") == []
