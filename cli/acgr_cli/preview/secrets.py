"""Takes out of sentences what is secret. Pure.

Pulumi keeps a secret out of properties, and not out of what is said about a resource. A value of a resource that stands
in clear in one place (an input, an older state) and is secret in another is known, and is taken out of every text,
unless another resource has it in clear where nothing is secret: "retail" stays the name of a group. A phone number that
is secret everywhere is not known: then every number is taken out that stands nowhere in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from acgr_cli.preview.steps import NUMBER_KEYS, Step, properties_of
from acgr_cli.preview.values import SECRET_TEXT, texts

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|phone-number/[0-9a-f-]{36}")

SHORT = 8
"""Characters below which a secret is taken out only where it stands as a word of its own."""


@dataclass(frozen=True)
class Redactor:
    """Takes known secrets out of texts; with `hides_numbers`, phone numbers too that are not in `clear`."""

    values: frozenset[str] = frozenset()
    hides_numbers: bool = False
    clear: frozenset[str] = frozenset()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is secret."""
        return not self.values and not self.hides_numbers

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern:
            text = self._pattern.sub(SECRET_TEXT, text)
        return _NUMBER.sub(self._number, text) if self.hides_numbers else text

    def _number(self, found: re.Match[str]) -> str:
        return found.group() if found.group() in self.clear else SECRET_TEXT

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted(self.values, key=len, reverse=True)
        if not longest_first:
            return None
        return re.compile("|".join(map(_anywhere, longest_first)))


def _anywhere(value: str) -> str:
    return re.escape(value) if len(value) >= SHORT else rf"(?<!\w){re.escape(value)}(?!\w)"


def known_secrets(steps: Iterable[Step], plain: Iterable[str]) -> Redactor:
    """What is known of the secrets of a preview.

    Args:
        steps: as they were read, before anything is hidden in them.
        plain: texts that are marked as secret and stand in clear.
    """
    secret, clear, numbers, hides_numbers = set(plain), set[str](), set[str](), False
    for step in steps:
        keys = step.all_secret_keys()
        hides_numbers = hides_numbers or bool(step.kind and keys & NUMBER_KEYS)
        for state in (step.before, step.after):
            for key, value in properties_of(state):
                if key in keys:
                    secret.update(texts(value))
                    continue
                clear.update(texts(value))
                if key in NUMBER_KEYS:
                    numbers.update(found for text in texts(value) for found in _NUMBER.findall(text))
    return Redactor(frozenset(secret - clear), hides_numbers, frozenset(numbers))
