"""Plain data, as JSON has it, read as the type that an annotation names; a misfit is told with its place."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

Reader = Callable[[Any], Any]


class Misfit(ValueError):
    """Data that is not of its type; `path` is where, from the outside in."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: list[str] = []

    def inside(self, place: str) -> Misfit:
        """The same, seen from one level further out."""
        self.path.insert(0, place)
        return self

    def __str__(self) -> str:
        return f"{'.'.join(self.path)} {self.problem}" if self.path else f"it {self.problem}"


@cache
def reader(kind: Any) -> Reader:
    """What reads a value of that annotation, and raises `Misfit` for what is not of that type.

    It knows plain types, dataclasses, and lists, tuples, dictionaries and unions of them. Dataclasses are made, all
    else is taken as it is.
    """
    if kind is Any:
        return lambda value: value
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union_reader(get_args(kind))
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](get_args(kind))
    return _PLAIN[kind]


def _dataclass_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = {each.name: reader(hints[each.name]) for each in fields(kind)}
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Misfit(f"is {_shown(value)}, not an object")
        missing = [name for name in needed if name not in value]
        if missing:
            raise Misfit(f"needs {missing[0]!r}")
        return kind(**{name: _field(readers, name, item) for name, item in value.items()})

    return read


def _field(readers: dict[str, Reader], name: str, value: Any) -> Any:
    if name not in readers:
        raise Misfit(f"has no {name[:100]!r}")
    return _within(readers[name], value, name)


def _within(read: Reader, value: Any, place: str) -> Any:
    try:
        return read(value)
    except Misfit as misfit:
        raise misfit.inside(place) from None


def _union_reader(kinds: tuple[Any, ...]) -> Reader:
    optional = type(None) in kinds
    others = [kind for kind in kinds if kind is not type(None)]
    if len(others) != 1:
        raise TypeError(f"{kinds} is more than one type and None")
    read = reader(others[0])
    return lambda value: None if optional and value is None else read(value)


def _dict_reader(kinds: tuple[Any, ...]) -> Reader:
    read = reader(kinds[1])

    def read_all(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Misfit(f"is {_shown(value)}, not an object")
        return {key: _within(read, item, key[:100]) for key, item in value.items()}

    return read_all


def _list_reader(kinds: tuple[Any, ...]) -> Reader:
    read = reader(kinds[0])

    def read_all(value: Any) -> Any:
        if not isinstance(value, list):
            raise Misfit(f"is {_shown(value)}, not a list")
        return [_within(read, item, str(index)) for index, item in enumerate(value)]

    return read_all


def _tuple_reader(kinds: tuple[Any, ...]) -> Reader:
    readers = [reader(kind) for kind in kinds]

    def read_all(value: Any) -> Any:
        if not isinstance(value, (list, tuple)) or len(value) != len(readers):
            raise Misfit(f"is {_shown(value)}, not a list of {len(readers)}")
        pairs = zip(readers, value, strict=True)
        return tuple(_within(read, item, str(index)) for index, (read, item) in enumerate(pairs))

    return read_all


def _plain_reader(kinds: tuple[type, ...], noun: str) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise Misfit(f"is {_shown(value)}, not {noun}")
        if isinstance(value, float) and not math.isfinite(value):
            raise Misfit(f"is {value}, not {noun}")
        return value

    return read


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_CONTAINERS: dict[Any, Callable[[tuple[Any, ...]], Reader]] = {
    dict: _dict_reader,
    list: _list_reader,
    tuple: _tuple_reader,
}
_PLAIN: dict[Any, Reader] = {
    str: _plain_reader((str,), "a text"),
    int: _plain_reader((int,), "a whole number"),
    float: _plain_reader((int, float), "a number"),
    bool: _plain_reader((bool,), "true or false"),
}
