#!/usr/bin/env python3
"""Finds the dynamic Terraform bridge, or makes it, and prints its folder as the last line of stdout.

It is the Pulumi plugin `terraform-provider`, which makes a Pulumi provider of a Terraform provider. The tests in
tests/engine/test_beside_*.py run the resources of Terraform's AWS provider with it. It is looked for in the cache, and
built from Go modules, whose hashes are in this repository. With `--cached` it is not built: the exit code is 1 where it
is missing.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from tooling import go_build, made_programs
from tooling.console import run_main, say
from tooling.made_programs import Programs, cache_folder, new

VERSION = "3.120.0"
"""The bridge's, as scripts/terraform-bridge/go.mod pins it."""

PROGRAM = "pulumi-resource-terraform-provider"
"""How the engine looks for the plugin."""


def cached(environment: Mapping[str, str]) -> Path | None:
    """The folder that holds the plugin; None where it would have to be made."""
    return made_programs.cached(cache_folder(environment), _bridge())


def find_or_make(environment: Mapping[str, str]) -> Path:
    """The folder that holds the plugin, made first where it is missing.

    Raises:
        Remedy: It cannot be made.
    """
    return made_programs.cached_or_made(cache_folder(environment), _bridge())


def _bridge() -> Programs:
    return Programs(f"terraform-bridge-v{VERSION}", (PROGRAM,), "the Terraform bridge", _make)


def _make(workplace: Path) -> None:
    go_build.build_bridge_into(new(workplace / "programs"), new(workplace / "go"), PROGRAM)


def main() -> int:
    """Prints the folder of the bridge."""
    parser = argparse.ArgumentParser(usage="terraform_bridge.py [--cached]")
    parser.add_argument("--cached", action="store_true", help="do not build it")
    found = cached(os.environ) if parser.parse_args().cached else find_or_make(os.environ)
    if found is None:
        say("The Terraform bridge is not in the cache: scripts/terraform_bridge.py makes it.")
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    run_main(main)
