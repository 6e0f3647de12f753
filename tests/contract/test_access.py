"""IAM policies on the sandbox, as clients meet them: what is refused, in which words, and what stays free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from contract_calls import SOURCE

from acgr_sandbox import Sandbox, session_on
from acgr_sandbox.control import Control
from acgr_sandbox.server import Server

Connect = Callable[..., Any]
USER = "arn:aws:iam::111122223333:user/sandbox"


def _policy(effect: str, action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _error(call: Callable[[], Any]) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_what_nothing_allows(sandbox: Sandbox, connect: Connect) -> None:
    """It is refused in the words of IAM, and nothing happens; what is allowed goes on."""
    instance = next(iter(sandbox.world.instances))
    sandbox.set_policies({"*": _document(_policy("Allow", "connect:List*"))})
    users = connect().list_users(InstanceId=instance)["UserSummaryList"]
    before = len(sandbox.world.users)
    status, code, message = _error(lambda: connect().delete_user(InstanceId=instance, UserId=users[0]["Id"]))
    arn = f"arn:aws:connect:{SOURCE}:111122223333:instance/{instance}/agent/{users[0]['Id']}"
    assert (status, code) == (403, "AccessDeniedException")
    assert message == (
        f"User: {USER} is not authorized to perform: connect:DeleteUser on resource: {arn} "
        "because no identity-based policy allows the connect:DeleteUser action"
    )
    assert len(sandbox.world.users) == before
    assert sandbox.counters.calls("DeleteUser", outcome="AccessDeniedException") == 1


def test_what_is_denied(sandbox: Sandbox, connect: Connect) -> None:
    """A Deny goes before any Allow, and says so."""
    number = next(iter(sandbox.world.numbers))
    denied = _policy("Deny", "connect:ReleasePhoneNumber")
    sandbox.set_policies({"*": [_document(_policy("Allow", "*")), _document(denied)]})
    _, _, message = _error(lambda: connect().release_phone_number(PhoneNumberId=number))
    assert message == (
        f"User: {USER} is not authorized to perform: connect:ReleasePhoneNumber on resource: "
        f"arn:aws:connect:{SOURCE}:111122223333:phone-number/{number} with an explicit deny in an identity-based policy"
    )


def test_each_resource_has_to_be_allowed(sandbox: Sandbox, connect: Connect) -> None:
    """A role that may use a number may not place it on any group for that."""
    world = sandbox.world
    number, group = next(iter(world.numbers)), next(iter(world.groups.values()))
    allowed = f"arn:aws:connect:{SOURCE}:111122223333:phone-number/*"
    home = world.arn(world.instances[group.instance_id])
    sandbox.set_policies({"*": _document(_policy("Allow", "*", allowed), _policy("Allow", "*", home))})
    *_, message = _error(lambda: connect().update_phone_number(PhoneNumberId=number, TargetArn=world.arn(group)))
    assert f"on resource: {world.arn(group)} because" in message


def test_sts_is_free(sandbox: Sandbox, over_http: Connect) -> None:
    """Everybody may ask who he is, and is called so in what is refused."""
    sandbox.set_policies({"*": _document(_policy("Deny", "*"))})
    assert over_http("sts").get_caller_identity()["Arn"] == USER


def test_policies_by_access_key(sandbox: Sandbox) -> None:
    """An access key with policies has no others; one without has those of `*`, and where there are none, nothing."""
    ways = {key: session_on(sandbox, access_key=key).client("connect") for key in ("deploy", "somebody")}
    sandbox.set_policies({"deploy": _document(_policy("Allow", "*"))})
    ways["deploy"].list_instances()
    assert "user/somebody is not authorized" in _error(ways["somebody"].list_instances)[2]
    sandbox.set_policies({"deploy": _document(_policy("Deny", "*")), "*": _document(_policy("Allow", "*"))})
    ways["somebody"].list_instances()
    assert "user/deploy is not authorized" in _error(ways["deploy"].list_instances)[2]
    sandbox.set_policies({})
    ways["deploy"].list_instances()


def test_over_the_control_routes(served: Server, sandbox: Sandbox, over_http: Connect) -> None:
    """Policies are set, shown with what was asked for, and dropped; a second writer needs none."""
    control, instance = Control(served.url), next(iter(sandbox.world.instances))
    control.set_policies({"*": _document(_policy("Allow", "connect:ListUsers"))})
    over_http().list_users(InstanceId=instance)
    _error(over_http().list_instances)
    control.change({"do": "create-user", "user": "new.comer"})
    arn = f"arn:aws:connect:{SOURCE}:111122223333:instance/{instance}"
    assert control.asked() == [
        {"action": "connect:ListInstances", "resource": "*", "allowed": 0, "refused": 1},
        {"action": "connect:ListUsers", "resource": arn, "allowed": 1, "refused": 0},
    ]
    control.set_policies({})
    over_http().list_instances()
    assert control.asked() == []


def test_a_policy_that_is_none(served: Server) -> None:
    """It is refused with a sentence, and the ones before it stay."""
    control, good = Control(served.url), {"*": _document(_policy("Allow", "*"))}
    control.set_policies(good)
    condition = {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    with pytest.raises(
        Exception, match=r"Policy of everybody: statement 1: The sandbox does not evaluate aws:SourceIp"
    ):
        control.set_policies({"*": _document({**_policy("Allow", "*"), **condition})})
    assert served.sandbox.access is not None
    assert served.sandbox.access.documents() == {"*": [good["*"]]}
