"""`--include` and `--exclude`: what a pattern is, and what it chooses."""

from __future__ import annotations

import pytest

from acgr_cli.discover.choosing import Choice, Pattern, UnreadablePattern


@pytest.mark.parametrize("written", ["", "retail", "groups:retail", "number:", ":x", "Group:retail"])
def test_what_is_no_pattern(written: str) -> None:
    """The sentence shows one, and names the kinds."""
    with pytest.raises(
        UnreadablePattern, match=r"is not KIND:PATTERN, such as .*; KIND is one of group, number, agent"
    ):
        Pattern.read(written)


@pytest.mark.parametrize(
    ("include", "exclude", "name", "is_taken"),
    [
        ([], [], "retail", True),
        (["group:ret*"], [], "retail", True),
        (["group:ret*"], [], "emergency", False),
        (["group:Ret*"], [], "retail", False),
        (["group:ret*", "group:e*"], [], "emergency", True),
        (["number:*"], [], "retail", True),
        ([], ["group:*"], "retail", False),
        (["group:*"], ["group:r?tail"], "retail", False),
        ([], ["group:a:b"], "a:b", False),
    ],
)
def test_what_is_taken(include: list[str], exclude: list[str], name: str, is_taken: bool) -> None:
    """Of a kind that is included by name, only that; what is excluded never."""
    choice = Choice(tuple(map(Pattern.read, include)), tuple(map(Pattern.read, exclude)))
    assert choice.takes("group", name) is is_taken


def test_patterns_that_nothing_fits() -> None:
    """They are named in their order; another kind's names do not count."""
    choice = Choice((Pattern.read("group:retail"), Pattern.read("agent:x")), (Pattern.read("number:+44*"),))
    there = {"group": [("Default", "default")], "number": [("+442079460001",)], "agent": [("y",)]}
    assert [str(one) for one in choice.idle(there)] == ["group:retail", "agent:x"]  # type: ignore[arg-type]
    assert choice.idle({}) == [*choice.include, *choice.exclude]
