"""The directory: swept once, shared by all threads, and never sure of an absence for long."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Barrier, Event, Thread

import pytest
from scripted import FLOW, GROUP, INSTANCE, NUMBER, PATIENCE, REPLICA, SOURCE, USER, ScriptedClock
from wire import ANSWERS, ModelledClient

from acgr_connect.aws.client import RegionalConnect
from acgr_connect.model.errors import Unavailable
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter
from acgr_connect.scheduling.shared_state import MemoryStore
from acgr_connect.scheduling.token_bucket import Rate
from acgr_connect.world.directory import Directory
from acgr_connect.world.sweep import FRESH, Sweep

World = dict[str, str]


class Counted:
    """A world that counts how often it is swept."""

    def __init__(self, **world: str) -> None:
        self.world: World = dict(world)
        self.sweeps = 0

    def fetch(self) -> list[tuple[str, str]]:
        """All entries."""
        self.sweeps += 1
        return list(self.world.items())


@pytest.fixture
def world() -> Counted:
    """Two entries."""
    return Counted(a="alice", b="bob")


@pytest.fixture
def sweep(world: Counted, clock: ScriptedClock) -> Sweep[str]:
    """A sweep of that world."""
    return Sweep(world.fetch, clock)


def test_one_sweep_for_many_threads(clock: ScriptedClock) -> None:
    """32 threads ask at once while the sweep is under way: one sweeps, the others wait for its answer."""
    begun, go_on, answers, start = Event(), Event(), Queue[str | None](), Barrier(32)
    sweeps = Queue[int]()

    def fetch() -> list[tuple[str, str]]:
        sweeps.put(1)
        begun.set()
        assert go_on.wait(PATIENCE)
        return [("a", "alice")]

    sweep = Sweep(fetch, clock)

    def ask() -> None:
        start.wait(PATIENCE)
        answers.put(sweep.get("a"))

    threads = [Thread(target=ask, daemon=True) for _ in range(32)]
    for thread in threads:
        thread.start()
    assert begun.wait(PATIENCE)
    assert answers.empty()
    go_on.set()
    assert [answers.get(timeout=PATIENCE) for _ in threads] == ["alice"] * 32
    assert sweeps.qsize() == 1


def test_a_note_does_not_wait_for_a_sweep(clock: ScriptedClock) -> None:
    """Own writes are noted while another thread sweeps, and are newer than what the sweep brings."""
    begun, may_end = Event(), Event()

    def fetch() -> list[tuple[str, str]]:
        begun.set()
        assert may_end.wait(PATIENCE)
        return [("a", "alice"), ("b", "bob"), ("c", "carol")]

    slow = Sweep(fetch, clock)
    sweeping = Thread(target=slow.entries, daemon=True)
    sweeping.start()
    assert begun.wait(PATIENCE)
    slow.put("a", "anna")
    slow.remove("b")
    may_end.set()
    sweeping.join(PATIENCE)
    assert slow.entries() == {"a": "anna", "c": "carol"}


def test_nothing_is_swept_before_the_first_question(sweep: Sweep[str], world: Counted) -> None:
    """Making a sweep costs no call."""
    assert world.sweeps == 0


QUESTIONS: list[Callable[[Sweep[str]], object]] = [
    lambda sweep: sweep.get("a"),
    lambda sweep: sweep.entries(),
    lambda sweep: sweep.matching(lambda name: name == "bob"),
]


def test_hits_never_sweep_again(sweep: Sweep[str], world: Counted, clock: ScriptedClock) -> None:
    """What is known is answered from the first sweep, however old it is."""
    for _ in range(3):
        for question in QUESTIONS:
            assert question(sweep)
        clock.sleep(3600.0)
    assert world.sweeps == 1


MISSES: list[Callable[[Sweep[str]], object]] = [
    lambda sweep: sweep.get("c"),
    lambda sweep: sweep.matching(lambda name: name == "carol"),
]


@pytest.mark.parametrize("miss", MISSES)
@pytest.mark.parametrize(
    ("ages", "sweeps"),
    [
        ([0.0], 1),
        ([0.0, 0.0, 0.0], 1),
        ([0.0, FRESH - 0.1], 1),
        ([0.0, FRESH], 2),
        ([0.0, FRESH, FRESH], 3),
        ([0.0, FRESH, FRESH - 0.1], 2),
        ([0.0, 3600.0, 0.0], 2),
    ],
)
def test_a_miss_sweeps_again(
    miss: Callable[[Sweep[str]], object],
    ages: list[float],
    sweeps: int,
    sweep: Sweep[str],
    world: Counted,
    clock: ScriptedClock,
) -> None:
    """A miss sweeps again, at most every five seconds."""
    for age in ages:
        clock.sleep(age)
        assert not miss(sweep)
    assert world.sweeps == sweeps


@pytest.mark.parametrize("miss", MISSES)
def test_absence_is_not_cached(
    miss: Callable[[Sweep[str]], object], sweep: Sweep[str], world: Counted, clock: ScriptedClock
) -> None:
    """What was made since the last sweep is found by the next, and what was deleted meanwhile is gone."""
    assert not miss(sweep)
    world.world = {"c": "carol"}
    clock.sleep(FRESH)
    assert miss(sweep)
    assert sweep.entries() == {"c": "carol"}


def test_own_writes_are_noted(sweep: Sweep[str], world: Counted) -> None:
    """What this process wrote or removed is known without a call."""
    assert sweep.get("a") == "alice"
    sweep.put("c", "carol")
    sweep.remove("a")
    sweep.remove("never there")
    assert (sweep.get("c"), sweep.get("a")) == ("carol", None)
    assert sweep.entries() == {"b": "bob", "c": "carol"}
    assert world.sweeps == 1


def test_forgotten(sweep: Sweep[str], world: Counted) -> None:
    """After `forget` the next question sweeps, fresh or not."""
    assert sweep.get("a") == "alice"
    world.world = {"a": "alicia"}
    sweep.forget()
    assert sweep.get("a") == "alicia"
    assert world.sweeps == 2


def test_entries_are_a_copy(sweep: Sweep[str]) -> None:
    """Whoever changes the answer changes nothing for the others."""
    sweep.entries().clear()
    assert sweep.entries() == {"a": "alice", "b": "bob"}


class Failing(Counted):
    """A world whose next sweeps fail."""

    failures = 0

    def fetch(self) -> list[tuple[str, str]]:
        """All entries, or a failure."""
        entries = super().fetch()
        if self.failures:
            self.failures -= 1
            raise Unavailable("no answer")
        return entries


def test_a_failed_sweep_is_not_an_empty_one(clock: ScriptedClock) -> None:
    """A sweep that failed says nothing of what is absent: it is tried again, and shared for as long as an absence."""
    world = Failing(a="alice")
    world.failures, sweep = 1, Sweep(world.fetch, clock)
    for _ in range(3):
        with pytest.raises(Unavailable, match="no answer"):
            sweep.get("a")
    assert world.sweeps == 1
    clock.sleep(FRESH)
    assert sweep.get("a") == "alice"
    assert world.sweeps == 2


def test_a_failure_takes_nothing_away(clock: ScriptedClock) -> None:
    """A later sweep that fails is told to whoever missed; what was known stays known."""
    world = Failing(a="alice")
    sweep = Sweep(world.fetch, clock)
    assert sweep.get("a") == "alice"
    clock.sleep(FRESH)
    world.failures = 1
    with pytest.raises(Unavailable):
        sweep.get("c")
    assert sweep.get("a") == "alice"


def test_a_shared_failure_is_everybodys_own(clock: ScriptedClock) -> None:
    """What one caller makes of a shared failure does not reach the next."""
    world = Failing()
    world.failures, sweep = 1, Sweep(world.fetch, clock)
    failures = []
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            sweep.entries()
        failures.append(caught.value)
    assert failures[0] is not failures[1]


class Reached:
    """Connect in two Regions, by one client each."""

    def __init__(self, clock: ScriptedClock) -> None:
        self.clients = {region: ModelledClient(ANSWERS) for region in (SOURCE, REPLICA)}
        self._clock, self._limiter = clock, RateLimiter(clock, MemoryStore(Rate(1000.0, 1000.0), "shared", clock))

    def connect(self, region: str, purpose: Purpose) -> RegionalConnect:
        """One Region."""
        return RegionalConnect(self.clients[region], region, self._limiter, self._clock, purpose)

    def calls(self) -> dict[str, list[str]]:
        """The operations that each Region was asked."""
        return {region: [name for name, _ in client.calls] for region, client in self.clients.items()}


@pytest.fixture
def reached(clock: ScriptedClock) -> Reached:
    """Two Regions."""
    return Reached(clock)


@pytest.fixture
def directory(reached: Reached, clock: ScriptedClock) -> Directory:
    """A directory of both."""
    return Directory(reached.connect, clock)


SWEEPS: list[tuple[Callable[[Directory], object], str]] = [
    (lambda d: d.groups(SOURCE).get(GROUP.id), "list_traffic_distribution_groups"),
    (lambda d: d.group(GROUP).get(GROUP.id), "describe_traffic_distribution_group"),
    (lambda d: d.instance(INSTANCE), "describe_instance"),
    (lambda d: d.users(INSTANCE).get(USER.id), "list_users"),
    (lambda d: d.flows(INSTANCE).get(FLOW.id), "list_contact_flows"),
    (lambda d: d.numbers(SOURCE).get(NUMBER.id), "list_phone_numbers_v2"),
    (lambda d: d.members(GROUP).get(USER.id), "list_traffic_distribution_group_users"),
    (lambda d: d.associations(INSTANCE).get(NUMBER.id), "list_flow_associations"),
]


@pytest.mark.parametrize(("question", "operation"), SWEEPS)
def test_each_kind_is_swept_once(
    question: Callable[[Directory], object], operation: str, directory: Directory, reached: Reached
) -> None:
    """Every kind is one operation, keyed by the object's UUID, and asked once (A4: agents in the source Region)."""
    assert question(directory) is not None
    assert question(directory) is not None
    assert reached.calls() == {SOURCE: [operation], REPLICA: []}


