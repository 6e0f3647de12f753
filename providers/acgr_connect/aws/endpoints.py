"""Where a service is asked: a URL that gives nothing away.

A session token travels in a header of every request, and an endpoint's URL is written into errors, the log and the
names of files.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from acgr_connect.aws.setting_error import SettingError

ALLOW = "acgr:allowInsecureEndpoints"
"""The key by which a user says that plain HTTP is meant."""

VARIABLES = {"connect": "AWS_ENDPOINT_URL_CONNECT", "sts": "AWS_ENDPOINT_URL_STS"}
"""The services that are asked, and the variables of the environment that say where."""


def merged(declared: Any, environ: Mapping[str, str]) -> dict[str, Any]:
    """The endpoints of the services that are asked, by service, not judged yet.

    The order is botocore's, with the stack's configuration between: the service's own variable, `aws:endpoints`,
    `AWS_ENDPOINT_URL`.

    Args:
        declared: `aws:endpoints`, a list of mappings.
        environ: the environment of the process.

    Raises:
        SettingError: it is no such list.
    """
    declared = declared or []
    if not isinstance(declared, list) or not all(isinstance(entry, Mapping) for entry in declared):
        raise SettingError("aws:endpoints is a list of mappings, service to URL")
    for_all = environ.get("AWS_ENDPOINT_URL")
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        for_all = None
    found = dict.fromkeys(VARIABLES, for_all)
    found |= {service: url for entry in declared for service, url in entry.items() if url and service in VARIABLES}
    found |= {service: environ[name] for service, name in VARIABLES.items() if environ.get(name)}
    return {service: url for service, url in found.items() if url}


def require_safe(service: str, url: Any, *, insecure: bool) -> str:
    """The URL, if a service may be asked there.

    Args:
        service: the service, for the message.
        url: what stands in the settings.
        insecure: whether plain HTTP is meant.

    Raises:
        SettingError: it is no URL of a service, it contains a password, or it is plain HTTP to another machine.
    """
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        # What cannot be read may contain a password all the same.
        shown = f", not {url!r}" if "@" not in str(url) and "?" not in str(url) else ""
        raise SettingError(f"the endpoint of {service} is a URL such as http://127.0.0.1:7843{shown}")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingError(
            f"the endpoint of {service} at {parts.hostname} has a user, a password or a query in its URL, which would "
            "end up in logs and file names: take it out; requests are signed, and need none"
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname) and not insecure:
        raise SettingError(
            f"the endpoint of {service}, {url}, is plain HTTP on another machine, where anybody on the way can read "
            f"the session token: write https://, or set {ALLOW} to true"
        )
    return str(url)


def _parts(url: Any) -> SplitResult | None:
    if not isinstance(url, str) or url != url.strip():
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # one that is no number is noticed only here
    except ValueError:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host is this machine for certain; nothing is looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
