#!/usr/bin/env python3
"""Draws docs/images/make-up.svg, the picture of the README, from what `make up` and `make preview` say at this moment.

It takes the stack down first, so that `make up` makes everything, and changes no file but the picture.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text
from tooling.console import Remedy, run_main, step

CLONE = Path(__file__).resolve().parents[1]
PICTURE = CLONE / "docs" / "images" / "make-up.svg"
CONFIGURATION = CLONE / "Pulumi.sandbox.yaml"
CHANGED = CLONE / ".state" / "changed.yaml"
CHANGE = ('"+442079460002": {flow: Sales}', '"+442079460002": {flow: Winter IVR}')
WIDTH = 104

SHOWN_OF_UP = re.compile(r"^(?!.*creating).*created \(|^ +\+\d+ is on .*it had no flow for|\d created$|Duration")
"""Lines of `make up` that are drawn: what was made, and how long a number was dark."""

SHOWN_OF_PREVIEW = re.compile(r"[~+-] |no gap|without a gap|unchanged|update$")
"""Lines of `make preview` that are drawn: all but ids and URNs."""

LINES_OF_A_KIND = 3
"""So many lines that look alike are drawn; the others are three dots."""


def main() -> int:
    """Runs both commands, and draws."""
    with step("Running make up and make preview"):
        made("down")
        up = made("up", "--color always")
        before = CONFIGURATION.read_text(encoding="utf-8")
        if CHANGE[0] not in before:
            raise Remedy(f"{CONFIGURATION.name} has no {CHANGE[0]}: mend scripts/picture.py.")
        CHANGED.write_text(before.replace(*CHANGE), encoding="utf-8")
        preview = made("preview", f"--color always --config-file {CHANGED}")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(
        drawn([*_prompt("make up"), *of_up(up), "", *_changed(), *_prompt("make preview"), *of_preview(preview)])
    )
    print(PICTURE.relative_to(CLONE))
    return 0


def made(target: str, arguments: str = "") -> list[str]:
    """What a target prints.

    Raises:
        Remedy: it failed.
    """
    command = ["make", "--no-print-directory", target, *([f"ARGS={arguments}"] if arguments else [])]
    ran = subprocess.run(
        command, cwd=CLONE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if ran.returncode != 0:
        raise Remedy(f"make {target} failed:\n{ran.stdout}")
    return ran.stdout.splitlines()


def of_up(lines: Iterable[str]) -> Iterator[str]:
    """What is worth seeing of `make up`."""
    chosen = [line for line in lines if SHOWN_OF_UP.search(_plain(line))]
    yield from _shortened(chosen)


def of_preview(lines: Iterable[str]) -> Iterator[str]:
    """The preview, without ids and URNs."""
    return (line for line in lines if SHOWN_OF_PREVIEW.search(_plain(line)))


def _shortened(lines: Iterable[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for line in lines:
        kind = " ".join(re.findall(r"Placement|Roster|Resiliency|Stack|no flow for|[a-z]+$", _plain(line)))
        seen[kind] += 1
        if seen[kind] <= LINES_OF_A_KIND:
            yield line
        elif seen[kind] == LINES_OF_A_KIND + 1:
            yield "    …"


def _plain(line: str) -> str:
    return Text.from_ansi(line).plain


def _prompt(command: str) -> Iterator[str]:
    yield f"\x1b[1m$ {command}\x1b[0m"


def _changed() -> Iterator[str]:
    old, new = (re.sub(r"[{}\"]", "", text) for text in CHANGE)
    yield f"\x1b[2m# in Pulumi.sandbox.yaml: {old} becomes {new.partition(': flow: ')[2]}\x1b[0m"


def drawn(lines: Iterable[str]) -> str:
    """A terminal with these lines, each cut where the terminal ends. It fetches no font."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines:
        console.print(Text.from_ansi(line), overflow="ellipsis", no_wrap=True)
    svg = console.export_svg(title="contact-centre", unique_id="acgr")
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    run_main(main)
