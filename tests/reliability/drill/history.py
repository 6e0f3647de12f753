"""A program and its world over some days: it is changed, run, interrupted, and others are at work as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drill.centre import CENTRE, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, Shown, arn, fresh, shown
from drill.promises import broken, members_of, numbers_of
from drill.server import SOURCE, Killed
from drill.stack import Declared, Stack, a_run
from drill.steps import answered, member, placed, roster, storm
from drill.trial import MEANWHILE, pass_time

from acgr_sandbox import Fault

NUMBERS = (ON_INSTANCE, ON_DEFAULT, ON_RETAIL)
APART = "+442079460009"
"""A number that others place, and whose flow alone may be declared."""

STRANGER = "+442079460008"
"""A number that nobody touches."""

GROUPS = ("retail", "everyone")
TEAM = "emergency"
"""The group whose agents are declared by a roster."""

USERS = ("alice.smith", "bob.brown", "carol.white")
FLOWS = ("Main IVR", "Winter IVR", "Sales")
TARGETS = ("retail", "emergency", "everyone", arn("northwind"))
RETURNS = ("instance", "leave", arn("everyone"))


class History:
    """What has happened so far, and what has to hold because of it.

    Attributes:
        sandbox: the world.
        stack: the state.
        program: what is declared now, by name.
        open: names of which a run that ended badly has begun something that the state may not tell of.
        strangers: who is on which group without ever having been declared there.
        has_drifted: whether somebody else has changed something since the last refresh.
        was_killed: whether a process has died since the last run that ended well.
    """

    def __init__(self, switches: Mapping[str, Any]) -> None:
        self.sandbox, self.stack = fresh(switches), Stack()
        self.program: dict[str, Declared] = {}
        self.open: set[str] = set()
        groups = {group["name"]: group.get("members", []) for group in CENTRE["groups"]}
        self.strangers = {(group, user) for group, users in groups.items() for user in users}
        self.has_drifted = self.was_killed = False
        self._named = 0

    def named(self, kind: str) -> str:
        """A name that was never used."""
        self._named += 1
        return f"{kind}-{self._named}"

    def declare(self, declared: Declared) -> None:
        """Add a resource to the program."""
        self.program[declared.name] = declared

    def settled(self, kind: str) -> list[str]:
        """The names of one kind that may be changed in any way."""
        return [name for name, one in self.program.items() if one.kind == kind and name not in self.open]

    def of(self, kind: str) -> list[str]:
        """The names of one kind."""
        return [name for name, one in self.program.items() if one.kind == kind]

    def change(self, name: str, **inputs: Any) -> None:
        """Declare something else of a resource."""
        self.program[name] = self.program[name].changed(**inputs)
        # What a process has done just before it died is somebody else's doing to a program that wants another thing.
        self.has_drifted = self.has_drifted or (self.was_killed and name in self.open)

    def rename(self, name: str) -> None:
        """Call a resource something else."""
        old = self.program.pop(name)
        self.declare(Declared(old.kind, self.named("renamed"), old.inputs))

    def up(self, fault: Fault | None = None, *, kill: int = 0) -> None:
        """Run the program, perhaps with trouble. Without any, and unless others were at work, all is as declared."""
        self._run(lambda: self.stack.up(list(self.program.values())), fault, kill)
        if not fault and not kill and not self.has_drifted:
            assert self.stack.errors == [], self.stack.errors
            self._insist()

    def refresh(self, fault: Fault | None = None) -> None:
        """Read everything."""
        moving = any(one.status == "IN_PROGRESS" for one in self.sandbox.world.numbers.values())
        self._run(self.stack.refresh, fault, 0)
        if not self.stack.errors and not moving:
            self.has_drifted = False
        assert fault or not self.stack.errors, self.stack.errors

    def settle(self) -> None:
        """One more run, after a refresh where others were at work: everything is as declared."""
        if self.has_drifted:
            pass_time(self.sandbox, 60.0)  # what is seen while it moves is seen where it was
            self.refresh()
        self.up()
        with a_run(self.sandbox):
            assert self.stack.preview(list(self.program.values())) == set()

    def _run(self, work: Callable[[], None], fault: Fault | None, kill: int) -> None:
        pass_time(self.sandbox, MEANWHILE)
        if fault:
            self.sandbox.faults.add(fault)
        try:
            with a_run(self.sandbox, kill=kill):
                work()
        except Killed:
            self.was_killed, self.stack.errors = True, ["killed"]
        self.sandbox.faults.clear()
        self._note_what_is_open()
        self.strangers -= {pair for one in self.stack.resources.values() for pair in members_of([one.declared])}

    def _note_what_is_open(self) -> None:
        """After a bad end nothing is known of what was to be done; after a good one everything is."""
        if self.stack.errors:
            self.open |= {*self.program, *self.stack.resources}
        elif set(self.program) == set(self.stack.resources):
            self.open, self.was_killed = set(), False

    def others(self, change: Mapping[str, Any]) -> None:
        """Somebody else changes the world."""
        pass_time(self.sandbox, MEANWHILE)
        if self.sandbox.change(change) == "done":
            self.has_drifted = True

    def _insist(self) -> None:
        there = shown(self.sandbox)
        assert broken(self.program.values(), there) == []
        dark = {number for number, _ in there.dark}
        assert dark & numbers_of(self.program[name] for name in self.of("PhoneNumberPlacement")) == set()
        assert {(g, user) for g, users in there.members.items() for user in users} == self.strangers | self._declared
        self.insist_on_others(there)

    @property
    def _declared(self) -> set[tuple[str, str]]:
        return members_of(self.program.values())

    def insist_on_others(self, there: Shown | None = None) -> None:
        """Whoever and whatever was never declared is as it was, and nothing was released."""
        world = self.sandbox.world
        for group, user in self.strangers:
            assert world.user(user).id in world.group(group).members, f"{user} was taken off {group}"
        assert world.number(STRANGER).target == world.instance("northwind").id
        assert self.sandbox.counters.calls("ReleasePhoneNumber") == 0
        assert self.sandbox.counters.calls("UpdatePhoneNumber", region="eu-central-1") == 0
        assert there is None or there.numbers[STRANGER] == ("northwind", "", {SOURCE: "Sales"})


def number(name: str, e164: str, target: str, flow: str, return_to: str) -> Declared:
    """A placement of the program."""
    return placed(e164, name, target=target, flow=flow, return_to=return_to)


def agent(name: str, user: str, group: str) -> Declared:
    """An agent of the program."""
    return member(user, group, name)


def team(name: str, users: frozenset[str]) -> Declared:
    """The roster of the program."""
    return roster(*sorted(users), group=TEAM, name=name)


def group_apart(name: str, tags: Mapping[str, str]) -> Declared:
    """The group of the program, which no number and no agent is on."""
    return storm(resource=name, tags=dict(tags))


def flow_apart(name: str, flow: str) -> Declared:
    """The flow that is declared apart from its number."""
    return answered(APART, SOURCE, flow, name)
