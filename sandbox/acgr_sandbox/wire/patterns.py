r"""The regular expressions of a service model, matched in time that grows with the text and with nothing else.

The models are written for Java: `\p{L}` and its kin, `\d`, `\s` and `\w` of ASCII alone, and now and then a backslash
twice. Python's `re` knows no `\p{…}`, and for some of the expressions its time grows with the square or the cube of
the text. So an expression is parsed here and matched by its derivatives (Brzozowski 1964): what is left of an
expression after a character is another one, and there are only so many of them. Each is a state, made when it is met.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache, reduce
from typing import Any

SHORT = 256
"""Characters up to which it is remembered whether a text matches: ids and ARNs come again and again."""

KNOWN = 10_000
"""Characters of which an expression remembers the kind; texts in all scripts of the world do not fill the memory."""

Node = tuple[Any, ...]
"""An expression: its kind, and what it is made of. Equal ones are equal tuples."""

NOTHING: Node = ("nothing",)
EMPTY: Node = ("empty",)

_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_ASCII = {"d": string.digits, "s": " \t\n\r\f\v", "w": string.ascii_letters + string.digits + "_"}
_LINE_ENDS = "\n\r\x85\u2028\u2029"

Test = Callable[[str], bool]


class UnknownPattern(ValueError):
    """An expression has a form that this module does not know."""


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches a pattern of the service model.

    Raises:
        UnknownPattern: the pattern cannot be understood.
    """
    return _matches_short(pattern, text) if len(text) <= SHORT else compiled(pattern).matches(text)


@lru_cache(maxsize=4096)
def _matches_short(pattern: str, text: str) -> bool:
    return compiled(pattern).matches(text)


@cache
def compiled(pattern: str) -> Pattern:
    """A pattern of the service model, ready to match; some there are escaped twice, one stands between slashes.

    Raises:
        UnknownPattern: it cannot be understood.
    """
    return Pattern(re.sub(r"^/(.*)/$", r"\1", pattern.replace("\\\\", "\\")))


@dataclass(eq=False)
class _State:
    """What is left of an expression; `after` maps a kind of character to what is left then."""

    rest: Node
    accepts: bool
    after: dict[int, _State] = field(default_factory=dict)


class Pattern:
    """One expression, matched against whole texts.

    Args:
        text: as Java writes it.

    Raises:
        UnknownPattern: it cannot be understood.
    """

    def __init__(self, text: str) -> None:
        parser = _Parser(text)
        self._tests = parser.tests
        self._kinds: dict[str, int] = {}
        self._members: list[tuple[bool, ...]] = []
        self._states: dict[Node, _State] = {}
        self._start = self._state(_built(parser.parsed(), EMPTY, at_start=True))

    def matches(self, text: str) -> bool:
        """Whether the whole text matches."""
        state, kinds = self._start, self._kinds
        for character in text:
            kind = kinds.get(character)
            if kind is None:
                kind = self._kind(character)
            state = state.after.get(kind) or self._next(state, kind)
            if state.rest is NOTHING:
                return False
        return state.accepts

    def _kind(self, character: str) -> int:
        """The number of a kind of characters that no part of the expression tells apart."""
        member = tuple(test(character) for test in self._tests)
        if member not in self._members:
            self._members.append(member)
        if len(self._kinds) >= KNOWN:
            self._kinds.clear()
        kind = self._kinds[character] = self._members.index(member)
        return kind

    def _next(self, state: _State, kind: int) -> _State:
        found = state.after[kind] = self._state(_derived(state.rest, self._members[kind]))
        return found

    def _state(self, rest: Node) -> _State:
        if rest not in self._states:
            self._states[rest] = _State(rest, _is_nullable(rest))
        return self._states[rest]


# Expressions, simplified as they are made: that keeps the states few.


def _sequence(first: Node, second: Node) -> Node:
    if NOTHING in (first, second):
        return NOTHING
    if first == EMPTY:
        return second
    if second == EMPTY:
        return first
    if first[0] == "sequence":
        return _sequence(first[1], _sequence(first[2], second))
    return ("sequence", first, second)


