#!/usr/bin/env python3
"""Measures the sandbox and prints a table; ends with 1 when a measure is missed. `rate memory` picks some."""

from __future__ import annotations

import sys

from sandbox_measures.burst import bursts
from sandbox_measures.calls import streams
from sandbox_measures.crowd import crowds
from sandbox_measures.endless import endless
from sandbox_measures.keeping import keepings
from sandbox_measures.measure import table
from sandbox_measures.memory import memories
from sandbox_measures.rate import rates
from sandbox_measures.start import starts
from sandbox_measures.writes import writes

MEASURES = {
    "rate": rates,
    "start": starts,
    "memory": memories,
    "burst": bursts,
    "writes": writes,
    "calls": streams,
    "keep": keepings,
    "crowd": crowds,
    "events": endless,
}


def main(chosen: list[str]) -> int:
    """Measure what was chosen, or everything."""
    unknown = [name for name in chosen if name not in MEASURES]
    if unknown:
        print(f"There is no measure {unknown[0]!r}; there are {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    measured = [measure for name in chosen or MEASURES for measure in MEASURES[name]()]
    print(table(measured))
    return 0 if all(measure.met for measure in measured) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
