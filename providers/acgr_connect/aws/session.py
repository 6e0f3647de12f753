"""Whose credentials are used, and the clients that are made with them.

Credentials are resolved here and nowhere else: boto3's chain, or what the settings name (a profile, a web identity,
roles, keys of a sandbox). They are never logged and never stored. Assumed ones are asked for anew before they expire.
Nobody is asked anything: where a profile needs a person, the run ends with one sentence.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # there since Python 3.0

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, RefreshableCredentials
from botocore.exceptions import NoCredentialsError
from botocore.loaders import JSONFileLoader

from acgr_connect import log
from acgr_connect.aws import profiles
from acgr_connect.aws.endpoints import is_loopback, require_safe
from acgr_connect.aws.error_codes import translated
from acgr_connect.aws.roles import Role, WebIdentity
from acgr_connect.aws.setting_error import SettingError
from acgr_connect.aws.settings import Settings
from acgr_connect.model import errors


class Sessions(Protocol):
    """What makes clients: a `boto3.Session`, or anything with its `client` method."""

    def client(self, service_name: str, /, **options: Any) -> Any:
        """A client of one service in one Region."""


CONNECT_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=3,
    read_timeout=15,
    max_pool_connections=64,
)
"""One attempt a request: botocore's own retries would go round the rate limiter."""

STS_SECONDS = 5.0
"""Seconds in which STS has to answer, all attempts together."""

STS_CONFIG = Config(retries={"total_max_attempts": 3, "mode": "standard"}, connect_timeout=2, read_timeout=4)

CREDENTIAL_SECONDS = 30.0
"""Seconds in which credentials have to be found: a profile's own process, SSO or the metadata service may hang."""

Answer = TypeVar("Answer")
Link = Callable[[], Mapping[str, Any]]
"""Asks STS for the credentials of a role: `access_key`, `secret_key`, `token`, `expiry_time`."""


def open_session(settings: Settings, region: str) -> Sessions:
    """A session from boto3's credential chain and the settings; the roles that are named are assumed.

    Args:
        settings: whose credentials, and how requests travel.
        region: the Region of the work, in which STS is asked.

    Raises:
        Denied: there are no credentials, the profile does not exist or needs a person, or a role may not be assumed.
        Unavailable: STS, or whatever else is asked for credentials, does not answer.
    """
    with translated(region):
        core = _Core(settings, region)
        credentials = _web_identity(core, settings.web_identity) if settings.web_identity else _base(core, settings)
        for role in settings.roles:
            credentials = _assumed(core, credentials, role)
        core.register_component("credential_provider", CredentialResolver([_Found(credentials)]))
        session: Sessions = boto3.Session(botocore_session=core)
        return session


def connect_client(sessions: Sessions, settings: Settings, region: str) -> Any:
    """A Connect client for one Region."""
    with translated(region):
        endpoint = settings.endpoints.get("connect")
        return sessions.client("connect", region_name=region, endpoint_url=endpoint, config=CONNECT_CONFIG)


def caller_account(sessions: Sessions, settings: Settings, region: str) -> str:
    """The account to which the credentials belong (STS `GetCallerIdentity`)."""
    return str(_caller_identity(sessions, settings, region)["Account"])


def caller_arn(sessions: Sessions, settings: Settings, region: str) -> str:
    """Who the caller is, as an ARN (STS `GetCallerIdentity`). It holds no secret."""
    return str(_caller_identity(sessions, settings, region)["Arn"])


def _caller_identity(sessions: Sessions, settings: Settings, region: str) -> Mapping[str, Any]:
    where = settings.transport.sts_region or region
    options = {"region_name": where, "endpoint_url": settings.endpoints.get("sts"), "config": STS_CONFIG}

    def ask() -> Mapping[str, Any]:
        return dict(sessions.client("sts", **options).get_caller_identity())

    with translated(where):
        return _within(STS_SECONDS, f"STS in {where}", ask)


class _Core(botocore.session.Session):  # type: ignore[misc]  # botocore has no types
    """botocore's session, which takes the settings into every client that is made with it, its own ones too."""

    def __init__(self, settings: Settings, region: str) -> None:
        super().__init__()
        self._settings, self.sts_region = settings, settings.transport.sts_region or region
        chosen = {"region": region, "sts_regional_endpoints": "regional", **settings.transport.variables}
        if settings.profile:
            chosen["profile"] = settings.profile
        for name, value in chosen.items():
            self.set_config_variable(name, value)
        if settings.transport.options:
            self.set_default_client_config(Config(**settings.transport.options))

    def create_client(self, service_name: str, **options: Any) -> Any:
        """A client. What botocore asks of STS for a profile goes where we ask STS, and with our time-outs."""
        if service_name == "sts":
            given = options.get("config")
            options["config"] = STS_CONFIG.merge(given) if given else STS_CONFIG
            options["region_name"] = self.sts_region
            options["endpoint_url"] = options.get("endpoint_url") or self._settings.endpoints.get("sts")
        self.get_component("data_loader").file_loader = _Files()
        client = super().create_client(service_name, **options)
        url = client.meta.endpoint_url
        try:
            require_safe(service_name, url, insecure=self._settings.transport.is_insecure)
        except SettingError as error:
            raise errors.Denied(str(error)) from None
        if self._settings.transport.options.get("proxies") and self._is_direct(urlsplit(url).hostname or ""):
            direct = Config(proxies={})
            options["config"] = options["config"].merge(direct) if options.get("config") else direct
            client = super().create_client(service_name, **options)
        return client

    def _is_direct(self, host: str) -> bool:
        direct = self._settings.transport.no_proxy
        return is_loopback(host) or bool(direct and proxy_bypass_environment(host, {"no": direct}))


