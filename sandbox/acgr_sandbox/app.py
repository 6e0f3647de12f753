"""The sandbox: requests in, answers out, one world in between."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping

from . import control_routes, sts
from .caller import Caller, caller_of
from .changes import release_claims, schedule, settle
from .clock import Clock, RealClock
from .faults import Fault, Faults, misfortune_of, refuse_after, refuse_before, throttled
from .insight import Counters, Timeline
from .model import match, own_code
from .operations import OPERATIONS, Call
from .refusal import LostReply, Refusal
from .switches import Switches
from .throttle import Throttle
from .validation import validate
from .wire import Request, Response, parse, render, render_error
from .world import Number, User, World


class Sandbox:
    """Amazon Connect with two linked Regions, for one account and everybody who asks.

    Args:
        world: what there is. The sandbox owns it from now on.
        clock: whose time it is; the wall clock unless given.
        switches: how it behaves where Connect is not documented.
        on_write: called with the world after every operation that wrote, before the answer goes out.
        scenario: what `reset` goes back to; `world` as it is now unless given.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: Clock | None = None,
        switches: Switches | None = None,
        on_write: Callable[[World], None] | None = None,
        scenario: World | None = None,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.switches = switches or Switches()
        self.faults = Faults()
        self.counters = Counters()
        self._timeline = Timeline(self.clock)
        self._throttle = Throttle()
        self._on_write = on_write or (lambda _: None)
        self._scenario = copy.deepcopy(scenario or world)
        self._world = world
        self.lock = threading.RLock()
        self._timeline.begin(world)

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
            settle(self._world, self.clock.now(), self._watch)

    def handle(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            LostReply: a fault says that the answer never arrives.
        """
        if request.raw_path.startswith("/_sandbox"):
            return control_routes.answer(self, request)
        try:
            caller = caller_of(request.headers, self._world.account)
            if caller.service == "sts":
                self.counters.add("GetCallerIdentity", caller.region, "ok")
                return sts.answer(caller, request, self._world.partition)
            name, labels = _route(request)
        except Refusal as refusal:
            return render_error(refusal)
        return self._serve(caller, name, labels, request)

    def _serve(self, caller: Caller, name: str, labels: Mapping[str, str], request: Request) -> Response:
        with self.lock:
            fault, response, outcome = self._attempt(caller, name, labels, request)
            lost = fault is not None and fault.kind == "lost-reply"
            self.counters.add(name, caller.region, "lost" if lost else outcome)
        delay = self.switches.latency_seconds + (fault.seconds if fault else 0.0)
        if delay:
            self.clock.sleep(delay)
        if lost:
            raise LostReply(f"The answer to {name} in {caller.region} was lost.")
        return response

    def _attempt(
        self, caller: Caller, name: str, labels: Mapping[str, str], request: Request
    ) -> tuple[Fault | None, Response, str]:
        fault = None
        try:
            self._admit(caller, name)
            fault = self.faults.next(name, caller.region)
            refuse_before(fault, self.switches)
            params = parse(name, labels, request)
            validate(name, params)
            response = render(name, self._operate(caller, name, params, fault))
            refuse_after(fault)
        except Refusal as refusal:
            refusal.code = own_code(name, refusal.code)
            return fault, render_error(refusal), refusal.code or "throttled"
        return fault, response, "ok"

    def _admit(self, caller: Caller, name: str) -> None:
        now = self.clock.now()
        if not self._throttle.admits(caller.account, caller.region, name, now, self.switches):
            raise throttled(self.switches)

    def _operate(
        self, caller: Caller, name: str, params: dict[str, object], fault: Fault | None
    ) -> Mapping[str, object]:
        self.settle()
        world = self._world_of(caller)
        now, misfortune = self.clock.now(), misfortune_of(fault)
        call = Call(world, caller.region, now, self.switches, params, self._watch, misfortune)
        answer = OPERATIONS[name].run(call)
        if OPERATIONS[name].writes:
            world.revision += 1
            self.settle()
            self._on_write(self._world)
        return answer

    def _world_of(self, caller: Caller) -> World:
        world = self._world
        if caller.account == world.account:
            return world
        return World(caller.account, world.source_region, world.replica_region, world.partition)

    def _watch(self, number: Number, at: float, what: str, region: str) -> None:
        self._timeline.note(number, at, what, region)
        self._timeline.look(self._world, number, at)

    def keep(self) -> None:
        """Hand the world as it is to `on_write`."""
        with self.lock:
            self._on_write(self._world)

    def hold_claims(self) -> None:
        """From now on what is IN_PROGRESS stays so."""
        with self.lock:
            self._world.claims_held = True
            self.keep()

    def release_claims(self) -> None:
        """What is overdue completes now, the rest when it is due."""
        with self.lock:
            release_claims(self._world, self.clock.now())
            self.settle()
            self.keep()

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
            home = world.instance(instance or next(iter(world.instances)))
            user = User(world.new_id("user", username), username, home.id, mirrored=home.replica is None)
            world.users[user.id] = user
            due = self.clock.now() + self.switches.user_mirror_seconds
            schedule(world, due, "user-mirrored", user.id)
            self.keep()
            return user

    def remove_user(self, username: str) -> None:
        """Delete a user, by name or id; it leaves its TDGs unless a switch lets it linger."""
        with self.lock:
            user = self.world.user(username)
            del self._world.users[user.id]
            self._world.revision += 1
            for group in [] if self.switches.deleted_user_lingers else self._world.groups.values():
                group.members = [member for member in group.members if member != user.id]
                group.listed = [member for member in group.listed if member != user.id]
            self.keep()

    def set_switches(self, switches: Switches) -> None:
        """Behave differently from the next call on."""
        with self.lock:
            self.switches = switches

    def restore(self, world: World) -> None:
        """Put another world in place of this one; its history begins now."""
        with self.lock:
            self._world = world
            self._throttle.fill()
            self._timeline.begin(world)
            self.keep()

    def reset(self) -> None:
        """Back to the scenario: no faults, no counts, full buckets."""
        with self.lock:
            self.faults.clear()
            self.counters.reset()
            self.restore(copy.deepcopy(self._scenario))


def _route(request: Request) -> tuple[str, dict[str, str]]:
    found = match(request.method, request.raw_path)
    if found is None:
        message = f"No operation of Amazon Connect is {request.method} {request.raw_path}."
        raise Refusal("UnknownOperationException", message, status=404)
    name, labels = found
    if name not in OPERATIONS:
        raise Refusal("UnimplementedOperationException", f"The sandbox does not implement {name}.", status=501)
    return name, labels
