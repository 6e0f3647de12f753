"""What one process of the tests has learned is not learned again by the others: a folder for the time of one run.

Each process collects all tests, and the matrix is made of what each step asks for. `FOLDER` is named in the environment
by the process that starts the others (`tests/conftest.py`); without it everything is learned here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

FOLDER = "RELIABILITY_LEARNED"

T = TypeVar("T")


def shares(keys: Iterable[str]) -> list[str]:
    """The keys in an order of this process's own, so that several do not begin with the same."""
    return sorted(keys, key=lambda key: _digest(f"{os.getpid()} {key}"))


def learned_once(key: str, learn: Callable[[], T]) -> T:
    """What somebody has learned or is learning, or what is learned now."""
    return _learned(key, learn, waits=True)


def learned_now(key: str, learn: Callable[[], T]) -> T | None:
    """The same; None where another process is learning it."""
    return _learned(key, learn, waits=False)


def _learned(key: str, learn: Callable[[], T], *, waits: bool) -> Any:
    folder = os.environ.get(FOLDER)
    if not folder:
        return learn()
    file = Path(folder) / _digest(key)
    if not file.exists():
        with _locked(file.with_suffix(".lock"), waits=waits) as is_ours:
            if not is_ours:
                return None
            if not file.exists():
                found = learn()
                part = file.with_suffix(".part")
                part.write_bytes(pickle.dumps(found))
                part.replace(file)
                return found
    return pickle.loads(file.read_bytes())


@contextmanager
def _locked(path: Path, *, waits: bool) -> Iterator[bool]:
    """Whether the lock is held; it ends with the process, however that ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
