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

HEAD = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "eu-west-2"
}
"""

NUMBER = """
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

CENTRE = """
resource "aws_connect_instance" "south" {
  identity_management_type  = "CONNECT_MANAGED"
  instance_alias            = "southwind"
  inbound_calls_enabled     = true
  outbound_calls_enabled    = true
  contact_flow_logs_enabled = true
  tags                      = { team = "ops" }
}
data "aws_connect_routing_profile" "basic" {
  instance_id = aws_connect_instance.south.id
  name        = "Basic Routing Profile"
}
data "aws_connect_security_profile" "agent" {
  instance_id = aws_connect_instance.south.id
  name        = "Agent"
}
resource "aws_connect_contact_flow" "welcome" {
  instance_id = aws_connect_instance.south.id
  name        = "Welcome"
  type        = "CONTACT_FLOW"
  description = "Greets"
  content = jsonencode({
    Version     = "2019-10-30"
    StartAction = "bye"
    Actions     = [{ Identifier = "bye", Type = "DisconnectParticipant", Parameters = {}, Transitions = {} }]
  })
}
resource "aws_connect_user" "dora" {
  instance_id          = aws_connect_instance.south.id
  name                 = "dora.deal"
  password             = "Sandbox-2026"
  routing_profile_id   = data.aws_connect_routing_profile.basic.routing_profile_id
  security_profile_ids = [data.aws_connect_security_profile.agent.security_profile_id]
  identity_info {
    first_name = "Dora"
    last_name  = "Deal"
  }
  phone_config {
    after_contact_work_time_limit = 10
    phone_type                    = "SOFT_PHONE"
  }
}
resource "aws_connect_phone_number" "desk" {
  target_arn   = aws_connect_instance.south.arn
  country_code = "GB"
  type         = "DID"
  prefix       = "+4420794601"
  tags         = { team = "ops" }
}
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
    (tmp_path / "main.tf").write_text(HEAD)
    _done(terraform("init", "-no-color", f"-plugin-dir={PLUGINS}"))
    for target in (names.instance_arn(), names.group()):
        (tmp_path / "main.tf").write_text(HEAD + NUMBER.format(target=target, number=names.number_id()))
        _done(terraform("apply", "-no-color", "-auto-approve"))
        _done(terraform("plan", "-no-color", "-detailed-exitcode"))
    assert sandbox.world.number("+442079460001").target == names.group_id()
    assert ("+442079460001", "eu-west-2") in sandbox.dark_numbers()
    assert sandbox.counters.calls("UpdatePhoneNumber") == 1
    assert sandbox.counters.calls("ReleasePhoneNumber") == 0


def test_a_centre(terraform: Any, tmp_path: Path, sandbox: Any, set_switches: Any) -> None:
    """Instance, flow, user and number are made, changed in place, found unchanged by the next plan, and destroyed."""
    set_switches(claim_seconds=0.0, instance_seconds=0.0)
    (tmp_path / "main.tf").write_text(HEAD + CENTRE)
    _done(terraform("init", "-no-color", f"-plugin-dir={PLUGINS}"))
    _done(terraform("apply", "-no-color", "-auto-approve"))
    changed = CENTRE.replace("Greets", "Says hello").replace('"Dora"', '"Theodora"').replace('"ops"', '"desk"')
    (tmp_path / "main.tf").write_text(HEAD + changed)
    _done(terraform("apply", "-no-color", "-auto-approve"))
    _done(terraform("plan", "-no-color", "-detailed-exitcode"))
    world = sandbox.world
    south, dora = world.instance("southwind"), world.user("dora.deal")
    assert (south.tags, dora.first_name) == ({"team": "desk"}, "Theodora")
    assert world.flow("Welcome").description == "Says hello"
    assert [number.e164 for number in world.numbers_on(south.id)] == ["+442079460100"]
    _done(terraform("destroy", "-no-color", "-auto-approve"))
    assert south.id not in sandbox.world.instances
    assert list(sandbox.world.released) == ["+442079460100"]


def _done(process: subprocess.CompletedProcess[str]) -> None:
    assert process.returncode == 0, process.stdout + process.stderr
