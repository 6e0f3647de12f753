"""Settings: the environment over stack configuration, structures as JSON text, and no secret where it can be read."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest

from acgr_connect.aws.roles import MEMBERS, WEB_IDENTITY_MEMBERS, Role, WebIdentity
from acgr_connect.aws.setting_keys import HONOURED, OF_OTHERS
from acgr_connect.aws.settings import SettingError, Settings, StaticKeys, read
from acgr_connect.scheduling.token_bucket import Rate

ACCOUNT = "111122223333"
ROLE, OTHER = f"arn:aws:iam::{ACCOUNT}:role/acgr", f"arn:aws:iam::{ACCOUNT}:role/path/other"
KEYS = {"aws:accessKey": "AKIA", "aws:secretKey": "very-secret", "aws:token": "a-token"}


def _read(config: dict[str, Any] | None = None, **environ: str) -> Settings:
    return read((config or {}).get, environ, config or {})


def test_nothing_set() -> None:
    """Without settings boto3's own chain decides, at the documented rate."""
    cache = Path.home() / ".cache/acgr"
    folders = {
        f"{name}_folder": cache / where for name, where in (("limiter", "rate"), ("journal",) * 2, ("runs",) * 2)
    }
    assert _read() == Settings(rate=Rate(2.0, 5.0), **folders)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"ACGR_CACHE": "/one"}, "/one/rate"),
        ({"XDG_CACHE_HOME": "/two"}, "/two/acgr/rate"),
        ({"ACGR_CACHE": "/one", "XDG_CACHE_HOME": "/two"}, "/one/rate"),
    ],
)
def test_limiter_folder(environ: dict[str, str], folder: str) -> None:
    """What is left of the rate is kept in the user's cache folder, or where `ACGR_CACHE` says."""
    assert _read(**environ).limiter_folder == Path(folder)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"ACGR_CACHE": "/one"}, "/one/journal"),
        ({"XDG_CACHE_HOME": "/two"}, "/two/acgr/journal"),
        ({"ACGR_CACHE": "/one", "ACGR_JOURNAL": "/kept/between/jobs"}, "/kept/between/jobs"),
    ],
)
def test_journal_folder(environ: dict[str, str], folder: str) -> None:
    """What is owed to numbers that move is kept beside the rate, or where `ACGR_JOURNAL` says."""
    assert _read(**environ).journal_folder == Path(folder)


@pytest.mark.parametrize(("value", "in_tags"), [(None, False), ("file", False), ("tags", True)])
def test_journal(value: str | None, in_tags: bool) -> None:
    """Obligations stand in files and, where the stack says so, in the numbers' tags as well."""
    assert _read({"acgr:journal": value}).journal_in_tags is in_tags


@pytest.mark.parametrize(("value", "is_tried"), [(None, True), ("auto", True), ("never", False)])
def test_early_flow(value: str | None, is_tried: bool) -> None:
    """Whether a flow is set while its number moves is found out, unless the stack says never."""
    assert _read({"acgr:earlyFlow": value}).early_flow is is_tried


def nowhere() -> Path:
    """The home of a user whom the machine does not know, as in many containers."""
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize(
    ("environ", "rate", "journal"),
    [
        ({}, None, None),
        ({"ACGR_CACHE": ""}, None, None),
        ({"XDG_CACHE_HOME": ""}, None, None),
        ({"ACGR_JOURNAL": "/kept"}, None, "/kept"),
        ({"ACGR_CACHE": "/one"}, "/one/rate", "/one/journal"),
        ({"XDG_CACHE_HOME": "/two"}, "/two/acgr/rate", "/two/acgr/journal"),
    ],
)
def test_without_a_home(environ: dict[str, str], rate: str | None, journal: str | None) -> None:
    """Without HOME and without an entry for the user nothing is kept, unless a folder is named, and nothing fails."""
    found = read({}.get, environ, home=nowhere)
    assert found.limiter_folder == (Path(rate) if rate else None)
    assert found.journal_folder == (Path(journal) if journal else None)


