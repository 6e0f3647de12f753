"""What a command needs in its environment so that AWS clients talk to the sandbox and to nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

REMOVED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL",
)


def sandbox_variables(url: str, region: str) -> dict[str, str]:
    """The variables to set: endpoints, dummy credentials, the source Region, no configuration files."""
    return {
        "AWS_ENDPOINT_URL_CONNECT": url,
        "AWS_ENDPOINT_URL_STS": url,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def sandbox_environment(present: Mapping[str, str], url: str, region: str) -> dict[str, str]:
    """`present` without what would lead elsewhere, with what leads to the sandbox, past any proxy."""
    kept = {name: value for name, value in present.items() if name not in REMOVED}
    past = {name: _with_loopback(kept.get(name, "")) for name in ("NO_PROXY", "no_proxy")}
    return {**kept, **past, **sandbox_variables(url, region)}


def as_exports(url: str, region: str) -> str:
    """The same for a shell to evaluate."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sandbox_variables(url, region).items()]
    past = [f'export {name}="${{{name}:+${name},}}127.0.0.1"' for name in ("NO_PROXY", "no_proxy")]
    return "\n".join([*lines, *past, f"unset {' '.join(REMOVED)}"])


def _with_loopback(hosts: str) -> str:
    if "127.0.0.1" in hosts.split(","):
        return hosts
    return ",".join(filter(None, [hosts, "127.0.0.1"]))
