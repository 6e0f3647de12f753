"""What `docs/state-format.md` says is what is frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acgr.runtime.fields import table
from acgr.runtime.provider import REGISTRY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "state-format.md"


def _section(name: str) -> set[str]:
    """The first cells of the table under a heading."""
    after = PAGE.read_text(encoding="utf-8").split(f"\n### {name}\n", 1)[1].split("\n#", 1)[0]
    rows = [line.split("|")[1].strip() for line in after.splitlines() if line.startswith("| `")]
    return {row.strip("`") for row in rows}


def test_token_and_string_are_documented(frozen: Any) -> None:
    """The page gives the token and the stored string of every resource."""
    text = PAGE.read_text(encoding="utf-8")
    assert f"`{frozen.token}`" in text
    assert f"`{frozen.stored}`" in text


def test_the_table_is_the_code(frozen: Any) -> None:
    """The table of a resource is what its fields say of themselves: a change is made there, and copied here."""
    logic = REGISTRY[f"{frozen.name}Provider"].logic
    assert table(logic.args, logic.state) in PAGE.read_text(encoding="utf-8")


def test_properties_are_documented(frozen: Any) -> None:
    """The page lists every stored property of every resource, and no other."""
    assert _section(frozen.name) == {*frozen.inputs, *frozen.outputs, *frozen.unfinished}
