"""`acgr discover`: the command line."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import click

from acgr_cli.connected import Reach, asks_connect
from acgr_cli.exit_codes import DONE, FOUND, PARTIAL
from acgr_cli.failure import CommandFailure
from acgr_connect.survey.reading import survey

from .as_data import as_json, as_yaml, data
from .choosing import Choice, Pattern, UnreadablePattern
from .files import in_the_way, write_together
from .found import Found, found, names_there
from .program import Program, files, project_name, said

_EPILOG = """\b
exit codes:
  0  everything on the groups is declared, but for what --include and --exclude leave out
  1  not found, or failed: nothing was written
  2  wrong usage
  3  written, and something is left out that cannot be declared without changing it
  4  written, and something is left out because it could not be read

\b
examples:
  acgr discover --region eu-west-2 --out contact-centre
  acgr discover --region eu-west-2 --exclude 'group:test*' --include 'number:+4420*' --format json
"""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def _patterns(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    try:
        return tuple(map(Pattern.read, texts))
    except UnreadablePattern as error:
        raise click.BadParameter(str(error)) from None


def _name(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    if text is not None and not _NAME.fullmatch(text):
        raise click.BadParameter(f"{text!r} has something else in it than letters, digits, '-', '_' and '.'")
    return text


@click.command(epilog=_EPILOG, short_help="a program for what there is, which changes nothing")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write a program into this folder.")
@click.option("--force", is_flag=True, help="Replace files of the program that are in FOLDER already.")
@click.option("--project", metavar="NAME", callback=_name, help="The project's name; else the instance's alias.")
@click.option("--stack", metavar="NAME", default="prod", callback=_name, help="The stack's name (prod).")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), help="Print what there is instead (yaml).")
@click.option(
    "--include",
    multiple=True,
    metavar="KIND:PATTERN",
    callback=_patterns,
    help="Of a kind (group, number, agent), only what fits; may be repeated.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="KIND:PATTERN",
    callback=_patterns,
    help="Nothing that fits; may be repeated. Groups go by name, numbers by E.164, agents by user name.",
)
@asks_connect
def discover(
    reach: Reach,
    out: Path | None,
    force: bool,
    project: str | None,
    stack: str,
    form: str | None,
    include: tuple[Pattern, ...],
    exclude: tuple[Pattern, ...],
) -> int:
    """Read what an instance and its replica have, and write a program on which `pulumi up` changes nothing.

    The program declares the traffic distribution groups with their numbers, flows and agents. What it leaves out, and
    why, is said in it. Nothing is changed in Amazon Connect.
    """
    if out and form:
        raise click.UsageError("--out writes a program, and --format prints data: give one of them.")
    names = Program(project or "", stack).names
    if out:
        _require_room(out, names, force=force)
    made = read(reach, Choice(include, exclude))
    if out:
        program = Program(project or project_name(made.pair.alias), stack, reach.configured)
        _require_room(out, names, force=force)
        write_together(out, texts := files(made, program))
        _print(_summary(made, program, out, list(texts)))
    else:
        _print((as_json if form == "json" else as_yaml)(data(made)))
    if made.unread:
        return PARTIAL
    return FOUND if made.has_findings else DONE


def read(reach: Reach, choice: Choice) -> Found:
    """What there is, as far as it is meant; patterns that nothing fits are named on standard error.

    Raises:
        CommandFailure: the instance has no replica, and so no groups.
        ConnectError: the instance is not found.
    """
    pair = reach.pair()
    if pair.replica is None:
        raise CommandFailure(
            f"Instance {pair.alias} in {pair.source.region} is not replicated: there are no traffic distribution "
            "groups, and so nothing to declare."
        )
    surveyed = survey(reach.connection, pair, reach.operation())
    for pattern in choice.idle(names_there(surveyed)):
        print(f"Nothing fits {pattern}.", file=sys.stderr)
    return found(surveyed, choice)


def _require_room(out: Path, names: tuple[str, ...], *, force: bool) -> None:
    if not out.resolve().parent.is_dir():
        raise CommandFailure(f"{out.parent} is no folder: make it first.")
    if out.exists() and not out.is_dir():
        raise CommandFailure(f"{out} is no folder.")
    there = in_the_way(out, names)
    if odd := [name for name in there if not (out / name).is_file()]:
        raise CommandFailure(f"{out / odd[0]} is no file: it is not replaced.")
    if there and not force:
        raise CommandFailure(f"{out} has {', '.join(there)} already: --force replaces them, or choose another folder.")


def _summary(made: Found, program: Program, out: Path, names: list[str]) -> str:
    numbers = sum(len(one.numbers) for one in made.groups)
    agents = sum(len(one.agents or ()) for one in made.groups)
    counts = ((len(made.groups), "group"), (numbers, "number"), (agents, "agent"))
    declared = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    lines = [f"{out}: {', '.join(names)}", f"Declared: {declared}."]
    if left := said(made):
        lines += ["Not declared:", *(f"  {line}" for line in left)]
    here, stack = shlex.quote(str(out)), shlex.quote(program.stack)
    lines += [
        "Next:",
        f"  cd {here}",
        "  pulumi install",
        f"  pulumi stack init {stack}",
        "  pulumi preview    # says of each number that callers notice nothing",
    ]
    return "\n".join([*lines, ""])


def _print(text: str) -> None:
    """As UTF-8, whatever the locale is."""
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
