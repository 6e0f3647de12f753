"""Terraform's AWS provider against the sandbox, where Terraform and the provider are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PLUGINS = Path("/opt/tf-plugins")
TERRAFORM = shutil.which("terraform")

CONFIGURATION = """
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}
provider "aws" {{
  region = "eu-west-2"
}}
resource "aws_connect_phone_number" "reception" {{
  target_arn   = "{target}"
  country_code = "GB"
  type         = "DID"
  description  = "Main line"
}}
import {{
  to = aws_connect_phone_number.reception
  id = "{number}"
}}
"""


@pytest.fixture
def terraform(served: Any, tmp_path: Path) -> Any:
    """Runs Terraform against the sandbox in a folder of its own."""
    if TERRAFORM is None or not PLUGINS.is_dir():
        pytest.skip("Terraform or its AWS provider is not installed.")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL_CONNECT": served.url,
        "AWS_ENDPOINT_URL_STS": served.url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(TERRAFORM), *arguments],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


def test_import_and_move(terraform: Any, tmp_path: Path, names: Any, sandbox: Any, set_switches: Any) -> None:
    """A number is imported and moved to a TDG; each time the next plan is clean, though the move left it dark."""
    set_switches(claim_seconds=0.0)
    for target in (names.instance_arn(), names.group()):
        (tmp_path / "main.tf").write_text(CONFIGURATION.format(target=target, number=names.number_id()))
        _done(terraform("init", "-no-color", f"-plugin-dir={PLUGINS}"))
        _done(terraform("apply", "-no-color", "-auto-approve"))
        _done(terraform("plan", "-no-color", "-detailed-exitcode"))
    assert sandbox.world.number("+442079460001").target == names.group_id()
    assert ("+442079460001", "eu-west-2") in sandbox.dark_numbers()
    assert sandbox.counters.calls("UpdatePhoneNumber") == 1
    assert sandbox.counters.calls("ReleasePhoneNumber") == 0


def _done(process: subprocess.CompletedProcess[str]) -> None:
    assert process.returncode == 0, process.stdout + process.stderr
