"""What is wrong with a roster's inputs, as far as the program and the inputs of the last run tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pulumi.dynamic import CheckFailure

from acgr.agents.memberships import MEMBERSHIP, bare, written_group
from acgr.agents.roster_changes import as_written, between
from acgr.agents.roster_state import are_known, conflicting_declaration, users_of
from acgr.arguments import MAPPING_REMEDY
from acgr.runtime.inputs import Shape, invalid_inputs, known, region_in
from acgr.runtime.run import Run
from acgr_connect.agents.roster_plan import few
from acgr_connect.model import identifiers
from acgr_connect.model.arns import is_arn, parse
from acgr_connect.model.identifiers import InvalidInput
from acgr_connect.model.operation import Operation
from acgr_connect.model.removal_guard import DEFAULT, REMEDY, allowance, objection

HIDES_WHO_LEAVES = f"they are not known yet, and so a preview cannot show who leaves; {MAPPING_REMEDY}"
"""What is wrong with users of whom there are some, where a program takes all of them from something else."""

OPTIONAL = ("authoritative", "max_removals", "source_region")


def failures(operation: Operation, run: Run, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[CheckFailure]:
    """Each invalid input; where none is, that too many agents would be removed, or that others declare the group."""
    found = [*_invalid(news), *(CheckFailure("", reason) for reason in _wrong_users(news))]
    if users_of(olds) and not are_known(news):
        found.append(CheckFailure("", f"users: {HIDES_WHO_LEAVES}"))
    if found:
        return found
    wrong = (_too_many(operation, run, olds, news), conflicting_declaration(operation, run, None, news))
    return [CheckFailure("", reason) for reason in wrong if reason]


def _invalid(news: Mapping[str, Any]) -> list[CheckFailure]:
    region = news.get("source_region")
    shapes: dict[str, Shape] = {
        "users": _mapping,
        "authoritative": _truth,
        "max_removals": allowance,
        "source_region": identifiers.region,
    }
    if known(region):
        shapes["traffic_distribution_group"] = partial(identifiers.group, source_region=region)
    # One user who is not known yet must not hide what is wrong with the others.
    judged = {**news, "users": {}} if isinstance(news.get("users"), Mapping) else news
    return invalid_inputs(judged, shapes, optional=OPTIONAL)


def _mapping(users: Any) -> None:
    if not isinstance(users, Mapping):
        raise InvalidInput(f"{users!r} is not a mapping of labels to users")


def _truth(value: Any) -> None:
    if not isinstance(value, bool):
        raise InvalidInput(f"{value!r} is neither true nor false")


def _wrong_users(news: Mapping[str, Any]) -> Iterator[str]:
    first: dict[str, str] = {}
    for label, user in users_of(news).items():
        path = f'users["{label}"]'
        if not known(user):
            continue
        try:
            _of_source(identifiers.user(user), news)
        except InvalidInput as error:
            yield f"{path}: {error}"
            continue
        if (same := first.setdefault(bare(user), label)) != label:
            yield f'{path}: it is the same user as users["{same}"]'


def _of_source(user: str, news: Mapping[str, Any]) -> None:
    source = region_in(news.get("traffic_distribution_group"), news.get("source_region"))
    if source and is_arn(user) and parse(user).region != source:
        raise InvalidInput(f"{user!r} is of {parse(user).region}; agents are users of the source Region, {source}")


def _too_many(operation: Operation, run: Run, olds: Mapping[str, Any], news: Mapping[str, Any]) -> str | None:
    """Whether more leave than may, by the inputs alone: the last refresh wrote there who is on the group."""
    allowed, before = news.get("max_removals", DEFAULT), users_of(olds)
    if not before or not known(allowed):
        return None
    leaving = between(as_written(before), users_of(news), before)
    groups = written_group(olds) | written_group(news)
    removed = max(0, len(leaving.removed) - leaving.open - _declared_by_others(operation, run, groups))
    too_many = objection(removed, len(before), allowance(allowed))
    return f"users: {too_many}: {few(leaving.removed)}; {REMEDY}" if too_many else None


def _declared_by_others(operation: Operation, run: Run, groups: set[str]) -> int:
    """How many agents other resources declare there: each may be one of those who leave, written otherwise.

    Nothing is looked up here. The update, which knows them by ARN, guards exactly.
    """
    claims = (run.ownership.claimed_under(MEMBERSHIP, group).values() for group in groups)
    return sum(bool(urns - {operation.urn}) for claimed in claims for urns in claimed)
