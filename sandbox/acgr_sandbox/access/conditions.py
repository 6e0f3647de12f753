"""When a statement of a policy holds: the operators and keys of IAM's conditions that are understood. Pure.

One that is not understood is refused when the policy is read. Passed over, it would allow more than AWS does, or less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

Context = Mapping[str, Collection[str]]
"""What is known of a request: a key in small letters to its values. A key that is not known is not there."""

Matches = Callable[[str, str], bool]
"""Whether a value of the request fits one of the policy."""

KEYS = ("aws:PrincipalArn", "aws:RequestedRegion", "aws:TagKeys", "connect:InstanceId")
KEYS_OF_TAGS = ("aws:RequestTag/", "aws:ResourceTag/")
"""The keys that are understood; the second kind ends in the key of a tag."""

_MANY_VALUED = "aws:tagkeys"


@lru_cache(maxsize=4096)
def pattern(text: str) -> re.Pattern[str]:
    """What a text with `*` and `?` fits."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(c) or re.escape(c) for c in text), re.DOTALL)


def _like(value: str, wanted: str) -> bool:
    return pattern(wanted).fullmatch(value) is not None


def _arn_like(value: str, wanted: str) -> bool:
    """Each of the six parts by itself: a wildcard does not reach over a colon, but in the last."""
    values, patterns = value.split(":", 5), wanted.split(":", 5)
    return len(values) == len(patterns) and all(map(_like, values, patterns))


_OPERATORS: Mapping[str, Matches] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
}
_NEGATED = {name.replace("Equals", "NotEquals").replace("Like", "NotLike"): name for name in _OPERATORS}
_SETS = ("ForAllValues:", "ForAnyValue:")


@dataclass(frozen=True)
class Condition:
    """One key of a condition, and what its values have to be."""

    key: str
    values: tuple[str, ...]
    matches: Matches
    negated: bool
    if_exists: bool
    set: str

    def holds(self, context: Context) -> bool:
        """Whether it holds for a request."""
        there = context.get(self.key)
        if not there:
            # IAM: without the key, what is negated holds, and so does a rule for all values.
            return self.if_exists or self.negated or self.set == "ForAllValues:"
        fits = [any(self.matches(value, wanted) for wanted in self.values) != self.negated for value in there]
        return any(fits) if self.set == "ForAnyValue:" else all(fits)


@dataclass(frozen=True)
class Null:
    """Whether a key is there at all."""

    key: str
    is_absent: bool

    def holds(self, context: Context) -> bool:
        """Whether it holds for a request."""
        return (not context.get(self.key)) == self.is_absent


def read_conditions(block: object) -> tuple[Condition | Null, ...]:
    """The conditions of a statement, all of which have to hold.

    Raises:
        ValueError: an operator, a key or a value is not understood.
    """
    if not isinstance(block, Mapping):
        raise ValueError("Condition is an object: an operator to keys with their values.")
    found: list[Condition | Null] = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            raise ValueError(f"{operator} is an object: a key to its values.")
        found += [_condition(str(operator), str(key), _texts(key, values)) for key, values in keys.items()]
    return tuple(found)


def _condition(operator: str, key: str, values: tuple[str, ...]) -> Condition | Null:
    _check_key(key)
    if operator == "Null":
        if values not in (("true",), ("false",)):
            raise ValueError(f"Null of {key} is true or false.")
        return Null(key.lower(), values == ("true",))
    set_ = next((prefix for prefix in _SETS if operator.startswith(prefix)), "")
    if (key.lower() == _MANY_VALUED) != bool(set_):
        rule = (
            "takes ForAllValues: or ForAnyValue:"
            if not set_
            else "has one value: it takes no ForAllValues: or ForAnyValue:"
        )
        raise ValueError(f"{key} {rule}.")
    name, if_exists = operator.removeprefix(set_), operator.endswith("IfExists")
    name = name.removesuffix("IfExists")
    known = _OPERATORS.get(_NEGATED.get(name, name))
    if known is None:
        raise ValueError(
            f"The sandbox does not evaluate {operator}; it has {', '.join([*_OPERATORS, *_NEGATED, 'Null'])}."
        )
    return Condition(key.lower(), values, known, name in _NEGATED, if_exists, set_)


def _check_key(key: str) -> None:
    known = {name.lower() for name in KEYS}
    if key.lower() not in known and not any(key.lower().startswith(name.lower()) for name in KEYS_OF_TAGS):
        tags = ", ".join(f"{name}…" for name in KEYS_OF_TAGS)
        raise ValueError(f"The sandbox does not evaluate {key}; it knows {', '.join(KEYS)}, {tags}.")


def _texts(key: object, values: object) -> tuple[str, ...]:
    rows = values if isinstance(values, list) else [values]
    texts = tuple(str(row).lower() if isinstance(row, bool) else row for row in rows if isinstance(row, (str, bool)))
    if not texts or len(texts) < len(rows):
        raise ValueError(f"The values of {key} are texts.")
    for text in texts:
        check_no_variable(text)
    return texts


def check_no_variable(text: str) -> None:
    """Refuse a policy variable.

    Raises:
        ValueError: the text has one.
    """
    if "${" in text:
        raise ValueError(f"The sandbox does not evaluate policy variables: {text}")
