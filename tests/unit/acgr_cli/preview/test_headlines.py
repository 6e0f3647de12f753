"""The sentences with which a comment begins: what callers notice now, and what is another than before afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acgr_cli.preview.changes import NO_FLOW, NOT_REACHABLE, Answer, Effect, FlowChange, NumberChange
from acgr_cli.preview.effects import headlines
from acgr_cli.preview.markdown import markdown
from acgr_cli.preview.reading import Ended
from acgr_cli.preview.report import Report, Sentence
from acgr_cli.preview.words import UNSEEN

NUMBER, SOURCE, REPLICA = "+442079460001", "eu-west-2", "eu-central-1"
MAIN, SALES = Answer("Main IVR"), Answer("Sales")
MOVE = NumberChange(
    NUMBER, NUMBER, ("desk",), ("urn",), Effect.GAP, "retail", "emergency", False, (FlowChange(SOURCE, MAIN, MAIN),), ()
)


def _said(*numbers: NumberChange) -> list[str]:
    report = Report("centre/prod", Ended.SUCCEEDED, numbers=numbers)
    return [f"{one.before}{one.subject} {one.says}".strip() for one in headlines(report)]


@pytest.mark.parametrize(
    ("flows", "says"),
    [
        ((FlowChange(SOURCE, MAIN, MAIN),), []),
        ((FlowChange(SOURCE, MAIN, SALES),), ["1 number is answered by another flow afterwards"]),
        ((FlowChange(SOURCE, None, SALES),), []),
        ((FlowChange(SOURCE, NO_FLOW, SALES),), []),
        (
            (FlowChange(SOURCE, MAIN, MAIN), FlowChange(REPLICA, NOT_REACHABLE, MAIN)),
            ["1 number can be reached in both Regions afterwards, no longer in one alone"],
        ),
    ],
)
def test_what_is_another_after_a_move(flows: tuple[FlowChange, ...], says: list[str]) -> None:
    """Another flow, or another Region in which callers get through, outlasts the seconds of the move: it is said."""
    assert _said(replace(MOVE, flows=flows))[1:] == says


def test_a_number_that_goes_back_to_its_instance() -> None:
    """That a failover does not reach it any more, and that nothing looks after it, is said among the first."""
    assert _said(replace(MOVE, to_instance=True, is_dropped=True))[1:] == [
        "1 number is answered in one Region only afterwards: a failover does not reach it any more",
        "1 number is no longer looked after by this program",
    ]


def test_nothing_but_agents() -> None:
    """Where no number is touched, it is said that callers notice nothing."""
    assert _said() == ["Callers and agents notice nothing"]


def test_nobody_has_looked() -> None:
    """Where Connect could not be asked, that stands before what is said of callers."""
    warning = Sentence("Amazon Connect could not be asked: this run goes by the stack's state alone")
    text = markdown(Report("centre/prod", Ended.SUCCEEDED, warnings=[warning], numbers=[MOVE]))
    assert text.index(UNSEEN) < text.index("reach nothing")
    assert UNSEEN not in markdown(Report("centre/prod", Ended.SUCCEEDED, numbers=[MOVE]))
