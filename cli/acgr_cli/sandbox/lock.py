"""One command at a time where two would get in each other's way."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from acgr_cli.clock import poll


@contextlib.contextmanager
def exclusive_lock(path: Path, *, seconds: float) -> Iterator[bool]:
    """Hold a lock file for the length of a `with` block; False when another held it all of `seconds`.

    The system lets go of the lock when its holder dies; the file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A link is not followed: it would make a file elsewhere.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w") as file:
        yield any(_locked(file.fileno()) for _ in poll(0.05, until=seconds))


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