class _Files(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """botocore's files, read three times as fast: as plain dictionaries, which have kept their order since Python 3.7.

    Connect's own is two megabytes, and reading it is most of what the first client of a process takes.
    """

    def load_file(self, file_path: str) -> Any:
        """What a file holds, compressed or not; None where there is none. The path is without its endings."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return json.loads(plain.read_bytes())
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.is_file() else None


class _Found(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """Credentials that are known already."""

    METHOD = "acgr"

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> Credentials:
        """These."""
        return self._credentials


def _base(core: _Core, settings: Settings) -> Credentials:
    """The credentials that no role has been assumed with yet, resolved once: what is wrong with them is told here."""
    if keys := settings.keys:
        log.keep_secret(keys.access_key, keys.secret_key, keys.token)
        return Credentials(keys.access_key, keys.secret_key, keys.token)
    resolver = core.get_component("credential_provider")
    if not settings.transport.uses_metadata:
        resolver.remove("iam-role")

    def resolve() -> Credentials:
        profiles.require_nobody(core.full_config.get("profiles", {}), core.get_config_variable("profile"), settings)
        if (found := resolver.load_credentials()) is None:
            raise NoCredentialsError
        found.get_frozen_credentials()
        return found

    with profiles.told(core.get_config_variable("profile")):
        return _within(CREDENTIAL_SECONDS, "whatever the profile asks for credentials", resolve)


def _assumed(core: _Core, source: Credentials, role: Role) -> Credentials:
    """The credentials of a role, assumed with those of somebody else."""

    def ask() -> Mapping[str, Any]:
        known = source.get_frozen_credentials()
        sts = core.create_client(
            "sts",
            aws_access_key_id=known.access_key,
            aws_secret_access_key=known.secret_key,
            aws_session_token=known.token,
        )
        return dict(sts.assume_role(**role.parameters())["Credentials"])

    return _refreshed(core, role, ask)


def _web_identity(core: _Core, identity: WebIdentity) -> Credentials:
    """The credentials of a role, assumed with a token."""

    def ask() -> Mapping[str, Any]:
        sts = core.create_client("sts", config=Config(signature_version=UNSIGNED))
        try:
            token = identity.current_token()
        except OSError as error:
            raise errors.Denied(f"webIdentityTokenFile cannot be read: {error}") from None
        log.keep_secret(token)
        answer = sts.assume_role_with_web_identity(**identity.role.parameters(), WebIdentityToken=token)
        return dict(answer["Credentials"])

    return _refreshed(core, identity.role, ask)


def _refreshed(core: _Core, role: Role, ask: Link) -> Credentials:
    """Credentials that are asked for anew in the last quarter of their time, and waited for in the last tenth."""

    def refresh() -> Mapping[str, Any]:
        with errors.ErrorContext(f"assuming {role.arn}", core.sts_region), translated(core.sts_region):
            answer = _within(STS_SECONDS, "STS", ask)
            if _left(answer["Expiration"]) <= 0:
                raise errors.Denied("STS gave credentials that have expired already: look at this machine's clock")
        log.keep_secret(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
        log.info("role assumed", role=role.arn, until=answer["Expiration"].isoformat())
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }

    first = refresh()
    lasts = _left(datetime.fromisoformat(first["expiry_time"]))
    return RefreshableCredentials.create_from_metadata(
        first, refresh, "sts-assume-role", advisory_timeout=lasts / 4, mandatory_timeout=lasts / 10
    )


def _left(expiration: datetime) -> float:
    return (expiration - datetime.now(timezone.utc)).total_seconds()


def _within(seconds: float, whom: str, ask: Callable[[], Answer]) -> Answer:
    """The answer, if it comes in time. What still hangs then is left behind, and ends with the process.

    Raises:
        Unavailable: nothing came.
        Exception: what was raised instead of an answer.
    """
    came: SimpleQueue[tuple[Answer | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            came.put((ask(), None))
        except BaseException as error:  # it is raised where it was asked
            came.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        answer, error = came.get(timeout=seconds)
    except Empty:
        raise errors.Unavailable(f"{whom} did not answer within {seconds:g} s", code="TimedOut") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # it is one where there is no error
