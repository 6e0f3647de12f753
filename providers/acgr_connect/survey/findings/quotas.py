"""Findings about quotas: what is nearly used up, so that a move or a new user is refused. Pure.

Source: administrator guide, "Amazon Connect service quotas" and "feature specifications". Connect does not tell an
account's raised quotas by its own API: they are given, or else the documented default is taken, and it is said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from acgr_connect.survey.records import Survey

from . import kinds
from .finding import Finding, Kind

DEFAULTS: Mapping[str, int] = {"phone-numbers": 5, "users": 500, "flows": 100}
"""Of an instance, unless they were raised."""

GROUPS = 8
"""Traffic distribution groups of an instance: a hard limit."""

NEAR = 0.9
"""The part of a quota from which on it is near."""


@dataclass(frozen=True)
class _Used:
    kind: Kind
    quota: str
    noun: str
    region: str
    count: int


def quotas(survey: Survey, raised: Mapping[str, int] | None = None) -> Iterator[Finding]:
    """What is near its limit.

    Args:
        survey: the pair.
        raised: the account's quotas, by the names of `DEFAULTS`. What is above a default that was not given was raised
            once, nobody knows to how many: nothing is said of it.
    """
    pair, given = survey.pair, raised or {}
    if survey.groups is not None and len(survey.groups) >= GROUPS:
        yield Finding(
            kinds.QUOTA_GROUPS,
            f"{pair.alias} has {len(survey.groups)} traffic distribution groups of {GROUPS}: no other can be made",
            pair.alias,
            "delete one before another is needed: this limit cannot be raised",
            pair.source.region,
            str(pair.source),
            facts={"used": len(survey.groups), "limit": GROUPS, "adjustable": False},
        )
    for used in _used(survey):
        limit, is_default = given.get(used.quota, DEFAULTS[used.quota]), used.quota not in given
        if used.count < NEAR * limit or (is_default and used.count > limit):
            continue
        said = f" (the default; say the account's with --quota {used.quota}=N)" if is_default else ""
        yield Finding(
            used.kind,
            f"{pair.alias} has {used.count:,} {used.noun} of {limit:,} in {used.region}{said}",
            pair.alias,
            "ask for more in Service Quotas, for both Regions alike",
            used.region,
            str(pair.source.in_region(used.region)),
            facts={"used": used.count, "limit": limit, "default": is_default},
        )


def _used(survey: Survey) -> Iterator[_Used]:
    if survey.numbers is not None:
        home = survey.pair.source.region
        yield _Used(kinds.QUOTA_NUMBERS, "phone-numbers", "phone numbers", home, len(survey.numbers))
    for view in survey.regions:
        if view.users is not None:
            yield _Used(kinds.QUOTA_USERS, "users", "users", view.region, len(view.users))
        if view.flows is not None:
            yield _Used(kinds.QUOTA_FLOWS, "flows", "flows", view.region, len(view.flows))
