"""Whose credentials are used: profiles, keys, roles and chains of them, on a small STS of this machine."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import JSONFileLoader
from scripted import REPLICA, SOURCE
from token_service import Issued, TokenService, serving

from acgr_connect import log
from acgr_connect.aws.session import Sessions, _Files, caller_account, connect_client, open_session
from acgr_connect.aws.settings import Settings, read
from acgr_connect.model.errors import ConnectError, Denied, Unavailable
from acgr_connect.world.connection import Connection

BASE, FIRST, SECOND = (f"arn:aws:iam::{account}:role/acgr" for account in ("111122223333", "222233334444", "3" * 12))
LEAKED = "leaked-by-the-process"


@pytest.fixture
def sts() -> Iterator[TokenService]:
    """STS, on this machine."""
    with serving(TokenService()) as service:
        yield service


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home in which nobody has credentials, and no Region is set."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def settings(sts: TokenService | None = None, **config: Any) -> Settings:
    """Settings from stack configuration; `acgr_profile` stands for `acgr:profile`."""
    given = {key.replace("_", ":", 1): value for key, value in config.items()}
    if sts:
        given["aws:endpoints"] = [{"connect": sts.url, "sts": sts.url}]
    return read(given.get, {}, given)


KEYS = {"aws_accessKey": "999988887777", "aws_secretKey": "a-secret-of-nobody"}


def account(chosen: Settings) -> str:
    """Whose credentials these are, as STS says."""
    return caller_account(open_session(chosen, SOURCE), chosen, SOURCE)


def refused(chosen: Settings) -> str:
    """Why there are no credentials."""
    with pytest.raises(ConnectError) as caught:
        account(chosen)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def write_profiles(home: Path, **profiles: dict[str, str]) -> None:
    """The shared configuration file."""
    lines = [
        line
        for name, profile in profiles.items()
        for line in (
            f"[profile {name}]" if name != "default" else "[default]",
            *(f"{k}={v}" for k, v in profile.items()),
        )
    ]
    (home / "config").write_text("\n".join(lines) + "\n")


def test_keys_of_a_sandbox(sts: TokenService) -> None:
    """Keys in stack configuration are whose they are."""
    assert account(settings(sts, **KEYS)) == "999988887777"
    assert sts.issued == []


def test_nobody() -> None:
    """Without any credentials it is one sentence."""
    assert refused(settings()) == "Unable to locate credentials"


@pytest.mark.parametrize("spelling", ["acgr_roleArn", "aws_assumeRole", "aws_assumeRoles"])
def test_a_role(sts: TokenService, spelling: str) -> None:
    """However a role is spelt, it is assumed, in the Region of the work, and nothing else writes."""
    role: Any = {"acgr_roleArn": FIRST, "aws_assumeRole": {"roleArn": FIRST}}.get(spelling, [{"roleArn": FIRST}])
    assert account(settings(sts, **KEYS, **{spelling: role})) == "222233334444"
    assert sts.issued == [Issued(FIRST, "token-1", {"RoleSessionName": "acgr"}, SOURCE, "999988887777")]
    assert sts.identities == [SOURCE]


def test_all_that_a_role_is_asked_with(sts: TokenService) -> None:
    """Every member of `aws:assumeRoles` reaches STS: a policy that narrows a role must never be left out."""
    whole = {
        "roleArn": FIRST,
        "sessionName": "ci",
        "externalId": "external",
        "policy": "{}",
        "policyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "duration": "1h30m",
        "sourceIdentity": "alice",
        "tags": {"team": "voice"},
        "transitiveTagKeys": ["team"],
    }
    account(settings(sts, **KEYS, aws_assumeRoles=json.dumps([whole])))
    assert sts.issued[0].asked == {
        "RoleSessionName": "ci",
        "ExternalId": "external",
        "Policy": "{}",
        "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "DurationSeconds": "5400",
        "SourceIdentity": "alice",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "voice",
        "TransitiveTagKeys.member.1": "team",
    }


def test_a_chain(sts: TokenService) -> None:
    """Each role of a list is assumed with the session of the one before; the last one writes."""
    chain = [{"roleArn": role, "sessionName": f"step-{n}"} for n, role in enumerate((BASE, FIRST, SECOND))]
    assert account(settings(sts, **KEYS, aws_assumeRoles=chain)) == "3" * 12
    assert [(one.role, one.asked["RoleSessionName"], one.source) for one in sts.issued] == [
        (BASE, "step-0", "999988887777"),
        (FIRST, "step-1", "token-1"),
        (SECOND, "step-2", "token-2"),
    ]


def test_sessions_are_refreshed(sts: TokenService) -> None:
    """What is about to expire is asked for anew, the whole chain; a run outlives its first session."""
    sts.lasts = 0.0001
    chosen = settings(sts, **KEYS, aws_assumeRoles=[{"roleArn": BASE}, {"roleArn": FIRST}])
    assert "have expired already" in refused(chosen)
    sts.lasts, sts.issued = 3600.0, []
    session = open_session(chosen, SOURCE)
    assert [one.role for one in sts.issued] == [BASE, FIRST]
    credentials = session.client("connect", region_name=SOURCE)._request_signer._credentials
    credentials._expiry_time = credentials._time_fetcher()
    assert caller_account(session, chosen, SOURCE) == "222233334444"
    assert [one.role for one in sts.issued] == [BASE, FIRST, FIRST]
    assert [one.source for one in sts.issued] == ["999988887777", "token-1", "token-1"]


def test_credentials_anew(sts: TokenService) -> None:
    """A connection that asks for credentials anew gets a new session for every Region that it has."""
    connection = Connection(settings(sts, **KEYS, aws_assumeRole={"roleArn": FIRST}))
    for region in (SOURCE, REPLICA):
        connection._sessions(region)
    connection.renew()
    connection._sessions(SOURCE)
    assert [one.role for one in sts.issued] == [FIRST, FIRST]


def test_a_web_identity(sts: TokenService, tmp_path: Path) -> None:
    """A token in a file assumes its role, unsigned; roles are assumed with that."""
    (tmp_path / "jwt").write_text("the-token\n")
    identity = {"roleArn": BASE, "webIdentityTokenFile": str(tmp_path / "jwt"), "duration": "15m"}
    chosen = settings(sts, aws_assumeRoleWithWebIdentity=json.dumps(identity), acgr_roleArn=FIRST)
    assert account(chosen) == "222233334444"
    asked = {"RoleSessionName": "acgr", "WebIdentityToken": "the-token", "DurationSeconds": "900"}
    assert sts.issued[0] == Issued(BASE, "token-1", asked, "", "")
    assert sts.issued[1].source == "token-1"


def test_a_web_identity_without_its_token(sts: TokenService) -> None:
    """A token file that is not there is one sentence."""
    identity = {"roleArn": BASE, "webIdentityTokenFile": "/nowhere/jwt"}
    said = refused(settings(sts, aws_assumeRoleWithWebIdentity=identity))
    assert said.startswith(f"assuming {BASE} in {SOURCE}: webIdentityTokenFile cannot be read")


@pytest.mark.parametrize("chosen", [{}, {"aws_stsRegion": "eu-north-1"}])
def test_the_region_of_sts(sts: TokenService, home: Path, chosen: dict[str, str]) -> None:
    """STS is asked in the Region of the work, or where `aws:stsRegion` says, also by a profile, which names none."""
    write_profiles(
        home,
        keys={"aws_access_key_id": "k", "aws_secret_access_key": "s"},
        ours={"role_arn": FIRST, "source_profile": "keys"},
    )
    assert account(settings(sts, acgr_profile="ours", acgr_roleArn=SECOND, **chosen)) == "3" * 12
    region = chosen.get("aws_stsRegion", SOURCE)
    assert [one.region for one in sts.issued] == [region, region]
    assert sts.identities == [region]


def test_regional_sts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an endpoint it is the Region's own STS, whatever the environment says of the global one."""
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    chosen = settings(**KEYS)
    client = open_session(chosen, SOURCE).client("sts", region_name=SOURCE)
    assert client.meta.endpoint_url == f"https://sts.{SOURCE}.amazonaws.com"


