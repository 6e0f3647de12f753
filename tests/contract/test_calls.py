"""Phone calls: placed over the control routes, and the contacts that they leave behind."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from contract_calls import REPLICA, SOURCE

from acgr_sandbox import Sandbox
from acgr_sandbox.control import Control, ControlError

ON_DEFAULT, DARK, ON_INSTANCE, LONELY = (f"+4420794600{last:02d}" for last in (2, 3, 1, 5))


@pytest.fixture
def control(served: Any) -> Control:
    """The control routes over HTTP."""
    return Control(served.url)


def test_what_a_call_meets(control: Control, names: Any) -> None:
    """The answer to a call has Region, instance, TDG, flow, and whether an agent may take it."""
    answer = control.call(ON_DEFAULT)
    contact = answer["routes"][0].pop("contact")
    assert answer == {
        "number": ON_DEFAULT,
        "answered": 1,
        "lost": 0,
        "routes": [
            {
                "region": SOURCE,
                "calls": 1,
                "answered": True,
                "reason": None,
                "instance": {"id": names.instance, "alias": "northwind"},
                "group": {"id": names.group_id("Default"), "name": "Default"},
                "flow": {"id": names.flow_id("Main IVR"), "name": "Main IVR"},
                "agent": True,
            }
        ],
    }
    assert contact


def test_a_call_that_is_lost(control: Control, names: Any) -> None:
    """A call that nothing answers has no flow and no contact, and says why."""
    row = control.call(names.number_id(3))["routes"][0]
    assert (row["answered"], row["flow"], row["contact"]) == (False, None, None)
    assert (row["reason"], row["group"]["name"]) == ("no flow is set", "emergency")


def test_a_number_on_an_instance(control: Control) -> None:
    """Calls to a number on an instance go to its own Region, and have no TDG."""
    row = control.call(LONELY, 3)["routes"][0]
    assert (row["region"], row["calls"], row["group"], row["flow"]["name"]) == (SOURCE, 3, None, "Elsewhere")


def test_shares(control: Control, sandbox: Sandbox) -> None:
    """Calls follow the shares of the TDG, from the moment they are changed."""
    control.change({"do": "distribute", "group": "Default", "shares": {SOURCE: 30, REPLICA: 70}})
    rows = {row["region"]: row["calls"] for row in control.call(ON_DEFAULT, 1000)["routes"]}
    assert rows == {SOURCE: 300, REPLICA: 700}
    sandbox.clock.sleep(2)
    control.change({"do": "distribute", "group": "Default", "shares": {SOURCE: 0, REPLICA: 100}})
    assert [row["region"] for row in control.call(ON_DEFAULT, 50)["routes"]] == [REPLICA]


def test_counted(control: Control) -> None:
    """Calls are counted by number and Region; counters that are reset count from nothing."""
    control.call(ON_DEFAULT, 5)
    control.call(DARK, 2)
    calls = control.phone_calls()
    assert (calls["calls_answered"], calls["calls_lost"], calls["calls_stream"]) == (5, 2, None)
    names = ("calls_answered", "calls_lost", "calls_lost_now")
    counted = {number: [row[name].get(SOURCE) for name in names] for number, row in calls["numbers"].items()}
    assert (counted[ON_DEFAULT], counted[DARK], counted[ON_INSTANCE]) == ([5, 0, 0], [0, 2, 2], [None, None, None])
    status, overview = control.status(), control.overview()
    assert (status["calls_answered"], status["calls_lost"]) == (5, 2)
    lost = {"number": DARK, "region": SOURCE, "dark": True, "dark_seconds": 0.0, "calls_lost": 2}
    lost["reason"] = "no flow is set"
    assert status["lost"] == [lost, {**lost, "region": REPLICA, "calls_lost": 0}]
    assert (overview["calls_answered"], overview["calls_lost"]) == (5, 2)
    seen = {number["e164"]: number["calls_lost"] for number in overview["numbers"]}
    assert (seen[DARK], seen[ON_DEFAULT]) == ({SOURCE: 2}, {SOURCE: 0})
    control.reset_counters()
    assert control.phone_calls()["calls_answered"] == 0


def test_a_stream(control: Control, sandbox: Sandbox) -> None:
    """A stream that is set runs on the sandbox's clock, until another is set."""
    assert control.stream_calls("5/s", ON_DEFAULT, DARK)["calls_stream"] == f"5/s:{ON_DEFAULT},{DARK}"
    control.advance(60)
    assert control.phone_calls()["calls_answered"] == control.phone_calls()["calls_lost"] == 150
    control.stream_calls("off")
    control.advance(60)
    assert (control.phone_calls()["calls_answered"], control.phone_calls()["calls_stream"]) == (150, None)
    timeline = [(row["what"], row["calls"]) for row in control.timeline(DARK) if row["calls"]]
    assert timeline == [("first call lost", 1)]


