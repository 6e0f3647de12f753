"""What the service checks and botocore's client does not: required members, ranges, lengths, enums, patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .patterns import UnknownPattern, matches
from .refusal import Refusal
from .service_model import Shape, listed_code, operation_model


def validate(operation: str, params: dict[str, Any], *, patterns: bool = True) -> None:
    """Refuse what the model forbids, with the error the operation has for it.

    Args:
        operation: its name.
        params: as `rest_json.parse` gives them.
        patterns: whether text is held against the model's regular expressions, some of which are doubtful.

    Raises:
        Refusal: `InvalidRequestException` where the operation lists it, else `InvalidParameterException`; status 501
            where the installed model has a pattern that nobody here can read: no check is left out without a word.
    """
    shape = operation_model(operation).input_shape
    try:
        problems = list(_Check(patterns).structure(params, shape, "")) if shape is not None else []
    except UnknownPattern as unknown:
        message = f"The sandbox cannot read a pattern of {operation} ({unknown}); the switch patterns=ignore skips it."
        raise Refusal("UnimplementedOperationException", message, status=501) from unknown
    if problems:
        code = listed_code(operation, "InvalidRequestException")
        plural = "s" if len(problems) > 1 else ""
        raise Refusal(code, f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}")


class _Check(NamedTuple):
    """Goes through a value and its shape; `patterns` says whether regular expressions count."""

    patterns: bool

    def structure(self, value: dict[str, Any], shape: Shape, where: str) -> Iterator[str]:
        """What is wrong with the members of a structure."""
        prefix = f"{where}." if where else ""
        if shape.metadata.get("union") and len(value) != 1:
            yield _problem(where, f"Exactly one member must be set of: {', '.join(shape.members)}")
        for name in shape.required_members:
            if name not in value:
                yield _problem(f"{prefix}{name}", "Member must not be null")
        for name, item in value.items():
            yield from self._any(item, shape.members[name], f"{prefix}{name}")

    def _any(self, value: Any, shape: Shape, where: str) -> Iterator[str]:
        yield from _limits(value, shape, where)
        if shape.type_name == "structure":
            yield from self.structure(value, shape, where)
        elif shape.type_name == "list":
            for index, item in enumerate(value, 1):
                yield from self._any(item, shape.member, f"{where}.{index}.member")
        elif shape.type_name == "map":
            for key, item in value.items():
                yield from self._any(key, shape.key, f"{where}.{key}")
                yield from self._any(item, shape.value, f"{where}.{key}")
        elif shape.type_name == "string":
            yield from self._text(value, shape, where)

    def _text(self, value: str, shape: Shape, where: str) -> Iterator[str]:
        choices, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
        if choices and value not in choices:
            yield _problem(where, f"Member must satisfy enum value set: [{', '.join(choices)}]")
        if pattern and self.patterns and not matches(pattern, value):
            yield _problem(where, f"Member must satisfy regular expression pattern: {pattern}")


def _limits(value: Any, shape: Shape, where: str) -> Iterator[str]:
    measure = _MEASURES.get(shape.type_name)
    if measure is None:
        return
    of, size = measure
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size(value) < low:
        yield _problem(where, f"Member must have {of} greater than or equal to {low}")
    if high is not None and size(value) > high:
        yield _problem(where, f"Member must have {of} less than or equal to {high}")


def _identity(value: float) -> float:
    return value


_MEASURES: dict[str, tuple[str, Callable[[Any], float]]] = {
    "string": ("length", len),
    "list": ("length", len),
    "map": ("length", len),
    "integer": ("value", _identity),
    "long": ("value", _identity),
    "float": ("value", _identity),
    "double": ("value", _identity),
}


def _problem(where: str, constraint: str) -> str:
    head, _, tail = where.partition(".")
    shown = head[:1].lower() + head[1:] + (f".{tail}" if tail else "")
    return f"Value at '{shown}' failed to satisfy constraint: {constraint}"
