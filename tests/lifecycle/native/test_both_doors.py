"""What is said of the same declarations by both doors, line by line.

Two things are normalised. Names of arguments, outputs and settings are written in snake_case for programs of the
dynamic provider, in camelCase for those of the native one. And for how long a number had no flow is measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest
from native_door import Door, Failed, Props, urn_of
from numbers_there import DARK, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE
from sandbox_time import SandboxTime
from surroundings import WORLD, by_hand

from acgr import connected
from acgr.requests import Engine, Request
from acgr.runtime.looking_ahead import ended, tell
from acgr.runtime.resource import PartialState
from acgr.runtime.run import Run
from acgr.runtime.steps import StepFailed, Steps
from acgr_connect.model.property_names import in_snake_case
from acgr_plugin.configuration import settings_of
from acgr_plugin.kinds import kinds
from acgr_plugin.words import as_written
from acgr_sandbox import ManualClock, Sandbox, load_scenario, session_on

Begin = Callable[..., Door]

PLACEMENT, FLOW, USER = "PhoneNumberPlacement", "PhoneNumberContactFlow", "TrafficDistributionGroupUser"
ROSTER, GROUP, REPLICATED = "TrafficDistributionGroupRoster", "TrafficDistributionGroup", "InstanceReplica"


_SECONDS = re.compile(r"(?<=it had no flow for) [0-9.]+ s")


class Teller(Protocol):
    """A door, as a run asks it: each step answers with what is kept, and what was said is heard."""

    def begin(self) -> None:
        """Another process."""

    def preview(self, *declared: tuple[str, str, Props]) -> None:
        """A preview of these: kind, name, inputs as the native door writes them."""

    def up(self, *declared: tuple[str, str, Props]) -> None:
        """An update, which deletes what is not declared any more."""

    def refresh(self) -> None:
        """A refresh."""

    @property
    def heard(self) -> list[tuple[str, str]]:
        """The name of a resource and a line, sorted."""
        ...


class Native:
    """By gRPC."""

    def __init__(self, begin: Begin) -> None:
        self._begin, self._lines = begin, list[tuple[str, str]]()
        self._state: dict[tuple[str, str], tuple[str, Props, Props]] = {}
        self.door = begin()

    def begin(self) -> None:
        self._lines += [(urn, line) for urn, line in self.door.heard.lines]
        self.door = self._begin()

    def _checked(self, declared: tuple[tuple[str, str, Props], ...]) -> dict[tuple[str, str], tuple[Props, Any]]:
        found = {}
        for kind, name, news in declared:
            _, _, before = self._state.get((kind, name), ("", {}, {}))
            inputs, wrong = self.door.judged(kind, news, before, name)
            self._lines += [(urn_of(kind, name), reason) for reason in wrong]
            if wrong:
                continue
            diff = None
            if (kind, name) in self._state:
                id_, state, before = self._state[kind, name]
                diff = self.door.diff(kind, id_, state, inputs, before, name)
            found[kind, name] = (inputs, diff)
        return found

    @contextmanager
    def _noting(self, kind: str, name: str) -> Iterator[None]:
        try:
            yield
        except Failed as error:
            self._lines += [(urn_of(kind, name), line) for line in str(error).splitlines()]

    def preview(self, *declared: tuple[str, str, Props]) -> None:
        for (kind, name), (inputs, diff) in self._checked(declared).items():
            with self._noting(kind, name):
                if diff is None or diff.replaces:
                    self.door.create(kind, inputs, preview=True, name=name)
                elif diff.changes == 2:
                    id_, state, _ = self._state[kind, name]
                    self.door.update(kind, id_, state, inputs, preview=True, name=name)
        self.begin()

    def up(self, *declared: tuple[str, str, Props]) -> None:
        before = dict(self._state)
        for (kind, name), (inputs, diff) in self._checked(declared).items():
            with self._noting(kind, name):
                if diff is None:
                    self._state[kind, name] = (*self.door.create(kind, inputs, name=name), inputs)
                elif diff.changes == 2:
                    id_, state, _ = before[kind, name]
                    self._state[kind, name] = id_, self.door.update(kind, id_, state, inputs, name=name), inputs
        for kind, name in before.keys() - {(kind, name) for kind, name, _ in declared}:
            id_, state, _ = self._state.pop((kind, name))
            self.door.delete(kind, id_, state, name)
        self.begin()

    def refresh(self) -> None:
        for (kind, name), (id_, state, inputs) in self._state.items():
            self._state[kind, name] = self.door.read(kind, id_, state, inputs, name)
        self.begin()

    @property
    def heard(self) -> list[tuple[str, str]]:
        return sorted((urn.rpartition("::")[2], _SECONDS.sub(" N s", line)) for urn, line in self._lines)


class Hearing(Engine):
    """The engine that the dynamic provider speaks to."""

    def __init__(self) -> None:
        super().__init__(None)
        self.lines: list[tuple[str, str]] = []

    def log(self, urn: str | None, severity: Any, message: str, *, ephemeral: bool) -> None:
        if urn and not ephemeral:
            self.lines.append((urn, message))


class Dynamic:
    """By the steps that `ConnectProvider` takes with a request of Pulumi's dynamic provider."""

    def __init__(self, sandbox: Sandbox, folder: Any) -> None:
        self._sandbox, self._folder, self._engine = sandbox, folder, Hearing()
        self._state: dict[tuple[str, str], tuple[str, Props, Props]] = {}
        self.begin()

    def begin(self) -> None:
        settings = settings_of({}, {"ACGR_CACHE": str(self._folder)}, is_default=True)
        with connected(session_on(self._sandbox), SandboxTime(self._sandbox.clock), settings) as run:
            self._run: Run = run

    def _request(self, urn: str) -> Request:
        return Request(urn, None, self._engine)

    def _steps(self, kind: str, name: str) -> Steps:
        return Steps(kinds()[f"acgr:index:{kind}"].logic, self._run, self._request(urn_of(kind, name)))

    def _checked(self, declared: tuple[tuple[str, str, Props], ...]) -> dict[tuple[str, str], tuple[Props, Any]]:
        found = {}
        for kind, name, news in declared:
            _, state, before = self._state.get((kind, name), ("", {}, {}))
            steps = self._steps(kind, name)
            checked = steps.check(before, in_snake_case(news))
            self._engine.lines += [(urn_of(kind, name), one.reason) for one in checked.failures]
            if not checked.failures:
                found[kind, name] = (checked.inputs, steps.diff(state, checked.inputs) if state else None)
        return found

    def preview(self, *declared: tuple[str, str, Props]) -> None:
        clock, urns = self._run.connection.clock, [urn_of(kind, name) for kind, name in self._checked(declared)]
        counts = {urn: tell(self._run, urn, [], lambda one: self._request(one).without_time(clock)) for urn in urns}
        if first := next((urn for urn, count in counts.items() if count), None):
            self._engine.lines.append((first, ended(sum(counts.values()))))  # on the stack's row, in the program
        self.begin()

    def up(self, *declared: tuple[str, str, Props]) -> None:
        before = dict(self._state)
        for (kind, name), (inputs, diff) in self._checked(declared).items():
            steps = self._steps(kind, name)
            try:
                if diff is None:
                    made = steps.create(inputs)
                    self._state[kind, name] = made.id, dict(made.outs or {}), inputs
                elif diff.changes is not False:
                    id_, state, _ = before[kind, name]
                    self._state[kind, name] = id_, dict(steps.update(state, inputs).outs or {}), inputs
            except (StepFailed, PartialState) as error:
                self._engine.lines += [(urn_of(kind, name), str(error))]
        for kind, name in before.keys() - {(kind, name) for kind, name, _ in declared}:
            self._steps(kind, name).delete(self._state.pop((kind, name))[1])
        self.begin()

    def refresh(self) -> None:
        for (kind, name), (id_, state, _) in self._state.items():
            found = self._steps(kind, name).read(id_, state)
            self._state[kind, name] = str(found.id), dict(found.outs or {}), dict(found.inputs or {})
        self.begin()

    @property
    def heard(self) -> list[tuple[str, str]]:
        """As the native door writes names."""
        lines = ((urn.rpartition("::")[2], as_written(line)) for urn, line in self._engine.lines)
        return sorted((name, _SECONDS.sub(" N s", line)) for name, line in lines)


