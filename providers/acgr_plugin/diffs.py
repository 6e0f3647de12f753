"""Which properties differ, path by path, as the engine prints them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pulumi.output import Unknown
from pulumi.runtime.proto import provider_pb2

from acgr_connect.model.property_names import camel

ADD, DELETE, UPDATE = (getattr(provider_pb2.PropertyDiff, kind) for kind in ("ADD", "DELETE", "UPDATE"))


def detailed(
    names: Collection[str], olds: Mapping[str, Any], news: Mapping[str, Any], replaces: Collection[str]
) -> dict[str, Any]:
    """By path, what becomes of an input.

    Args:
        names: the inputs there are.
        olds: the inputs before.
        news: the inputs now.
        replaces: those that mean another object, though they may be written as before.
    """
    found: dict[str, Any] = {}
    for name in names:
        is_replacing = name in replaces
        changes = dict(_changes(camel(name), olds.get(name), news.get(name)))
        if is_replacing and not changes:
            changes = {camel(name): UPDATE}
        found |= {path: _property(kind, is_replacing) for path, kind in changes.items()}
    return found


def _changes(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(new, Unknown):
        yield path, UPDATE if old is not None else ADD
    elif old == new:
        return
    elif isinstance(old, Mapping) and isinstance(new, Mapping) and all(map(_has_path, old.keys() | new.keys())):
        for key in sorted(set(old) | set(new)):
            yield from _changes(f'{path}["{_escaped(key)}"]', old.get(key), new.get(key))
    else:
        yield path, ADD if old is None else DELETE if new is None else UPDATE


def _escaped(key: str) -> str:
    return key.replace('"', '\\"')


def _has_path(key: str) -> bool:
    """Whether the engine can read a path to it: it takes a backslash before a quote for an escape."""
    return not key.endswith("\\")


def _property(kind: Any, is_replacing: bool) -> Any:
    # Each kind is followed by the same with a replacement.
    return provider_pb2.PropertyDiff(kind=kind + is_replacing, inputDiff=True)
