"""How a program writes an object, so that it means this one and no other: its name, or else its ARN. Pure.

A name is written where the resources would find the object by it, and it alone: they look names up as
`acgr_connect.groups` and `acgr_connect.numbers.flows` do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from acgr_connect.groups import is_called
from acgr_connect.model import identifiers
from acgr_connect.model.arns import Arn
from acgr_connect.model.identifiers import DEFAULT_GROUP, InvalidInput, is_name
from acgr_connect.model.records import Flow, Group, User
from acgr_connect.numbers.flows import meant_by_name

from .source import literal

_ARN = "the ARN says which one is meant."

LONGEST_NAME = 60
"""Characters of a resource's name that are taken from a group's."""


@dataclass(frozen=True)
class Written:
    """What stands in the program and, where it is not plain why, a sentence that says it."""

    text: str
    why: str = ""


@dataclass(frozen=True)
class WrittenFlow:
    """A number's flow: one text for both Regions, or a mapping Region to text.

    Attributes:
        flow: what stands in the program.
        whys: sentences that say why it is written so.
        by_arn: the names of flows that are written as ARNs, which nobody can read.
    """

    flow: str | Mapping[str, str]
    whys: tuple[str, ...] = ()
    by_arn: tuple[str, ...] = ()


def group(one: Group, shown: Collection[Group]) -> Written:
    """A group: "default", its name, or its ARN.

    Args:
        one: the group.
        shown: all groups that the source Region shows, those of other instances too.
    """
    here = [other for other in shown if other.arn.region == one.arn.region]
    for name in [DEFAULT_GROUP] * one.is_default + [one.name]:
        is_alone = sum(is_called(other, name) for other in here) == 1
        if is_alone and _is_plain(name, lambda text: identifiers.group(text, one.arn.region)):
            return Written(name)
    if sum(is_called(other, one.name) for other in here) > 1:
        return Written(str(one.arn), f"{one.arn.region} has several groups {literal(one.name)}: {_ARN}")
    return Written(str(one.arn), f"{literal(one.name)} cannot be written as a group's name: {_ARN}")


def flow(flows: Mapping[str, Flow], shown: Mapping[str, Iterable[Flow]]) -> WrittenFlow:
    """A number's flow: one name where that means the right flow in both Regions, one ARN for a flow that both have.

    Args:
        flows: Region to the flow that answers, the source first.
        shown: Region to all flows there.
    """
    source, *others = flows.values()
    clear = {region: one for region, one in flows.items() if _is_clear(one, shown[region])}
    unclear = {region: one for region, one in flows.items() if region not in clear}
    if not unclear and {one.name for one in others} <= {source.name}:
        return WrittenFlow(source.name, _twins(flows, shown))
    if {one.arn.id for one in others} <= {source.arn.id}:
        return WrittenFlow(str(source.arn), _whys(unclear, shown) or _named_apart(flows), (source.name,))
    each = {region: one.name if region in clear else str(one.arn) for region, one in flows.items()}
    by_arn = tuple(dict.fromkeys(one.name for one in unclear.values()))
    return WrittenFlow(each, (*_whys(unclear, shown), *_twins(clear, shown)), by_arn)


def _is_clear(one: Flow, shown: Iterable[Flow]) -> bool:
    meant = meant_by_name([other for other in shown if other.name == one.name])
    return [other.arn.id for other in meant] == [one.arn.id] and _is_plain(one.name, identifiers.flow)


def _whys(unclear: Mapping[str, Flow], shown: Mapping[str, Iterable[Flow]]) -> tuple[str, ...]:
    """A sentence for each name that cannot be written, or does not say which flow is meant."""
    several: dict[str, list[str]] = {}
    for region, one in unclear.items():
        named = [other for other in shown[region] if other.name == one.name]
        several.setdefault(one.name, []).extend([region] if len(meant_by_name(named)) > 1 else [])
    return tuple(
        f"{' and '.join(regions)} {'has' if len(regions) == 1 else 'have'} several active flows {literal(name)}: {_ARN}"
        if regions
        else f"{literal(name)} cannot be written as a flow's name: {_ARN}"
        for name, regions in several.items()
    )


def _named_apart(flows: Mapping[str, Flow]) -> tuple[str, ...]:
    names = " and ".join(f"{literal(one.name)} in {region}" for region, one in flows.items())
    return (f"One flow goes by two names, {names}: its ARN means it in both Regions.",)


def _twins(flows: Mapping[str, Flow], shown: Mapping[str, Iterable[Flow]]) -> tuple[str, ...]:
    """A sentence for each name that an archived flow has as well."""
    found: dict[str, list[str]] = {}
    for region, one in flows.items():
        if sum(other.name == one.name for other in shown[region]) > 1:
            found.setdefault(one.name, []).append(region)
    return tuple(
        f"An archived flow of {' and '.join(regions)} is called {literal(name)} too: the name means the active one."
        for name, regions in found.items()
    )


def agent(one: User, named: Counter[str]) -> Written:
    """An agent: the user's name, or the ARN; `named` counts the names of all users of the source instance."""
    if named[one.username] == 1 and _is_plain(one.username, identifiers.user):
        return Written(one.username)
    return Written(str(one.arn), f"{literal(one.username)} cannot be written as a user's name: {_ARN}")


def _is_plain(name: str, shape: Callable[[Any], Any]) -> bool:
    """Whether a name can be written as it is, and is read as a name."""
    try:
        return bool(shape(name) == name and is_name(name))
    except InvalidInput:
        return False


def resource_names(groups: Iterable[Group]) -> dict[Arn, str]:
    """What the resource of each group is called in the program: the group's name, in plain letters, once each."""
    plain = {one.arn: _plain_letters(one.name) for one in groups}
    often = Counter(plain.values())
    return {arn: name if name and often[name] == 1 else _with_id(name, arn) for arn, name in plain.items()}


def _plain_letters(name: str) -> str:
    latin = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", latin)[:LONGEST_NAME].strip("-._")


def _with_id(name: str, arn: Arn) -> str:
    return f"{name or 'group'}-{arn.id[:8]}"
