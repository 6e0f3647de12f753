"""Who calls, where, and which service: read from the SigV4 credential scope. Signatures are not checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from .refusal import Refusal

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_ACCOUNT = re.compile(r"\d{12}")
_USER = re.compile(r"(?!\d{12}$)[A-Za-z0-9_.-]{1,64}")


class Caller(NamedTuple):
    """An account, the Region of the endpoint it speaks to, and the service's signing name."""

    account: str
    region: str
    service: str
    access_key: str


def principal_of(caller: Caller, partition: str) -> str:
    """The ARN of who calls: a user of that account, called as the access key is."""
    name = caller.access_key if _USER.fullmatch(caller.access_key) else "sandbox"
    return f"arn:{partition}:iam::{caller.account}:user/{name}"


def caller_of(headers: Mapping[str, str], account: str) -> Caller:
    """The caller; an access key of twelve digits is an account, any other belongs to `account`.

    Raises:
        Refusal: `MissingAuthenticationTokenException` when the request is not signed.
    """
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    if found is None:
        raise Refusal("MissingAuthenticationTokenException", "The request is not signed.", status=403)
    key, region, service = found.groups()
    return Caller(key if _ACCOUNT.fullmatch(key) else account, region, service, key)