def placed(name: str, number: str, target: str = "retail", flow: Any = "Main IVR", **more: Any) -> Any:
    """A placement."""
    return PLACEMENT, name, {"phoneNumber": number, "target": target, "flow": flow, "sourceRegion": SOURCE, **more}


def roster(name: str, group: str, *users: str, **more: Any) -> Any:
    """A roster."""
    inputs = {"trafficDistributionGroup": group, "users": {user: user for user in users}, "sourceRegion": SOURCE}
    return ROSTER, name, {**inputs, "maxRemovals": "100%", **more}


def agent(name: str, group: str, user: str) -> Any:
    """One agent."""
    return USER, name, {"trafficDistributionGroup": group, "user": user, "sourceRegion": SOURCE}


def something_new(door: Teller, _: Sandbox) -> None:
    """All kinds, of which some are there already, some move, one is dark, and some name what is not there."""
    declared = [
        placed("moves", ON_INSTANCE),
        placed("other-flow", ON_RETAIL, flow="Sales"),
        placed("dark", DARK),
        placed("typo", ON_DEFAULT, flow="Mian IVR"),
        placed("nobody", "+442079469999"),
        placed("nobody-either", "+442079469998"),
        roster("all", "emergency", "alice.smith", "bob.brown", "zoe.none"),
        agent("dave", "everyone", "dave.jones"),
        (GROUP, "storm", {"instance": "northwind", "name": "storm", "sourceRegion": SOURCE}),
        (REPLICATED, "replica", {"instance": "northwind", "replicaRegion": REPLICA, "sourceRegion": SOURCE}),
        (REPLICATED, "second", {"instance": "island", "replicaRegion": REPLICA, "sourceRegion": SOURCE}),
    ]
    door.preview(*declared)
    door.up(*declared)


