"""What can go wrong, as a tree, and the one way in which an error becomes a sentence for the user.

ConnectError                    # the world said no; the message is one sentence with the way out
├─ NotFound                     # the object is not there, or (A10-A12, N10-N12) not there for this caller or yet
├─ Conflict                     # name taken, in use, token used for something else, a second writer
├─ Denied                       # permissions or credentials
├─ Refused                      # the request itself: malformed, wrong Region, wrong state
├─ QuotaExceeded                # a quota, also where it comes as status 429: repeating does not help
├─ Throttled                    # the request rate, after the retries were used up
├─ Unavailable                  # 5xx, time-out, no connection, after the retries were used up
├─ Cancelled                    # the run was cancelled before this began: nothing was written
├─ WrongAccount                 # credentials of one account, ARNs of another: nothing was written
├─ WaitError
│  ├─ UnexpectedState           # neither pending nor wanted: carries the status and the service's message
│  └─ WaitTimeout               # the operation's deadline passed: carries the last status and the seconds waited
└─ Unfinished                   # begun and not completed: carries what holds now, so that the next run resumes

ProgrammingError(RuntimeError)  # a bug or a misuse; never caught

An `ErrorContext` says what was being done, and where. `with context:` gives it to whatever fails inside; the innermost
context wins, because it knows best.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

Failure = TypeVar("Failure", bound="ConnectError")


class ProgrammingError(RuntimeError):
    """A bug in, or a misuse of, this package."""


class ConnectError(Exception):
    """An operation on Amazon Connect did not do what was asked.

    Attributes:
        code: the AWS error code, or "" where no answer was the cause.
        message: the service's own message, or this package's sentence.
        region: the Region that was asked, or "".
        request_id: AWS's id of the request that was answered so, or "".
        remedy: what to do about it, where the answer itself tells; "" where only who asked can.
        has_context: whether the message already is a whole sentence for the user.
    """

    def __init__(self, message: str, *, code: str = "", region: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.region = message, code, region
        self.request_id = self.remedy = ""
        self.has_context = False

    def __copy__(self) -> Self:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __str__(self) -> str:
        return self.message

    @property
    def cause(self) -> str:
        """What went wrong, with its code, as part of a sentence of one's own."""
        said = self.message.rstrip(".")
        return said if self.has_context else _explained(said, self.code, "")

    def explained(self) -> str:
        """The same, and what to do."""
        said = self.message.rstrip(".")
        return said if self.has_context else _explained(said, self.code, self.remedy)


def _explained(cause: str, code: str, remedy: str) -> str:
    return (f"{cause} ({code})" if code else cause) + (f"; {remedy}" if remedy else "")


class NotFound(ConnectError):
    """`ResourceNotFoundException`: three documented causes on each call (A10-A12, N10-N11)."""


class Conflict(ConnectError):
    """`ResourceConflictException`, `ResourceInUseException`, `IdempotencyException` or a second writer."""


class Denied(ConnectError):
    """`AccessDeniedException`, or credentials that are missing, wrong or expired."""


class Refused(ConnectError):
    """`InvalidRequestException` or `InvalidParameterException` (N12)."""


class QuotaExceeded(ConnectError):
    """`LimitExceededException` or `ServiceQuotaExceededException`."""


class Throttled(ConnectError):
    """`ThrottlingException` or `TooManyRequestsException`, still so after all retries."""


UNREADABLE_ANSWER = "UnreadableAnswer"
"""The code of an answer that came and could not be read."""


class Unavailable(ConnectError):
    """The service failed or could not be reached, still so after all retries."""


class WrongAccount(ConnectError):
    """The credentials belong to another account than the ARNs in the program."""


class Cancelled(ConnectError):
    """The run was cancelled, and what was to come next was not begun."""


class WaitError(ConnectError):
    """Something that was waited for did not come."""


class UnexpectedState(WaitError):
    """A status that is neither pending nor wanted, with the service's message (N15)."""

    def __init__(self, message: str, *, status: str, detail: str = "", region: str = "") -> None:
        super().__init__(message, region=region)
        self.status, self.detail = status, detail


class WaitTimeout(WaitError):
    """Still pending when the operation's deadline passed; `waited` is how many seconds the operation had taken."""

    def __init__(self, message: str, *, status: str, waited: float, region: str = "") -> None:
        super().__init__(message, region=region)
        self.status, self.waited = status, waited


class Unfinished(ConnectError):
    """Begun and not completed. `observed` is what holds now, for the state that the next run resumes from."""

    def __init__(self, cause: ConnectError, observed: Any) -> None:
        super().__init__(cause.message, code=cause.code, region=cause.region)
        self.observed, self.has_context = observed, cause.has_context


def failure(sentence: str) -> ConnectError:
    """An error that already is a whole sentence for the user."""
    error = ConnectError(sentence)
    error.has_context = True
    return error


@dataclass(frozen=True)
class ErrorContext:
    """What is being done, and where: it begins every sentence about an error that a user reads.

    Attributes:
        action: gerund, noun, identifier: "placing phone number +442079460001".
        region: the Region that is asked; "" where only the error knows it.
    """

    action: str
    region: str

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, ConnectError) and not error.has_context:
            raise self.added_to(error) from error

    def sentence(self, cause: str, remedy: str = "", *, code: str = "") -> str:
        """What was being done and where, why it failed, the AWS code, and what to do."""
        return self._sentence(self.region, cause, remedy, code)

    def _sentence(self, region: str, cause: str, remedy: str, code: str) -> str:
        return f"{self.action} in {region}: {_explained(cause, code, remedy)}"

    def added_to(self, error: Failure, cause: str = "", remedy: str = "") -> Failure:
        """The same error, of the same class, as one sentence about what was being done.

        An error that already is such a sentence stays as it is.
        """
        if error.has_context:
            return error
        explained, region = copy(error), self.region or error.region
        remedies = "; ".join(filter(None, (error.remedy, remedy)))
        explained.message = self._sentence(region, cause or error.message.rstrip("."), remedies, error.code)
        explained.region, explained.has_context = region, True
        return explained

    def around(self, error: Failure, remedy: str) -> Failure:
        """The same error, whose own sentence is the cause in one about something larger."""
        larger = copy(error)
        larger.message, larger.has_context = self.sentence(error.explained(), remedy), True
        return larger

    def error(self, kind: type[Failure], cause: str, remedy: str = "") -> Failure:
        """A new error of that class, as one sentence about what was being done."""
        return self.added_to(kind(cause), remedy=remedy)
