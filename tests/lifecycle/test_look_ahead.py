"""What a preview foresees of each resource, on the sandbox, and that it comes true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from numbers_there import DARK, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE
from pulumi.dynamic import ResourceProvider
from pulumi.output import UNKNOWN

from acgr import (
    PhoneNumberContactFlowProvider,
    PhoneNumberPlacementProvider,
    TrafficDistributionGroupRosterProvider,
    TrafficDistributionGroupUserProvider,
)
from acgr.numbers.placement import STATUS_LOOKS
from acgr.runtime.foreseen import Foreseen
from acgr.runtime.looking_ahead import looked_ahead
from acgr.runtime.run import NAME_CHECK_SECONDS, Run, current_run
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.scheduling.duration import Work
from acgr_connect.world.connection import Connection
from acgr_sandbox import Fault, Sandbox

Switch = Callable[..., None]

PLACEMENT, FLOW = PhoneNumberPlacementProvider(), PhoneNumberContactFlowProvider()
ROSTER, AGENT = TrafficDistributionGroupRosterProvider(), TrafficDistributionGroupUserProvider()


def placed(number: str, target: Any = "retail", flow: Any = "Main IVR") -> dict[str, Any]:
    """The inputs of a placement."""
    return {"phone_number": number, "target": target, "flow": flow, "return_to": "instance", "source_region": SOURCE}


def agents(*users: Any, group: str = "retail") -> dict[str, Any]:
    """The inputs of a roster."""
    named = {str(user): user for user in users}
    return {"traffic_distribution_group": group, "source_region": SOURCE, "users": named, "max_removals": "100%"}


def foreseen(provider: ResourceProvider, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Foreseen:
    """What is foreseen of a new resource or, with `olds`, of one that is in the state."""
    if olds is None:
        provider.check({}, news)
    else:
        provider.diff("id", olds, news)
    return current_run().look_ahead("")


@pytest.mark.parametrize(
    ("news", "said", "work"),
    [
        (
            placed(ON_RETAIL),
            f"{ON_RETAIL} is on retail with its flow: taken over as it is, callers notice nothing",
            Work(),
        ),
        (placed(ON_RETAIL, flow="Sales"), f"{ON_RETAIL}: Sales answers instead of Main IVR, no gap", Work(flows=1)),
        (
            placed(ON_RETAIL, flow={SOURCE: "Main IVR", REPLICA: "Sales"}),
            f"{ON_RETAIL}: Sales answers instead of Main IVR in {REPLICA}, no gap",
            Work(flows=1),
        ),
        (
            placed(ON_INSTANCE),
            f"{ON_INSTANCE} moves from instance northwind to retail: callers reach nothing for about 6 s",
            Work(moves=1),
        ),
        (
            placed(ON_DEFAULT),
            f"{ON_DEFAULT} moves from everyone to retail: callers reach nothing for about 6 s; then Main IVR answers "
            "instead of Sales",
            Work(moves=1),
        ),
        (
            placed(DARK),
            f"{DARK} is dark in {SOURCE} and {REPLICA}, where callers reach nothing now: its flow is restored first",
            Work(flows=1),
        ),
        (
            placed(DARK, target="emergency"),
            f"{DARK} is dark in {SOURCE} and {REPLICA}, where callers reach nothing now: it moves from retail to "
            "emergency, and has its flow about 6 s later",
            Work(moves=1),
        ),
    ],
    ids=["adopted", "flow", "flow of a region", "moved", "moved and flow", "dark", "dark and moved"],
)
def test_what_callers_notice(
    sandbox: Sandbox, connection: Connection, news: dict[str, Any], said: str, work: Work
) -> None:
    """One line for people who know Connect: where from and to, how long nothing answers, what answers then."""
    ahead = foreseen(PLACEMENT, news)
    assert (ahead.said, ahead.problems, ahead.work) == ((said,), (), work)
    assert sandbox.counters.calls("UpdatePhoneNumber") == 0
    assert sandbox.counters.calls("DescribePhoneNumber") == (1 if work.moves else 0)


@pytest.mark.parametrize("claim", [3.0, 5.0, 30.0])
def test_what_is_foreseen_comes_true(sandbox: Sandbox, connection: Connection, switch: Switch, claim: float) -> None:
    """Once a number was moved, the darkness that is foretold of the next one is within a quarter of what happens."""
    switch(claim_seconds=claim)
    PLACEMENT.create(placed(ON_INSTANCE))
    foretold = foreseen(PLACEMENT, placed(ON_DEFAULT)).dark_seconds
    happened = PLACEMENT.create(placed(ON_DEFAULT)).outs["dark_seconds"]
    assert 0.75 * happened <= foretold <= 1.25 * happened


def test_an_update(sandbox: Sandbox, connection: Connection) -> None:
    """What is in the state and stays as declared is not spoken of; what changes is."""
    made = PLACEMENT.create(placed(ON_RETAIL)).outs
    assert foreseen(PLACEMENT, placed(ON_RETAIL), made) == Foreseen()


def test_an_update_that_moves(sandbox: Sandbox, connection: Connection) -> None:
    """A change of group is a move, as for a new resource."""
    made = PLACEMENT.create(placed(ON_RETAIL)).outs
    [said] = foreseen(PLACEMENT, placed(ON_RETAIL, target="emergency"), made).said
    assert said.startswith(f"{ON_RETAIL} moves from retail to emergency: callers reach nothing for about")


ELSEWHERE = "12345678-1234-4234-8234-123456789012"


@pytest.mark.parametrize(
    ("provider", "news", "said", "is_certain"),
    [
        (PLACEMENT, placed("+442079469999"), "it is not claimed in this account and Region", True),
        (PLACEMENT, placed(ON_INSTANCE, target="retial"), "did you mean 'retail'?", False),
        (PLACEMENT, placed(ON_INSTANCE, target=ELSEWHERE), "there is none of that name", True),
        (PLACEMENT, placed(ON_INSTANCE, flow="Man IVR"), "did you mean 'Main IVR'?", False),
        (PLACEMENT, placed(ON_INSTANCE, flow=ELSEWHERE), "no flow of that name, id or ARN", True),
        (ROSTER, agents("alice.smith", "bob.bron"), 'users["bob.bron"]: the source instance has no such user', False),
        (ROSTER, agents(ELSEWHERE), "the source instance has no such user", True),
        (ROSTER, agents("alice.smith", group="retial"), "did you mean 'retail'?", False),
    ],
)
def test_what_is_not_there(
    sandbox: Sandbox,
    connection: Connection,
    provider: ResourceProvider,
    news: dict[str, Any],
    said: str,
    is_certain: bool,
) -> None:
    """A name may yet be given by the same program, an id or a number's digits may not."""
    [problem] = foreseen(provider, news).problems
    assert said in problem.said
    assert problem.is_certain is is_certain


