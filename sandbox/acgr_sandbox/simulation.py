"""What is simulated: one world, and what decides how it behaves.

A `Simulation` holds the world, its clock, switches, faults, throttle and metrics under one lock, makes the changes
that are due, and runs an operation of Connect on the world. It knows nothing of requests: `dispatch` turns those to
the API into operations, `control.routes` those to the control routes into calls of its methods.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from typing import Any

from .core.clock import Clock, RealClock
from .core.events import Event, EventLog
from .core.faults import Faults
from .core.metrics import CallRate, Counters, NumberEvent, Timeline
from .core.models import Number, User
from .core.pending_changes import release_claims, schedule, settle, shift
from .core.switches import Switches
from .core.throttle import Throttle
from .core.world import World
from .operations import OPERATIONS, Call
from .wire.caller import Caller
from .wire.rest_json import parameters
from .wire.validation import validate

Answer = Mapping[str, Any]


class Simulation:
    """The world of one account in two linked Regions, and how Connect behaves in it.

    Args:
        world: what there is. The simulation owns it from now on.
        clock: whose time it is; the wall clock unless given.
        switches: how it behaves where Connect is not documented.
        on_write: called with the world after every operation that wrote, before the answer goes out.
        scenario: what `reset` goes back to; `world` as it is now unless given.
        on_event: called with every event (module `core.events`), as it happens.
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
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.switches = switches or Switches()
        self.faults = Faults()
        self.counters = Counters()
        self.call_rate = CallRate()
        self.events = EventLog(on_event)
        self.throttle = Throttle()
        self.lock = threading.RLock()
        self._timeline = Timeline(self.clock, self._log_number_event)
        self._on_write = on_write or (lambda _: None)
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

    def settle(self) -> None:
        """Make all changes that are due."""
        with self.lock:
            settle(self._world, self.clock.now(), self._record_number_event)

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
        self.settle()
        world = self._world_of(caller)
        switches = self.switches.drawn(str(world.revision))
        now, record = self.clock.now(), self._record_number_event
        answer = OPERATIONS[name].run(Call(world, caller.region, now, switches, params, record, async_failure))
        if OPERATIONS[name].writes:
            world.revision += 1
            self.settle()
            self._on_write(self._world)
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

    def _log_number_event(self, event: NumberEvent) -> None:
        facts = {"number": event.e164, "number_id": event.number_id, "region": event.region, "what": event.what}
        self.events.add(event.time, "number", facts)

    def record_direct_change(self, number: Number, what: str) -> None:
        """Write on a number's timeline what was done to it past the API, and persist the world."""
        with self.lock:
            self._world.revision += 1
            self._record_number_event(number, self.clock.now(), what, "")
            self.persist()

    def log_world_event(self, what: str, **facts: object) -> None:
        """Write in the events what was done to the whole sandbox."""
        with self.lock:
            self.events.add(self.clock.now(), "world", {"what": what, **facts})

    def persist(self) -> None:
        """Hand the world as it is to `on_write`."""
        with self.lock:
            self._on_write(self._world)

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
            self.switches = switches

    def restore(self, world: World, taken: float = 0.0, *, what: str = "restored") -> None:
        """Put another world in place of this one; its history begins now.

        Args:
            world: the other world; what is under way in it goes on from where it was.
            taken: what time it was there, epoch seconds; unless given, what is due keeps its time.
            what: how the events call it.
        """
        with self.lock:
            if taken:
                shift(world, self.clock.now() - taken)
            self._world = world
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
