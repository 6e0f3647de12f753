"""How long a run takes at the request rate, and how that is said."""

from __future__ import annotations

import pytest

from acgr_connect.scheduling.duration import Pace, Work, about, about_between
from acgr_connect.scheduling.token_bucket import Rate

RATE = Rate(2.0, 5.0)

MEASURED = [
    # (numbers, agents, scope, seconds from the first call to the last): bench/results.md
    *[(25, 100, "per-operation", 48.6), (25, 100, "shared", 95.7), (50, 100, "per-operation", 48.7)],
    *[(50, 100, "shared", 135.8), (200, 200, "per-operation", 106.4), (200, 200, "shared", 423.1)],
    *[(0, 100, "shared", 50.2), (0, 1000, "shared", 504.8)],
]


@pytest.mark.parametrize(("numbers", "agents", "scope", "took"), MEASURED)
def test_what_was_measured(numbers: int, agents: int, scope: str, took: float) -> None:
    """What is foretold is within a quarter of what runs of the real command line took."""
    pace = Pace(RATE, scope, 5.0)  # type: ignore[arg-type]
    least, most = pace.seconds(Work(moves=numbers, joins=agents))
    assert least == most
    assert 0.75 * took <= least <= 1.25 * took


@pytest.mark.parametrize("work", [Work(moves=25, joins=100), Work(flows=9), Work(leaves=300)])
def test_a_scope_that_nobody_knows(work: Work) -> None:
    """Until it is known what a bucket is counted over, both durations are told, the shorter one first."""
    least, most = Pace(RATE, "auto").seconds(work)
    assert least == Pace(RATE, "per-operation").seconds(work)[0]
    assert most == Pace(RATE, "shared").seconds(work)[1]
    assert least <= most


def test_nothing_takes_no_time() -> None:
    """Who has nothing to do waits for nothing, not even for a claim."""
    assert Pace(RATE, "auto", 60.0).seconds(Work()) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (5.5, "6 s"), (119.0, "119 s"), (120.0, "2 min"), (3600.0, "60 min")]
)
def test_as_people_say_it(seconds: float, said: str) -> None:
    """Whole seconds, from two minutes on whole minutes, and never none at all."""
    assert about(seconds) == said


def test_between() -> None:
    """Where both are said alike, one of them is enough."""
    assert about_between(48.0, 95.0) == "48 s to 95 s"
    assert about_between(5.6, 6.1) == "6 s"
