"""What each policy objects to: from what a resource declares to sentences. Pure; needs neither Pulumi nor its CLI.

`declared` are a resource's inputs as a policy sees them. Reading one that a preview does not know yet may raise; what
was found before that has been yielded. A sentence never repeats an input, because it may be a secret, and a policy is
not told which are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Any

PLACEMENT = "pulumi-python:dynamic/acgr:PhoneNumberPlacement"
ROSTER = "pulumi-python:dynamic/acgr:TrafficDistributionGroupRoster"
CLAIM = "aws:connect/phoneNumber:PhoneNumber"
"""`aws.connect.PhoneNumber`, which claims a number."""

DEFAULT_REMOVALS = "10%"
"""What a roster allows that does not say `max_removals`."""

_INSTANCE = re.compile(r"arn:[^:]+:connect:[^:]+:[^:]+:instance/[^/]+")
_AMOUNT = re.compile(r"[0-9]+(?:\.0)?")
_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")


def protected_numbers_stay(declared: Mapping[str, Any], groups: Mapping[str, str]) -> Iterator[str]:
    """A protected number is placed on its group.

    Args:
        declared: the inputs of a placement.
        groups: protected numbers, and the group of each, both written as the program writes them.
    """
    number = declared["phone_number"]
    group = groups.get(number)
    if group is None or (target := declared["target"]) == group:
        return
    where = "an instance, where one Region alone answers" if _INSTANCE.fullmatch(target) else "something else"
    yield f"{number} is protected, and is given to {where}: set its target to {group}, or take it off the list"


def protected_numbers_are_declared(written: Collection[str], numbers: Collection[str]) -> Iterator[str]:
    """Every protected number is still declared by a placement.

    Args:
        written: every way in which the stack's placements write their numbers.
        numbers: the protected numbers.
    """
    for number in numbers:
        if number not in written:
            yield f"{number} is protected, and no placement declares it: declare it again, or take it off the list"


def return_to_holds(declared: Mapping[str, Any], allowed: Collection[str]) -> Iterator[str]:
    """A delete leaves a number answering in both Regions, and `return_to` leads where the number can go.

    Args:
        declared: the inputs of a placement.
        allowed: numbers that may go back to their instance, written as the program writes them.
    """
    return_to = declared["return_to"]
    if return_to == "instance":
        if not _INSTANCE.fullmatch(declared["target"]) and declared["phone_number"] not in allowed:
            yield (
                "return_to is 'instance': a delete takes the number off its group, and one Region alone answers from "
                "then on: set return_to to 'leave' or to the ARN of a group, or allow it for this number"
            )
    elif return_to.startswith("arn:"):
        yield from _cannot_go(return_to, declared)


def _cannot_go(return_to: str, declared: Mapping[str, Any]) -> Iterator[str]:
    """Why a delete could not bring the number to a group: that has another Region or account than where it is."""
    _, _, _, region, account, _ = return_to.split(":", 5)
    here = [declared[name].split(":", 5) for name in ("target", "phone_number") if declared[name].startswith("arn:")]
    regions = {arn[3] for arn in here} | ({declared["source_region"]} if "source_region" in declared else set())
    for what, found, wanted in (("Region", region, regions), ("account", account, {arn[4] for arn in here})):
        if wanted and found not in wanted:
            yield f"return_to is a group of another {what} than the number, and a delete would fail: name another"


def claims_let_go(claim: Mapping[str, Any], ignored: Collection[str], declared: Mapping[str, Any]) -> Iterator[str]:
    """Whoever claims a number does not move it back, neither now nor once `return_to` has been done.

    Args:
        claim: the inputs of the `aws.connect.PhoneNumber` from which a placement has its number.
        ignored: what the claim has in `ignore_changes`.
        declared: the inputs of the placement.
    """
    if {"targetArn", "target_arn", "*"} & set(ignored):
        return
    claimed_on = claim["targetArn"]
    if declared["target"] != claimed_on or declared["return_to"] not in {"leave", claimed_on}:
        yield (
            "the number is claimed by an aws.connect.PhoneNumber that puts it back where it was claimed, without a "
            'flow: give that one ignore_changes=["target_arn"]'
        )


def few_agents_leave(declared: Mapping[str, Any], most: int) -> Iterator[str]:
    """A roster lets no more agents leave in one run than the policy does.

    Args:
        declared: the inputs of a roster.
        most: how many agents may leave it in one run.
    """
    may_leave = _may_leave(declared.get("max_removals", DEFAULT_REMOVALS), len(declared["users"]))
    if may_leave is None or may_leave > most:
        how_many = "all agents" if may_leave is None else f"{may_leave:,} agent{'s' * (may_leave != 1)}"
        yield f"max_removals lets {how_many} leave in one run, and {most:,} may: set max_removals to {most} or less"


def _may_leave(allowed: Any, users: int) -> int | None:
    """The most agents that a run may remove and still end with so many; None where there is no limit.

    A share is one of those before, whom a policy is not told. But whoever does not leave is declared: if a share s of
    n + r leaves, r is s (n + r), and so r is s n / (1 - s).
    """
    if not (share := _PERCENTAGE.fullmatch(str(allowed))):
        return int(float(allowed)) if _AMOUNT.fullmatch(str(allowed)) else 0  # what is neither, the resource refuses
    part = Fraction(share[1]) / 100
    if part >= 1:
        return None
    return max(1, floor(part * users / (1 - part))) if part else 0