def test_a_failover_with_calls(control: Control, sandbox: Sandbox) -> None:
    """While a number moves its calls are lost, and answered again with its flow: to the call, and to the second."""
    control.stream_calls(f"10/s:{ON_DEFAULT}")
    control.advance(10)
    control.change({"do": "move", "number": ON_DEFAULT, "target": "retail"})
    control.advance(12.5)
    control.change({"do": "set-flow", "number": ON_DEFAULT, "flow": "Main IVR"})
    control.advance(10)
    assert control.phone_calls()["numbers"][ON_DEFAULT] == {
        "calls_answered": {SOURCE: 200},
        "calls_lost": {SOURCE: 125},
        "calls_lost_now": {SOURCE: 0},
    }
    events = [event for event in control.events() if event.get("calls")]
    assert [(event["what"], event["calls"], event["region"]) for event in events] == [
        ("first call lost", 1, SOURCE),
        ("calls lost", 125, SOURCE),
    ]
    assert sandbox.timeline.dark_seconds(ON_DEFAULT, SOURCE) == 12.5


@pytest.mark.parametrize(
    ("number", "count", "said"),
    [
        ("+44", 1, "There is no number"),
        (ON_DEFAULT, 0, "it takes 1 to 1000000"),
        (ON_DEFAULT, 1_000_001, "it takes 1 to 1000000"),
    ],
)
def test_calls_that_cannot_be(control: Control, number: str, count: int, said: str) -> None:
    """A call to nobody and a count that cannot be are refused, and counted nowhere."""
    with pytest.raises(ControlError, match=said):
        control.call(number, count)
    assert control.phone_calls()["calls_answered"] == 0


@pytest.mark.parametrize("rate", ["", "many", "-1/s", "5/s:+44", "nan", "5/s:"])
def test_streams_that_cannot_be(control: Control, rate: str) -> None:
    """A rate that is none and a number that is not there are refused; the stream that runs goes on."""
    control.stream_calls("1/s")
    with pytest.raises(ControlError, match=r"is no rate of calls|There is no number"):
        control.stream_calls(rate)
    assert control.status()["calls_stream"] == "1/s"


def _span(sandbox: Sandbox, seconds: float = 3600, kind: str = "INITIATION_TIMESTAMP") -> dict[str, Any]:
    now = datetime.fromtimestamp(sandbox.clock.now(), timezone.utc)
    around = timedelta(seconds=seconds)
    return {"Type": kind, "StartTime": now - around, "EndTime": now + around}


def test_a_contact(connect: Any, control: Control, names: Any, sandbox: Sandbox) -> None:
    """An answered call is a contact in both Regions, with its numbers, times, Region and TDG."""
    id = control.call(ON_DEFAULT)["routes"][0]["contact"]
    for region in (SOURCE, REPLICA):
        contact = connect(region).describe_contact(InstanceId=names.instance, ContactId=id)["Contact"]
        assert contact["Arn"] == f"{names.instance_arn(region)}/contact/{id}"
        assert (contact["Channel"], contact["InitiationMethod"]) == ("VOICE", "INBOUND")
        assert contact["SystemEndpoint"] == {"Type": "TELEPHONE_NUMBER", "Address": ON_DEFAULT}
        assert contact["InitiationTimestamp"].timestamp() == sandbox.clock.now()
        assert contact["GlobalResiliencyMetadata"] == {
            "ActiveRegion": SOURCE,
            "OriginRegion": SOURCE,
            "TrafficDistributionGroupId": names.group_id("Default"),
        }


