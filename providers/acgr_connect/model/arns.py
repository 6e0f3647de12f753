"""Amazon Resource Names of Connect: instances, groups, phone numbers, flows and users, in every partition.

A traffic distribution group's or phone number's ARN carries the source Region in both Regions; an instance's, flow's or
user's ARN carries the Region in which it is asked. Which Region a call goes to is decided by the operation, never by
the ARN alone (statements A4, N10).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["instance", "agent", "contact-flow", "traffic-distribution-group", "phone-number"]

NOUNS: dict[str, str] = {
    "instance": "an instance",
    "agent": "a user",
    "contact-flow": "a flow",
    "traffic-distribution-group": "a traffic distribution group",
    "phone-number": "a phone number",
}
"""What each kind of ARN names, in the words of the Connect documentation."""

_ARN = re.compile(r"arn:(aws[a-z-]*):connect:([a-z0-9-]+):([0-9]{12}):(.+)")
_ID = r"[A-Za-z0-9_-]+"
_INSIDE_INSTANCE = re.compile(rf"instance/({_ID})/(agent|contact-flow)/({_ID})")
_TOP_LEVEL = re.compile(rf"(instance|traffic-distribution-group|phone-number)/({_ID})")
_OLD_NUMBER = re.compile(rf"instance/{_ID}/phone-number/({_ID})")


class ArnError(ValueError):
    """The text is not the ARN that is needed; the message says what is wrong and what to write instead."""


@dataclass(frozen=True)
class Arn:
    """One Connect ARN, taken apart; `str()` puts it together again.

    `instance_id` is set for users and flows only, whose ARN names the instance they belong to.
    """

    partition: str
    region: str
    account: str
    kind: Kind
    id: str
    instance_id: str | None = None

    def __str__(self) -> str:
        inside = f"instance/{self.instance_id}/" if self.instance_id else ""
        return f"arn:{self.partition}:connect:{self.region}:{self.account}:{inside}{self.kind}/{self.id}"

    def in_region(self, region: str) -> Arn:
        """The same object's ARN as the other Region spells it: for instances, users and flows."""
        return replace(self, region=region)

    def inside(self, kind: Literal["agent", "contact-flow"], id_: str) -> Arn:
        """The ARN of a user or flow of this instance."""
        return replace(self, kind=kind, id=id_, instance_id=self.id)

    def beside(self, kind: Literal["instance", "traffic-distribution-group", "phone-number"], id_: str) -> Arn:
        """The ARN of another object of the same account and Region."""
        return replace(self, kind=kind, id=id_, instance_id=None)

    @property
    def instance(self) -> Arn:
        """The instance to which this user or flow belongs, in the same Region."""
        if self.instance_id is None:
            raise ArnError(f"{self} names no instance")
        return replace(self, kind="instance", id=self.instance_id, instance_id=None)


def is_arn(text: str) -> bool:
    """Whether the text claims to be an ARN."""
    return text.startswith("arn:")


def parse(text: str, *kinds: Kind) -> Arn:
    """Take an ARN apart; with `kinds`, refuse an ARN of any other kind.

    Raises:
        ArnError: the text is no Connect ARN, is the old form of a phone number's ARN, or is of another kind.
    """
    whole = _ARN.fullmatch(text)
    if whole is None:
        raise ArnError(f"{text!r} is not an Amazon Connect ARN{_needed(kinds)}")
    partition, region, account, resource = whole.groups()
    arn = Arn(partition, region, account, *_resource(text, resource))
    if kinds and arn.kind not in kinds:
        wanted = " or ".join(NOUNS[kind] for kind in kinds)
        raise ArnError(f"{text!r} is the ARN of {NOUNS[arn.kind]}; the ARN of {wanted} is needed")
    return arn


def _needed(kinds: tuple[Kind, ...]) -> str:
    forms = " or ".join(f"{NOUNS[kind]} has one of the form {form_of(kind)}" for kind in kinds)
    return f"; {forms}" if forms else ""


def form_of(kind: Kind) -> str:
    """What the ARN of such an object looks like."""
    inside = "instance/INSTANCE/" if kind in {"agent", "contact-flow"} else ""
    return f"arn:aws:connect:REGION:ACCOUNT:{inside}{kind}/ID"


def _resource(text: str, resource: str) -> tuple[Kind, str, str | None]:
    if old := _OLD_NUMBER.fullmatch(resource):
        raise ArnError(
            f"{text!r} is the old form of a phone number's ARN, with the instance in it; "
            f"write the form without: …:phone-number/{old.group(1)}"
        )
    if inner := _INSIDE_INSTANCE.fullmatch(resource):
        instance_id, kind, id_ = inner.groups()
        return kind, id_, instance_id  # type: ignore[return-value]  # the pattern admits these kinds only
    if top := _TOP_LEVEL.fullmatch(resource):
        return top.group(1), top.group(2), None  # type: ignore[return-value]  # as above
    raise ArnError(f"{text!r} names no instance, user, flow, phone number or traffic distribution group")
