"""The inputs of a resource: what is known of them, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any

from pulumi.dynamic import CheckFailure
from pulumi.output import UNKNOWN, Unknown

from acgr_connect.model.arns import ArnError, is_arn, parse
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
    if isinstance(value, (list, tuple)):
        return all(map(known, value))
    return not isinstance(value, Unknown)


_OBJECT = re.compile(
    r"(__str__|tostring|tojson)\W+on\W+an\W*output"  # an Output in Python, and in JavaScript
    r"|<[^<>]* at 0x[0-9a-f]+>"  # an awaitable or a resource in Python
    r"|\[object (object|promise)\]"  # in JavaScript
    r"|\boutputstate\b|\{0xc[0-9a-f]{6,}\}",  # an Output in Go
    re.IGNORECASE,
)
"""What a program makes of an Output, an awaitable or a resource inside a text, however the text was changed since."""


def is_object_as_text(value: Any) -> bool:
    """Whether a text holds what a program makes of an Output or a resource, in place of what was meant."""
    return isinstance(value, str) and _OBJECT.search(value) is not None


OBJECT_AS_TEXT = (
    "it holds what Python makes of an Output or a resource in an f-string, not its value; write "
    'pulumi.Output.format("… {0}", <the Output>) or <the Output>.apply(…), with the attribute of a resource'
)
"""What is wrong with such a text, and what to write instead."""


def objects_as_text(value: Any, path: str) -> Iterator[str]:
    """The paths of such texts in a value, keys of mappings included."""
    if is_object_as_text(value):
        yield path
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            if is_object_as_text(key):
                yield f"a key of {path}"
            else:
                yield from objects_as_text(entry, f"{path}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for index, entry in enumerate(value):
            yield from objects_as_text(entry, f"{path}[{index}]")


def invalid_inputs(
    inputs: Mapping[str, Any], shapes: Mapping[str, Shape], optional: Sequence[str] = ()
) -> list[CheckFailure]:
    """A failure for each input that has the wrong shape; unknown values are not judged.

    The property is left empty and its path stands in the reason: the CLI would print the value as Go spells it.
    """
    failures = [
        CheckFailure("", f"{path}: {OBJECT_AS_TEXT}")
        for name, value in inputs.items()
        if name != "__provider"
        for path in objects_as_text(value, name)
    ]
    if failures:
        return failures
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
        return value if known(value) else UNKNOWN
    part = {key: entry for key, entry in value.items() if not isinstance(entry, Unknown)}
    return part if part or not value else UNKNOWN


def region_in(*candidates: Any) -> str:
    """The Region of the first of these that is an ARN, else the last one, if it is text at all.

    What only begins like an ARN is passed over: whoever judges the input says what is wrong with it.
    """
    for candidate in candidates:
        if isinstance(candidate, str) and is_arn(candidate):
            with suppress(ArnError):
                return parse(candidate).region
    last = candidates[-1] if candidates else None
    return last if isinstance(last, str) else ""
