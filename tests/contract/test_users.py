"""Users: made, changed, deleted, found."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


@pytest.fixture
def new(connect: Any, names: Any) -> dict[str, Any]:
    """What CreateUser takes."""
    client = connect()
    routing = client.list_routing_profiles(InstanceId=names.instance)["RoutingProfileSummaryList"]
    security = client.list_security_profiles(InstanceId=names.instance)["SecurityProfileSummaryList"]
    return {
        "InstanceId": names.instance,
        "Username": "dora.deal",
        "IdentityInfo": {"FirstName": "Dora", "LastName": "Deal"},
        "RoutingProfileId": routing[0]["Id"],
        "SecurityProfileIds": [security[0]["Id"]],
        "Tags": {"team": "ops"},
    }


def _usernames(client: Any, names: Any, **search: Any) -> list[str]:
    answer = client.search_users(InstanceId=names.instance, **search)
    assert answer["ApproximateTotalCount"] == len(answer["Users"])
    return sorted(user["Username"] for user in answer["Users"])


def test_making_one(connect: Any, names: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """The other Region has a new user after a moment, whichever it was made in; only then can it join a TDG."""
    for region, other, username in ((SOURCE, REPLICA, "dora.deal"), (REPLICA, SOURCE, "ernie.east")):
        user = connect(region).create_user(**{**new, "Username": username})["UserId"]
        with refused("ResourceNotFoundException", user):
            connect(other).describe_user(InstanceId=names.instance, UserId=user)
        ask = {"TrafficDistributionGroupId": names.group(), "UserId": user, "InstanceId": names.instance}
        with refused("ResourceNotFoundException", user):
            connect().associate_traffic_distribution_group_user(**ask)
        sandbox.clock.advance(sandbox.switches.user_mirror_seconds)
        seen = connect(other).describe_user(InstanceId=names.instance, UserId=user)["User"]
        assert (seen["Username"], seen["Tags"], seen["LastModifiedRegion"]) == (username, {"team": "ops"}, region)
        connect().associate_traffic_distribution_group_user(**ask)


def test_what_cannot_be_made(connect: Any, new: Any, refused: Any, set_switches: Any) -> None:
    """No second user of a name, none without names or profiles, none over the quota (429 that is no throttle)."""
    client = connect()
    with refused("DuplicateResourceException", "bob.jones"):
        client.create_user(**{**new, "Username": "bob.jones"})
    with refused("InvalidRequestException", "FirstName"):
        client.create_user(**{**new, "IdentityInfo": {}})
    with refused("InvalidRequestException", "no Password"):
        client.create_user(**new, Password="Sandbox-2026")
    for profile in ({"RoutingProfileId": "nonsense"}, {"SecurityProfileIds": ["nonsense"]}):
        with refused("ResourceNotFoundException", "nonsense"):
            client.create_user(**{**new, **profile})
    set_switches(user_limit=15)
    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        client.create_user(**new)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_passwords(connect: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """An instance that keeps identities itself wants a password."""
    asked = {"InboundCallsEnabled": True, "OutboundCallsEnabled": True, "IdentityManagementType": "CONNECT_MANAGED"}
    instance = connect().create_instance(InstanceAlias="southwind", **asked)["Id"]
    routing = connect().list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"][0]["Id"]
    security = connect().list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"][0]["Arn"]
    user = {**new, "InstanceId": instance, "RoutingProfileId": routing, "SecurityProfileIds": [security]}
    with refused("InvalidRequestException", "needs a Password"):
        connect().create_user(**user)
    with refused("InvalidRequestException", "password"):
        connect().create_user(**user, Password="weak")
    connect().create_user(**user, Password="Sandbox-2026")
    assert sandbox.world.user("dora.deal").mirrored


def test_changes_reach_the_other_region(connect: Any, names: Any, sandbox: Any) -> None:
    """A Region shows its own writes at once and the other's after a moment; the last writer wins."""
    who = {"InstanceId": names.instance, "UserId": names.user_id()}

    def first_names() -> list[str]:
        shown = [connect(region).describe_user(**who)["User"]["IdentityInfo"] for region in (SOURCE, REPLICA)]
        return [identity["FirstName"] for identity in shown]

    connect().update_user_identity_info(**who, IdentityInfo={"FirstName": "Rob", "LastName": "Jones"})
    assert first_names() == ["Rob", "Bob"]
    connect(REPLICA).update_user_identity_info(**who, IdentityInfo={"FirstName": "Bert", "LastName": "Jones"})
    assert first_names() == ["Rob", "Bert"]
    sandbox.clock.advance(sandbox.switches.user_mirror_seconds)
    assert first_names() == ["Bert", "Bert"]


