"""Calls to numbers without a phone: Connect's own test cases, made, run and deleted again.

A call begins in the Region that is asked, as one that the traffic shares have sent there, and passes once the caller
hears something (API pages Create-, Start-, Stop- and DeleteTestCase(Execution), GetTestCaseExecutionSummary;
statements S-C4 to S-C8 of docs/sandbox.md say what is known). Nothing of it reaches a caller or an agent's phone, and
whatever happens the test cases that were made are deleted: those that could not be are named.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, ClassVar
from uuid import uuid4

from acgr_connect import log
from acgr_connect.aws.client import RegionalConnect
from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import seconds_since_1970
from acgr_connect.model.errors import Conflict, ConnectError, Denied, NotFound, QuotaExceeded, Unavailable
from acgr_connect.model.operation import Operation
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

AT_ONCE = 5
"""Executions that Connect runs at the same time in a Region of an instance (guide page "Execute test cases")."""

LOOK_EVERY = 2.0
"""Seconds between two looks at what runs."""

LONGEST = 330.0
"""Seconds after which a call is given up: Connect itself ends one after five minutes."""

REQUESTS = 4
"""Requests that a call costs at least: made, started, looked at, deleted."""

NAMED = "acgr"
"""What the name of each test case begins with."""

CONTENT = json.dumps(
    {
        "Version": "2025-06-21",
        "Metadata": {},
        "Observations": [
            {
                "Identifier": "answered",
                "Event": {"Identifier": "heard", "Type": "MessageReceived", "Actor": "System", "Properties": {}},
                "Usage": {"Type": "EXACTLY", "Times": 1},
                "Actions": [
                    {
                        "Identifier": "end",
                        "Type": "TestControl",
                        "Parameters": {"ActionType": "TestControl", "Command": {"Type": "EndTest"}},
                        "Transitions": {},
                    }
                ],
                "Transitions": {"NextObservations": []},
            }
        ],
    }
)
"""Passes once the caller hears a prompt, whichever: the only thing that all flows which answer have in common."""


@dataclass(frozen=True)
class TestCall:
    """A call to be placed: to a number, as if the traffic shares had sent it to that Region."""

    __test__: ClassVar[bool] = False  # it is no test of pytest's

    e164: str
    region: str


@dataclass(frozen=True)
class CallResult:
    """What became of a call.

    Attributes:
        call: which.
        status: PASSED, FAILED or STOPPED, as Connect says; "" where it was not placed, or did not end.
        why: why it was not answered, or not placed; "" where it was answered.
        error: what Connect refused or did not answer, where that is why.
        asked: the operation that was asked then; "" where there is no such error.
        began: when it was started, in seconds since 1970.
        seconds: how long it took, as far as Connect says.
        contact: the id of the contact that it became; "" where that is not known.
        left: the id of its test case, where that could not be deleted.
    """

    call: TestCall
    status: str = ""
    why: str = ""
    error: ConnectError | None = field(default=None, compare=False)
    asked: str = ""
    began: float = 0.0
    seconds: float | None = None
    contact: str = ""
    left: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether a flow answered."""
        return self.status == "PASSED"

    @property
    def has_ended(self) -> bool:
        """Whether it was placed and came to an end, so that it tells something."""
        return self.status in {"PASSED", "FAILED"}


def place_calls(
    connection: Connection,
    instance: Arn,
    calls: Sequence[TestCall],
    operation: Operation,
    content: str = CONTENT,
    *,
    contacts: bool = False,
) -> list[CallResult]:
    """Place calls, five at once in each Region, and say what became of each, in the order in which they are given.

    Nothing is raised for what Connect refuses or does not answer: that stands in the results. Nothing is placed after
    the operation's deadline. Whatever ends this early, Ctrl-C too, the test cases that were made are deleted first.

    Args:
        connection: the account.
        instance: the instance, in either Region.
        calls: which; each costs `REQUESTS` or more. One that is there twice is placed once.
        operation: shows how far it is, and has the deadline.
        content: what the caller does and has to hear, in Connect's Testing language.
        contacts: whether the contacts are told that answered calls became, one request more each.
    """
    stop = Event()
    regions = list(dict.fromkeys(call.region for call in calls))
    task = _Task(connection, operation, content, contacts, stop)
    lines = {region: _Line(task, instance.in_region(region)) for region in regions}
    for call in dict.fromkeys(calls):
        lines[call.region].waiting.append(call)
    with ThreadPoolExecutor(max(1, len(lines))) as threads:
        running = [threads.submit(copy_context().run, line.work) for line in lines.values()]
        try:
            for one in running:
                one.result()
        except BaseException:
            stop.set()  # the others delete what they have made: they are waited for
            raise
    return [lines[call.region].results[call] for call in calls]


@dataclass(frozen=True)
class _Task:
    """What the Regions have in common."""

    connection: Connection
    operation: Operation
    content: str
    contacts: bool
    stop: Event

    @property
    def is_over(self) -> bool:
        """Whether nothing is begun any more."""
        return self.stop.is_set() or self.operation.deadline.has_passed or self.operation.is_cancelled()


@dataclass
class _Running:
    """A call on its way."""

    call: TestCall
    test_case: str
    execution: str = ""
    began: float = 0.0
    until: float = 0.0


