"""Errors of Amazon Connect and of the way to it, in this package's words, and how often each is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions
from scripted import SOURCE, refusal
from wire import ANSWERS, operations

from acgr_connect.aws.client import FAILURES, THROTTLES, patience
from acgr_connect.aws.error_codes import BY_CODE, translated
from acgr_connect.model import errors


def _modelled_errors() -> list[tuple[str, str, int]]:
    used = [operations()[name] for name in ANSWERS]
    rows = {(m.name, e.error_code, e.metadata["error"]["httpStatusCode"]) for m in used for e in m.error_shapes}
    return sorted(rows)


@pytest.mark.parametrize(("operation", "code", "status"), _modelled_errors())
def test_every_documented_error_has_a_meaning(operation: str, code: str, status: int) -> None:
    """Each error code that the model lists for an operation used here is in the table."""
    assert code in BY_CODE
    assert (BY_CODE[code] is errors.Unavailable) == (status >= 500)
    assert status != 429 or BY_CODE[code] in {errors.Throttled, errors.QuotaExceeded}


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        *[(code, 400, kind) for code, kind in BY_CODE.items()],
        ("LimitExceededException", 429, errors.QuotaExceeded),
        ("SomethingNew", 429, errors.Throttled),
        ("SomethingNew", 500, errors.Unavailable),
        ("503", 503, errors.Unavailable),
        ("SomethingNew", 400, errors.ConnectError),
        ("", 0, errors.ConnectError),
    ],
)
def test_translated_answers(code: str, status: int, kind: type[errors.ConnectError]) -> None:
    """An answer is the error of its code; one that nobody modelled, of its HTTP status."""
    with pytest.raises(errors.ConnectError) as caught, translated(SOURCE):
        raise refusal(code, status, "the message")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.message, caught.value.region) == (code, "the message", SOURCE)
    assert isinstance(caught.value.__cause__, exceptions.ClientError)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.EndpointConnectionError(endpoint_url="u", error="e"), errors.Unavailable),
        (exceptions.ConnectTimeoutError(endpoint_url="u", error="e"), errors.Unavailable),
        (exceptions.ReadTimeoutError(endpoint_url="u", error="e"), errors.Unavailable),
        (exceptions.ConnectionClosedError(endpoint_url="u", error="e"), errors.Unavailable),
        (exceptions.NoCredentialsError(), errors.Denied),
        (exceptions.ProfileNotFound(profile="p"), errors.Denied),
        (exceptions.TokenRetrievalError(provider="sso", error_msg="expired"), errors.Denied),
    ],
)
def test_translated_failures(error: exceptions.BotoCoreError, kind: type[errors.ConnectError]) -> None:
    """No answer is the service's failure, no credentials the user's; botocore's words and name stay."""
    with pytest.raises(errors.ConnectError) as caught, translated(SOURCE):
        raise error
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.region) == (type(error).__name__, SOURCE)
    assert str(error) in caught.value.message


@pytest.mark.parametrize(
    ("url", "remedied"),
    [
        ("http://127.0.0.1:7843/", True),
        ("http://localhost:7843/", True),
        ("http://[::1]:7843/", True),
        ("https://connect.eu-west-2.amazonaws.com/", False),
        ("http://192.0.2.1:7843/", False),
    ],
)
def test_nothing_listens(url: str, remedied: bool) -> None:
    """At an address of this machine it was probably the sandbox: the remedy is to start it, or to look where it is."""
    with pytest.raises(errors.Unavailable) as caught, translated(SOURCE):
        raise exceptions.EndpointConnectionError(endpoint_url=url)
    assert ("acgr sandbox start" in caught.value.remedy) == remedied


def test_one_line() -> None:
    """What botocore spreads over lines is one sentence."""
    with pytest.raises(errors.Refused) as caught, translated(SOURCE):
        raise exceptions.ParamValidationError(report="Missing a\nInvalid b")
    assert caught.value.message == "Parameter validation failed: Missing a Invalid b"


def test_a_process_is_not_quoted() -> None:
    """What a `credential_process` wrote may contain a secret."""
    with pytest.raises(errors.Denied) as caught, translated(SOURCE):
        raise exceptions.CredentialRetrievalError(provider="custom-process", error_msg="very-secret")
    assert "very-secret" not in str(caught.value)
    assert "run it by hand" in str(caught.value)


def test_message_of_another_spelling() -> None:
    """Where the message stands beside the error instead of in it, it is found."""
    answer: Any = {"Error": {"Code": "ThrottlingException"}, "Message": "slow down", "ResponseMetadata": {}}
    with pytest.raises(errors.Throttled, match="slow down"), translated(SOURCE):
        raise exceptions.ClientError(answer, "Anything")


def test_a_bug_is_not_translated() -> None:
    """What is neither an answer nor botocore's stays what it is."""
    with pytest.raises(KeyError), translated(SOURCE):
        raise KeyError("Arn")


UNREACHABLE = ["EndpointConnectionError", "ConnectTimeoutError"]


@pytest.mark.parametrize(
    ("error", "throttles", "failures", "wait"),
    [
        (errors.Throttled("t"), 1, 0, 0.0),
        (errors.Throttled("t"), THROTTLES - 1, 0, 0.0),
        (errors.Throttled("t"), THROTTLES, 0, None),
        (errors.Throttled("t"), 1, FAILURES, 0.0),
        (errors.Unavailable("u"), 0, 1, 0.5),
        (errors.Unavailable("u"), 50, 2, 1.0),
        (errors.Unavailable("u"), 0, 3, 2.0),
        (errors.Unavailable("u"), 0, 4, 4.0),
        (errors.Unavailable("u"), 0, FAILURES, None),
        *[(errors.Unavailable("u", code=code), 0, 1, 0.5) for code in UNREACHABLE],
        *[(errors.Unavailable("u", code=code), 0, 2, None) for code in UNREACHABLE],
        (errors.QuotaExceeded("q"), 0, 0, None),
        (errors.NotFound("n"), 0, 0, None),
        (errors.Conflict("c"), 0, 0, None),
        (errors.ConnectError("e"), 0, 0, None),
    ],
)
def test_patience(error: errors.ConnectError, throttles: int, failures: int, wait: float | None) -> None:
    """Throttles wait in the limiter, failures ever longer, an absent endpoint is tried twice, nothing else again."""
    assert patience(error, throttles, failures) == wait
