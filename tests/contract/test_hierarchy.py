"""The hierarchy of users: its levels, its groups, and users in them."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
LEVELS = {"LevelOne": {"Name": "Site"}, "LevelTwo": {"Name": "Team"}, "LevelThree": {"Name": "Desk"}}


@pytest.fixture
def instance(connect: Any, names: Any, sandbox: Any) -> dict[str, str]:
    """Which instance it is: one with three levels, in both Regions."""
    instance = {"InstanceId": names.instance}
    connect().update_user_hierarchy_structure(**instance, HierarchyStructure=LEVELS)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    return instance


def _make(client: Any, instance: Any, name: str, parent: str = "") -> str:
    below = {"ParentGroupId": parent} if parent else {}
    return str(client.create_user_hierarchy_group(**instance, Name=name, **below)["HierarchyGroupId"])


def _levels(client: Any, instance: Any) -> dict[str, str]:
    levels = client.describe_user_hierarchy_structure(**instance)["HierarchyStructure"]
    return {name: level["Name"] for name, level in levels.items()}


def _described(client: Any, instance: Any, group: str) -> dict[str, Any]:
    return dict(client.describe_user_hierarchy_group(**instance, HierarchyGroupId=group)["HierarchyGroup"])


def test_no_levels(connect: Any, names: Any, refused: Any) -> None:
    """An instance begins without levels, and without a level there are no groups."""
    instance = {"InstanceId": names.lonely}
    assert _levels(connect(), instance) == {}
    with refused("InvalidRequestException", "no LevelOne"):
        _make(connect(), instance, "London")


def test_levels(connect: Any, instance: Any, sandbox: Any) -> None:
    """Levels are added, renamed and removed: what is not given goes. The other Region follows after a moment."""
    levels = connect().describe_user_hierarchy_structure(**instance)["HierarchyStructure"]
    assert [level["Id"] for level in levels.values()] == ["1", "2", "3"]
    assert levels["LevelTwo"]["Arn"].endswith(f":instance/{instance['InstanceId']}/agent-group-level/2")
    changed = {"LevelOne": {"Name": "Site"}, "LevelTwo": {"Name": "Squad"}}
    connect().update_user_hierarchy_structure(**instance, HierarchyStructure=changed)
    assert _levels(connect(), instance) == {"LevelOne": "Site", "LevelTwo": "Squad"}
    assert _levels(connect(REPLICA), instance) == {"LevelOne": "Site", "LevelTwo": "Team", "LevelThree": "Desk"}
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    there = connect(REPLICA).describe_user_hierarchy_structure(**instance)["HierarchyStructure"]
    assert (there["LevelTwo"]["Name"], there["LevelTwo"]["LastModifiedRegion"]) == ("Squad", SOURCE)
    assert there["LevelOne"]["LastModifiedTime"] == levels["LevelOne"]["LastModifiedTime"]


def test_levels_that_cannot_be(connect: Any, instance: Any, refused: Any) -> None:
    """Levels follow one another, and have short names; one with groups stays."""
    client = connect()
    ask = client.update_user_hierarchy_structure
    with refused("InvalidRequestException", "follow one another"):
        ask(**instance, HierarchyStructure={"LevelOne": {"Name": "Site"}, "LevelThree": {"Name": "Desk"}})
    with refused("InvalidParameterException", "50"):
        ask(**instance, HierarchyStructure={"LevelOne": {"Name": "x" * 51}})
    _make(client, instance, "Billing", _make(client, instance, "London"))
    with pytest.raises(client.exceptions.ResourceInUseException) as caught:
        ask(**instance, HierarchyStructure={"LevelOne": {"Name": "Site"}})
    assert caught.value.response["ResourceType"] == "HIERARCHY_GROUP"
    ask(**instance, HierarchyStructure={name: LEVELS[name] for name in ("LevelOne", "LevelTwo")})
    assert _levels(client, instance) == {"LevelOne": "Site", "LevelTwo": "Team"}


def test_groups(connect: Any, instance: Any, sandbox: Any, refused: Any) -> None:
    """A group knows its level and what is above it; the other Region has it after a moment, under the same id."""
    client = connect()
    london = _make(client, instance, "London")
    billing = _make(client, instance, "Billing", london)
    desk = _make(client, instance, "Desk 1", billing)
    shown = _described(client, instance, desk)
    assert (shown["LevelId"], list(shown["HierarchyPath"])) == ("3", ["LevelOne", "LevelTwo", "LevelThree"])
    assert [level["Name"] for level in shown["HierarchyPath"].values()] == ["London", "Billing", "Desk 1"]
    assert shown["HierarchyPath"]["LevelTwo"]["Arn"].endswith(f"/agent-group/{billing}")
    with refused("ResourceNotFoundException", desk):
        _described(connect(REPLICA), instance, desk)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    there = _described(connect(REPLICA), instance, desk)
    assert there["Arn"] == shown["Arn"].replace(SOURCE, REPLICA)
    client.update_user_hierarchy_group_name(**instance, HierarchyGroupId=london, Name="Leeds")
    assert _described(client, instance, desk)["HierarchyPath"]["LevelOne"]["Name"] == "Leeds"
    assert _described(connect(REPLICA), instance, desk)["HierarchyPath"]["LevelOne"]["Name"] == "London"


def test_groups_that_cannot_be(connect: Any, instance: Any, refused: Any) -> None:
    """A name once below a parent, none of more than 100 characters, a parent that exists, a level that there is."""
    client = connect()
    london, leeds = _make(client, instance, "London"), _make(client, instance, "Leeds")
    billing = _make(client, instance, "Billing", london)
    _make(client, instance, "Billing", leeds)
    desk = _make(client, instance, "Desk 1", billing)
    with refused("DuplicateResourceException", "Billing"):
        _make(client, instance, "Billing", london)
    with refused("DuplicateResourceException", "London"):
        client.update_user_hierarchy_group_name(**instance, HierarchyGroupId=leeds, Name="London")
    with refused("InvalidParameterException", "100"):
        _make(client, instance, "x" * 101)
    with refused("ResourceNotFoundException", "nowhere"):
        _make(client, instance, "Sales", "nowhere")
    with refused("InvalidRequestException", "no LevelFour"):
        _make(client, instance, "Chair", desk)


def test_five_levels(connect: Any, instance: Any, refused: Any) -> None:
    """A hierarchy ends with its fifth level."""
    client = connect()
    more = {"LevelFour": {"Name": "Chair"}, "LevelFive": {"Name": "Leg"}}
    client.update_user_hierarchy_structure(**instance, HierarchyStructure={**LEVELS, **more})
    group = ""
    for level in range(1, 6):
        group = _make(client, instance, f"Level {level}", group)
    assert _described(client, instance, group)["LevelId"] == "5"
    with refused("InvalidRequestException", "5 levels"):
        _make(client, instance, "Level 6", group)


def test_deleting(connect: Any, names: Any, instance: Any, sandbox: Any) -> None:
    """A group goes when no group is below it and no user in it; in the other Region after a moment."""
    client = connect()
    london = _make(client, instance, "London")
    billing = _make(client, instance, "Billing", london)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    who = {**instance, "UserId": names.user_id()}
    client.update_user_hierarchy(**who, HierarchyGroupId=billing)
    for group, holder in ((london, billing), (billing, names.user_id())):
        with pytest.raises(client.exceptions.ResourceInUseException) as caught:
            client.delete_user_hierarchy_group(**instance, HierarchyGroupId=group)
        assert caught.value.response["ResourceId"].endswith(holder)
    assert caught.value.response["ResourceType"] == "USER"
    client.update_user_hierarchy(**who)
    for group in (billing, london):
        client.delete_user_hierarchy_group(**instance, HierarchyGroupId=group)
    assert _described(connect(REPLICA), instance, billing)["Name"] == "Billing"
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    assert not {london, billing} & set(sandbox.world.resources)


def test_users_in_groups(connect: Any, names: Any, instance: Any, refused: Any) -> None:
    """A user is in one group that exists; a search finds those in a group, or those below it as well."""
    client = connect()
    london = _make(client, instance, "London")
    billing = _make(client, instance, "Billing", london)
    for name, group in (("bob.jones", london), ("alice.smith", billing)):
        client.update_user_hierarchy(**instance, UserId=names.user_id(name), HierarchyGroupId=group)
    for value, kind, found in (
        (london, "EXACT", ["bob.jones"]),
        (london, "WITH_CHILD_GROUPS", ["alice.smith", "bob.jones"]),
        (billing, "WITH_CHILD_GROUPS", ["alice.smith"]),
        ("nowhere", "WITH_CHILD_GROUPS", []),
    ):
        condition = {"HierarchyGroupCondition": {"Value": value, "HierarchyGroupMatchType": kind}}
        rows = client.search_users(**instance, SearchCriteria=condition)["Users"]
        assert sorted(row["Username"] for row in rows) == found
        filtered = client.search_users(**instance, SearchFilter={"UserAttributeFilter": condition})["Users"]
        assert sorted(row["Username"] for row in filtered) == found
    with refused("ResourceNotFoundException", "nowhere"):
        client.update_user_hierarchy(**instance, UserId=names.user_id(), HierarchyGroupId="nowhere")
    assert client.describe_user(**instance, UserId=names.user_id())["User"]["HierarchyGroupId"] == london


def test_a_new_user_in_a_group(connect: Any, instance: Any, refused: Any) -> None:
    """A user is made in a group that exists."""
    client = connect()
    profiles = client.list_routing_profiles(**instance)["RoutingProfileSummaryList"]
    security = client.list_security_profiles(**instance)["SecurityProfileSummaryList"]
    new = {
        **instance,
        "Username": "dora.deal",
        "IdentityInfo": {"FirstName": "Dora", "LastName": "Deal"},
        "RoutingProfileId": profiles[0]["Id"],
        "SecurityProfileIds": [security[0]["Id"]],
    }
    with refused("ResourceNotFoundException", "nowhere"):
        client.create_user(**new, HierarchyGroupId="nowhere")
    london = _make(client, instance, "London")
    user = client.create_user(**new, HierarchyGroupId=_described(client, instance, london)["Arn"])["UserId"]
    assert client.describe_user(**instance, UserId=user)["User"]["HierarchyGroupId"] == london


def test_searching(connect: Any, instance: Any) -> None:
    """Groups are found by name, parent, level and tags."""
    client = connect()
    london = _make(client, instance, "London")
    billing = client.create_user_hierarchy_group(**instance, Name="Billing", ParentGroupId=london, Tags={"a": "b"})
    tagged = {"AttributeFilter": {"TagCondition": {"TagKey": "a", "TagValue": "b"}}}
    for search in (
        {"SearchCriteria": {"StringCondition": {"FieldName": "parentId", "Value": london}}},
        {"SearchCriteria": {"StringCondition": {"FieldName": "levelId", "Value": "2"}}},
        {"SearchFilter": tagged},
    ):
        rows = client.search_user_hierarchy_groups(**instance, **search)["UserHierarchyGroups"]
        assert [row["Id"] for row in rows] == [billing["HierarchyGroupId"]]
    arn = billing["HierarchyGroupArn"]
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert client.search_user_hierarchy_groups(**instance, SearchFilter=tagged)["UserHierarchyGroups"] == []
