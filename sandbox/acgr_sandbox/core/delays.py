"""How long something takes: always the same, or drawn anew each time.

5               five seconds
3..8            anything from three to eight
1,2,30          one of these
9x1..2,1x1800   nine times in ten one to two, else half an hour
"""

from __future__ import annotations

import math
import random
import re

FORMS = "seconds: 5, 3..8, 1,2,30 or 9x1..2,1x1800"

_PART = re.compile(r"(?:(\d+)x)?([0-9.eE+-]+?)(?:\.\.([0-9.eE+-]+))?")


class Delay(float):
    """Seconds that vary.

    As a number it is the longest it can be: who waits that long has waited long enough.

    Args:
        text: one of the forms above.

    Raises:
        ValueError: the text is none of them.
    """

    text: str
    _parts: tuple[tuple[int, float, float], ...]

    def __new__(cls, text: str) -> Delay:  # noqa: PYI034 (`Self` is 3.11)
        """Read the text."""
        parts = tuple(_part(part.strip(), text) for part in text.split(","))
        delay = super().__new__(cls, max(high for _, _, high in parts))
        delay.text, delay._parts = text, parts
        return delay

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        """What a copy is made of."""
        return (self.text,)

    def __repr__(self) -> str:
        return repr(self.text)

    def draw(self, rng: random.Random) -> float:
        """Seconds, this time."""
        weights = [weight for weight, _, _ in self._parts]
        _, low, high = rng.choices(self._parts, weights)[0]
        return rng.uniform(low, high)


def delay(text: str) -> float:
    """What a text stands for: a plain number where it is one, else a `Delay`."""
    read = Delay(text)
    return float(read) if re.fullmatch(r"[^x,]*", text) and ".." not in text else read


def drawn(seconds: float, key: str) -> float:
    """Seconds this time; the same key draws the same."""
    return seconds.draw(random.Random(f"{key}/{seconds.text}")) if isinstance(seconds, Delay) else seconds


def _part(part: str, text: str) -> tuple[int, float, float]:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"{text!r} is no time; write {FORMS}.")
    weight, low, high = int(found[1] or 1), _number(found[2], text), _number(found[3] or found[2], text)
    if weight < 1 or high < low:
        raise ValueError(f"{text!r} is no time: weights are above zero and bounds in order.")
    return weight, low, high


def _number(text: str, whole: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{whole!r} is no time; write {FORMS}.")
    return number
