"""Virtual environments as pip makes them, without a network: what a wheel depends on comes from this environment."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

OURS = "pulumi-acgr"
BUILDING = ("hatchling", "hatch-vcs", "setuptools-scm")
"""What builds our wheel: `build-system` in pyproject.toml."""


def make(folder: Path, extras: Iterable[str], *others: str) -> Path:
    """An environment with pip and what we depend on with these extras, those distributions, and no other; its Python.

    We are not installed in it.
    """
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python3*/site-packages")
    seen = set[str]()
    wanted = {"pip", *others} | _asked_for(OURS, frozenset(extras), seen)
    for other in others:
        wanted |= _asked_for(other, frozenset(), seen)
    for name in sorted(wanted):
        there = distribution(name)
        for top in {file.parts[0] for file in there.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / top).exists():
                (packages / top).symlink_to(Path(str(there.locate_file(top))))
    return folder / "bin" / "python"


def pip_install(python: Path, *arguments: str, cwd: Path | None = None, **environment: str) -> None:
    """`pip install`, which reaches no index."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-compile"]
    subprocess.run([*pip, *arguments], cwd=cwd, env=environment or None, check=True)


def _asked_for(name: str, extras: frozenset[str], seen: set[str]) -> set[str]:
    """The distributions that are installed where one is asked for, without that one."""
    found = set[str]()
    for asked in map(Requirement, distribution(name).requires or ()):
        if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            one = canonical(asked.name)
            if one not in seen:
                seen.add(one)
                found |= {one} | _asked_for(one, frozenset(asked.extras), seen)
    return found
