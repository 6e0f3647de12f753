"""The permissions that the README and SECURITY.md tell people to grant are those that the adapter needs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from acgr_connect.aws.operations import ONLY_WITH_TAGS, OPERATIONS, permissions

ROOT = Path(__file__).parents[2]
NEVER = "connect:ReleasePhoneNumber"


def _statements() -> dict[str, Any]:
    [policy] = re.findall(r"```json\n(.+?)```", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.DOTALL)
    return {statement["Effect"]: statement for statement in json.loads(policy)["Statement"]}


def _readme() -> tuple[list[str], list[str]]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [paragraph] = re.findall(r"\*\*Permissions\.\*\*(.+?)\n\n", text, re.DOTALL)
    allowed, denied = (re.findall(r"`([A-Za-z0-9]+:?[A-Za-z0-9]*)`", part) for part in paragraph.split("; deny"))
    return [_with_service(name) for name in allowed], denied


def _with_service(name: str) -> str:
    return name if ":" in name else f"connect:{name}"


def test_the_policy_is_exact() -> None:
    """SECURITY.md allows what the adapter can call, in order and without a wildcard, and denies a release."""
    statements = _statements()
    assert set(statements) == {"Allow", "Deny"}
    assert statements["Allow"]["Action"] == sorted(permissions())
    assert statements["Deny"]["Action"] == NEVER


def test_the_readme_is_exact() -> None:
    """The README names the same permissions, each once."""
    allowed, denied = _readme()
    assert sorted(allowed) == sorted(permissions())
    assert denied == [NEVER]


@pytest.mark.parametrize("page", ["README.md", "SECURITY.md"])
def test_what_tags_need(page: str) -> None:
    """What `acgr:journal=tags` needs besides is named apart from the policy, and nobody else is asked to grant it."""
    more = permissions(tags=True) - permissions()
    assert more == {f"connect:{name}" for name in ONLY_WITH_TAGS}
    text = (ROOT / page).read_text(encoding="utf-8")
    [sentence] = re.findall(r"With `acgr:journal` set to `tags`[^.]*\.", text)
    assert {f"connect:{name}" for name in re.findall(r"`connect:([A-Za-z]+)`", sentence)} == more


def test_nothing_releases_a_number() -> None:
    """What is denied is no operation that the adapter can call."""
    assert NEVER not in permissions()
    assert "ReleasePhoneNumber" not in OPERATIONS