@pytest.mark.parametrize(
    ("config", "environ", "profile"),
    [
        ({"acgr:profile": "ours"}, {}, "ours"),
        ({"aws:profile": "theirs"}, {}, "theirs"),
        ({"acgr:profile": "ours", "aws:profile": "theirs"}, {}, "ours"),
        ({"acgr:profile": "ours"}, {"ACGR_PROFILE": "mine"}, "mine"),
        ({"aws:profile": "theirs"}, {"ACGR_PROFILE": "mine", "AWS_PROFILE": "other"}, "mine"),
        ({"aws:profile": "theirs"}, {"AWS_PROFILE": "mine"}, None),
        ({"acgr:profile": "ours"}, {"AWS_PROFILE": "mine"}, None),
        ({"aws:profile": "theirs"}, {"AWS_ACCESS_KEY_ID": "AKIA"}, None),
        ({"acgr:profile": "ours"}, {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, None),
        ({"aws:profile": "theirs"}, {"AWS_PROFILE": ""}, "theirs"),
        ({"acgr:profile": "ours"}, {"ACGR_PROFILE": ""}, "ours"),
    ],
)
def test_profile(config: dict[str, Any], environ: dict[str, str], profile: str | None) -> None:
    """`ACGR_PROFILE` comes first; what `AWS_*` says, boto3 reads itself, and stack configuration gives way to it."""
    assert _read(config, **environ).profile == profile


@pytest.mark.parametrize(
    ("config", "environ", "keys"),
    [
        (KEYS, {}, StaticKeys("AKIA", "very-secret", "a-token")),
        ({"aws:accessKey": "AKIA", "aws:secretKey": "s"}, {}, StaticKeys("AKIA", "s", None)),
        (KEYS, {"AWS_ACCESS_KEY_ID": "ASIA"}, None),
        (KEYS, {"AWS_PROFILE": "mine"}, None),
        (KEYS, {"ACGR_PROFILE": "mine"}, None),
        ({**KEYS, "acgr:profile": "ours"}, {}, None),
    ],
)
def test_static_keys(config: dict[str, Any], environ: dict[str, str], keys: StaticKeys | None) -> None:
    """Keys from stack configuration count only as a pair, and where nothing better is named."""
    assert _read(config, **environ).keys == keys


def test_secrets_are_not_shown() -> None:
    """Neither secret nor session token appears where settings are printed."""
    shown = repr(_read(KEYS))
    assert "AKIA" in shown
    assert "very-secret" not in shown
    assert "a-token" not in shown


WHOLE = {
    "roleArn": ROLE,
    "sessionName": "ci",
    "externalId": "x",
    "policy": "{}",
    "policyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "duration": "2h",
    "sourceIdentity": "alice",
    "tags": {"team": "voice"},
    "transitiveTagKeys": ["team"],
}
OPTIONS = {
    "DurationSeconds": 7200,
    "Policy": "{}",
    "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    "SourceIdentity": "alice",
    "Tags": [{"Key": "team", "Value": "voice"}],
    "TransitiveTagKeys": ["team"],
}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("key", "declared", "roles"),
    [
        ("assumeRoles", [{"roleArn": ROLE}], (Role(ROLE),)),
        ("assumeRoles", [{"roleArn": ROLE, "sessionName": "ci", "externalId": "x"}], (Role(ROLE, "ci", "x"),)),
        ("assumeRoles", [{"roleArn": ROLE, "sessionName": None, "tags": None}], (Role(ROLE),)),
        ("assumeRoles", [WHOLE, {"roleArn": OTHER}], (Role(ROLE, "ci", "x", OPTIONS), Role(OTHER))),
        ("assumeRoles", [], ()),
        ("assumeRoles", None, ()),
        ("assumeRole", WHOLE, (Role(ROLE, "ci", "x", OPTIONS),)),
        ("assumeRole", {"roleArn": ROLE, "durationSeconds": 900}, (Role(ROLE, options={"DurationSeconds": 900}),)),
        ("assumeRole", [{"roleArn": ROLE}], (Role(ROLE),)),
        ("assumeRole", {}, ()),
    ],
)
def test_roles(key: str, declared: Any, roles: tuple[Role, ...], as_json: bool) -> None:
    """Roles are understood in the old and the new spelling, and as the JSON text that the engine hands over."""
    assert _read({f"aws:{key}": json.dumps(declared) if as_json else declared}).roles == roles


