"""Errors: one sentence each, of the class that says what to do about it."""

from __future__ import annotations

import pytest

from acgr_connect import errors
from acgr_connect.errors import ConnectError, Doing, NotFound, Unfinished, because, told

DOING = Doing("associating agent alice with traffic distribution group main", "eu-west-2")
BEGIN = "associating agent alice with traffic distribution group main in eu-west-2: "
KINDS = [
    errors.NotFound,
    errors.Conflict,
    errors.Denied,
    errors.Refused,
    errors.QuotaExceeded,
    errors.Throttled,
    errors.Unavailable,
    errors.WrongAccount,
]


@pytest.mark.parametrize(
    ("cause", "remedy", "code", "sentence"),
    [
        ("it is gone", "", "", "it is gone"),
        ("it is gone", "make it", "", "it is gone; make it"),
        ("it is gone", "", "ResourceNotFoundException", "it is gone (ResourceNotFoundException)"),
        ("it is gone", "make it", "X", "it is gone (X); make it"),
    ],
)
def test_sentence(cause: str, remedy: str, code: str, sentence: str) -> None:
    """What was being done and where, why it failed, the AWS code, and what to do."""
    assert DOING.failed(cause, remedy, code=code) == BEGIN + sentence


@pytest.mark.parametrize("kind", KINDS)
def test_because_keeps_the_class(kind: type[ConnectError]) -> None:
    """The sentence is told by an error of the same class and code; the first one stays as it was."""
    error = kind("The service says so.", code="SomeException", region="eu-central-1")
    sentence = because(error, DOING)
    assert type(sentence) is kind
    assert str(sentence) == BEGIN + "The service says so (SomeException)"
    assert (sentence.code, sentence.region, sentence.is_told) == ("SomeException", "eu-west-2", True)
    assert (str(error), error.region, error.is_told) == ("The service says so.", "eu-central-1", False)


def test_because_with_a_cause_and_a_remedy() -> None:
    """The cause that was found replaces the service's message (A10-A12, N11)."""
    error = NotFound("Resource not found", code="ResourceNotFoundException")
    sentence = because(error, DOING, "the group does not exist", "create it")
    assert str(sentence) == BEGIN + "the group does not exist (ResourceNotFoundException); create it"


@pytest.mark.parametrize("kind", KINDS)
def test_a_told_error_stays(kind: type[ConnectError]) -> None:
    """A sentence is not wrapped into another: the innermost knows best."""
    sentence = told(kind, DOING, "the user is gone", "create it")
    assert because(sentence, Doing("doing something larger", "us-east-1"), "whatever", "never mind") is sentence
    assert str(sentence) == BEGIN + "the user is gone; create it"
    assert (sentence.code, sentence.region, sentence.is_told) == ("", "eu-west-2", True)


def test_because_keeps_what_a_wait_knows() -> None:
    """Status, message and seconds survive the telling (N15)."""
    state = errors.UnexpectedState("it is FAILED", status="FAILED", detail="limit reached", region="eu-west-2")
    assert (because(state, DOING).status, because(state, DOING).detail) == ("FAILED", "limit reached")
    timeout = errors.WaitTimeout("still pending", status="IN_PROGRESS", waited=600.0)
    assert (because(timeout, DOING).status, because(timeout, DOING).waited) == ("IN_PROGRESS", 600.0)


def test_unfinished_carries_what_holds() -> None:
    """An attempt that stopped half-way says why in its cause's words, and what the next run resumes from."""
    cause = because(NotFound("gone", code="ResourceNotFoundException"), DOING, remedy="run again to finish")
    unfinished = Unfinished(cause, {"flows": 1})
    assert str(unfinished) == str(cause)
    assert (unfinished.code, unfinished.region) == (cause.code, cause.region)
    assert unfinished.standing == {"flows": 1}


def test_a_wait_is_a_connect_error_and_a_bug_is_not() -> None:
    """Whoever catches `ConnectError` catches all that the world can do, and no programming error."""
    kinds = [*KINDS, errors.WaitError, errors.UnexpectedState, errors.WaitTimeout, Unfinished]
    assert all(issubclass(kind, ConnectError) for kind in kinds)
    assert not issubclass(errors.ProgrammingError, ConnectError)
