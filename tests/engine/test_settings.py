"""Stack configuration, on the real CLI: what chooses account, role or endpoint is honoured, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import SOURCE, Declaration, e164, number
from harness.stack import FAST, Stack
from token_service import TokenService, serving

pytestmark = pytest.mark.engine

OWNER = "arn:aws:iam::111122223333:role/acgr"
BETWEEN = "arn:aws:iam::222233334444:role/between"
OF_OTHERS = {"AWS_ACCESS_KEY_ID": "999988887777"}
EXTERNAL_ID = "the external id in aws:assumeRoles is copied into the stack's state as plain text"
PROBLEM = "error: reading the stack's configuration: "


@pytest.fixture
def sts() -> Iterator[TokenService]:
    """STS, on this machine."""
    with serving(TokenService()) as service:
        yield service


@pytest.fixture
def main(centre: Centre, stack: Stack) -> Declaration:
    """A number that is to move."""
    declared = number("main", 1, centre.arn("group", "retail"), "Main IVR")
    stack.declare(declared)
    return declared


def test_a_chain_of_roles_writes(stack: Stack, centre: Centre, sts: TokenService, main: Declaration) -> None:
    """Roles of a list are assumed one after the other, with all that they are to be narrowed by: the base credentials
    are of another account, and write nothing. What is not given as a secret is said to be in the state.
    """
    roles = [
        {"roleArn": BETWEEN},
        {"roleArn": OWNER, "policy": "{}", "externalId": "external-1", "sessionName": "ci", "tags": {"team": "voice"}},
    ]
    stack.configure({**FAST, "aws:assumeRoles": roles})
    up = stack.up(**OF_OTHERS, AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    assert centre.placed(1)[0] == "retail"
    first, second = sts.issued[:2]
    assert (first.role, second.role, second.source) == (BETWEEN, OWNER, first.token)
    assert {one.region for one in sts.issued} == {SOURCE}
    asked = ("Policy", "ExternalId", "RoleSessionName", "Tags.member.1.Value")
    assert [second.asked[name] for name in asked] == ["{}", "external-1", "ci", "voice"]
    assert EXTERNAL_ID in up.text
    assert "external-1" in json.dumps(stack.state().deployment)

    secret = stack.run("config", "set", "--secret", "--path", "aws:assumeRoles[1].externalId", "external-2")
    assert secret.code == 0, secret.text
    up = stack.up(**OF_OTHERS, AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    assert EXTERNAL_ID not in up.text
    assert "external-" not in json.dumps(stack.state().deployment)
    assert sts.issued[-1].asked["ExternalId"] == "external-2"


def test_accounts_that_may_not_be_written_to(stack: Stack, centre: Centre, main: Declaration) -> None:
    """A list of accounts in the stack's configuration is kept before the first write."""
    stack.configure({**FAST, "aws:allowedAccountIds": ["999988887777"]})
    up = stack.up()
    assert up.code != 0
    assert up.errors()["main"].startswith(
        f"placing phone number {e164(1)} in {SOURCE}: aws:allowedAccountIds names 999988887777, and not account "
        "111122223333: nothing was written"
    )
    assert centre.writes() == {}


def test_what_cannot_be_honoured_is_refused(stack: Stack, centre: Centre, main: Declaration) -> None:
    """A misspelt key of the stack's configuration fails the preview: it is not passed over in silence."""
    stack.configure({**FAST, "acgr:rolearn": OWNER})
    preview = stack.preview()
    assert preview.code != 0
    assert f"{PROBLEM}there is no acgr:rolearn; did you mean acgr:roleArn?" in preview.text
    assert centre.writes() == {}


def test_an_endpoint_that_gives_something_away(stack: Stack, centre: Centre, main: Declaration) -> None:
    """A password in a URL is refused, and shown nowhere."""
    up = stack.up(AWS_ENDPOINT_URL_CONNECT="https://me:very-secret@connect.example.com")
    assert up.code != 0
    assert f"{PROBLEM}the endpoint of connect" in up.text
    assert "very-secret" not in up.text
    left = [str(path) for path in Path(stack.environment["XDG_CACHE_HOME"]).rglob("*")]
    assert [path for path in left if "very" in path] == []


def test_a_network_without_sts(stack: Stack, centre: Centre, sts: TokenService, main: Declaration) -> None:
    """With `acgr:accountCheck` off STS, which hangs, is not asked, and that is said."""
    sts.hangs = True
    stack.configure({**FAST, "acgr:accountCheck": "off"})
    up = stack.up(AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    assert "acgr:accountCheck is off: nobody looks whether" in up.text
    assert centre.placed(1)[0] == "retail"
