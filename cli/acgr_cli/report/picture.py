"""The picture of a report: each group, and beside it the Regions that its calls go to, with their flows.

On a narrow screen the Regions are below. Colours are classes, which the page's style gives their shades.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from .answering import Target, There


@dataclass(frozen=True)
class Layout:
    """How wide the picture is and its two columns are; `is_stacked`: the Regions of a group are below it."""

    width: int
    left: int
    right: int
    is_stacked: bool = False


WIDE = Layout(980, 330, 520)
NARROW = Layout(470, 469, 430, is_stacked=True)

CARD, HEAD, ROW, FOOT = 82, 34, 23, 8
"""How high the card of a group is, and the parts of a Region's."""

BETWEEN_REGIONS, BETWEEN_TARGETS = 8, 26

MOST_FLOWS = 4
"""Flows that are named in one Region of one group; the rest are one row."""

LONGEST_NAME = 46
THINNEST, THICKEST = 2.0, 12.0


@dataclass(frozen=True)
class _Answer:
    """One row of a Region: what answers so many numbers; `kind` is "flow", "dark" or "unknown"."""

    text: str
    kind: str = "flow"


def picture(targets: Sequence[Target], regions: Sequence[tuple[str, str]], layout: Layout = WIDE) -> str:
    """An SVG.

    Args:
        targets: groups and instances.
        regions: each Region of the pair, and what it is ("source").
        layout: for a wide or a narrow screen.
    """
    kind = "narrow" if layout.is_stacked else "wide"
    svg = Element("svg", {"role": "img", "aria-labelledby": f"{kind}-title", "class": kind})
    SubElement(svg, "title", {"id": f"{kind}-title"}).text = _spoken(targets)
    drawing = _Drawing(svg, layout, dict(regions), {name: place + 1 for place, (name, _) in enumerate(regions)})
    y = 1
    for target in targets:
        y += drawing.target(target, y) + BETWEEN_TARGETS
    if not targets:
        _text(svg, 16, 30, "There are no traffic distribution groups, and no numbers.", "soft")
        y += CARD
    svg.set("viewBox", f"0 0 {layout.width} {max(CARD, y - BETWEEN_TARGETS) + 1}")
    return tostring(svg, encoding="unicode")