def test_leaving_a_hierarchy(connect: Any, names: Any, sandbox: Any) -> None:
    """A user can be put into a hierarchy group, found there, and taken out again."""
    who, north = {"InstanceId": names.instance, "UserId": names.user_id()}, sandbox.world.resource("North").id
    search = {"SearchCriteria": {"HierarchyGroupCondition": {"Value": north, "HierarchyGroupMatchType": "EXACT"}}}
    connect().update_user_hierarchy(**who, HierarchyGroupId=north)
    assert _usernames(connect(), names, **search) == ["bob.jones"]
    connect().update_user_hierarchy(**who)
    assert _usernames(connect(), names, **search) == []


def test_deleting(connect: Any, names: Any, sandbox: Any, set_switches: Any, refused: Any) -> None:
    """A deleted user leaves its TDGs, or lingers in them, as the switch says."""
    alice = names.user_id("alice.smith")
    set_switches(deleted_user_lingers=True)
    connect().delete_user(InstanceId=names.instance, UserId=alice)
    assert sandbox.world.group("Default").members == [alice]
    with refused("ResourceNotFoundException", alice):
        connect(REPLICA).describe_user(InstanceId=names.instance, UserId=alice)
    sandbox.reset()
    set_switches(deleted_user_lingers=False)
    connect().delete_user(InstanceId=names.instance, UserId=alice)
    assert sandbox.world.group("Default").members == []


def _says(field: str, value: str, kind: str = "EXACT") -> dict[str, Any]:
    return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": kind}}


def test_searching(connect: Any, names: Any, refused: Any) -> None:
    """Conditions nest; text is compared without regard to case; a field there is not is refused."""
    client = connect()
    either = {"OrConditions": [_says("username", "ALICE.SMITH"), _says("FirstName", "bob")]}
    assert _usernames(client, names, SearchCriteria=either) == ["alice.smith", "bob.jones"]
    both = {"AndConditions": [_says("Username", "agent", "STARTS_WITH"), _says("Username", "01", "CONTAINS")]}
    assert _usernames(client, names, SearchCriteria=both) == ["agent001", "agent010", "agent011", "agent012"]
    assert _usernames(client, names, SearchCriteria={**both, **_says("ResourceId", names.user_id("agent010"))}) == [
        "agent010"
    ]
    proficient = {"ListCondition": {"TargetListType": "PROFICIENCIES", "Conditions": []}}
    assert _usernames(client, names, SearchCriteria=proficient) == []
    with refused("InvalidParameterException", "'Shoe'"):
        client.search_users(InstanceId=names.instance, SearchCriteria=_says("Shoe", "42"))


def test_contains(connect: Any, names: Any, refused: Any) -> None:
    """CONTAINS wants 2 to 25 characters, of users as of flows."""
    for value in ("a", "a" * 26):
        with refused("InvalidParameterException", "2 to 25"):
            connect().search_users(InstanceId=names.instance, SearchCriteria=_says("Username", value, "CONTAINS"))


def test_one_attribute_filter(connect: Any, names: Any, refused: Any) -> None:
    """Of a UserAttributeFilter one field can be populated."""
    tag = {"TagKey": "team", "TagValue": "sales"}
    both = {"TagCondition": tag, "AndCondition": {"TagConditions": [tag]}}
    with refused("InvalidParameterException", "only one field"):
        connect().search_users(InstanceId=names.instance, SearchFilter={"UserAttributeFilter": both})


def test_filters(connect: Any, names: Any, new: Any, refused: Any) -> None:
    """Users are found by tags and attributes; a filter by tags and one by attributes exclude each other."""
    client = connect()
    client.tag_resource(resourceArn=names.user(), tags={"team": "sales", "shift": "late"})
    client.create_user(**new)
    sales, ops = {"TagKey": "team", "TagValue": "sales"}, {"TagKey": "team", "TagValue": "ops"}
    late, any_team = {"TagKey": "shift"}, {"TagKey": "team"}
    for wanted, found in (
        ({"TagCondition": sales}, ["bob.jones"]),
        ({"AndConditions": [any_team, late]}, ["bob.jones"]),
        ({"OrConditions": [[sales, late], [ops]]}, ["bob.jones", "dora.deal"]),
        ({"OrConditions": [[ops, late]]}, []),
    ):
        assert _usernames(client, names, SearchFilter={"TagFilter": wanted}) == found
    for wanted, found in (
        ({"TagCondition": ops}, ["dora.deal"]),
        ({"AndCondition": {"TagConditions": [any_team, late]}}, ["bob.jones"]),
        ({"OrConditions": [{"TagConditions": [sales]}, {"TagConditions": [ops]}]}, ["bob.jones", "dora.deal"]),
        ({"HierarchyGroupCondition": {"Value": "north"}}, []),
    ):
        assert _usernames(client, names, SearchFilter={"UserAttributeFilter": wanted}) == found
    both = {"TagFilter": {"TagCondition": ops}, "UserAttributeFilter": {"TagCondition": ops}}
    with refused("AccessDeniedException", "not both"):
        client.search_users(InstanceId=names.instance, SearchFilter=both)
