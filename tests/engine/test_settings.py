"""Stack configuration, on the real CLI: what chooses account, role or endpoint is honoured, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import SOURCE, Declaration, component, e164, number
from harness.stack import Stack
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


def configure(stack: Stack, *arguments: str) -> None:
    """`pulumi config set`."""
    ran = stack.run("config", "set", *arguments)
    assert ran.code == 0, ran.text


def test_a_role_in_the_old_spelling_writes(stack: Stack, centre: Centre, sts: TokenService, main: Declaration) -> None:
    """`aws:assumeRole` of pulumi-aws 6 is assumed: the base credentials are of another account, and write nothing."""
    configure(stack, "--path", "aws:assumeRole.roleArn", OWNER)
    configure(stack, "--path", "aws:assumeRole.sessionName", "ci")
    up = stack.up(**OF_OTHERS, AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    assert centre.placed(1)[0] == "retail"
    assert {(one.role, one.asked["RoleSessionName"], one.region) for one in sts.issued} == {(OWNER, "ci", SOURCE)}


def test_a_chain_of_roles_writes(stack: Stack, centre: Centre, sts: TokenService, main: Declaration) -> None:
    """Roles of a list are assumed one after the other, with all that they are to be narrowed by."""
    members = {"[0].roleArn": BETWEEN, "[1].roleArn": OWNER, "[1].policy": "{}", "[1].externalId": "external-1"}
    for member, value in {**members, "[1].tags.team": "voice"}.items():
        configure(stack, "--path", f"aws:assumeRoles{member}", value)
    up = stack.up(**OF_OTHERS, AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    first, second = sts.issued[:2]
    assert (first.role, second.role, second.source) == (BETWEEN, OWNER, first.token)
    assert (second.asked["Policy"], second.asked["ExternalId"], second.asked["Tags.member.1.Value"]) == (
        "{}",
        "external-1",
        "voice",
    )
    assert EXTERNAL_ID in up.text
    assert "external-1" in json.dumps(stack.state().deployment)
    configure(stack, "--secret", "--path", "aws:assumeRoles[1].externalId", "external-2")
    up = stack.up(**OF_OTHERS, AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    assert EXTERNAL_ID not in up.text
    assert "external-" not in json.dumps(stack.state().deployment)
    assert sts.issued[-1].asked["ExternalId"] == "external-2"


@pytest.mark.parametrize(
    ("key", "accounts", "sentence"),
    [
        ("allowed", "999988887777", "aws:allowedAccountIds names 999988887777, and not account 111122223333"),
        ("forbidden", "111122223333", "aws:forbiddenAccountIds names account 111122223333"),
    ],
)
def test_accounts_that_may_not_be_written_to(
    stack: Stack, centre: Centre, main: Declaration, key: str, accounts: str, sentence: str
) -> None:
    """A list of accounts in the stack's configuration is kept before the first write."""
    configure(stack, "--path", f"aws:{key}AccountIds[0]", accounts)
    up = stack.up()
    assert up.code != 0
    assert up.errors()["main"].startswith(
        f"placing phone number {e164(1)} in {SOURCE}: {sentence}: nothing was written"
    )
    assert centre.writes() == {}


@pytest.mark.parametrize(
    ("set_", "sentence"),
    [
        (("acgr:rolearn", OWNER), "there is no acgr:rolearn; did you mean acgr:roleArn?"),
        (("aws:allowedAccountId", "1"), "there is no aws:allowedAccountId; did you mean aws:allowedAccountIds?"),
        (("aws:insecure", "true"), "aws:insecure is not honoured: name the authority's certificates in"),
        (("--path", "aws:assumeRoles[0].polic", "{}"), "aws:assumeRoles[0] has no polic; did you mean policy?"),
    ],
)
def test_what_cannot_be_honoured_is_refused(
    stack: Stack, centre: Centre, main: Declaration, set_: tuple[str, ...], sentence: str
) -> None:
    """A misspelt key, and one that is not honoured, fails the preview: it is not passed over in silence."""
    configure(stack, *set_)
    preview = stack.preview()
    assert preview.code != 0
    assert f"{PROBLEM}{sentence}" in preview.text
    assert centre.writes() == {}


def test_an_endpoint_that_gives_something_away(stack: Stack, centre: Centre, main: Declaration) -> None:
    """Plain HTTP to another machine and a password in a URL are refused, and the password is shown nowhere."""
    for url in ("http://connect.example.com", "https://me:very-secret@connect.example.com"):
        up = stack.up(AWS_ENDPOINT_URL_CONNECT=url)
        assert up.code != 0
        assert f"{PROBLEM}the endpoint of connect" in up.text
        assert "very-secret" not in up.text
    left = [str(path) for path in Path(stack.environment["XDG_CACHE_HOME"]).rglob("*")]
    assert [path for path in left if "very" in path] == []


def test_a_provider_of_pulumi_aws_is_refused(stack: Stack, centre: Centre) -> None:
    """A component that is given a provider of pulumi-aws would use other credentials: refused, with the remedy."""
    stack.declare(component("centre", "retail", {e164(1): {"flow": "Main IVR"}}, [], options={"provider_of": "aws"}))
    preview = stack.preview()
    assert preview.code != 0
    assert "opts.provider: a provider of aws is not used here: credentials come from acgr:profile" in preview.text
    assert centre.writes() == {}


def test_a_second_factor_is_one_sentence(stack: Stack, centre: Centre, main: Declaration, tmp_path: Path) -> None:
    """A profile that needs a code fails at once, with what to do, and leaves no plugin behind."""
    (tmp_path / "config").write_text(
        f"[profile ours]\nrole_arn={OWNER}\nsource_profile=keys\nmfa_serial=arn:aws:iam::1:mfa/me\n"
        "[profile keys]\naws_access_key_id=k\naws_secret_access_key=s\n"
    )
    up = stack.up(ACGR_PROFILE="ours", AWS_CONFIG_FILE=str(tmp_path / "config"))
    assert up.code != 0
    assert "profile ours needs a code (mfa_serial), and nobody is asked for one here: run eval" in up.errors()["main"]
    assert centre.writes() == {}


def test_a_network_without_sts(stack: Stack, centre: Centre, sts: TokenService, main: Declaration) -> None:
    """STS that hangs fails a run within seconds; with `acgr:accountCheck` off it is not asked, and that is said."""
    sts.hangs = True
    up = stack.up(AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code != 0
    assert "did not answer within 5 s (TimedOut); where the network has no STS, set acgr:accountCheck" in up.text
    assert centre.writes() == {}
    configure(stack, "acgr:accountCheck", "off")
    up = stack.up(AWS_ENDPOINT_URL_STS=sts.url)
    assert up.code == 0, up.text
    assert "acgr:accountCheck is off: nobody looks whether" in up.text
    assert centre.placed(1)[0] == "retail"
