"""Values that are no text because YAML, or the program, read something else: what was read, and what to write. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any


def as_it_was_read(value: Any) -> str:
    """What YAML made of a text that was not quoted, as the end of a sentence; "" where it is no such value."""
    if isinstance(value, bool):
        words = "yes, on and true" if value else "no, off and false"
        return f"; YAML reads {words} as a truth value: quote it, such as '{'yes' if value else 'no'}'"
    if isinstance(value, int):
        return _of_integer(value)
    if isinstance(value, float):
        return f"; YAML reads digits with a point or an exponent as a number: quote it, such as '{value:g}'"
    if isinstance(value, (date, datetime)):
        return f"; YAML reads {value.isoformat()} as a date: quote it, such as '{value.isoformat()}'"
    return ""


def key_as_it_was_read(key: Any) -> str:
    """The same of the key of a mapping, where null is no sign that something was left out."""
    if key is None:
        return "; YAML reads ~, null and nothing so: quote it, such as 'null'"
    return as_it_was_read(key) or "; quote it"


def _of_integer(value: int) -> str:
    """Digits alone are read as a number: with a zero before them as an octal one, with colons as one to the base 60."""
    ways = [str(value)]
    if value > 0:
        ways += [f"the octal {octal(value)}"]
    if value >= 60:
        ways += [f"{_to_the_base_60(value)} (to the base 60)"]
    said = " and ".join([", ".join(ways[:-1]), ways[-1]]) if len(ways) > 1 else ways[0]
    return f"; YAML reads {said} as this number: quote what is written there"


def octal(value: int) -> str:
    """What YAML reads as this number where it begins with a zero, as national phone numbers do."""
    return f"0{value:o}"


def _to_the_base_60(value: int) -> str:
    rest, last = divmod(value, 60)
    return f"{rest}:{last:02d}" if rest < 60 else f"{_to_the_base_60(rest)}:{last:02d}"
