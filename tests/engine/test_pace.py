"""At the rate that Amazon Connect documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, component, e164
from harness.stack import Stack, endpoints

pytestmark = pytest.mark.engine


def test_two_requests_a_second_are_enough(clean: dict[str, str], centre: Centre, empty: Path, tmp_path: Path) -> None:
    """At 2 requests a second with a burst of 5 all is made as declared, and nobody is told of throttling."""
    centre.set(rate=2.0, burst=5, claim_seconds=2.0, mirror_seconds=1.0)
    stack = Stack(tmp_path / "stack", {**clean, **endpoints(centre.url)}, {}, empty)
    numbers = {e164(last): {"flow": "Main IVR"} for last in (4, 5, 6)}
    agents = [f"agent{index:03d}" for index in range(1, 7)]
    stack.declare(component("centre", "retail", numbers, agents))
    up = stack.up("--parallel", "64")
    assert up.code == 0, up.text
    assert "hrottl" not in up.text
    assert {last: centre.placed(last) for last in (4, 5, 6)} == {
        last: ("retail", dict.fromkeys((SOURCE, REPLICA), "Main IVR")) for last in (4, 5, 6)
    }
    assert centre.members("retail") == {*agents, "erin.green"}
    assert centre.dark() == []