def something_wrong(door: Teller, _: Sandbox) -> None:
    """Inputs that cannot be meant, and things that are declared twice."""
    door.preview(
        placed("no-plus", "442079460001"),
        placed("no-region", ON_RETAIL, sourceRegion="London", returnTo="home", maxNumberRemovals="many"),
        placed("one", ON_INSTANCE),
        placed("two", ON_INSTANCE),
        (FLOW, "three", {"phoneNumber": ON_INSTANCE, "region": SOURCE, "flow": "Sales", "sourceRegion": SOURCE}),
        roster("users", "retail", "a b", maxRemovals="none"),
        roster("whole", "everyone", "bob.brown", authoritative=True),
        roster("beside", "everyone", "bob.brown"),
    )


def something_changed(door: Teller, _: Sandbox) -> None:
    """A number that moves, a flow that changes, agents who join and leave, and a removal that is not allowed."""
    before = [
        placed("main", ON_INSTANCE),
        roster("all", "emergency", "alice.smith", "bob.brown"),
        agent("c", "retail", "carol.white"),
    ]
    door.up(*before)
    after = [
        placed("main", ON_INSTANCE, "emergency", "Winter IVR"),
        roster("all", "emergency", "alice.smith", "carol.white"),
        agent("c", "everyone", "carol.white"),
    ]
    door.preview(*after)
    door.preview(roster("all", "emergency", "carol.white", maxRemovals=1))
    door.up(*after)
    door.up()


def something_handed_over(door: Teller, _: Sandbox) -> None:
    """Agents and numbers that another resource declares from now on."""
    door.up(
        placed("main", ON_RETAIL),
        roster("all", "emergency", "alice.smith", "bob.brown"),
        agent("c", "retail", "carol.white"),
    )
    after = [
        placed("desk", ON_RETAIL),
        roster("all", "emergency", "alice.smith"),
        roster("late", "emergency", "bob.brown"),
        roster("sales", "retail", "carol.white"),
    ]
    door.preview(*after)
    door.up(*after)


def something_drifted(door: Teller, sandbox: Sandbox) -> None:
    """What somebody else has done to numbers and agents, seen by a refresh, and what becomes of it."""
    declared = [
        placed("main", ON_RETAIL),
        placed("other", ON_DEFAULT, "everyone", "Sales"),
        roster("all", "emergency", "alice.smith"),
    ]
    door.up(*declared)
    world = sandbox.world
    sandbox.clock.advance(60.0)  # by hand as well, no more requests are made than the account may
    by_hand(
        sandbox,
        "update_phone_number",
        PhoneNumberId=world.number(ON_RETAIL).id,
        TargetArn=world.arn(world.group("emergency")),
    )
    world.group("emergency").members.clear()
    world.group("emergency").listed.clear()
    sandbox.settle()
    door.preview(*declared)
    door.refresh()
    door.preview(*declared)
    door.up(*declared)


@pytest.mark.parametrize(
    "situation", [something_new, something_wrong, something_changed, something_handed_over, something_drifted]
)
def test_both_doors_say_the_same(
    begin: Begin, sandbox: Sandbox, tmp_path: Any, situation: Callable[[Teller, Sandbox], None]
) -> None:
    """A reader of a preview or a run cannot tell which of the two it was."""
    native = Native(begin)
    situation(native, sandbox)
    other = Sandbox(load_scenario(WORLD), clock=ManualClock())
    dynamic = Dynamic(other, tmp_path / "dynamic")
    situation(dynamic, other)
    assert native.heard == dynamic.heard
    assert len(native.heard) > 3
