"""How constructors take their arguments: `(name, args, opts)` or keywords, as pulumi_aws does."""

from __future__ import annotations

from collections.abc import Mapping
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
