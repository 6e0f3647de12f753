"""What the scripts say: progress on stderr, failures as one sentence."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tooling.clock import seconds


class Remedy(Exception):
    """A failure whose message is one sentence that names the cause and what to do about it."""


def say(text: str) -> None:
    """Prints one line of progress to stderr."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Says what is being done, and afterwards how many seconds it took.

    Args:
        what: A gerund and its object, for example ``"Building the Pulumi CLI"``.
    """
    say(f"{what} ...")
    started = seconds()
    yield
    say(f"{what}: took {seconds() - started:.0f} s.")


def run_main(main: Callable[[], int]) -> None:
    """Runs a script's `main` and exits with its code: a `Remedy` is a sentence on stderr and code 1.

    SIGTERM ends it like Ctrl-C does, so that temporary folders are removed.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = main()
    except Remedy as remedy:
        say(str(remedy))
        code = 1
    except KeyboardInterrupt:
        say("Interrupted.")
        code = 130
    sys.exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
