"""Errors: one sentence each, of the class that says what to do about it."""

from __future__ import annotations

import pytest

from acgr_connect.model import errors
from acgr_connect.model.errors import ConnectError, ErrorContext, NotFound, Unfinished

CONTEXT = ErrorContext("associating agent alice with traffic distribution group main", "eu-west-2")
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
    assert CONTEXT.sentence(cause, remedy, code=code) == BEGIN + sentence


@pytest.mark.parametrize("kind", KINDS)
def test_a_context_keeps_the_class(kind: type[ConnectError]) -> None:
    """The sentence is told by an error of the same class and code; the first one stays as it was."""
    error = kind("The service says so.", code="SomeException", region="eu-central-1")
    sentence = CONTEXT.added_to(error)
    assert type(sentence) is kind
    assert str(sentence) == BEGIN + "The service says so (SomeException)"
    assert (sentence.code, sentence.region, sentence.has_context) == ("SomeException", "eu-west-2", True)
    assert (str(error), error.region, error.has_context) == ("The service says so.", "eu-central-1", False)


def test_because_with_a_cause_and_a_remedy() -> None:
    """The cause that was found replaces the service's message (A10-A12, N11)."""
    error = NotFound("Resource not found", code="ResourceNotFoundException")
    sentence = CONTEXT.added_to(error, "the group does not exist", "create it")
    assert str(sentence) == BEGIN + "the group does not exist (ResourceNotFoundException); create it"


def test_what_the_answer_tells_to_do() -> None:
    """It comes before what whoever asked tells to do, and is part of the cause in a sentence of one's own."""
    error = errors.Denied("not you.", code="AccessDenied")
    error.remedy = "allow it"
    assert str(CONTEXT.added_to(error, remedy="run again")) == f"{BEGIN}not you (AccessDenied); allow it; run again"
    assert (error.cause, error.explained()) == ("not you (AccessDenied)", "not you (AccessDenied); allow it")
    assert NotFound("It is gone.").explained() == "It is gone"


def test_a_sentence_in_a_larger_one() -> None:
    """It is the cause there, as it is; class and code stay."""
    inner = CONTEXT.added_to(errors.Denied("not you.", code="AccessDenied"), remedy="allow it")
    larger = ErrorContext("moving a number", "us-east-1").around(inner, "nothing was changed")
    assert str(larger) == f"moving a number in us-east-1: {BEGIN}not you (AccessDenied); allow it; nothing was changed"
    assert (type(larger), larger.code, larger.has_context) == (errors.Denied, "AccessDenied", True)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_with_context_stays(kind: type[ConnectError]) -> None:
    """A sentence is not wrapped into another: the innermost knows best."""
    sentence = CONTEXT.error(kind, "the user is gone", "create it")
    larger = ErrorContext("doing something larger", "us-east-1")
    assert larger.added_to(sentence, "whatever", "never mind") is sentence
    assert str(sentence) == BEGIN + "the user is gone; create it"
    assert (sentence.code, sentence.region, sentence.has_context) == ("", "eu-west-2", True)


def test_a_context_keeps_what_a_wait_knows() -> None:
    """Status, message and seconds survive (N15)."""
    state = errors.UnexpectedState("it is FAILED", status="FAILED", detail="limit reached", region="eu-west-2")
    assert (CONTEXT.added_to(state).status, CONTEXT.added_to(state).detail) == ("FAILED", "limit reached")
    timeout = errors.WaitTimeout("still pending", status="IN_PROGRESS", waited=600.0)
    assert (CONTEXT.added_to(timeout).status, CONTEXT.added_to(timeout).waited) == ("IN_PROGRESS", 600.0)


def test_with_adds_the_context() -> None:
    """What fails inside a `with` is explained by it, unless it is explained already or is no such error."""
    with pytest.raises(NotFound) as caught, CONTEXT:
        raise NotFound("gone.", code="X")
    assert str(caught.value) == BEGIN + "gone (X)"
    with pytest.raises(NotFound) as caught, ErrorContext("doing something larger", "us-east-1"), CONTEXT:
        raise NotFound("gone")
    assert str(caught.value) == BEGIN + "gone"
    with pytest.raises(KeyError, match="bug"), CONTEXT:
        raise KeyError("bug")


def test_the_region_of_the_error_where_the_context_has_none() -> None:
    """A context that does not know the Region names the one that was asked."""
    sentence = ErrorContext("reading an agent", "").added_to(NotFound("gone", region="eu-west-2"))
    assert (str(sentence), sentence.region) == ("reading an agent in eu-west-2: gone", "eu-west-2")


def test_unfinished_carries_what_holds() -> None:
    """An attempt that stopped half-way says why in its cause's words, and what the next run resumes from."""
    cause = CONTEXT.added_to(NotFound("gone", code="ResourceNotFoundException"), remedy="run again to finish")
    unfinished = Unfinished(cause, {"flows": 1})
    assert str(unfinished) == str(cause)
    assert (unfinished.code, unfinished.region) == (cause.code, cause.region)
    assert unfinished.observed == {"flows": 1}


def test_a_wait_is_a_connect_error_and_a_bug_is_not() -> None:
    """Whoever catches `ConnectError` catches all that the world can do, and no programming error."""
    kinds = [*KINDS, errors.WaitError, errors.UnexpectedState, errors.WaitTimeout, Unfinished]
    assert all(issubclass(kind, ConnectError) for kind in kinds)
    assert not issubclass(errors.ProgrammingError, ConnectError)
