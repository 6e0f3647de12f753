"""An obligation as tags of the number itself: what it had, and what it is to have. Pure.

Two tags, each below the 256 characters that a value may have. The number's own ARN says account and source Region, and
all flows of one side belong to one instance, so that ids are enough:

    acgr:had    1 2026-11-28T09:15:00Z instance <uuid> <instance's uuid> eu-west-2=<flow's uuid>
    acgr:wants  1 6f2c81d0.4711.c3a0 early group <uuid> <instance's uuid> eu-west-2=<flow's uuid> eu-central-1=<…>

`1` is the version of the form. What follows it is when the obligation was taken, and who took it: a digest of the
host's name, the process, and a few random digits, since processes' numbers come back. `early` stands there where a
flow may have been set while the number was moving.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from acgr_connect.model.arns import Arn
from acgr_connect.model.clock import seconds_of, utc
from acgr_connect.model.records import Number
from acgr_connect.numbers.obligation import Obligation

HAD, WANTS = "acgr:had", "acgr:wants"
TAG_KEYS = (HAD, WANTS)
"""The tags that this project puts on a number; it touches no others."""

VERSION = "1"
EARLY = "early"
Kind = Literal["traffic-distribution-group", "instance"]
KINDS: dict[str, Kind] = {"group": "traffic-distribution-group", "instance": "instance"}


@dataclass(frozen=True)
class Owner:
    """The process that took an obligation: a digest of its host's name, its number there, and what tells it apart."""

    host: str
    process: int
    run: str

    @classmethod
    def on(cls, host: str, process: int, run: str) -> Owner:
        """Of a host's name: a name may be longer than a tag, and is nobody else's business."""
        return cls(hashlib.sha256(host.encode()).hexdigest()[:8], process, run)

    @classmethod
    def read(cls, text: str) -> Owner:
        """What `str` made of it.

        Raises:
            ValueError: something else did.
        """
        host, process, run = text.split(".")
        return cls(host, int(process), run)

    def __str__(self) -> str:
        return f"{self.host}.{self.process}.{self.run}"


def tags_of(obligation: Obligation, owner: Owner) -> dict[str, str]:
    """The tags that say what is owed to the number."""
    had = _side(obligation.origin, obligation.before, obligation)
    wants = _side(obligation.destination, obligation.wanted, obligation)
    early = (EARLY,) if obligation.early else ()
    return {
        HAD: " ".join((VERSION, utc(obligation.since), *had)),
        WANTS: " ".join((VERSION, str(owner), *early, *wants)),
    }


def obligation_of(number: Number, tags: Mapping[str, str]) -> tuple[Obligation, Owner]:
    """What the tags of a number say that is owed to it, and who took it.

    Raises:
        KeyError, ValueError: they say nothing that is understood; ArnError is one of these.
    """
    version, since, *had = tags[HAD].split()
    version_too, owner, *wants = tags[WANTS].split()
    if {version, version_too} != {VERSION}:
        raise ValueError(f"they are of version {version} and {version_too}, and {VERSION} is understood")
    early = wants[:1] == [EARLY]
    origin, before = _read(number.arn, had)
    destination, wanted = _read(number.arn, wants[early:])
    obligation = Obligation(number.arn, number.e164, origin, before, destination, wanted, seconds_of(since), early)
    return obligation, Owner.read(owner)


def _side(target: Arn, flows: Mapping[str, Arn], obligation: Obligation) -> tuple[str, ...]:
    kind = next(short for short, long in KINDS.items() if long == target.kind)
    known = [*flows.values(), *obligation.wanted.values(), *obligation.before.values()]
    instance = target.id if kind == "instance" else known[0].instance_id if known else "-"
    return (kind, target.id, str(instance), *(f"{region}={flow.id}" for region, flow in flows.items()))


def _read(number: Arn, words: list[str]) -> tuple[Arn, dict[str, Arn]]:
    kind, target, instance, *flows = words
    home = number.beside("instance", instance)
    found = dict(word.split("=", 1) for word in flows)
    return number.beside(KINDS[kind], target), {
        region: home.in_region(region).inside("contact-flow", flow) for region, flow in found.items()
    }
