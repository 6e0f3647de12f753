"""A small contact centre behind HTTP, in this process, so that tests see its world directly."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from socketserver import BaseServer
from typing import Any

from harness.declarations import REPLICA, SOURCE, e164

from acgr_cli.policy.document import policy_of
from acgr_cli.policy.scope import Scope
from acgr_connect.aws.permissions import RoleKind
from acgr_connect.model.arns import parse
from acgr_sandbox import RealClock, Sandbox, Switches, load_scenario, session_on
from acgr_sandbox.core.models import Association, Group, Number
from acgr_sandbox.core.world import World
from acgr_sandbox.operations import OPERATIONS
from acgr_sandbox.server import Server

SCENARIO: dict[str, Any] = {
    "account": "111122223333",
    "source_region": SOURCE,
    "replica_region": REPLICA,
    "instances": [{"alias": "northwind"}, {"alias": "island", "replicated": False}],
    "groups": [
        {"name": "everyone", "default": True, "members": ["dave.jones"]},
        {"name": "retail", "members": ["erin.green"]},
        {"name": "emergency"},
        {"name": "stuck", "status": "CREATION_FAILED"},
    ],
    "flows": ["Main IVR", "Winter IVR", "Sales", {"name": "Draft", "status": "SAVED"}],
    "users": ["alice.smith", "bob.brown", "carol.white", "dave.jones", "erin.green", {"prefix": "agent", "count": 8}],
    "numbers": [
        {"e164": e164(1), "target": "northwind", "flow": "Main IVR"},
        {"e164": e164(2), "target": "everyone", "flow": "Sales"},
        {"e164": e164(3), "target": "retail", "flow": "Main IVR"},
        *({"e164": e164(last), "target": "northwind", "flow": "Main IVR"} for last in range(4, 20)),
    ],
}

FAST = Switches(rate=0, claim_seconds=0.3, metadata_seconds=0.2, mirror_seconds=0.1, group_seconds=0.2)
"""Nothing is throttled and nothing takes long."""

DEPLOYING, PREVIEWING, VERIFYING, SOMEBODY_ELSE = "sandbox", "previewing", "verifying", "hand"
"""The access keys of those who deploy, who preview, and of whoever does something by hand."""

Holds = Callable[[World], bool]


class Time:
    """The wall clock, which can be moved forward."""

    def __init__(self) -> None:
        self._wall, self._ahead = RealClock(), 0.0

    def now(self) -> float:
        return self._wall.now() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._wall.sleep(seconds)

    def skip(self, seconds: float) -> None:
        self._ahead += seconds


class Centre:
    """The contact centre: what is in it, what was asked of it, and a hand that changes it behind Pulumi's back."""

    def __init__(self, scenario: Mapping[str, Any] | World = SCENARIO) -> None:
        self._time = Time()
        self._awaited: list[tuple[Holds, threading.Event]] = []
        self.most_at_once = 0
        world = scenario if isinstance(scenario, World) else load_scenario(scenario)
        self.sandbox = Sandbox(world, clock=self._time, switches=FAST, on_write=self._saw)
        self.server = Server(self.sandbox)
        self.sandbox.set_policies(policies(self.sandbox.world))
        self.hand = session_on(self.sandbox, access_key=SOMEBODY_ELSE).client("connect", region_name=SOURCE)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.server.url

    def placed(self, last: int) -> tuple[str, dict[str, str]]:
        """Where a number is, by name, and its flows by Region."""
        return self.of(self.sandbox.world.number(e164(last)))

    def of(self, number: Number) -> tuple[str, dict[str, str]]:
        """The same of a number of the world."""
        world = self.sandbox.world
        on = world.groups.get(number.target)
        flows = {r: world.flows[f].name for r in world.regions_of(number) if (f := number.flow_in(r))}
        return on.name if on else world.instances[number.target].alias, flows

    def members(self, group: str) -> set[str]:
        """The user names of the agents on a group."""
        world = self.sandbox.world
        return {world.users[id_].username for id_ in world.group(group).members}

    def dark(self) -> list[tuple[str, str]]:
        """(E.164, Region) of every number without a flow."""
        return self.sandbox.dark_numbers()

    def writes(self) -> dict[str, int]:
        """Calls that could change something, by operation, since the last `forget`; refused ones too."""
        counted: dict[str, int] = {}
        for row in self.sandbox.counters.rows():
            name = row["operation"]
            if name in OPERATIONS and OPERATIONS[name].writes:
                counted[name] = counted.get(name, 0) + row["calls"]
        return counted

    def forget(self) -> None:
        """Count from nothing again."""
        self.sandbox.counters.reset()
        self.most_at_once = 0

    def set(self, **switches: Any) -> None:
        """Set switches by name."""
        self.sandbox.set_switches(self.sandbox.switches.with_values(switches))

    def by_hand(self, operation: str, **asked: Any) -> None:
        """Somebody else's call, and the time that it takes."""
        getattr(self.hand, operation)(**asked)
        self._time.skip(10.0)
        self.sandbox.settle()

    def until(self, holds: Holds, within: float = 60.0) -> None:
        """Wait until a write makes something so in the world, and not what the passing of time does."""
        event = threading.Event()
        with self.sandbox.lock:
            self._awaited.append((holds, event))
            self._saw(self.sandbox.world)
        assert event.wait(within), "it did not come about"
        self.sandbox.settle()  # under its lock: the call has been counted

    def add_numbers(self, numbers: Iterable[int]) -> None:
        """More numbers on the instance, with their flow."""
        world = self.sandbox.world
        home, flow = world.instance("northwind"), world.flow("Main IVR")
        for last in numbers:
            id_, flows = world.new_id("number", e164(last)), {SOURCE: Association(flow.id, world.revision)}
            world.numbers[id_] = Number(id_, e164(last), SOURCE, home.id, home.id, flows=flows)

    def add_group_of_unreplicated_instance(self, name: str) -> None:
        """A group as it is left when its instance lost its replica."""
        world = self.sandbox.world
        world.groups[name] = Group(str(uuid.uuid4()), name, world.instance("island").id)

    def arn(self, kind: str, name: str, region: str | None = None) -> str:
        """The ARN of an instance, group, flow, user or number."""
        world = self.sandbox.world
        return world.arn(getattr(world, kind)(name), region)

    def _saw(self, world: World) -> None:
        busy = sum(number.status == "IN_PROGRESS" for number in world.numbers.values())
        self.most_at_once = max(self.most_at_once, busy)
        for holds, event in self._awaited:
            if holds(world):
                event.set()


