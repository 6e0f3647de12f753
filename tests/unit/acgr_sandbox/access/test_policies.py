"""Policies of IAM, evaluated: what they allow, and what of them is refused when they are read."""

from __future__ import annotations

from typing import Any

import pytest

from acgr_sandbox.access.policies import Decision, decide, read_policy

NUMBER = "arn:aws:connect:eu-west-2:111122223333:phone-number/5d2e9f10"
USER = "arn:aws:connect:eu-west-2:111122223333:instance/2f8c5a1e/agent/8a1b"


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: Any = "connect:DescribeUser", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _deny(action: Any = "connect:DescribeUser", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**_allow(action, resource, **more), "Effect": "Deny"}


def _decided(
    *statements: dict[str, Any], action: str = "connect:DescribeUser", resource: str = USER, **context: list[str]
) -> Decision:
    keys = {key.replace("__", ":").lower(): values for key, values in context.items()}
    return decide([read_policy(_policy(*statements))], action, resource, keys)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("connect:DescribeUser", True),
        ("connect:describeuser", True),
        ("connect:Describe*", True),
        ("connect:*User", True),
        ("connect:DescribeUse?", True),
        ("connect:*", True),
        ("*", True),
        (["connect:ListUsers", "connect:DescribeUser"], True),
        ("connect:Describe", False),
        ("connect:DescribeUser?", False),
        ("ds:*", False),
    ],
)
def test_actions(pattern: Any, fits: bool) -> None:
    """Wildcards stand for anything, capital letters mean nothing."""
    assert (_decided(_allow(pattern)) == "allowed") == fits
    negated = {"Effect": "Allow", "NotAction": pattern, "Resource": "*"}
    assert (_decided(negated) == "allowed") != fits


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        (USER, True),
        ("*", True),
        ("arn:aws:connect:eu-west-2:111122223333:instance/2f8c5a1e/agent/*", True),
        ("arn:aws:connect:*:*:instance/*", True),
        ("arn:aws:connect:eu-west-?:111122223333:instance/2f8c5a1e/agent/8a1b", True),
        ([NUMBER, USER], True),
        (USER.upper().replace("ARN", "arn"), False),
        ("arn:aws:connect:eu-central-1:111122223333:instance/2f8c5a1e/agent/*", False),
        ("arn:aws:connect:eu-west-2:111122223333:instance/2f8c5a1e", False),
        (NUMBER, False),
    ],
)
def test_resources(pattern: Any, fits: bool) -> None:
    """Wildcards stand for anything; capital letters count."""
    assert (_decided(_allow(resource=pattern)) == "allowed") == fits
    negated = {"Effect": "Allow", "Action": "*", "NotResource": pattern}
    assert (_decided(negated) == "allowed") != fits


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ((_allow(),), "allowed"),
        ((_allow("connect:ListUsers"),), "not allowed"),
        ((_allow(), _deny()), "denied"),
        ((_deny(), _allow()), "denied"),
        ((_deny(),), "denied"),
        ((_allow(), _deny("connect:ReleasePhoneNumber")), "allowed"),
        ((_allow(), _deny(resource=NUMBER)), "allowed"),
        ((_allow("connect:ListUsers"), _allow()), "allowed"),
    ],
)
def test_a_deny_goes_first(statements: tuple[dict[str, Any], ...], decision: Decision) -> None:
    """What nothing allows is not allowed, and what one statement denies is denied."""
    assert _decided(*statements) == decision


def test_several_policies() -> None:
    """One policy may allow what another does not speak of, and deny what another allows."""
    allowing, silent, denying = (read_policy(_policy(row)) for row in (_allow(), _allow("connect:ListUsers"), _deny()))
    assert decide([silent, allowing], "connect:DescribeUser", USER, {}) == "allowed"
    assert decide([allowing, denying], "connect:DescribeUser", USER, {}) == "denied"
    assert decide([], "connect:DescribeUser", USER, {}) == "not allowed"


