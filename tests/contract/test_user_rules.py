"""What the API pages say of a user's name, identity and settings, beyond the model's constraints."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
LONG = "anneliese.schwarzenberger-hohenstein.south-east.second-line.sales"


@pytest.fixture
def new(connect: Any, names: Any) -> dict[str, Any]:
    """What CreateUser takes."""
    return _new(connect(), names.instance)


def _new(client: Any, instance: str) -> dict[str, Any]:
    routing = client.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"]
    security = client.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"]
    return {
        "InstanceId": instance,
        "Username": "dora.deal",
        "IdentityInfo": {"FirstName": "Dora", "LastName": "Deal"},
        "RoutingProfileId": routing[0]["Id"],
        "SecurityProfileIds": [security[0]["Id"]],
    }


def _managed(client: Any, kind: str) -> str:
    asked = {"InboundCallsEnabled": True, "OutboundCallsEnabled": True, "IdentityManagementType": kind}
    where = {"DirectoryId": "d-1234567890"} if kind == "EXISTING_DIRECTORY" else {"InstanceAlias": "southwind"}
    return str(client.create_instance(**asked, **where)["Id"])


@pytest.mark.parametrize("name", [LONG[:64], "dora_deal-2", "dora.deal@example.com"])
def test_usernames_with_saml(name: str, connect: Any, new: Any, sandbox: Any) -> None:
    """With SAML a username has up to 64 letters, digits, and a few signs."""
    connect().create_user(**{**new, "Username": name})
    assert sandbox.world.user(name).username == name


@pytest.mark.parametrize("name", [LONG, "Dora Deal", "dora/deal", "döra", "dora@example", "dora@", "a@b@example.com"])
def test_usernames_that_saml_has_not(name: str, connect: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """With SAML: no 65 characters, no other signs, no @ but in an address."""
    before = len(sandbox.world.users)
    with refused("InvalidRequestException", "@" if "@" in name else "With SAML"):
        connect().create_user(**{**new, "Username": name})
    assert len(sandbox.world.users) == before


@pytest.mark.parametrize("kind", ["CONNECT_MANAGED", "EXISTING_DIRECTORY"])
def test_usernames_without_saml(kind: str, connect: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """Without SAML a username has up to 20 characters, or more, as the switch says."""
    client = connect()
    new = {**_new(client, _managed(client, kind)), "Username": "d" * 21}
    if kind == "CONNECT_MANAGED":
        new["Password"] = "Sandbox-2026"
    with refused("InvalidRequestException", "20 characters"):
        client.create_user(**new)
    client.create_user(**{**new, "Username": "d" * 20})
    set_switches(long_usernames="allow")
    client.create_user(**new)
    assert {user.username for user in sandbox.world.users.values()} >= {"d" * 20, "d" * 21}


def test_identities_with_saml(connect: Any, names: Any, new: Any, refused: Any, sandbox: Any) -> None:
    """With SAML neither Email nor DirectoryUserId, when a user is made or changed."""
    identity = {**new["IdentityInfo"], "Email": "dora@example.com"}
    with refused("InvalidRequestException", "Email"):
        connect().create_user(**{**new, "IdentityInfo": identity})
    with refused("InvalidRequestException", "DirectoryUserId"):
        connect().create_user(**new, DirectoryUserId="S-1-5-21")
    with refused("InvalidRequestException", "Email"):
        connect().update_user_identity_info(InstanceId=names.instance, UserId=names.user_id(), IdentityInfo=identity)
    assert sandbox.world.user("bob.jones").first_name == "Bob"


def test_identities_of_other_kinds(connect: Any, refused: Any, sandbox: Any) -> None:
    """Connect itself keeps an Email; what a directory manages is changed there alone."""
    client = connect()
    managed = {**_new(client, _managed(client, "CONNECT_MANAGED")), "Password": "Sandbox-2026"}
    identity = {**managed["IdentityInfo"], "Email": "dora@example.com"}
    client.create_user(**{**managed, "IdentityInfo": identity})
    assert sandbox.world.user("dora.deal").details["IdentityInfo"] == {"Email": "dora@example.com"}
    with refused("InvalidParameterException", "LastName"):
        client.create_user(
            **{**managed, "Username": "eve", "IdentityInfo": {"FirstName": "Eve", "LastName": "x" * 257}}
        )
    directory = {
        **_new(client, _managed(client, "EXISTING_DIRECTORY")),
        "Username": "frank",
        "DirectoryUserId": "S-1-5",
    }
    who = {"InstanceId": directory["InstanceId"], "UserId": client.create_user(**directory)["UserId"]}
    for name, value in (("FirstName", "Franz"), ("LastName", "Deal"), ("Email", "frank@example.com")):
        with refused("InvalidRequestException", name):
            client.update_user_identity_info(**who, IdentityInfo={name: value})
    client.update_user_identity_info(**who, IdentityInfo={"SecondaryEmail": "frank@example.com"})


@pytest.mark.parametrize(
    ("identity", "saying"),
    [({"SecondaryEmail": "nobody"}, "SecondaryEmail"), ({"FirstName": "E\u0301va"}, "FirstName is not in Unicode")],
)
def test_names_and_addresses(identity: Any, saying: str, connect: Any, new: Any, refused: Any) -> None:
    """A second address has the form of one, and names are composed (NFC)."""
    with refused("InvalidParameterException", saying):
        connect().create_user(**{**new, "IdentityInfo": {**new["IdentityInfo"], **identity}})


VOICE_WORK = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}


@pytest.mark.parametrize(
    ("field", "value", "channels"),
    [
        ("AutoAccept", True, {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}),
        ("AfterContactWorkTimeLimit", 10, {"AfterContactWorkConfigs": [VOICE_WORK]}),
        ("PhoneType", "SOFT_PHONE", {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]}),
        (
            "PersistentConnection",
            True,
            {"PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": True}]},
        ),
    ],
)
def test_a_setting_once(field: str, value: Any, channels: Any, connect: Any, new: Any, refused: Any) -> None:
    """A new user has a setting in PhoneConfig or by channel, not in both; its other fields may stand beside."""
    with refused("InvalidRequestException", f"PhoneConfig.{field} conflicts with {next(iter(channels))}"):
        connect().create_user(**new, PhoneConfig={field: value}, **channels)
    other = {"AutoAccept": False} if field != "AutoAccept" else {"PhoneType": "SOFT_PHONE"}
    connect().create_user(**new, PhoneConfig=other, **channels)


def test_settings_by_channel(connect: Any, names: Any, sandbox: Any) -> None:
    """UpdateUserConfig sets what it is given, for each channel, in the other Region after a moment."""
    who = {"InstanceId": names.instance, "UserId": names.user_id()}
    chat = {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 90}}
    connect().update_user_config(**who, AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": True}])
    connect().update_user_config(**who, AfterContactWorkConfigs=[VOICE_WORK, chat])
    assert "AutoAcceptConfigs" not in connect(REPLICA).describe_user(**who)["User"]
    sandbox.clock.advance(sandbox.switches.user_mirror_seconds)
    for region in (SOURCE, REPLICA):
        shown = connect(region).describe_user(**who)["User"]
        assert shown["AutoAcceptConfigs"] == [{"Channel": "VOICE", "AutoAccept": True}]
        assert shown["AfterContactWorkConfigs"] == [VOICE_WORK, chat]
        assert (shown["PhoneConfig"]["AutoAccept"], shown["PhoneConfig"]["AfterContactWorkTimeLimit"]) == (True, 30)


def test_one_setting_for_all_channels(connect: Any, names: Any) -> None:
    """UpdateUserPhoneConfig sets all channels alike: what was set by channel is gone, but for voice enhancement."""
    who = {"InstanceId": names.instance, "UserId": names.user_id()}
    voice = [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}]
    connect().update_user_config(**who, AfterContactWorkConfigs=[VOICE_WORK], VoiceEnhancementConfigs=voice)
    connect().update_user_phone_config(**who, PhoneConfig={"AfterContactWorkTimeLimit": 20})
    shown = connect().describe_user(**who)["User"]
    assert shown["PhoneConfig"]["AfterContactWorkTimeLimit"] == 20
    assert "AfterContactWorkConfigs" not in shown
    assert shown["VoiceEnhancementConfigs"] == voice


@pytest.mark.parametrize(
    ("settings", "saying"),
    [
        ({"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}] * 2}, "twice"),
        ({"PhoneNumberConfigs": [{"Channel": "CHAT", "PhoneType": "SOFT_PHONE"}]}, "CHAT"),
        ({"PersistentConnectionConfigs": [{"Channel": "TASK", "PersistentConnection": True}]}, "TASK"),
        ({"VoiceEnhancementConfigs": [{"Channel": "EMAIL", "VoiceEnhancementMode": "NONE"}]}, "EMAIL"),
        (
            {"AutoAcceptConfigs": [{"Channel": "CHAT", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}]},
            "CHAT",
        ),
        (
            {
                "AfterContactWorkConfigs": [
                    {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 2_000_001}}
                ]
            },
            "2000000",
        ),
    ],
)
def test_settings_that_cannot_be(settings: Any, saying: str, connect: Any, names: Any, new: Any, refused: Any) -> None:
    """No channel twice, nothing for other channels that VOICE alone has, no more than 24 days; when made or changed."""
    with refused("InvalidParameterException", saying):
        connect().update_user_config(InstanceId=names.instance, UserId=names.user_id(), **settings)
    with refused("InvalidParameterException", saying):
        connect().create_user(**new, **settings)


def test_the_longest_work(connect: Any, names: Any, refused: Any) -> None:
    """PhoneConfig has the same limit."""
    who = {"InstanceId": names.instance, "UserId": names.user_id()}
    connect().update_user_phone_config(**who, PhoneConfig={"AfterContactWorkTimeLimit": 2_000_000})
    with refused("InvalidParameterException", "2000000"):
        connect().update_user_phone_config(**who, PhoneConfig={"AfterContactWorkTimeLimit": 2_000_001})


def test_milliseconds_in_a_search(connect: Any, names: Any) -> None:
    """SearchUsers has times after contacts in milliseconds, DescribeUser in seconds."""
    who = {"InstanceId": names.instance, "UserId": names.user_id()}
    first = {"AfterContactWorkTimeLimit": 5}
    connect().update_user_phone_config(**who, PhoneConfig={"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 20})
    connect().update_user_config(
        **who,
        AfterContactWorkConfigs=[
            {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60}},
            {**VOICE_WORK, "AgentFirstCallbackAfterContactWorkConfig": first},
        ],
    )
    criteria = {"StringCondition": {"FieldName": "Username", "Value": "bob.jones", "ComparisonType": "EXACT"}}
    (found,) = connect().search_users(InstanceId=names.instance, SearchCriteria=criteria)["Users"]
    described = connect().describe_user(**who)["User"]
    assert described["PhoneConfig"]["AfterContactWorkTimeLimit"] * 1000 == 30_000
    assert found["PhoneConfig"]["AfterContactWorkTimeLimit"] == 30_000
    chat, voice = found["AfterContactWorkConfigs"]
    assert chat == {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60_000}}
    assert voice["AgentFirstCallbackAfterContactWorkConfig"] == {"AfterContactWorkTimeLimit": 5_000}
