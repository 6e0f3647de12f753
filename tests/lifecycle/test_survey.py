"""A survey of a pair of instances: what it reads, how often it asks, and what it says where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from surroundings import WORLD, connection_to

from acgr_connect.aws.operations import SURVEY_OPERATIONS
from acgr_connect.model.errors import Conflict, ConnectError, NotFound, Unavailable, WrongAccount
from acgr_connect.model.operation import Operation
from acgr_connect.survey.pair import find_pair
from acgr_connect.survey.reading import Extent, survey
from acgr_connect.survey.records import Survey, Why
from acgr_sandbox import Fault, ManualClock, Request, Response, Sandbox, load_scenario
from acgr_sandbox.scenario.generate import generated

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
WHOLE = Extent(statuses=True, contents=True, findings=True)


def _surveyed(
    sandbox: Sandbox, extent: Extent = WHOLE, regions: tuple[str, ...] = (SOURCE, REPLICA), instance: str | None = None
) -> Survey:
    connection = connection_to(sandbox)
    pair = find_pair(connection, instance, regions)
    return survey(connection, pair, Operation.within(3600, connection.clock), extent)


def sandbox_regions(scenario: dict[str, Any]) -> tuple[str, ...]:
    """The Regions of a scenario."""
    return scenario.get("source_region", SOURCE), scenario.get("replica_region", REPLICA)


def test_everything_is_read(sandbox: Sandbox) -> None:
    """Groups with shares and agents, numbers with status, target and flows, users: as the world has them."""
    found = _surveyed(sandbox)
    assert found.unread == ()
    assert found.pair.alias == "northwind"
    assert found.pair.regions == (SOURCE, REPLICA)
    assert [one.group.name for one in found.groups or ()] == ["emergency", "everyone", "retail"]
    everyone = next(one for one in found.groups or () if one.group.name == "everyone")
    assert everyone.distribution is not None
    assert everyone.distribution.telephony == {SOURCE: 100, REPLICA: 0}
    assert set(everyone.distribution.sign_in) == {SOURCE, REPLICA}
    assert [found.username_of(user) for user in everyone.members or ()] == ["dave.jones"]
    numbers = {number.e164: number for number in found.numbers or ()}
    assert {e164: found.name_of(number.target) for e164, number in numbers.items()} == {
        "+442079460001": "northwind",
        "+442079460002": "everyone",
        "+442079460003": "retail",
        "+442079460004": "retail",
    }
    assert {number.status for number in numbers.values()} == {"CLAIMED"}
    dark = {
        (e164, region): found.is_dark(number, region)
        for e164, number in numbers.items()
        for region in found.pair.regions
    }
    assert [where for where, is_dark in dark.items() if is_dark] == [
        ("+442079460004", SOURCE),
        ("+442079460004", REPLICA),
    ]
    assert all(view.contents for view in found.regions)


@pytest.mark.parametrize("size", [1, 500])
def test_requests_are_bounded(size: int) -> None:
    """Lists grow by their pages only; a status is one request a number, in whichever Region is free."""
    scenario = generated(numbers=size, agents=10 * size, flows=10, groups=3)
    sandbox = Sandbox(load_scenario(scenario), clock=ManualClock())
    found = _surveyed(sandbox, Extent(), sandbox_regions(scenario))
    pages_of_users = 2 * ((10 * size + 999) // 1000)
    pages_of_agents = sum((len(one.members or ()) + 9) // 10 or 1 for one in found.groups or ())
    assert found.unread == ()
    assert len(found.numbers or ()) == size
    assert sandbox.counters.calls() <= 30 + pages_of_users + pages_of_agents
    before = sandbox.counters.calls(), sandbox.clock.now()
    found = _surveyed(sandbox, Extent(statuses=True), sandbox_regions(scenario))
    assert {number.status for number in found.numbers or ()} == {"CLAIMED"}
    assert sandbox.counters.calls("DescribePhoneNumber", outcome="ok") == size
    assert (
        sandbox.counters.calls() - before[0] <= 30 + pages_of_users + pages_of_agents + size + 10
    )  # a throttled one is repeated


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_a_region_that_is_down(sandbox: Sandbox, region: str) -> None:
    """The other one is read all the same; what cannot be told is named; the Region that is down is not asked on."""
    sandbox.faults.add(Fault(kind="reset", region=region, count=0))
    found = _surveyed(sandbox)
    assert found.pair.regions == (SOURCE, REPLICA)
    assert {(one.region, one.why) for one in found.unread} == {(region, Why.UNREACHABLE)}
    down, up = found.view(region), next(view for view in found.regions if view.region != region)
    assert down is not None
    assert (down.users, down.flows, down.associations) == (None, None, None)
    assert up.users
    assert up.contents
    assert len(found.groups or ()) == 3
    assert {number.status for number in found.numbers or ()} == {"CLAIMED"}
    assert {number.e164 for number in found.numbers or ()} >= {"+442079460002", "+442079460003", "+442079460004"}
    assert sandbox.counters.calls(region=region) <= 12


NOT_HERE = {"DescribeInstance", "ListInstances", "DescribeContactFlowModule"}  # the pair itself; no flow has a module


@pytest.mark.parametrize("operation", sorted(SURVEY_OPERATIONS - NOT_HERE))
def test_what_may_not_be_read_is_named(sandbox: Sandbox, operation: str) -> None:
    """The missing action is named once for each Region, and all else is read."""
    sandbox.faults.add(Fault(operation=operation, kind="denied", count=0))
    found = _surveyed(sandbox)
    assert {(one.why, one.action) for one in found.unread} == {(Why.DENIED, f"connect:{operation}")}


def test_an_answer_that_lacks_members(sandbox: Sandbox) -> None:
    """A row that cannot be read is left out, and an answer that cannot is unread: the survey goes on."""
    kept = sandbox.handle

    def handle(request: Request) -> Response:
        answer = kept(request)
        return answer if "/user" not in request.raw_path else replace(answer, body=b"{}")

    sandbox.handle = handle  # type: ignore[method-assign]
    found = _surveyed(sandbox)
    assert [one.members for one in found.groups or ()] == [frozenset()] * 3


@pytest.mark.parametrize(
    ("instance", "error", "text"),
    [
        ("northwnd", NotFound, "there is none of that alias; there are: island, northwind; did you mean 'northwind'?"),
        (
            "11111111-2222-4333-8444-555555555555",
            NotFound,
            "there is none of that id (ResourceNotFoundException); there are: island, northwind",
        ),
        (
            "arn:aws:connect:eu-west-2:999922223333:instance/11111111-2222-4333-8444-555555555555",
            WrongAccount,
            "the credentials belong to account 111122223333",
        ),
    ],
)
def test_no_such_instance(sandbox: Sandbox, instance: str, error: type[ConnectError], text: str) -> None:
    """One sentence says what there is instead."""
    with pytest.raises(error) as caught:
        _surveyed(sandbox, instance=instance)
    assert text in str(caught.value)


def test_several_or_no_pair() -> None:
    """Without a name, the only replicated instance is meant; with none or several, the sentence says so."""
    one, two = {"alias": "northwind"}, {"alias": "southwind"}
    with pytest.raises(Conflict, match=r"there are several: northwind, southwind; say which with --instance"):
        _surveyed(Sandbox(load_scenario({**WORLD, "instances": [one, two]}), clock=ManualClock()))
    alone = {**WORLD, "instances": [{**one, "replicated": False}], "groups": [], "numbers": []}
    sandbox = Sandbox(load_scenario(alone), clock=ManualClock())
    with pytest.raises(NotFound, match="there is none that is replicated; there are: northwind"):
        _surveyed(sandbox)
    found = _surveyed(sandbox, instance="northwind")
    assert (found.pair.replica, found.replica, found.groups, found.unread) == (None, None, (), ())


def test_no_region_answers(sandbox: Sandbox) -> None:
    """That is an error, since nothing is known at all."""
    sandbox.faults.add(Fault(kind="reset", count=0))
    with pytest.raises(Unavailable):
        _surveyed(sandbox)
