"""Connect's own test cases, and their executions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from contract_calls import REPLICA, SOURCE

from acgr_sandbox import Fault, Sandbox, restored, snapshot

CONTENT = json.dumps(
    {
        "Version": "2025-06-21",
        "Metadata": {},
        "Observations": [
            {"Identifier": name, "Event": {"Identifier": name, "Type": "MessageReceived", "Actor": "System"}}
            for name in ("Welcome", "Queue")
        ],
    }
)
ON_GROUP, ON_INSTANCE = "+442079460002", "+442079460001"


def _voice(**parameters: str) -> dict[str, Any]:
    return {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": parameters}


def _number(e164: str = ON_GROUP) -> dict[str, Any]:
    return _voice(DestinationPhoneNumber=e164, SourcePhoneNumber="+447700900123")


class Cases:
    """Makes test cases in a Region and runs them."""

    def __init__(self, client: Any, instance: str, sandbox: Sandbox) -> None:
        self.client, self.instance, self._sandbox = client, instance, sandbox

    def made(self, entry: dict[str, Any], name: str = "Main line", **more: Any) -> str:
        """The id of a new test case."""
        asked = {"InstanceId": self.instance, "Name": name, "Content": CONTENT, "EntryPoint": entry, **more}
        return str(self.client.create_test_case(**asked)["TestCaseId"])

    def described(self, id: str, **more: Any) -> dict[str, Any]:
        """A test case."""
        return dict(self.client.describe_test_case(InstanceId=self.instance, TestCaseId=id, **more)["TestCase"])

    def begun(self, id: str, **more: Any) -> str:
        """The id of a new execution."""
        answer = self.client.start_test_case_execution(InstanceId=self.instance, TestCaseId=id, **more)
        assert (answer["TestCaseId"], answer["Status"]) == (id, "INITIATED")
        return str(answer["TestCaseExecutionId"])

    def status(self, id: str, execution: str) -> str:
        """How an execution is."""
        return str(self.summary(id, execution)["Status"])

    def summary(self, id: str, execution: str) -> dict[str, Any]:
        """The summary of an execution."""
        ids = {"InstanceId": self.instance, "TestCaseId": id, "TestCaseExecutionId": execution}
        return dict(self.client.get_test_case_execution_summary(**ids))

    def ended(self, id: str) -> str:
        """How an execution ends that begins now."""
        execution = self.begun(id)
        self._sandbox.clock.sleep(self._sandbox.switches.test_seconds)
        return self.status(id, execution)

    def records(self, id: str, execution: str, **more: Any) -> list[dict[str, Any]]:
        """What was observed."""
        ids = {"InstanceId": self.instance, "TestCaseId": id, "TestCaseExecutionId": execution}
        return list(self.client.list_test_case_execution_records(**ids, **more)["ExecutionRecords"])


@pytest.fixture
def cases(connect: Any, names: Any, sandbox: Sandbox) -> Callable[..., Cases]:
    """Test cases of a Region."""
    return lambda region=SOURCE: Cases(connect(region), names.instance, sandbox)


def test_a_number(cases: Any, sandbox: Sandbox) -> None:
    """The test case of a number passes while its flow answers, fails while it is dark, and passes once it is lit."""
    there = cases()
    id = there.made(_number())
    assert there.ended(id) == "PASSED"
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})
    assert there.ended(id) == "FAILED"
    sandbox.change({"do": "set-flow", "number": ON_GROUP, "flow": "Winter IVR"})
    assert there.ended(id) == "PASSED"


def test_as_the_world_is_at_the_end(cases: Any, sandbox: Sandbox) -> None:
    """An execution takes its seconds; what counts is how the world is when they are over."""
    there = cases()
    id = there.made(_number())
    begin = sandbox.clock.now()
    first = there.begun(id)
    sandbox.clock.sleep(3.9)
    assert there.status(id, first) == "IN_PROGRESS"
    assert "EndTime" not in there.summary(id, first)
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})
    sandbox.clock.sleep(60)
    summary = there.summary(id, first)
    assert (summary["Status"], summary["StartTime"].timestamp()) == ("FAILED", begin)
    assert summary["EndTime"].timestamp() == begin + 4
    assert summary["ObservationSummary"] == {
        "TotalObservations": 2,
        "ObservationsPassed": 0,
        "ObservationsFailed": 2,
    }


def test_moving(cases: Any, sandbox: Sandbox, set_switches: Any) -> None:
    """During a move the number is dark in both Regions, and its test fails in both."""
    source, replica = cases(), cases(REPLICA)
    ids = {there: there.made(_number()) for there in (source, replica)}
    assert [there.ended(id) for there, id in ids.items()] == ["PASSED", "PASSED"]
    sandbox.change({"do": "move", "number": ON_GROUP, "target": "retail"})
    assert [there.ended(id) for there, id in ids.items()] == ["FAILED", "FAILED"]
    sandbox.change({"do": "set-flow", "number": ON_GROUP, "flow": "Main IVR"})
    assert [there.ended(id) for there, id in ids.items()] == ["PASSED", "PASSED"]


@pytest.mark.parametrize(("route", "away"), [("region", "PASSED"), ("shares", "FAILED")])
def test_a_region_without_traffic(cases: Any, sandbox: Sandbox, set_switches: Any, route: str, away: str) -> None:
    """Where no calls go to, the simulated one meets the number's flow there, or a switch lets it fail."""
    set_switches(test_call_route=route)
    source, replica = cases(), cases(REPLICA)
    ids = {there: there.made(_number()) for there in (source, replica)}
    assert [there.ended(id) for there, id in ids.items()] == ["PASSED", away]
    sandbox.change({"do": "distribute", "group": "Default", "shares": {SOURCE: 0, REPLICA: 100}})
    assert [there.ended(id) for there, id in ids.items()] == [away, "PASSED"]


