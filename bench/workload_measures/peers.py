"""What others would use: the guide's script, and Terraform's AWS provider."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from .case import Case
from .centre import SOURCE
from .environment import Tree
from .ids import Ids, ids
from .processes import Command, prepared
from .sandbox import Sandbox

THREADS = {"serial": 1, "threads": 8}

HEAD = """terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "%(region)s"
}
variable "target" {
  default = "%(home)s"
}
locals {
  ids = jsondecode(file("${path.module}/ids.json"))
}
import {
  for_each = local.ids.numbers
  to       = aws_connect_phone_number.moved[each.key]
  id       = each.value
}
resource "aws_connect_phone_number" "moved" {
  for_each     = local.ids.numbers
  target_arn   = var.target
  country_code = "GB"
  type         = "DID"
}
"""

FLOWS = """
resource "terraform_data" "flow" {
  for_each         = aws_connect_phone_number.moved
  triggers_replace = [each.value.target_arn]
  provisioner "local-exec" {
    command = join(" ", ["aws connect associate-phone-number-contact-flow --phone-number-id", each.value.id,
      "--instance-id", local.ids.instance, "--contact-flow-id", local.ids.flow])
  }
}
"""


def script_commands(case: Case, folder: Path, tree: Tree, sandbox: Sandbox) -> list[Command]:
    """The boto3 script; the ids are looked up for it beforehand."""
    path = folder / "ids.json"
    path.write_text(json.dumps(asdict(ids(sandbox.url))))
    module = ["python", "-m", "workload_measures.guide_script", str(path), str(THREADS[case.tool]), str(case.speed)]
    return [Command(module, folder, tree.environment(folder, sandbox.url))]


def missing_terraform() -> str:
    """Why Terraform cannot be measured, or nothing."""
    if shutil.which("terraform") is None:
        return "there is no terraform on PATH"
    return (
        "" if plugins().is_dir() else f"there is no folder {plugins()} with its AWS provider (TF_PLUGINS names another)"
    )


def plugins() -> Path:
    """Where Terraform's AWS provider was put for use without a network."""
    return Path(os.environ.get("TF_PLUGINS", "/opt/tf-plugins"))


def terraform_commands(case: Case, folder: Path, tree: Tree, sandbox: Sandbox) -> list[Command]:
    """Terraform, the numbers imported where they are; the flows by local-exec, as the provider has no resource."""
    known, environment = ids(sandbox.url), tree.environment(folder, sandbox.url)
    program = folder / "main.tf"
    (folder / "ids.json").write_text(json.dumps(asdict(known)))
    program.write_text(_head(known, case))

    def terraform(*arguments: str) -> Command:
        return Command(["terraform", *arguments, "-no-color"], folder, environment)

    prepared(terraform("init", f"-plugin-dir={plugins()}"))
    prepared(terraform("apply", "-auto-approve"))
    if case.work.work != "up":
        return [terraform("plan", "-detailed-exitcode")]
    program.write_text(_head(known, case) + FLOWS)
    return [terraform("apply", "-auto-approve", f"-var=target={known.group_arn}")]


def _head(known: Ids, case: Case) -> str:
    home = known.home_arn if case.work.work == "up" else known.group_arn
    return HEAD % {"region": SOURCE, "home": home}