class _Line:
    """The calls of one Region. It has a thread of its own, which no Ctrl-C reaches between two lines."""

    def __init__(self, task: _Task, instance: Arn) -> None:
        self.waiting: deque[TestCall] = deque()
        self.results: dict[TestCall, CallResult] = {}
        self._task, self._instance = task, instance
        self._connection, self._operation = task.connection, task.operation
        self._running: list[_Running] = []
        self._full_until: float | None = None

    @property
    def _api(self) -> RegionalConnect:
        return self._connection.connect(self._instance.region, Purpose.CHECK, self._operation.deadline)

    def work(self) -> None:
        """Place them all. One that nobody may place, or a Region that does not answer, ends it: all are alike."""
        clock = self._connection.clock
        try:
            while self.waiting or self._running:
                if self._task.is_over:
                    self._give_up("it was not placed: the time was up")
                    return
                while self.waiting and len(self._running) < AT_ONCE and not self._task.is_over and self._begin():
                    pass
                if self._running or self.waiting:
                    clock.sleep(LOOK_EVERY)
                for running in list(self._running):
                    self._look(running)
        finally:
            for running in list(self._running):
                self._end(running, CallResult(running.call, why="it was stopped before its end", began=running.began))

    def _begin(self) -> bool:
        """Place the next call; whether one more may be tried at once."""
        call = self.waiting[0]
        running: _Running | None = None
        asked = "CreateTestCase"
        try:
            running = _Running(call, self._made(call))
            self._running.append(running)
            asked = "StartTestCaseExecution"
            running.execution = self._api.start_test_case(self._instance, running.test_case, str(uuid4()))
        except QuotaExceeded as error:
            if running is not None:
                self._delete(running)
            return self._wait_for_room(error, asked)
        except ConnectError as error:
            self.waiting.popleft()
            result = CallResult(call, why=str(error), error=error, asked=asked)
            if running is not None:
                self._end(running, result)
            else:
                self.results[call] = result
            if isinstance(error, (Denied, Unavailable)):
                self._give_up(str(error), error, asked)
            return True
        self.waiting.popleft()
        self._full_until = None
        running.began, running.until = seconds_since_1970(), self._connection.clock.now() + LONGEST
        self._operation.progress(f"calling {call.e164} in {call.region}")
        return True

    def _made(self, call: TestCall) -> str:
        name = f"{NAMED} {call.e164} {uuid4().hex[:12]}"
        try:
            return self._api.create_test_case(self._instance, name, self._task.content, call.e164)
        except Conflict:
            # The answer to the first try was lost, and this is the second: nobody else has that name.
            made = dict(self._api.list_test_cases(self._instance)).get(name)
            if made is None:
                raise
            return made

    def _wait_for_room(self, error: QuotaExceeded, asked: str) -> bool:
        """Somebody else's test cases run, or ours: those end, and make room."""
        now = self._connection.clock.now()
        self._full_until = self._full_until or now + LONGEST
        if not self._running and now >= self._full_until:
            self._give_up(str(error), error, asked)
        return False

    def _look(self, running: _Running) -> None:
        try:
            seen = self._api.get_test_execution(self._instance, running.test_case, running.execution)
            if not seen.is_over:
                if self._connection.clock.now() >= running.until:
                    why = f"there was no result after {LONGEST:.0f} s"
                    self._end(running, CallResult(running.call, why=why, began=running.began))
                return
            is_answered = seen.status == "PASSED"
            said = self._said(running) if self._task.contacts or not is_answered else {}
        except ConnectError as error:
            asked = "GetTestCaseExecutionSummary"
            self._end(running, CallResult(running.call, "", str(error), error, asked, running.began))
            return
        why = "" if is_answered else str(said.get("Reason") or f"its test case ended as {seen.status}")
        contact = str(said.get("ContactId") or "")
        found = CallResult(running.call, seen.status, why, None, "", running.began, seen.seconds, contact)
        log.info("call placed", number=running.call.e164, region=running.call.region, outcome=seen.status)
        running.execution = ""
        self._end(running, found)

    def _said(self, running: _Running) -> dict[str, Any]:
        """What Connect has written down of a call that is over, as far as it may be read and makes sense."""
        try:
            records = self._api.list_test_records(self._instance, running.test_case, running.execution)
        except ConnectError as error:
            log.warning("records of a call not read", number=running.call.e164, error=str(error))
            return {}
        said: dict[str, Any] = {}
        for record in records:
            try:
                facts = json.loads(record)
            except ValueError:
                continue
            said.update(facts if isinstance(facts, dict) else {})
        return said

    def _end(self, running: _Running, result: CallResult) -> None:
        left = self._delete(running)
        self.results[running.call] = replace(result, left=left)

    def _delete(self, running: _Running) -> str:
        """Delete the test case, whatever the deadline says; its id, where that cannot be done."""
        self._running.remove(running)
        api = self._connection.connect(self._instance.region, Purpose.CHECK)
        try:
            if running.execution:
                self._stop_execution(api, running)
            api.delete_test_case(self._instance, running.test_case)
        except NotFound:
            return ""
        except ConnectError as error:
            log.warning("test case not deleted", test_case=running.test_case, error=str(error))
            return running.test_case
        return ""

    def _stop_execution(self, api: RegionalConnect, running: _Running) -> None:
        try:
            api.stop_test_case(self._instance, running.test_case, running.execution, str(uuid4()))
        except ConnectError as error:  # it may have ended meanwhile, and goes with its test case in any case
            log.info("execution not stopped", execution=running.execution, error=str(error))

    def _give_up(self, why: str, error: ConnectError | None = None, asked: str = "") -> None:
        """What waits is not placed; what runs goes on."""
        while self.waiting:
            call = self.waiting.popleft()
            self.results[call] = CallResult(call, why=why, error=error, asked=asked)
