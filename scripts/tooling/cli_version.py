"""Which Pulumi CLI fits this project, and whether PATH has one."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import NamedTuple

NEWEST = "3.276.0"
"""The version that is built."""

OLDEST = "3.250.0"
"""The oldest version that is accepted from PATH; `make test-oldest` has it made."""

LANGUAGE_HOST = "pulumi-language-python"
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


class Version(NamedTuple):
    """A semantic version; build metadata is dropped, since it orders nothing."""

    major: int
    minor: int
    patch: int
    prerelease: str = ""


def parse(text: str) -> Version | None:
    """The version that `pulumi version` printed, or None: a build without a version prints nothing."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    major, minor, patch, prerelease, _ = match.groups()
    return Version(int(major), int(minor), int(patch), (prerelease or "").lstrip("-"))


def fits(version: Version | None) -> bool:
    """Whether a CLI of that version can run this project: `OLDEST` or later, and still version 3."""
    oldest = parse(OLDEST)
    if version is None or oldest is None or version.major != oldest.major:
        return False
    numbers = version[:3]
    return numbers > oldest[:3] or (numbers == oldest[:3] and not version.prerelease)


def printed_by(pulumi: Path) -> str:
    """What `pulumi version` prints, or `""` where it cannot be run."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = [str(pulumi), "version"]
    try:
        ran = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=environment
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return ran.stdout if ran.returncode == 0 else ""


def has_language_host(folder: Path, path: str) -> bool:
    """Whether the engine finds Python's language host: beside `pulumi`, or on PATH."""
    return bool(which(LANGUAGE_HOST, path=str(folder)) or which(LANGUAGE_HOST, path=path))


def on_path(path: str, ask: Callable[[Path], str] = printed_by) -> tuple[Path | None, list[str]]:
    """Chooses the first fitting `pulumi` on a PATH.

    Args:
        path: The value of PATH.
        ask: Gives what `pulumi version` prints for one binary.

    Returns:
        The folder of the chosen one or None, and one sentence for each that was passed over.
    """
    passed_over: list[str] = []
    for pulumi in _candidates(path):
        reason = _unfit(pulumi, path, ask)
        if reason is None:
            return pulumi.parent, passed_over
        passed_over.append(f"{pulumi} is passed over: {reason}.")
    return None, passed_over


def _unfit(pulumi: Path, path: str, ask: Callable[[Path], str]) -> str | None:
    printed = ask(pulumi).strip()
    if not fits(parse(printed)):
        return f"its version is {printed or 'unknown'}, and it takes {OLDEST} or later, below 4"
    if not has_language_host(pulumi.parent, path):
        return f"{LANGUAGE_HOST} is neither beside it nor on PATH"
    return None


def _candidates(path: str) -> Iterator[Path]:
    for folder in dict.fromkeys(part for part in path.split(os.pathsep) if part):
        found = which("pulumi", path=folder)
        if found:
            yield Path(found).absolute()
