"""Programs that are made once, and kept in the cache, outside the clone, so that a new clone has them too."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tooling import kept_programs
from tooling.console import Remedy, say


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where programs that were made are kept."""
    if environment.get("ACGR_CACHE"):
        return Path(environment["ACGR_CACHE"]).expanduser().absolute()
    home = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser().absolute() / "acgr"


@dataclass(frozen=True)
class Programs:
    """What is made together.

    Attributes:
        folder: How their folder in the cache is called; it has the version in its name.
        names: The programs without which it is not whole.
        what: What people call them.
        make_into: Fills an empty folder with another, `programs`, which is then installed.
        require: Raises a `Remedy` where the programs of a folder are not what was asked for.
    """

    folder: str
    names: tuple[str, ...]
    what: str
    make_into: Callable[[Path], None]
    require: Callable[[Path], None] = lambda _: None

    def cached(self, environment: Mapping[str, str]) -> Path | None:
        """Their folder in the cache; None where they would have to be made."""
        installed = cache_folder(environment) / self.folder
        return installed if self.are_whole_in(installed) else None

    def find_or_make(self, environment: Mapping[str, str]) -> Path:
        """Their folder in the cache, made first where it is missing.

        Raises:
            Remedy: They cannot be made.
        """
        return cached_or_made(cache_folder(environment), self)

    def are_whole_in(self, installed: Path) -> bool:
        """Whether a folder of the cache holds all of them, and they are what was put there.

        Installing is atomic, so their names are enough to tell that it was finished.
        """
        programs = (installed / name for name in self.names)
        return all(os.access(each, os.X_OK) for each in programs) and kept_programs.why_not(installed) is None


def print_folder(wanted: Programs, script: str) -> int:
    """What a script does that finds or makes programs: prints their folder. The exit code is 1 where they are missing.

    Args:
        wanted: The programs.
        script: How the script is called. With its only argument, `--cached`, nothing is made.
    """
    them = "it" if len(wanted.names) == 1 else "them"
    parser = argparse.ArgumentParser(usage=f"{script} [--cached]")
    parser.add_argument("--cached", action="store_true", help=f"do not build {them}")
    is_cached_only = parser.parse_args().cached
    found = wanted.cached(os.environ) if is_cached_only else wanted.find_or_make(os.environ)
    if found is None:
        is_or_are = "is" if len(wanted.names) == 1 else "are"
        what = wanted.what[0].upper() + wanted.what[1:]
        say(f"{what} {is_or_are} not in the cache: scripts/{script} makes {them}.")
        return 1
    print(found)
    return 0


def cached_or_made(cache: Path, wanted: Programs) -> Path:
    """Their folder in the cache, made first where it is missing, by one process at a time.

    Args:
        cache: The cache's folder; all that was made lies in it side by side.
        wanted: What it is to hold.

    Raises:
        Remedy: It is not there and cannot be made.
    """
    kept_programs.prepare(cache)
    installed = cache / wanted.folder
    if wanted.are_whole_in(installed):
        return installed
    with _alone(cache / f"{installed.name}.lock", wanted.what):
        if not wanted.are_whole_in(installed):
            if installed.exists():
                say(f"{installed} is made anew: {kept_programs.why_not(installed) or 'a program is missing'}.")
            _install(installed, wanted)
    return installed


def new(folder: Path) -> Path:
    """An empty folder, whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _install(installed: Path, wanted: Programs) -> None:
    for left_over in installed.parent.glob(f"{installed.name}.part-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    workplace = Path(tempfile.mkdtemp(prefix=f"{installed.name}.part-", dir=installed.parent))
    try:
        wanted.make_into(workplace)
        wanted.require(workplace / "programs")
        _remove(installed)
        kept_programs.seal(installed, workplace / "programs")
        (workplace / "programs").rename(installed)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _remove(installed: Path) -> None:
    if installed.is_symlink() or installed.is_file():
        installed.unlink()
    shutil.rmtree(installed, ignore_errors=True)
    if installed.exists():
        raise Remedy(f"{installed} cannot be removed: remove it by hand, or name another folder in ACGR_CACHE.")


@contextmanager
def _alone(lock: Path, what: str) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another process that is making {what}.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