def test_a_contact_of_one_region(connect: Any, control: Control, names: Any, refused: Any) -> None:
    """An instance that is not replicated has contacts without `GlobalResiliencyMetadata`; others do not have them."""
    id = control.call(LONELY)["routes"][0]["contact"]
    contact = connect().describe_contact(InstanceId=names.lonely, ContactId=id)["Contact"]
    assert "GlobalResiliencyMetadata" not in contact
    with refused("ResourceNotFoundException", id):
        connect().describe_contact(InstanceId=names.instance, ContactId=id)


def test_searching(connect: Any, control: Control, names: Any, sandbox: Sandbox) -> None:
    """Contacts are found by time, active Region, channel, method and tags, the newest first or in the order asked."""
    control.change({"do": "distribute", "group": "Default", "shares": {SOURCE: 40, REPLICA: 60}})
    control.stream_calls(f"10/s:{ON_DEFAULT}")
    control.advance(10)
    client, asked = connect(REPLICA), {"InstanceId": names.instance, "TimeRange": _span(sandbox)}

    def total(**criteria: Any) -> int:
        return int(client.search_contacts(**asked, SearchCriteria=criteria)["TotalCount"])

    assert [total(ActiveRegions=regions) for regions in ([SOURCE], [REPLICA], [SOURCE, REPLICA], [])] == [
        40,
        60,
        100,
        100,
    ]
    assert total(Channels=["VOICE"], InitiationMethods=["INBOUND"]) == 100
    assert total(Channels=["CHAT"]) == total(AgentIds=[names.user_id()]) == 0
    assert total(Name={"SearchText": ["x"], "MatchType": "MATCH_NONE"}) == 100
    dialled = {"TagCondition": {"TagKey": "aws:connect:systemEndpoint", "TagValue": ON_DEFAULT}}
    assert total(ContactTags=dialled) == 100
    pages = client.get_paginator("search_contacts")
    order = {"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"}
    for sort in ({}, {"Sort": order}):
        found = pages.paginate(**asked, **sort, PaginationConfig={"PageSize": 30}).build_full_result()["Contacts"]
        times = [contact["InitiationTimestamp"] for contact in found]
        assert len(times) == 100
        assert times == sorted(times, reverse=not sort)
    few = {**asked, "TimeRange": _span(sandbox, 0.95)}
    assert client.search_contacts(**few)["TotalCount"] == 10
    for kind, number in (("DISCONNECT_TIMESTAMP", 100), ("CONNECTED_TO_AGENT_TIMESTAMP", 0)):
        assert client.search_contacts(**{**asked, "TimeRange": _span(sandbox, kind=kind)})["TotalCount"] == number


def test_a_time_that_ends_before_it_begins(connect: Any, names: Any, refused: Any, sandbox: Sandbox) -> None:
    """A range of time runs forwards."""
    with refused("InvalidRequestException", "StartTime is after EndTime"):
        connect().search_contacts(InstanceId=names.instance, TimeRange=_span(sandbox, -5))


def test_tags_of_a_contact(connect: Any, control: Control, names: Any, refused: Any) -> None:
    """A contact is tagged in its active Region, six tags at most; the other Region refuses, and shows them."""
    id = control.call(ON_DEFAULT)["routes"][0]["contact"]
    source, replica = connect(), connect(REPLICA)
    ids = {"InstanceId": names.instance, "ContactId": id}
    with refused("InvalidActiveRegionException", SOURCE):
        replica.tag_contact(**ids, Tags={"team": "ops"})
    source.tag_contact(**ids, Tags={"team": "ops", "a": "b"})
    source.untag_contact(**ids, TagKeys=["a", "absent"])
    shown = replica.describe_contact(**ids)["Contact"]["Tags"]
    assert shown == {
        "aws:connect:instanceId": names.instance,
        "aws:connect:systemEndpoint": ON_DEFAULT,
        "team": "ops",
    }
    source.tag_contact(**ids, Tags=dict.fromkeys("abcde", "x"))
    with refused("InvalidRequestException", "at most 6 tags"):
        source.tag_contact(**ids, Tags={"f": "x"})
