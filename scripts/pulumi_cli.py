#!/usr/bin/env python3
"""Finds a Pulumi CLI that fits this project, or makes one, and prints its folder as the last line of stdout.

With `-- COMMAND ...` it runs the command instead, this Python's own folder and that one first on PATH.

In this order: a fitting one on PATH; the newest in the cache; the official download; a build from Go modules. With
`--version oldest` (or `newest`) it is exactly the oldest version that is supported, and PATH is not asked.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tooling import cli_version, download, go_build
from tooling.console import Remedy, run_main, say
from tooling.passing import run


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where a CLI that was made is kept: outside the clone, so that a new clone has it too."""
    if environment.get("ACGR_CACHE"):
        return Path(environment["ACGR_CACHE"]).expanduser().absolute()
    home = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser().absolute() / "acgr"


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
    return cached_or_made(cache_folder(environment), version, lambda into: make(into, environment, version))


def cached_or_made(cache: Path, version: str, make_into: Callable[[Path], None]) -> Path:
    """A version of the CLI in the cache, made first where it is missing, by one process at a time.

    Args:
        cache: The cache's folder; the versions lie in it side by side.
        version: The version, without the letter v.
        make_into: Fills an empty folder with another, `programs`, which is then installed.
    """
    installed = cache / f"pulumi-v{version}"
    if is_whole(installed):
        return installed
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{installed.name}.lock"):
        if not is_whole(installed):
            _install(installed, version, make_into)
    return installed


def is_whole(folder: Path) -> bool:
    """Whether a folder of the cache holds a CLI; installing is atomic, so two programs are enough to tell."""
    return all(os.access(folder / name, os.X_OK) for name in ("pulumi", cli_version.LANGUAGE_HOST))


def make(workplace: Path, environment: Mapping[str, str], version: str) -> None:
    """Downloads or builds a version of the CLI into the folder `programs` of a workplace.

    Raises:
        Remedy: It could neither be downloaded nor built.
    """
    base = download.base_url(environment)
    if base:
        try:
            download.download_into(_new(workplace / "programs"), workplace, base, version)
            return
        except download.DownloadError as error:
            say(f"The download is not used: {error}.")
    go_build.build_into(_new(workplace / "programs"), _new(workplace / "go"), version)


def _install(installed: Path, version: str, make_into: Callable[[Path], None]) -> None:
    for left_over in installed.parent.glob(f"{installed.name}.part-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    workplace = Path(tempfile.mkdtemp(prefix=f"{installed.name}.part-", dir=installed.parent))
    try:
        make_into(workplace)
        _require_version(workplace / "programs", version)
        shutil.rmtree(installed, ignore_errors=True)
        (workplace / "programs").rename(installed)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _require_version(programs: Path, version: str) -> None:
    printed = cli_version.printed_by(programs / "pulumi").strip()
    if cli_version.parse(printed) != cli_version.parse(version):
        raise Remedy(
            f"The Pulumi CLI that was made says version {printed or 'nothing'} instead of "
            f"v{version}: put a Pulumi CLI of version {cli_version.OLDEST} or later on PATH."
        )


def _new(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another process that is making the Pulumi CLI.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
