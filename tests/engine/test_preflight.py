"""What a preview of the real CLI says of what is not there; what it says of what will happen: `test_golden.py`."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import agent, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

NOWHERE = "12345678-1234-4234-8234-123456789012"


def test_what_is_not_there(stack: Stack, centre: Centre) -> None:
    """A name that nobody has is a warning, an id an error that ends the preview; what is asked for is said."""
    stack.declare(number("named", 1, "retail", "Man IVR"), agent("agent", "retail", "alice.smit"))
    named = stack.preview()
    assert named.code == 0, named.text
    assert "did you mean 'Main IVR'?" in " ".join(named.said("named"))
    assert "did you mean 'alice.smith'?" in " ".join(named.said("agent"))

    stack.declare(number("given", 1, "retail", NOWHERE), number("gone", 77, "retail", "Main IVR"))
    given = stack.preview()
    assert given.code != 0
    assert "the instance has no flow of that name, id or ARN there" in " ".join(given.said("given"))
    assert "it is not claimed in this account and Region" in " ".join(given.said("gone"))
    assert "acgr:preflight=warn goes on without" in given.text

    stack.set("acgr:preflight", "warn")
    warned = stack.preview()
    assert warned.code == 0, warned.text
    assert "no flow of that name" in " ".join(warned.said("given"))
    stack.set("acgr:preflight", "off")
    silent = stack.preview()
    assert silent.code == 0, silent.text
    assert silent.said("given") == silent.said("gone") == []
    assert centre.writes() == {}
