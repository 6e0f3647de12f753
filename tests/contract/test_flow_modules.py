"""Flow modules: made, changed, deleted, found; their versions and aliases."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
BYE = json.dumps({"Version": "2019-10-30", "StartAction": "bye", "Actions": [{"Identifier": "bye"}]})
HELLO = json.dumps({"Version": "2019-10-30", "StartAction": "hello", "Actions": [{"Identifier": "hello"}]})


@pytest.fixture
def new(names: Any) -> dict[str, Any]:
    """What CreateContactFlowModule takes."""
    return {"InstanceId": names.instance, "Name": "Opening hours", "Content": BYE}


@pytest.fixture
def module(connect: Any, new: Any, sandbox: Any) -> dict[str, str]:
    """A module that both Regions have."""
    made = connect().create_contact_flow_module(**new, Description="Are we open?", Tags={"team": "ops"})
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    return {"InstanceId": new["InstanceId"], "ContactFlowModuleId": made["Id"]}


def _shown(client: Any, module: dict[str, str], qualifier: str = "") -> dict[str, Any]:
    ask = {**module, "ContactFlowModuleId": module["ContactFlowModuleId"] + qualifier}
    return dict(client.describe_contact_flow_module(**ask)["ContactFlowModule"])


@pytest.mark.parametrize(("region", "other"), [(SOURCE, REPLICA), (REPLICA, SOURCE)])
def test_making_one(region: str, other: str, connect: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """A new module is ACTIVE and PUBLISHED; the other Region has it after a moment, under the same id."""
    id = connect(region).create_contact_flow_module(**new, Tags={"team": "ops"})["Id"]
    module = {"InstanceId": new["InstanceId"], "ContactFlowModuleId": id}
    with refused("ResourceNotFoundException", id):
        _shown(connect(other), module)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    here, there = _shown(connect(region), module), _shown(connect(other), module)
    assert here["Arn"].replace(region, other) == there["Arn"]
    assert f"/flow-module/{id}" in here["Arn"]
    assert (there["Content"], there["State"], there["Status"], there["Tags"]) == (
        BYE,
        "ACTIVE",
        "PUBLISHED",
        {"team": "ops"},
    )
    assert there["FlowModuleContentSha256"] == hashlib.sha256(BYE.encode()).hexdigest()


def test_what_cannot_be_made(connect: Any, new: Any, refused: Any) -> None:
    """No second module of a name, none whose content is no flow; a token with other parameters is refused."""
    client = connect()
    first = client.create_contact_flow_module(**new, ClientToken="once")["Id"]
    assert client.create_contact_flow_module(**new, ClientToken="once")["Id"] == first
    with refused("IdempotencyException"):
        client.create_contact_flow_module(**{**new, "Content": HELLO}, ClientToken="once")
    with refused("DuplicateResourceException", "Opening hours"):
        client.create_contact_flow_module(**new)
    with pytest.raises(client.exceptions.InvalidContactFlowModuleException) as caught:
        client.create_contact_flow_module(**{**new, "Name": "Other", "Content": "{}"})
    assert "no Version" in caught.value.response["Problems"][0]["message"]


def test_content(connect: Any, module: Any) -> None:
    """What is saved is not what runs, until content is published; settings are changed alone, too."""
    client = connect()
    saved = {**module, "ContactFlowModuleId": module["ContactFlowModuleId"] + ":$SAVED"}
    client.update_contact_flow_module_content(**saved, Content=HELLO)
    assert (_shown(client, module)["Content"], _shown(client, module)["Status"]) == (BYE, "PUBLISHED")
    assert (_shown(client, module, ":$SAVED")["Content"], _shown(client, module, ":$SAVED")["Status"]) == (
        HELLO,
        "SAVED",
    )
    client.update_contact_flow_module_content(**module, Content=HELLO)
    client.update_contact_flow_module_content(**module, Settings='{"a": 1}')
    shown = _shown(client, module, ":$SAVED")
    assert (shown["Content"], shown["Status"], shown["Settings"]) == (HELLO, "PUBLISHED", '{"a": 1}')
    with pytest.raises(client.exceptions.InvalidContactFlowModuleException):
        client.update_contact_flow_module_content(**module, Content="nonsense")


def test_metadata(connect: Any, module: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """Name, description and state change, each alone too, and reach the other Region after a moment."""
    client, other = connect(), connect(REPLICA)
    client.create_contact_flow_module(**{**new, "Name": "Greeting again"})
    with refused("DuplicateResourceException", "Greeting again"):
        client.update_contact_flow_module_metadata(**module, Name="Greeting again", State="ARCHIVED")
    client.update_contact_flow_module_metadata(**module, State="ARCHIVED")
    client.update_contact_flow_module_metadata(**module, Name="Hours")
    assert (_shown(other, module)["Name"], _shown(other, module)["State"]) == ("Opening hours", "ACTIVE")
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    shown = _shown(other, module)
    assert (shown["Name"], shown["State"], shown["Description"]) == ("Hours", "ARCHIVED", "Are we open?")
    archived = client.list_contact_flow_modules(InstanceId=module["InstanceId"], ContactFlowModuleState="ARCHIVED")
    assert [row["Name"] for row in archived["ContactFlowModulesSummaryList"]] == ["Hours"]


def test_deleting(connect: Any, module: Any, sandbox: Any, refused: Any) -> None:
    """A module is deleted here at once, in the other Region after a moment."""
    connect().delete_contact_flow_module(**module)
    with refused("ResourceNotFoundException"):
        _shown(connect(), module)
    assert _shown(connect(REPLICA), module)["Name"] == "Opening hours"
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    with refused("ResourceNotFoundException"):
        _shown(connect(REPLICA), module)
    assert module["ContactFlowModuleId"] not in sandbox.world.resources


def test_searching(connect: Any, module: Any, new: Any) -> None:
    """Modules are found by text, state, status and tags."""
    client = connect()
    client.create_contact_flow_module(**{**new, "Name": "Ringing"})
    begins = {"StringCondition": {"FieldName": "Name", "Value": "open", "ComparisonType": "STARTS_WITH"}}
    tagged = {"TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "ops"}}}
    for search, found in (
        ({"SearchCriteria": begins}, ["Opening hours"]),
        ({"SearchFilter": tagged}, ["Opening hours"]),
        ({"SearchCriteria": {"StateCondition": "ARCHIVED"}}, []),
        ({"SearchCriteria": {"StatusCondition": "PUBLISHED"}}, ["Greeting", "Opening hours", "Ringing"]),
    ):
        answer = client.search_contact_flow_modules(InstanceId=module["InstanceId"], **search)
        assert [row["Name"] for row in answer["ContactFlowModules"]] == found
        assert answer["ApproximateTotalCount"] == len(found)


def test_tags(connect: Any, module: Any) -> None:
    """A module is tagged by its ARN."""
    arn = _shown(connect(), module)["Arn"]
    connect().tag_resource(resourceArn=arn, tags={"shift": "late"})
    connect().untag_resource(resourceArn=arn, tagKeys=["team"])
    assert _shown(connect(), module)["Tags"] == {"shift": "late"}


def test_versions_and_aliases(connect: Any, module: Any, sandbox: Any, refused: Any) -> None:
    """A version keeps content and settings; an alias points to one, which stays; the other Region gets both."""
    client = connect()
    client.update_contact_flow_module_content(**module, Settings='{"a": 1}')
    assert client.create_contact_flow_module_version(**module, Description="As of May")["Version"] == 1
    client.update_contact_flow_module_content(**module, Content=HELLO, Settings='{"a": 2}')
    with refused("InvalidRequestException", "Sha256"):
        digest = hashlib.sha256(BYE.encode()).hexdigest()
        client.create_contact_flow_module_version(**module, FlowModuleContentSha256=digest)
    assert client.create_contact_flow_module_version(**module)["Version"] == 2
    live = client.create_contact_flow_module_alias(**module, ContactFlowModuleVersion=1, AliasName="live")["Id"]
    with refused("InvalidRequestException", "'live' points to version 1"):
        client.delete_contact_flow_module_version(**module, ContactFlowModuleVersion=1)
    with refused("DuplicateResourceException", "live"):
        client.create_contact_flow_module_alias(**module, ContactFlowModuleVersion=2, AliasName="live")
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    for region in (SOURCE, REPLICA):
        shown = _shown(connect(region), module, f":{live}")
        assert (shown["Content"], shown["Settings"], shown["Version"]) == (BYE, '{"a": 1}', 1)
        assert shown["VersionDescription"] == "As of May"
    client.update_contact_flow_module_alias(**module, AliasId=live, ContactFlowModuleVersion=2)
    client.delete_contact_flow_module_version(**module, ContactFlowModuleVersion=1)
    client.delete_contact_flow_module_alias(**module, AliasId=live)
    rows = client.list_contact_flow_module_versions(**module)["ContactFlowModuleVersionSummaryList"]
    assert [row["Version"] for row in rows] == [2]
    with refused("ResourceNotFoundException", live):
        client.describe_contact_flow_module_alias(**module, AliasId=live)


def test_which_instance(connect: Any, names: Any, module: Any, refused: Any) -> None:
    """Operations on aliases take an instance's ARN, those on modules and versions its id alone."""
    by_arn = {**module, "InstanceId": names.instance_arn()}
    assert connect().list_contact_flow_module_aliases(**by_arn)["ContactFlowModuleAliasSummaryList"] == []
    flow = {"InstanceId": names.instance_arn(), "ContactFlowId": names.flow_id()}
    assert connect().list_contact_flow_aliases(**flow)["ContactFlowAliasSummaryList"] == []
    with refused("InvalidParameterException", "InstanceId"):
        connect().list_contact_flow_module_versions(**by_arn)
    with refused("InvalidParameterException", "InstanceId"):
        connect().list_contact_flow_versions(**flow)
