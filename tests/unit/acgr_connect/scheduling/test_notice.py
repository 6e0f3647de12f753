"""What another process says, and what of it is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acgr_connect.scheduling.limiter_state import LimiterState
from acgr_connect.scheduling.notice import Notice, Unbelievable
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.token_bucket import Rate

RATE, NOW, HOST = Rate(2.0, 5.0), 100.0, "this machine"


def written() -> dict[str, Any]:
    """What a process that has done everything once has in its file."""
    state = LimiterState.fresh(RATE, "auto", NOW - 10.0, "other")
    state.draw("ListUsers", Purpose.CHECK, NOW - 5.0)
    state.draw("UpdatePhoneNumber", Purpose.START, NOW - 5.0)
    state.answered("UpdatePhoneNumber", NOW - 5.0)
    state.refused("ListUsers", Purpose.CHECK, NOW - 4.0)
    state.moves.darken(NOW - 1.0)
    state.moves.arrived(5.0, NOW - 1.0)
    state.moves.may_watch(NOW - 1.0)
    data: dict[str, Any] = json.loads(json.dumps(state.notice(NOW - 1.0).as_data(HOST)))
    return data


def read(data: object) -> Notice:
    """What is believed of it now."""
    return Notice.of_data(data, HOST, RATE.kept, NOW)


def test_what_is_written_is_read() -> None:
    """What one process writes another one understands, whole."""
    notice = read(written())
    assert notice.as_data(HOST) == {**notice.as_data(HOST), "who": "other", "at": NOW - 1.0}
    assert json.loads(json.dumps(notice.as_data(HOST))) == written()
    assert notice.learned == ("shared", NOW - 4.0)


def test_another_clock_within_a_moment_is_believed() -> None:
    """Two processors may differ by a little."""
    assert read({**written(), "at": NOW + 0.1}).at == NOW + 0.1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"version": 0}, "version 0"),
        ({"version": None}, "version None"),
        ({"version": True}, "version True"),
        ({"host": "another"}, "another machine"),
        ({"host": None}, "another machine"),
        ({"who": ""}, "whose"),
        ({"who": 7}, "whose"),
        ({"at": NOW + 5.0}, "at cannot be"),
        ({"at": "x"}, "at is no number"),
        ({"at": float("nan")}, "at is no number"),
        ({"at": True}, "at is no number"),
        ({"own": []}, "own is no mapping"),
        ({"own": None}, "own is no mapping"),
        ({"own": {"ListUsers": [None, 1.0]}}, "a level is no number"),
        ({"own": {"ListUsers": 4}}, "a level is two numbers"),
        ({"own": {f"List{n}": [1.0, 1.0] for n in range(500)}}, "more operations"),
        ({"shared": ["4.5", 1.0]}, "a level is no number"),
        ({"shared": [float("inf"), 1.0]}, "a level is no number"),
        ({"shared": [-1e9, 1.0]}, "a level cannot be"),
        ({"shared": [1e9, 1.0]}, "a level cannot be"),
        ({"shared": [10**400, 1.0]}, "a level is no number"),
        ({"shared": [1.0, NOW + 50.0]}, "moment cannot be"),
        ({"shared": {}}, "a level is two numbers"),
        ({"drawn": {"ListUsers": -1}}, "drawn cannot be"),
        ({"drawn": {"ListUsers": 1e12}}, "drawn cannot be"),
        ({"drawn": {"ListUsers": []}}, "drawn is no number"),
        ({"drawn": 3}, "drawn is no mapping"),
        ({"learned": ["often", 1.0]}, "the scope"),
        ({"learned": ["shared", None]}, "moment is no number"),
        ({"learned": ["shared", NOW + 1e6]}, "moment cannot be"),
        ({"learned": [["shared"], 1.0]}, "the scope"),
        ({"moves": []}, "moves is no mapping"),
        ({"moves": {"started_at": NOW + 1e6}}, "started_at cannot be"),
        ({"moves": {"started_at": "x"}}, "started_at is no number"),
        ({"moves": {"dark_until": NOW + 1e6}}, "dark_until cannot be"),
        ({"moves": {"watched_until": NOW + 1e6}}, "watched_until cannot be"),
        ({"moves": {"claim": -5.0}}, "claim cannot be"),
        ({"moves": {"claim": 5.0, "claim_at": NOW + 1e6}}, "claim_at cannot be"),
    ],
)
def test_what_nobody_can_have_written_is_not_believed(changed: dict[str, Any], why: str) -> None:
    """Odd but valid JSON: of another type, version or machine, from the future, or beyond what a process can reach."""
    with pytest.raises(Unbelievable, match=why):
        read({**written(), **changed})


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON | st.dictionaries(st.sampled_from([*written(), "else"]), JSON).map(lambda odd: {**written(), **odd}))
def test_any_json_is_believed_or_refused(data: object) -> None:
    """Whatever stands in a file: it is understood or said to be wrong, and what is understood delays for seconds."""
    try:
        notice = read(data)
    except Unbelievable:
        return
    state = LimiterState.fresh(RATE, "auto", NOW)
    state.hear(notice, NOW)
    for purpose in Purpose:
        now = NOW
        while (delay := state.delay("ListUsers", purpose, now, 0)) > 0:
            now += max(delay, 0.001)
        assert now - NOW < 15.0
