"""The command `acgr`; each of its commands is a module or folder here, and adds itself to the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from .failure import CommandFailure
from .preview import commands as preview_commands
from .sandbox import commands as sandbox_commands

__all__ = ["main"]

READER_GONE = 141
"""The exit code where nobody reads the output any more: what a shell shows of a program that SIGPIPE has ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code.

    0 done, 1 not found or failed, 2 wrong usage, 130 interrupted, 141 not read to the end. Commands have further
    ones of their own, which their `--help` says.

    Args:
        argv: the arguments; those of the process unless given.
    """
    parser = argparse.ArgumentParser(prog="acgr", description="Amazon Connect Global Resiliency, at the command line.")
    commands = parser.add_subparsers(dest="command_name", required=True, metavar="COMMAND")
    preview_commands.add_to(commands)
    sandbox_commands.add_to(commands)
    arguments = parser.parse_args(argv)
    handler: Callable[[argparse.Namespace], int] = arguments.handler
    try:
        code = handler(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever reads has seen enough. What is left goes nowhere, or Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except CommandFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'The system'}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