@dataclass(frozen=True)
class _Drawing:
    """An SVG that is being drawn; each Region by what it is, and by its place, which is its colour."""

    svg: Element
    layout: Layout
    whats: Mapping[str, str]
    order: Mapping[str, int]

    def target(self, target: Target, y: int) -> int:
        """Draws one group or instance with its Regions; how high that is."""
        first, *others = target.regions
        answers = [_answers(first), *(_answers(there, first) for there in others)]
        heights = [HEAD + len(rows) * ROW + FOOT for rows in answers]
        regions = sum(heights) + BETWEEN_REGIONS * (len(heights) - 1)
        if self.layout.is_stacked:
            card, top, height = y, y + CARD + BETWEEN_REGIONS, CARD + BETWEEN_REGIONS + regions
        else:
            height = max(CARD, regions)
            card, top = y + (height - CARD) // 2, y + (height - regions) // 2
        lines = SubElement(self.svg, "g")
        for there, rows, high in zip(target.regions, answers, heights, strict=True):
            self._line(lines, card, top + HEAD // 2 + 2, there)
            self._region(there, rows, top, high)
            top += high + BETWEEN_REGIONS
        self._card(target, card)
        return height

    def _region(self, there: There, rows: Sequence[_Answer], y: int, height: int) -> None:
        svg, wide = self.svg, self.layout.right
        x, end = self.layout.width - wide, self.layout.width - 14
        SubElement(svg, "rect", _attributes(x=x, y=y, width=wide - 1, height=height, rx=10, class_="card"))
        colour = f"region-{self.order[there.region]}"
        SubElement(svg, "rect", _attributes(x=x, y=y, width=6, height=height, rx=3, class_=colour))
        name = _text(svg, x + 20, y + 24, there.region, "strong")
        if not self.layout.is_stacked:
            SubElement(name, "tspan", {"class": "soft small", "dx": "8"}).text = self.whats.get(there.region, "")
        _text(svg, end, y + 24, _share(there), "strong" if there.share else "soft", "end")
        for line, row in enumerate(rows):
            middle = y + HEAD + line * ROW + ROW // 2
            if row.kind == "dark":
                box = _attributes(x=x + 12, y=middle - 11, width=wide - 26, height=22, rx=6, class_="dark-row")
                SubElement(svg, "rect", box)
            _text(svg, x + 20, middle + 5, row.text, row.kind)

    def _card(self, target: Target, y: int) -> None:
        svg = self.svg
        SubElement(svg, "rect", _attributes(x=1, y=y, width=self.layout.left, height=CARD, rx=10, class_="card"))
        _text(svg, 18, y + 27, _short(target.name, 32), "strong")
        said = [_numbers(target.numbers)]
        if target.group:
            said.append("agents not known" if target.agents is None else _counted(target.agents, "agent"))
        _text(svg, 18, y + 48, ", ".join(said), "soft")
        _text(svg, 18, y + 68, _note(target), "soft")

    def _line(self, lines: Element, card: int, end: int, there: There) -> None:
        share = (there.share or 0) / 100
        is_dark = bool(there.dark) and not there.flows
        kinds = ["line", f"line-{self.order[there.region]}"]
        kinds += (["standing-by"] if not share else []) + (["dark"] if is_dark else [])
        left, right = self.layout.left + 1, self.layout.width - self.layout.right
        if self.layout.is_stacked:
            x = right // 2
            path = f"M{x} {card + CARD} V{end - 8} Q{x} {end} {x + 8} {end} H{right}"
        else:
            start, bend = card + CARD // 2, (right - left) // 2
            path = f"M{left} {start} C{left + bend} {start} {right - bend} {end} {right} {end}"
        width = round(THINNEST + (THICKEST - THINNEST) * share, 1)
        SubElement(lines, "path", {"d": path, "class": " ".join(kinds), "stroke-width": str(width)})


def _note(target: Target) -> str:
    if target.group is None:
        return "One Region only: no failover for these."
    if target.group.group.status != "ACTIVE":
        return target.group.group.status
    return "The default group." if target.group.group.is_default else ""


def _answers(there: There, first: There | None = None) -> list[_Answer]:
    """The rows of a Region; where the same answers as in the first one, a single row says so."""
    rows = [_Answer(f"no flow: {_numbers(there.dark)}", "dark")] if there.dark else []
    if first and there.flows and there.flows == first.flows and not there.unknown:
        count = sum(count for _, count in there.flows)
        flows = "the same flow" if len(there.flows) == 1 else f"the same {len(there.flows)} flows"
        return [*rows, _Answer(f"{flows}: {_numbers(count)}")]
    rows += [_Answer(f"{_short(name)}: {_numbers(count)}") for name, count in there.flows[:MOST_FLOWS]]
    if rest := there.flows[MOST_FLOWS:]:
        flows = "1 other flow" if len(rest) == 1 else f"{len(rest)} other flows"
        rows.append(_Answer(f"{flows}: {_numbers(sum(count for _, count in rest))}"))
    if there.unknown:
        rows.append(_Answer(f"not known: {_numbers(there.unknown)}", "unknown"))
    return rows or [_Answer("no number", "unknown")]


def _share(there: There) -> str:
    if there.share is None:
        return "share not known"
    return f"{there.share} % of calls" if there.share else "stands by: no calls"


def _spoken(targets: Iterable[Target]) -> str:
    """What the picture shows, for whoever does not see it."""
    said = [f"{target.name}: {'; '.join(_spoken_there(there) for there in target.regions)}" for target in targets]
    return ". ".join(["Who answers where", *said])


def _spoken_there(there: There) -> str:
    answers = ", ".join(row.text for row in _answers(there))
    return f"{there.region}, {_share(there)}, {answers}"


def _text(svg: Element, x: int, y: int, text: str, classes: str, anchor: str = "start") -> Element:
    element = SubElement(svg, "text", {"x": str(x), "y": str(y), "class": classes, "text-anchor": anchor})
    element.text = text
    return element


def _attributes(*, class_: str, **values: int) -> dict[str, str]:
    return {**{name: str(value) for name, value in values.items()}, "class": class_}


def _numbers(count: int) -> str:
    return _counted(count, "number")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
