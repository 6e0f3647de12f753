"""Versions and aliases of flows and modules, and what DescribeContactFlow shows of a flow that is not published."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
BYE = json.dumps({"Version": "2019-10-30", "StartAction": "bye", "Actions": [{"Identifier": "bye"}]})
HELLO = json.dumps({"Version": "2019-10-30", "StartAction": "hello", "Actions": [{"Identifier": "hello"}]})


@pytest.fixture
def which(names: Any) -> dict[str, str]:
    """Which flow it is."""
    return {"InstanceId": names.instance, "ContactFlowId": names.flow_id()}


def _shown(client: Any, which: dict[str, str], qualifier: str = "") -> dict[str, Any]:
    ask = {**which, "ContactFlowId": which["ContactFlowId"] + qualifier}
    return dict(client.describe_contact_flow(**ask)["ContactFlow"])


def _numbers(client: Any, which: dict[str, str]) -> list[int]:
    rows = client.list_contact_flow_versions(**which)["ContactFlowVersionSummaryList"]
    assert all(row["Arn"].endswith(f":{row['Version']}") for row in rows)
    return [row["Version"] for row in rows]


def test_a_flow_that_was_never_published(connect: Any, names: Any) -> None:
    """ContactFlowNotPublished (404), by id, ARN and `:$LATEST`, until it is published; `:$SAVED` shows the draft."""
    client = connect()
    for known in (names.flow_id("Draft"), names.flow("Draft"), names.flow_id("Draft") + ":$LATEST"):
        with pytest.raises(client.exceptions.ContactFlowNotPublishedException) as caught:
            client.describe_contact_flow(InstanceId=names.instance, ContactFlowId=known)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    draft = {"InstanceId": names.instance, "ContactFlowId": names.flow_id("Draft")}
    assert _shown(client, draft, ":$SAVED")["Status"] == "SAVED"
    client.update_contact_flow_metadata(**draft, Description="Soon")
    client.update_contact_flow_content(**{**draft, "ContactFlowId": draft["ContactFlowId"] + ":$SAVED"}, Content=HELLO)
    assert _shown(client, draft, ":$SAVED")["Content"] == HELLO
    client.update_contact_flow_content(**draft, Content=BYE)
    assert (_shown(client, draft)["Content"], _shown(client, draft)["Status"]) == (BYE, "PUBLISHED")


def test_a_new_flow_that_is_saved(connect: Any, names: Any) -> None:
    """What is created SAVED is looked at when it is published, and shown with `:$SAVED` alone."""
    client = connect()
    new = {"InstanceId": names.instance, "Name": "Sketch", "Type": "CONTACT_FLOW"}
    flow = client.create_contact_flow(**new, Content="not yet", Status="SAVED")["ContactFlowId"]
    sketch = {"InstanceId": names.instance, "ContactFlowId": flow}
    with pytest.raises(client.exceptions.ContactFlowNotPublishedException):
        _shown(client, sketch)
    assert _shown(client, sketch, ":$SAVED")["Content"] == "not yet"
    with pytest.raises(client.exceptions.InvalidContactFlowException):
        client.update_contact_flow_content(**sketch, Content="not yet")
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.create_contact_flow_version(**sketch)


def test_versions(connect: Any, which: Any, refused: Any) -> None:
    """A version keeps what was published; versions count up, and a deleted number does not come again."""
    client = connect()
    first = client.create_contact_flow_version(**which, Description="As of May")["Version"]
    client.update_contact_flow_content(**which, Content=HELLO)
    second = client.create_contact_flow_version(**which)["Version"]
    client.update_contact_flow_content(**which, Content=BYE)
    assert (first, second) == (1, 2)
    shown = _shown(client, which, ":1")
    assert (shown["Version"], shown["VersionDescription"], shown["Status"]) == (1, "As of May", "PUBLISHED")
    assert shown["Content"] != HELLO
    assert _shown(client, which, ":2")["Content"] == HELLO
    assert _shown(client, which, ":2")["FlowContentSha256"] == hashlib.sha256(HELLO.encode()).hexdigest()
    assert _shown(client, which)["Content"] == _shown(client, which, ":$LATEST")["Content"] == BYE
    client.delete_contact_flow_version(**which, ContactFlowVersion=2)
    assert _numbers(client, which) == [1]
    with refused("ResourceNotFoundException", "version 2"):
        _shown(client, which, ":2")
    with refused("ResourceNotFoundException", "version 2"):
        client.delete_contact_flow_version(**which, ContactFlowVersion=2)
    assert client.create_contact_flow_version(**which)["Version"] == 3
    with refused("InvalidParameterException", "not higher"):
        client.create_contact_flow_version(**which, ContactFlowVersion=3)
    assert client.create_contact_flow_version(**which, ContactFlowVersion=9)["Version"] == 9
    assert _numbers(client, which) == [1, 3, 9]
    with refused("InvalidRequestException", "does not change"):
        client.update_contact_flow_content(
            InstanceId=which["InstanceId"], ContactFlowId=which["ContactFlowId"] + ":1", Content=BYE
        )


def test_a_version_of_what_was_meant(connect: Any, which: Any, refused: Any) -> None:
    """A version is refused where its checksum is not that of what is published; a draft does not count."""
    client = connect()
    client.update_contact_flow_content(**which, Content=BYE)
    draft = {**which, "ContactFlowId": which["ContactFlowId"] + ":$SAVED"}
    client.update_contact_flow_content(**draft, Content=HELLO)
    with refused("InvalidRequestException", "FlowContentSha256"):
        client.create_contact_flow_version(**which, FlowContentSha256=hashlib.sha256(HELLO.encode()).hexdigest())
    client.create_contact_flow_version(**which, FlowContentSha256=hashlib.sha256(BYE.encode()).hexdigest())
    assert _shown(client, which, ":1")["Content"] == BYE


def test_aliases(connect: Any, which: Any, refused: Any) -> None:
    """An alias points to one version; what asks for the flow by it gets that; a version it points to stays."""
    client = connect()
    for content in (BYE, HELLO):
        client.update_contact_flow_content(**which, Content=content)
        client.create_contact_flow_version(**which)
    live = client.create_contact_flow_alias(**which, AliasName="live", ContactFlowVersion=1)["Id"]
    alias = {**which, "AliasId": live}
    assert _shown(client, which, f":{live}")["Content"] == BYE
    with refused("InvalidRequestException", "'live' points to version 1"):
        client.delete_contact_flow_version(**which, ContactFlowVersion=1)
    client.update_contact_flow_alias(**alias, ContactFlowVersion=2, Description="What callers hear")
    assert _shown(client, which, f":{live}")["Content"] == HELLO
    client.delete_contact_flow_version(**which, ContactFlowVersion=1)
    described = client.describe_contact_flow_alias(**alias)["ContactFlowAlias"]
    assert (described["Name"], described["Version"], described["Description"]) == ("live", 2, "What callers hear")
    client.delete_contact_flow_alias(**alias)
    assert client.list_contact_flow_aliases(**which)["ContactFlowAliasSummaryList"] == []
    assert _numbers(client, which) == [2]
    with refused("ResourceNotFoundException", live):
        client.describe_contact_flow_alias(**alias)


def test_aliases_that_cannot_be(connect: Any, which: Any, refused: Any) -> None:
    """A name once, none of the two that every flow has, and only for a version that there is."""
    client = connect()
    client.create_contact_flow_version(**which)
    client.create_contact_flow_alias(**which, AliasName="live", ContactFlowVersion=1)
    test = client.create_contact_flow_alias(**which, AliasName="test", ContactFlowVersion=1)["Id"]
    with refused("DuplicateResourceException", "live"):
        client.create_contact_flow_alias(**which, AliasName="live", ContactFlowVersion=1)
    with refused("DuplicateResourceException", "live"):
        client.update_contact_flow_alias(**which, AliasId=test, Name="live")
    with refused("ResourceNotFoundException", "version 2"):
        client.create_contact_flow_alias(**which, AliasName="next", ContactFlowVersion=2)
    with refused("ResourceNotFoundException", "version 2"):
        client.update_contact_flow_alias(**which, AliasId=test, ContactFlowVersion=2)
    with refused("InvalidParameterException", "SAVED"):
        client.create_contact_flow_alias(**which, AliasName="$SAVED", ContactFlowVersion=1)
    rows = client.list_contact_flow_aliases(**which)["ContactFlowAliasSummaryList"]
    assert [(row["AliasName"], row["Version"]) for row in rows] == [("live", 1), ("test", 1)]


def test_the_other_region_gets_them(connect: Any, which: Any, sandbox: Any, refused: Any) -> None:
    """Versions and aliases reach the other Region after a moment, under the same numbers and ids."""
    connect().create_contact_flow_version(**which)
    live = connect().create_contact_flow_alias(**which, AliasName="live", ContactFlowVersion=1)["Id"]
    with refused("ResourceNotFoundException", live):
        connect(REPLICA).describe_contact_flow_alias(**which, AliasId=live)
    assert _numbers(connect(REPLICA), which) == []
    sandbox.clock.advance(sandbox.switches.flow_mirror_seconds)
    there = connect(REPLICA).describe_contact_flow_alias(**which, AliasId=live)["ContactFlowAlias"]
    assert (there["Version"], there["LastModifiedRegion"]) == (1, SOURCE)
    assert there["ContactFlowArn"].startswith(f"arn:aws:connect:{REPLICA}:")
    assert connect(REPLICA).create_contact_flow_version(**which)["Version"] == 2


def test_lists_in_pages(connect: Any, which: Any) -> None:
    """Versions and aliases are listed in pages, versions by number."""
    client = connect()
    for number in range(1, 13):
        client.create_contact_flow_version(**which)
        client.create_contact_flow_alias(**which, AliasName=f"alias{number:02d}", ContactFlowVersion=number)
    pages = client.get_paginator("list_contact_flow_versions").paginate(**which, PaginationConfig={"PageSize": 5})
    found = [row["Version"] for page in pages for row in page["ContactFlowVersionSummaryList"]]
    assert found == list(range(1, 13))
    first = client.list_contact_flow_aliases(**which, MaxResults=5)
    rest = client.list_contact_flow_aliases(**which, NextToken=first["NextToken"])
    rows = first["ContactFlowAliasSummaryList"] + rest["ContactFlowAliasSummaryList"]
    assert [row["AliasName"] for row in rows] == [f"alias{number:02d}" for number in range(1, 13)]
