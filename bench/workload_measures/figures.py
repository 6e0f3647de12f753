"""What a run did, from the sandbox's events. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

Event = Mapping[str, Any]
THROTTLES = frozenset({"ThrottlingException", "TooManyRequestsException"})
HOME = "eu-west-2"
"""The Region in which the numbers were claimed."""


@dataclass(frozen=True)
class Window:
    """A time between two, epoch seconds of the sandbox's clock."""

    begin: float
    end: float


@dataclass(frozen=True)
class Figures:
    """Connect's side of a run.

    Attributes:
        span: seconds of the sandbox's clock from the first call to the last.
        calls: accepted calls by operation.
        throttled: answers that were 429.
        dark: seconds for which each number had no flow where it was claimed, sorted; those that came back.
        dark_in_replica: the longest of them in the other Region.
        left_dark: numbers that have none at the end, there.
        released: numbers that were given up.
    """

    span: float
    calls: Mapping[str, int]
    throttled: int
    dark: Sequence[float]
    dark_in_replica: float
    left_dark: int
    released: int


def figures(events: Sequence[Event]) -> Figures:
    """The figures of what happened since the rate was switched on."""
    measured = since_the_rate(events)
    calls = [e for e in measured if e["kind"] == "call" and e["operation"] != "GetCallerIdentity"]
    ended, dark = darknesses(e for e in measured if e["kind"] == "number")
    home = sorted(seconds for region, seconds in ended if region == HOME)
    away = [seconds for region, seconds in ended if region != HOME]
    accepted = Counter(e["operation"] for e in calls if e["outcome"] == "ok")
    return Figures(
        span=calls[-1]["time"] - calls[0]["time"] if calls else 0.0,
        calls=dict(sorted(accepted.items())),
        throttled=sum(e["outcome"] in THROTTLES for e in calls),
        dark=home,
        dark_in_replica=max(away, default=0.0),
        left_dark=sum(region == HOME for region in dark),
        released=accepted["ReleasePhoneNumber"],
    )


def since_the_rate(events: Sequence[Event]) -> Sequence[Event]:
    """What came after the last setting of switches: before it the world was made ready, at any rate."""
    begins = [at for at, e in enumerate(events) if e["kind"] == "world" and e["what"] == "switches set"]
    return events[begins[-1] + 1 :] if begins else events


def darknesses(events: Iterable[Event]) -> tuple[list[tuple[str, float]], list[str]]:
    """(Region, seconds) of every darkness that ended, and the Regions of those that did not."""
    since: dict[tuple[str, str], float] = {}
    ended = []
    for event in events:
        key = (event["number"], event["region"])
        if event["what"] == "dark":
            since[key] = event["time"]
        elif event["what"] == "lit" and key in since:
            ended.append((event["region"], event["time"] - since.pop(key)))
    return ended, [region for _, region in since]


def dark_after(events: Sequence[Event], window: Window) -> float:
    """Seconds from the end of an outage to the flow of the last number that was dark when it began.

    A number that stays dark counts up to the last event; one that was lit meanwhile counts nothing.
    """
    changes = [e for e in events if e["kind"] == "number" and e["region"] == HOME and e["what"] in ("dark", "lit")]
    at_its_begin = {e["number"]: e["what"] for e in changes if e["time"] <= window.begin}
    lit: dict[str, float] = {}
    for event in changes:
        if event["what"] == "lit" and event["time"] > window.begin:
            lit.setdefault(event["number"], event["time"])
    dark = [number for number, what in at_its_begin.items() if what == "dark"]
    last: float = events[-1]["time"] if events else window.end
    return max([0.0, *(lit.get(number, last) - window.end for number in dark)])


def first_lit(events: Sequence[Event]) -> float | None:
    """When the first number was given a flow where it was claimed, epoch seconds; None where none was."""
    return next(
        (e["time"] for e in events if e["kind"] == "number" and (e["what"], e["region"]) == ("lit", HOME)), None
    )


def first_request(events: Sequence[Event]) -> float | None:
    """When the first call of Connect arrived; None where none did."""
    return next((e["time"] for e in events if e["kind"] == "call"), None)


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of the sorted values that is not exceeded by so many of 100; 0 of none."""
    return values[max(0, ceil(len(values) * part / 100) - 1)] if values else 0.0
