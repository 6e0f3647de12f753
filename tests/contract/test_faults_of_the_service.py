"""Trouble on request: what happened, what the client sees."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from acgr_sandbox import Fault

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def _move(client: Any, names: Any) -> None:
    client.update_phone_number(PhoneNumberId=names.number(), TargetArn=names.group())


@pytest.mark.parametrize(
    ("kind", "code", "happened"),
    [
        ("throttle", "ThrottlingException", False),
        ("error-before", "InternalServiceException", False),
        ("error-after", "InternalServiceException", True),
        ("denied", "AccessDeniedException", False),
        ("expired-token", "ExpiredTokenException", False),
    ],
)
def test_errors(kind: str, code: str, happened: bool, connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Each kind has its error, and the write took place only for error-after; the next call is fine."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", kind))
    with refused(code):
        _move(connect(), names)
    assert (sandbox.world.number("+442079460001").status == "IN_PROGRESS") is happened
    if not happened:
        _move(connect(), names)


def test_a_lost_reply(connect: Any, names: Any, sandbox: Any) -> None:
    """The write took place, and the connection closes without an answer."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", "lost-reply"))
    with pytest.raises(ConnectionClosedError):
        _move(connect(), names)
    assert sandbox.world.number("+442079460001").status == "IN_PROGRESS"
    assert sandbox.counters.calls("UpdatePhoneNumber", outcome="lost") == 1


def test_a_failed_claim(connect: Any, names: Any, sandbox: Any) -> None:
    """The call is accepted and the number ends FAILED with the message, its flow gone."""
    sandbox.faults.add(Fault("UpdatePhoneNumber", "failed-claim", message="The carrier said no."))
    _move(connect(), names)
    sandbox.clock.advance(sandbox.switches.claim_seconds)
    answer = connect().describe_phone_number(PhoneNumberId=names.number())["ClaimedPhoneNumberSummary"]
    assert answer["PhoneNumberStatus"] == {"Status": "FAILED", "Message": "The carrier said no."}
    assert sandbox.dark_numbers()[0] == ("+442079460001", SOURCE)


def test_which_calls(connect: Any, sandbox: Any, refused: Any) -> None:
    """A fault skips the first calls, hits as many as it should, in its Region, and any operation if it is told so."""
    sandbox.faults.add(Fault("*", "error-before", region=SOURCE, count=2, after=1))
    connect(REPLICA).list_instances()
    connect().list_instances()
    for _ in range(2):
        with refused("InternalServiceException"):
            connect().list_instances()
    connect().list_instances()


def test_until_cleared(connect: Any, sandbox: Any, refused: Any) -> None:
    """A count of 0 hits all calls until the faults are cleared."""
    sandbox.faults.add(Fault("ListInstances", "denied", count=0, message="Not today."))
    for _ in range(3):
        with refused("AccessDeniedException", "Not today."):
            connect().list_instances()
    sandbox.faults.clear()
    connect().list_instances()


def test_a_quota_is_a_429_too(connect: Any, sandbox: Any) -> None:
    """LimitExceededException has status 429 and is no throttle."""
    sandbox.faults.add(Fault("ListInstances", "error-before", code="LimitExceededException"))
    client = connect()
    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        client.list_instances()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert sandbox.counters.calls("ListInstances", outcome="throttled") == 0


def test_by_chance(connect: Any, sandbox: Any, refused: Any) -> None:
    """A share of the calls is hit, the same ones for the same seed."""

    def hits() -> list[bool]:
        sandbox.faults.clear()
        sandbox.faults.add(Fault("*", "error-before", count=0, probability=0.5, seed=7))
        before = [sandbox.counters.calls(outcome="failed")]
        for _ in range(20):
            try:
                connect().list_instances()
            except connect().exceptions.InternalServiceException:
                pass
            before.append(sandbox.counters.calls(outcome="failed"))
        return [after > earlier for earlier, after in pairwise(before)]

    first = hits()
    assert first == hits()
    assert 0 < sum(first) < 20


def test_a_slow_answer(connect: Any, sandbox: Any) -> None:
    """The answer comes after a while; a manual clock moves by that."""
    before = sandbox.clock.now()
    sandbox.faults.add(Fault("ListInstances", "slow", seconds=12.0))
    connect().list_instances()
    assert sandbox.clock.now() == before + 12


def test_there_is_no_such_fault() -> None:
    """Kinds there are not are refused with those there are."""
    with pytest.raises(ValueError, match="lost-reply"):
        Fault("*", "gremlins")
