"""Calls to numbers by Connect's test cases: what they tell, what they cost, and that nothing of them is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from surroundings import WORLD, connection_to

from acgr_connect.calls import LONGEST, REQUESTS, CallResult, TestCall, place_calls
from acgr_connect.model.errors import Denied, QuotaExceeded, Unavailable
from acgr_connect.model.operation import Operation
from acgr_connect.survey.pair import find_pair
from acgr_sandbox import Fault, ManualClock, Request, Response, Sandbox, load_scenario

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
ON_INSTANCE, ON_DEFAULT, ON_RETAIL, DARK = (f"+44207946000{n}" for n in (1, 2, 3, 4))


def _called(sandbox: Sandbox, *calls: TestCall, seconds: float = 3600, **more: Any) -> list[CallResult]:
    connection = connection_to(sandbox)
    pair = find_pair(connection, "northwind", (SOURCE, REPLICA))
    operation = Operation.within(seconds, connection.clock)
    if "progress" in more:
        operation = replace(operation, progress=more.pop("progress"))
    return place_calls(connection, pair.source, calls, operation, **more)


def _both(*numbers: str) -> list[TestCall]:
    return [TestCall(e164, region) for e164 in numbers for region in (SOURCE, REPLICA)]


def _left(sandbox: Sandbox) -> int:
    return len(sandbox.world.test_cases)


def test_what_calls_tell(sandbox: Sandbox) -> None:
    """A number passes where its flow answers, fails with the reason where it is dark or cannot be reached."""
    found = _called(sandbox, *_both(ON_INSTANCE, ON_RETAIL, DARK))
    assert [(one.call.e164, one.call.region, one.status, one.why) for one in found] == [
        (ON_INSTANCE, SOURCE, "PASSED", ""),
        (ON_INSTANCE, REPLICA, "FAILED", f"{ON_INSTANCE} is not in this Region"),
        (ON_RETAIL, SOURCE, "PASSED", ""),
        (ON_RETAIL, REPLICA, "PASSED", ""),
        (DARK, SOURCE, "FAILED", "no flow is set"),
        (DARK, REPLICA, "FAILED", "no flow is set"),
    ]
    assert {one.seconds for one in found} == {4.0}
    assert _left(sandbox) == 0


def test_contacts(sandbox: Sandbox) -> None:
    """An answered call is a contact, whose id is told when it is asked for."""
    [with_contact] = _called(sandbox, TestCall(ON_RETAIL, REPLICA), contacts=True)
    [without] = _called(sandbox, TestCall(ON_RETAIL, REPLICA))
    assert with_contact.contact
    assert without.contact == ""


def test_what_they_cost() -> None:
    """Fifty numbers in both Regions: five run at once, and each costs what is said, and looks while it runs."""
    numbers = [f"+4420794600{n:02}" for n in range(50)]
    there = [{"e164": e164, "target": "retail", "flow": "Main IVR"} for e164 in numbers]
    sandbox = Sandbox(load_scenario({**WORLD, "numbers": there}), clock=ManualClock())
    found = _called(sandbox, *_both(*numbers))
    assert all(one.is_answered for one in found)
    for region in (SOURCE, REPLICA):
        assert sandbox.counters.calls("CreateTestCase", region=region, outcome="ok") == 50
        assert sandbox.counters.calls("DeleteTestCase", region=region, outcome="ok") == 50
        assert sandbox.counters.calls(region=region, outcome="ok") <= 50 * (REQUESTS + 2) + 10
    assert _left(sandbox) == 0


def test_a_lost_answer(sandbox: Sandbox) -> None:
    """A test case whose creation was not answered is found by its name, used and deleted."""
    kept, lost = sandbox.handle, []

    def handle(request: Request) -> Response:
        answer = kept(request)
        if request.method == "PUT" and "/test-cases/" in request.raw_path and not lost:
            lost.append(request)
            return replace(answer, status=503, body=b"")
        return answer

    sandbox.handle = handle  # type: ignore[method-assign]
    [found] = _called(sandbox, TestCall(ON_RETAIL, SOURCE))
    assert (len(lost), found.status, _left(sandbox)) == (1, "PASSED", 0)


@pytest.mark.parametrize(
    ("operation", "kind", "error"),
    [
        ("CreateTestCase", "denied", Denied),
        ("StartTestCaseExecution", "denied", Denied),
        ("StartTestCaseExecution", "reset", Unavailable),
        ("GetTestCaseExecutionSummary", "denied", Denied),
    ],
)
def test_what_is_refused(sandbox: Sandbox, operation: str, kind: Any, error: type[Exception]) -> None:
    """What Connect refuses, or does not answer, stands in the results; nothing is left."""
    sandbox.faults.add(Fault(operation=operation, kind=kind, region=REPLICA, count=0))
    found = _called(sandbox, *_both(ON_DEFAULT, ON_RETAIL))
    assert [one.status for one in found] == ["PASSED", "", "PASSED", ""]
    assert {type(one.error) for one in found if one.call.region == REPLICA} == {error}
    assert all(one.why for one in found if one.call.region == REPLICA)
    assert _left(sandbox) == 0


def test_what_cannot_be_deleted_is_named(sandbox: Sandbox) -> None:
    """A test case that is left has its id in the result, beside what the call told."""
    sandbox.faults.add(Fault(operation="DeleteTestCase", kind="denied", count=0))
    [found] = _called(sandbox, TestCall(ON_RETAIL, SOURCE))
    assert (found.status, f"{SOURCE}/{found.left}" in sandbox.world.test_cases) == ("PASSED", True)


def test_somebody_elses_test_cases(sandbox: Sandbox) -> None:
    """Where too many wait, room is waited for, and then it is given up."""
    sandbox.faults.add(
        Fault(operation="StartTestCaseExecution", code="ServiceQuotaExceededException", status=402, count=3)
    )
    began = sandbox.clock.now()
    [found] = _called(sandbox, TestCall(ON_RETAIL, SOURCE))
    assert (found.status, _left(sandbox)) == ("PASSED", 0)
    assert sandbox.clock.now() - began >= 6
    sandbox.faults.add(
        Fault(operation="StartTestCaseExecution", code="ServiceQuotaExceededException", status=402, count=0)
    )
    [found] = _called(sandbox, TestCall(ON_RETAIL, SOURCE))
    assert (found.status, type(found.error), _left(sandbox)) == ("", QuotaExceeded, 0)


def test_it_takes_too_long(sandbox: Sandbox, switch: Callable[..., None]) -> None:
    """What runs when the time is up is stopped; what would begin after that is not placed."""
    switch(test_seconds=100.0)
    calls = [TestCall(ON_RETAIL, SOURCE)]
    [found] = _called(sandbox, *calls, seconds=60)
    assert (found.status, found.why, _left(sandbox)) == ("", "it was stopped before its end", 0)
    [found] = _called(sandbox, *calls, seconds=0)
    assert (found.status, found.why) == ("", "it was not placed: the time was up")


def test_it_never_ends(sandbox: Sandbox) -> None:
    """A call that Connect does not end is given up."""
    kept = sandbox.handle

    def handle(request: Request) -> Response:
        answer = kept(request)
        return replace(answer, body=b'{"Status":"IN_PROGRESS"}') if request.raw_path.endswith("/summary") else answer

    sandbox.handle = handle  # type: ignore[method-assign]
    [found] = _called(sandbox, TestCall(ON_RETAIL, SOURCE))
    assert (found.status, found.why, _left(sandbox)) == ("", f"there was no result after {LONGEST:.0f} s", 0)


@pytest.mark.parametrize("after", [1, 2, 3, 4, 5])
def test_ctrl_c(sandbox: Sandbox, after: int) -> None:
    """Stopped anywhere, it has deleted what it made before it ends."""
    seen: list[str] = []

    def stop(line: str) -> None:
        seen.append(line)
        if len(seen) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _called(sandbox, *_both(ON_INSTANCE, ON_DEFAULT, ON_RETAIL), progress=stop)
    assert sandbox.counters.calls("CreateTestCase", outcome="ok") >= after
    assert _left(sandbox) == 0