def test_numbers_that_are_not_there(cases: Any) -> None:
    """A number of another instance, one that nobody has, and one on an instance from the other Region: FAILED."""
    source, replica = cases(), cases(REPLICA)
    numbers = ("+442079460005", "+442079460999", ON_INSTANCE)
    assert [source.ended(source.made(_number(e164), e164)) for e164 in numbers] == ["FAILED", "FAILED", "PASSED"]
    assert replica.ended(replica.made(_number(ON_INSTANCE))) == "FAILED"


@pytest.mark.parametrize(
    ("flow", "end"), [("Winter IVR", "PASSED"), ("Draft", "FAILED"), ("Old", "FAILED"), ("Elsewhere", "FAILED")]
)
def test_a_flow(cases: Any, names: Any, flow: str, end: str) -> None:
    """The test case of a flow passes where the flow is published and ACTIVE, named by id, as voice or as chat."""
    there = cases()
    assert there.ended(there.made(_voice(FlowId=names.flow_id(flow)), "voice")) == end
    chat = {"Type": "CHAT", "ChatEntryPointParameters": {"FlowId": names.flow_id(flow)}}
    assert there.ended(there.made(chat, "chat")) == end


def test_a_flow_in_each_region(cases: Any, names: Any) -> None:
    """A flow goes by the ARN of the Region where the test runs, and fails where that Region does not have it."""
    source, replica = cases(), cases(REPLICA)
    assert source.ended(source.made(_voice(FlowId=names.flow("London only")), "1")) == "PASSED"
    assert replica.ended(replica.made(_voice(FlowId=names.flow("London only", REPLICA)), "1")) == "FAILED"
    assert replica.ended(replica.made(_voice(FlowId=names.flow("Winter IVR", REPLICA)), "2")) == "PASSED"


def test_its_own_region(cases: Any, refused: Any, names: Any) -> None:
    """A test case belongs to one Region; the other may have one of the same id, and both have ARNs of their own."""
    source, replica = cases(), cases(REPLICA)
    id = source.made(_number(), Description="Does it answer?", Tags={"team": "ops"})
    with refused("ResourceNotFoundException", id):
        replica.described(id)
    assert replica.made(_number(), TestCaseId=id) == id
    with refused("DuplicateResourceException", id):
        replica.made(_number(), "Another", TestCaseId=id)
    arns = [there.described(id)["Arn"] for there in (source, replica)]
    form = "arn:aws:connect:{}:111122223333:instance/{}/test-case/{}"
    assert arns == [form.format(region, names.instance, id) for region in (SOURCE, REPLICA)]
    assert source.described(arns[0])["Id"] == id
    with refused("ResourceNotFoundException"):
        source.described(arns[1])


