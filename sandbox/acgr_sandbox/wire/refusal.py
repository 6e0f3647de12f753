"""How an operation says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An error answer of the Connect API.

    Args:
        code: the error's name in the service model, e.g. `ResourceNotFoundException`.
        message: one sentence for the caller.
        status: HTTP status, where the service model has none for the code.
        details: further members of the error, e.g. `ResourceType`.
    """

    def __init__(self, code: str, message: str, *, status: int | None = None, **details: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.details = details


def not_found(message: str) -> Refusal:
    """Status 404, `ResourceNotFoundException`."""
    return Refusal("ResourceNotFoundException", message)


def invalid_request(message: str) -> Refusal:
    """Status 400, what the TDG operations answer."""
    return Refusal("InvalidRequestException", message)


def invalid_parameter(message: str) -> Refusal:
    """Status 400, what the phone number operations answer."""
    return Refusal("InvalidParameterException", message)


def conflict(message: str) -> Refusal:
    """Status 409, `ResourceConflictException`."""
    return Refusal("ResourceConflictException", message)


def duplicate(message: str) -> Refusal:
    """Status 409, `DuplicateResourceException`."""
    return Refusal("DuplicateResourceException", message)


def in_use(message: str, kind: str, arn: str) -> Refusal:
    """Status 409, `ResourceInUseException`.

    Args:
        message: one sentence for the caller.
        kind: the `ResourceType` of what `arn` names; "" where the model has no word for it.
        arn: of what is in use, or of what uses it.
    """
    named: dict[str, Any] = {"ResourceType": kind} if kind else {}
    return Refusal("ResourceInUseException", message, ResourceId=arn, **named)


class LostReply(Exception):
    """The operation took place, or not, and its answer never reaches the caller."""


class ConnectionReset(LostReply):
    """The operation did not take place, and the connection breaks."""
