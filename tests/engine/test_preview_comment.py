"""`acgr preview-comment` on what the real CLI prints: of a preview, of its stream, and of one that fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness.centre import Centre
from harness.comment import STREAM, commented
from harness.declarations import agent, component, e164, number
from harness.stack import PLAIN, Stack

pytestmark = pytest.mark.engine


def test_from_the_preview_to_the_comment(stack: Stack, centre: Centre, tmp_path: Path) -> None:
    """A move, a hand-over, a roster and a failure are what the comment says; nothing in Connect is asked or changed."""
    file = tmp_path / "preview"

    def printed(**environment: str) -> Path:
        file.write_text(stack.run("preview", "--json", *PLAIN, **environment).text, encoding="utf-8")
        return file

    def report(**environment: str) -> dict[str, Any]:
        code, out = commented(printed(**environment), "--format", "json")
        assert code == 0
        written: dict[str, Any] = json.loads(out)
        return written

    stack.declare(
        component("retail", "retail", {e164(1): {"flow": "Main IVR"}}, ["alice.smith", "bob.brown"]),
        number("a", 2, "retail", "Sales"),
        agent("carol", "retail", "carol.white"),
    )
    assert stack.up().code == 0
    stack.declare(
        component("retail", "retail", {e164(1): {"flow": "Winter IVR"}}, ["alice.smith", "carol.white"]),
        number("b", 2, "retail", "Sales"),
        number("moved", 3, "emergency", "Main IVR"),
    )
    centre.forget()
    plain = report()
    assert {one["number"]: one["effect"] for one in plain["numbers"]} == {
        e164(1): "other-flow",
        e164(2): "nothing",
        e164(3): "gap",
    }
    assert [one["leaves"] for one in plain["agents"] if one["leaves"]] == [["bob.brown"]]
    assert report(**STREAM) == plain
    code, out = commented(file, "--fail-on", "agents-removed")
    assert code == 3
    assert out.startswith("<!-- acgr-preview-comment: trial/dev -->\n")
    assert "- **1 agent** (`bob.brown`) leaves retail.\n" in out
    assert centre.writes() == {}

    stack.declare(number("a", 1, "retail", "Main IVR"), number("b", 1, "emergency", "Main IVR"))
    failed = report()
    assert failed["outcome"] == "failed"
    (failure,) = failed["failures"]
    assert failure["text"].endswith(f"both declare {e164(1)}: declare it once")
    assert failure["resource"] in {"a", "b"}
