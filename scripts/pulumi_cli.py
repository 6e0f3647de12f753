#!/usr/bin/env python3
"""Finds a Pulumi CLI that fits this project, or makes one, and prints its folder as the last line of stdout.

With `-- COMMAND ...` it runs the command instead, this Python's own folder and that one first on PATH.

In this order: a fitting one on PATH; the newest in the cache, if it is what was put there; a build from Go modules,
whose hashes are in this repository. With `--version oldest` (or `newest`) it is exactly the oldest version that is
supported, and PATH is not asked.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tooling import cli_version, go_build, made_programs
from tooling.console import Remedy, run_main, say
from tooling.made_programs import Programs, cache_folder, new
from tooling.passing import run


def find_or_make(environment: Mapping[str, str]) -> Path:
    """The folder that holds a fitting `pulumi`: one on PATH, else the newest.

    Raises:
        Remedy: There is none and none can be made.
    """
    found, passed_over = cli_version.on_path(environment.get("PATH", ""))
    for sentence in passed_over:
        say(sentence)
    return found or of_version(cli_version.NEWEST, environment)


def of_version(version: str, environment: Mapping[str, str]) -> Path:
    """The folder that holds exactly that version of `pulumi`, whatever PATH has.

    Raises:
        Remedy: It is not in the cache and cannot be made.
    """
    return cached_or_made(cache_folder(environment), version, partial(make, version=version))


def cached_or_made(cache: Path, version: str, make_into: Callable[[Path], None]) -> Path:
    """A version of the CLI in the cache, made first where it is missing, by one process at a time.

    Args:
        cache: The cache's folder; the versions lie in it side by side.
        version: The version, without the letter v.
        make_into: Fills an empty folder with another, `programs`, which is then installed.
    """
    names = ("pulumi", cli_version.LANGUAGE_HOST)
    require = partial(_require_version, version=version)
    wanted = Programs(f"pulumi-v{version}", names, "the Pulumi CLI", make_into, require)
    return made_programs.cached_or_made(cache, wanted)


def make(workplace: Path, version: str) -> None:
    """Builds a version of the CLI into the folder `programs` of a workplace.

    Raises:
        Remedy: It cannot be built.
    """
    go_build.build_into(new(workplace / "programs"), new(workplace / "go"), version)


def _require_version(programs: Path, version: str) -> None:
    printed = cli_version.printed_by(programs / "pulumi").strip()
    if cli_version.parse(printed) != cli_version.parse(version):
        raise Remedy(
            f"The Pulumi CLI that was made says version {printed or 'nothing'} instead of "
            f"v{version}: put a Pulumi CLI of version {cli_version.OLDEST} or later on PATH."
        )


def main() -> int:
    """Prints the folder of the CLI, or runs a command that has it on PATH."""
    parser = argparse.ArgumentParser(usage="pulumi_cli.py [--version oldest|newest] [-- COMMAND ...]")
    parser.add_argument("--version", choices=("oldest", "newest"))
    arguments, command = _parted(sys.argv[1:])
    chosen = parser.parse_args(arguments).version
    versions = {"oldest": cli_version.OLDEST, "newest": cli_version.NEWEST}
    cli = of_version(versions[chosen], os.environ) if chosen else find_or_make(os.environ)
    if command:
        return _run(command, cli)
    print(cli)
    return 0


def _parted(arguments: list[str]) -> tuple[list[str], list[str]]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end], arguments[end + 1 :]


def _run(command: list[str], cli: Path) -> int:
    folders = (str(Path(sys.executable).parent), str(cli), os.environ.get("PATH", os.defpath))
    return run(command, Path.cwd(), {**os.environ, "PATH": os.pathsep.join(folders)})


if __name__ == "__main__":
    run_main(main)