def test_a_flow_that_is_on_its_way(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """A flow that the source has reaches the replica by itself: a run waits for it, so a preview only warns."""
    switch(flow_mirror_seconds=3600.0)
    content = sandbox.world.flow("Main IVR").content
    asked = {"InstanceId": home(sandbox), "Name": "Spring IVR", "Type": "CONTACT_FLOW", "Content": content}
    made = sandbox.perform("CreateContactFlow", asked, region=SOURCE)["ContactFlowId"]
    [problem] = foreseen(PLACEMENT, placed(ON_RETAIL, flow=made)).problems
    assert REPLICA in problem.said
    assert not problem.is_certain


def test_a_number_on_which_something_else_is_at_work(sandbox: Sandbox, connection: Connection, switch: Switch) -> None:
    """A number that is to move and is IN_PROGRESS is waited for by a run; a preview says so."""
    switch(metadata_seconds=600.0)
    described = {"PhoneNumberId": sandbox.world.number(ON_INSTANCE).id, "PhoneNumberDescription": "Theirs"}
    sandbox.perform("UpdatePhoneNumberMetadata", described, region=SOURCE)
    [problem] = foreseen(PLACEMENT, placed(ON_INSTANCE)).problems
    assert problem.warning == (
        f"phone number {ON_INSTANCE} is IN_PROGRESS: something else is moving or changing it at this moment. "
        "`pulumi up` waits until that is over"
    )
    assert not problem.is_certain


def test_a_service_that_is_slow(sandbox: Sandbox, connection: Connection) -> None:
    """A preview looks ahead for ten seconds and no longer, says once that it has given up, and asks nothing more."""
    sandbox.faults.add(Fault("*", "slow", count=0, seconds=3.0))
    run, said = current_run(), list[str]()
    operation = Operation(Deadline.after(600.0, connection.clock), warn=said.append)
    began = connection.clock.now()
    for number in (ON_INSTANCE, ON_DEFAULT, ON_RETAIL):
        news = placed(number)
        assert looked_ahead(operation, run, _look(run, news)) == Foreseen()
    assert connection.clock.now() - began <= NAME_CHECK_SECONDS + 3.0, "one request is waited for"
    assert said == [
        "Amazon Connect answers slowly: this preview has stopped looking ahead after 10 s: what is not said here was "
        "not looked up"
    ]
    asked = sandbox.counters.calls()
    assert foreseen(PLACEMENT, placed(ON_DEFAULT)) == Foreseen()
    assert sandbox.counters.calls() == asked


def _look(run: Run, news: dict[str, Any]) -> Callable[[Operation], Foreseen]:
    return lambda bounded: PLACEMENT.logic.foresee(bounded, run, {}, news)


def test_a_failover_that_is_running(sandbox: Sandbox, connection: Connection) -> None:
    """A move that would be refused while calls are failed over is foretold; it may be over by the time of the run."""
    group = sandbox.world.group("retail")
    group.telephony = {SOURCE: 0, REPLICA: 100}
    [problem] = foreseen(PLACEMENT, placed(ON_INSTANCE)).problems
    assert "a failover is running" in problem.said
    assert not problem.is_certain


def test_a_number_that_is_not_known_yet(sandbox: Sandbox, connection: Connection) -> None:
    """Of a number that the same program claims nothing is said: nobody can look it up."""
    assert foreseen(PLACEMENT, {**placed(ON_INSTANCE), "phone_number": UNKNOWN}) == Foreseen()


LEAVES = f"{ON_INSTANCE} moves from instance northwind to"


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (placed(ON_INSTANCE, UNKNOWN), f"{LEAVES} a target that is not known yet: callers reach nothing for about 6 s"),
        (placed(ON_INSTANCE, flow=UNKNOWN), f"{LEAVES} retail: callers reach nothing for about 6 s"),
        (
            placed(ON_INSTANCE, flow={SOURCE: "Main IVR", REPLICA: UNKNOWN}),
            f"{LEAVES} retail: callers reach nothing for about 6 s",
        ),
        (
            placed(ON_INSTANCE, UNKNOWN, UNKNOWN),
            f"{LEAVES} a target that is not known yet: callers reach nothing for about 6 s",
        ),
        (
            placed(DARK, UNKNOWN),
            f"{DARK} is dark in {SOURCE} and {REPLICA}, where callers reach nothing now: it moves from retail to a "
            "target that is not known yet, and has its flow about 6 s later",
        ),
    ],
)
def test_what_the_program_makes_itself(
    sandbox: Sandbox, connection: Connection, news: dict[str, Any], said: str
) -> None:
    """A number that goes to a group which the program makes, or is given such a flow, moves all the same."""
    ahead = foreseen(PLACEMENT, news)
    number = sandbox.world.number(news["phone_number"])
    assert (ahead.said, ahead.problems, ahead.work) == ((said,), (), Work(moves=1))
    assert ahead.dark_seconds > 0
    assert ahead.outputs == {"phone_number_arn": sandbox.world.arn(number), "e164": number.e164}