def test_each_region_has_its_own(directory: Directory, reached: Reached) -> None:
    """Flows and their associations are asked in the Region that needs them (N6, N8)."""
    for region in (SOURCE, REPLICA):
        directory.flows(INSTANCE.in_region(region)).entries()
        directory.associations(INSTANCE.in_region(region)).entries()
    assert reached.calls() == {region: ["list_contact_flows", "list_flow_associations"] for region in (SOURCE, REPLICA)}


def test_members_are_known_by_their_id(reached: Reached, directory: Directory) -> None:
    """Connect lists a group's users as ids or as ARNs; both are the same agent."""
    row = {"UserId": str(USER)}
    reached.clients[SOURCE].script["list_traffic_distribution_group_users"] = {
        "TrafficDistributionGroupUserSummaryList": [row]
    }
    assert directory.members(GROUP).entries() == {USER.id: USER.id}


def test_associations_are_known_by_the_numbers_id(reached: Reached, directory: Directory) -> None:
    """The replica may spell a number's ARN in its own Region; it is the same number."""
    row = {"ResourceId": str(NUMBER.in_region(REPLICA)), "FlowId": str(FLOW.in_region(REPLICA))}
    reached.clients[REPLICA].script["list_flow_associations"] = {"FlowAssociationSummaryList": [row]}
    assert directory.associations(INSTANCE.in_region(REPLICA)).get(NUMBER.id) == FLOW.in_region(REPLICA)