def policies(world: World, role: RoleKind = "deploy") -> dict[str, list[dict[str, Any]]]:
    """What `acgr policy` writes for who deploys, who previews and who verifies, on each instance with its groups.

    So every test here shows as well that these policies are enough. Who sets up names no groups: they are not made yet.
    """
    groups = () if role == "set-up" else world.groups.values()
    scopes = [
        Scope(
            parse(world.arn(instance)),
            instance.replica or (REPLICA if role == "set-up" else None),
            tuple(parse(world.arn(each)) for each in groups if each.instance_id == instance.id),
        )
        for instance in world.instances.values()
    ]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return {
        "*": [policy_of(role, scope, tags=True).plain() for scope in scopes],
        PREVIEWING: [policy_of("preview-only", scope).plain() for scope in scopes],
        VERIFYING: [policy_of("verify", scope).plain() for scope in scopes],
        SOMEBODY_ELSE: [{"Version": "2012-10-17", "Statement": [everything]}],
    }


@contextmanager
def serving(centre: Centre) -> Iterator[Centre]:
    """The contact centre answers over HTTP."""
    try:
        with answering(centre.server):
            yield centre
    finally:
        centre.hand.close()


@contextmanager
def answering(server: BaseServer | Server) -> Iterator[None]:
    """A server answers, in a thread of its own."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