def _either(*choices: Node) -> Node:
    flat = {each for choice in choices for each in (choice[1] if choice[0] == "either" else (choice,))} - {NOTHING}
    if EVERYTHING in flat:
        return EVERYTHING
    return ("either", frozenset(flat)) if len(flat) > 1 else next(iter(flat), NOTHING)


def _both(*parts: Node) -> Node:
    flat = {each for part in parts for each in (part[1] if part[0] == "both" else (part,))} - {EVERYTHING}
    if NOTHING in flat:
        return NOTHING
    if EMPTY in flat:
        return EMPTY if all(map(_is_nullable, flat)) else NOTHING
    return ("both", frozenset(flat)) if len(flat) > 1 else next(iter(flat), EVERYTHING)


def _not(part: Node) -> Node:
    return part[1] if part[0] == "not" else ("not", part)


def _repeated(part: Node, least: int, most: int | None) -> Node:
    if most == 0 or part == EMPTY:
        return EMPTY
    if part == NOTHING:
        return NOTHING if least else EMPTY
    return part if (least, most) == (1, 1) else ("repeated", part, least, most)


EVERYTHING = _not(NOTHING)


@cache
def _is_nullable(node: Node) -> bool:
    """Whether the empty text matches."""
    kind = node[0]
    if kind in ("nothing", "character"):
        return False
    if kind == "empty":
        return True
    if kind == "sequence":
        return _is_nullable(node[1]) and _is_nullable(node[2])
    if kind == "either":
        return any(map(_is_nullable, node[1]))
    if kind == "both":
        return all(map(_is_nullable, node[1]))
    if kind == "not":
        return not _is_nullable(node[1])
    return node[2] == 0 or _is_nullable(node[1])


def _derived(node: Node, member: tuple[bool, ...]) -> Node:
    """What has to follow a character, of which `member` says which tests of the expression it passes."""
    kind = node[0]
    if kind in ("nothing", "empty"):
        return NOTHING
    if kind == "character":
        return EMPTY if member[node[1]] else NOTHING
    if kind == "sequence":
        first = _sequence(_derived(node[1], member), node[2])
        return _either(first, _derived(node[2], member)) if _is_nullable(node[1]) else first
    if kind == "either":
        return _either(*(_derived(choice, member) for choice in node[1]))
    if kind == "both":
        return _both(*(_derived(part, member) for part in node[1]))
    if kind == "not":
        return _not(_derived(node[1], member))
    part, least, most = node[1:]
    rest = _repeated(part, max(0, least - 1), None if most is None else most - 1)
    return _sequence(_derived(part, member), rest)


def _built(tree: Node, after: Node, *, at_start: bool) -> Node:
    """The expression of a parsed tree and of what comes after it: anchors and looks ahead concern what follows."""
    kind = tree[0]
    if kind == "all":
        starts = [at_start and all(each[0] in ("^", "ahead") for each in tree[1][:n]) for n in range(len(tree[1]))]
        parts = list(zip(tree[1], starts, strict=True))
        return reduce(lambda rest, part: _built(part[0], rest, at_start=part[1]), reversed(parts), after)
    if kind == "any":
        return _either(*(_built(choice, after, at_start=at_start) for choice in tree[1]))
    if kind == "^" and at_start:
        return after
    if kind == "$":
        return _both(after, EMPTY)
    if kind == "ahead":
        seen = _built(tree[2], EVERYTHING, at_start=at_start)
        return _both(after, seen if tree[1] else _not(seen))
    if kind == "times":
        return _sequence(_repeated(_built(_plain(tree[1]), EMPTY, at_start=False), *tree[2:]), after)
    if kind == "character":
        return _sequence(tree, after)
    raise UnknownPattern(f"{kind} in the middle")


def _plain(tree: Node) -> Node:
    """What may be repeated: no anchors and no looks ahead, which would concern what comes after the last time."""
    if tree[0] in ("^", "$", "ahead"):
        raise UnknownPattern(f"{tree[0]} within what is repeated")
    for part in tree[1] if tree[0] in ("all", "any") else ():
        _plain(part)
    return tree


