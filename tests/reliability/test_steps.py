"""The steps themselves, when nothing goes wrong: what the matrix takes for right is right."""

from __future__ import annotations

import pytest
from drill.centre import ON_INSTANCE, ON_RETAIL, fresh, shown
from drill.matrix import SWITCHES, Switch, is_whole, known
from drill.promises import broken, members_of, numbers_of
from drill.server import REPLICA, SOURCE
from drill.steps import STEPS, Step

BOTH = {SOURCE: "Main IVR", REPLICA: "Main IVR"}

LEFT = {
    "placement-update-number": {ON_INSTANCE: ("northwind", "", {SOURCE: "Main IVR"})},
    "placement-delete-to-instance": {ON_INSTANCE: ("northwind", "", {SOURCE: "Main IVR"})},
    "placement-delete-to-group": {ON_INSTANCE: ("everyone", "", BOTH)},
    "placement-delete-leave": {ON_INSTANCE: ("retail", "", BOTH)},
    "flow-update-number": {ON_RETAIL: ("retail", "", {})},
    "flow-delete": {ON_RETAIL: ("retail", "", {})},
    "flow-delete-in-replica": {ON_RETAIL: ("retail", "", {SOURCE: "Main IVR"})},
}
"""What becomes of numbers that a step stops declaring."""


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_ends_as_declared(step: Step) -> None:
    """What is declared holds, what is declared no more was given back, and nothing else was touched."""
    before, done = shown(fresh(step.switches)), known(step, step.switches)
    assert done.errors == ()
    assert broken(step.program, done.ends) == []
    assert {number: done.ends.numbers[number] for number in LEFT.get(str(step), {})} == LEFT.get(str(step), {})
    touched = numbers_of([*step.before, *step.program])
    assert {n: s for n, s in done.ends.numbers.items() if n not in touched} == {
        n: s for n, s in before.numbers.items() if n not in touched
    }
    _insist_on_members(step)


SET_FLOW = "AssociatePhoneNumberContactFlow"

TRIALS = {
    (SET_FLOW, REPLICA, "ResourceNotFoundException"),
    ("DescribeTrafficDistributionGroup", SOURCE, "ResourceNotFoundException"),
    (SET_FLOW, SOURCE, "InvalidParameterException"),
    (SET_FLOW, REPLICA, "InvalidParameterException"),
}
"""What may be refused: the proof, in the replica, of a number that is not reachable there yet; a flow set early; and
the look that shows that a group is gone."""


def _insist_on_members(step: Step) -> None:
    before, after = shown(fresh(step.switches)), known(step, step.switches).ends
    there = {(group, user) for group, users in after.members.items() for user in users}
    strangers = {(group, user) for group, users in before.members.items() for user in users}
    strict = any(declared.inputs.get("authoritative") for declared in step.program)
    assert there == members_of(step.program) | ({s for s in strangers if s[0] != "retail"} if strict else strangers)


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_the_next_run_has_nothing_to_do(step: Step) -> None:
    """A preview after the step is empty, and the step was no faster than the rate; nothing of it was refused.

    But for the proof before the first move, the one try to set a flow before a move is over, and a look for what is
    gone.
    """
    done = known(step, step.switches)
    assert done.unquiet == frozenset()
    assert {outcome for *_, outcome in set(done.calls) - TRIALS} == {"ok"}


@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_works_under_every_switch(switch: Switch) -> None:
    """However Connect answers where it is not documented, every step ends as it ends by default."""
    for step in STEPS:
        if step.switches.keys() & dict(switch.values).keys() or not (step.is_core or is_whole()):
            continue
        done = known(step, {**step.switches, **dict(switch.values)})
        assert (str(step), done.errors) == (str(step), ())
        assert (str(step), broken(step.program, done.ends)) == (str(step), [])
