#!/usr/bin/env python3
"""Finds Pulumi's language hosts for YAML, Go and Node.js, or makes them, and prints their folder in the last line.

The programs in examples/native-* are run with them. Beside them lies `acgr-sdks`, which writes SDKs from a schema: the
language hosts that could do it are not to be had as Go modules. They are looked for in the cache, and built from Go
modules, whose hashes are in this repository. With `--cached` they are not built: the exit
code is 1 where they are missing.
"""

from __future__ import annotations

from pathlib import Path

from tooling import go_build
from tooling.console import run_main
from tooling.made_programs import Programs, new, print_folder

MODULES = Path(__file__).resolve().parent / "language-hosts"

YAML, GO_AND_NODE, SDKS = "1.25.0", "3.66.0", "3.276.0"
"""The versions, as the modules pin them. Of Go's host this is the last that Go modules have."""

GENERATOR = "acgr-sdks"
"""What writes SDKs."""

_SDK = "github.com/pulumi/pulumi/sdk/v3"

PACKAGES = {
    "pulumi-language-yaml": (MODULES / "yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    "pulumi-language-go": (MODULES / "go-and-nodejs", f"{_SDK}/go/pulumi-language-go"),
    "pulumi-language-nodejs": (MODULES / "go-and-nodejs", f"{_SDK}/nodejs/cmd/pulumi-language-nodejs"),
    GENERATOR: (MODULES / "sdks", "."),
}
"""By the name under which the engine looks for it, where a host is built from."""


def _make(workplace: Path) -> None:
    go_build.build_hosts_into(new(workplace / "programs"), new(workplace / "go"), PACKAGES)


HOSTS = Programs(
    f"language-hosts-yaml-v{YAML}-go-nodejs-v{GO_AND_NODE}-sdks-v{SDKS}", tuple(PACKAGES), "the language hosts", _make
)


def main() -> int:
    """Prints the folder of the hosts."""
    return print_folder(HOSTS, "language_hosts.py")


if __name__ == "__main__":
    run_main(main)