def test_role_of_ours() -> None:
    """`acgr:roleArn` comes before `aws:assumeRoles`."""
    assert _read({"acgr:roleArn": ROLE, "aws:assumeRoles": [{"roleArn": OTHER}]}).roles == (Role(ROLE),)


@pytest.mark.parametrize(
    ("written", "seconds"), [("15m", 900), ("1h", 3600), ("1h30m", 5400), ("3600s", 3600), ("12h", 43200)]
)
def test_durations(written: str, seconds: int) -> None:
    """The duration of a session is written as pulumi-aws has it."""
    (role,) = _read({"aws:assumeRoles": [{"roleArn": ROLE, "duration": written}]}).roles
    assert role.options == {"DurationSeconds": seconds}


def test_web_identity() -> None:
    """A web identity has a token or a file of it, and no member of an ordinary role."""
    given = {"roleArn": ROLE, "webIdentityTokenFile": "/jwt", "policy": "{}"}
    assert _read({"aws:assumeRoleWithWebIdentity": given}).web_identity == WebIdentity(
        Role(ROLE, options={"Policy": "{}"}), None, Path("/jwt")
    )
    inline = _read({"aws:assumeRoleWithWebIdentity": {"roleArn": ROLE, "webIdentityToken": "very-secret"}})
    assert inline.web_identity is not None
    assert inline.web_identity.current_token() == "very-secret"
    assert "very-secret" not in repr(inline)
    assert inline.warnings == (
        "aws:assumeRoleWithWebIdentity: webIdentityToken is copied into the stack's state; use a file",
    )