class _Parser:
    """Reads an expression into a tree; `tests` are the sets of characters in it."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self.tests: list[Test] = []

    def parsed(self) -> Node:
        tree = self._choices()
        if self._at < len(self._text):
            raise self._unknown("a bracket without its twin")
        return tree

    def _unknown(self, what: str) -> UnknownPattern:
        return UnknownPattern(f"{what} at {self._at} of {self._text!r}")

    def _peek(self, length: int = 1) -> str:
        return self._text[self._at : self._at + length]

    def _take(self) -> str:
        if self._at >= len(self._text):
            raise self._unknown("an end")
        self._at += 1
        return self._text[self._at - 1]

    def _skip(self, text: str) -> bool:
        found = self._text.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _found(self, pattern: str) -> re.Match[str] | None:
        match = re.compile(pattern).match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match

    def _choices(self) -> Node:
        choices = [self._sequence()]
        while self._skip("|"):
            choices.append(self._sequence())
        return ("any", tuple(choices))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._part()))
        return ("all", tuple(parts))

    def _repeated(self, part: Node) -> Node:
        while True:
            if match := self._found(r"\{(\d+)(?:(,)(\d*))?\}[?+]?"):
                least = int(match[1])
                most = least if not match[2] else int(match[3]) if match[3] else None
            elif match := self._found(r"([*+?])[?+]?"):
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[match[1]]
            else:
                return part
            part = ("times", part, least, most)

    def _part(self) -> Node:
        character = self._take()
        if character in "^$":
            return (character,)
        if character == "(":
            return self._group()
        if character == ".":
            return self._character(lambda c: c not in _LINE_ENDS)
        if character == "[":
            return self._character(self._set())
        if character == "\\":
            found = self._escaped()
            return self._character(_one(found) if isinstance(found, str) else found)
        if character in "*+?{":
            raise self._unknown("nothing to repeat")
        return self._character(_one(character))

    def _character(self, test: Test) -> Node:
        self.tests.append(test)
        return ("character", len(self.tests) - 1)

    def _group(self) -> Node:
        kind = self._found(r"\?(:|=|!)")
        if kind is None and self._peek() == "?":
            raise self._unknown("a kind of group")
        inner = self._choices()
        if not self._skip(")"):
            raise self._unknown("a bracket without its twin")
        return inner if kind is None or kind[1] == ":" else ("ahead", kind[1] == "=", inner)

    def _set(self) -> Test:
        is_negated = self._skip("^")
        parts: list[Test] = []
        while not self._skip("]") or not parts:
            first = self._member()
            if isinstance(first, str) and self._peek() == "-" and self._peek(2)[1:] not in ("", "]", "\\"):
                self._take()
                parts.append(_between(first, self._take()))
            elif isinstance(first, str) and self._found(r"-(?=\\[ux])"):
                self._take()
                parts.append(_between(first, str(self._escaped())))
            else:
                parts.append(_one(first) if isinstance(first, str) else first)
        return lambda c: any(part(c) for part in parts) is not is_negated

    def _member(self) -> str | Test:
        character = self._take()
        if character == "[":
            raise self._unknown("a set within a set")
        return self._escaped() if character == "\\" else character

    def _escaped(self) -> str | Test:
        """A character, or the test of a set of them."""
        if match := self._found(r"u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})"):
            return chr(int(match[1] or match[2], 16))
        if match := self._found(r"([pP])\{([A-Z][a-z]?)\}"):
            return _of_category(match[2], is_negated=match[1] == "P")
        character = self._take()
        if character.lower() in _ASCII:
            return _among(_ASCII[character.lower()], is_negated=character.isupper())
        if character.isalnum() and character not in _CONTROL:
            raise self._unknown("an escape")
        return _CONTROL.get(character, character)


def _one(character: str) -> Test:
    return lambda c: c == character


def _between(first: str, last: str) -> Test:
    return lambda c: first <= c <= last


def _among(characters: str, *, is_negated: bool) -> Test:
    return lambda c: (c in characters) is not is_negated


def _of_category(name: str, *, is_negated: bool) -> Test:
    return lambda c: unicodedata.category(c).startswith(name) is not is_negated
