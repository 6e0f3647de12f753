"""Which objects a role is for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from acgr_cli.failure import CommandFailure
from acgr_connect.model.arns import NOUNS, Arn
from acgr_connect.model.identifiers import REGION, Id, Name, identifier


@dataclass(frozen=True)
class Scope:
    """One contact centre, or a part of it.

    Attributes:
        instance: the source instance. It says partition, source Region and account.
        replica_region: where it was replicated to; None, where it was not.
        groups: the only traffic distribution groups; all of the account where it is empty.
        numbers: the only phone numbers; all of the account where it is empty.
    """

    instance: Arn
    replica_region: str | None = None
    groups: tuple[Arn, ...] = ()
    numbers: tuple[Arn, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """The source Region and, where there is one, the replica's."""
        return (self.instance.region, *([self.replica_region] if self.replica_region else []))


def require_replica(source: Arn, region: str) -> str:
    """The Region of a replica, as it is written.

    Raises:
        CommandFailure: it is none.
    """
    if REGION.fullmatch(region) is None:
        raise CommandFailure(f"{region!r} is no Region: write one such as eu-central-1.")
    if region == source.region:
        raise CommandFailure(f"{region} is the Region of the source instance: name the replica's.")
    return region


def group(source: Arn, text: str) -> Arn | Name:
    """The traffic distribution group that a text stands for, beside an instance; a name has to be looked up.

    Raises:
        ArnError: it begins as an ARN does and is none of a group.
        CommandFailure: it is of another account or Region.
    """
    named = identifier(text, "traffic-distribution-group")
    if isinstance(named, Id):
        return source.beside("traffic-distribution-group", named.text)
    return _beside(source, named) if isinstance(named, Arn) else named


def number(source: Arn, text: str) -> Arn:
    """The phone number that a text stands for, beside an instance.

    Raises:
        ArnError: it begins as an ARN does and is none of a number.
        CommandFailure: it is of another account or Region, or neither an ARN nor an id.
    """
    named = identifier(text, "phone-number")
    if isinstance(named, Name):
        raise CommandFailure(
            f"{text!r} is no ARN or id of a phone number: `aws connect list-phone-numbers-v2` shows them."
        )
    return source.beside("phone-number", named.text) if isinstance(named, Id) else _beside(source, named)


def _beside(source: Arn, arn: Arn) -> Arn:
    """The ARN, which must be of the same account and Region: groups and numbers carry the source's in both Regions."""
    if (arn.partition, arn.account) != (source.partition, source.account):
        raise CommandFailure(f"{arn} is of another account than the instance {source}.")
    if arn.region != source.region:
        raise CommandFailure(
            f"{arn} is of {arn.region}: {NOUNS[arn.kind]} carries the source Region in both Regions, "
            f"here {source.region}."
        )
    return arn