@pytest.mark.parametrize(
    ("declared", "environ", "endpoints"),
    [
        ([{"connect": "http://127.0.0.1:1"}], {}, {"connect": "http://127.0.0.1:1"}),
        (
            [{"connect": "https://c", "sts": "https://s", "s3": "http://o"}],
            {},
            {"connect": "https://c", "sts": "https://s"},
        ),
        ([{"connect": "https://a"}, {"sts": "https://s"}], {}, {"connect": "https://a", "sts": "https://s"}),
        ([], {"AWS_ENDPOINT_URL_CONNECT": "https://e"}, {"connect": "https://e"}),
        ([{"connect": "https://a"}], {"AWS_ENDPOINT_URL_CONNECT": "https://e"}, {"connect": "https://e"}),
        ([{"connect": "https://a"}], {"AWS_ENDPOINT_URL_CONNECT": ""}, {"connect": "https://a"}),
        (
            [{"connect": "https://a"}],
            {"AWS_ENDPOINT_URL_STS": "https://s"},
            {"connect": "https://a", "sts": "https://s"},
        ),
        (None, {"AWS_ENDPOINT_URL_S3": "http://o"}, {}),
        (None, {"AWS_ENDPOINT_URL": "https://all"}, {"connect": "https://all", "sts": "https://all"}),
        ([{"sts": "https://s"}], {"AWS_ENDPOINT_URL": "https://all"}, {"connect": "https://all", "sts": "https://s"}),
        (None, {"AWS_ENDPOINT_URL": "https://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, {}),
    ],
)
def test_endpoints(declared: Any, environ: dict[str, str], endpoints: dict[str, str]) -> None:
    """The environment's endpoints come first; those of other services are nobody's business here."""
    assert _read({"aws:endpoints": declared}, **environ).endpoints == endpoints
    assert _read({"aws:endpoints": json.dumps(declared)}, **environ).endpoints == endpoints


@pytest.mark.parametrize(
    ("url", "is_sandbox"),
    [
        ("http://127.0.0.1:4599", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("https://connect.eu-west-2.amazonaws.com", False),
        ("https://127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_sandbox(url: str, is_sandbox: bool) -> None:
    """The sandbox is where Connect's endpoint is on this machine, and not where it looks so."""
    assert Settings(endpoints={"connect": url} if url else {}).is_sandbox is is_sandbox


@pytest.mark.parametrize(
    ("config", "rate"),
    [
        ({"acgr:requestsPerSecond": "10"}, Rate(10.0, 5.0)),
        ({"acgr:requestsPerSecond": 0.5, "acgr:burst": "1"}, Rate(0.5, 1.0)),
        ({"acgr:burst": 20}, Rate(2.0, 20.0)),
    ],
)
def test_rate(config: dict[str, Any], rate: Rate) -> None:
    """Accounts with raised quotas say so, in text or as a number."""
    assert _read(config).rate == rate


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"acgr:requestsPerSecond": "0"}, "acgr:requestsPerSecond is a number above 0, not '0'"),
        ({"acgr:requestsPerSecond": -1}, "acgr:requestsPerSecond is a number above 0, not -1"),
        ({"acgr:burst": "many"}, "acgr:burst is a number above 0, not 'many'"),
        ({"acgr:burst": ""}, "acgr:burst is a number above 0, not ''"),
        ({"acgr:accountCheck": "never"}, "acgr:accountCheck is one of on, off, not 'never'"),
        ({"acgr:allowInsecureEndpoints": "yes"}, "acgr:allowInsecureEndpoints is true or false, not 'yes'"),
        ({"aws:endpoints": "{"}, "aws:endpoints is not a structure"),
        ({"aws:endpoints": {"connect": "u"}}, "aws:endpoints is a list of mappings, service to URL"),
        ({"aws:endpoints": '["u"]'}, "aws:endpoints is a list of mappings, service to URL"),
        ({"aws:assumeRoles": "role"}, "aws:assumeRoles is not a structure"),
        ({"aws:assumeRoles": {"roleArn": ROLE}}, "aws:assumeRoles is a list of mappings, each with a roleArn"),
        ({"aws:assumeRoles": [{"sessionName": "x"}]}, "aws:assumeRoles[0].roleArn is the ARN of a role"),
        ({"aws:assumeRoles": [{"roleArn": ROLE}, "x"]}, "aws:assumeRoles[1] is a mapping with a roleArn"),
        (
            {"aws:assumeRoles": [{"roleArn": ROLE, "sourceIdentit": "x"}]},
            "aws:assumeRoles[0] has no sourceIdentit; did",
        ),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "mfa": "x"}]}, "aws:assumeRoles[0] has no mfa; it has: roleArn, "),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "duration": "1d"}]}, "aws:assumeRoles[0].duration is from 15m to 12h"),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "duration": "5m"}]}, "aws:assumeRoles[0].duration is from 15m to 12h"),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "duration": ""}]}, "aws:assumeRoles[0].duration is from 15m to 12h"),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "tags": {"a": 1}}]}, "aws:assumeRoles[0].tags is a mapping of texts"),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "tags": ["a"]}]}, "aws:assumeRoles[0].tags is a mapping of texts"),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "policy": {}}]}, "aws:assumeRoles[0].policy is text; quote it"),
        (
            {"aws:assumeRoles": [{"roleArn": ROLE, "policyArns": "p"}]},
            "aws:assumeRoles[0].policyArns is a list of texts",
        ),
        ({"aws:assumeRoles": [{"roleArn": ROLE, "externalId": 7}]}, "aws:assumeRoles[0].externalId is text; quote it"),
        ({"aws:assumeRole": {"sessionName": "x"}}, "aws:assumeRole.roleArn is the ARN of a role"),
        ({"aws:assumeRole": [{"roleArn": ROLE}] * 2}, "aws:assumeRole is a mapping with a roleArn"),
        (
            {"aws:assumeRole": {"roleArn": ROLE}, "aws:assumeRoles": [{"roleArn": ROLE}]},
            "aws:assumeRole and aws:assume",
        ),
        ({"acgr:roleArn": "acgr"}, "acgr:roleArn is the ARN of a role, such as arn:aws:iam::111122223333:role/name"),
        ({"acgr:roleArn": "arn:aws:sts::111122223333:assumed-role/a/b"}, "acgr:roleArn is the ARN of a role"),
        (
            {"aws:assumeRoleWithWebIdentity": {"roleArn": ROLE}},
            "aws:assumeRoleWithWebIdentity needs a webIdentityToken",
        ),
        (
            {"aws:assumeRoleWithWebIdentity": {"roleArn": ROLE, "externalId": "x"}},
            "aws:assumeRoleWithWebIdentity has no externalId",
        ),
        ({"aws:accessKey": "AKIA"}, "aws:accessKey and aws:secretKey are given together"),
        ({"aws:secretKey": "s"}, "aws:accessKey and aws:secretKey are given together"),
        ({"aws:token": "t"}, "aws:accessKey and aws:secretKey are given together"),
        ({"aws:allowedAccountIds": ACCOUNT}, "aws:allowedAccountIds is a list"),
        ({"aws:allowedAccountIds": [12]}, "aws:allowedAccountIds is a list of account ids of twelve digits"),
        ({"aws:forbiddenAccountIds": ["prod"]}, "aws:forbiddenAccountIds is a list of account ids of twelve digits"),
        ({"aws:forbiddenAccountIds": {}}, "aws:forbiddenAccountIds is a list"),
        ({"acgr:accountCheck": "off", "aws:allowedAccountIds": [ACCOUNT]}, "acgr:accountCheck is off, and aws:allowed"),
        ({"acgr:accountCheck": False, "aws:forbiddenAccountIds": [ACCOUNT]}, "acgr:accountCheck is off, and aws:allow"),
        ({"aws:insecure": "true"}, "aws:insecure is not honoured: name the authority's certificates in aws:custom"),
        ({"aws:customCaBundle": "/nowhere/ca.pem"}, "aws:customCaBundle names /nowhere/ca.pem, and there is no such"),
        (
            {"aws:sharedConfigFiles": ["/nowhere/c"]},
            "aws:sharedConfigFiles names /nowhere/c, and there is no such file",
        ),
        ({"aws:sharedCredentialsFiles": ["/nowhere/c"]}, "aws:sharedCredentialsFiles names /nowhere/c"),
        ({"aws:sharedConfigFiles": ["a", "b"]}, "aws:sharedConfigFiles is a list of one file"),
        ({"aws:sharedCredentialsFiles": "~/mine"}, "aws:sharedCredentialsFiles is not a structure"),
        ({"aws:httpsProxy": "me:password@proxy"}, "aws:httpsProxy is a URL such as"),
        ({"aws:httpProxy": 3128}, "aws:httpProxy is text"),
        ({"aws:useFipsEndpoint": "maybe"}, "aws:useFipsEndpoint is true or false, not 'maybe'"),
        (
            {"aws:useFipsEndpoint": "true", "aws:endpoints": [{"sts": "https://s"}]},
            "aws:useFipsEndpoint and aws:useDualstackEndpoint choose an endpoint, and sts have one that is named",
        ),
    ],
)
def test_wrong_shapes(config: dict[str, Any], sentence: str) -> None:
    """A setting that cannot be understood is named, with what it should be, and never with a password."""
    with pytest.raises(SettingError) as caught:
        _read(config)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)
    assert "password@" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://connect.example.com", "is plain HTTP on another machine"),
        ("http://10.0.0.7:7843", "is plain HTTP on another machine"),
        ("http://127.0.0.1.example.com", "is plain HTTP on another machine"),
        ("http://0.0.0.0:7843", "is plain HTTP on another machine"),
        ("HTTP://sandbox", "is plain HTTP on another machine"),
        ("https://me:very-secret@connect.example.com", "has a user, a password or a query in its URL"),
        ("http://very-secret@127.0.0.1:7843", "has a user, a password or a query in its URL"),
        ("https://connect.example.com?token=very-secret", "has a user, a password or a query in its URL"),
        ("https://connect.example.com/#very-secret", "has a user, a password or a query in its URL"),
        ("me:very-secret@connect.example.com", "is a URL such as"),
        ("ftp://me:very-secret@connect.example.com", "is a URL such as"),
        ("https://me:very-secret@[connect", "is a URL such as"),
        ("https://me:very-secret@connect:port", "is a URL such as"),
        (" https://connect.example.com", "is a URL such as"),
        ("https://", "is a URL such as"),
        ("connect.example.com", "is a URL such as http://127.0.0.1:7843, not 'connect.example.com'"),
        (7843, "is a URL such as http://127.0.0.1:7843, not 7843"),
    ],
)
@pytest.mark.parametrize("in_environment", [False, True])
def test_endpoints_that_give_something_away(url: Any, sentence: str, in_environment: bool) -> None:
    """An endpoint that shows the session token on the way, or a password in every error, is refused unseen."""
    config = {} if in_environment else {"aws:endpoints": [{"connect": url}]}
    environ = {"AWS_ENDPOINT_URL_CONNECT": url} if in_environment else {}
    with pytest.raises(SettingError) as caught:
        _read(config, **environ)
    assert str(caught.value).startswith("the endpoint of connect")
    assert sentence in str(caught.value)
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:7843", "http://localhost", "http://[::1]:1", "http://127.1.2.3"])
def test_plain_http_on_this_machine(url: str) -> None:
    """On this machine nobody is on the way."""
    assert _read({"aws:endpoints": [{"connect": url}]}).endpoints == {"connect": url}


