"""Tags: whose keys they may have, and how many, by every operation that gives some."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
FREE = "+442079460123"
CONTENT = '{"Version":"2019-10-30","StartAction":"bye","Actions":[]}'
IDENTITY = {"FirstName": "New", "LastName": "Comer"}


def _tags(count: int, prefix: str = "key") -> dict[str, str]:
    return {f"{prefix}-{index}": "x" for index in range(count)}


def _made_with_tags(connect: Any, names: Any, sandbox: Any, tags: dict[str, str]) -> list[Any]:
    """Every operation that makes something with tags, ready to be called."""
    client, at = connect(), {"InstanceId": names.instance, "Tags": tags}
    details = sandbox.world.user("bob.jones").instance_id
    profiles = client.list_routing_profiles(InstanceId=details)["RoutingProfileSummaryList"]
    security = client.list_security_profiles(InstanceId=details)["SecurityProfileSummaryList"]
    user = {
        "Username": "new.agent",
        "IdentityInfo": IDENTITY,
        "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 0},
        "RoutingProfileId": profiles[0]["Id"],
        "SecurityProfileIds": [security[0]["Id"]],
    }
    source = f"arn:aws:sms-voice:{SOURCE}:111122223333:phone-number/phone-1"
    instance = {"IdentityManagementType": "SAML", "InboundCallsEnabled": True, "OutboundCallsEnabled": True}
    return [
        lambda: client.create_instance(InstanceAlias="southwind", **instance, Tags=tags),
        lambda: client.create_traffic_distribution_group(Name="sales", **at),
        lambda: client.create_contact_flow(Name="Sales", Type="CONTACT_FLOW", Content=CONTENT, **at),
        lambda: client.create_user(**user, **at),
        lambda: client.claim_phone_number(PhoneNumber=FREE, **at),
        lambda: client.import_phone_number(SourcePhoneNumberArn=source, **at),
    ]


def _arns(names: Any) -> list[str]:
    instance = names.instance_arn()
    return [instance, names.group(), names.number(), names.number(2), names.flow(), names.user()]


@pytest.mark.parametrize("key", ["aws:team", "aws:", "AWS:team", "Aws:x", "a#b", "bell\x07", "k" * 129])
def test_keys_that_cannot_be(key: str, connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Keys that begin with `aws:`, that are too long or have other characters are neither set nor removed anywhere."""
    before = [(number.e164, dict(number.tags)) for number in sandbox.world.numbers.values()]
    for make in _made_with_tags(connect, names, sandbox, {key: "x"}):
        with pytest.raises(Exception, match=r"Invalid(Request|Parameter)Exception"):
            make()
    for arn in _arns(names):
        with refused("InvalidRequestException"):
            connect().tag_resource(resourceArn=arn, tags={"team": "sales", key: "x"})
        with refused("InvalidRequestException"):
            connect().untag_resource(resourceArn=arn, tagKeys=[key])
        assert connect().list_tags_for_resource(resourceArn=arn)["tags"] == {}
    assert [(number.e164, dict(number.tags)) for number in sandbox.world.numbers.values()] == before


@pytest.mark.parametrize("key", ["team", "Straße 7", "漢字", "a.b:c/d=e+f-g@h_i", "laws:x", "k" * 128])
def test_keys_that_can_be(key: str, connect: Any, names: Any, sandbox: Any) -> None:
    """Letters and digits of any script, blanks, and `_.:/=+-@`."""
    for make in _made_with_tags(connect, names, sandbox, {key: "x"}):
        make()
    for arn in _arns(names):
        connect().tag_resource(resourceArn=arn, tags={key: "x"})
        assert connect().list_tags_for_resource(resourceArn=arn)["tags"] == {key: "x"}
        connect().untag_resource(resourceArn=arn, tagKeys=[key])
        assert connect().list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_fifty_on_one_resource(connect: Any, names: Any, refused: Any) -> None:
    """A resource has 50 tags at most, also by several calls; other values of tags that are there are no more tags."""
    for arn in _arns(names):
        connect().tag_resource(resourceArn=arn, tags=_tags(30))
        connect().tag_resource(resourceArn=arn, tags=_tags(20, "more"))
        for tags in ({"one": "x"}, {"key-1": "y", "one": "x"}, _tags(50, "other")):
            with refused("InvalidRequestException", "50 tags at most"):
                connect().tag_resource(resourceArn=arn, tags=tags)
        connect().tag_resource(resourceArn=arn, tags={**_tags(30), "key-1": "y"})
        assert len(connect().list_tags_for_resource(resourceArn=arn)["tags"]) == 50
        connect().untag_resource(resourceArn=arn, tagKeys=["key-1"])
        connect().tag_resource(resourceArn=arn, tags={"one": "x"})
        with refused("InvalidRequestException", "less than or equal to 50"):
            connect().tag_resource(resourceArn=arn, tags=_tags(51))


def test_fifty_at_creation(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """What is made with 50 tags has them, and takes no other; with 51 it is not made."""
    for make in _made_with_tags(connect, names, sandbox, _tags(51)):
        with pytest.raises(Exception, match="less than or equal to 50"):
            make()
    for make in _made_with_tags(connect, names, sandbox, _tags(50)):
        made = make()
        arn = next(value for key, value in made.items() if key.endswith("Arn"))
        with refused("InvalidRequestException", "50 tags at most"):
            connect().tag_resource(resourceArn=arn, tags={"one": "x"})