def test_sts_that_hangs(sts: TokenService) -> None:
    """STS that does not answer costs seconds, and says what it was."""
    sts.hangs = True
    chosen = settings(sts, **KEYS)
    with pytest.raises(Unavailable, match=rf"STS in {SOURCE} did not answer within 5 s"):
        account(chosen)


PROFILES_WITH_MFA = [
    ("ours", {"ours": {"role_arn": FIRST, "mfa_serial": "arn:aws:iam::1:mfa/me", "source_profile": "keys"}}),
    ("default", {"default": {"role_arn": FIRST, "mfa_serial": "m", "credential_source": "Environment"}}),
    (
        "ours",
        {
            "ours": {"role_arn": SECOND, "source_profile": "between"},
            "between": {"role_arn": FIRST, "source_profile": "keys", "mfa_serial": "m"},
        },
    ),
]


@pytest.mark.parametrize(("name", "profiles"), PROFILES_WITH_MFA)
def test_a_second_factor_is_one_sentence(home: Path, name: str, profiles: dict[str, dict[str, str]]) -> None:
    """A profile that needs a code, itself or through its source, is refused at once: nobody is ever asked for it."""
    write_profiles(home, keys={"aws_access_key_id": "k", "aws_secret_access_key": "s"}, **profiles)
    said = refused(settings(**({} if name == "default" else {"aws_profile": name})))
    assert said.startswith(f"profile {name} needs a code (mfa_serial)")
    assert f'eval "$(aws configure export-credentials --profile {name} --format env)"' in said
    assert ("through profile between" in said) == ("between" in profiles)


