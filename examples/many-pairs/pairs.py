"""Which pairs there are, and which of them may begin: read from a file, decided without doing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Pair:
    """One pair of instances, which is one stack.

    Attributes:
        name: the stack's name.
        account: whose request rate it uses.
        config: the stack's configuration.
        profile: the profile of the shared AWS files, where each account has another one.
    """

    name: str
    account: str
    config: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its run sees besides the environment of this process."""
        return {"ACGR_PROFILE": self.profile} if self.profile else {}


@dataclass(frozen=True)
class Plan:
    """All pairs, and how many may run at the same time.

    Attributes:
        pairs: in the order in which they begin.
        at_once: how many on this machine.
        at_once_per_account: how many of one account. They share its request rate: more of them are not done sooner.
    """

    pairs: Sequence[Pair]
    at_once: int = 4
    at_once_per_account: int = 2

    def may_begin(self, waiting: Iterable[Pair], running: Iterable[Pair]) -> list[Pair]:
        """Of those that wait, which may begin beside those that run. One that may not holds up nobody behind it."""
        busy = Counter(pair.account for pair in running)
        chosen: list[Pair] = []
        for pair in waiting:
            if busy.total() < self.at_once and busy[pair.account] < self.at_once_per_account:
                busy[pair.account] += 1
                chosen.append(pair)
        return chosen


class PlanError(Exception):
    """The file says something that cannot be meant."""


def read_plan(file: Path, project: str, only: Sequence[str] = ()) -> Plan:
    """The plan in a file of YAML or JSON.

    Args:
        file: the file.
        project: the Pulumi project whose stacks the pairs are.
        only: names of pairs, where not all are meant.

    Raises:
        PlanError: The file is not as it should be, or lacks a pair that was asked for.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        pairs = {name: _pair(name, project, entry) for name, entry in content["pairs"].items()}
        at_once, per_account = (int(content.get(key, 1)) for key in ("at_once", "at_once_per_account"))
    except (OSError, yaml.YAMLError) as error:
        raise PlanError(f"{file} cannot be read: {error}") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PlanError(f"{file} is not a list of pairs as pairs.yaml is: {error}") from None
    if min(at_once, per_account) < 1:
        raise PlanError(f"{file}: at_once and at_once_per_account are 1 or more")
    if unknown := sorted(set(only) - pairs.keys()):
        raise PlanError(f"{file} has no pair {', '.join(unknown)}; it has {', '.join(pairs)}")
    return Plan([pair for name, pair in pairs.items() if not only or name in only], at_once, per_account)


def _pair(name: str, project: str, entry: Mapping[str, Any]) -> Pair:
    own = {f"{project}:{key}": entry[key] for key in ("regions", "groups")}
    return Pair(str(name), str(entry["account"]), {**entry.get("settings", {}), **own}, entry.get("profile"))