def test_an_id_for_a_replica_only(connect: Any, names: Any, refused: Any) -> None:
    """`TestCaseId` is for instances that are replicated."""
    with refused("InvalidRequestException", "replicated instances"):
        connect().create_test_case(InstanceId=names.lonely, Name="x", Content=CONTENT, TestCaseId=names.instance)


def test_what_is_described(cases: Any, sandbox: Sandbox) -> None:
    """A test case is described with all that was given, its digest, and when and where it was changed last."""
    there = cases()
    more = {"Description": "Does it answer?", "Tags": {"team": "ops"}, "InitializationData": '{"language": "en"}'}
    described = there.described(there.made(_number(), **more))
    assert described["TestCaseSha256"] == hashlib.sha256(CONTENT.encode()).hexdigest()
    assert described["LastModifiedTime"].timestamp() == sandbox.clock.now()
    assert {name: described[name] for name in more} == more
    assert (described["Name"], described["Status"], described["Content"]) == ("Main line", "PUBLISHED", CONTENT)
    assert (described["EntryPoint"], described["LastModifiedRegion"]) == (_number(), SOURCE)


def test_versions(cases: Any, names: Any, refused: Any) -> None:
    """What was saved does not touch what was published, until it is published itself; saved alone it cannot run."""
    there = cases()
    draft = there.made(_number(), "Draft", Status="SAVED", Content="not yet")
    with refused("InvalidRequestException", "not published"):
        there.begun(draft)
    with refused("ResourceNotFoundException", "PUBLISHED"):
        there.described(draft, Status="PUBLISHED")
    assert there.described(draft)["Status"] == "SAVED"
    id = there.made(_number())
    update = {"InstanceId": there.instance, "TestCaseId": id}
    there.client.update_test_case(**update, Content="{}", Status="SAVED", Description="New")
    assert [there.described(id, Status=status)["Content"] for status in ("PUBLISHED", "SAVED")] == [CONTENT, "{}"]
    assert (there.described(id)["Status"], there.described(id)["Description"]) == ("PUBLISHED", "New")
    with refused("InvalidTestCaseException"):
        there.client.update_test_case(**update, Content="{}", Status="PUBLISHED")
    assert there.described(id)["Content"] == CONTENT
    other = CONTENT.replace("Welcome", "Hello")
    there.client.update_test_case(**update, Content=other, Status="PUBLISHED")
    assert there.described(id)["Content"] == other
    with refused("ResourceNotFoundException", "SAVED"):
        there.described(id, Status="SAVED")
    there.client.update_test_case(**update, Name="Second line")
    assert (there.described(id)["Name"], there.described(id)["Content"]) == ("Second line", other)
    there.client.update_test_case(**update, Content=CONTENT, Status="SAVED")
    there.client.update_test_case(**update, Description="Newer", EntryPoint=_voice(FlowId=names.flow_id()))
    assert (there.described(id)["Content"], there.described(id)["EntryPoint"]) == (
        other,
        _voice(FlowId=names.flow_id()),
    )
    assert there.described(id, Status="SAVED")["EntryPoint"] == _number()
    there.client.update_test_case(**update, Status="PUBLISHED")
    assert (there.described(id)["Content"], there.described(id)["EntryPoint"]) == (CONTENT, _number())
    with refused("DuplicateResourceException"):
        there.client.update_test_case(**update, Name="Draft")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("not JSON", "The content is not a JSON object."),
        ("[]", "The content is not a JSON object."),
        ("{}", "The content has no Version."),
        ('{"Version": "2025-06-21"}', "The content has no list of Observations."),
        ('{"Version": "2025-06-21", "Observations": [1]}', "Observation 1 has no Identifier of 1 to 256 characters."),
        ('{"Version": "x", "Observations": [{"Identifier": "a"}]}', "Observation a has no Event."),
        (
            '{"Version": "x", "Observations": [{"Identifier": "a", "Event": {}}, {"Identifier": "a", "Event": {}}]}',
            "Observation a is there twice.",
        ),
    ],
)
def test_content_that_cannot_be(connect: Any, names: Any, sandbox: Sandbox, content: str, problem: str) -> None:
    """Content that is published is checked, with the problems in the error; content that is saved is not."""
    client = connect()
    asked = {"InstanceId": names.instance, "Name": "Main line", "Content": content}
    with pytest.raises(client.exceptions.InvalidTestCaseException) as caught:
        client.create_test_case(**asked, Status="PUBLISHED")
    assert {"message": problem} in caught.value.response["Problems"]
    assert len(sandbox.world.test_cases) == 1
    client.create_test_case(**asked, Status="SAVED")
    assert len(sandbox.world.test_cases) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"InitializationData": "{"}, {"Name": " "}, {"Name": "x" * 128}, {"Description": "x" * 501}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_texts_that_cannot_be(cases: Any, refused: Any, wrong: dict[str, str]) -> None:
    """Names, descriptions and initial data have limits."""
    there = cases()
    with refused("InvalidParameterException"):
        there.made(_number(), **{"name": wrong["Name"]} if "Name" in wrong else wrong)


