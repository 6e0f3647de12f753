"""Test cases, and their executions: calls to a number, or into a flow, without a phone.

API pages Create-, Describe-, Update-, Delete-, List- and SearchTestCase(s), Start- and StopTestCaseExecution,
GetTestCaseExecutionSummary, ListTestCaseExecutions, ListTestCaseExecutionRecords; guide page "Execute test cases".
The observations of a test case are not played: an execution passes where a flow answers, and fails where none does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from acgr_sandbox.core.models import Instance, TestCase, TestExecution
from acgr_sandbox.core.pending_changes import TEST_END, cancel, run_waiting_tests
from acgr_sandbox.core.testing_language import json_of, observations_of, problems_of
from acgr_sandbox.wire.refusal import Refusal, duplicate, invalid_parameter, invalid_request, not_found

from .call import Call, parse_arn
from .contacts import contact_id_of_test
from .pagination import page, page_size
from .registry import Answer, reads, writes, writes_once
from .search import Condition, matches, matches_string, matches_tags

QUEUE = 100
"""Executions that wait or run in a Region of an instance at most."""

LONGEST = 300.0
"""Seconds after which an execution ends and has failed."""

KEPT = 1000
"""Executions that are kept in a Region of an instance, those over that are the oldest."""

PUBLISHED = "PUBLISHED"

_CONTENT, _DESCRIPTION, _NAME = 256_000, 500, 127
_PARAMETERS = {"CHAT": "ChatEntryPointParameters", "VOICE": "VoiceCallEntryPointParameters"}
_VERSIONED = ("Content", "EntryPoint", "InitializationData")


@writes
def create_test_case(call: Call) -> Answer:
    """A new test case in this Region alone; with `TestCaseId` it has the id of its twin in the other Region."""
    instance, params = call.instance_or_arn(call.params["InstanceId"]), call.params
    test_case = TestCase(_new_id(call, instance), params["Name"], instance.id, call.region)
    _check_name(call, test_case, test_case.name)
    test_case.description, test_case.tags = params.get("Description", ""), dict(params.get("Tags", {}))
    _write(call, test_case, params.get("Status", PUBLISHED), {})
    call.world.test_cases[f"{call.region}/{test_case.id}"] = test_case
    return {"TestCaseId": test_case.id, "TestCaseArn": call.world.arn(test_case)}


@reads
def describe_test_case(call: Call) -> Answer:
    """One test case: the version asked for, else what was published last, else what was saved last."""
    test_case = _test_case(call)
    status = call.params.get("Status", test_case.status)
    if status not in test_case.versions:
        raise not_found(f"Test case {test_case.id} has no {status} version.")
    return {"TestCase": _described(call, test_case, status)}


@writes
def update_test_case(call: Call) -> Answer:
    """Change what is named; with `Status` what was saved last is gone on with, and saved or published."""
    test_case, status = _test_case(call), call.params.get("Status")
    if "Name" in call.params:
        _check_name(call, test_case, call.params["Name"])
    last = test_case.versions.get("SAVED") if status else None
    _write(call, test_case, status or test_case.status, last or test_case.versions[test_case.status])
    if status == PUBLISHED:
        test_case.versions.pop("SAVED", None)
    test_case.name = call.params.get("Name", test_case.name)
    test_case.description = call.params.get("Description", test_case.description)
    return {}


@writes
def delete_test_case(call: Call) -> Answer:
    """Delete a test case in this Region, with its executions; those that run end."""
    test_case = _test_case(call)
    executions = call.world.test_executions
    for execution in list(_executions_here(call, test_case.instance_id)):
        if execution.test_case_id == test_case.id:
            cancel(call.world, TEST_END, execution.id)
            del executions[execution.id]
    del call.world.test_cases[f"{call.region}/{test_case.id}"]
    run_waiting_tests(call.world, test_case.instance_id, call.region, call.now)
    return {}


@reads
def list_test_cases(call: Call) -> Answer:
    """The test cases of an instance in this Region."""
    instance = call.instance()
    here = ((test_case.id, test_case) for test_case in _test_cases_here(call, instance))
    shown, token = page(call, here, size=page_size(call, 1000), what=f"test cases of {instance.id}")
    return {"TestCaseSummaryList": [_summary(call, test_case) for test_case in shown], "NextToken": token}


@reads
def search_test_cases(call: Call) -> Answer:
    """The test cases that meet all criteria and filters."""
    instance = call.instance_or_arn(call.params["InstanceId"])
    criteria, wanted = call.params.get("SearchCriteria", {}), call.params.get("SearchFilter", {})
    found = [
        (test_case.id, test_case)
        for test_case in _test_cases_here(call, instance)
        if _matches(test_case, criteria) and matches_tags(wanted.get("TagFilter", {}), test_case.tags)
    ]
    shown, token = page(call, found, size=page_size(call, 100), what=f"test case search of {instance.id}")
    rows = [_described(call, test_case, test_case.status) for test_case in shown]
    return {"TestCases": rows, "NextToken": token, "ApproximateTotalCount": len(found)}


@writes_once("InvalidRequestException")
def start_test_case_execution(call: Call) -> Answer:
    """Run a published test case, INITIATED while five others run; PASSED or FAILED as the world is at its end."""
    test_case = call.test_case(call.params["TestCaseId"], call.instance())
    if PUBLISHED not in test_case.versions:
        raise invalid_request(f"Test case {test_case.id} is not published.")
    _check_queue(call, test_case.instance_id)
    execution = _execution(call, test_case)
    call.world.test_executions[execution.id] = execution
    run_waiting_tests(call.world, test_case.instance_id, call.region, call.now)
    return {"TestCaseExecutionId": execution.id, "TestCaseId": test_case.id, "Status": "INITIATED"}


@writes_once("InvalidRequestException")
def stop_test_case_execution(call: Call) -> Answer:
    """Stop an execution that runs or waits."""
    execution = _asked_execution(call)
    if execution.ended is not None:
        raise invalid_request(f"Test case execution {execution.id} is {execution.status} already.")
    cancel(call.world, TEST_END, execution.id)
    execution.status, execution.ended = "STOPPED", call.now
    run_waiting_tests(call.world, execution.instance_id, call.region, call.now)
    return {}


@reads
def get_test_case_execution_summary(call: Call) -> Answer:
    """When an execution began and ended, and how many of its observations passed and failed."""
    execution = _asked_execution(call)
    total, over = len(execution.observations), execution.status in ("PASSED", "FAILED")
    passed = total if execution.status == "PASSED" else 0
    return {
        "StartTime": execution.asked,
        "EndTime": execution.ended,
        "Status": execution.status,
        "ObservationSummary": {
            "TotalObservations": total,
            "ObservationsPassed": passed,
            "ObservationsFailed": total - passed if over else 0,
        },
    }


@reads
def list_test_case_executions(call: Call) -> Answer:
    """The executions of an instance in this Region, the newest first."""
    instance = call.instance()
    found = [
        (_newest_first(execution), execution)
        for execution in _executions_here(call, instance.id)
        if _is_wanted(call, execution)
    ]
    shown, token = page(call, found, size=page_size(call, 100), what=f"test executions of {instance.id}")
    return {"TestCaseExecutions": [_execution_row(call, execution) for execution in shown], "NextToken": token}


@reads
def list_test_case_execution_records(call: Call) -> Answer:
    """The observations of an execution that has begun: they all pass with it, or fail with it."""
    execution = _asked_execution(call)
    wanted = call.params.get("Status", execution.status)
    observations = execution.observations if wanted == execution.status != "INITIATED" else []
    rows = ((f"{index:06d}", identifier) for index, identifier in enumerate(observations))
    shown, token = page(call, rows, size=page_size(call, 100), what=f"records of {execution.id}")
    return {"ExecutionRecords": [_record(execution, identifier) for identifier in shown], "NextToken": token}


def _new_id(call: Call, instance: Instance) -> str:
    given = call.params.get("TestCaseId")
    if not given:
        return call.world.new_id("test-case", call.params["Name"])
    if not instance.replica:
        raise invalid_request(f"TestCaseId is for replicated instances; {instance.id} is none.")
    if f"{call.region}/{given}" in call.world.test_cases:
        raise duplicate(f"Test case {given} already exists in {call.region}.")
    return str(given)


def _test_case(call: Call) -> TestCase:
    return call.test_case(call.params["TestCaseId"], call.instance_or_arn(call.params["InstanceId"]))


def _test_cases_here(call: Call, instance: Instance) -> Iterator[TestCase]:
    here = (instance.id, call.region)
    return (each for each in call.world.test_cases.values() if (each.instance_id, each.region) == here)


def _check_name(call: Call, test_case: TestCase, name: str) -> None:
    if not name.strip() or len(name) > _NAME:
        raise invalid_parameter(f"Name has 1 to {_NAME} characters, and not only spaces.")
    instance = call.world.instances[test_case.instance_id]
    if any(other.name == name and other is not test_case for other in _test_cases_here(call, instance)):
        raise duplicate(f"A test case named {name!r} already exists.")


def _write(call: Call, test_case: TestCase, status: str, before: dict[str, Any]) -> None:
    """Make a version of that status: what was before, and over it what is given."""
    version = {**before, **{name: call.params[name] for name in _VERSIONED if name in call.params}}
    _check_texts(call)
    if status == PUBLISHED:
        _check_content(version["Content"])
    test_case.versions[status] = version
    test_case.modified_in = call.params.get("LastModifiedRegion", call.region)
    modified = call.params.get("LastModifiedTime")
    test_case.modified = modified.timestamp() if modified else call.now


def _check_texts(call: Call) -> None:
    params = call.params
    if len(params.get("Content", "")) > _CONTENT:
        raise invalid_parameter(f"Content has at most {_CONTENT} characters.")
    if len(params.get("Description", "")) > _DESCRIPTION:
        raise invalid_parameter(f"Description has at most {_DESCRIPTION} characters.")
    if "InitializationData" in params and json_of(params["InitializationData"]) is None:
        raise invalid_parameter("InitializationData is not JSON.")


def _check_content(content: str) -> None:
    problems = problems_of(content)
    if problems:
        named = [{"message": problem} for problem in problems]
        raise Refusal("InvalidTestCaseException", problems[0], Problems=named)


def _described(call: Call, test_case: TestCase, status: str) -> Answer:
    version = test_case.versions[status]
    answer = {**_summary(call, test_case), **version, "Status": status}
    answer["TestCaseSha256"] = hashlib.sha256(version["Content"].encode()).hexdigest()
    if test_case.description:
        answer["Description"] = test_case.description
    if test_case.tags:
        answer["Tags"] = test_case.tags
    return answer


def _summary(call: Call, test_case: TestCase) -> Answer:
    return {
        "Id": test_case.id,
        "Arn": call.world.arn(test_case),
        "Name": test_case.name,
        "Status": test_case.status,
        "LastModifiedTime": test_case.modified,
        "LastModifiedRegion": test_case.modified_in or test_case.region,
    }


def _matches(test_case: TestCase, criteria: Condition) -> bool:
    texts = {"name": [test_case.name], "description": [test_case.description], "resourceid": [test_case.id]}
    checks = {
        "StringCondition": lambda condition: matches_string(condition, texts),
        "StatusCondition": lambda wanted: wanted == test_case.status,
    }
    return matches(criteria, checks)


def _check_queue(call: Call, instance_id: str) -> None:
    here = list(_executions_here(call, instance_id))
    if sum(1 for execution in here if execution.ended is None) >= QUEUE:
        message = f"Instance {instance_id} has {QUEUE} test case executions that wait or run in {call.region}."
        raise Refusal("ServiceQuotaExceededException", message)
    for execution in [each for each in here if each.ended is not None][: max(0, len(here) - KEPT + 1)]:
        del call.world.test_executions[execution.id]


def _execution(call: Call, test_case: TestCase) -> TestExecution:
    version = test_case.versions[PUBLISHED]
    id, entry = call.world.new_id("test-execution", test_case.id), version.get("EntryPoint", {})
    seconds = min(call.switches.test_seconds, LONGEST)
    execution = TestExecution(id, test_case.id, test_case.instance_id, call.region, call.now, seconds)
    execution.failure = call.async_failure or ("it took five minutes" if seconds < call.switches.test_seconds else "")
    execution.observations = observations_of(version["Content"])
    execution.by_shares = call.switches.test_call_route == "shares"
    execution.channel = "CHAT" if entry.get("Type") == "CHAT" else "VOICE"
    parameters = entry.get(_PARAMETERS[execution.channel], {})
    execution.e164, execution.flow_id = parameters.get("DestinationPhoneNumber", ""), _flow_of(call, parameters)
    execution.caller = parameters.get("SourcePhoneNumber", "")
    if "Type" not in entry or not (execution.e164 or execution.flow_id):
        raise invalid_request(f"Test case {test_case.id} has no entry point: give it a Type, and a number or a flow.")
    return execution


def _flow_of(call: Call, parameters: dict[str, Any]) -> str:
    text = parameters.get("FlowId", "")
    if not text:
        return ""
    try:
        return call.flow(text, call.instance()).id
    except Refusal:
        arn = parse_arn(text)
        return arn.tail if arn else str(text)  # the execution looks again, and fails if it is still not there


def _asked_execution(call: Call) -> TestExecution:
    test_case = call.test_case(call.params["TestCaseId"], call.instance())
    execution = call.world.test_executions.get(call.params["TestCaseExecutionId"])
    place = (execution.test_case_id, execution.region) if execution else None
    if execution is None or place != (test_case.id, call.region):
        raise not_found(f"Test case {test_case.id} has no execution {call.params['TestCaseExecutionId']}.")
    return execution


def _executions_here(call: Call, instance_id: str) -> Iterator[TestExecution]:
    here = (instance_id, call.region)
    return (each for each in call.world.test_executions.values() if (each.instance_id, each.region) == here)


def _newest_first(execution: TestExecution) -> str:
    return f"{10**17 - round(execution.asked * 1_000_000):018d}/{execution.id}"


def _is_wanted(call: Call, execution: TestExecution) -> bool:
    params, name = call.params, _test_case_of(call, execution).name
    started = execution.asked * 1000
    facts = {"TestCaseId": execution.test_case_id, "TestCaseName": name, "Status": execution.status}
    fits = all(params.get(asked, fact) == fact for asked, fact in facts.items())
    return fits and bool(params.get("StartTime", 0) <= started <= params.get("EndTime", started))


def _test_case_of(call: Call, execution: TestExecution) -> TestCase:
    return call.world.test_cases[f"{execution.region}/{execution.test_case_id}"]


def _execution_row(call: Call, execution: TestExecution) -> Answer:
    return {
        "StartTime": execution.asked,
        "EndTime": execution.ended,
        "TestCaseExecutionId": execution.id,
        "TestCaseId": execution.test_case_id,
        "TestCaseExecutionStatus": execution.status,
        "Tags": _test_case_of(call, execution).tags or None,
    }


def _record(execution: TestExecution, identifier: str) -> Answer:
    facts: dict[str, Any] = {"ObservationId": identifier, "Status": execution.status}
    if execution.answered_by:
        facts["ContactId"] = contact_id_of_test(execution)
    if execution.reason:
        facts["Reason"] = execution.reason
    return {
        "ObservationId": identifier,
        "Status": execution.status,
        "Timestamp": execution.asked if execution.ended is None else execution.ended,
        "Record": json.dumps(facts),
    }
