"""Whose credentials are used, and the clients that are made with them.

Credentials are resolved here and nowhere else: boto3's chain, or what the settings name (a profile, a role, keys of a
sandbox). They are never logged and never stored.
"""

from __future__ import annotations

from typing import Any, Protocol

import boto3
from botocore.config import Config

from acgr_connect import log
from acgr_connect.aws.error_codes import translated
from acgr_connect.aws.settings import Role, Settings


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

STS_CONFIG = Config(retries={"total_max_attempts": 3, "mode": "standard"}, connect_timeout=3, read_timeout=15)


def open_session(settings: Settings) -> Sessions:
    """A session from boto3's credential chain and the settings; a role is assumed when one is named.

    Raises:
        Denied: the profile does not exist or the role may not be assumed.
    """
    with translated(""):
        session = _session_of(settings)
        return _assume(session, settings.role, settings) if settings.role else session


def _session_of(settings: Settings) -> Sessions:
    keys = settings.keys
    if keys is None:
        session: Sessions = boto3.Session(profile_name=settings.profile)
    else:
        log.keep_secret(keys.access_key, keys.secret_key, keys.token)
        session = boto3.Session(keys.access_key, keys.secret_key, keys.token)
    return session


def _assume(session: Sessions, role: Role, settings: Settings) -> Sessions:
    chosen = {"ExternalId": role.external_id} if role.external_id else {}
    sts = session.client("sts", endpoint_url=settings.endpoints.get("sts"))
    answer = sts.assume_role(RoleArn=role.arn, RoleSessionName=role.session_name, **chosen)["Credentials"]
    log.keep_secret(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    assumed: Sessions = boto3.Session(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    return assumed


def connect_client(sessions: Sessions, settings: Settings, region: str) -> Any:
    """A Connect client for one Region."""
    with translated(region):
        endpoint = settings.endpoints.get("connect")
        return sessions.client("connect", region_name=region, endpoint_url=endpoint, config=CONNECT_CONFIG)


def caller_account(sessions: Sessions, settings: Settings, region: str) -> str:
    """The account to which the credentials belong (STS `GetCallerIdentity`)."""
    with translated(region):
        options = {"region_name": region, "endpoint_url": settings.endpoints.get("sts"), "config": STS_CONFIG}
        return str(sessions.client("sts", **options).get_caller_identity()["Account"])
