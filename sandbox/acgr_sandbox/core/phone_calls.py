"""Calls to phone numbers: placed one by one or as a steady stream, counted as answered or lost.

A call goes to a Region by the number's shares, and there a flow answers it or nothing does (`telephony`). Which calls
go where is drawn from a seed: of every hundred calls to a number each Region gets its share, in an order drawn anew.

A stream is worked out when somebody looks, or when the world changes: between two changes all calls to a number meet
the same, so that their count is a division and not a loop. Only the newest answered calls are kept as contacts.
"""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .models import Number
from .telephony import Route, route_in, shares_of
from .world import World

if TYPE_CHECKING:
    from fractions import Fraction

CONTACTS = 1000
"""How many of the newest answered calls are kept."""

FASTEST = 1_000_000
"""Calls a second that a stream has at most."""

FORMS = "calls a second: 5/s, 0.5/s or 300/min, for some numbers alone 5/s:+442079460001,+442079460002, or off"

_RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:/(s|min|h))?")
_UNITS = {"s": 1, "min": 60, "h": 3600}
_BLOCK = 100

RecordCalls = Callable[[Number, float, str, str, int], None]
"""Takes a number, when, what happened, in which Region, and to how many calls."""


def rate_of(text: str) -> Fraction:
    """Calls a second, from one of the `FORMS` without numbers.

    Raises:
        ValueError: the text is none of them.
    """
    from fractions import Fraction  # few sandboxes have a stream of calls

    if text == "off":
        return Fraction(0)
    found = _RATE.fullmatch(text)
    rate = Fraction(found[1]) / _UNITS[found[2] or "s"] if found else None
    if rate is None or rate > FASTEST:
        raise ValueError(f"{text!r} is no rate of calls; write {FORMS}.")
    return rate


@dataclass
class Stream:
    """A steady stream of calls: `rate` a second since `started` (epoch seconds), to all numbers in turn or to some.

    `numbers` are those it goes to, in E.164; empty stands for all there are. `counted` calls have been placed.
    """

    text: str
    rate: Fraction
    numbers: tuple[str, ...]
    started: float
    counted: int = 0

    def due(self, now: float) -> int:
        """How many calls it has placed until `now`: the first after one interval, not at once."""
        # In whole microseconds: a float of seconds since 1970 holds no more, and a sum of them less.
        return round((now - self.started) * 1_000_000) * self.rate.numerator // (1_000_000 * self.rate.denominator)

    def time_of(self, call: int) -> float:
        """When it places the call with that index, from 0, in epoch seconds."""
        return self.started + (call + 1) * self.rate.denominator / self.rate.numerator

    def numbers_in(self, world: World) -> list[Number]:
        """The numbers it goes to that there are."""
        if not self.numbers:
            return list(world.numbers.values())
        return [number for number in world.numbers.values() if number.e164 in self.numbers]


@dataclass
class Tally:
    """Calls to one number in one Region; `silent` of those lost are lost since a call was answered there."""

    answered: int = 0
    lost: int = 0
    silent: int = 0


