"""What is simulated: one world, and what decides how it behaves.

A `Simulation` holds the world, its clock, switches, faults, throttle and metrics under one lock, makes the changes
that are due, and runs an operation of Connect on the world. It knows nothing of requests: `dispatch` turns those to
the API into operations, `control.routes` those to the control routes into calls of its methods.
"""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .core.clock import Clock, RealClock
from .core.events import LONGEST, Event, EventLog
from .core.faults import Faults
from .core.metrics import NO_OPERATION, THROTTLES, CallRate, Counters, NumberEvent, Timeline
from .core.models import Number, User
from .core.pending_changes import release_claims, schedule, settle, shift
from .core.phone_calls import PhoneCalls, Placed
from .core.switches import Switches
from .core.throttle import Throttle
from .core.world import World
from .operations import OPERATIONS, Call
from .wire.caller import Caller
from .wire.refusal import Refusal
from .wire.rest_json import parameters
from .wire.validation import validate

if TYPE_CHECKING:
    from .access.access import Access

Answer = Mapping[str, Any]

MOST_CALLS = 1_000_000
"""How many calls can be placed at once."""


class Write(NamedTuple):
    """An operation that wrote: when and where, its parameters, how its asynchronous part fails, the revision after it.

    The same writes on the same world, with the same switches, make the same world.
    """

    at: float
    region: str
    operation: str
    params: Mapping[str, object]
    async_failure: str | None
    revision: int


class Keeper(Protocol):
    """Keeps a world beyond the life of the process."""

    def save(self, simulation: Simulation) -> None:
        """Keep the world whole."""

    def add(self, write: Write, simulation: Simulation) -> None:
        """Keep one more write, before it is answered."""


