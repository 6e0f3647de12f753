"""What can be set about a connection: credentials' whereabouts, endpoints, the request rate. Never a secret in state.

Environment first (`ACGR_PROFILE`, `AWS_*`), then stack configuration (`acgr:*`, then `aws:*`). `setting_keys` says what
becomes of every key; `roles` and `endpoints` read the two that have a structure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from acgr_connect import log
from acgr_connect.aws import endpoints, roles
from acgr_connect.aws.endpoints import is_loopback
from acgr_connect.aws.roles import Role, WebIdentity
from acgr_connect.aws.setting_error import SettingError as SettingError
from acgr_connect.aws.setting_keys import unknown_keys
from acgr_connect.scheduling.notice import SCOPES, Scope
from acgr_connect.scheduling.token_bucket import Rate

Lookup = Callable[[str], Any]


CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""Variables by which the environment says whose credentials are to be used."""


@dataclass(frozen=True)
class StaticKeys:
    """An access key from stack configuration: for sandboxes. The secret is kept out of `repr`."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Accounts:
    """Which accounts may be written to.

    Attributes:
        is_checked: whether STS is asked whose the credentials are.
        allowed: the only ones; any where it is empty.
        forbidden: none of these.
    """

    is_checked: bool = True
    allowed: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()

    def refusal(self, account: str) -> str | None:
        """Why nothing may be written to an account, or None."""
        if account in self.forbidden:
            return f"aws:forbiddenAccountIds names account {account}"
        if self.allowed and account not in self.allowed:
            return f"aws:allowedAccountIds names {', '.join(sorted(self.allowed))}, and not account {account}"
        return None


@dataclass(frozen=True)
class Transport:
    """How requests travel, in botocore's words.

    Attributes:
        variables: variables of botocore's session: files, a bundle of certificates, the metadata service.
        options: options of every client: FIPS and dual-stack endpoints, proxies.
        no_proxy: hosts that are reached past the proxies, as the variable `NO_PROXY` names them.
        uses_metadata: whether the machine's metadata service may be asked for credentials.
        sts_region: the Region in which STS is asked; None: the one of the work.
        is_insecure: whether plain HTTP to another machine is meant.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    no_proxy: str | None = None
    uses_metadata: bool = True
    sts_region: str | None = None
    is_insecure: bool = False


@dataclass(frozen=True)
class Settings:
    """How to reach Connect, and how fast.

    Attributes:
        profile, web_identity, roles, keys: whose credentials; boto3's chain where none is given. Roles are assumed one
            after the other.
        accounts: which accounts may be written to.
        endpoints: service (`connect`, `sts`) to URL.
        transport: how requests travel.
        rate: requests a second and burst of the account.
        scope: whether the rate is counted per operation or over all; "auto" learns it.
        during_failover: whether numbers are moved and agents removed while traffic is failed over.
        journal_folder: the folder in which it is written down what is owed to numbers that move; None: nowhere.
        journal_in_tags: whether it stands on the numbers themselves as well, where every runner finds it.
        preflight: what a preview does about things that are named and not there: "off": it does not look, "warn", or
            "error": it ends, where the same program cannot make them.
        early_flow: whether it is tried to set a number's flow while it is still moving.
        limiter_folder: the folder in which all processes of the machine keep account of the rate; None: each its own.
        runs_folder: the folder in which the providers of one run tell each other what they declare; None: nowhere.
        warnings: what the user is to be told of these settings.
    """

    profile: str | None = None
    web_identity: WebIdentity | None = None
    roles: tuple[Role, ...] = ()
    keys: StaticKeys | None = None
    accounts: Accounts = Accounts()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    transport: Transport = Transport()
    rate: Rate = Rate()
    scope: Scope = "auto"
    limiter_folder: Path | None = None
    journal_folder: Path | None = None
    runs_folder: Path | None = None
    during_failover: bool = False
    journal_in_tags: bool = False
    preflight: str = "error"
    early_flow: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def whose(self) -> str:
        """A mark of whose credentials are used and where: equal marks are one account, others may be. No secret."""
        identity = self.web_identity
        chosen = (
            self.profile,
            self.keys and self.keys.access_key,
            identity and (identity.role.arn, str(identity.token_file)),
            [role.arn for role in self.roles],
            sorted(self.endpoints.items()),
        )
        return hashlib.sha256(repr(chosen).encode()).hexdigest()[:16]

    @property
    def is_sandbox(self) -> bool:
        """Whether Connect's endpoint is on this machine."""
        return is_loopback(urlsplit(self.endpoints.get("connect", "")).hostname or "")


