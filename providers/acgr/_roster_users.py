"""The argument `users` of a roster: a list of plain text, or a mapping of plain labels to users."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from acgr.arguments import USER, identity

REMEDY = 'write a mapping of plain labels to users: {"alice": <the Output>}'


def by_label(users: Any) -> dict[str, Any]:
    """By label, the users; what stands in a list is its own label.

    Raises:
        TypeError: it is an Output or has one among labels, which would hide the whole roster in previews; or it is
            neither a list nor a mapping.
        ValueError: a list names a user twice.
    """
    if _is_open(users):
        raise TypeError(f"users is an Output, which would hide all agents in previews; {REMEDY}")
    if isinstance(users, Mapping):
        return {_label(label): identity(user, *USER) for label, user in users.items()}
    if not isinstance(users, Sequence) or isinstance(users, str):
        raise TypeError(f"users is a list of users or a mapping of labels to users, not {users!r}")
    labels = [_label(user, f"users[{index}]") for index, user in enumerate(users)]
    if twice := sorted(label for label, times in Counter(labels).items() if times > 1):
        raise ValueError(f"users has {', '.join(twice)} twice")
    return {label: label for label in labels}


def _label(value: Any, where: str = "a label of users") -> str:
    if _is_open(value) or isinstance(value, pulumi.Resource):
        raise TypeError(f"{where} is {_kind(value)}, and plain text is needed; {REMEDY}")
    if not isinstance(value, str):
        raise TypeError(f"{where} is {value!r}, and text is needed; quote it")
    return value


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}" if isinstance(value, pulumi.Resource) else "an Output"


def _is_open(value: Any) -> bool:
    """Whether it is not known yet, or is what Python makes of that inside an f-string."""
    as_text = isinstance(value, str) and "__str__ on an Output" in value
    return as_text or isinstance(value, pulumi.Output) or inspect.isawaitable(value)
