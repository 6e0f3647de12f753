"""Whether the programs in a folder of the cache are those that were put there: by this user, and unchanged since.

A program from the cache is executed. So nobody else may own or write it, and its hash must be the one that was written
down beside it when it was made. What does not fit is made anew.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from tooling.console import Remedy

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def prepare(cache: Path) -> None:
    """Makes the cache's folder, or takes from everybody else the right to write to it.

    Raises:
        Remedy: It belongs to somebody else, or is no folder.
    """
    cache.mkdir(parents=True, exist_ok=True)
    found = cache.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Remedy(f"{cache} is not your own folder, and programs are run from it: name another one in ACGR_CACHE.")
    if found.st_mode & _WRITABLE_BY_OTHERS:
        cache.chmod(stat.S_IMODE(found.st_mode) & ~_WRITABLE_BY_OTHERS)


def seal(installed: Path, programs: Path) -> None:
    """Takes from everybody else the right to write to what is about to be installed, and writes down its hashes.

    Args:
        installed: Where the programs will lie.
        programs: Where they lie still.
    """
    for path in (programs, *programs.iterdir()):
        path.chmod(0o755)  # whatever the umask lets the group do
    noted = _record_of(installed)
    part = noted.with_suffix(".part")
    part.unlink(missing_ok=True)  # never written through a link that somebody else has put there
    part.write_text(_hashes(programs), encoding="utf-8")
    part.chmod(0o644)
    part.replace(noted)


def why_not(installed: Path) -> str | None:
    """Why what is installed is not used, or None where it is as it was made, and nobody else's.

    Args:
        installed: A folder of the cache that is there.
    """
    noted = _record_of(installed)
    if not noted.exists():
        return "nobody wrote down what was put there"
    for path in (installed, noted, *installed.iterdir()):
        found = path.lstat()
        if found.st_uid != os.getuid() or stat.S_ISLNK(found.st_mode):
            return f"{path.name} is not your own"
        if found.st_mode & _WRITABLE_BY_OTHERS:
            return f"others may write to {path.name}"
    if noted.read_text(encoding="utf-8") != _hashes(installed):
        return "it is not what was put there"
    return None


def _record_of(installed: Path) -> Path:
    return installed.with_name(f"{installed.name}.sha256")


def _hashes(folder: Path) -> str:
    """One line for each file, as `sha256sum` writes it."""
    return "".join(f"{_sha256(file)}  {file.name}\n" for file in sorted(folder.iterdir()))


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
