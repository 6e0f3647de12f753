"""Findings about agents: who is on which group, and whether they are in both Regions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from acgr_connect.survey.records import Survey

from . import kinds
from .finding import Finding, are, counted, listed


def agents(survey: Survey, not_agents: Sequence[str] = ()) -> Iterator[Finding]:
    """Agents and groups.

    Args:
        survey: the pair.
        not_agents: patterns of usernames of those who take no calls, such as administrators.
    """
    yield from _of_groups(survey)
    if survey.groups is None or any(view.members is None for view in survey.groups):
        return
    on_groups = frozenset(member for view in survey.groups for member in view.members or ())
    if survey.pair.replica is not None:
        yield from _on_no_group(survey, on_groups, not_agents)
    yield from _in_both(survey, on_groups)


def _of_groups(survey: Survey) -> Iterator[Finding]:
    """Groups that have only one of the two."""
    if survey.numbers is None:
        return
    for view in survey.groups or ():
        group, numbers = view.group, [number.e164 for number in survey.numbers_on(view.group.arn)]
        if view.members and not numbers:
            yield Finding(
                kinds.AGENTS_WITHOUT_NUMBERS,
                f"group {group.name} has {counted(len(view.members), 'agent')} and no numbers: "
                "no shift of its traffic moves a call",
                group.name,
                "place numbers on it, or its agents on the group that has the numbers",
                group.arn.region,
                str(group.arn),
                facts={"agents": len(view.members)},
            )
        if view.members is not None and not view.members and numbers:
            yield Finding(
                kinds.NUMBERS_WITHOUT_AGENTS,
                f"group {group.name} has {counted(len(numbers), 'number')} and no agents: its calls are shifted alone",
                group.name,
                "associate its agents (`TrafficDistributionGroupRoster`), unless its flows need nobody",
                group.arn.region,
                str(group.arn),
                facts={"numbers": numbers},
            )


def _on_no_group(survey: Survey, on_groups: frozenset[str], not_agents: Sequence[str]) -> Iterator[Finding]:
    users = survey.source.users if survey.source.users is not None else survey.replica and survey.replica.users
    left = sorted(
        user.username
        for id_, user in (users or {}).items()
        if id_ not in on_groups and not any(fnmatchcase(user.username, pattern) for pattern in not_agents)
    )
    if left:
        yield Finding(
            kinds.ON_NO_GROUP,
            f"{counted(len(left), 'user')} {are(len(left))} on no traffic distribution group, and never shifted: "
            f"{listed(left)}",
            left[0] if len(left) == 1 else counted(len(left), "user"),
            "associate those who take calls; pass the others over with --not-agents PATTERN",
            survey.pair.source.region,
            facts={"users": left},
        )


def _in_both(survey: Survey, on_groups: frozenset[str]) -> Iterator[Finding]:
    known = [view.users for view in survey.regions if view.users is not None]
    if len(known) < len(survey.regions):
        return
    for view in survey.regions:
        missing = sorted(
            survey.username_of(id_) or id_
            for id_ in on_groups
            if id_ not in (view.users or {}) and any(id_ in users for users in known)
        )
        if missing:
            yield Finding(
                kinds.NOT_IN_REPLICA,
                f"{counted(len(missing), 'agent')} of groups {are(len(missing))} not in {view.region} and cannot work "
                f"there: {listed(missing)}",
                missing[0] if len(missing) == 1 else counted(len(missing), "agent"),
                "change them once more, so that they are replicated again; ask AWS Support if they are not there after "
                "30 minutes",
                view.region,
                facts={"users": missing},
            )
    nobody = sorted(id_ for id_ in on_groups if not any(id_ in users for users in known))
    if nobody:
        yield Finding(
            kinds.NO_USER,
            f"{counted(len(nobody), 'member')} of groups {are(len(nobody))} no user of either Region: {listed(nobody)}",
            nobody[0] if len(nobody) == 1 else counted(len(nobody), "member"),
            "disassociate them: they were deleted",
            survey.pair.source.region,
            facts={"ids": nobody},
        )
