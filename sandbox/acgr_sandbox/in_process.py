"""boto3 clients that talk to a sandbox in the same process, without a socket.

boto3 and botocore are imported where clients are made: a server starts sooner without them.
"""

from __future__ import annotations

import io
import os
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from .front import Sandbox
from .wire.refusal import LostReply
from .wire.rest_json import Request


class _Body(io.BytesIO):
    def stream(self, size: int = 65536) -> Any:
        """Chunks of the body, as urllib3 gives them."""
        while chunk := self.read(size):
            yield chunk


def session_on(
    sandbox: Sandbox, *, account: str | None = None, region: str | None = None, access_key: str = "sandbox"
) -> Any:
    """A `boto3.Session` whose `connect` and `sts` clients talk to `sandbox`.

    Its credentials are dummies, it reads no configuration files, and its clients try once unless they are given a
    `Config` that says otherwise, since botocore waits in real time between tries. Other sessions are not touched.

    Args:
        sandbox: who answers.
        account: twelve digits to be somebody else; the scenario's account unless given.
        region: default Region; the source Region unless given.
        access_key: whose policies hold, where the sandbox has some.
    """
    import boto3
    import botocore.session
    from botocore.config import Config

    core = botocore.session.Session()
    core.register_component("data_loader", _loader())
    for variable in ("config_file", "credentials_file"):
        core.set_config_variable(variable, os.devnull)
    core.get_component("config_store").set_config_variable("profile", None)  # whatever AWS_PROFILE names
    core.set_default_client_config(Config(retries={"total_max_attempts": 1, "mode": "standard"}))
    session = boto3.Session(
        aws_access_key_id=account or access_key,
        aws_secret_access_key="sandbox",
        region_name=region or sandbox.world.source_region,
        botocore_session=core,
    )
    paths = _loader().search_paths
    paths[:] = dict.fromkeys(paths)  # every boto3 session adds its own to the shared loader
    attach(sandbox, session.events)
    return session


@cache
def _loader() -> Any:
    from botocore.loaders import create_loader

    # One for all sessions: reading the model of Connect is most of what making a client costs.
    return create_loader()


def attach(sandbox: Sandbox, events: Any) -> None:
    """Answer what the clients of one session send; call it before clients are made."""
    from botocore.awsrequest import AWSResponse
    from botocore.exceptions import ConnectionClosedError

    def answer(request: Any, **_: Any) -> Any:
        try:
            response = sandbox.handle(_request(request))
        except LostReply as lost:
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=lost) from lost
        return AWSResponse(request.url, response.status, dict(response.headers), _Body(response.body))

    for service in ("connect", "sts"):
        events.register_first(f"before-send.{service}", answer)


def _request(prepared: Any) -> Request:
    url = urlsplit(prepared.url)
    body = prepared.body or b""
    return Request(
        method=prepared.method,
        raw_path=url.path,
        query=url.query,
        headers={name.lower(): _text(value) for name, value in prepared.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
