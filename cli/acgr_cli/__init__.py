"""The command `acgr`; each of its commands is a folder here, imported when it is asked for.

Its libraries come with an extra, since a program that only declares resources needs none of them. So nothing is
imported here before it is known whether they are there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .exit_codes import FAILED

__all__ = ["main"]

LIBRARIES = ("click", "jinja2", "rich")
"""What the extra `cli` installs, by the name that is imported."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code, as `acgr --help` tells them.

    Args:
        argv: the arguments; those of the process unless given.
    """
    try:
        from .command_line import run

        return run(argv)
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library not in LIBRARIES:
            raise
        print(
            f'The command acgr needs {library}, which is not installed: pip install "pulumi-acgr[cli]" installs it.',
            file=sys.stderr,
        )
        return FAILED
