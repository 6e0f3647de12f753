"""`docs/architecture.md` names every room of the house."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOTS = ("providers", "components", "cli", "sandbox")


def _packages() -> list[Path]:
    found = (path.parent.relative_to(ROOT) for root in ROOTS for path in (ROOT / root).rglob("__init__.py"))
    return sorted(found)


def _section(package: str) -> str:
    """What the page says under the heading of a package; of the sandbox, under its own."""
    heading = "The sandbox" if package == "acgr_sandbox" else rf"`{package}`"
    found = re.search(rf"\n## {heading}.*?\n(.+?)(?=\n## |\Z)", PAGE, re.DOTALL)
    assert found, f"the page has no section on {package}"
    return found.group(1)


@pytest.mark.parametrize("folder", _packages(), ids=str)
def test_every_folder_is_named(folder: Path) -> None:
    """Each package is in the picture of packages, and each folder in the section of its package."""
    _, package, *inside = folder.parts
    assert re.search(rf"^ *{package} ", PAGE, re.MULTILINE)
    if inside:
        assert f"`{inside[-1]}/`" in _section(package)


@pytest.mark.parametrize("named", re.findall(r"`([a-z_/]+/)`", PAGE), ids=str)
def test_every_named_folder_is_there(named: str) -> None:
    """No folder is named that has been moved or removed."""
    folders = {folder.as_posix() for folder in _packages()}
    assert any(f"/{folder}/".endswith(f"/{named}") for folder in folders)
