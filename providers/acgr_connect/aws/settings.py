"""What can be set about a connection: credentials' whereabouts, endpoints, the request rate. Never a secret in state.

Environment first (`ACGR_PROFILE`, `AWS_*`), then stack configuration (`acgr:*`, then `aws:*`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from acgr_connect.scheduling.limiter_state import SCOPES, Scope
from acgr_connect.scheduling.token_bucket import Rate

Lookup = Callable[[str], Any]


CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""Variables by which the environment says whose credentials are to be used."""


class SettingError(ValueError):
    """A setting that cannot be understood; the message names it."""


@dataclass(frozen=True)
class StaticKeys:
    """An access key from stack configuration: for sandboxes. The secret is kept out of `repr`."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Role:
    """A role to assume before the first call."""

    arn: str
    session_name: str = "acgr"
    external_id: str | None = None


@dataclass(frozen=True)
class Settings:
    """How to reach Connect, and how fast.

    Attributes:
        profile, role, keys: whose credentials; boto3's chain where none is given.
        endpoints: service (`connect`, `sts`) to URL.
        rate: requests a second and burst of the account.
        scope: whether the rate is counted per operation or over all; "auto" learns it.
        during_failover: whether numbers are moved and agents removed while traffic is failed over.
        journal_folder: the folder in which it is written down what is owed to numbers that move; None: nowhere.
        limiter_folder: the folder in which all processes of the machine keep account of the rate; None: each its own.
    """

    profile: str | None = None
    role: Role | None = None
    keys: StaticKeys | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    rate: Rate = Rate()
    scope: Scope = "auto"
    limiter_folder: Path | None = None
    journal_folder: Path | None = None
    during_failover: bool = False

    @property
    def is_sandbox(self) -> bool:
        """Whether Connect's endpoint is on this machine."""
        return urlsplit(self.endpoints.get("connect", "")).hostname in {"127.0.0.1", "localhost", "::1"}


def read(config: Lookup, environ: Mapping[str, str]) -> Settings:
    """Settings from stack configuration and the environment.

    Args:
        config: the value of a namespaced key (`acgr:profile`, `aws:endpoints`) or None. Structured values may come as
            JSON text, which is how the engine hands them to a provider.
        environ: the environment of the process.

    Raises:
        SettingError: a value has the wrong shape.
    """
    in_environment = any(environ.get(name) for name in CREDENTIALS)
    profile = environ.get("ACGR_PROFILE") or None
    if profile is None and not in_environment:
        profile = config("acgr:profile") or config("aws:profile")
    return Settings(
        profile=profile,
        role=_role(config),
        keys=None if in_environment or profile else _keys(config),
        endpoints=_endpoints(config, environ),
        rate=Rate(_positive(config, "acgr:requestsPerSecond", 2.0), _positive(config, "acgr:burst", 5.0)),
        scope=cast("Scope", _one_of(config, "acgr:bucketScope", SCOPES)),
        limiter_folder=_cache(environ) / "rate",
        journal_folder=Path(environ.get("ACGR_JOURNAL") or _cache(environ) / "journal"),
        during_failover=_one_of(config, "acgr:duringFailover", ("refuse", "allow")) == "allow",
    )


def _structured(config: Lookup, key: str) -> Any:
    value = config(key)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SettingError(f"{key} is not a structure: {value!r}") from None


def _role(config: Lookup) -> Role | None:
    if arn := config("acgr:roleArn"):
        return Role(str(arn))
    roles = _structured(config, "aws:assumeRoles") or []
    if not isinstance(roles, list) or not all(isinstance(r, Mapping) and r.get("roleArn") for r in roles):
        raise SettingError("aws:assumeRoles is a list of mappings, each with a roleArn")
    if len(roles) > 1:
        raise SettingError("aws:assumeRoles names a chain of roles; give the last one as acgr:roleArn and a profile")
    return Role(roles[0]["roleArn"], roles[0].get("sessionName", "acgr"), roles[0].get("externalId")) if roles else None


def _keys(config: Lookup) -> StaticKeys | None:
    access, secret = config("aws:accessKey"), config("aws:secretKey")
    return StaticKeys(str(access), str(secret), config("aws:token")) if access and secret else None


def _endpoints(config: Lookup, environ: Mapping[str, str]) -> dict[str, str]:
    declared = _structured(config, "aws:endpoints") or []
    if not isinstance(declared, list) or not all(isinstance(entry, Mapping) for entry in declared):
        raise SettingError("aws:endpoints is a list of mappings, service to URL")
    merged = {service: url for entry in declared for service, url in entry.items() if url}
    named = {"connect": "AWS_ENDPOINT_URL_CONNECT", "sts": "AWS_ENDPOINT_URL_STS"}
    set_ = {service: environ[name] for service, name in named.items() if environ.get(name)}
    return {service: _url(service, url) for service, url in {**merged, **set_}.items() if service in named}


def _url(service: str, url: Any) -> str:
    if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}:
        raise SettingError(f"the endpoint of {service} is a URL such as http://127.0.0.1:7843, not {url!r}")
    return url


def _one_of(config: Lookup, key: str, choices: Sequence[str]) -> str:
    """The value of a key, or the first choice."""
    value = config(key) or choices[0]
    if value not in choices:
        raise SettingError(f"{key} is one of {', '.join(choices)}, not {value!r}")
    return str(value)


def _cache(environ: Mapping[str, str]) -> Path:
    if own := environ.get("ACGR_CACHE"):
        return Path(own)
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "acgr"


def _positive(config: Lookup, key: str, default: float) -> float:
    value = config(key)
    try:
        number = default if value is None else float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < inf:
        raise SettingError(f"{key} is a number above 0, not {value!r}")
    return number
