"""What the policies of `examples/policies` object to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples" / "policies"))

import acgr_rules as rules

from acgr_connect.model import removal_guard

NUMBER, OTHER = "+442079460001", "+442079460002"
ACCOUNT, REGION = "111122223333", "eu-west-2"
INSTANCE = f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/2213ae3b-175b-5512-afec-527794ee4efb"


def group(region: str = REGION, account: str = ACCOUNT) -> str:
    """The ARN of a traffic distribution group."""
    return f"arn:aws:connect:{region}:{account}:traffic-distribution-group/9773bd30-565c-5e54-a727-f87e2a4f17d8"


class Unknown(Exception):
    """Raised by a property that a preview does not know yet, as pulumi-policy does."""


class Declared(dict[str, Any]):
    """Inputs, of which those that are None are not known yet."""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if value is None:
            raise Unknown(key)
        return value


def placement(**inputs: Any) -> Declared:
    """A placement's inputs: on retail, and it stays there."""
    usual = {"phone_number": NUMBER, "target": "retail", "flow": "Sales", "source_region": REGION, "return_to": "leave"}
    return Declared({**usual, **inputs})


def test_a_roster_that_says_nothing_is_guarded_as_the_rules_think() -> None:
    """What the rules take for the usual guard is the one that a roster has."""
    assert rules.DEFAULT_REMOVALS == removal_guard.DEFAULT


@pytest.mark.parametrize(
    ("declared", "objection"),
    [
        (placement(target="emergency"), None),
        (placement(phone_number=OTHER, target=INSTANCE), None),
        (placement(), "something else"),
        (placement(target=group()), "something else"),
        (placement(target=INSTANCE), "an instance, where one Region alone answers"),
    ],
)
def test_a_protected_number_stays_on_its_group(declared: Declared, objection: str | None) -> None:
    """Its target is the group that is written for it; other numbers go where they like."""
    found = list(rules.protected_numbers_stay(declared, {NUMBER: "emergency"}))
    assert found == (
        []
        if objection is None
        else [
            f"{NUMBER} is protected, and is given to {objection}: set its target to emergency, or take it off the list"
        ]
    )


def test_what_protects_another_number_does_not_wait_for_a_target() -> None:
    """The target of a number that is not on the list is not read."""
    assert list(rules.protected_numbers_stay(placement(target=None), {OTHER: "emergency"})) == []
    with pytest.raises(Unknown):
        list(rules.protected_numbers_stay(placement(target=None), {NUMBER: "emergency"}))


@pytest.mark.parametrize(
    ("written", "missed"),
    [([NUMBER, OTHER], []), ([OTHER], [NUMBER]), ([], [NUMBER]), ([f"{NUMBER}0"], [NUMBER])],
)
def test_a_protected_number_is_declared(written: list[str], missed: list[str]) -> None:
    """A number on the list that no placement declares is named."""
    found = list(rules.protected_numbers_are_declared(written, [NUMBER]))
    assert [sentence.split()[0] for sentence in found] == missed
    assert all(sentence.endswith("declare it again, or take it off the list") for sentence in found)


GOES_BACK = "return_to is 'instance': a delete takes the number off its group"


@pytest.mark.parametrize(
    ("declared", "objection"),
    [
        (placement(), None),
        (placement(return_to=group()), None),
        (placement(return_to=group(), target=group()), None),
        (placement(return_to="instance", target=INSTANCE), None),
        (placement(return_to="instance", phone_number=OTHER), None),
        (placement(return_to="instance"), GOES_BACK),
        (placement(return_to="instance", target=group()), GOES_BACK),
        (placement(return_to=group("eu-central-1")), "return_to is a group of another Region"),
        (placement(return_to=group("eu-central-1"), target=group()), "return_to is a group of another Region"),
        (placement(return_to=group(account="444455556666"), target=group()), "return_to is a group of another account"),
        (placement(return_to=group(account="444455556666")), None),  # nothing here says which account it is
    ],
)
def test_return_to_loses_no_region(declared: Declared, objection: str | None) -> None:
    """A delete leaves the number on a group that can take it, unless the number may go back to its instance."""
    found = list(rules.return_to_holds(declared, [OTHER]))
    assert [sentence[: len(objection or "")] for sentence in found] == ([objection] if objection else [])


