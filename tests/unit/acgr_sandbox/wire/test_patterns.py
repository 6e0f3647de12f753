"""Regular expressions of the service model: all of them apply, to texts of any length, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from acgr_sandbox.wire.patterns import UnknownPattern, compiled, matches
from acgr_sandbox.wire.refusal import Refusal
from acgr_sandbox.wire.service_model import operation_model, service_model
from acgr_sandbox.wire.validation import validate

SHAPES = {name: service_model().shape_for(name) for name in service_model().shape_names}
PATTERNS = sorted({shape.metadata["pattern"] for shape in SHAPES.values() if "pattern" in shape.metadata})

HOSTILE = {
    "one letter": "a" * 20_000,
    "blanks": " " * 20_000,
    "lines": "a\n" * 10_000,
    "hyphens": "-a" * 10_000,
    "an address with many dots": "a@" + "a." * 10_000 + "@",
    "a bucket with many dots": "https://" + ".s3." * 5_000,
    "an ARN": "arn:aws:connect:" + "a-" * 10_000,
    "no letter of ours": "漢é" * 10_000,
}
"""On these an expression that is tried again from every place takes hours."""


def test_no_pattern_is_skipped() -> None:
    """Each pattern of the installed model is understood."""
    assert len(PATTERNS) > 30
    for pattern in PATTERNS:
        compiled(pattern)


class _Read(str):
    """Text that counts how often a character of it is read."""

    def __iter__(self) -> Iterator[str]:
        self.count = 0
        for character in super().__iter__():
            self.count += 1
            yield character


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_texts_of_any_length(text: str) -> None:
    """Every pattern is held against 20,000 characters, and reads each of them once at most."""
    for pattern in PATTERNS:
        read = _Read(text)
        matches(pattern, read)
        assert 0 < read.count <= len(text)


def _as_python(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(re.sub(r"^/(.*)/$", r"\1", pattern.replace("\\\\", "\\")), re.ASCII)
    except re.error:
        return None


COMPARED = [(pattern, python) for pattern in PATTERNS if (python := _as_python(pattern))]
PIECES = (
    *"aA09-_.:/=+@'|\\ \n\té漢$xzd",
    *("arn:aws:connect:", "eu-west-2:", "111122223333:", "instance/", "traffic-distribution-group/", "aws:", "d-"),
    *("0f8fad5b-d9cb-469f-a165-70867728950e", "0123456789", "https://", "s3://", ".s3.", ".amazonaws.com/"),
    *("2026-11-28", "T10:20:30", ".123", "Z", "+4420794600", "aB3" * 4, "a" * 64),
)
"""What texts are made of that fit, or nearly."""


@settings(max_examples=1500, deadline=None)
@given(some.sampled_from(COMPARED), some.lists(some.sampled_from(PIECES), max_size=9))
def test_as_python_has_it(compared: tuple[str, re.Pattern[str]], pieces: list[str]) -> None:
    """Where Python knows an expression, both say the same."""
    pattern, python = compared
    text = "".join(pieces)
    assert matches(pattern, text) is (python.fullmatch(text) is not None)


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        (SHAPES["TagKey"].metadata["pattern"], ["team", "Straße 7", "漢字", "", "a" * 3000], ["aws:x", "a#b", "a\n"]),
        (
            SHAPES["PhoneNumber"].metadata["pattern"],
            ["+442079460001"],
            ["x" * 3000, "442079460001", "+0", "+44\u0662\u0660"],
        ),
        (r"^[\P{C}\r\n\t]{1,3}$", ["a", "a\nb", "漢é"], ["", "abcd", "a\x00", "\u200b"]),
        (r"\p{Lu}\p{Ll}+", ["Ab", "Éa"], ["ab", "AB", "A"]),
        (r"(?!\.$)(?!\.\.$)[a.]+", ["a", "...", ".a"], [".", "..", ""]),
        (r"(?=.*\d)(?=.*[a-z])\S{2,}", ["a1", "1a"], ["11", "aa", "a 1"]),
        (r"(a|b(?=c))c+", ["ac", "bc"], ["b", "c"]),
        (r"a{2}b{1,2}?c{2,}|^$", ["aabcc", "aabbccc", ""], ["abcc", "aabbbcc", "aabc"]),
        (r"[\x41-\x43\u0061-\u0063-]*", ["AbC-"], ["d", "D"]),
        (r"[a\-z]+[b-]", ["a-b", "z-"], ["mb"]),
    ],
)
def test_what_java_means(pattern: str, fitting: list[str], others: list[str]) -> None:
    """Classes of characters, looks ahead, counts, anchors."""
    assert [text for text in fitting if not matches(pattern, text)] == []
    assert [text for text in others if matches(pattern, text)] == []


@pytest.mark.parametrize(
    "pattern", ["(", "a)", "[a", "(?<a>b)", "\\1", "*a", "(^a)+", "(a$)*", "a^", "[[a]]", r"\p{Script=Greek}", "a{,2}"]
)
def test_what_is_not_understood(pattern: str) -> None:
    """An expression of a form that nobody here knows is an error, and never taken for one that fits."""
    with pytest.raises(UnknownPattern):
        matches(pattern, "a")


def test_a_check_that_cannot_be_made() -> None:
    """A pattern that is not understood refuses the call by its name, until a switch leaves patterns out."""
    metadata = operation_model("TagResource").input_shape.members["tags"].key.metadata
    kept = metadata["pattern"]
    metadata["pattern"] = "(?<key>.*)"
    try:
        with pytest.raises(Refusal, match="patterns=ignore") as caught:
            validate("TagResource", {"resourceArn": "x", "tags": {"a": "b"}})
        assert (caught.value.code, caught.value.status) == ("UnimplementedOperationException", 501)
        validate("TagResource", {"resourceArn": "x", "tags": {"a": "b"}}, patterns=False)
    finally:
        metadata["pattern"] = kept


def _paths(shape: Any, value: Any, depth: int = 0) -> list[tuple[str, Any]]:
    """(what stands at the place, an input that holds it) for every text within a shape that has a pattern."""
    if shape.type_name == "structure" and depth < 6:
        needed = {name: _plain(shape.members[name]) for name in shape.required_members}
        return [
            (pattern, {**needed, name: inner})
            for name, member in shape.members.items()
            for pattern, inner in _paths(member, value, depth + 1)
        ]
    if shape.type_name == "list":
        return [(pattern, [inner]) for pattern, inner in _paths(shape.member, value, depth + 1)]
    if shape.type_name == "map":
        keys = [(pattern, {inner: _plain(shape.value)}) for pattern, inner in _paths(shape.key, value, depth + 1)]
        values = [(pattern, {"k": inner}) for pattern, inner in _paths(shape.value, value, depth + 1)]
        return keys + values
    return [(shape.metadata["pattern"], value)] if "pattern" in shape.metadata else []


def _plain(shape: Any) -> Any:
    plain: dict[str, Any] = {"structure": {}, "list": [], "map": {}, "string": "x", "boolean": False}
    return plain.get(shape.type_name, 1)


def test_patterns_apply_wherever_they_stand() -> None:
    """In structures, lists, keys and values of maps, at any depth, of every operation: what does not fit is refused."""
    checked = 0
    for name in service_model().operation_names:
        shape = operation_model(name).input_shape
        for value in ("\x00" * 3000, "\x00"):
            for pattern, params in _paths(shape, value) if shape is not None else ():
                if matches(pattern, value):
                    continue
                with pytest.raises(Refusal) as caught:
                    validate(name, params)
                assert pattern in caught.value.message, (name, params)
                checked += 1
    assert checked > 300