@pytest.mark.parametrize(
    "entry", [{}, {"Type": "VOICE_CALL"}, _voice(), {"Type": "CHAT"}, _number() | {"Type": "CHAT"}]
)
def test_no_entry_point(cases: Any, refused: Any, entry: dict[str, Any]) -> None:
    """A test case without an entry point is made, and cannot run."""
    there = cases()
    id = there.made(entry)
    with refused("InvalidRequestException", "no entry point"):
        there.begun(id)


def test_five_at_once(cases: Any, sandbox: Sandbox) -> None:
    """Five executions run at once, others wait as INITIATED; each that ends, or is stopped, lets the next begin."""
    there = cases()
    id = there.made(_number())
    executions = [there.begun(id) for _ in range(7)]

    def statuses() -> list[str]:
        return [there.status(id, execution) for execution in executions]

    assert statuses() == ["IN_PROGRESS"] * 5 + ["INITIATED"] * 2
    assert there.records(id, executions[6]) == []
    ids = {"InstanceId": there.instance, "TestCaseId": id}
    sandbox.clock.sleep(1)
    there.client.stop_test_case_execution(**ids, TestCaseExecutionId=executions[0])
    assert statuses() == ["STOPPED"] + ["IN_PROGRESS"] * 5 + ["INITIATED"]
    sandbox.clock.sleep(3)
    assert statuses() == ["STOPPED"] + ["PASSED"] * 4 + ["IN_PROGRESS"] * 2
    sandbox.clock.sleep(4)
    assert statuses() == ["STOPPED"] + ["PASSED"] * 6
    other = cases(REPLICA)
    assert other.ended(other.made(_number())) == "PASSED"


def test_a_hundred_in_all(cases: Any, refused: Any, sandbox: Sandbox) -> None:
    """A hundred executions run or wait in a Region of an instance; one more is refused, until some have ended."""
    there = cases()
    id = there.made(_number())
    for _ in range(100):
        there.begun(id)
    with refused("ServiceQuotaExceededException", "100"):
        there.begun(id)
    sandbox.clock.sleep(4)
    there.begun(id)


def test_failing_in_any_case(cases: Any, sandbox: Sandbox, set_switches: Any) -> None:
    """An execution fails after five minutes, and where an asynchronous failure was asked for."""
    there = cases()
    id = there.made(_number())
    sandbox.faults.add(Fault("StartTestCaseExecution", "failed-claim", message="No reason."))
    execution = there.begun(id)
    sandbox.clock.sleep(4)
    assert (there.status(id, execution), "No reason." in there.records(id, execution)[0]["Record"]) == ("FAILED", True)
    set_switches(test_seconds=1000)
    execution = there.begun(id)
    sandbox.clock.sleep(299)
    assert there.status(id, execution) == "IN_PROGRESS"
    sandbox.clock.sleep(1)
    assert there.status(id, execution) == "FAILED"


