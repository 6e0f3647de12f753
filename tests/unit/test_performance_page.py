"""docs/performance.md shows what bench/results.jsonl says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
RENEW = 'make bench ARGS="--results bench/results.jsonl --render bench/results.md"'

sys.path.insert(0, str(ROOT / "bench"))

from workload_measures.case import Case  # noqa: E402
from workload_measures.plot import Figure, drawn, figures  # noqa: E402
from workload_measures.results import kept, markdown, newest  # noqa: E402

ROWS = newest(kept(ROOT / "bench" / "results.jsonl"))


@pytest.mark.parametrize("figure", figures(ROWS), ids=lambda figure: figure.name)
def test_each_figure_is_drawn_from_the_rows(figure: Figure) -> None:
    """The committed picture is what the rows give, and the page shows it."""
    path = ROOT / "docs" / "images" / f"performance-{figure.name}.svg"
    assert path.read_text(encoding="utf-8") == drawn(figure) + "\n", RENEW
    assert f"(images/{path.name})" in PAGE


def test_the_rows_are_whole() -> None:
    """bench/results.md has the table of all rows."""
    assert markdown(ROWS) in (ROOT / "bench" / "results.md").read_text(encoding="utf-8"), RENEW


def test_numbers_of_the_text_are_of_the_figures() -> None:
    """What the text says in seconds stands in a figure."""
    said = {text for figure in figures(ROWS) for bar in figure.bars for text in (bar.said, *bar.note.split(", "))}
    numbers = set(re.findall(r"(?<!of )\b\d+(?:\.\d+)? s\b(?! after)", PAGE)) - {"5 s", "497 s"}
    assert numbers
    assert numbers <= said


COMPARED = {
    "acgr": Case("numbers25"),
    "Terraform, flows": Case("numbers25", tool="terraform"),
    "boto3 script, one": Case("numbers25", tool="serial"),
    "boto3 script, 8 threads": Case("numbers25", tool="threads"),
}


@pytest.mark.parametrize(("begins", "case"), COMPARED.items(), ids=COMPARED)
def test_the_comparison_says_the_same(begins: str, case: Case) -> None:
    """docs/comparison.md has seconds, darkness and what was left dark of the same rows."""
    (row,) = (row for row in ROWS if row.case == case)
    page = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\| {begins}.*\|$", page.partition("## What was measured")[2], re.MULTILINE)
    _, seconds, dark, left = (cell.strip() for cell in line.strip("|").split("|"))
    assert seconds == f"{row.span:.0f} s"
    assert dark in {f"{row.dark[1]:.1f} s", f"{row.dark[1]:.0f} s", "" if not row.dark[1] else None}
    assert left == str(row.left_dark)
