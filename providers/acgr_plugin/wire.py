"""Property values as they travel, and as the logic of the resources takes them.

The logic knows no secrets. So a value arrives without them, and what was secret is secret again on the way out: an
input, and every output that tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.output import UNKNOWN, Unknown

from acgr.runtime.fields import StoredState, keys_telling
from acgr_connect.model.property_names import camel, snake

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that says what kind of value a mapping stands for."""
SECRET, OUTPUT, RESOURCE = (
    "1b47061264138c4ac30d75fd1eb44270",
    "d0e6a833031e9bbcd3f4e8bde6ca49a4",
    "5cf8f73096256a8f31e491e813e4eb8e",
)
NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = frozenset(
    {
        NOT_KNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What stands for values that are not known yet: one for each type."""

OF_DYNAMIC = "__provider"
"""What a state of the dynamic provider has, and nobody here needs."""


@dataclass(frozen=True)
class Received:
    """Properties that arrived.

    Attributes:
        props: by name in snake_case, without secrets.
        secret: the names of those that are secret, or hold something that is.
    """

    props: dict[str, Any]
    secret: frozenset[str] = frozenset()

    @classmethod
    def of(cls, struct: Struct) -> Received:
        """From a request; the names may be those of the dynamic provider's states."""
        props, secret = dict[str, Any](), set[str]()
        for name, value in struct.fields.items():
            if name != OF_DYNAMIC:
                props[snake(name)], is_secret = _plain(value)
                secret |= {snake(name)} if is_secret else set()
        return cls(props, frozenset(secret))

    def given(self) -> Received:
        """The same without what is null: a program writes that for what it does not give."""
        return Received({name: value for name, value in self.props.items() if value is not None}, self.secret)


def packed(props: Mapping[str, Any], secret: Iterable[str] = ()) -> Struct:
    """Properties for an answer, by their names in camelCase; those that are named are secret."""
    struct, hidden = Struct(), frozenset(secret)
    for name, value in props.items():
        if value is not None:
            sent = _value(value)
            struct.fields[camel(name)].CopyFrom(_hidden(sent) if name in hidden else sent)
    return struct


def with_secrets(struct: Struct, names: Iterable[str]) -> Struct:
    """The same properties, of which those that are named are secret."""
    found = Struct()
    found.CopyFrom(struct)
    for name in names:
        if not _plain(struct.fields[name])[1]:
            found.fields[name].CopyFrom(_hidden(struct.fields[name]))
    return found


def with_outputs(struct: Struct) -> Struct:
    """The same properties, with an Output for each value that is secret or not known yet, wherever it stands.

    Of such a value, where it is none, the SDK makes one of all that it stands in.
    """
    found = Struct()
    for name, value in struct.fields.items():
        found.fields[name].CopyFrom(_with_outputs(value))
    return found


def secret_outputs(state: type[StoredState], inputs: Iterable[str]) -> set[str]:
    """These inputs, and the outputs that tell one of them."""
    names = set(inputs)
    return names.union(*(keys_telling(state, name) for name in names))


def _plain(value: Value) -> tuple[Any, bool]:
    """The value without secrets, and whether it is one or holds one."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return (UNKNOWN if value.string_value in UNKNOWNS else value.string_value), False
    if kind == "number_value":
        return (int(value.number_value) if value.number_value.is_integer() else value.number_value), False
    if kind == "bool_value":
        return value.bool_value, False
    if kind == "list_value":
        rows = [_plain(entry) for entry in value.list_value.values]
        return [entry for entry, _ in rows], any(is_secret for _, is_secret in rows)
    if kind == "struct_value":
        return _mapping(value.struct_value)
    return None, False


def _mapping(struct: Struct) -> tuple[Any, bool]:
    signature = struct.fields[SIGNATURE].string_value if SIGNATURE in struct.fields else ""
    if signature in {SECRET, OUTPUT}:
        inner, is_secret = _plain(struct.fields["value"]) if "value" in struct.fields else (UNKNOWN, False)
        is_hidden = signature == SECRET or ("secret" in struct.fields and struct.fields["secret"].bool_value)
        return inner, is_secret or is_hidden
    if signature == RESOURCE:
        return _plain(struct.fields["id" if "id" in struct.fields else "urn"])
    rows = {key: _plain(entry) for key, entry in struct.fields.items()}
    return {key: entry for key, (entry, _) in rows.items()}, any(is_secret for _, is_secret in rows.values())


def _with_outputs(value: Value) -> Value:
    kind, output = value.WhichOneof("kind"), Struct()
    output.fields[SIGNATURE].string_value = OUTPUT
    if kind == "string_value" and value.string_value in UNKNOWNS:
        return Value(struct_value=output)
    if kind == "list_value":
        found = Value()
        found.list_value.values.extend(map(_with_outputs, value.list_value.values))
        found.list_value.SetInParent()
        return found
    if kind != "struct_value":
        return value
    fields = value.struct_value.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if signature == SECRET:
        output.fields["secret"].bool_value = True
        output.fields["value"].CopyFrom(fields["value"])
        return Value(struct_value=output)
    return value if signature else Value(struct_value=with_outputs(value.struct_value))


def _value(value: Any) -> Value:
    if isinstance(value, Unknown):
        return Value(string_value=NOT_KNOWN)
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, (int, float)):
        return Value(number_value=value)
    if isinstance(value, Mapping):
        struct = Struct()
        for key, entry in value.items():
            struct.fields[key].CopyFrom(_value(entry))
        return Value(struct_value=struct)
    if isinstance(value, (list, tuple)):
        found = Value()
        found.list_value.values.extend(map(_value, value))  # an empty list is a list
        found.list_value.SetInParent()
        return found
    return Value(null_value=0) if value is None else Value(string_value=value)  # type: ignore[arg-type]


def _hidden(value: Value) -> Value:
    struct = Struct()
    struct.fields[SIGNATURE].string_value = SECRET
    struct.fields["value"].CopyFrom(value)
    return Value(struct_value=struct)
