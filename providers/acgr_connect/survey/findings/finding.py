"""A finding: something of a pair of instances that is not as a failover needs it. And the kinds there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Severity(Enum):
    """How bad it is, the worst first."""

    ERROR = "error"
    """Callers reach nothing or nobody, now or once traffic is shifted."""
    WARNING = "warning"
    """It may be meant; if it is not, it hurts once traffic is shifted."""
    INFO = "info"
    """Nothing is wrong, and one should know."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Kind:
    """What is looked for, under a code that stays the same.

    Attributes:
        code: `ACGR` and three digits.
        severity: how bad it is where it is found.
        title: the same for all findings of the kind.
        needs: the operations of Connect without which it cannot be told.
    """

    code: str
    severity: Severity
    title: str
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        kind: what was looked for.
        what: what is so, as one sentence without its full stop.
        name: what people call the object that it is about.
        remedy: what to do, as one sentence without its full stop; "" where there is nothing to do.
        region: where; "" where it is about both Regions or none.
        arn: of the object; "" where it has none, or is many.
        command: the exact line that mends it, where there is one; `FLOW` stands for what nobody knows.
        facts: what a program may want to read.
    """

    kind: Kind
    what: str
    name: str
    remedy: str = ""
    region: str = ""
    arn: str = ""
    command: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def code(self) -> str:
        """The code of its kind."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.kind.severity

    @property
    def place(self) -> tuple[int, str, str, str, str]:
        """Where it stands among others: the worst first."""
        return self.severity.rank, self.code, self.name, self.region, self.what

    def as_data(self) -> dict[str, Any]:
        """As plain data, in the form of docs/verify.schema.json."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "title": self.kind.title,
            "what": self.what,
            "where": {"region": self.region or None, "name": self.name, "arn": self.arn or None},
            "remedy": self.remedy or None,
            "command": self.command or None,
            "facts": dict(self.facts),
        }


def listed(names: list[str], most: int = 5) -> str:
    """Some names in a sentence: all of a few, else the first and how many more."""
    shown = names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def are(number: int) -> str:
    """The verb after so many."""
    return "is" if number == 1 else "are"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 agent`, `2 agents`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
