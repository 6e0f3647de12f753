"""Settings: the environment over stack configuration, structures as JSON text, and no secret where it can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acgr_connect.aws.settings import Role, SettingError, Settings, StaticKeys, read
from acgr_connect.scheduling.token_bucket import Rate

ROLE = "arn:aws:iam::111122223333:role/acgr"
KEYS = {"aws:accessKey": "AKIA", "aws:secretKey": "very-secret", "aws:token": "a-token"}


def _read(config: dict[str, Any] | None = None, **environ: str) -> Settings:
    return read((config or {}).get, environ)


def test_nothing_set() -> None:
    """Without settings boto3's own chain decides, at the documented rate."""
    cache = Path.home() / ".cache/acgr"
    assert _read() == Settings(rate=Rate(2.0, 5.0), limiter_folder=cache / "rate", journal_folder=cache / "journal")


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
        ({"aws:accessKey": "AKIA"}, {}, None),
        ({"aws:secretKey": "s"}, {}, None),
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


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([{"roleArn": ROLE}], Role(ROLE)),
        ([{"roleArn": ROLE, "sessionName": "ci", "externalId": "x"}], Role(ROLE, "ci", "x")),
        ([], None),
        (None, None),
    ],
)
def test_role(roles: Any, role: Role | None, as_json: bool) -> None:
    """`aws:assumeRoles` is understood as a structure and as the JSON text that the engine hands over."""
    assert _read({"aws:assumeRoles": json.dumps(roles) if as_json else roles}).role == role


def test_role_of_ours() -> None:
    """`acgr:roleArn` comes before `aws:assumeRoles`."""
    assert _read({"acgr:roleArn": ROLE, "aws:assumeRoles": [{"roleArn": "arn:other"}]}).role == Role(ROLE)


@pytest.mark.parametrize(
    ("declared", "environ", "endpoints"),
    [
        ([{"connect": "http://127.0.0.1:1"}], {}, {"connect": "http://127.0.0.1:1"}),
        (
            [{"connect": "http://c", "sts": "http://s", "s3": "http://o"}],
            {},
            {"connect": "http://c", "sts": "http://s"},
        ),
        ([{"connect": "http://a"}, {"sts": "http://s"}], {}, {"connect": "http://a", "sts": "http://s"}),
        ([], {"AWS_ENDPOINT_URL_CONNECT": "http://e"}, {"connect": "http://e"}),
        ([{"connect": "http://a"}], {"AWS_ENDPOINT_URL_CONNECT": "http://e"}, {"connect": "http://e"}),
        ([{"connect": "http://a"}], {"AWS_ENDPOINT_URL_CONNECT": ""}, {"connect": "http://a"}),
        ([{"connect": "http://a"}], {"AWS_ENDPOINT_URL_STS": "http://s"}, {"connect": "http://a", "sts": "http://s"}),
        (None, {"AWS_ENDPOINT_URL_S3": "http://o"}, {}),
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
        ({"aws:endpoints": "{"}, "aws:endpoints is not a structure: '{'"),
        ({"aws:endpoints": {"connect": "u"}}, "aws:endpoints is a list of mappings, service to URL"),
        ({"aws:endpoints": '["u"]'}, "aws:endpoints is a list of mappings, service to URL"),
        ({"aws:assumeRoles": "role"}, "aws:assumeRoles is not a structure: 'role'"),
        ({"aws:assumeRoles": {"roleArn": ROLE}}, "aws:assumeRoles is a list of mappings, each with a roleArn"),
        ({"aws:assumeRoles": [{"sessionName": "x"}]}, "aws:assumeRoles is a list of mappings, each with a roleArn"),
        ({"aws:assumeRoles": [{"roleArn": ROLE}] * 2}, "aws:assumeRoles names a chain of roles"),
    ],
)
def test_wrong_shapes(config: dict[str, Any], sentence: str) -> None:
    """A setting that cannot be understood is named, with what it should be."""
    with pytest.raises(SettingError) as caught:
        _read(config)
    assert str(caught.value).startswith(sentence)
