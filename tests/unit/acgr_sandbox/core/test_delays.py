"""How long things take, when it is not always the same."""

from __future__ import annotations

import copy
import json
import random

import pytest

from acgr_sandbox import ManualClock, Request, Sandbox, Switches, load_scenario
from acgr_sandbox.core.delays import Delay, delay, drawn

SCENARIO = {
    "account": "111122223333",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "retail"}],
    "flows": ["Main IVR"],
    "numbers": [{"e164": "+442079460000", "count": 30, "target": "northwind", "flow": "Main IVR"}],
}
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20261121/eu-west-2/connect/aws4_request, Signature=0"}


def _claim_times(switches: Switches) -> list[float]:
    sandbox = Sandbox(load_scenario(SCENARIO), clock=ManualClock(0.0), switches=switches)
    body = json.dumps({"TargetArn": sandbox.world.arn(sandbox.world.group("retail"))}).encode()
    for number in list(sandbox.world.numbers):
        assert sandbox.handle(Request("PUT", f"/phone-number/{number}", "", SIGNED, body)).status == 200
    return [change.at for change in sandbox.world.changes if change.what == "claim"]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5", 5, 5),
        ("0.5", 0.5, 0.5),
        ("3..8", 3, 8),
        ("1,2,30", 1, 30),
        ("9x1..2,1x60..1800", 1, 1800),
        ("1e1", 10, 10),
    ],
)
def test_what_a_text_stands_for(text: str, low: float, high: float) -> None:
    """Each form draws within its bounds, reaches near both, and counts as the longest it can be."""
    seconds, dice = delay(text), random.Random(1)
    draws = [seconds.draw(dice) if isinstance(seconds, Delay) else seconds for _ in range(2000)]
    assert seconds == high
    assert low <= min(draws) <= low + (high - low) / 5
    assert high - (high - low) / 5 <= max(draws) <= high


def test_weights() -> None:
    """Weights say how often each part is drawn."""
    dice = random.Random(1)
    draws = [Delay("9x1,1x100").draw(dice) for _ in range(2000)]
    assert set(draws) == {1, 100}
    assert 100 < draws.count(100) < 300


@pytest.mark.parametrize("text", ["", "x", "8..3", "-1", "1..", "1,,2", "0x5", "nan", "inf", "1e999", "..", "3...8"])
def test_what_is_no_time(text: str) -> None:
    """Anything else is refused with the forms there are."""
    with pytest.raises(ValueError, match=r"claim_seconds is .*; it takes seconds: 5, 3\.\.8"):
        Switches().with_values({"claim_seconds": text})


def test_as_a_switch() -> None:
    """A switch takes numbers and texts, from a command line and as JSON, and gives back what it was given."""
    switches = Switches().with_texts({"claim_seconds": "3..8", "mirror_seconds": "2"})
    assert (switches.plain()["claim_seconds"], switches.plain()["mirror_seconds"]) == ("3..8", 2.0)
    back = Switches().with_values(json.loads(json.dumps(switches.plain())))
    assert back.plain() == switches.plain()
    assert copy.deepcopy(switches).plain() == switches.plain()
    assert Switches(claim_seconds=Delay("3..8")).drawn("1").claim_seconds != 8
    assert Switches().drawn("1") == Switches()


def test_drawn_anew_for_each_call() -> None:
    """Each move takes a time of its own within the bounds; the same seed gives the same, another seed others."""
    varying = Switches(rate=0, claim_seconds=Delay("3..8"))
    times = _claim_times(varying)
    assert len(set(times)) == 30
    assert 3 <= min(times) < 4
    assert 7 < max(times) <= 8
    assert _claim_times(varying) == times
    assert _claim_times(varying.with_values({"seed": 1})) != times


def test_plain_numbers_are_as_they_were() -> None:
    """A number takes that long every time."""
    assert set(_claim_times(Switches(rate=0, claim_seconds=5.0))) == {5.0}
    assert drawn(5.0, "anything") == 5.0


def test_latency_varies_between_reads() -> None:
    """Answers take a time of their own each, on the sandbox's clock."""
    sandbox = Sandbox(load_scenario(SCENARIO), clock=ManualClock(0.0), switches=Switches(latency_seconds=Delay("1..2")))
    taken = []
    for _ in range(10):
        before = sandbox.clock.now()
        sandbox.handle(Request("GET", "/instance", "", SIGNED))
        taken.append(sandbox.clock.now() - before)
    assert len(set(taken)) == 10
    assert 1 <= min(taken) <= max(taken) <= 2
