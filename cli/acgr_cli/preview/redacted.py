"""Takes what is secret out of everything that a report says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from acgr_cli.preview.secrets import Redactor

T = TypeVar("T")


def without(redactor: Redactor, value: T) -> T:
    """The same value: dataclasses, lists and mappings of texts, each text without what is secret."""
    found: T = value if redactor.is_idle else _without(redactor, value)
    return found


def _without(redactor: Redactor, value: Any) -> Any:
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, Enum) or value is None:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{one.name: _without(redactor, getattr(value, one.name)) for one in fields(value)})
    if isinstance(value, Mapping):
        return {_without(redactor, key): _without(redactor, one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_without(redactor, one) for one in value)
    return value