@pytest.mark.parametrize("said", [True, "true", "True"])
def test_plain_http_that_is_meant(said: Any) -> None:
    """`acgr:allowInsecureEndpoints` says that another machine is meant, such as a container; passwords stay refused."""
    config = {"acgr:allowInsecureEndpoints": said, "aws:endpoints": [{"connect": "http://sandbox:7843"}]}
    assert _read(config).endpoints == {"connect": "http://sandbox:7843"}
    assert _read(config).transport.is_insecure
    with pytest.raises(SettingError, match="a user, a password"):
        _read({**config, "aws:endpoints": [{"connect": "http://me:password@sandbox:7843"}]})


@pytest.mark.parametrize(
    ("config", "refused"),
    [
        ({}, set()),
        ({"aws:allowedAccountIds": []}, set()),
        ({"aws:allowedAccountIds": f'["{ACCOUNT}"]'}, {"2" * 12, "3" * 12}),
        ({"aws:allowedAccountIds": [ACCOUNT, 222222222222]}, {"3" * 12}),
        ({"aws:forbiddenAccountIds": [ACCOUNT]}, {ACCOUNT}),
        ({"aws:allowedAccountIds": [ACCOUNT], "aws:forbiddenAccountIds": [ACCOUNT]}, {ACCOUNT, "2" * 12, "3" * 12}),
    ],
)
def test_accounts(config: dict[str, Any], refused: set[str]) -> None:
    """`aws:allowedAccountIds` and `aws:forbiddenAccountIds` both count."""
    accounts = _read(config).accounts
    assert {account for account in (ACCOUNT, "2" * 12, "3" * 12) if accounts.refusal(account)} == refused