class Simulation:
    """The world of one account in two linked Regions, and how Connect behaves in it.

    Args:
        world: what there is. The simulation owns it from now on.
        clock: whose time it is; the wall clock unless given.
        switches: how it behaves where Connect is not documented.
        on_write: called with the world after every operation that wrote, before the answer goes out.
        scenario: what `reset` goes back to; `world` as it is now unless given.
        on_event: called with every event (module `core.events`), as it happens.
        keeper: keeps the world beyond the life of the process.

    `secret` is what it proves by that it is itself: `GET /_sandbox/status`. `access` is what its callers may do; None:
    everything.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: Clock | None = None,
        switches: Switches | None = None,
        on_write: Callable[[World], None] | None = None,
        scenario: World | None = None,
        on_event: Callable[[Event], None] | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.switches = switches or Switches()
        self.access: Access | None = None
        self.faults = Faults()
        self.counters = Counters()
        self.call_rate = CallRate()
        self.events = EventLog(on_event)
        self.throttle = Throttle()
        self.lock = threading.RLock()
        self.secret = secrets.token_hex(32)
        self._timeline = Timeline(self.clock, self._log_number_event)
        self._phone_calls = PhoneCalls(self._timeline.record)
        self._on_write = on_write or (lambda _: None)
        self._keeper = keeper
        self._scenario = copy.deepcopy(scenario or world)
        self._world = world
        self._timeline.begin(world)

    @property
    def account(self) -> str:
        """Whose world it is."""
        return self._world.account

    @property
    def partition(self) -> str:
        """The partition of its ARNs."""
        return self._world.partition

    @property
    def world(self) -> World:
        """The world as it is now: what was due has happened."""
        self.settle()
        return self._world

    @property
    def timeline(self) -> Timeline:
        """What happened to each number until now."""
        self.settle()
        return self._timeline

    @property
    def phone_calls(self) -> PhoneCalls:
        """The calls to phone numbers until now."""
        self.settle()
        return self._phone_calls

    def settle(self) -> None:
        """Make all changes that are due, and place the calls of the stream between them."""
        with self.lock:
            self._settle_until(self.clock.now())

    def _settle_until(self, now: float) -> None:
        settle(self._world, now, self._record_number_event, self._advance_stream)
        self._advance_stream(now)

    def _advance_stream(self, until: float) -> None:
        self._phone_calls.advance(self._world, until, self.switches.seed)

    def place_calls(self, number: str, count: int = 1) -> list[Placed]:
        """Place calls to a number now; what they met, by Region.

        Args:
            number: E.164 or id.
            count: how many, 1 to a million.

        Raises:
            ValueError: there is no such number, or the count is none.
        """
        with self.lock:
            if not isinstance(count, int) or not 1 <= count <= MOST_CALLS:
                raise ValueError(f"count is {count}; it takes 1 to {MOST_CALLS}.")
            called = self._called(number)
            return self._phone_calls.place(self._world, called, count, self.clock.now(), self.switches.seed)

    def calls_lost(self, number: str, region: str | None = None) -> int:
        """How many calls to a number (E.164 or id) were lost so far, in one Region or in all.

        Raises:
            ValueError: there is no such number.
        """
        with self.lock:
            tallies = self.phone_calls.tallies(self._called(number).id)
            return sum(tally.lost for where, tally in tallies.items() if region in (None, where))

    def _called(self, number: str) -> Number:
        try:
            return self.world.number(number)
        except KeyError:
            raise ValueError(f"There is no number {number!r}.") from None

    def stream_calls(self, text: str) -> None:
        """Let a steady stream of calls run from now on (module `core.phone_calls` has the forms of its text).

        Raises:
            ValueError: the text is none of them.
        """
        with self.lock:
            self._phone_calls.start_stream(text, self.world, self.clock.now())
            self.log_world_event(f"phone calls at {text}")

    def operate(
        self, caller: Caller, name: str, params: Mapping[str, object], async_failure: str | None = None
    ) -> Answer:
        """Run an operation, past throttle, faults and counters; parameters are taken as valid.

        Args:
            caller: as whom, and where.
            name: one of `OPERATIONS`.
            params: as the service model has them.
            async_failure: the message with which the asynchronous part ends in failure.

        Raises:
            Refusal: Connect would refuse it.
        """
        # One time for what was due before and for the operation: nothing may fall between them when it is repeated.
        now, record = self.clock.now(), self._record_number_event
        self._settle_until(now)
        world = self._world_of(caller)
        switches = self.switches.drawn(str(world.revision))
        call = Call(world, caller.region, now, switches, params, record, async_failure, self._phone_calls)
        answer = OPERATIONS[name].run(call)
        if OPERATIONS[name].writes:
            world.revision += 1
            self.settle()
            self._on_write(self._world)
            if self._keeper is not None and world is self._world:
                self._keeper.add(Write(now, caller.region, name, params, async_failure, world.revision), self)
        return answer

    def perform(self, operation: str, params: Mapping[str, object], *, region: str) -> Answer:
        """As `operate`, for the scenario's account, parameters checked.

        Raises:
            Refusal: Connect would refuse it.
            KeyError: there is no such operation.
        """
        with self.lock:
            read = parameters(OPERATIONS[operation].name, params)
            validate(operation, read, patterns=self.switches.patterns == "check")
            return self.operate(Caller(self._world.account, region, "connect", ""), operation, read)

    def _world_of(self, caller: Caller) -> World:
        world = self._world
        if caller.account == world.account:
            return world
        return World(caller.account, world.source_region, world.replica_region, world.partition, closed=True)

    def _record_number_event(self, number: Number, at: float, what: str, region: str) -> None:
        self._timeline.record(number, at, what, region)
        self._timeline.check_dark(self._world, number, at)
        self._phone_calls.check_silence(self._world, number, at)

    def _log_number_event(self, event: NumberEvent) -> None:
        facts: dict[str, object] = {
            "number": event.e164,
            "number_id": event.number_id,
            "region": event.region,
            "what": event.what,
        }
        if event.calls:
            facts["calls"] = event.calls
        self.events.add(event.time, "number", facts)

    def record_direct_change(self, number: Number, what: str) -> None:
        """Write on a number's timeline what was done to it past the API, and persist the world."""
        with self.lock:
            self._world.revision += 1
            self._record_number_event(number, self.clock.now(), what, "")
            self.persist()

    def record_call(
        self, operation: str, region: str, outcome: str, facts: Mapping[str, object], *, lacked: str = ""
    ) -> None:
        """Count a call to the API, and write it in the events. The caller holds the lock.

        Args:
            operation: its name, or `NO_OPERATION`.
            region: of its signature; empty where there is none.
            outcome: `ok`, `lost`, `reset`, or the error's code.
            facts: what else the event says of it.
            lacked: the name of what was asked for, where the sandbox does not have it.
        """
        now, region = self.clock.now(), region[:LONGEST]
        self.counters.add(operation, region or "-", outcome, lacked=lacked)
        self.call_rate.add(now, throttled=outcome in THROTTLES)
        self.events.add(now, "call", {"operation": operation, "region": region, "outcome": outcome, **facts})

    def record_refused(self, refusal: Refusal) -> None:
        """Count a request that was refused before anybody looked what it is for."""
        with self.lock:
            facts: dict[str, object] = {
                "account": "",
                "status": refusal.status,
                "on": [],
                "asked": refusal.message[:LONGEST],
            }
            self.record_call(NO_OPERATION, "", refusal.code, facts)

    def log_world_event(self, what: str, **facts: object) -> None:
        """Write in the events what was done to the whole sandbox."""
        with self.lock:
            self.events.add(self.clock.now(), "world", {"what": what, **facts})

    def persist(self) -> None:
        """Hand the world as it is to `on_write`, and have it kept whole: what was done to it was no operation."""
        with self.lock:
            self._on_write(self._world)
            self.keep()

    def keep(self) -> None:
        """Have the world as it is kept whole."""
        with self.lock:
            if self._keeper is not None:
                self._keeper.save(self)

    def hold_claims(self) -> None:
        """From now on what is IN_PROGRESS stays so."""
        with self.lock:
            self.world.claims_held = True
            self.log_world_event("claims held")
            self.persist()

    def release_claims(self) -> None:
        """What is overdue completes now, the rest when it is due."""
        with self.lock:
            release_claims(self._world, self.clock.now())
            self.log_world_event("claims released")
            self.settle()
            self.persist()

    def dark_numbers(self) -> list[tuple[str, str]]:
        """(E.164, Region) of every number that has no flow where its callers arrive now."""
        with self.lock:
            numbers = sorted(self.world.numbers.values(), key=lambda number: number.e164)
            return [(number.e164, region) for number in numbers for region in self._world.dark_regions(number)]

    def add_user(self, username: str, instance: str | None = None) -> User:
        """A new user, as somebody would make one: the replica has it after a moment.

        Args:
            username: what it is called.
            instance: alias or id; the first instance unless given.
        """
        with self.lock:
            world = self.world
            of = world.instance(instance or next(iter(world.instances)))
            user = User(world.new_id("user", username), username, of.id, mirrored=of.replica is None)
            world.users[user.id] = user
            due = self.clock.now() + self.switches.drawn(str(world.revision)).user_mirror_seconds
            schedule(world, due, "user-mirrored", user.id)
            self.persist()
            return user

    def remove_user(self, username: str) -> None:
        """Delete a user, by name or id; it leaves its TDGs unless a switch lets it linger."""
        with self.lock:
            self.world.delete_user(self._world.user(username).id, lingers=self.switches.deleted_user_lingers)
            self.persist()

    def set_switches(self, switches: Switches) -> None:
        """Behave differently from the next call on."""
        with self.lock:
            self.settle()
            self.switches = switches
            self.keep()

    def set_policies(self, documents: Mapping[str, object]) -> None:
        """Hold the callers of the account to policies from now on: an access key, or `*`, to IAM's JSON; {}: to none.

        Raises:
            ValueError: something is no policy, or has what is not evaluated here.
        """
        from .access.access import Access  # few sandboxes have policies, and all start sooner without

        with self.lock:
            self.access = Access.read(documents) if documents else None
            self.log_world_event("policies set", of=sorted(documents))

    def restore(self, world: World, taken: float = 0.0, *, what: str = "restored") -> None:
        """Put another world in place of this one; its history begins now.

        Args:
            world: the other world; what is under way in it goes on from where it was.
            taken: what time it was there, epoch seconds; unless given, what is due keeps its time.
            what: how the events call it.
        """
        with self.lock:
            self.settle()
            if taken:
                shift(world, self.clock.now() - taken)
            self._world = world
            self._phone_calls.begin()
            self.log_world_event(what)
            self.throttle.fill()
            self._timeline.begin(world)
            self.persist()

    def reset(self) -> None:
        """Back to the scenario: no faults, no counts, full buckets."""
        with self.lock:
            self.settle()
            self.faults.clear()
            self.counters.reset()
            self.restore(copy.deepcopy(self._scenario), what="reset")
