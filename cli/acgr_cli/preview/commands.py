"""`acgr preview-comment`: the command line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from acgr_cli.failure import CommandFailure

from .as_json import as_json
from .as_text import as_text
from .markdown import markdown
from .reading import decoded, read_preview
from .report import Report, report_of
from .rules import KINDS, Objection, Rule, UnknownKind, objections, rules

STOPPED = 3
"""Exit code where `--fail-on` objects."""

_WIDTH = max(map(len, KINDS))

_EPILOG = """\b
exit codes:
  0  the comment is written, also where the preview failed
  1  FILE cannot be read
  2  wrong usage
  3  the comment is written, and --fail-on objects: a sentence for each reason is on standard error

\b
kinds of --fail-on (KIND=N lets N of them pass):
""" + "\n".join(f"  {name:{_WIDTH}}  {kind.help}" for name, kind in KINDS.items())


def _rules(_context: click.Context, _parameter: click.Parameter, text: str) -> list[Rule]:
    try:
        return rules(text) if text else []
    except UnknownKind as error:
        raise click.BadParameter(str(error)) from None


@dataclass(frozen=True)
class _Shape:
    """How the comment is written."""

    format: str
    marker: str
    title: str


@click.command(
    "preview-comment", epilog=_EPILOG, short_help="a comment for a pull request: what a preview means for callers"
)
@click.argument("file", default="-", metavar="FILE")
@click.option("--stderr", type=click.Path(path_type=Path), help="What the preview printed to its standard error.")
@click.option("--exit-code", type=int, metavar="N", help="The preview's exit code; not 0 is a failure.")
@click.option("--format", "form", type=click.Choice(["markdown", "json", "text"]), default="markdown")
@click.option("--stack", default="", metavar="PROJECT/STACK", help="Where a preview that failed does not say it.")
@click.option("--marker", default="", help="What the hidden first line holds instead of PROJECT/STACK.")
@click.option("--title", default="", help="The heading.")
@click.option("--fail-on", default="", metavar="KINDS", callback=_rules, help="Exit with 3; kinds with commas, below.")
def preview_comment(
    file: str,
    stderr: Path | None,
    exit_code: int | None,
    form: str,
    stack: str,
    marker: str,
    title: str,
    fail_on: list[Rule],
) -> int:
    """Write what a preview means for callers and agents: a comment for a pull request.

    FILE is what `pulumi preview --json` printed, - (default) the standard input. The streamed form
    (PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true) and the file of `pulumi preview --event-log` are understood as well. A
    preview that failed gives a comment that says why.
    """
    beside = decoded(_bytes(stderr)) if stderr else ""
    report = report_of(read_preview(decoded(_bytes(file)), beside), stack=stack, exit_code=exit_code)
    found = objections(report, fail_on)
    _print(_formatted(report, found, _Shape(form, marker, title)).encode())  # whatever the locale is
    for one in found:
        print(f"{one.kind}: {one.text}", file=sys.stderr)
    return STOPPED if found else 0


def _print(data: bytes) -> None:
    """All of it: an output that is not buffered (PYTHONUNBUFFERED) takes as much at a time as a pipe holds."""
    rest = memoryview(data)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) or 0 :]
    sys.stdout.buffer.flush()


def _formatted(report: Report, found: list[Objection], shape: _Shape) -> str:
    if shape.format == "json":
        return as_json(report, found, marker=shape.marker)
    if shape.format == "text":
        return as_text(report, found, title=shape.title)
    return markdown(report, found, marker=shape.marker, title=shape.title)


def _bytes(file: str | Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandFailure(f"{file} cannot be read: {error.strerror}.") from None
