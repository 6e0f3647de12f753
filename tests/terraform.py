"""Terraform's AWS provider, run for real on a sandbox that answers over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PLUGINS = Path("/opt/tf-plugins")
TERRAFORM = shutil.which("terraform")

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
EMPTY = {"account": "111122223333", "source_region": SOURCE, "replica_region": REPLICA}

INSTANCE = """
resource "aws_connect_instance" "south" {
  identity_management_type = "SAML"
  instance_alias           = "southwind"
  inbound_calls_enabled    = true
  outbound_calls_enabled   = true
}
"""
"""What every stack begins with."""

_HEAD = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "eu-west-2"
}
"""


class Terraform:
    """One configuration in a folder of its own.

    Args:
        folder: where it is; what `main.tf` says there, until `apply` or `planned` are given another program.
        url: of the sandbox.
    """

    def __init__(self, folder: Path, url: str) -> None:
        if TERRAFORM is None or not PLUGINS.is_dir():
            pytest.skip("Terraform or its AWS provider is not installed.")
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ENDPOINT_URL_CONNECT": url,
            "AWS_ENDPOINT_URL_STS": url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_EC2_METADATA_DISABLED": "true",
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
        }
        if not (folder / "main.tf").exists():
            self._write("")
        self._run("init", f"-plugin-dir={PLUGINS}")

    def apply(self, program: str | None = None) -> str:
        """Make the world what the configuration says; what Terraform printed."""
        if program is not None:
            self._write(program)
        return self._run("apply", "-auto-approve")

    def planned(self, program: str) -> dict[str, dict[str, Any]]:
        """What a plan of the configuration says of the resources that are to be made, by address."""
        self._write(program)
        self._run("plan", "-out=plan")
        shown = json.loads(self._run("show", "-json", "plan"))
        return {row["address"]: row["values"] for row in shown["planned_values"]["root_module"]["resources"]}

    def plan_is_clean(self) -> None:
        """Nothing is to be changed: the exit code would be 2."""
        self._run("plan", "-detailed-exitcode")

    def plan(self) -> str:
        """What a plan says to people."""
        return self._run("plan")

    def outputs(self) -> str:
        """The outputs, as JSON."""
        return self._run("output", "-json")

    def forget(self, *addresses: str) -> None:
        """Drop resources from the state, so that they can be imported."""
        self._run("state", "rm", *addresses)

    def destroy(self) -> None:
        """Delete all that the configuration made."""
        self._run("destroy", "-auto-approve")

    def _write(self, program: str) -> None:
        (self._folder / "main.tf").write_text(_HEAD + program, encoding="utf-8")

    def _run(self, command: str, *arguments: str) -> str:
        rest = () if command in ("state", "show", "output") else ("-no-color",)
        process = subprocess.run(
            [str(TERRAFORM), command, *arguments, *rest],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout
