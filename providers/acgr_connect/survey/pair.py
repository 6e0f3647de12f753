"""Which instance is meant, and where its replica is. It is enough that one of the two Regions answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from acgr_connect.aws.client import RegionalConnect
from acgr_connect.model.arns import Arn, is_arn, parse
from acgr_connect.model.errors import Conflict, ConnectError, Denied, ErrorContext, NotFound, Unavailable
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.identifiers import is_uuid
from acgr_connect.model.operation import Deadline
from acgr_connect.model.records import Instance
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.survey.records import Pair
from acgr_connect.world.connection import Connection

PATIENCE = 10.0
"""Seconds for which a Region that does not answer is asked, when another may be asked instead."""


def find_pair(connection: Connection, instance: str | None, regions: Sequence[str], *, alone: bool = False) -> Pair:
    """The pair of instances that is meant.

    Args:
        connection: the account.
        instance: an ARN, an id or an alias; None: the only instance there that is replicated.
        regions: where to look, the first that answers; the Region of an ARN comes before them.
        alone: ask no other Region what it shows of the pair: it may have failed.

    Raises:
        NotFound: there is none; the sentence names those there are.
        Conflict: several may be meant.
        Unavailable: no Region answers.
        WrongAccount: the ARN is of another account than the credentials.
    """
    arn = parse(instance, "instance") if instance and is_arn(instance) else None
    if arn:
        connection.require_account(arn)
    places = list(dict.fromkeys([arn.region, *regions] if arn else regions))
    down: dict[str, ConnectError] = {}
    for region in places:
        try:
            shown = _look(connection, instance, arn, region)
        except Unavailable as error:
            down[region] = error
            continue
        return _pair(connection, shown, shown.regions if alone else down)
    raise next(iter(down.values()), NotFound("name a Region in which the instance is"))


def _look(connection: Connection, instance: str | None, arn: Arn | None, region: str) -> Instance:
    api = connection.connect(region, Purpose.CHECK, Deadline.after(PATIENCE, connection.clock))
    with ErrorContext(f"looking for instance {instance or ''}".rstrip(), region) as context:
        if arn or (instance and is_uuid(instance)):
            try:
                return api.describe_instance(arn.id if arn else str(instance))
            except NotFound as error:
                others = _names(api.list_instances())
                remedy = f"there are: {', '.join(others) or 'none at all'}"
                raise context.added_to(error, "there is none of that id", remedy) from error
        there = _described(api)
        meant = [one for one in there if (one.alias == instance if instance else len(one.regions) > 1)]
        if len(meant) == 1:
            return meant[0]
        names = _names(there)
        if not meant:
            cause = "there is none of that alias" if instance else "there is none that is replicated"
            hint = did_you_mean(instance, names) if instance else ""
            raise context.error(NotFound, f"{cause}; there are: {', '.join(names) or 'none at all'}", hint)
        raise context.error(Conflict, f"there are several: {', '.join(_names(meant))}", "say which with --instance")


def _described(api: RegionalConnect) -> list[Instance]:
    """The instances of a Region with their replication, without those that the role may not look at.

    Raises:
        Denied: it may look at none.
    """
    answers = [_described_or_not(api, one) for one in api.list_instances()]
    found = [one for one in answers if isinstance(one, Instance)]
    if not found and (denied := next((one for one in answers if isinstance(one, Denied)), None)):
        raise denied
    return found


def _described_or_not(api: RegionalConnect, listed: Instance) -> Instance | Denied:
    try:
        return api.describe_instance(listed.arn.id)
    except Denied as error:
        return error


def _names(instances: Iterable[Instance]) -> list[str]:
    return sorted(one.alias or one.arn.id for one in instances)


def _pair(connection: Connection, shown: Instance, down: Collection[str]) -> Pair:
    """The pair that one Region shows, with what the other one shows of it, should it answer."""
    source = shown.arn.in_region(shown.source_region or shown.arn.region)
    others = [region for region in shown.regions if region != source.region]
    replica = source.in_region(others[0]) if others else None
    seen = {shown.arn.region: shown}
    for arn in filter(None, (source, replica)):
        if arn.region not in {*seen, *down} and (there := _shown_there(connection, arn)) is not None:
            seen[arn.region] = there
    return Pair(source, replica, seen)


def _shown_there(connection: Connection, arn: Arn) -> Instance | None:
    try:
        api = connection.connect(arn.region, Purpose.CHECK, Deadline.after(PATIENCE, connection.clock))
        return api.describe_instance(arn.id)
    except (Denied, NotFound, Unavailable):
        return None  # the survey asks again, and says what it could not read
