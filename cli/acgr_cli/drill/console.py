"""How a drill speaks to a person, and asks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import click

from acgr_cli.failure import CommandFailure


class Console(Protocol):
    """What a drill needs of whoever runs it."""

    def say(self, line: str) -> None:
        """Show a line."""

    def confirm(self, question: str) -> bool:
        """Ask whether to go on."""

    def ask(self, question: str) -> str:
        """Ask for a line of text; "" where nothing was typed."""


class Terminal:
    """The terminal that the command runs in.

    Args:
        pause: shows no progress meanwhile.
        yes: whether questions of whether to go on are answered already.
        to_stderr: whether lines go to standard error, because the answer on standard output is for a program.
    """

    def __init__(self, pause: Callable[[], AbstractContextManager[None]], *, yes: bool, to_stderr: bool) -> None:
        self._pause, self._yes, self._to_stderr = pause, yes, to_stderr

    def say(self, line: str) -> None:
        """Print it at once."""
        with self._pause():
            click.echo(line, err=self._to_stderr)

    def confirm(self, question: str) -> bool:
        """True with --yes; else what is typed; Enter alone is no.

        Raises:
            CommandFailure: there is nobody to ask.
        """
        if self._yes:
            return True
        if not sys.stdin.isatty():
            raise CommandFailure("Nothing was changed: nobody is at a terminal to be asked. With --yes it is done.")
        with self._pause():
            return click.confirm(question, default=False, err=self._to_stderr)

    def ask(self, question: str) -> str:
        """What is typed.

        Raises:
            CommandFailure: there is nobody to ask.
        """
        if not sys.stdin.isatty():
            raise CommandFailure("--ask-to-call takes a terminal, and there is none.")
        with self._pause():
            return str(click.prompt(question, default="", show_default=False, err=self._to_stderr)).strip()