@dataclass
class Contact:
    """An answered call from `at` to `ended` (epoch seconds); `n` counts them from 1, `caller` is whose number rang."""

    n: int
    at: float
    number_id: str
    e164: str
    region: str
    instance_id: str
    group_id: str | None
    flow_id: str
    channel: str = "VOICE"
    caller: str = "+447700900000"  # of the numbers that are kept for fiction
    ended: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A call is over at once: the flow hangs up."""
        self.ended = self.ended or self.at


class Placed(NamedTuple):
    """Calls to one number that went the same way; `contact` is the newest of them, None where nothing answered."""

    route: Route
    calls: int
    contact: Contact | None


@dataclass(frozen=True)
class _Batch:
    """Calls to one number while the world stands still: `count` of them, the first at `at`, then every `step`."""

    number: Number
    first: int  # how many were placed to this number before
    count: int
    at: float
    step: float

    def time_of(self, index: int) -> float:
        return self.at + index * self.step


class PhoneCalls:
    """The calls that were placed. Not locked: `Simulation` asks under its own lock.

    Args:
        record: told of the first lost call of a silence, and of how many were lost when it is over.
    """

    def __init__(self, record: RecordCalls = lambda *_: None) -> None:
        self._record = record
        self._tallies: dict[str, dict[str, Tally]] = {}
        self._placed: Counter[str] = Counter()
        self._contacts: deque[Contact] = deque(maxlen=CONTACTS)
        self._last_contact = 0
        self.stream: Stream | None = None
        self.answered = 0
        self.lost = 0

    @property
    def contacts(self) -> Sequence[Contact]:
        """The newest answered calls, oldest first."""
        return self._contacts

    def begin(self) -> None:
        """Count from nothing; a stream goes on."""
        self._tallies.clear()
        self._placed.clear()
        self._contacts.clear()
        self.answered = self.lost = 0

    def start_stream(self, text: str, world: World, now: float) -> None:
        """Let a stream run from now on, in place of the one that runs.

        Args:
            text: one of the `FORMS`.
            world: whose numbers it goes to.
            now: epoch seconds.

        Raises:
            ValueError: the text is none of them, or there is no such number.
        """
        head, colon, tail = text.partition(":")
        rate, names = rate_of(head), tuple(name.strip() for name in tail.split(",")) if colon else ()
        known = {number.e164 for number in world.numbers.values()}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ValueError(f"There is no number {unknown[0]!r} that calls could go to.")
        self.stream = Stream(text, rate, names, now) if rate else None

    def advance(self, world: World, until: float, seed: int) -> None:
        """Place what the stream has placed until then, in a world that has not changed meanwhile."""
        stream = self.stream
        begin, end = (stream.counted, stream.due(until)) if stream else (0, 0)
        if stream is None or end <= begin:
            return
        stream.counted = end
        numbers = stream.numbers_in(world)
        batches = list(_in_turn(stream, numbers, begin, end, self._placed))
        for at, number, what, region, calls in sorted(
            (event for batch in batches for event in self._count(world, batch, seed)), key=lambda event: event[0]
        ):
            self._record(number, at, what, region, calls)
        self._keep_newest(world, batches, seed)

    def place(self, world: World, number: Number, count: int, now: float, seed: int) -> list[Placed]:
        """Place calls to a number now; what they met, by Region."""
        batch = _Batch(number, self._placed[number.e164], count, now, 0.0)
        ways = [(route, calls) for route, calls, _ in _ways(world, batch, seed)]
        for _, _, what, region, calls in self._count(world, batch, seed):
            self._record(number, now, what, region, calls)
        newest = {contact.region: contact for contact in self._keep_newest(world, [batch], seed)}
        return [Placed(route, calls, newest.get(route.region)) for route, calls in ways]

    def check_silence(self, world: World, number: Number, at: float) -> None:
        """Tell how many calls were lost where a number answers again, or is no more."""
        for region, tally in self._tallies.get(number.id, {}).items():
            if tally.silent and (number.id not in world.numbers or route_in(world, number, region).flow_id):
                self._record(number, at, "calls lost", region, tally.silent)
                tally.silent = 0

    def tallies(self, number_id: str) -> dict[str, Tally]:
        """The calls to one number, by Region."""
        return self._tallies.get(number_id, {})

    def _count(self, world: World, batch: _Batch, seed: int) -> Iterator[tuple[float, Number, str, str, int]]:
        self._placed[batch.number.e164] += batch.count
        for route, calls, first in _ways(world, batch, seed):
            tally = self._tallies.setdefault(batch.number.id, {}).setdefault(route.region, Tally())
            event = (batch.time_of(first), batch.number)
            if route.flow_id:
                if tally.silent:
                    yield (*event, "calls lost", route.region, tally.silent)
                tally.answered, tally.silent = tally.answered + calls, 0
                self.answered += calls
                continue
            if not tally.silent:
                yield (*event, "first call lost", route.region, 1)
            tally.lost, tally.silent = tally.lost + calls, tally.silent + calls
            self.lost += calls

    def _keep_newest(self, world: World, batches: list[_Batch], seed: int) -> list[Contact]:
        calls = [(batch.time_of(index), batch, index) for batch in batches for index in _last(batch, len(batches))]
        kept = []
        for at, batch, index in sorted(calls, key=lambda call: call[0])[-CONTACTS:]:
            contact = self._contact(world, batch, batch.first + index, at, seed)
            kept += [contact] if contact else []
        self._contacts.extend(kept)
        return kept

    def _contact(self, world: World, batch: _Batch, call: int, at: float, seed: int) -> Contact | None:
        number = batch.number
        route = route_in(world, number, _region_of(shares_of(world, number), seed, number.e164, call))
        if route.flow_id is None:
            return None
        self._last_contact += 1
        place = (number.id, number.e164, route.region, route.instance_id, route.group_id, route.flow_id)
        return Contact(self._last_contact, at, *place)


def _in_turn(stream: Stream, numbers: list[Number], begin: int, end: int, placed: Counter[str]) -> Iterator[_Batch]:
    turn = len(numbers)
    for first in range(begin, min(end, begin + turn)):
        number = numbers[first % turn]
        count = (end - first - 1) // turn + 1
        step = turn * stream.rate.denominator / stream.rate.numerator
        yield _Batch(number, placed[number.e164], count, stream.time_of(first), step)


def _last(batch: _Batch, batches: int) -> range:
    # Batches take turns: none has more of the newest than its part, and one call.
    return range(max(0, batch.count - CONTACTS // batches - 1), batch.count)


def _ways(world: World, batch: _Batch, seed: int) -> Iterator[tuple[Route, int, int]]:
    """Where the calls of a batch go: the route, how many take it, the index of the first that does."""
    number = batch.number
    for region, (calls, first) in _split(shares_of(world, number), seed, batch).items():
        yield route_in(world, number, region), calls, first


def _split(shares: dict[str, int], seed: int, batch: _Batch) -> dict[str, tuple[int, int]]:
    """Of the calls of a batch, how many go to each Region, and the index of the first that does."""
    only = _only_region(shares)
    if only:
        return {only: (batch.count, 0)}
    found: dict[str, list[int]] = {}
    last, index = batch.first + batch.count, batch.first
    while index < last:
        if index % _BLOCK == 0 and last - index >= _BLOCK and set(found) == {r for r, s in shares.items() if s}:
            blocks = (last - index) // _BLOCK
            for region, share in shares.items():
                if share:
                    found[region][0] += blocks * share
            index += blocks * _BLOCK
            continue
        region = _region_of(shares, seed, batch.number.e164, index)
        found.setdefault(region, [0, index - batch.first])[0] += 1
        index += 1
    return {region: (calls, first) for region, (calls, first) in found.items()}


def _only_region(shares: dict[str, int]) -> str | None:
    taking = [region for region, share in shares.items() if share]
    return taking[0] if len(taking) == 1 else None


def _region_of(shares: dict[str, int], seed: int, e164: str, call: int) -> str:
    """The Region that the call with that index to a number goes to."""
    only = _only_region(shares)
    if only:
        return only
    drawn, reached = _drawn_order(seed, e164, call // _BLOCK)[call % _BLOCK], 0
    for region, share in shares.items():
        reached += share
        if drawn < reached:
            return region
    return region


@lru_cache(maxsize=4096)
def _drawn_order(seed: int, e164: str, block: int) -> bytes:
    order = list(range(_BLOCK))
    random.Random(f"{seed}/{e164}/{block}").shuffle(order)
    return bytes(order)
