"""Hours of operation: made, inherited, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
MORNING = {"Day": "MONDAY", "StartTime": {"Hours": 6, "Minutes": 0}, "EndTime": {"Hours": 12, "Minutes": 30}}


def _make(client: Any, names: Any, name: str = "Early", **more: Any) -> str:
    asked = {"InstanceId": names.instance, "Name": name, "TimeZone": "Europe/London", "Config": [MORNING], **more}
    return str(client.create_hours_of_operation(**asked)["HoursOfOperationId"])


def _seen(client: Any, names: Any, hours: str) -> dict[str, Any]:
    found = client.describe_hours_of_operation(InstanceId=names.instance, HoursOfOperationId=hours)
    return dict(found["HoursOfOperation"])


@pytest.mark.parametrize(("here", "there"), [(SOURCE, REPLICA), (REPLICA, SOURCE)])
def test_making_one(here: str, there: str, connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """The other Region has new hours after a moment, under the same id and an ARN of its own."""
    hours = _make(connect(here), names, Description="For early birds", Tags={"team": "ops"})
    with refused("ResourceNotFoundException", hours):
        _seen(connect(there), names, hours)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    for region in (here, there):
        seen = _seen(connect(region), names, hours)
        assert seen["HoursOfOperationArn"] == f"{names.instance_arn(region)}/operating-hours/{hours}"
        assert (seen["Config"], seen["Tags"], seen["LastModifiedRegion"]) == ([MORNING], {"team": "ops"}, here)


def test_changes_reach_the_other_region(connect: Any, names: Any, sandbox: Any) -> None:
    """A Region shows its own changes at once and the other's after a moment; what is not named stays."""
    hours = sandbox.world.resource("Late").id
    change = {"InstanceId": names.instance, "HoursOfOperationId": hours}
    connect().update_hours_of_operation(**change, Description="After noon", TimeZone="Europe/Berlin")
    zones = [_seen(connect(region), names, hours)["TimeZone"] for region in (SOURCE, REPLICA)]
    assert zones == ["Europe/Berlin", "Europe/London"]
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    seen = _seen(connect(REPLICA), names, hours)
    assert (seen["Name"], seen["Description"], seen["TimeZone"]) == ("Late", "After noon", "Europe/Berlin")
    connect().update_hours_of_operation(**change, Description="")
    assert "Description" not in _seen(connect(), names, hours)


def test_names(connect: Any, names: Any, refused: Any) -> None:
    """No two hours of an instance have one name, new or changed; another kind may have it, and another instance."""
    with refused("DuplicateResourceException", "Late"):
        _make(connect(), names, "Late")
    early = _make(connect(), names)
    with refused("DuplicateResourceException", "Late"):
        connect().update_hours_of_operation(InstanceId=names.instance, HoursOfOperationId=early, Name="Late")
    connect().update_hours_of_operation(InstanceId=names.instance, HoursOfOperationId=early, Name="BasicQueue")
    _make(connect(), names, "Late", InstanceId=names.lonely)


def test_one_name_in_both_regions(connect: Any, names: Any, sandbox: Any) -> None:
    """Two that were made at once under one name stay each where it is."""
    here, there = _make(connect(), names), _make(connect(REPLICA), names)
    sandbox.clock.advance(3600)
    assert [sandbox.world.resources[id].regions for id in (here, there)] == [[SOURCE], [REPLICA]]


def test_inheriting(connect: Any, names: Any, refused: Any) -> None:
    """Hours name those they inherit from, which must exist and stay."""
    parent = _make(connect(), names)
    child = _make(connect(), names, "Child", ParentHoursOfOperationConfigs=[{"HoursOfOperationId": parent}])
    (row,) = _seen(connect(), names, child)["ParentHoursOfOperations"]
    assert (row["Name"], row["Id"]) == ("Early", parent)
    with refused("ResourceNotFoundException", "nonsense"):
        _make(connect(), names, "Orphan", ParentHoursOfOperationConfigs=[{"HoursOfOperationId": "nonsense"}])
    with refused("InvalidRequestException", "Child"):
        connect().delete_hours_of_operation(InstanceId=names.instance, HoursOfOperationId=parent)


@pytest.mark.parametrize("code", ["InvalidRequestException", "ResourceInUseException"])
def test_deleting(code: str, connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """Hours that a queue has stay; the others are gone here at once, in the other Region after a moment."""
    set_switches(delete_hours_in_use=code)
    ask = {"InstanceId": names.instance, "HoursOfOperationId": _make(connect(), names)}
    sandbox.clock.advance(60)
    queue = {"InstanceId": names.instance, "QueueId": sandbox.world.resource("Sales").id}
    basic = connect().describe_queue(**queue)["Queue"]["HoursOfOperationId"]
    connect().update_queue_hours_of_operation(**queue, HoursOfOperationId=ask["HoursOfOperationId"])
    with refused(code, "Sales"):
        connect().delete_hours_of_operation(**ask)
    connect().update_queue_hours_of_operation(**queue, HoursOfOperationId=basic)
    connect().delete_hours_of_operation(**ask)
    with refused("ResourceNotFoundException"):
        connect().describe_hours_of_operation(**ask)
    assert connect(REPLICA).describe_hours_of_operation(**ask)["HoursOfOperation"]["Name"] == "Early"
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    assert ask["HoursOfOperationId"] not in sandbox.world.resources
    with refused("ResourceNotFoundException"):
        connect(REPLICA).describe_hours_of_operation(**ask)


def test_searching(connect: Any, names: Any, refused: Any) -> None:
    """Criteria and tags are held against what this Region shows; CONTAINS takes two characters at least."""
    _make(connect(), names, Tags={"team": "ops"})

    def found(**search: Any) -> list[str]:
        answer = connect().search_hours_of_operations(InstanceId=names.instance, **search)
        assert answer["ApproximateTotalCount"] == len(answer["HoursOfOperations"])
        return sorted(hours["Name"] for hours in answer["HoursOfOperations"])

    def says(field: str, value: str, kind: str = "EXACT") -> dict[str, Any]:
        return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": kind}}

    assert found(SearchCriteria={"OrConditions": [says("name", "LATE"), says("timezone", "utc")]}) == [
        "Basic Hours",
        "Late",
    ]
    assert found(
        SearchCriteria={"AndConditions": [says("timezone", "europe", "STARTS_WITH"), says("name", "ar", "CONTAINS")]}
    ) == ["Early"]
    assert found(SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "ops"}}}) == ["Early"]
    with refused("InvalidParameterException", "2 to 25"):
        found(SearchCriteria=says("name", "a", "CONTAINS"))
    with refused("InvalidParameterException", "'Shoe'"):
        found(SearchCriteria=says("Shoe", "42"))