def test_a_number_that_stays_with_a_flow_that_is_not_known_yet(sandbox: Sandbox, connection: Connection) -> None:
    """Which flow answers instead cannot be told, and so nothing is."""
    ahead = foreseen(PLACEMENT, placed(ON_RETAIL, flow=UNKNOWN))
    assert (ahead.said, ahead.work) == ((), Work())


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (placed("+442079469999", UNKNOWN), "it is not claimed in this account and Region"),
        (placed(ON_INSTANCE, "no-such-group", UNKNOWN), "looking for traffic distribution group 'no-such-group'"),
    ],
)
def test_what_is_not_there_beside_what_is_not_known_yet(
    sandbox: Sandbox, connection: Connection, news: dict[str, Any], said: str
) -> None:
    """A number that nobody has claimed, or a group that there is not, is a problem all the same."""
    [problem] = foreseen(PLACEMENT, news).problems
    assert said in problem.said


def test_who_joins_and_leaves(sandbox: Sandbox, connection: Connection) -> None:
    """A roster says how many agents it is about; who is on the group of a new one takes too many requests to read."""
    ahead = foreseen(ROSTER, agents("alice.smith", "bob.brown"))
    assert ahead.said == ("2 agents are to be on retail: who is not on it yet joins",)
    assert (ahead.work, ahead.unsure) == (Work(joins=2), 2)
    assert sandbox.counters.calls("ListTrafficDistributionGroupUsers") == 0


