"""An obligation in two tags: nothing is lost, nothing is too long, and what makes no sense is no obligation."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from scripted import FLOW, GROUP, INSTANCE, NUMBER, REPLICA, SOURCE, uuid

from acgr_connect.model.arns import Arn
from acgr_connect.model.records import Number
from acgr_connect.numbers.obligation import Obligation
from acgr_connect.numbers.obligation_tags import HAD, TAG_KEYS, WANTS, Owner, obligation_of, tags_of

E164 = "+442079460001"
SHOWN = Number(NUMBER, E164, GROUP, "", "CLAIMED")
OWNER = Owner.on("a-host-whose-name-is-as-long-as-a-name-can-be.example.internal." * 3, 4194304, "c3a0")
ELSEWHERE = Arn("aws", SOURCE, INSTANCE.account, "instance", uuid(80))
ABROAD = ELSEWHERE.inside("contact-flow", uuid(81))


def both(flow: Arn) -> dict[str, Arn]:
    """One flow in both Regions."""
    return {SOURCE: flow, REPLICA: flow.in_region(REPLICA)}


CASES = {
    "from an instance": Obligation(NUMBER, E164, INSTANCE, {SOURCE: FLOW}, GROUP, both(FLOW), 1.0),
    "from a group": Obligation(
        NUMBER, E164, GROUP, both(FLOW), replace(GROUP, id=uuid(82)), both(FLOW), 1764321300.0, early=True
    ),
    "to another instance": Obligation(NUMBER, E164, INSTANCE, {SOURCE: FLOW}, ELSEWHERE, {SOURCE: ABROAD}, 2.0),
    "from a group to an instance": Obligation(NUMBER, E164, GROUP, both(FLOW), ELSEWHERE, {SOURCE: ABROAD}, 2.0),
    "with no flow before": Obligation(NUMBER, E164, GROUP, {}, INSTANCE, {SOURCE: FLOW}, 3.0),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost(name: str) -> None:
    """What is read is what was written, whoever reads it."""
    assert obligation_of(SHOWN, {"team": "retail", **tags_of(CASES[name], OWNER)}) == (CASES[name], OWNER)


@pytest.mark.parametrize("name", CASES)
def test_what_a_tag_may_be(name: str) -> None:
    """256 characters a value, with the longest names of Regions, and none that a tag may not have."""
    long = {"eu-west-2": "ap-northeast-10", "eu-central-1": "ap-southeast-10"}
    owed = CASES[name]
    before, wanted = (
        {long[region]: flow.in_region(long[region]) for region, flow in flows.items()}
        for flows in (owed.before, owed.wanted)
    )
    tags = tags_of(replace(owed, before=before, wanted=wanted), OWNER)
    assert set(tags) == set(TAG_KEYS)
    assert max(map(len, tags.values())) <= 256
    assert all(re.fullmatch(r"[\w .:/=+\-@]*", text) for text in [*tags, *tags.values()])


@pytest.mark.parametrize("key", [HAD, WANTS])
@pytest.mark.parametrize("text", [None, "", "1", "2", "1 x", "1 x y z", "1 1.2.3 group", "9 {rest}", "{text} surplus"])
def test_what_makes_no_sense(key: str, text: str | None) -> None:
    """Another version, a tag without its twin, somebody's own words: no obligation."""
    tags = tags_of(CASES["from an instance"], OWNER)
    rest = tags[key].split(" ", 1)[1]
    if text is None:
        del tags[key]
    else:
        tags[key] = text.format(rest=rest, text=tags[key])
    with pytest.raises((KeyError, ValueError)):
        obligation_of(SHOWN, tags)


@pytest.mark.parametrize(
    ("early", "found", "target", "is_misplaced"),
    [
        (True, "wanted", "origin", True),
        (False, "wanted", "origin", False),
        (True, "before", "origin", False),
        (True, "third", "origin", False),
        (True, "wanted", "destination", False),
        (True, "wanted", "third", False),
    ],
)
def test_a_flow_that_was_set_too_early(early: bool, found: str, target: str, is_misplaced: bool) -> None:
    """Only what this project has set for another target is replaced, and only by what the number had."""
    other = INSTANCE.inside("contact-flow", uuid(83))
    owed = replace(CASES["from a group"], wanted=both(other), early=early)
    flows = {"wanted": other, "before": FLOW, "third": INSTANCE.inside("contact-flow", uuid(84))}
    targets = {"origin": owed.origin, "destination": owed.destination, "third": replace(GROUP, id=uuid(85))}
    assert owed.is_misplaced(flows[found], targets[target]) is is_misplaced
