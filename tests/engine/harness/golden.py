"""What people see of a situation, kept beside the tests: the text of the CLI, and the comment for a pull request.

One command gives both: the CLI prints its text, and writes its events into a file, of which the comment is made.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from harness.declarations import DYNAMIC
from harness.output import Ran
from harness.stack import Stack

from acgr_cli.preview.markdown import markdown
from acgr_cli.preview.reading import decoded, read_preview
from acgr_cli.preview.report import report_of

FOLDER = Path(__file__).resolve().parents[1] / "golden"
RENEW = "a change here is a change for users: renew with `make golden`, read it, and say it in CHANGELOG.md"

_EVENTS = {"PULUMI_DEBUG_COMMANDS": "true"}
"""What makes the CLI take `--event-log`."""

_ROW = re.compile(r" (?P<op>[+~@ -]{1,2}) +(?P<type>\S+:\S+:?\S*) (?P<name>\S+) (?P<rest>.*)")
_SUBJECT = re.compile(r"  \S+ \((.+)\):")
_TAKES = re.compile(r"(the run takes about) .{1,40}? (at 2 requests a second)")
"""Whether the rate is counted per operation or over all is learned, from answers that come sooner or later."""

_NORMAL = (
    (re.compile(r"\(\d+s\)"), "(N s)"),
    (re.compile(r"^(Duration:) .*", re.MULTILINE), r"\1 N s"),
    (re.compile(r"(it had no flow for) [0-9.]+ s"), r"\1 N s"),
    (re.compile(r"(dark in .{1,60} since) [0-9T:.+Z-]+"), r"\1 TIME"),
    (re.compile(r"(aws:|AWS request id|request id:?) [0-9a-f-]{36}"), r"\1 ID"),
)
"""What differs from run to run, and what stands in its place."""


_BY_NATIVE = (
    (re.compile(r"\bacgr:index:(?!GlobalResiliency\b)"), DYNAMIC),
    (re.compile(r"^Outputs:\n(?:    .*\n)+\n", re.MULTILINE), ""),
)
"""What the native provider has otherwise: its types; and outputs, which only it knows in a first preview."""


class Golden:
    """The situations of one test, each in its folder.

    Args:
        renews: whether what is seen is written down; else it is compared with what is written.
    """

    def __init__(self, *, renews: bool) -> None:
        self._renews = renews
        self._differences: list[str] = []

    def preview(
        self, situation: str, stack: Stack, *arguments: str, by_native: bool = False, **environment: str
    ) -> Ran:
        """A preview, its text and the comment made of it; those of the native provider are to be the same."""
        stack.forget_pace()
        events = stack.folder.parent / f"{situation}.events"
        ran = stack.preview("--event-log", str(events), *arguments, **{**_EVENTS, **environment})
        text = printed(["preview", *arguments], ran)
        for changing, instead in _BY_NATIVE if by_native else ():
            text = changing.sub(instead, text)
        self.seen(situation, "preview.txt", text, renews=not by_native)
        report = report_of(read_preview(decoded(events.read_bytes())), exit_code=ran.code, stack="trial/dev")
        self.seen(situation, "comment.md", markdown(report), renews=not by_native)
        return ran

    def up(self, situation: str, ran: Ran) -> None:
        """The text of an update."""
        self.seen(situation, "up.txt", printed(["up"], ran))

    def seen(self, situation: str, name: str, text: str, *, renews: bool = True) -> None:
        """One text of a situation; without `renews` it is compared in any case."""
        text = _TAKES.sub(r"\1 N s \2", text)
        file = FOLDER / situation / name
        if self._renews and renews:
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text(text, encoding="utf-8")
            return
        kept = file.read_text(encoding="utf-8") if file.exists() else ""
        lines = (kept.splitlines(keepends=True), text.splitlines(keepends=True))
        self._differences += difflib.unified_diff(*lines, f"{situation}/{name}", "what people see")

    def agree(self) -> None:
        """What was seen is what is kept.

        Raises:
            AssertionError: it is not; the difference is shown.
        """
        assert not self._differences, f"{RENEW}\n{''.join(self._differences)}"


def printed(arguments: list[str], ran: Ran) -> str:
    """What a command printed, the same again in each run: a row for each resource, in order of names.

    The CLI prints the row of a resource whenever there is something new to say of it, and rows and sentences of
    resources that are worked on at once in any order.
    """
    beginning, rows, end = _rows(ran.text)
    text = "\n".join([*filter(None, beginning), "", *rows, *_ordered(end)])
    for changing, instead in _NORMAL:
        text = changing.sub(instead, text)
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join([f"$ pulumi {' '.join(arguments)}", *lines]).rstrip() + "\n"


def _rows(text: str) -> tuple[list[str], list[str], list[str]]:
    """The lines before the rows, the last row of each resource, and the lines after."""
    beginning, rows = list[str](), dict[str, str]()
    lines = [line for line in text.splitlines() if not line.startswith("@")]  # that it is at work still
    for at, line in enumerate(lines):
        if line in {"Diagnostics:", "Resources:"}:
            return beginning, [rows[name] for name in sorted(rows, key=_stack_first)], ["", *lines[at:]]
        if found := _ROW.fullmatch(line):
            rows[found["name"]] = line
        else:
            beginning.append(line)
    return beginning, [*rows.values()], []


def _stack_first(name: str) -> tuple[bool, str]:
    return name != PROJECT, name


PROJECT = "trial-dev"


def _ordered(lines: list[str]) -> list[str]:
    """The diagnostics in order of the resources' names."""
    before, parts, after, kept = list[str](), dict[str, list[str]](), list[str](), ""
    for line in lines:
        if found := _SUBJECT.fullmatch(line):
            kept = found.group(1)
            parts[kept] = [line]
        elif kept and (line.startswith("    ") or not line):
            parts[kept].append(line)
        else:
            kept = ""
            (after if parts else before).append(line)
    return [*before, *(line for name in sorted(parts, key=_stack_first) for line in parts[name]), *after]
