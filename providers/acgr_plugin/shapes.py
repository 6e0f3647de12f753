"""From the types of arguments and outputs, as `acgr` annotates them, to the types of a Pulumi schema."""

from __future__ import annotations

import inspect
import types
from collections.abc import Awaitable, Mapping, Sequence
from functools import cache
from typing import Any, ForwardRef, Union, get_args, get_origin

import pulumi

Type = dict[str, Any]

TEXT: Type = {"type": "string"}
TEXTS: Type = {"type": "array", "items": TEXT}
MAPPING: Type = {"type": "object", "additionalProperties": TEXT}
MAPPINGS: Type = {"type": "array", "items": MAPPING}

_PLAIN: dict[Any, Type] = {
    str: TEXT,
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Any: {"$ref": "pulumi.json#/Any"},
}


A_LIST, A_MAPPING = "a list", "a mapping"

_WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "a number",
    "number": "a number",
    "array": A_LIST,
    "object": A_MAPPING,
}


def hints(owner: type) -> Mapping[str, Any]:
    """The annotations of a class itself, evaluated."""
    return inspect.get_annotations(owner, eval_str=True)


def shape(annotation: Any) -> Type:
    """The type of a property: what may be awaited is what it holds, and what may be absent is not required."""
    found: list[Type] = []
    for one in _members(annotation):
        if (plain := _shape(one)) not in found:
            found.append(plain)
    return found[0] if len(found) == 1 else {"oneOf": found}


@cache
def taken(owner: type) -> Mapping[str, tuple[str, ...]]:
    """By name, what the properties of a class may be, for a sentence."""
    shapes = {name: shape(annotation) for name, annotation in hints(owner).items()}
    return {name: tuple(_WORDS[one["type"]] for one in found.get("oneOf", [found])) for name, found in shapes.items()}


def may_be_none(annotation: Any) -> bool:
    """Whether a property may be absent."""
    return type(None) in _flat(annotation)


def _members(annotation: Any) -> list[Any]:
    """What a union is made of, apart from what a program writes for something that is not known yet."""
    return [one for one in _flat(annotation) if one is not type(None) and not _is_for_programs(one)]


def _flat(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return [inner for one in get_args(annotation) for inner in _flat(one)]
    if origin is pulumi.Output:
        return _flat(get_args(annotation)[0])
    return [annotation]


def _is_for_programs(annotation: Any) -> bool:
    origin = get_origin(annotation) or annotation
    # `pulumi.Input` holds the Output as text.
    return (
        origin is Awaitable
        or isinstance(origin, ForwardRef)
        or (isinstance(origin, type) and issubclass(origin, pulumi.Resource))
    )


def _shape(annotation: Any) -> Type:
    origin = get_origin(annotation)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": shape(get_args(annotation)[1])}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return {"type": "array", "items": shape(get_args(annotation)[0])}
    return _PLAIN[annotation]
