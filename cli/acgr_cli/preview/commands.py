"""`acgr preview-comment`: the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from acgr_cli.failure import CommandFailure

from .as_json import as_json
from .as_text import as_text
from .markdown import markdown
from .reading import decoded, read_preview
from .report import Report, report_of
from .rules import KINDS, Objection, Rule, UnknownKind, objections, rules

STOPPED = 3
"""Exit code where `--fail-on` objects."""

_DESCRIPTION = """\
Write what a preview of Pulumi means for callers and agents: a comment for a pull request.

FILE is what `pulumi preview --json` printed. The streamed form (PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true) and the
file of `pulumi preview --event-log` are understood as well. A preview that failed gives a comment that says why.
"""

_EPILOG = """\
exit codes:
  0  the comment is written, also where the preview failed
  1  FILE cannot be read
  2  wrong usage
  3  the comment is written, and --fail-on objects: a sentence for each reason is on standard error

kinds of --fail-on (KIND=N lets N of them pass):
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `preview-comment` to the command line."""
    width = max(map(len, KINDS))
    kinds = "\n".join(f"  {name:{width}}  {kind.help}" for name, kind in KINDS.items())
    parser = commands.add_parser(
        "preview-comment",
        help="a comment for a pull request: what a preview means for callers",
        description=_DESCRIPTION,
        epilog=_EPILOG + kinds,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- (default) is the standard input")
    parser.add_argument("--stderr", type=Path, metavar="FILE", help="what the preview printed to its standard error")
    parser.add_argument("--exit-code", type=int, metavar="N", help="the preview's exit code; not 0 is a failure")
    parser.add_argument("--format", choices=("markdown", "json", "text"), default="markdown")
    parser.add_argument(
        "--stack", default="", metavar="PROJECT/STACK", help="where a preview that failed does not say it"
    )
    parser.add_argument("--marker", default="", help="what the hidden first line holds instead of PROJECT/STACK")
    parser.add_argument("--title", default="", help="the heading")
    parser.add_argument(
        "--fail-on", type=_rules, default=[], metavar="KINDS", help="exit with 3; kinds with commas, below"
    )
    parser.set_defaults(handler=_write)


def _rules(text: str) -> list[Rule]:
    try:
        return rules(text)
    except UnknownKind as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _write(arguments: argparse.Namespace) -> int:
    text = decoded(_bytes(arguments.file))
    beside = decoded(_bytes(arguments.stderr)) if arguments.stderr else ""
    preview = read_preview(text, beside)
    report = report_of(preview, stack=arguments.stack, exit_code=arguments.exit_code)
    found = objections(report, arguments.fail_on)
    _print(_formatted(report, found, arguments).encode())  # whatever the locale is
    for one in found:
        print(f"{one.kind}: {one.text}", file=sys.stderr)
    return STOPPED if found else 0


def _print(data: bytes) -> None:
    """All of it: an output that is not buffered (PYTHONUNBUFFERED) takes as much at a time as a pipe holds."""
    rest = memoryview(data)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) or 0 :]
    sys.stdout.buffer.flush()


def _formatted(report: Report, found: list[Objection], arguments: argparse.Namespace) -> str:
    if arguments.format == "json":
        return as_json(report, found, marker=arguments.marker)
    if arguments.format == "text":
        return as_text(report, found, title=arguments.title)
    return markdown(report, found, marker=arguments.marker, title=arguments.title)


def _bytes(file: str | Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandFailure(f"{file} cannot be read: {error.strerror}.") from None