@pytest.mark.parametrize(
    ("config", "warnings"),
    [
        ({"acgr:accountCheck": "on"}, 0),
        ({"acgr:accountCheck": "off"}, 1),
        ({"acgr:accountCheck": False}, 1),
        (KEYS, 1),
        ({**KEYS, "aws:endpoints": [{"connect": "http://127.0.0.1:1"}]}, 0),
        ({"aws:somethingNew": "x"}, 1),
        ({"aws:defaultTags": "{}", "aws:ignoreTags": "{}", "aws:region": "eu-west-2", "aws:maxRetries": "3"}, 0),
    ],
)
def test_warnings(config: dict[str, Any], warnings: int) -> None:
    """What is allowed and risky is said; what concerns other resources only is not."""
    assert len(_read(config).warnings) == warnings


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("acgr:rolearn", "there is no acgr:rolearn; did you mean acgr:roleArn?"),
        ("acgr:role_arn", "there is no acgr:role_arn; did you mean acgr:roleArn?"),
        ("acgr:request-per-second", "there is no acgr:request-per-second; did you mean acgr:requestsPerSecond?"),
        ("acgr:profil", "there is no acgr:profil; did you mean acgr:profile?"),
        ("acgr:assumeRoles", "there is no acgr:assumeRoles; did you mean aws:assumeRoles?"),
        ("acgr:allowedAccountIds", "there is no acgr:allowedAccountIds; did you mean aws:allowedAccountIds?"),
        ("acgr:colour", "there is no acgr:colour; there are: accountCheck, "),
        ("pulumi-acgr:roleArn", "there is no pulumi-acgr:roleArn; did you mean acgr:roleArn?"),
        ("ACGR:roleArn", "there is no ACGR:roleArn; did you mean acgr:roleArn?"),
        ("acgr_components:colour", "there is no acgr_components:colour; there are: "),
        ("aws:allowedAccountId", "there is no aws:allowedAccountId; did you mean aws:allowedAccountIds?"),
        ("aws:assume_roles", "there is no aws:assume_roles; did you mean aws:assumeRoles?"),
        (
            "aws:sharedCredentialsFile",
            "there is no aws:sharedCredentialsFile; did you mean aws:sharedCredentialsFiles?",
        ),
        ("aws:assumeRolesWithWebIdentity", "there is no aws:assumeRolesWithWebIdentity; did you mean aws:assumeRole"),
        ("aws:useFIPSEndpoints", "there is no aws:useFIPSEndpoints; did you mean aws:useFipsEndpoint?"),
    ],
)
def test_misspelt_keys(key: str, sentence: str) -> None:
    """A key that is ours misspelt, or one that decides whose account is used, is refused with the one that is meant."""
    with pytest.raises(SettingError) as caught:
        _read({key: "x"})
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "key", ["aws-native:region", "contact-centre:rolearn", "pulumi:tags", "awsx:profile", "gcp:project"]
)
def test_keys_of_others(key: str) -> None:
    """Keys of other namespaces are nobody's business here."""
    assert _read({key: "x"}).warnings == ()


