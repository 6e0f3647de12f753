"""The environment of the stack `sandbox`: nothing of the user's Pulumi or AWS set-up reaches it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SANDBOX_PORT = 7843
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
"""Where the sandbox answers; Pulumi.sandbox.yaml pins it too."""

PASSPHRASE = "sandbox"
"""Public on purpose: it encrypts nothing but the secrets of a simulated world."""

_LOOPBACK = ("127.0.0.1", "localhost")
_DROPPED_PREFIXES = ("PULUMI_", "AWS_", "ACGR_")
_KEPT_PREFIX = "ACGR_LOG"
"""What the user says about the log reaches the run."""
_DROPPED = frozenset({"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "NO_PROXY", "no_proxy"})


def stack_environment(user: Mapping[str, str], clone: Path, cli: Path) -> dict[str, str]:
    """The user's environment, with everything that decides which cloud and which state is used set by force.

    Args:
        user: The user's environment.
        clone: The root of the clone: state and virtual environment are inside it.
        cli: The folder of the Pulumi CLI.
    """
    return {
        **_kept(user),
        **_pulumi(clone),
        **_aws(),
        **_proxies(user),
        "VIRTUAL_ENV": str(clone / ".venv"),
        "PATH": os.pathsep.join([str(clone / ".venv" / "bin"), str(cli), user.get("PATH", os.defpath)]),
    }


def _kept(user: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in user.items()
        if name.startswith(_KEPT_PREFIX) or (name not in _DROPPED and not name.startswith(_DROPPED_PREFIXES))
    }


def _pulumi(clone: Path) -> dict[str, str]:
    return {
        "PULUMI_HOME": str(clone / ".state" / "pulumi-home"),
        "PULUMI_BACKEND_URL": (clone / ".state" / "pulumi").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_RUN_PROGRAM": "true",
    }


def _aws() -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_ENDPOINT_URL_CONNECT": SANDBOX_URL,
        "AWS_ENDPOINT_URL_STS": SANDBOX_URL,
    }


def _proxies(user: Mapping[str, str]) -> dict[str, str]:
    # A proxy would be asked for 127.0.0.1 too: by boto3, and by gRPC between engine and plugin.
    listed = user.get("NO_PROXY") or user.get("no_proxy") or ""
    hosts = ",".join(dict.fromkeys([*(part.strip() for part in listed.split(",") if part.strip()), *_LOOPBACK]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}
