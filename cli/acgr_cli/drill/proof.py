"""Proves that calls are answered: by Connect's test cases, or by a person who calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from acgr_connect.calls import CallResult, TestCall, place_calls
from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import seconds_since_1970, utc
from acgr_connect.model.operation import Deadline, Operation, Say
from acgr_connect.world.connection import Connection

from .console import Console
from .evidence import Called

PERSON = "person"
TEST_CASE = "test case"

ANSWERS = {"y": True, "n": False, "s": None}
"""What a person may type of a call: answered, not answered, not called."""

LONGEST = 900.0
"""Seconds for all calls of one step."""


@dataclass(frozen=True)
class Wanted:
    """A call to a number of a group, in a Region that takes calls of it.

    Attributes:
        number: E.164.
        group: the group's ARN.
        name: what people call the group.
        region: where it is placed.
        shares: how many percent of the group's calls go where.
    """

    number: str
    group: str
    name: str
    region: str
    shares: Mapping[str, int]


class Proof(Protocol):
    """A way to prove that calls are answered."""

    def prove(self, wanted: Sequence[Wanted]) -> list[Called]:
        """Place calls, and say what became of each."""


class Turns:
    """Which number of a group is called next in a Region: all of them in turn, over the whole of a drill."""

    def __init__(self, calls: int) -> None:
        self._calls = calls
        self._next: Counter[tuple[str, str]] = Counter()

    def wanted(self, group: str, name: str, numbers: Sequence[str], calls: Mapping[str, int]) -> Iterator[Wanted]:
        """The calls of one group: so many in each Region that takes any."""
        for region, share in calls.items():
            for _ in range(min(self._calls, len(numbers)) if share else 0):
                number = numbers[self._next[group, region] % len(numbers)]
                self._next[group, region] += 1
                yield Wanted(number, group, name, region, calls)


class TestCases:
    """Calls without a phone."""

    __test__ = False  # it is no test of pytest's

    def __init__(self, connection: Connection, instance: Arn, progress: Say) -> None:
        self._connection, self._instance, self._progress = connection, instance, progress

    def prove(self, wanted: Sequence[Wanted]) -> list[Called]:
        """Place them, in all Regions at once."""
        operation = Operation(Deadline.after(LONGEST, self._connection.clock), progress=self._progress)
        calls = [TestCall(one.number, one.region) for one in wanted]
        results = place_calls(self._connection, self._instance, calls, operation, contacts=True)
        return [_called(one, result) for one, result in zip(wanted, results, strict=True)]


def _called(wanted: Wanted, result: CallResult) -> Called:
    answered = result.is_answered if result.has_ended else None
    return Called(
        number=wanted.number,
        group=wanted.group,
        region=wanted.region,
        by=TEST_CASE,
        answered=answered,
        said=result.error.explained() if result.error else result.why,
        at=utc(result.began or seconds_since_1970()),
        seconds=result.seconds,
        contact=result.contact,
        left=result.left,
    )


class Person:
    """Calls that a person places. Nobody can choose the Region: one call for each number is asked for."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def prove(self, wanted: Sequence[Wanted]) -> list[Called]:
        """Ask for each number."""
        numbers = {one.number: one for one in reversed(wanted)}
        return [self._asked(one) for one in reversed(numbers.values())]

    def _asked(self, wanted: Wanted) -> Called:
        taking = {region: share for region, share in wanted.shares.items() if share}
        expected = ", ".join(f"{region} {share} %" for region, share in taking.items())
        began = seconds_since_1970()
        self._console.say(f"  Call {wanted.number} ({wanted.name}; its calls go to {expected}).")
        answer = ""
        while answer not in ANSWERS:
            answer = self._console.ask("  Was it answered? y, n, or s: not called").lower()[:1]
        said = "not called"
        if answer != "s":
            said = self._console.ask("  What did you hear, and where did it arrive?")
        region = next((one for one in taking if len(taking) == 1 or one in said), "")
        return Called(wanted.number, wanted.group, region, PERSON, ANSWERS[answer], said, utc(began))


class Nothing:
    """No proof: `--no-calls`."""

    def prove(self, wanted: Sequence[Wanted]) -> list[Called]:  # noqa: ARG002
        """Nothing is placed."""
        return []