def test_a_project_named_as_we_are() -> None:
    """A project's own namespace is its own, whatever it is called."""
    assert read({"acgr:colour": "red"}.get, {}, ["acgr:colour"], "acgr").warnings == ()


@pytest.mark.parametrize(
    ("args", "known"),
    [
        (pulumi_aws.ProviderArgs, HONOURED | OF_OTHERS),
        (pulumi_aws.ProviderAssumeRoleArgs, set(MEMBERS)),
        (pulumi_aws.ProviderAssumeRoleWithWebIdentityArgs, set(WEB_IDENTITY_MEMBERS)),
    ],
)
def test_every_key_of_pulumi_aws(args: Any, known: set[str]) -> None:
    """Every key of pulumi-aws's configuration is honoured, refused by name, or known to concern other things."""
    names = {_camel(name) for name in inspect.signature(args).parameters}
    assert "roleArn" in names or len(names) > 30
    assert names - known == set()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return "".join([first, *(part.capitalize() for part in rest)])


def test_what_the_environment_says_of_files_comes_first(tmp_path: Path) -> None:
    """Files, certificates and proxies of the environment come before those of the stack's configuration."""
    (tmp_path / "c").write_text("")
    config = {
        "aws:sharedConfigFiles": [str(tmp_path / "c")],
        "aws:customCaBundle": str(tmp_path / "c"),
        "aws:ec2MetadataServiceEndpoint": "http://169.254.169.254",
        "aws:httpsProxy": "http://stack:1",
        "aws:httpProxy": "http://stack:2",
    }
    assert _read(config).transport.variables == {
        "config_file": str(tmp_path / "c"),
        "ca_bundle": str(tmp_path / "c"),
        "ec2_metadata_service_endpoint": "http://169.254.169.254",
    }
    set_ = _read(config, AWS_CONFIG_FILE="/dev/null", AWS_CA_BUNDLE="/x", HTTPS_PROXY="http://me:1").transport
    assert set_.variables == {"ec2_metadata_service_endpoint": "http://169.254.169.254"}
    assert set_.options == {"proxies": {"http": "http://stack:2", "https": "http://me:1"}}
