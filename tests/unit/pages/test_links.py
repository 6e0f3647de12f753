"""Links between the pages lead somewhere, on a Git host too, where the README is read and no site is built."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from code_blocks import PAGES, ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`\n]+`")


@cache
def _prose(page: Path) -> str:
    return INLINE.sub(lambda code: code[0].replace("](", ""), FENCED.sub("", page.read_text(encoding="utf-8")))


@cache
def _anchors(page: Path) -> set[str]:
    """As a Git host and the site make them of headings."""
    headings = re.findall(r"^#{1,6} (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """The file is there, inside the repository, and has the heading."""
    for link in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), link
        assert there.is_relative_to(ROOT), link
        assert not anchor or anchor in _anchors(there), link


def test_every_page_is_reached_from_the_readme() -> None:
    """Whoever follows links from the README finds each page of docs."""
    seen, to_read = set[Path](), [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(_prose(page)))
        there = {(page.parent / link).resolve() for link in links if link.endswith(".md") and ":" not in link}
        to_read += [path for path in there - seen if path.exists()]
    of_the_site = {ROOT / "docs" / "index.md", *(ROOT / "docs" / "reference").glob("*.md")}
    assert set((ROOT / "docs").rglob("*.md")) - of_the_site <= seen
