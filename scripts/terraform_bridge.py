#!/usr/bin/env python3
"""Finds the dynamic Terraform bridge, or makes it, and prints its folder as the last line of stdout.

It is the Pulumi plugin `terraform-provider`, which makes a Pulumi provider of a Terraform provider. The tests in
tests/engine/test_beside_*.py run the resources of Terraform's AWS provider with it. It is looked for in the cache, and
built from Go modules, whose hashes are in this repository. With `--cached` it is not built: the exit code is 1 where it
is missing.
"""

from __future__ import annotations

from pathlib import Path

from tooling import go_build
from tooling.console import run_main
from tooling.made_programs import Programs, new, print_folder

VERSION = "3.120.0"
"""The bridge's, as scripts/terraform-bridge/go.mod pins it."""

PROGRAM = "pulumi-resource-terraform-provider"
"""How the engine looks for the plugin."""


def _make(workplace: Path) -> None:
    go_build.build_bridge_into(new(workplace / "programs"), new(workplace / "go"), PROGRAM)


BRIDGE = Programs(f"terraform-bridge-v{VERSION}", (PROGRAM,), "the Terraform bridge", _make)


def main() -> int:
    """Prints the folder of the bridge."""
    return print_folder(BRIDGE, "terraform_bridge.py")


if __name__ == "__main__":
    run_main(main)
