"""How much one change may take off a group: a guard against a list that was emptied by mistake. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor
from typing import Any

from acgr_connect.model.identifiers import InvalidInput

DEFAULT = "10%"
"""What one change may remove unless more is allowed."""

_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")


@dataclass(frozen=True)
class Allowance:
    """So many agents or numbers or, where `is_share`, so many of every hundred."""

    amount: float
    is_share: bool

    def of(self, total: int) -> int:
        """How many of so many may go: at least one, unless none at all may."""
        if not self.is_share:
            return int(self.amount)
        return max(1, floor(total * self.amount / 100)) if self.amount else 0

    def __str__(self) -> str:
        return f"{self.amount:g}%" if self.is_share else f"{self.amount:.0f}"


def allowance(value: Any) -> Allowance:
    """So many, or a percentage of those there are.

    Raises:
        InvalidInput: neither, below 0 or above 100%.
    """
    if isinstance(value, str):
        if (share := _PERCENTAGE.fullmatch(value)) and float(share.group(1)) <= 100:
            return Allowance(float(share.group(1)), is_share=True)
        value = int(value) if value.isdecimal() else value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0 and value == floor(value):
        return Allowance(value, is_share=False)
    raise InvalidInput(f"{value!r} is neither a number nor a percentage such as '10%'")


def objection(removed: int, total: int, allowed: Allowance) -> str | None:
    """Why so many of so many agents may not be removed at once, or None: they may."""
    most = allowed.of(total)
    if removed <= most:
        return None
    said = f"{allowed}, {most} here" if allowed.is_share else f"{most}"
    return f"{removed:,} of {total:,} agents would be removed, and max_removals is {said}"


REMEDY = "mend users, or raise max_removals for this change"
"""What to do about it."""
