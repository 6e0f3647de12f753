"""How long a claim is expected to take."""

from __future__ import annotations

import pytest

from acgr_connect.scheduling.poll_schedule import ClaimDurations


def learned(*arrivals: tuple[float, bool]) -> float | None:
    """What is expected after these arrivals: seconds, and whether a look before had seen the number under way."""
    durations = ClaimDurations()
    for took, seen_in_flight in arrivals:
        durations.note(took, seen_in_flight=seen_in_flight)
    return durations.expected


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ([], None),
        ([(5.0, True)], 5.0),
        ([(5.0, False)], 5.0),
        ([(5.0, True), (5.1, False), (5.1, False), (5.1, False)], 5.0),
        ([(5.0, True), (8.0, True), (6.0, True)], 6.0),
        ([(5.0, True), (5.0, False), (5.0, False), (60.0, True)], 5.0),
        ([(60.0, True), (30.0, False)], 30.0),
        ([(60.0, True), (55.0, False)], 55.0),
        ([(5.0, True), *[(30.0, True)] * 3], 30.0),
        ([(3.0, True), (4.0, True), (5.0, True), (6.0, True), (7.0, True)], 6.0),
    ],
)
def test_expected(arrivals: list[tuple[float, bool]], expected: float | None) -> None:
    """The longest but one of five: a look in time adds nothing, one outlier does not count, who is early is all."""
    assert learned(*arrivals) == expected