def test_stopping(cases: Any, refused: Any, sandbox: Sandbox) -> None:
    """An execution that is over cannot be stopped; a stop that comes again with its token is answered again."""
    there = cases()
    id = there.made(_number())
    ids = {"InstanceId": there.instance, "TestCaseId": id, "TestCaseExecutionId": there.begun(id)}
    there.client.stop_test_case_execution(**ids, ClientToken="once")
    there.client.stop_test_case_execution(**ids, ClientToken="once")
    with refused("InvalidRequestException", "STOPPED already"):
        there.client.stop_test_case_execution(**ids)
    sandbox.clock.sleep(10)
    assert there.status(id, ids["TestCaseExecutionId"]) == "STOPPED"


def test_starting_twice(cases: Any, refused: Any) -> None:
    """A start that comes again with its token is the same execution; for another test case it is refused."""
    there = cases()
    id, other = there.made(_number()), there.made(_number(), "Other")
    assert there.begun(id, ClientToken="once") == there.begun(id, ClientToken="once")
    with refused("InvalidRequestException", "client token"):
        there.begun(other, ClientToken="once")


def test_executions_and_records(cases: Any, sandbox: Sandbox, connect: Any) -> None:
    """Executions are listed the newest first, by test case, status and time; records have each observation."""
    there = cases()
    id = there.made(_number(), Tags={"team": "ops"})
    begin = sandbox.clock.now()
    passed = there.begun(id)
    sandbox.clock.sleep(10)
    sandbox.change({"do": "clear-flow", "number": ON_GROUP})
    failed = there.begun(id)
    sandbox.clock.sleep(10)

    def page(**wanted: Any) -> tuple[list[Any], str]:
        answer = there.client.list_test_case_executions(InstanceId=there.instance, **wanted)
        names = ("TestCaseExecutionId", "TestCaseExecutionStatus", "Tags")
        rows = [tuple(row[name] for name in names) for row in answer["TestCaseExecutions"]]
        return rows, answer.get("NextToken", "")

    def listed(**wanted: Any) -> list[Any]:
        return page(**wanted)[0]

    rows = [(failed, "FAILED", {"team": "ops"}), (passed, "PASSED", {"team": "ops"})]
    assert listed() == listed(TestCaseId=id) == listed(TestCaseName="Main line") == rows
    assert listed(TestCaseName="Second line") == listed(TestCaseId="other") == []
    assert listed(Status="PASSED") == listed(EndTime=int(begin + 5) * 1000) == rows[1:]
    assert listed(StartTime=int(begin + 5) * 1000) == rows[:1]
    first, token = page(MaxResults=1)
    assert (first, page(MaxResults=1, NextToken=token)) == (rows[:1], (rows[1:], ""))
    for execution, status, key in ((passed, "PASSED", "ContactId"), (failed, "FAILED", "Reason")):
        records = there.records(id, execution)
        assert [(record["ObservationId"], record["Status"]) for record in records] == [
            ("Welcome", status),
            ("Queue", status),
        ]
        assert key in json.loads(records[0]["Record"])
        assert there.records(id, execution, Status="IN_PROGRESS") == []


def test_a_contact(cases: Any, names: Any, sandbox: Sandbox) -> None:
    """An execution that passes makes a contact, with the numbers of the call, its Region and its TDG."""
    there = cases()
    id = there.made(_number())
    execution = there.begun(id)
    sandbox.clock.sleep(4)
    contact_id = json.loads(there.records(id, execution)[0]["Record"])["ContactId"]
    contact = there.client.describe_contact(InstanceId=there.instance, ContactId=contact_id)["Contact"]
    assert contact["CustomerEndpoint"]["Address"] == "+447700900123"
    assert contact["SystemEndpoint"]["Address"] == ON_GROUP
    assert contact["GlobalResiliencyMetadata"] == {
        "ActiveRegion": SOURCE,
        "OriginRegion": SOURCE,
        "TrafficDistributionGroupId": names.group_id("Default"),
    }
    there.client.tag_contact(InstanceId=there.instance, ContactId=contact_id, Tags={"test": "yes"})
    contact = there.client.describe_contact(InstanceId=there.instance, ContactId=contact_id)["Contact"]
    assert contact["Tags"]["test"] == "yes"


