"""What the service checks and botocore's client does not: required members, ranges, lengths, enums, patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from .refusal import Refusal
from .service_model import Model, bad_request_code, operation_model

_PATTERN = "Member must satisfy regular expression pattern"

LONGEST = 2000
"""Characters up to which text without a limit of its own is held against its pattern."""


def validate(operation: str, params: dict[str, Any], *, patterns: bool = True) -> None:
    """Refuse what the model forbids, with the error the operation has for it.

    Args:
        operation: its name.
        params: as `rest_json.parse` gives them.
        patterns: whether text is held against the model's regular expressions, some of which are doubtful.

    Raises:
        Refusal: `InvalidRequestException` where the operation lists it, else `InvalidParameterException`.
    """
    shape = operation_model(operation).input_shape
    problems = list(_structure_problems(params, shape, "")) if shape is not None else []
    problems = [problem for problem in problems if patterns or _PATTERN not in problem]
    if problems:
        code = bad_request_code(operation, "InvalidRequestException")
        plural = "s" if len(problems) > 1 else ""
        raise Refusal(code, f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}")


def _structure_problems(value: dict[str, Any], shape: Model, where: str) -> Iterator[str]:
    prefix = f"{where}." if where else ""
    for name in shape.required_members:
        if name not in value:
            yield _problem(f"{prefix}{name}", "Member must not be null")
    for name, item in value.items():
        yield from _problems(item, shape.members[name], f"{prefix}{name}")


def _problems(value: Any, shape: Model, where: str) -> Iterator[str]:
    yield from _limits(value, shape, where)
    if shape.type_name == "structure":
        yield from _structure_problems(value, shape, where)
    elif shape.type_name == "list":
        for index, item in enumerate(value, 1):
            yield from _problems(item, shape.member, f"{where}.{index}.member")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _problems(key, shape.key, f"{where}.{key}")
            yield from _problems(item, shape.value, f"{where}.{key}")
    elif shape.type_name == "string":
        yield from _text_problems(value, shape, where)


def _limits(value: Any, shape: Model, where: str) -> Iterator[str]:
    measure = _MEASURES.get(shape.type_name)
    if measure is None:
        return
    of, size = measure
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size(value) < low:
        yield _problem(where, f"Member must have {of} greater than or equal to {low}")
    if high is not None and size(value) > high:
        yield _problem(where, f"Member must have {of} less than or equal to {high}")


def _text_problems(value: str, shape: Model, where: str) -> Iterator[str]:
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        yield _problem(where, f"Member must satisfy enum value set: [{', '.join(choices)}]")
    pattern = shape.metadata.get("pattern")
    # Some patterns take time that grows with the square of the length.
    compiled = _compiled(pattern) if pattern and len(value) <= shape.metadata.get("max", LONGEST) else None
    if compiled and not compiled.fullmatch(value):
        yield _problem(where, f"{_PATTERN}: {pattern}")


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    # Some of the model's patterns are escaped twice, one stands between slashes, and some use classes (\p{...})
    # that `re` does not know.
    try:
        return re.compile(re.sub(r"^/(.*)/$", r"\1", pattern.replace("\\\\", "\\")))
    except re.error:
        return None


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