def test_a_number_that_stays_is_not_asked_where_it_is() -> None:
    """With return_to 'leave' nothing else is read, so that nothing that is not known yet is in the way."""
    assert list(rules.return_to_holds(placement(target=None, phone_number=None), [])) == []


@pytest.mark.parametrize(
    ("claimed_on", "ignored", "declared", "objects"),
    [
        (INSTANCE, ["targetArn"], placement(), False),
        (INSTANCE, ["target_arn"], placement(), False),
        (INSTANCE, ["*"], placement(), False),
        (None, ["targetArn"], placement(), False),
        (group(), [], placement(target=group()), False),
        (group(), [], placement(target=group(), return_to=group()), False),
        (INSTANCE, [], placement(), True),
        (INSTANCE, ["tags"], placement(), True),
        (group(), [], placement(target=group(), return_to="instance"), True),
        (group(), [], placement(target=group(), return_to=group("eu-central-1")), True),
    ],
)
def test_a_claim_lets_go(claimed_on: str | None, ignored: list[str], declared: Declared, objects: bool) -> None:
    """What claims a number ignores where it is, or has claimed it where it is placed and stays."""
    found = list(rules.claims_let_go(Declared(targetArn=claimed_on), ignored, declared))
    assert [sentence.endswith('give that one ignore_changes=["target_arn"]') for sentence in found] == [True] * objects


@pytest.mark.parametrize(
    ("allowed", "users", "most", "may_leave"),
    [
        (None, 0, 1, None),
        (None, 90, 10, None),
        (None, 90, 9, "10 agents"),
        ("10%", 99, 10, "11 agents"),
        ("50 %", 20, 20, None),
        ("12.5%", 700, 99, "100 agents"),
        ("0%", 5000, 0, None),
        ("1%", 3, 0, "1 agent"),
        ("100%", 1, 50, "all agents"),
        (20.0, 5000, 20, None),
        ("20", 5000, 20, None),
        (0.0, 5000, 0, None),
        (2000.0, 5000, 20, "2,000 agents"),
        ("some", 5000, 0, None),  # the roster itself refuses it
    ],
)
def test_few_agents_leave(allowed: Any, users: int, most: int, may_leave: str | None) -> None:
    """A roster's guard lets no more leave than the policy does; numbers come as floats, and "10%" is what is usual."""
    declared: Mapping[str, Any] = {"users": {str(n): str(n) for n in range(users)}}
    found = list(rules.few_agents_leave(declared if allowed is None else {**declared, "max_removals": allowed}, most))
    assert found == (
        []
        if may_leave is None
        else [f"max_removals lets {may_leave} leave in one run, and {most} may: set max_removals to {most} or less"]
    )


@pytest.mark.parametrize("percent", [1, 7, 10, 33, 50, 90, 99])
@pytest.mark.parametrize("before", [1, 2, 9, 10, 101, 1000])
def test_no_run_removes_more_than_a_policy_foresees(percent: int, before: int) -> None:
    """However many were on a roster before: what its guard lets pass is no more than what the rule says of the rest."""
    removed = max(1, before * percent // 100)
    declared = {"users": range(before - removed), "max_removals": f"{percent}%"}
    assert list(rules.few_agents_leave(declared, removed - 1)) != []


SECRET = "the-secret"


def _objections() -> Iterator[str]:
    secret = {"phone_number": SECRET, "description": SECRET, "flow": SECRET}
    yield from rules.protected_numbers_stay(placement(target=SECRET), {NUMBER: "emergency"})
    yield from rules.return_to_holds(placement(**secret, target=SECRET, return_to="instance"), [])
    yield from rules.return_to_holds(placement(**secret, return_to=group(f"{SECRET}-1")), [])
    yield from rules.claims_let_go({"targetArn": SECRET}, [], placement(**secret, target=group()))
    yield from rules.few_agents_leave({"users": {SECRET: SECRET}, "max_removals": "100%"}, 5)


def test_no_sentence_tells_an_input() -> None:
    """A policy is not told which inputs are secret, so it repeats none."""
    found = list(_objections())
    assert len(found) == 5
    assert [sentence for sentence in found if SECRET in sentence] == []