def test_lists_and_searches(cases: Any, refused: Any) -> None:
    """Test cases are listed in pages, and found by name, description, id, status and tags."""
    there = cases()
    ids = {
        name: there.made(_number(), name, Tags={"team": team}, Description=f"{team} asks", Status=status)
        for name, team, status in (("Main", "ops", "PUBLISHED"), ("Mainz", "sales", "SAVED"), ("Other", "ops", "SAVED"))
    }
    pages = there.client.get_paginator("list_test_cases")
    found = pages.paginate(InstanceId=there.instance, PaginationConfig={"PageSize": 2}).build_full_result()
    rows = {row["Name"]: (row["Id"], row["Status"]) for row in found["TestCaseSummaryList"]}
    assert len(rows) == 4
    assert (rows["Main"], rows["Mainz"]) == ((ids["Main"], "PUBLISHED"), (ids["Mainz"], "SAVED"))

    def search(**wanted: Any) -> list[str]:
        answer = there.client.search_test_cases(InstanceId=there.instance, **wanted)
        assert answer["ApproximateTotalCount"] == len(answer["TestCases"])
        return sorted(row["Name"] for row in answer["TestCases"])

    def text(field: str, value: str, kind: str = "EXACT") -> dict[str, Any]:
        return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": kind}}

    assert search(SearchCriteria=text("name", "main", "STARTS_WITH")) == ["Main", "Mainz"]
    assert search(SearchCriteria=text("description", "asks", "CONTAINS")) == ["Main", "Mainz", "Other"]
    assert search(SearchCriteria=text("resourceId", ids["Other"])) == ["Other"]
    assert search(SearchCriteria={"StatusCondition": "SAVED"}) == ["Mainz", "Other"]
    tagged = {"TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "ops"}}}
    assert search(SearchFilter=tagged, SearchCriteria={"StatusCondition": "SAVED"}) == ["Other"]
    with refused("InvalidParameterException", "no search by"):
        search(SearchCriteria=text("colour", "red"))


def test_tags(cases: Any, connect: Any) -> None:
    """A test case is tagged by its ARN."""
    there = cases()
    arn = there.described(there.made(_number()))["Arn"]
    there.client.tag_resource(resourceArn=arn, tags={"team": "ops", "other": "x"})
    there.client.untag_resource(resourceArn=arn, tagKeys=["other"])
    assert there.client.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "ops"}
    assert there.described(arn)["Tags"] == {"team": "ops"}


def test_deleting(cases: Any, refused: Any, sandbox: Sandbox) -> None:
    """A deleted test case is gone with its executions, those that run too; the other Region keeps its own."""
    there, other = cases(), cases(REPLICA)
    id = there.made(_number())
    other.made(_number(), TestCaseId=id)
    execution, kept = there.begun(id), other.begun(id)
    there.client.delete_test_case(InstanceId=there.instance, TestCaseId=id)
    for ask in (lambda: there.described(id), lambda: there.status(id, execution), lambda: there.begun(id)):
        with refused("ResourceNotFoundException"):
            ask()
    sandbox.clock.sleep(10)
    assert list(sandbox.world.test_executions) == [kept]
    assert other.status(id, kept) == "PASSED"


def test_a_world_that_was_saved(cases: Any, sandbox: Sandbox) -> None:
    """Test cases and executions are in a snapshot, and one that was running ends where it was."""
    there = cases()
    id = there.made(_number())
    execution = there.begun(id)
    data = json.loads(json.dumps(snapshot(sandbox.world, sandbox.clock.now())))
    sandbox.clock.sleep(1000)
    sandbox.restore(restored(data), data["now"])
    assert there.status(id, execution) == "IN_PROGRESS"
    sandbox.clock.sleep(4)
    assert there.status(id, execution) == "PASSED"


def test_without_its_replica(cases: Any, connect: Any, names: Any, sandbox: Sandbox) -> None:
    """With an instance its test cases go."""
    connect().create_test_case(InstanceId=names.lonely, Name="x", Content=CONTENT)
    sandbox.set_switches(sandbox.switches.with_values({"delete_instance_with_numbers": "release"}))
    connect().delete_instance(InstanceId=names.lonely)
    sandbox.clock.sleep(60)
    assert [test.name for test in sandbox.world.test_cases.values()] == ["Second line answers"]
