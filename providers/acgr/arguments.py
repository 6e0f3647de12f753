"""How constructors take arguments: `(name, args, opts)` or keywords, as pulumi_aws does; labels and identities."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pulumi

from acgr.runtime.inputs import OBJECT_AS_TEXT, is_object_as_text, objects_as_text
from acgr_connect.model.arns import ArnError, Kind, parse
from acgr_connect.model.identifiers import InvalidInput
from acgr_connect.model.yaml_texts import as_it_was_read, key_as_it_was_read

Identity = pulumi.Input[str] | pulumi.Resource
"""A name, id or ARN, or the resource that has it."""


class ArgumentError(pulumi.RunError, TypeError):
    """An argument of a constructor that cannot be meant. It ends a Pulumi program without a traceback."""


def as_inputs(args_type: type, args: Any, keywords: Mapping[str, Any], *, name: str = "") -> dict[str, Any]:
    """The arguments of a constructor as a fresh mapping; an argument that was not given is None.

    Args:
        args_type: the dataclass of the resource's arguments.
        args: an instance of it, its TypedDict twin, or None.
        keywords: the same arguments as keywords.
        name: the resource's name.

    Raises:
        TypeError: both ways at once, an argument that does not exist, or a required one that is missing.
        ArgumentError: an Output or a resource stands inside an f-string.
    """
    found = given_arguments(args_type, args, keywords)
    for path in objects_as_text({"resource_name": name, **found}, "…"):
        raise ArgumentError(f"{args_type.__name__}: {_plain_path(path)}: {OBJECT_AS_TEXT}")
    return found


def _plain_path(path: str) -> str:
    """The path of an argument, `flow['eu-west-2']`, from that of an entry in a mapping of all arguments."""
    return re.sub(r"…\['(\w+)'\]", r"\1", path)


def given_arguments(args_type: type, args: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The same, whatever the arguments hold: for whoever judges them itself."""
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

    A resource of this package whose id is that attribute (`ID_IS`) is taken by its id: in a preview that changes the
    resource its outputs are not known, and its id is. So what stands on it shows no change there.

    Raises:
        TypeError: it is a resource of another kind.
    """
    if not isinstance(value, pulumi.Resource):
        return value
    if getattr(type(value), "ID_IS", None) in attributes:
        return value.id  # type: ignore[attr-defined]  # only resources that have an id say what it is
    for attribute in attributes:
        if (found := getattr(value, attribute, None)) is not None:
            return found
    raise TypeError(f"{type(value).__name__} has none of: {', '.join(attributes)}")


GROUP = ("traffic_distribution_group_arn", "arn")
"""Where resources of any package keep a traffic distribution group's ARN."""
TARGET = ("traffic_distribution_group_arn", "arn", "instance_arn")
"""Where resources keep the ARN of what a number can be placed on."""
INSTANCE = ("instance_arn", "arn")
"""Where resources keep a source instance's ARN."""
USER = ("user_arn", "arn")
"""Where resources keep a user's ARN."""
PHONE_NUMBER = ("phone_number_arn", "arn")
"""Where resources keep a phone number's ARN."""
FLOW = ("contact_flow_arn", "arn")
"""Where resources keep a flow's ARN."""


def known_id(whose: str, id_: Any, *kinds: Kind, what: str = "id") -> Any:
    """What a `get()` asks for, as far as it is known yet: an ARN of one of these kinds.

    Raises:
        ArgumentError: it has another form.
    """
    return judged_id(whose, id_, lambda text: parse(text, *kinds), what)


def judged_id(whose: str, id_: Any, shape: Callable[[str], Any], what: str = "id") -> Any:
    """The same, of any shape.

    Raises:
        ArgumentError: it has another shape.
    """
    if is_output(id_):
        return id_
    if is_object_as_text(id_):
        raise ArgumentError(f"{whose}: {what}: {OBJECT_AS_TEXT}")
    if not isinstance(id_, str):
        raise ArgumentError(f"{whose}: {what}: {id_!r} is not text{as_it_was_read(id_)}")
    try:
        shape(id_)
    except (ArnError, InvalidInput) as error:
        raise ArgumentError(f"{whose}: {what}: {error}") from None
    return id_


MAPPING_REMEDY = 'write a mapping of plain labels to users: {"alice": <the Output>}'


def by_label(users: Any) -> dict[str, Any]:
    """By label, the users; what stands in a list is its own label. None is an empty list.

    Raises:
        TypeError: it is an Output or has one among labels, which would hide the whole roster in previews; or it is
            neither a list nor a mapping.
        ValueError: a list names a user twice.
    """
    if is_open(users):
        raise TypeError(f"users is an Output, which would hide all agents in previews; {MAPPING_REMEDY}")
    if users is None:
        return {}
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
        raise TypeError(f"{where} is {value!r}, and text is needed{key_as_it_was_read(value)}")
    return value


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}" if isinstance(value, pulumi.Resource) else "an Output"


def is_output(value: Any) -> bool:
    """Whether a value may not be known yet."""
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def is_output_as_text(value: Any) -> bool:
    """Whether a text is what Python makes of an Output inside an f-string."""
    return is_object_as_text(value)


def is_open(value: Any) -> bool:
    """Whether a value is not known yet, or is what Python makes of that inside an f-string."""
    return is_output(value) or is_output_as_text(value)
