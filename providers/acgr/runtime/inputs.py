"""The inputs of a resource: what is known of them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from pulumi.dynamic import CheckFailure
from pulumi.output import UNKNOWN, Unknown

from acgr_connect.model.arns import is_arn, parse
from acgr_connect.model.identifiers import InvalidInput

Properties = dict[str, Any]
"""Inputs, or inputs and outputs, as the engine hands them over."""

Shape = Callable[[Any], Any]
"""Takes an input and raises `InvalidInput` where it has the wrong shape."""


def names_of(args_type: type) -> tuple[str, ...]:
    """The inputs of a resource, from its arguments' dataclass: the one place where they are listed."""
    return tuple(field.name for field in fields(args_type))


def given(args_type: type, props: Mapping[str, Any]) -> Properties:
    """The inputs among the properties; what was not given is left out."""
    return {name: props[name] for name in names_of(args_type) if props.get(name) is not None}


def known(value: Any) -> bool:
    """Whether a value is known, all the way down."""
    if isinstance(value, Mapping):
        return all(map(known, value.values()))
    return not isinstance(value, Unknown)


def invalid_inputs(
    inputs: Mapping[str, Any], shapes: Mapping[str, Shape], optional: Sequence[str] = ()
) -> list[CheckFailure]:
    """A failure for each input that has the wrong shape; unknown values are not judged.

    The property is left empty and its path stands in the reason: the CLI would print the value as Go spells it.
    """
    failures = []
    for name, shape in shapes.items():
        value = _known_part(inputs.get(name))
        if isinstance(value, Unknown) or (value is None and name in optional):
            continue
        try:
            shape(value)
        except InvalidInput as error:
            failures.append(CheckFailure("", f"{name}: {error}"))
    return failures


def _known_part(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    part = {key: entry for key, entry in value.items() if not isinstance(entry, Unknown)}
    return part if part or not value else UNKNOWN


def region_in(*candidates: Any) -> str:
    """The Region of the first of these that is an ARN, else the last one, if it is text at all."""
    for candidate in candidates:
        if isinstance(candidate, str) and is_arn(candidate):
            return parse(candidate).region
    last = candidates[-1] if candidates else None
    return last if isinstance(last, str) else ""
