"""Past darknesses: what the log of a run says of each move."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acgr_cli.failure import CommandFailure
from acgr_cli.report.history import Darkness, darknesses, of_logs

ONE, TWO = "+442079460001", "+442079460002"
RETAIL = "arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/retail-id"


def _event(event: str, second: float, number: str = ONE, **fields: Any) -> dict[str, Any]:
    return {"time": f"2026-11-28T06:18:{second:06.3f}", "event": event, "number": number, **fields}


def _accepted(second: float, number: str = ONE) -> dict[str, Any]:
    return _event("move accepted", second, number, target=RETAIL)


@pytest.mark.parametrize(
    ("events", "ends"),
    [
        ([], []),
        ([_accepted(1), _event("number placed", 9, dark=5.3)], [(ONE, 5.3, "answered again")]),
        (
            [_accepted(1), _event("obligation discharged", 6.5), _event("number placed", 9, dark=5.3)],
            [(ONE, 5.3, "answered again")],
        ),
        ([_accepted(1), _event("obligation discharged", 8.25)], [(ONE, 7.2, "answered again")]),
        ([_accepted(1)], [(ONE, None, "the log does not say that it ended")]),
        (
            [_accepted(1), _accepted(2, TWO), _event("number placed", 4, TWO, dark=1.0), _accepted(20)],
            [
                (ONE, None, "the log does not say that it ended"),
                (ONE, None, "the log does not say that it ended"),
                (TWO, 1.0, "answered again"),
            ],
        ),
        ([_event("number placed", 9, dark=5.3), _event("request", 1)], []),
    ],
)
def test_each_move_is_a_darkness(events: list[dict[str, Any]], ends: list[tuple[str, float | None, str]]) -> None:
    """From the accepted move to the run's own figure, or to the moment when the number was seen to answer."""
    assert sorted(((one.number, one.seconds, one.said) for one in darknesses(events)), key=lambda one: one[0]) == ends


def test_logs(tmp_path: Path) -> None:
    """The newest comes first; a line that was cut off, and one of another program, are passed over."""
    log = tmp_path / "acgr.log"
    lines = [json.dumps(row) for row in (_accepted(1), _event("number placed", 9, dark=5.3), _accepted(30, TWO))]
    log.write_text("\n".join([*lines, '{"time": "2026-11-28T06:18:40', "Updating (prod):"]))
    found = of_logs([log])
    assert [one.number for one in found] == [TWO, ONE]
    assert found[1] == Darkness(ONE, "2026-11-28T06:18:01.000", 5.3, "retail-id", "answered again")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file or directory."),
        ("06:16:44 debug create resource=x\n", "is no log that was written with ACGR_LOG_FORMAT=json."),
    ],
)
def test_what_is_no_log(text: str | None, said: str, tmp_path: Path) -> None:
    """The sentence says how a log is written that can be read."""
    log = tmp_path / "acgr.log"
    if text is not None:
        log.write_text(text)
    with pytest.raises(CommandFailure, match=said):
        of_logs([log])


def test_an_empty_log(tmp_path: Path) -> None:
    """Nothing happened, and that is no error."""
    (tmp_path / "acgr.log").touch()
    assert of_logs([tmp_path / "acgr.log"]) == []
