"""Security profiles: made, with what they permit, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

REPLICA = "eu-central-1"


def _make(client: Any, names: Any, **more: Any) -> dict[str, str]:
    asked = {"InstanceId": names.instance, "SecurityProfileName": "Listeners", **more}
    return {
        "InstanceId": names.instance,
        "SecurityProfileId": client.create_security_profile(**asked)["SecurityProfileId"],
    }


def test_making_one(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A new profile shows what restricts it, lists what it permits page by page, and reaches the other Region."""
    permissions = [f"Permission.{index}" for index in range(12)]
    restricts = {"AllowedAccessControlTags": {"team": "ops"}, "TagRestrictedResources": ["User"]}
    applications = [{"Namespace": "wiki", "ApplicationPermissions": ["ACCESS"]}]
    profile = _make(connect(), names, Permissions=permissions, Applications=applications, **restricts)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    client = connect(REPLICA)
    seen = client.describe_security_profile(**profile)["SecurityProfile"]
    assert {name: seen[name] for name in restricts} == restricts
    pages = client.get_paginator("list_security_profile_permissions").paginate(
        **profile, PaginationConfig={"PageSize": 5}
    )
    assert [each for page in pages for each in page["Permissions"]] == permissions
    assert client.list_security_profile_applications(**profile)["Applications"] == applications
    with refused("DuplicateResourceException", "Listeners"):
        _make(connect(), names)


def test_changing(connect: Any, names: Any) -> None:
    """What a change names takes the place of what there was; the rest stays."""
    client = connect()
    profile = _make(
        client, names, Description="They listen", Permissions=["One", "Two"], TagRestrictedResources=["User"]
    )
    client.update_security_profile(**profile, Permissions=["Three"])
    assert client.list_security_profile_permissions(**profile)["Permissions"] == ["Three"]
    seen = client.describe_security_profile(**profile)["SecurityProfile"]
    assert (seen["Description"], seen["TagRestrictedResources"]) == ("They listen", ["User"])
    client.update_security_profile(**profile, Permissions=[], Description="They hear")
    assert client.list_security_profile_permissions(**profile)["Permissions"] == []
    assert client.describe_security_profile(**profile)["SecurityProfile"]["Description"] == "They hear"


def test_those_of_every_instance_can_be_changed(connect: Any, names: Any, sandbox: Any) -> None:
    """What every instance comes with is like anything that was made."""
    agent = {"InstanceId": names.instance, "SecurityProfileId": sandbox.world.resource("Agent").id}
    connect().update_security_profile(**agent, Permissions=["BasicAgentAccess"])
    assert connect().list_security_profile_permissions(**agent)["Permissions"] == ["BasicAgentAccess"]


def test_deleting(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """A profile that a user has stays, and the user is named."""
    client, readers = connect(), sandbox.world.resource("Readers").id
    bob, profile = (
        {"InstanceId": names.instance, "UserId": names.user_id()},
        {"InstanceId": names.instance, "SecurityProfileId": readers},
    )
    client.update_user_security_profiles(**bob, SecurityProfileIds=[readers])
    with pytest.raises(ClientError) as caught:
        client.delete_security_profile(**profile)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResourceType"]) == ("ResourceInUseException", "USER")
    assert error["ResourceId"] == names.user()
    client.update_user_security_profiles(**bob, SecurityProfileIds=[sandbox.world.resource("Agent").id])
    client.delete_security_profile(**profile)
    with refused("ResourceNotFoundException"):
        client.describe_security_profile(**profile)
