#!/usr/bin/env python3
"""Finds a Pulumi CLI that fits this project, or makes one, and prints its folder as the last line of stdout.

With `-- COMMAND ...` it runs the command instead, that folder and this Python's own first on PATH.

In this order: a fitting one on PATH; the one in the cache; the official download; a build from Go modules.
"""

from __future__ import annotations

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
    """The folder that holds a fitting `pulumi`.

    Raises:
        Remedy: There is none and none can be made.
    """
    found, passed_over = cli_version.on_path(environment.get("PATH", ""))
    for sentence in passed_over:
        say(sentence)
    return found or cached_or_made(cache_folder(environment), lambda into: make(into, environment))


def cached_or_made(cache: Path, make_into: Callable[[Path], None]) -> Path:
    """The CLI in the cache, made first where it is missing, by one process at a time.

    Args:
        cache: The cache's folder.
        make_into: Fills an empty folder with another, `programs`, which is then installed.
    """
    installed = cache / f"pulumi-v{cli_version.PINNED}"
    if is_whole(installed):
        return installed
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{installed.name}.lock"):
        if not is_whole(installed):
            _install(installed, make_into)
    return installed


def is_whole(folder: Path) -> bool:
    """Whether a folder of the cache holds a CLI; installing is atomic, so two programs are enough to tell."""
    return all(os.access(folder / name, os.X_OK) for name in ("pulumi", cli_version.LANGUAGE_HOST))


def make(workplace: Path, environment: Mapping[str, str]) -> None:
    """Downloads or builds the CLI into the folder `programs` of a workplace.

    Raises:
        Remedy: It could neither be downloaded nor built.
    """
    base = download.base_url(environment)
    if base:
        try:
            download.download_into(_new(workplace / "programs"), workplace, base)
            return
        except download.DownloadError as error:
            say(f"The download is not used: {error}.")
    go_build.build_into(_new(workplace / "programs"), _new(workplace / "go"))


def _install(installed: Path, make_into: Callable[[Path], None]) -> None:
    for left_over in installed.parent.glob(f"{installed.name}.part-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    workplace = Path(tempfile.mkdtemp(prefix=f"{installed.name}.part-", dir=installed.parent))
    try:
        make_into(workplace)
        _require_pinned(workplace / "programs")
        shutil.rmtree(installed, ignore_errors=True)
        (workplace / "programs").rename(installed)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _require_pinned(programs: Path) -> None:
    printed = cli_version.printed_by(programs / "pulumi").strip()
    if cli_version.parse(printed) != cli_version.parse(cli_version.PINNED):
        raise Remedy(
            f"The Pulumi CLI that was made says version {printed or 'nothing'} instead of "
            f"v{cli_version.PINNED}: put a Pulumi CLI of version 3.250.0 or later on PATH."
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
    marker, command = sys.argv[1:2], sys.argv[2:]
    if marker and (marker != ["--"] or not command):
        raise Remedy("Usage: pulumi_cli.py [-- COMMAND ...].")
    cli = find_or_make(os.environ)
    if command:
        return _run(command, cli)
    print(cli)
    return 0


def _run(command: list[str], cli: Path) -> int:
    folders = (str(Path(sys.executable).parent), str(cli), os.environ.get("PATH", os.defpath))
    return run(command, Path.cwd(), {**os.environ, "PATH": os.pathsep.join(folders)})


if __name__ == "__main__":
    run_main(main)