def read(
    config: Lookup,
    environ: Mapping[str, str],
    keys: Iterable[str] = (),
    project: str = "",
    home: Callable[[], Path] = Path.home,
) -> Settings:
    """Settings from stack configuration and the environment.

    Args:
        config: the value of a namespaced key (`acgr:profile`, `aws:endpoints`) or None. Structured values may come as
            JSON text, which is how the engine hands them to a provider.
        environ: the environment of the process.
        keys: all keys of the configuration, with their namespaces, so that misspelt ones can be refused.
        project: the project's name: a namespace of its own.
        home: the user's home folder; raises RuntimeError where there is none.

    Raises:
        SettingError: a value has the wrong shape, or a key cannot be honoured.
    """
    unknown = unknown_keys(keys, project)
    cache, journal = _cache(environ, home), environ.get("ACGR_JOURNAL")
    in_environment = any(environ.get(name) for name in CREDENTIALS)
    profile = environ.get("ACGR_PROFILE") or None
    if profile is None and not in_environment:
        profile = config("acgr:profile") or config("aws:profile")
    settings = Settings(
        profile=profile,
        web_identity=roles.web_identity(_structured(config, "aws:assumeRoleWithWebIdentity")),
        roles=roles.chain(
            config("acgr:roleArn"), _structured(config, "aws:assumeRole"), _structured(config, "aws:assumeRoles")
        ),
        keys=None if in_environment or profile else _keys(config),
        accounts=_accounts(config),
        endpoints=_endpoints(config, environ),
        transport=_transport(config, environ),
        rate=Rate(_positive(config, "acgr:requestsPerSecond", 2.0), _positive(config, "acgr:burst", 5.0)),
        scope=cast("Scope", _one_of(config, "acgr:bucketScope", SCOPES)),
        limiter_folder=_below(cache, "rate"),
        journal_folder=Path(journal) if journal else _below(cache, "journal"),
        runs_folder=_below(cache, "runs"),
        during_failover=_one_of(config, "acgr:duringFailover", ("refuse", "allow")) == "allow",
        journal_in_tags=_one_of(config, "acgr:journal", ("file", "tags")) == "tags",
        preflight=_one_of(config, "acgr:preflight", ("error", "warn", "off")),
        early_flow=_one_of(config, "acgr:earlyFlow", ("auto", "never")) == "auto",
    )
    _require_one_endpoint(settings)
    return replace(settings, warnings=tuple(_warnings(settings, unknown)))


def _warnings(settings: Settings, unknown: Iterable[str]) -> Iterator[str]:
    if settings.keys and not settings.is_sandbox:
        yield "aws:accessKey and aws:secretKey are copied into the stack's state; use a profile or a role"
    if settings.web_identity and settings.web_identity.token:
        yield "aws:assumeRoleWithWebIdentity: webIdentityToken is copied into the stack's state; use a file"
    if not settings.accounts.is_checked:
        yield "acgr:accountCheck is off: nobody looks whether the credentials are of the account in the ARNs"
    for key in unknown:
        yield f"{key} is not known here and not honoured; if it chooses credentials, use a profile (acgr:profile)"


def _structured(config: Lookup, key: str) -> Any:
    value = config(key)
    if not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        # It is not shown: an external id or a password may stand in it.
        raise SettingError(f"{key} is not a structure; pulumi config set --path writes one") from None


def _keys(config: Lookup) -> StaticKeys | None:
    access, secret, token = config("aws:accessKey"), config("aws:secretKey"), config("aws:token")
    if bool(access) != bool(secret) or (token and not access):
        raise SettingError("aws:accessKey and aws:secretKey are given together, and aws:token only beside them")
    return StaticKeys(str(access), str(secret), str(token) if token else None) if access else None


def _accounts(config: Lookup) -> Accounts:
    given = config("acgr:accountCheck")
    check = {"true": "on", "false": "off"}.get(str(given).lower(), given)
    is_checked = _chosen("acgr:accountCheck", check, ("on", "off")) == "on"
    allowed, forbidden = (_account_ids(config, f"aws:{name}AccountIds") for name in ("allowed", "forbidden"))
    if not is_checked and (allowed or forbidden):
        raise SettingError(
            "acgr:accountCheck is off, and aws:allowedAccountIds or aws:forbiddenAccountIds cannot be kept without it: "
            "take one of them out"
        )
    return Accounts(is_checked, allowed, forbidden)


def _account_ids(config: Lookup, key: str) -> frozenset[str]:
    ids = _list(config, key)
    if not all(isinstance(id_, (str, int)) and len(str(id_)) == 12 and str(id_).isdigit() for id_ in ids):
        raise SettingError(f'{key} is a list of account ids of twelve digits, in quotes: ["111122223333"]')
    return frozenset(map(str, ids))


def _list(config: Lookup, key: str) -> list[Any]:
    value = _structured(config, key)
    if value is not None and value != "" and not isinstance(value, list):
        raise SettingError(f"{key} is a list")
    return value or []


def _endpoints(config: Lookup, environ: Mapping[str, str]) -> dict[str, str]:
    insecure = bool(_flag(config, endpoints.ALLOW))
    found = endpoints.merged(_structured(config, "aws:endpoints"), environ)
    return {service: endpoints.require_safe(service, url, insecure=insecure) for service, url in found.items()}


def _require_one_endpoint(settings: Settings) -> None:
    options = settings.transport.options
    if settings.endpoints and (options.get("use_fips_endpoint") or options.get("use_dualstack_endpoint")):
        raise SettingError(
            "aws:useFipsEndpoint and aws:useDualstackEndpoint choose an endpoint, and "
            f"{' and '.join(sorted(settings.endpoints))} have one that is named: take one of the two out"
        )


