"""The command line: which commands there are, and how each of them ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from .exit_codes import FAILED, INTERRUPTED, READER_GONE
from .failure import CommandFailure

COMMANDS = {
    "verify": "verify.commands:verify",
    "discover": "discover.commands:discover",
    "drill": "drill.commands:drill",
    "policy": "policy.commands:policy",
    "report": "report.commands:report",
    "preview-comment": "preview.commands:preview_comment",
    "sandbox": "sandbox.commands:sandbox",
    "completion": "completion:completion",
}
"""Each command, and where it is."""


class _ReaderGone(Exception):
    """Nobody reads the output any more."""


class _Commands(click.Group):
    """Imports a command when it is asked for: none waits for the libraries of another."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which they are told."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> int:
        """Run it, to the last byte of its output. click has an exit code of its own for a reader that is gone."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
            return int(code or 0)
        except BrokenPipeError:
            raise _ReaderGone from None


_EPILOG = """\b
exit codes of every command:
  0    done
  1    not found, or failed: the sentence is on standard error
  2    wrong usage
  3    done, and what was found is not as it should be
  4    done as far as it could be: a Region did not answer, or something may not be read
  130  interrupted
  141  not read to the end
"""


@click.group(
    cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(package_name="pulumi-acgr", message="acgr %(version)s")
def acgr() -> None:
    """Amazon Connect Global Resiliency, at the command line."""


def run(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code, as `acgr --help` tells them.

    Args:
        argv: the arguments; those of the process unless given.
    """
    try:
        code = acgr.main(args=None if argv is None else list(argv), prog_name="acgr", standalone_mode=False)
        return int(code or 0)
    except _ReaderGone:
        # Whoever reads has seen enough. What is left goes nowhere, or Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CommandFailure as failure:
        print(failure, file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"{error.filename or 'The system'}: {error.strerror or error}.", file=sys.stderr)
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
