"""The log: one event a line, in text or JSON, and never a secret."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripted import INSTANCE, NUMBER, SOURCE, Client, ScriptedClock, refusal

from acgr_connect import log
from acgr_connect.aws.client import RegionalConnect
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.rate_limiter import RateLimiter

URN = "urn:pulumi:dev::p::pulumi-python:dynamic/acgr:PhoneNumberPlacement::main"

Written = Callable[..., list[str]]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """Configures the log into a file, and gives its lines; afterwards the log is as silent as before."""
    logger = logging.getLogger(log.ROOT)
    before = (list(logger.handlers), logger.level, logger.propagate)
    file = tmp_path / "folder" / "acgr.log"

    def lines(**environ: str) -> list[str]:
        log.configure({"ACGR_LOG_FILE": str(file), **environ})
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    yield lines
    for handler in set(logger.handlers) - set(before[0]):
        handler.close()
    logger.handlers, logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


def test_silent_until_it_is_asked_for(written: Written) -> None:
    """Without ACGR_LOG nothing is written, and no file is made."""
    written()
    log.warning("cancelled")
    assert written() == []


def test_text(written: Written) -> None:
    """A line has time, level and event, then fields; what is empty is left out, what has blanks is quoted."""
    written(ACGR_LOG="debug")
    log.debug("wait", what="phone number +44 in eu-west-2", status="CLAIMED", waited=1.5, detail="")
    [line] = written(ACGR_LOG="debug")
    said = r'debug wait what="phone number \+44 in eu-west-2" status=CLAIMED waited=1\.5'
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} " + said, line)


def test_json(written: Written) -> None:
    """With ACGR_LOG_FORMAT=json each line is an object; numbers stay numbers."""
    written(ACGR_LOG="info", ACGR_LOG_FORMAT="json")
    log.info("number placed", number="+442079460001", dark=5.5)
    [line] = written(ACGR_LOG="info")
    row = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", row.pop("time"))
    assert row == {"level": "info", "event": "number placed", "number": "+442079460001", "dark": 5.5}


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["request", "flow set", "cancelled"]),
        ("INFO", ["flow set", "cancelled"]),
        ("warning", ["cancelled"]),
        ("error", []),
    ],
)
def test_levels(written: Written, level: str, events: list[str]) -> None:
    """ACGR_LOG says from which level on events are written."""
    written(ACGR_LOG=level, ACGR_LOG_FORMAT="json")
    log.debug("request")
    log.info("flow set")
    log.warning("cancelled")
    assert [json.loads(line)["event"] for line in written(ACGR_LOG=level)] == events


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"ACGR_LOG": "loud"}, "ACGR_LOG is one of debug, info, warning, error, not 'loud'"),
        ({"ACGR_LOG": "info", "ACGR_LOG_FORMAT": "xml"}, "ACGR_LOG_FORMAT is one of text, json, not 'xml'"),
        ({"ACGR_LOG": "info", "ACGR_LOG_FILE": "/proc/none/log"}, "ACGR_LOG_FILE cannot be opened: .*"),
    ],
)
def test_settings_that_cannot_be(written: Written, environ: dict[str, str], sentence: str) -> None:
    """A setting that cannot be understood is refused by name."""
    with pytest.raises(log.LogSettingError, match=f"^{sentence}$"):
        log.configure(environ)


def test_configured_once(written: Written) -> None:
    """Every provider of a plugin configures the log; a line is written once."""
    for _ in range(3):
        written(ACGR_LOG="info")
    log.info("flow set")
    assert len(written(ACGR_LOG="info")) == 1


def test_about_a_resource(written: Written) -> None:
    """What is logged for a resource names it, and only that."""
    written(ACGR_LOG="info", ACGR_LOG_FORMAT="json")
    with log.about(URN):
        log.info("flow set")
    log.info("flow set")
    assert [json.loads(line).get("resource") for line in written(ACGR_LOG="info")] == ["main", None]


def test_one_line_a_request(written: Written, clock: ScriptedClock) -> None:
    """Each attempt of a request: operation, Region, purpose, seconds queued, attempt, outcome, AWS request id."""
    accepted = {"ResponseMetadata": {"RequestId": "r-2"}}
    client = Client({"disassociate_phone_number_contact_flow": [refusal("ThrottlingException", 429), accepted]})
    connect = RegionalConnect(client, SOURCE, RateLimiter(clock), clock, Purpose.START)
    written(ACGR_LOG="debug", ACGR_LOG_FORMAT="json")
    connect.disassociate_flow(NUMBER, INSTANCE)
    rows = [json.loads(line) for line in written(ACGR_LOG="debug")]
    for row in rows:
        del row["time"], row["level"]
    request = {
        "event": "request",
        "operation": "DisassociatePhoneNumberContactFlow",
        "region": SOURCE,
        "purpose": "start",
    }
    assert rows[0] == {**request, "queued": 0.0, "attempt": 1, "outcome": "ThrottlingException"}
    assert rows[1].pop("queued") > 0
    assert rows[1] == {**request, "attempt": 2, "outcome": "ok", "request_id": "r-2"}


def test_secrets_are_blotted_out(written: Written) -> None:
    """What is known to be secret does not reach the log, wherever it stands."""
    canary = "wJalrXUtnFEMI/K7MDENG"
    written(ACGR_LOG="debug", ACGR_LOG_FORMAT="json", AWS_SECRET_ACCESS_KEY=canary)
    log.keep_secret("token-of-a-role", None)
    log.debug("request", outcome=f"signed with {canary} and token-of-a-role")
    [line] = written(ACGR_LOG="debug")
    assert json.loads(line)["outcome"] == "signed with *** and ***"
