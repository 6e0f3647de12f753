"""Obligations in tags: whatever becomes of the machine that took them, the next run of any program sees to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from numbers_there import DARK, ON_INSTANCE, ON_RETAIL, REPLICA, SOURCE, everywhere, flows_of, home_of, killed_at

from acgr import PhoneNumberPlacementProvider, TrafficDistributionGroupUserProvider
from acgr.runtime.run import Run
from acgr_connect.numbers.obligation_tags import HAD, TAG_KEYS, WANTS
from acgr_sandbox import Fault, Sandbox

PLACEMENT, USER = PhoneNumberPlacementProvider(), TrafficDistributionGroupUserProvider()
MOVE, LOOK, FLOW, TAG, UNTAG = (
    "UpdatePhoneNumber",
    "DescribePhoneNumber",
    "AssociatePhoneNumberContactFlow",
    "TagResource",
    "UntagResource",
)
Begin = Callable[..., Run]
THEIRS = {"team": "retail", "acgr": "of somebody else's"}


def declared(number: str = ON_INSTANCE, **inputs: Any) -> dict[str, Any]:
    """The inputs of one placement."""
    plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
    return {"phone_number": number, **plain, **inputs}


def agent() -> dict[str, Any]:
    """The inputs of something that has nothing to do with numbers."""
    return {"traffic_distribution_group": "retail", "user": "bob.brown", "source_region": SOURCE}


@contextmanager
def lost_at(sandbox: Sandbox, operation: str, *, after: int = 0) -> Iterator[None]:
    """The machine dies right after this operation has taken effect so many times and once more; then time passes."""
    with killed_at(sandbox, operation, after=after):
        yield
    sandbox.clock.advance(30.0)
    sandbox.settle()


def tags(sandbox: Sandbox, number: str = ON_INSTANCE) -> dict[str, str]:
    """The tags of a number."""
    return sandbox.world.number(number).tags


def dark(sandbox: Sandbox) -> set[str]:
    """The numbers that are dark somewhere, but the one that always is."""
    return {number for number, _ in sandbox.dark_numbers()} - {DARK}


def test_basic(sandbox: Sandbox, next_run_with: Begin) -> None:
    """Two requests a move more; what was written is gone afterwards, and what others wrote is as it was."""
    sandbox.world.number(ON_INSTANCE).tags.update(THEIRS)
    next_run_with(journal_in_tags=True)
    PLACEMENT.create(declared())
    PLACEMENT.create(declared(ON_RETAIL, target="emergency"))
    assert (tags(sandbox), tags(sandbox, ON_RETAIL)) == (THEIRS, {})
    assert (sandbox.counters.calls(TAG), sandbox.counters.calls(UNTAG)) == (2, 2 + 1)


def test_without_tags_nothing_is_tagged(sandbox: Sandbox, next_run_with: Begin) -> None:
    """Unless the stack asks for it, no tag is written, removed or read."""
    next_run_with()
    PLACEMENT.create(declared())
    assert (sandbox.counters.calls(TAG), sandbox.counters.calls(UNTAG)) == (0, 0)


@pytest.mark.parametrize("declares", ["the same", "nothing of it", "another target"])
@pytest.mark.parametrize("region", [SOURCE, REPLICA])
@pytest.mark.parametrize("fails", [False, True])
def test_another_machine(sandbox: Sandbox, next_run_with: Begin, declares: str, region: str, fails: bool) -> None:
    """Killed in the move, and the next run is another machine's: whatever it declares, and wherever the move ended."""
    if fails:
        sandbox.faults.add(Fault(MOVE, "failed-claim", message="limit reached"))
    sandbox.world.number(ON_RETAIL).tags.update(THEIRS)
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared(ON_RETAIL, target="emergency", flow="Winter IVR"))
    assert dark(sandbox) == {ON_RETAIL}
    assert set(tags(sandbox, ON_RETAIL)) == {*TAG_KEYS, *THEIRS}
    next_run_with("second", journal_in_tags=True)
    if declares == "nothing of it":
        USER.create(agent())
        assert home_of(sandbox, ON_RETAIL) == ("retail" if fails else "emergency")
        assert flows_of(sandbox, ON_RETAIL) == everywhere("Main IVR" if fails else "Winter IVR")
    else:
        PLACEMENT.create(
            declared(ON_RETAIL, target="emergency" if declares == "the same" else "everyone", flow="Sales")
        )
        assert flows_of(sandbox, ON_RETAIL) == everywhere("Sales")
    assert (dark(sandbox), tags(sandbox, ON_RETAIL)) == (set(), THEIRS)


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_wherever_a_run_looks_from(sandbox: Sandbox, next_run_with: Begin, region: str) -> None:
    """A run that knows the replica alone finds what is dark as well: numbers are listed where they were claimed."""
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    run = next_run_with("second", journal_in_tags=True)
    run.restorer.look_in(region)
    assert [left.e164 for left in run.restorer.entries()] == [ON_INSTANCE]


