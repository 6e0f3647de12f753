"""Findings about the instances, their replication and their traffic distribution groups. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from acgr_connect.survey.records import Survey

from . import kinds
from .finding import Finding, counted, listed

COMPLETE = "INSTANCE_REPLICATION_COMPLETE"
UNDER_WAY = frozenset({"INSTANCE_REPLICATION_IN_PROGRESS", "RESOURCE_REPLICATION_NOT_STARTED"})
CHANGING = frozenset({"CREATION_IN_PROGRESS", "UPDATE_IN_PROGRESS"})
"""Statuses of a group that pass by themselves."""


def instances(survey: Survey) -> Iterator[Finding]:
    """The pair: that there is one, ACTIVE and replicated."""
    pair = survey.pair
    if pair.replica is None:
        yield Finding(
            kinds.NOT_REPLICATED,
            f"{pair.alias} is in {pair.source.region} alone: nothing can fail over",
            pair.alias,
            "replicate it (ReplicateInstance, once the account team has opened it for you), or name another instance",
            pair.source.region,
            str(pair.source),
        )
    for region, shown in pair.shown.items():
        if shown.status != "ACTIVE":
            yield Finding(
                kinds.INSTANCE_NOT_ACTIVE,
                f"{pair.alias} is {shown.status} in {region}",
                pair.alias,
                "wait until it is ACTIVE, or ask AWS Support why it is not",
                region,
                str(shown.arn),
                facts={"status": shown.status},
            )
    yield from _replication(survey)


def _replication(survey: Survey) -> Iterator[Finding]:
    """Each Region shows how far the replication is, of itself and of the other: one finding tells it."""
    rows = {row.region: row for shown in survey.pair.shown.values() for row in shown.replication}
    for region, row in sorted(rows.items()):
        if row.status in {COMPLETE, ""}:
            continue
        is_running = row.status in UNDER_WAY
        yield Finding(
            kinds.REPLICATION_RUNNING if is_running else kinds.REPLICATION_BROKEN,
            f"the replication of {survey.pair.alias} to {region} is {row.status}"
            + (f": {row.reason.rstrip('.')}" if row.reason else ""),
            survey.pair.alias,
            "wait, and look again" if is_running else "mend what the reason says, and call ReplicateInstance again",
            region,
            str(survey.pair.source),
            facts={"status": row.status, "reason": row.reason},
        )


def replicated(survey: Survey) -> Iterator[Finding]:
    """What Connect itself says of the replication of agents, flows and numbers."""
    for of_type in survey.replication or ():
        for region, status in sorted(of_type.statuses.items()):
            if status != "ENABLED":
                yield Finding(
                    kinds.TYPE_NOT_REPLICATED,
                    f"resources of type {of_type.resource_type} are {status} for replication in {region}",
                    of_type.resource_type,
                    "ask AWS Support to turn it on, or keep both Regions alike yourself",
                    region,
                    facts={"type": of_type.resource_type, "status": status},
                )
        for found in of_type.findings:
            yield Finding(
                kinds.NOT_CAUGHT_UP,
                f"{found.name or found.arn or 'a resource'} ({found.resource_type}) does not catch up in {found.region}"
                + (f": {found.message.rstrip('.')}" if found.message else ""),
                found.name or found.arn,
                "do what the message says" if found.message else "change it once more, so that it is replicated again",
                found.region,
                found.arn,
                facts={"type": found.resource_type, "reference": found.code},
            )


def groups(survey: Survey) -> Iterator[Finding]:
    """The groups: that each is ACTIVE, and that the default one is there."""
    for view in survey.groups or ():
        group = view.group
        if group.status == "ACTIVE":
            continue
        is_changing = group.status in CHANGING
        numbers = [number.e164 for number in survey.numbers_on(group.arn)]
        on_it = f"; on it: {counted(len(numbers), 'number')}" if numbers else ""
        yield Finding(
            kinds.GROUP_CHANGING if is_changing else kinds.GROUP_BROKEN,
            f"traffic distribution group {group.name} is {group.status}{on_it}",
            group.name,
            "look again when it is ACTIVE: its shares cannot be read meanwhile"
            if is_changing
            else "place its numbers on another group, and delete it; AWS Support can say why",
            group.arn.region,
            str(group.arn),
            facts={"status": group.status, "numbers": numbers},
        )
    if survey.groups and survey.pair.replica and not any(view.group.is_default for view in survey.groups):
        names = [view.group.name for view in survey.groups]
        yield Finding(
            kinds.NO_DEFAULT_GROUP,
            f"no group of {survey.pair.alias} is the default one (there are {listed(names)}): "
            "nothing tells where agents may sign in",
            survey.pair.alias,
            "ask AWS Support: replicating an instance makes one",
            survey.pair.source.region,
            str(survey.pair.source),
        )