@pytest.mark.parametrize(
    "source",
    [
        {"mfa_serial": "m", "aws_access_key_id": "k", "aws_secret_access_key": "s"},
        {"mfa_serial": "m", "role_arn": SECOND, "aws_access_key_id": "k", "aws_secret_access_key": "s"},
    ],
)
def test_a_second_factor_that_is_not_asked_for(sts: TokenService, home: Path, source: dict[str, str]) -> None:
    """A serial beside keys asks for nothing, and keys in the environment come before the default profile."""
    write_profiles(home, ours={"role_arn": FIRST, "source_profile": "keys"}, keys=source)
    assert account(settings(sts, aws_profile="ours")) == "222233334444"


def test_keys_in_the_environment_come_first(sts: TokenService, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A default profile that needs a code is nobody's concern where the environment has keys."""
    write_profiles(home, default={"role_arn": FIRST, "mfa_serial": "m", "credential_source": "Environment"})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "444455556666")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    assert account(settings(sts)) == "444455556666"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"echo {LEAKED} >&2; exit 1", "credentials cannot be had from custom-process; run it by hand"),
        (f"echo {LEAKED}", "the credentials of profile ours cannot be read (JSONDecodeError)"),
        (f'echo \'{{"Version": 7, "AccessKeyId": "{LEAKED}"}}\'', "credentials cannot be had from custom-process"),
        (f"echo '[\"{LEAKED}\"]'", "the credentials of profile ours cannot be read (AttributeError)"),
        (None, "the credentials of profile ours cannot be read (FileNotFoundError)"),
    ],
)
def test_a_process_that_fails(home: Path, script: str | None, said: str) -> None:
    """A `credential_process` that fails is one sentence, without anything that it printed."""
    if script:
        (home / "process").write_text(f"#!/bin/sh\n{script}\n")
        (home / "process").chmod(stat.S_IRWXU)
    write_profiles(home, ours={"credential_process": str(home / "process")})
    sentence = refused(settings(aws_profile="ours"))
    assert sentence.startswith(said)
    assert LEAKED not in sentence


def test_a_process_that_works(sts: TokenService, home: Path) -> None:
    """A `credential_process` says whose the credentials are."""
    keys = {"Version": 1, "AccessKeyId": "444455556666", "SecretAccessKey": "s"}
    (home / "process").write_text(f"#!/bin/sh\necho '{json.dumps(keys)}'\n")
    (home / "process").chmod(stat.S_IRWXU)
    write_profiles(home, ours={"credential_process": str(home / "process")})
    assert account(settings(sts, aws_profile="ours")) == "444455556666"


SSO = {
    "sso_start_url": "https://example.com/start",
    "sso_region": SOURCE,
    "sso_account_id": "1" * 12,
    "sso_role_name": "r",
}


