"""`make up CALLS=5/s`: what of its arguments is for the sandbox."""

from __future__ import annotations

import pytest
from stack import calls_and_rest


@pytest.mark.parametrize(
    ("arguments", "calls", "rest"),
    [
        ([], None, []),
        (["--refresh"], None, ["--refresh"]),
        (["--calls", "5/s"], "5/s", []),
        (["--calls", "5/s", "--refresh"], "5/s", ["--refresh"]),
        (["--refresh", "--calls", "5/s"], None, ["--refresh", "--calls", "5/s"]),
        (["--calls"], None, ["--calls"]),
    ],
)
def test_a_leading_rate(arguments: list[str], calls: str | None, rest: list[str]) -> None:
    """A leading `--calls` and its rate are the sandbox's, all else is Pulumi's."""
    assert calls_and_rest(arguments) == (calls, rest)
