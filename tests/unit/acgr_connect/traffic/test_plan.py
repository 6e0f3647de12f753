"""The steps of a drill: small ones, agents before calls, and back to what was."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acgr_connect.model.arns import parse
from acgr_connect.model.records import Distribution, Group
from acgr_connect.traffic.plan import Leg, Step, all_to, at_once, drilled, gentle, other_region

HOME, AWAY = "eu-west-2", "eu-central-1"
INSTANCE = parse(f"arn:aws:connect:{HOME}:111122223333:instance/northwind", "instance")


def _group(name: str, *, default: bool = False) -> Group:
    arn = parse(f"arn:aws:connect:{HOME}:111122223333:traffic-distribution-group/{name}", "traffic-distribution-group")
    return Group(arn, name, INSTANCE, "ACTIVE", default)


def _shares(away: int) -> dict[str, int]:
    return {HOME: 100 - away, AWAY: away}


def _now(calls: int, agents: int | None = None, sign_in: tuple[bool, bool] | None = None) -> Distribution:
    where = dict(zip((HOME, AWAY), sign_in, strict=True)) if sign_in else {}
    return Distribution(_shares(calls), _shares(calls if agents is None else agents), where)


def _told(steps: list[Step]) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Each step: its kind, and of each group the calls and agents that are away then."""
    return [
        (step.kind, [(c.group.name, c.wanted.telephony[AWAY], c.wanted.agents[AWAY]) for c in step.changes])
        for step in steps
    ]


@pytest.mark.parametrize(
    ("now", "percent", "step", "expected"),
    [
        (
            _now(0),
            100,
            10,
            [
                ("open", 0, 10),
                *[("shift", calls, calls) for calls in range(10, 100, 10)],
                ("shift", 100, 90),
                ("close", 100, 100),
            ],
        ),
        (_now(0), 100, 50, [("open", 0, 50), ("shift", 50, 50), ("shift", 100, 50), ("close", 100, 100)]),
        (_now(0), 100, 100, [("open", 0, 50), ("shift", 100, 50), ("close", 100, 100)]),
        (_now(0), 30, 20, [("open", 0, 20), ("shift", 20, 20), ("shift", 30, 30)]),
        (_now(0), 10, 10, [("open", 0, 10), ("shift", 10, 10)]),
        (_now(0, 50), 20, 10, [("shift", 10, 50), ("shift", 20, 50)]),
        (_now(80), 100, 10, [("shift", 90, 90), ("shift", 100, 90), ("close", 100, 100)]),
        (_now(100, 0), 100, 10, [("open", 100, 100)]),
        (_now(40), 30, 10, []),
        (_now(100), 100, 10, []),
    ],
)
def test_there(now: Distribution, percent: int, step: int, expected: list[tuple[str, int, int]]) -> None:
    """Agents come before the first calls and leave after the last; in between they go along."""
    steps = gentle([Leg(_group("retail"), now, drilled(now, AWAY, percent))], AWAY, step)
    assert _told(steps) == [(kind, [("retail", calls, agents)]) for kind, calls, agents in expected]
    assert {one.region for one in steps} <= {AWAY}


def test_several_groups_go_together() -> None:
    """A group that is ahead waits for the others, and sign-in opens with the first step and closes with the last."""
    first, second = _now(0, sign_in=(True, False)), _now(50)
    legs = [
        Leg(_group("everyone", default=True), first, drilled(first, AWAY, 100)),
        Leg(_group("retail"), second, drilled(second, AWAY, 100)),
    ]
    steps = gentle(legs, AWAY, 30)
    assert _told(steps) == [
        ("open", [("everyone", 0, 30)]),
        ("shift", [("everyone", 30, 30)]),
        ("shift", [("everyone", 60, 60), ("retail", 60, 60)]),
        ("shift", [("everyone", 90, 90), ("retail", 90, 90)]),
        ("shift", [("everyone", 100, 90), ("retail", 100, 90)]),
        ("close", [("everyone", 100, 100), ("retail", 100, 100)]),
    ]
    assert steps[0].changes[0].wanted.sign_in == {HOME: True, AWAY: True}
    back = gentle([Leg(leg.group, leg.goal, leg.now) for leg in legs], HOME, 30)
    assert all(change.wanted.sign_in[AWAY] for step in back[:-1] for change in step.changes if change.group.is_default)
    ends = {change.group.name: change.wanted for step in back for change in step.changes}
    assert ends == {"everyone": first, "retail": second}


def test_at_once() -> None:
    """One step; the default group first, since it lets agents sign in; a group that is there already is left alone."""
    everyone, retail, done = _group("everyone", default=True), _group("a"), _group("done")
    goal = all_to(AWAY, [HOME, AWAY], sign_in=False)
    legs = [Leg(retail, _now(0), goal), Leg(done, goal, goal), Leg(everyone, _now(0, sign_in=(True, False)), goal)]
    (step,) = at_once(legs, AWAY)
    assert [change.group.name for change in step.changes] == ["everyone", "a"]
    assert at_once([Leg(done, goal, goal)], AWAY) == []
    assert all_to(AWAY, [HOME, AWAY], sign_in=True).sign_in == {HOME: False, AWAY: True}
    assert all_to(HOME, [HOME, AWAY], sign_in=True, both=True).sign_in == {HOME: True, AWAY: True}


TENS = st.integers(0, 10).map(lambda n: n * 10)
WORKED = st.builds(
    lambda calls, agents, signs, default: _now(
        # Where calls go there are agents, and they may sign in: otherwise there is nothing to keep.
        calls,
        min(max(agents, 10 if calls else 0), 100 if calls == 100 else 90),
        (signs or calls < 100, signs or calls > 0) if default else None,
    ),
    TENS,
    TENS,
    st.booleans(),
    st.booleans(),
)


@given(st.lists(WORKED, min_size=1, max_size=4), st.integers(1, 10), st.integers(1, 10))
def test_whatever_there_is(before: list[Distribution], tens: int, step: int) -> None:
    """On every way Connect takes each request, no step is too long, no call finds nobody, and the end is as asked."""
    groups = [_group(f"g{n}", default=bool(now.sign_in)) for n, now in enumerate(before)]
    goals = [drilled(now, AWAY, tens * 10) for now in before]
    there = gentle([Leg(*leg) for leg in zip(groups, before, goals, strict=True)], AWAY, step * 10)
    back = gentle([Leg(*leg) for leg in zip(groups, goals, before, strict=True)], HOME, step * 10)
    for group, now, goal in zip(groups, before, goals, strict=True):
        way = [now, *(change.wanted for one in there for change in one.changes if change.group == group)]
        assert way[-1] == goal
        way += [change.wanted for one in back for change in one.changes if change.group == group]
        assert way[-1] == now
        for was, wanted in pairwise(way):
            assert was != wanted
            assert abs(wanted.telephony[AWAY] - was.telephony[AWAY]) <= step * 10
            for shares in (wanted.telephony, wanted.agents):
                assert sum(shares.values()) == 100
                assert all(share in range(0, 101, 10) for share in shares.values())
            for region, calls in wanted.telephony.items():
                if calls:
                    assert wanted.agents[region] > 0
                    assert was.agents[region] > 0
                    assert wanted.sign_in.get(region, True)
                    assert was.sign_in.get(region, True)


def test_the_other_region() -> None:
    """There are two."""
    assert other_region(_shares(0), HOME) == AWAY
