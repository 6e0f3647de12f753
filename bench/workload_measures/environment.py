"""The environment of every tool: its own cache and home, nothing of the user's, and all calls to the sandbox."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
PACKAGES = ("providers", "components", "sandbox")


@dataclass(frozen=True)
class Tree:
    """The code that is measured.

    Attributes:
        root: a clone, or a frozen copy of one of its commits.
        revision: what it is called in the results.
        cli: the folder of the Pulumi CLI.
    """

    root: Path
    revision: str
    cli: Path

    @property
    def python_path(self) -> str:
        """Where its packages are, before those that are installed."""
        return os.pathsep.join(str(self.root / package) for package in PACKAGES)

    def environment(self, folder: Path, url: str) -> dict[str, str]:
        """For a tool that keeps its files in `folder` and takes `url` for Amazon Connect."""
        programs = [str(CLONE / ".venv" / "bin"), str(self.cli), os.environ.get("PATH", os.defpath)]
        return {
            "PATH": os.pathsep.join(programs),
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONPATH": os.pathsep.join([self.python_path, str(CLONE / "bench")]),
            **_pulumi(folder),
            **_aws(url),
        }


def _pulumi(folder: Path) -> Mapping[str, str]:
    return {
        "PULUMI_HOME": str(folder / "pulumi-home"),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "bench",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }


def _aws(url: str) -> Mapping[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_CONNECT": url,
        "AWS_ENDPOINT_URL_STS": url,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
