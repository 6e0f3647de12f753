"""Data held against a JSON schema: as much of draft 2020-12 as the schema of scenarios uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def problem_of(value: Any, schema: Schema, where: str = "") -> str | None:
    """The first thing in `value` that the schema does not allow, as half a sentence; None where there is none.

    Args:
        value: what YAML or JSON gave.
        schema: what it should be.
        where: how the value is called.

    Raises:
        KeyError: the schema says something that is not known here.
    """
    for keyword, rule in schema.items():
        for problem in _RULES[keyword](value, rule, where, schema):
            return problem
    return None


def _type(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    kinds = [rule] if isinstance(rule, str) else rule
    if not any(_TYPES[kind][0](value) for kind in kinds):
        yield f"{where} is {_shown(value)}; it is {' or '.join(_TYPES[kind][1] for kind in kinds)}"


def _any_of(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    problems = [problem_of(value, each, where) for each in rule]
    if all(problems):
        # Of several forms, that which it comes closest to says most.
        alike = [p for p, each in zip(problems, rule, strict=True) if problem_of(value, _only_type(each)) is None]
        yield str((alike or problems)[0])


def _one_of(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    problems = [problem_of(value, each, where) for each in rule]
    if problems.count(None) != 1:
        yield next(filter(None, problems), f"{where} has more than one of several forms")


def _only_type(schema: Schema) -> Schema:
    return {"type": schema["type"]} if "type" in schema else {}


def _properties(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    for name in value if isinstance(value, Mapping) else ():
        problem = problem_of(value[name], rule[name], _inside(where, name)) if name in rule else None
        if problem:
            yield problem


def _others(value: Any, rule: Any, where: str, schema: Schema) -> Iterator[str]:
    named = schema.get("properties", {})
    for name in [name for name in value if name not in named] if isinstance(value, Mapping) else ():
        problem = (
            f"{where} has no {_shown(name)}" if rule is False else problem_of(value[name], rule, _inside(where, name))
        )
        if problem:
            yield problem


def _names(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    for name in value if isinstance(value, Mapping) else ():
        problem = problem_of(name, rule, f"a name in {where}")
        if problem:
            yield problem


def _required(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{where} needs {name!r}" for name in rule if name not in value)


def _items(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        problem = problem_of(item, rule, f"{where}[{index}]")
        if problem:
            yield problem


def _bound(holds: Callable[[Any, Any], bool], of: type | tuple[type, ...], words: str) -> Callable[..., Iterator[str]]:
    def check(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
        if isinstance(value, of) and not holds(value, rule):
            yield f"{where} is {_shown(value)}; {words.format(rule)}"

    return check


def _enum(value: Any, rule: Any, where: str, _: Schema) -> Iterator[str]:
    if value not in rule:
        yield f"{where} is {_shown(value)}; it is {' or '.join(map(str, rule))}"


def _nothing(*_: Any) -> Iterator[str]:
    yield from ()


def _inside(where: str, name: object) -> str:
    return f"{where}.{name}" if where else str(name)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_NUMBERS = (int, float)
_TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "object": (lambda value: isinstance(value, Mapping), "a mapping"),
    "array": (lambda value: isinstance(value, list), "a list"),
    "string": (lambda value: isinstance(value, str), "a text, in quotes if need be"),
    "integer": (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "null": (lambda value: value is None, "null"),
}
_RULES: dict[str, Callable[[Any, Any, str, Schema], Iterator[str]]] = {
    "type": _type,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "properties": _properties,
    "additionalProperties": _others,
    "propertyNames": _names,
    "required": _required,
    "items": _items,
    "enum": _enum,
    "pattern": _bound(lambda value, rule: bool(re.search(rule, value)), str, "it has the form {}"),
    "minLength": _bound(lambda value, rule: len(value) >= rule, str, "it has at least {} character"),
    "minimum": _bound(lambda value, rule: value >= rule, _NUMBERS, "it is at least {}"),
    "maximum": _bound(lambda value, rule: value <= rule, _NUMBERS, "it is at most {}"),
    "maxLength": _bound(lambda value, rule: len(value) <= rule, str, "it has at most {} characters"),
    "maxItems": _bound(lambda value, rule: len(value) <= rule, list, "it has at most {} entries"),
    "minItems": _bound(lambda value, rule: len(value) >= rule, list, "it has at least {} entries"),
    "minProperties": _bound(lambda value, rule: len(value) >= rule, Mapping, "it has at least {} entries"),
    "maxProperties": _bound(lambda value, rule: len(value) <= rule, Mapping, "it has at most {} entries"),
    "title": _nothing,
    "description": _nothing,
    "$schema": _nothing,
}
