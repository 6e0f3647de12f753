"""The code that is measured: this clone as it is, or a frozen copy of one of its commits."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .environment import CLONE, PACKAGES, Tree


@contextmanager
def tree(commit: str | None) -> Iterator[Tree]:
    """The tree to measure.

    Args:
        commit: a commit, copied so that edits meanwhile do not matter; None for the clone itself.
    """
    cli = _cli()
    if commit is None:
        yield Tree(CLONE, _git("describe", "--always", "--dirty").decode().strip(), cli)
        return
    with tempfile.TemporaryDirectory(prefix="acgr-tree-") as name:
        with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, *PACKAGES))) as archive:
            archive.extractall(name, filter="data")
        yield Tree(Path(name), _git("rev-parse", "--short", commit).decode().strip(), cli)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(CLONE), *arguments], check=True, capture_output=True).stdout


def _cli() -> Path:
    command = [sys.executable, str(CLONE / "scripts" / "pulumi_cli.py")]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Path(found.stdout.splitlines()[-1])