@pytest.mark.parametrize(
    ("condition", "given", "holds"),
    [
        ({"StringEquals": {"connect:InstanceId": "a"}}, ["a"], True),
        ({"StringEquals": {"connect:instanceid": ["b", "a"]}}, ["a"], True),
        ({"StringEquals": {"connect:InstanceId": "a"}}, ["A"], False),
        ({"StringEquals": {"connect:InstanceId": "a"}}, [], False),
        ({"StringEqualsIfExists": {"connect:InstanceId": "a"}}, [], True),
        ({"StringEqualsIfExists": {"connect:InstanceId": "a"}}, ["b"], False),
        ({"StringEqualsIgnoreCase": {"connect:InstanceId": "a"}}, ["A"], True),
        ({"StringNotEquals": {"connect:InstanceId": "a"}}, ["a"], False),
        ({"StringNotEquals": {"connect:InstanceId": ["a", "b"]}}, ["c"], True),
        ({"StringNotEquals": {"connect:InstanceId": "a"}}, [], True),
        ({"StringLike": {"connect:InstanceId": "2f*"}}, ["2f8c"], True),
        ({"StringLike": {"connect:InstanceId": "2f"}}, ["2f8c"], False),
        ({"StringNotLike": {"connect:InstanceId": "2f*"}}, ["2f8c"], False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}, ["arn:aws:iam::111122223333:user/a/b"], True),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*:user/b"}}, ["arn:aws:iam::111122223333:user/a"], False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:user/a"}}, ["arn:aws:iam::111122223333:user/a"], False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}, ["a"], True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}, ["a", "c"], False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}, [], True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}, ["a", "c"], True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}, [], False),
        ({"StringEquals": {"aws:ResourceTag/Team": "retail"}}, ["retail"], True),
        ({"StringEquals": {"aws:RequestTag/team": "retail"}}, ["emergency"], False),
        ({"Null": {"connect:InstanceId": "true"}}, [], True),
        ({"Null": {"connect:InstanceId": False}}, [], False),
        ({"Null": {"connect:InstanceId": False}}, ["a"], True),
    ],
)
def test_conditions(condition: dict[str, Any], given: list[str], holds: bool) -> None:
    """A statement holds if each of its conditions does: any of its values fits, without the key as IAM says."""
    [keys] = condition.values()
    [key] = keys
    context = {key.lower(): given} if given else {}
    found = decide([read_policy(_policy(_allow(Condition=condition)))], "connect:DescribeUser", USER, context)
    assert found == ("allowed" if holds else "not allowed")


def test_all_conditions_have_to_hold() -> None:
    """Two keys of one operator, and two operators, are held together."""
    both = {
        "StringEquals": {"connect:InstanceId": "a", "aws:RequestedRegion": "eu-west-2"},
        "StringLike": {"aws:PrincipalArn": "*"},
    }
    context = {"connect__InstanceId": ["a"], "aws__RequestedRegion": ["eu-west-2"], "aws__PrincipalArn": ["x"]}
    assert _decided(_allow(Condition=both), **context) == "allowed"
    for key in context:
        assert _decided(_allow(Condition=both), **{**context, key: ["other"] if "Arn" not in key else []}) != "allowed"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "A policy is a JSON object"),
        ({"Statement": [_allow()]}, "A policy's Version is 2012-10-17, not None"),
        ({"Version": "2012-10-17", "Statement": []}, "A policy has a list of statements"),
        ({**_policy(_allow()), "Statements": []}, "A policy has no Statements"),
        (_policy({"Effect": "Allow", "Resource": "*"}), "statement 1: it has either Action or NotAction"),
        (_policy(_allow(Sid="A", NotAction="x:y")), "statement A: it has either Action or NotAction"),
        (_policy({"Effect": "Allow", "Action": "*"}), "it has either Resource or NotResource"),
        (_policy({**_allow(), "Effect": "allow"}), "Effect is Allow or Deny, not 'allow'"),
        (_policy(_allow(Principal="*")), "a statement has no Principal, since the policy is a role's or user's own"),
        (_policy(_allow(Sid="not so")), "a Sid is of letters and digits"),
        (_policy(_allow(Sid="A"), _deny(Sid="A")), "Two statements are called A"),
        (_policy(_allow("DescribeUser")), "'DescribeUser' is no action"),
        (_policy(_allow([])), "Action is a text, or a list of texts"),
        (_policy(_allow(["connect:DescribeUser", 1])), "Action is a text, or a list of texts"),
        (_policy(_allow(resource="instance/x")), "'instance/x' is no ARN"),
        (
            _policy(_allow(resource="arn:aws:connect:*:*:instance/${aws:username}")),
            "does not evaluate policy variables",
        ),
        (_policy(_allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})), "does not evaluate aws:SourceIp"),
        (
            _policy(_allow(Condition={"StringEquals": {"connect:Channel": "VOICE"}})),
            "does not evaluate connect:Channel",
        ),
        (
            _policy(_allow(Condition={"DateLessThan": {"aws:RequestedRegion": "x"}})),
            "does not evaluate DateLessThan; it has StringEquals",
        ),
        (_policy(_allow(Condition={"StringEquals": {"aws:TagKeys": "a"}})), "takes ForAllValues: or ForAnyValue:"),
        (
            _policy(_allow(Condition={"ForAnyValue:StringEquals": {"connect:InstanceId": "a"}})),
            "connect:InstanceId has one value",
        ),
        (_policy(_allow(Condition={"Null": {"connect:InstanceId": "perhaps"}})), "is true or false"),
        (_policy(_allow(Condition={"StringEquals": {"connect:InstanceId": [1]}})), "The values of connect:InstanceId"),
        (_policy(_allow(Condition={"StringEquals": "a"})), "StringEquals is an object"),
        (_policy(_allow(Condition=[])), "Condition is an object"),
    ],
)
def test_what_is_refused(document: Any, said: str) -> None:
    """What IAM does not take, or what is not evaluated here, is refused when it is read, and never passed over."""
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace("?", r"\?").replace("$", r"\$")):
        read_policy(document)
