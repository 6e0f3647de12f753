"""Several files of one folder, written together: all of them, or none, whatever stops it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol


class Rename(Protocol):
    """Moves a file or a folder within a file system, at once."""

    def __call__(self, before: Path, after: Path, /) -> object:
        """Move it."""


def in_the_way(folder: Path, names: Iterable[str]) -> list[str]:
    """Which of the names there are in the folder already."""
    return [name for name in names if os.path.lexists(folder / name)]


def write_together(folder: Path, texts: Mapping[str, str], *, rename: Rename = os.rename) -> None:
    """Write files into a folder, which is made if need be; files that are there are replaced.

    What is stopped half-way, by an error or Ctrl-C, leaves the folder as it was. Texts are written as UTF-8; half a
    pair of surrogates, which no text should have, is written as an escape.

    Args:
        folder: where to; the folder above it exists.
        texts: file name to text.
        rename: moves a file or folder.

    Raises:
        OSError: it cannot be done: nothing has changed.
    """
    is_new = not folder.exists()
    # Beside the folder that it becomes, or in it: what is moved has to stay within one file system.
    with TemporaryDirectory(prefix=".acgr-discover-", dir=folder.parent if is_new else folder) as scratch:
        fresh, old = Path(scratch) / "fresh", Path(scratch) / "old"
        fresh.mkdir()
        old.mkdir()
        for name, text in texts.items():
            (fresh / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        if is_new:
            rename(fresh, folder)
        else:
            _exchange(folder, fresh, old, list(texts), rename)


def _exchange(folder: Path, fresh: Path, old: Path, names: Iterable[str], rename: Rename) -> None:
    try:
        for name in names:
            if os.path.lexists(folder / name):
                rename(folder / name, old / name)
            rename(fresh / name, folder / name)
    except BaseException:
        # How far it has come is told by where the files are: it may have been stopped between any two steps.
        for name in names:
            if not os.path.lexists(fresh / name):
                os.rename(folder / name, fresh / name)
            if os.path.lexists(old / name):
                os.rename(old / name, folder / name)
        raise