def test_who_joins_and_leaves_in_an_update(sandbox: Sandbox, connection: Connection) -> None:
    """Of a roster that is in the state those count who are new, and who are gone."""
    made = ROSTER.create(agents("alice.smith", "bob.brown")).outs
    assert foreseen(ROSTER, agents("alice.smith", "carol.white"), made).work == Work(joins=1, leaves=1)


def _declare(connection: Connection, name: str, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Operation:
    """A roster of the program, checked and, where it is in the state, compared."""
    run = current_run()
    operation = Operation(Deadline.after(600.0, connection.clock), f"urn:pulumi:dev::centre::roster::{name}")
    run.checked.add(operation.urn)
    ROSTER.logic.check(operation, run, olds or {}, news)
    if olds is not None:
        ROSTER.logic.diff(operation, run, olds, news)
    return operation


def test_an_agent_who_passes_to_another_roster(sandbox: Sandbox, next_run: Callable[[], Connection]) -> None:
    """Who leaves a list and is declared by another one stays, and neither leaves nor joins."""
    next_run()
    made = ROSTER.create(agents("alice.smith", "bob.brown")).outs
    connection, run = next_run(), current_run()
    fewer, more = agents("alice.smith"), agents("bob.brown", "carol.white")
    giver, taker = _declare(connection, "day", fewer, made), _declare(connection, "night", more)
    left = ROSTER.logic.foresee(giver, run, made, fewer)
    assert (left.said, left.work) == (("bob.brown stays on retail: night declares this agent now",), Work())
    taken = ROSTER.logic.foresee(taker, run, {}, more)
    assert taken.said == ("1 agent is to be on retail: who is not on it yet joins; 1 agent is on it already",)
    assert (taken.work, taken.unsure) == (Work(joins=1), 1)
    alone = agents("bob.brown")
    assert ROSTER.logic.foresee(taker, run, {}, alone).said == ("1 agent is on retail already: taken over as it is",)


def test_a_roster_that_goes_to_another_group(sandbox: Sandbox, next_run: Callable[[], Connection]) -> None:
    """It is replaced: the new half says that its agents move or, where they are not the same, who leaves."""
    next_run()
    made = ROSTER.create(agents("alice.smith", "bob.brown")).outs
    connection, run = next_run(), current_run()
    same = agents("alice.smith", "bob.brown", group="emergency")
    operation = _declare(connection, "day", same, made)
    moved = ROSTER.logic.foresee(operation, run, {}, same)
    assert (moved.said, moved.work) == (("2 agents move from retail to emergency",), Work(joins=2, leaves=2))
    fewer = agents("alice.smith", group="emergency")
    said = ("1 agent is to be on emergency: who is not on it yet joins", "2 agents leave retail")
    assert ROSTER.logic.foresee(operation, run, {}, fewer).said == said


def test_an_agent_of_its_own(sandbox: Sandbox, connection: Connection) -> None:
    """A user resource says that the agent joins, or moves from one group to another."""
    news = {"traffic_distribution_group": "retail", "user": "alice.smith", "source_region": SOURCE}
    assert foreseen(AGENT, news).said == ("alice.smith is to be on retail: joins unless on it already",)
    made = AGENT.create(news).outs
    elsewhere = foreseen(AGENT, {**news, "traffic_distribution_group": "emergency"}, made)
    assert (elsewhere.said, elsewhere.work) == (
        ("alice.smith moves from retail to emergency",),
        Work(joins=1, leaves=1),
    )


def test_an_agent_who_was_deleted(sandbox: Sandbox, next_run: Callable[[], Connection]) -> None:
    """Somebody who is not there any more is a problem, and takes nothing off the number of those who join."""
    next_run()
    made = ROSTER.create(agents("alice.smith", "bob.brown")).outs
    sandbox.remove_user("bob.brown")
    next_run()
    ahead = foreseen(ROSTER, agents("alice.smith", "bob.brown", "carol.white"), made)
    assert "bob.brown" in ahead.problems[0].said
    assert ahead.work == Work(joins=1)


def test_a_flow_of_one_region(sandbox: Sandbox, connection: Connection) -> None:
    """A `PhoneNumberContactFlow` changes what answers in its Region, without a gap."""
    news = {"phone_number": ON_RETAIL, "region": REPLICA, "flow": "Sales", "source_region": SOURCE}
    ahead = foreseen(FLOW, news)
    assert ahead.said == (f"{ON_RETAIL}: Sales answers instead of Main IVR in {REPLICA}, no gap",)


def test_nobody_answers(sandbox: Sandbox, connection: Connection) -> None:
    """Without an answer the preview goes by the state: it fails for nothing, and asks no second time."""
    sandbox.faults.add(Fault("*", "denied", count=0))
    assert foreseen(PLACEMENT, placed(ON_INSTANCE)) == Foreseen()
    asked = sandbox.counters.calls()
    assert foreseen(PLACEMENT, placed(ON_DEFAULT)) == Foreseen()
    assert sandbox.counters.calls() == asked


SWEEPS = {"ListPhoneNumbersV2": 1, "ListFlowAssociations": 2}


def test_calls_of_a_preview(sandbox: Sandbox, next_run: Callable[[], Connection]) -> None:
    """One number or five hundred: each sweep once, for names a handful of lists, and nothing for each number."""
    add(sandbox, 500)
    asked = {}
    for numbers in (1, 500):
        next_run()
        sandbox.counters.reset()
        for last in range(numbers):
            assert foreseen(PLACEMENT, placed(number(last))).work == Work(moves=1)
        asked[numbers] = calls(sandbox)
    assert [counted.pop("DescribePhoneNumber") for counted in asked.values()] == [1, STATUS_LOOKS]
    for counted in asked.values():
        assert all(counted[name] <= times for name, times in SWEEPS.items()), counted
        assert sum(counted.values()) <= 12, counted


def test_calls_of_a_preview_of_what_is_there(sandbox: Sandbox, next_run: Callable[[], Connection]) -> None:
    """The same where everything is in the state and as declared."""
    add(sandbox, 500)
    next_run()
    state = PLACEMENT.create(placed(ON_RETAIL)).outs
    asked = {}
    for numbers in (1, 500):
        next_run()
        sandbox.counters.reset()
        for last in range(numbers):
            PLACEMENT.check(state, placed(ON_RETAIL))
            assert PLACEMENT.diff("id", state, placed(ON_RETAIL)).changes is False, last
            current_run().look_ahead("")
        asked[numbers] = calls(sandbox)
    assert asked[1] == asked[500]
    assert sum(asked[1].values()) <= 12, asked


def calls(sandbox: Sandbox) -> dict[str, int]:
    """By operation, how often it was asked for."""
    counted: dict[str, int] = {}
    for row in sandbox.counters.rows():
        counted[row["operation"]] = counted.get(row["operation"], 0) + row["calls"]
    return counted


def number(last: int) -> str:
    """One of those that `add` adds."""
    return f"+44207946{1000 + last}"


def add(sandbox: Sandbox, numbers: int) -> None:
    """More numbers on the instance, with their flow."""
    for last in range(numbers):
        e164 = number(last)
        found = sandbox.perform("ClaimPhoneNumber", {"PhoneNumber": e164, "InstanceId": home(sandbox)}, region=SOURCE)
        assert found["PhoneNumberId"]
    sandbox.clock.advance(60.0)  # type: ignore[attr-defined]
    sandbox.counters.reset()


def home(sandbox: Sandbox) -> str:
    """The instance's id."""
    return sandbox.world.instance("northwind").id
