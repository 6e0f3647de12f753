"""Which groups, numbers and agents are meant: patterns of `--include` and `--exclude`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

Kind = Literal["group", "number", "agent"]


class UnreadablePattern(ValueError):
    """The text is no pattern; the message says what one looks like."""


@dataclass(frozen=True)
class Pattern:
    """Objects of one kind whose name fits: `*`, `?` and `[…]` as in a shell, capital letters matter."""

    kind: Kind
    text: str

    @classmethod
    def read(cls, written: str) -> Pattern:
        """From `KIND:PATTERN`.

        Raises:
            UnreadablePattern: it has no kind, another one, or nothing after it.
        """
        kind, _, text = written.partition(":")
        for known in get_args(Kind):
            if kind == known and text:
                return cls(known, text)
        kinds = ", ".join(get_args(Kind))
        raise UnreadablePattern(f"{written!r} is not KIND:PATTERN, such as 'number:+4420*'; KIND is one of {kinds}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.text}"

    def fits(self, kind: Kind, names: Iterable[str]) -> bool:
        """Whether one of the names by which an object of that kind goes fits."""
        return kind == self.kind and any(fnmatchcase(name, self.text) for name in names)


@dataclass(frozen=True)
class Choice:
    """What is meant: of a kind that `include` names, only what it names; and nothing that `exclude` names."""

    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()

    def takes(self, kind: Kind, *names: str) -> bool:
        """Whether an object is meant that goes by these names."""
        wanted = [pattern for pattern in self.include if pattern.kind == kind]
        is_wanted = not wanted or any(pattern.fits(kind, names) for pattern in wanted)
        return is_wanted and not any(pattern.fits(kind, names) for pattern in self.exclude)

    def idle(self, there: Mapping[Kind, Iterable[tuple[str, ...]]]) -> list[Pattern]:
        """The patterns that nothing fits: probably they are misspelt.

        Args:
            there: by kind, the names of each object.
        """
        return [
            pattern
            for pattern in (*self.include, *self.exclude)
            if not any(pattern.fits(pattern.kind, names) for names in there.get(pattern.kind, ()))
        ]