def _transport(config: Lookup, environ: Mapping[str, str]) -> Transport:
    if _flag(config, "aws:insecure"):
        raise SettingError("aws:insecure is not honoured: name the authority's certificates in aws:customCaBundle")
    return Transport(
        _variables(config, environ),
        _client_options(config, environ),
        no_proxy=_text(config, "aws:noProxy"),
        uses_metadata=not _flag(config, "aws:skipMetadataApiCheck"),
        sts_region=_text(config, "aws:stsRegion"),
        is_insecure=bool(_flag(config, endpoints.ALLOW)),
    )


def _variables(config: Lookup, environ: Mapping[str, str]) -> dict[str, str]:
    """Variables of botocore's session, where the environment does not set them."""
    found: dict[str, str] = {}
    for name, variable, value in (
        ("config_file", "AWS_CONFIG_FILE", _file(config, "aws:sharedConfigFiles")),
        ("credentials_file", "AWS_SHARED_CREDENTIALS_FILE", _file(config, "aws:sharedCredentialsFiles")),
        ("ca_bundle", "AWS_CA_BUNDLE", _text(config, "aws:customCaBundle")),
        (
            "ec2_metadata_service_endpoint",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            _text(config, "aws:ec2MetadataServiceEndpoint"),
        ),
        (
            "ec2_metadata_service_endpoint_mode",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            (_text(config, "aws:ec2MetadataServiceEndpointMode") or "").lower(),
        ),
    ):
        if value and not environ.get(variable):
            found[name] = value if name.startswith("ec2") else _existing(name, value)
    return found


def _file(config: Lookup, key: str) -> str | None:
    files = _list(config, key)
    if len(files) > 1 or not all(isinstance(file, str) for file in files):
        raise SettingError(f"{key} is a list of one file: put what several files say into one")
    return files[0] if files else None


def _existing(name: str, file: str) -> str:
    """A file that is there. Without it, credentials would be looked for elsewhere, and others be found."""
    path = Path(file).expanduser()
    if not path.exists():
        key = {"config_file": "sharedConfigFiles", "credentials_file": "sharedCredentialsFiles"}.get(name)
        raise SettingError(f"aws:{key or 'customCaBundle'} names {file}, and there is no such file")
    return str(path)


def _client_options(config: Lookup, environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, option in (
        ("aws:useFipsEndpoint", "use_fips_endpoint"),
        ("aws:useDualstackEndpoint", "use_dualstack_endpoint"),
    ):
        if (flag := _flag(config, key)) is not None:
            found[option] = flag
    proxies = {scheme: _proxy(config, scheme) for scheme in ("http", "https")}
    if any(proxies.values()):
        # Where a client is given proxies, botocore looks for none in the environment, which comes first.
        named = {scheme: environ.get(f"{scheme}_proxy") or environ.get(f"{scheme.upper()}_PROXY") for scheme in proxies}
        found["proxies"] = {scheme: url for scheme in proxies if (url := named[scheme] or proxies[scheme])}
    return found


def _proxy(config: Lookup, scheme: str) -> str | None:
    key = f"aws:{scheme}Proxy"
    value = _text(config, key)
    if value and not value.startswith(("http://", "https://")):
        raise SettingError(f"{key} is a URL such as http://proxy.example.com:3128")
    return value


def _text(config: Lookup, key: str) -> str | None:
    value = config(key)
    if value is not None and not isinstance(value, str):
        raise SettingError(f"{key} is text")
    return value or None


def _flag(config: Lookup, key: str) -> bool | None:
    value = config(key)
    if value is None or value == "":
        return None
    if str(value).lower() not in {"true", "false"}:
        raise SettingError(f"{key} is true or false, not {value!r}")
    return str(value).lower() == "true"


def _one_of(config: Lookup, key: str, choices: Sequence[str]) -> str:
    """The value of a key, or the first choice."""
    return _chosen(key, config(key), choices)


def _chosen(key: str, given: Any, choices: Sequence[str]) -> str:
    value = given or choices[0]
    if value not in choices:
        raise SettingError(f"{key} is one of {', '.join(choices)}, not {value!r}")
    return str(value)


def _cache(environ: Mapping[str, str], home: Callable[[], Path]) -> Path | None:
    """The folder for what outlives a run; None where there is no home: a container's user may have none."""
    if own := environ.get("ACGR_CACHE"):
        return Path(own)
    if cache := environ.get("XDG_CACHE_HOME"):
        return Path(cache) / "acgr"
    try:
        return home() / ".cache" / "acgr"
    except RuntimeError:
        log.warning("nothing is kept", why="there is no home folder; ACGR_CACHE names a folder")
        return None


def _below(folder: Path | None, name: str) -> Path | None:
    return None if folder is None else folder / name


def _positive(config: Lookup, key: str, default: float) -> float:
    value = config(key)
    try:
        number = default if value is None else float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < inf:
        raise SettingError(f"{key} is a number above 0, not {value!r}")
    return number
