"""How constructors take arguments: `(name, args, opts)` or keywords, as pulumi_aws does; labels and identities."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pulumi

Identity = pulumi.Input[str] | pulumi.Resource
"""A name, id or ARN, or the resource that has it."""


def as_inputs(args_type: type, args: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a constructor as a fresh mapping; an argument that was not given is None.

    Args:
        args_type: the dataclass of the resource's arguments.
        args: an instance of it, its TypedDict twin, or None.
        keywords: the same arguments as keywords.

    Raises:
        TypeError: both ways at once, an argument that does not exist, or a required one that is missing.
    """
    if args is not None and keywords:
        raise TypeError(f"give {args_type.__name__} or keywords ({', '.join(sorted(keywords))}), not both")
    if args is None or isinstance(args, Mapping):
        args = args_type(**_known(args_type, args if args is not None else keywords))
    if not isinstance(args, args_type) or not is_dataclass(args):
        raise TypeError(f"args is a {args_type.__name__} or a mapping, not {type(args).__name__}")
    return {field.name: getattr(args, field.name) for field in fields(args)}


def _known(args_type: type, given: Mapping[str, Any]) -> Mapping[str, Any]:
    names = [field.name for field in fields(args_type)]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise TypeError(f"{args_type.__name__} has no {', '.join(unknown)}; it has: {', '.join(names)}")
    return given


def identity(value: Any, *attributes: str) -> Any:
    """What identifies an object: the value itself or, for a Pulumi resource, the first of these attributes it has.

    Raises:
        TypeError: it is a resource of another kind.
    """
    if not isinstance(value, pulumi.Resource):
        return value
    for attribute in attributes:
        if (found := getattr(value, attribute, None)) is not None:
            return found
    raise TypeError(f"{type(value).__name__} has none of: {', '.join(attributes)}")


GROUP = ("traffic_distribution_group_arn", "arn")
"""Where resources of any package keep a traffic distribution group's ARN."""
TARGET = ("traffic_distribution_group_arn", "arn", "instance_arn")
"""Where resources keep the ARN of what a number can be placed on."""
USER = ("user_arn", "arn")
"""Where resources keep a user's ARN."""
PHONE_NUMBER = ("phone_number_arn", "arn")
"""Where resources keep a phone number's ARN."""
FLOW = ("contact_flow_arn", "arn")
"""Where resources keep a flow's ARN."""

MAPPING_REMEDY = 'write a mapping of plain labels to users: {"alice": <the Output>}'


def by_label(users: Any) -> dict[str, Any]:
    """By label, the users; what stands in a list is its own label.

    Raises:
        TypeError: it is an Output or has one among labels, which would hide the whole roster in previews; or it is
            neither a list nor a mapping.
        ValueError: a list names a user twice.
    """
    if is_open(users):
        raise TypeError(f"users is an Output, which would hide all agents in previews; {MAPPING_REMEDY}")
    if isinstance(users, Mapping):
        return {_label(label): identity(user, *USER) for label, user in users.items()}
    if not isinstance(users, Sequence) or isinstance(users, str):
        raise TypeError(f"users is a list of users or a mapping of labels to users, not {users!r}")
    labels = [_label(user, f"users[{index}]") for index, user in enumerate(users)]
    if twice := sorted(label for label, times in Counter(labels).items() if times > 1):
        raise ValueError(f"users has {', '.join(twice)} twice")
    return {label: label for label in labels}


def _label(value: Any, where: str = "a label of users") -> str:
    if is_open(value) or isinstance(value, pulumi.Resource):
        raise TypeError(f"{where} is {_kind(value)}, and plain text is needed; {MAPPING_REMEDY}")
    if not isinstance(value, str):
        raise TypeError(f"{where} is {value!r}, and text is needed; quote it")
    return value


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}" if isinstance(value, pulumi.Resource) else "an Output"


def is_output(value: Any) -> bool:
    """Whether a value may not be known yet."""
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def is_output_as_text(value: Any) -> bool:
    """Whether a text is what Python makes of an Output inside an f-string."""
    return isinstance(value, str) and "__str__ on an Output" in value


def is_open(value: Any) -> bool:
    """Whether a value is not known yet, or is what Python makes of that inside an f-string."""
    return is_output(value) or is_output_as_text(value)
