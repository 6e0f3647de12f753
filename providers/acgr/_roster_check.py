"""What is wrong with a roster's inputs, as far as the program and the inputs of the last run tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pulumi.dynamic import CheckFailure

from acgr import _engine
from acgr._provider import Shape, known, misshapen, run
from acgr._roster import groups_of, keys_of, rivalry, users_of
from acgr._roster_changes import as_written, bare, between, few
from acgr_connect import spelling
from acgr_connect.arns import is_arn, parse
from acgr_connect.removals import DEFAULT, REMEDY, allowance, objection
from acgr_connect.spelling import SpellingError

OPTIONAL = ("authoritative", "max_removals", "source_region")


def failures(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[CheckFailure]:
    """Each misshapen input; where none is, that too many agents would be removed, or that others declare the group."""
    found = [*_misshapen(news), *(CheckFailure("", reason) for reason in _wrong_users(news))]
    if found:
        return found
    return [CheckFailure("", reason) for reason in (_too_many(olds, news), rivalry(None, news)) if reason]


def _misshapen(news: Mapping[str, Any]) -> list[CheckFailure]:
    region = news.get("source_region")
    shapes: dict[str, Shape] = {
        "users": _mapping,
        "authoritative": _truth,
        "max_removals": allowance,
        "source_region": spelling.region,
    }
    if known(region):
        shapes["traffic_distribution_group"] = partial(spelling.group, source_region=region)
    # One user who is not known yet must not hide what is wrong with the others.
    judged = {**news, "users": {}} if isinstance(news.get("users"), Mapping) else news
    return misshapen(judged, shapes, optional=OPTIONAL)


def _mapping(users: Any) -> None:
    if not isinstance(users, Mapping):
        raise SpellingError(f"{users!r} is not a mapping of labels to users")


def _truth(value: Any) -> None:
    if not isinstance(value, bool):
        raise SpellingError(f"{value!r} is neither true nor false")


def _wrong_users(news: Mapping[str, Any]) -> Iterator[str]:
    first: dict[str, str] = {}
    for label, user in users_of(news).items():
        path = f'users["{label}"]'
        if not known(user):
            continue
        try:
            _of_source(spelling.user(user), news)
        except SpellingError as error:
            yield f"{path}: {error}"
            continue
        if (same := first.setdefault(bare(user), label)) != label:
            yield f'{path}: it is the same user as users["{same}"]'


def _of_source(user: str, news: Mapping[str, Any]) -> None:
    group = news.get("traffic_distribution_group")
    source = parse(group).region if isinstance(group, str) and is_arn(group) else news.get("source_region")
    if is_arn(user) and isinstance(source, str) and parse(user).region != source:
        raise SpellingError(f"{user!r} is of {parse(user).region}; agents are users of the source Region, {source}")


def _too_many(olds: Mapping[str, Any], news: Mapping[str, Any]) -> str | None:
    """Whether more leave than may, by the inputs alone: the last refresh wrote there who is on the group."""
    allowed, before = news.get("max_removals", DEFAULT), users_of(olds)
    if not before or not known(allowed) or not _is_same_group(olds, news):
        return None
    groups, urn = groups_of(None, olds, news), _engine.urn()
    leaving = between(as_written(before), users_of(news), before)
    elsewhere = sum(run().declarations.heir(urn, keys_of(groups, name)) is not None for name in leaving.removed)
    removed = max(0, len(leaving.removed) - leaving.open - elsewhere)
    too_many = objection(removed, len(before), allowance(allowed))
    return f"users: {too_many}: {few(leaving.removed)}; {REMEDY}" if too_many else None


def _is_same_group(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether this is no replacement, whose old half is not guarded."""
    return olds.get("traffic_distribution_group") == news.get("traffic_distribution_group")
