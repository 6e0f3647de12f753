#!/usr/bin/env python3
"""Finds a Pulumi CLI that fits this project, or makes one, and prints its folder as the last line of stdout.

With `-- COMMAND ...` it runs the command instead, this Python's own folder and that one first on PATH.

In this order: a fitting one on PATH; the newest in the cache, if it is what was put there; a build from Go modules,
whose hashes are in this repository. With `--version oldest` (or `newest`) it is exactly the oldest version that is
supported, and PATH is not asked.
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

from tooling import cli_version, go_build, kept_cli
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
    return cached_or_made(cache_folder(environment), version, lambda into: make(into, version))


def cached_or_made(cache: Path, version: str, make_into: Callable[[Path], None]) -> Path:
    """A version of the CLI in the cache, made first where it is missing, by one process at a time.

    Args:
        cache: The cache's folder; the versions lie in it side by side.
        version: The version, without the letter v.
        make_into: Fills an empty folder with another, `programs`, which is then installed.
    """
    kept_cli.prepare(cache)
    installed = cache / f"pulumi-v{version}"
    if is_whole(installed):
        return installed
    with _alone(cache / f"{installed.name}.lock"):
        if not is_whole(installed):
            if installed.exists():
                say(f"{installed} is made anew: {kept_cli.why_not(installed) or 'a program is missing'}.")
            _install(installed, version, make_into)
    return installed


def is_whole(folder: Path) -> bool:
    """Whether a folder of the cache holds a CLI, which is the one that was put there.

    Installing is atomic, so two programs are enough to tell that it was finished.
    """
    programs = (folder / name for name in ("pulumi", cli_version.LANGUAGE_HOST))
    return all(os.access(program, os.X_OK) for program in programs) and kept_cli.why_not(folder) is None


def make(workplace: Path, version: str) -> None:
    """Builds a version of the CLI into the folder `programs` of a workplace.

    Raises:
        Remedy: It cannot be built.
    """
    go_build.build_into(_new(workplace / "programs"), _new(workplace / "go"), version)


def _install(installed: Path, version: str, make_into: Callable[[Path], None]) -> None:
    for left_over in installed.parent.glob(f"{installed.name}.part-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    workplace = Path(tempfile.mkdtemp(prefix=f"{installed.name}.part-", dir=installed.parent))
    try:
        make_into(workplace)
        _require_version(workplace / "programs", version)
        _remove(installed)
        kept_cli.seal(installed, workplace / "programs")
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


def _remove(installed: Path) -> None:
    if installed.is_symlink() or installed.is_file():
        installed.unlink()
    shutil.rmtree(installed, ignore_errors=True)
    if installed.exists():
        raise Remedy(f"{installed} cannot be removed: remove it by hand, or name another folder in ACGR_CACHE.")


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
