"""The log of a real run: what an operator finds there, and what nobody does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import SOURCE, e164, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

CANARIES = ("AKIACANARYINENVIRONMENT", "canary-secret-in-environment", "canary-token-in-environment")
CONFIGURED = ("AKIACANARYINCONFIGURATION", "canary-secret-in-configuration")


def test_a_run_can_be_followed_and_no_credential_is_logged(stack: Stack, centre: Centre, tmp_path: Path) -> None:
    """One line a request, and one for each thing that changed, each about its resource.

    Whatever is logged at the finest level, in either style, of a run that works and of one that fails: no part of a
    credential.
    """
    log, texts = tmp_path / "acgr.log", tmp_path / "acgr.txt"
    key, secret, token = CANARIES
    credentials = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
    stack.declare(number("main", 1, "retail", "Main IVR"), number("none", 99, "retail", "Main IVR"))
    up = stack.up(
        "--continue-on-error", **credentials, ACGR_LOG="debug", ACGR_LOG_FILE=str(log), ACGR_LOG_FORMAT="json"
    )
    assert up.code != 0
    assert set(up.errors()) == {"none"}, up.text
    assert str(log) not in up.text  # a log file leaves the run's own output alone
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    mine = [row for row in rows if row.get("resource") == "main"]
    changes = [row["event"] for row in mine if row["level"] == "info"]
    assert list(dict.fromkeys(changes)) == [
        "flow proved",
        "obligation taken",
        "move accepted",
        "early flow learned",
        "flow set",
        "obligation discharged",
        "number placed",
        "create done",
    ]
    [update] = [row for row in mine if row.get("operation") == "UpdatePhoneNumber"]
    assert (update["region"], update["purpose"], update["outcome"]) == (SOURCE, "start", "ok")
    assert update["request_id"]
    assert {row["number"] for row in mine if row["event"] == "number placed"} == {e164(1)}

    pairs = zip(("aws:accessKey", "aws:secretKey"), CONFIGURED, strict=True)
    given = [word for name, value in pairs for word in ("--secret", f"{name}={value}")]
    assert stack.run("config", "set-all", *given).code == 0
    stack.declare(number("main", 1, "everyone", "Main IVR"))
    none = dict.fromkeys(credentials, "")
    up = stack.up(**none, ACGR_LOG="debug", ACGR_LOG_FILE=str(texts), ACGR_LOG_FORMAT="text")
    assert up.code == 0, up.text
    for file in (log, texts):
        text = file.read_text(encoding="utf-8")
        assert "UpdatePhoneNumber" in text
        assert [canary for canary in (*CANARIES, *CONFIGURED) if canary in text] == []
