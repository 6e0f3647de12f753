#!/usr/bin/env python3
"""Measures moves, rosters and reads through the real command line tools on the sandbox, and prints a table.

Each row is a process tree, a sandbox and a rate cache of its own. Without arguments: a short set, about five minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from workload_measures import plot
from workload_measures.case import Case
from workload_measures.environment import Tree
from workload_measures.frozen import tree
from workload_measures.measures import measures, told, verdicts
from workload_measures.results import keep, kept, markdown, newest, operations, plain_table, render
from workload_measures.row import Row, measure, unfit
from workload_measures.selection import add_options, chosen

CLONE = Path(__file__).resolve().parents[1]
RESULTS = CLONE / ".state" / "bench" / "results.jsonl"
FIGURES = CLONE / "docs" / "images"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what was chosen, or render what was measured; 1 where a measure is missed."""
    options = _parser().parse_args(argv)
    if options.render:
        rows = newest(kept(options.results))
        render(f"{markdown(rows)}\n\n{verdicts(rows)}", options.render)
        for path in plot.draw(rows, options.figures):
            print(f"Wrote {path}.", file=sys.stderr)
        return 0
    with tree(options.commit) as measured:
        rows = [row for case in chosen(options) if (row := _measured(case, measured, options.results))]
    held = measures(rows)
    print(plain_table(rows), operations(rows), "\n".join(map(told, held)), sep="\n\n")
    return 0 if all(measure.is_met for measure in held) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/workloads.py", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="file to which rows are added as JSON lines")
    parser.add_argument(
        "--render", type=Path, metavar="DOCUMENT", help="measure nothing; put the rows of --results there"
    )
    parser.add_argument(
        "--figures", type=Path, metavar="FOLDER", default=FIGURES, help="where --render draws the figures"
    )
    parser.add_argument("--commit", help="measure a frozen copy of that commit instead of the clone as it is")
    add_options(parser)
    return parser


def _measured(case: Case, measured: Tree, results: Path) -> Row | None:
    if why := unfit(case):
        print(f"{case.workload} is not measured with {case.tool}: {why}.", file=sys.stderr)
        return None
    print(f"{case.workload}, {case.scope}, {case.tool} {case.label}", file=sys.stderr, flush=True)
    row = measure(case, measured)
    keep(row, results)
    return row


if __name__ == "__main__":
    sys.exit(main())