@pytest.mark.parametrize("operation", [TAG, MOVE, LOOK, FLOW, UNTAG])
def test_killed_anywhere(sandbox: Sandbox, next_run_with: Begin, operation: str) -> None:
    """Killed right after any request: no number stays dark, and a tag that was left does no harm."""
    proved = {FLOW: 1, UNTAG: 1, LOOK: 1}
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, operation, after=proved.get(operation, 0)):
        PLACEMENT.create(declared())
    next_run_with("second", journal_in_tags=True)
    USER.create(agent())
    assert dark(sandbox) == set()
    next_run_with("third", journal_in_tags=True)
    PLACEMENT.create(declared(target="emergency"))
    assert (home_of(sandbox, ON_INSTANCE), dark(sandbox), tags(sandbox)) == ("emergency", set(), {})


def test_a_preview_says_so(sandbox: Sandbox, next_run_with: Begin, previewed: Callable[..., Any]) -> None:
    """A number that an entry names is a change, and a preview writes nothing."""
    next_run_with("first", journal_in_tags=True)
    made = PLACEMENT.create(declared(ON_RETAIL))
    with lost_at(sandbox, MOVE):
        PLACEMENT.update(made.id, made.outs, declared(ON_RETAIL, target="emergency"))
    before = dict(tags(sandbox, ON_RETAIL))
    run = next_run_with("second", journal_in_tags=True)
    assert previewed(PLACEMENT, made.id, made.outs, declared(ON_RETAIL)).changes is True
    assert run.told_of == {left.number.id for left in run.restorer.entries()} != set()
    assert tags(sandbox, ON_RETAIL) == before


@pytest.mark.parametrize("operation", [TAG, UNTAG])
def test_a_role_that_may_not_tag_moves_nothing(
    sandbox: Sandbox, next_run_with: Begin, tmp_path: Path, operation: str
) -> None:
    """Who asks for tags and may not write or remove them is told before anything moves."""
    sandbox.faults.add(Fault(operation, "denied", count=0))
    next_run_with(journal_in_tags=True)
    with pytest.raises(Exception, match="allow connect:TagResource and connect:UntagResource"):
        PLACEMENT.create(declared())
    assert (sandbox.counters.calls(MOVE), tags(sandbox), dark(sandbox)) == (0, {}, set())
    assert list((tmp_path / "journal").rglob("*.json")) == []


def test_a_number_that_takes_no_more_tags(sandbox: Sandbox, next_run_with: Begin) -> None:
    """Fifty tags are the limit: that is no reason to leave a number where it is, and the file has it."""
    sandbox.faults.add(Fault(TAG, "error-before", count=0, code="InvalidParameterException", status=400))
    next_run_with(journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    assert tags(sandbox) == {}
    next_run_with(journal_in_tags=True)
    PLACEMENT.create(declared())
    assert (home_of(sandbox, ON_INSTANCE), dark(sandbox)) == ("retail", set())


@pytest.mark.parametrize("value", ["", "2 x", "1 2026-11-28T09:15:00Z group nobody", "1 yesterday instance a b c=d"])
@pytest.mark.parametrize("key", [HAD, WANTS])
def test_tags_that_nobody_understands(sandbox: Sandbox, next_run_with: Begin, key: str, value: str) -> None:
    """What somebody else has written there, or another version, stops no run."""
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    tags(sandbox)[key] = value
    run = next_run_with("second", journal_in_tags=True)
    USER.create(agent())
    assert run.restorer.entries() == []


@pytest.mark.parametrize("region", [SOURCE, REPLICA])
def test_a_region_that_is_down(sandbox: Sandbox, next_run_with: Begin, region: str) -> None:
    """Where it cannot be told what is dark, a run goes on, and says so; what is dark elsewhere is found."""
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    sandbox.faults.add(Fault("ListFlowAssociations", "denied", region=region, count=0))
    next_run_with("second", journal_in_tags=True)
    USER.create(agent())
    assert flows_of(sandbox, ON_INSTANCE) == everywhere("Main IVR")


def test_lists_without_the_numbers_of_groups(
    sandbox: Sandbox, next_run_with: Begin, switch: Callable[..., None]
) -> None:
    """Where the account's list leaves out the numbers of groups, the groups are asked."""
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared())
    switch(list_includes_group_numbers=False)
    next_run_with("second", journal_in_tags=True)
    USER.create(agent())
    assert (dark(sandbox), tags(sandbox)) == (set(), {})


def test_a_tag_on_a_number_that_answers_is_not_read(sandbox: Sandbox, next_run_with: Begin) -> None:
    """Somebody gave the number a flow meanwhile: nobody's flow is overwritten, and nobody looks."""
    next_run_with("first", journal_in_tags=True)
    with lost_at(sandbox, MOVE):
        PLACEMENT.create(declared(ON_RETAIL, target="emergency"))
    for region in (SOURCE, REPLICA):
        sandbox.change({"do": "set-flow", "number": ON_RETAIL, "region": region, "flow": "Sales"})
    sandbox.counters.reset()
    next_run_with("second", journal_in_tags=True)
    USER.create(agent())
    assert flows_of(sandbox, ON_RETAIL) == everywhere("Sales")
    assert sandbox.counters.calls(LOOK) == 1  # at the one that is always dark
