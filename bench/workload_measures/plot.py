"""The rows as a picture: how far from the least time, and how long numbers were dark."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .results import called, ratio
from .row import Row

COLOURS = {
    "ours": "#1b6ca8",
    "serial": "#d98e04",
    "threads": "#b8500c",
    "terraform": "#6b4fa0",
    "idle": "#888888",
    "twin": "#555555",
}


def is_available() -> bool:
    """Whether what draws is installed (bench/requirements.txt)."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(rows: Sequence[Row], stem: Path) -> list[Path]:
    """Write the picture as PNG and as SVG beside the results; nothing where no row moved anything."""
    moved = [row for row in rows if row.case.work.work == "up" and not row.case.outage]
    if not moved:
        return []
    figure = importlib.import_module("matplotlib.figure").Figure(
        figsize=(11, 1.2 + 0.34 * len(moved)), layout="constrained"
    )
    left, right = figure.subplots(1, 2, sharey=True)
    _bars(left, moved, [ratio(row, rows) or 0.0 for row in moved], "first to last call, of the least time")
    left.axvline(1.0, color="#333333", linewidth=0.8)
    _write(left, {place: "ended in errors" for place, row in enumerate(moved) if row.code})
    _bars(right, moved, [row.dark[1] for row in moved], "dark time p99, seconds")
    left_dark = {
        place: f"{row.left_dark} of {row.case.work.numbers}" for place, row in enumerate(moved) if row.left_dark
    }
    _write(right, {place: f"{said} left dark" for place, said in left_dark.items()})
    paths = [stem.with_suffix(suffix) for suffix in (".png", ".svg")]
    for path in paths:
        figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)
    return paths


def _bars(axes: Any, rows: Sequence[Row], values: Sequence[float], title: str) -> None:
    places = range(len(rows))
    bars = axes.barh(places, values, color=[COLOURS[row.case.tool] for row in rows])
    axes.bar_label(bars, [f"{value:.2f}" if value else "" for value in values], padding=2, fontsize=7)
    axes.set_yticks(places, [called(row.case) for row in rows], fontsize=7)
    axes.set_title(title, fontsize=9)
    axes.margins(x=0.12)
    if not axes.yaxis_inverted():
        axes.invert_yaxis()


def _write(axes: Any, said: Mapping[int, str]) -> None:
    for place, text in said.items():
        axes.annotate(text, (0.99, place), xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=7)
