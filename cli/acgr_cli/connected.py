"""Commands that ask Connect: the options by which they find the account and the instance, and their progress.

A command has `@asks_connect`, and takes a `Reach`. Nothing is asked before it uses that.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import click

from acgr_connect.aws import settings
from acgr_connect.aws.setting_error import SettingError
from acgr_connect.aws.settings import Settings
from acgr_connect.model.arns import ArnError, is_arn, parse
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.operation import Deadline, Operation, Say, silent
from acgr_connect.survey.pair import find_pair
from acgr_connect.survey.records import Pair
from acgr_connect.world.connection import Connection

from .clock import seconds_now
from .failure import CommandFailure

LONGEST = 3600.0
"""Seconds that a command may take to read everything."""

SAID_EVERY = 10.0
"""Seconds between two lines of progress, where nobody watches a terminal."""


@dataclass
class Reach:
    """How a command reaches Connect.

    Attributes:
        connection: the account.
        instance: the instance that is meant: ARN, id or alias; None: the only one that is replicated.
        regions: where it is looked for.
        say: shows a line of progress.
        pause: shows none meanwhile, so that something else can be said.
        configured: the keys of a stack's configuration that say the same as the options that were given.
    """

    connection: Connection
    instance: str | None
    regions: tuple[str, ...]
    say: Say = silent
    pause: Callable[[], AbstractContextManager[None]] = nullcontext
    configured: Mapping[str, str] = field(default_factory=dict)

    def confirm(self, plan: str, question: str, *, yes: bool) -> bool:
        """Say what is about to be done, and ask whether it may be, on standard error.

        Args:
            plan: what will be done.
            question: without its mark and choices.
            yes: whether the answer was given on the command line.

        Raises:
            CommandFailure: nobody is there to be asked.
        """
        with self.pause():
            click.echo(plan, err=True)
            if not yes and not sys.stdin.isatty():
                raise CommandFailure("Nobody is at a terminal to be asked: add --yes, and it is done.")
            return yes or click.confirm(question, err=True)

    def operation(self, seconds: float = LONGEST) -> Operation:
        """So many seconds, with the command's progress."""
        return Operation(Deadline.after(seconds, self.connection.clock), progress=self.say)

    def pair(self) -> Pair:
        """The pair of instances.

        Raises:
            CommandFailure: no Region is named anywhere.
            ConnectError: it is not found, or no Region answers.
        """
        if not self.regions:
            raise CommandFailure("Say in which Region the instance is: --region, or AWS_REGION in the environment.")
        self.say("looking for the instance")
        return find_pair(self.connection, self.instance, self.regions)


def asks_connect(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options that find an account and an instance; the command takes `reach` instead of them."""
    options = [
        click.option("--instance", metavar="ARN|ID|ALIAS", help="The instance; else the only one that is replicated."),
        click.option(
            "--region",
            "regions",
            multiple=True,
            help="A Region of the pair; else AWS_REGION. Given twice, the second is asked where the first is down.",
        ),
        click.option("--profile", help="A profile of the shared files; else as boto3 finds credentials."),
        click.option("--role-arn", metavar="ARN", help="A role to assume."),
        click.option("--requests-per-second", metavar="N", help="The account's quota (default 2)."),
        click.option("--burst", metavar="N", help="Requests at once (default 5)."),
    ]

    @functools.wraps(command)
    def connected(
        *,
        instance: str | None,
        regions: tuple[str, ...],
        profile: str | None,
        role_arn: str | None,
        requests_per_second: str | None,
        burst: str | None,
        **given: Any,
    ) -> int:
        configured = {
            "acgr:profile": profile,
            "acgr:roleArn": role_arn,
            "acgr:requestsPerSecond": requests_per_second,
            "acgr:burst": burst,
        }
        with _explained(), _progress() as (say, pause):
            connection = Connection(_settings(configured, os.environ))
            said = {key: value for key, value in configured.items() if value is not None}
            reach = Reach(connection, instance, _regions(instance, regions, os.environ), say, pause, said)
            return command(reach=reach, **given)

    for option in reversed(options):
        connected = option(connected)
    return connected


def _settings(configured: Mapping[str, str | None], environ: Mapping[str, str]) -> Settings:
    """What is said on the command line comes before the environment, unlike a stack's configuration."""
    chosen = dict(environ)
    if profile := configured.get("acgr:profile"):
        chosen = {name: value for name, value in environ.items() if name not in settings.CREDENTIALS}
        chosen["ACGR_PROFILE"] = profile
    return settings.read(configured.get, chosen)


def _regions(instance: str | None, given: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, ...]:
    named = [parse(instance, "instance").region] if instance and is_arn(instance) else []
    usual = [] if given else [environ[name] for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if environ.get(name)]
    return tuple(dict.fromkeys([*named, *given, *usual]))


@contextmanager
def _explained() -> Iterator[None]:
    """What Connect or a setting refuses is one sentence for the user."""
    try:
        yield
    except SettingError as error:
        raise CommandFailure(f"{error}.") from error
    except (ConnectError, ArnError) as error:
        text = str(error)
        raise CommandFailure(f"{text[:1].upper()}{text[1:].rstrip('.')}.") from error


@contextmanager
def _progress() -> Iterator[tuple[Say, Callable[[], AbstractContextManager[None]]]]:
    """Shows what is being done on standard error: in place on a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        yield _now_and_then(), nullcontext
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("") as status:

        @contextmanager
        def pause() -> Iterator[None]:
            status.stop()
            try:
                yield
            finally:
                status.start()

        yield lambda line: status.update(escape(line)), pause


def _now_and_then() -> Say:
    said_at = seconds_now()

    def say(line: str) -> None:
        nonlocal said_at
        if (now := seconds_now()) - said_at >= SAID_EVERY:
            said_at = now
            print(f"{line} ...", file=sys.stderr, flush=True)

    return say
