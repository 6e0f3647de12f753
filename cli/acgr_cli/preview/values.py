"""Values of a preview as Pulumi writes them: what is secret and what nobody knows yet is taken out of them. Pure.

Pulumi writes a secret in three ways: as the text `[secret]` (`--json`), as an object with a signature (the stream, the
event log, a state), and as an output value. What is read here is a value, `Hidden.SECRET` or `Hidden.UNKNOWN`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks an object as more than an object."""

SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_MARK = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

SECRET_TEXT = "[secret]"

UNKNOWN_TEXTS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What Pulumi writes for a value that will be known after the update, one text for each type."""


class Hidden(Enum):
    """A value that is not shown."""

    SECRET = SECRET_TEXT
    UNKNOWN = "known after the update"


@dataclass(frozen=True)
class Made:
    """The ARN of an object that the update makes: nobody knows it yet, but which object it is.

    Attributes:
        name: what it is to be called.
        urn: of the resource that makes it.
    """

    name: str
    urn: str


Value = Any
"""A JSON value in which `Hidden` stands for what is not shown, and `Made` for what is made by the same update."""


def read_value(raw: Any, plain_secrets: set[str]) -> Value:
    """A value without its secrets.

    Args:
        raw: as JSON gave it.
        plain_secrets: texts that are secret and stand in clear (`--show-secrets`) are added to it.
    """
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, list):
        return [read_value(one, plain_secrets) for one in raw]
    if not isinstance(raw, dict):
        return raw
    if SIGNATURE in raw:
        return _marked(raw, plain_secrets)
    return {key: read_value(one, plain_secrets) for key, one in raw.items()}


def _text(raw: str) -> Value:
    if raw == SECRET_TEXT:
        return Hidden.SECRET
    return Hidden.UNKNOWN if raw in UNKNOWN_TEXTS else raw


def _marked(raw: Mapping[str, Any], plain_secrets: set[str]) -> Value:
    """An object with a signature; one that is none of those known here is not shown."""
    mark = raw[SIGNATURE]
    if mark == OUTPUT_MARK and not raw.get("secret"):
        return read_value(raw["value"], plain_secrets) if "value" in raw else Hidden.UNKNOWN
    if mark in {SECRET_MARK, OUTPUT_MARK}:
        plain_secrets.update(texts(_plain(raw.get("plaintext", raw.get("value")))))
        return Hidden.SECRET
    return Hidden.UNKNOWN


def _plain(value: Any) -> Any:
    """What a secret holds in clear: a state has it as JSON in a text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def texts(value: Value) -> Iterator[str]:
    """Every text among the values; keys are none."""
    if isinstance(value, str):
        if value and value != SECRET_TEXT:
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def is_hidden(value: Value, what: Hidden) -> bool:
    """Whether the value is so, or holds one that is."""
    if isinstance(value, Mapping):
        return any(is_hidden(one, what) for one in value.values())
    if isinstance(value, list):
        return any(is_hidden(one, what) for one in value)
    return value is what