@pytest.mark.parametrize("cache", [None, {"accessToken": LEAKED, "expiresAt": "2020-01-01T00:00:00Z"}, {}])
def test_a_profile_that_is_signed_out(home: Path, cache: dict[str, str] | None) -> None:
    """A profile of SSO whose token is missing, or expired, says how to sign in."""
    if cache is not None:
        folder = home / ".aws" / "sso" / "cache"
        folder.mkdir(parents=True)
        from hashlib import sha1

        name = sha1(SSO["sso_start_url"].encode()).hexdigest()
        (folder / f"{name}.json").write_text(json.dumps(cache))
    write_profiles(home, ours=SSO)
    said = refused(settings(aws_profile="ours"))
    assert said == "profile ours is signed out: run aws sso login --profile ours first"


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        ({}, "The config profile (ours) could not be found"),
        (
            {"ours": {"role_arn": FIRST, "source_profile": "gone"}},
            'The source_profile "gone" referenced in the profile "ours" does not exist',
        ),
        (
            {"ours": {"role_arn": FIRST, "source_profile": "b"}, "b": {"role_arn": FIRST, "source_profile": "ours"}},
            "Infinite loop",
        ),
        ({"ours": {"aws_access_key_id": "k"}}, "Partial credentials found in"),
        ({"ours": {"role_arn": FIRST}}, "Partial credentials found in assume-role"),
    ],
)
def test_a_profile_that_cannot_be(home: Path, profiles: dict[str, dict[str, str]], said: str) -> None:
    """A profile that is misspelt, incomplete, or stands on itself, is one sentence."""
    write_profiles(home, **profiles)
    assert said in refused(settings(aws_profile="ours"))


def test_files_of_ones_own(sts: TokenService, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws:sharedConfigFiles` and `aws:sharedCredentialsFiles` say where profiles are."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name)
    (home / "mine").write_text(f"[profile ours]\nrole_arn={FIRST}\nsource_profile=keys\n")
    (home / "keys").write_text("[keys]\naws_access_key_id=k\naws_secret_access_key=s\n")
    files = {
        "aws_sharedConfigFiles": json.dumps([str(home / "mine")]),
        "aws_sharedCredentialsFiles": [str(home / "keys")],
    }
    assert account(settings(sts, aws_profile="ours", **files)) == "222233334444"


def client_of(chosen: Settings) -> Any:
    """A client of Connect."""
    sessions: Sessions = open_session(chosen, SOURCE)
    return connect_client(sessions, chosen, SOURCE)


@pytest.mark.parametrize(
    ("config", "host"),
    [
        ({}, f"connect.{SOURCE}.amazonaws.com"),
        ({"aws_useFipsEndpoint": "true"}, f"connect-fips.{SOURCE}.amazonaws.com"),
        ({"aws_useDualstackEndpoint": True}, f"connect.{SOURCE}.api.aws"),
    ],
)
def test_kinds_of_endpoints(config: dict[str, Any], host: str) -> None:
    """`aws:useFipsEndpoint` and `aws:useDualstackEndpoint` choose the endpoint."""
    assert client_of(settings(**KEYS, **config)).meta.endpoint_url == f"https://{host}"


@pytest.mark.parametrize("url", ["http://connect.example.com", "https://me:password@connect.example.com"])
def test_an_endpoint_in_a_profile(home: Path, url: str) -> None:
    """An endpoint that gives the session token away is refused wherever it is set, and no password is shown."""
    profile = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "endpoint_url": url}
    write_profiles(home, ours=profile)
    with pytest.raises(Denied, match="the endpoint of connect") as caught:
        client_of(settings(aws_profile="ours"))
    assert "password@" not in str(caught.value)


def test_certificates_and_proxies(home: Path) -> None:
    """A bundle of certificates and proxies of the stack's configuration are those of each client."""
    (home / "ca.pem").write_text("")
    proxies = {"aws_httpsProxy": "http://proxy.example.com:3128", "aws_noProxy": ".amazonaws.com.cn,example.org"}
    client = client_of(settings(**KEYS, **proxies, aws_customCaBundle=str(home / "ca.pem")))
    assert client.meta.config.proxies == {"https": "http://proxy.example.com:3128"}
    direct = {**proxies, "aws_noProxy": "example.org,.amazonaws.com"}
    assert client_of(settings(**KEYS, **direct)).meta.config.proxies == {}


def test_what_is_assumed_is_kept_secret(sts: TokenService) -> None:
    """The keys of a session never reach the log."""
    account(settings(sts, **KEYS, acgr_roleArn=FIRST))
    assert {"token-1", "secret-of-token-1"} <= log._secrets


def test_the_files_of_botocore_are_read_as_botocore_reads_them(tmp_path: Path) -> None:
    """Compressed or not, with every object in its order; what is not there is nothing."""
    theirs, ours = JSONFileLoader(), _Files()
    data = Path(botocore.__file__).parent / "data"
    (connect,) = (data / "connect").glob("*/service-2.json*")
    for found in (str(connect.parent / "service-2"), str(data / "endpoints")):
        assert ours.exists(found)
        assert json.dumps(ours.load_file(found)) == json.dumps(theirs.load_file(found))
    assert ours.load_file(str(tmp_path / "nothing")) is None
