"""What a stack stores of a resource, as one declarative list: outputs, parsing and the page on state come from it.

The state of a resource is a frozen dataclass whose fields carry the metadata `stored`, the fields of its arguments
`stored_input`. Keys are frozen: they may be added,
never renamed or removed (docs/state-format.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from acgr.runtime.inputs import Properties
from acgr_connect.model.arns import Kind, parse

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Codec:
    """How a value is stored: `read` takes it from a state, `write` puts it there."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


PLAIN = Codec(_same, _same)
"""Text, or plain data, as it is."""

SECONDS = Codec(float, lambda seconds: round(seconds, 1))
"""A duration, to a tenth of a second."""

NAMES = Codec(tuple, list)
"""A list of texts."""

SORTED_NAMES = Codec(lambda names: tuple(names or ()), sorted)
"""A list of texts whose order means nothing."""

TEXTS = Codec(_same, dict)
"""A mapping of text to text."""


def arn(*kinds: Kind) -> Codec:
    """An ARN of one of these kinds, as text."""
    return Codec(lambda text: parse(text, *kinds), str)


def arn_or_none(*kinds: Kind) -> Codec:
    """The same; the empty text where there is none."""
    return Codec(lambda text: parse(text, *kinds) if text else None, lambda found: str(found) if found else "")


def arns(*kinds: Kind) -> Codec:
    """A mapping of text to an ARN of one of these kinds."""
    return Codec(
        lambda texts: {key: parse(text, *kinds) for key, text in texts.items()},
        lambda found: {key: str(value) for key, value in found.items()},
    )


@dataclass(frozen=True)
class Stored:
    """One stored output.

    Attributes:
        key: its name in the state.
        codec: how its value is stored.
        says: what it holds, for the page on state.
        added_later: whether states of an earlier release lack it.
        tells: the inputs whose value it shows: it is secret where one of them is.
        stays: whether an update in place leaves it as it is.
    """

    key: str
    codec: Codec
    says: str
    added_later: bool = False
    tells: tuple[str, ...] = ()
    stays: bool = False


def stored(
    key: str,
    codec: Codec,
    says: str,
    *,
    added_later: bool = False,
    tells: tuple[str, ...] = (),
    stays: bool = False,
) -> dict[str, Any]:
    """The metadata of a field of a resource's state."""
    return {"stored": Stored(key, codec, says, added_later, tells, stays)}


def stored_input(says: str, *, has_default: bool = False) -> dict[str, Any]:
    """The metadata of a field of a resource's arguments: what is stored of it.

    Args:
        says: what the stored value is, for the page on state.
        has_default: whether a value is stored where none was given.
    """
    return {"stored": says, "has_default": has_default}


class StoredState:
    """The base of every resource's state."""

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> Self:
        """From outputs."""
        return cls(**{f.name: s.codec.read(_taken(props, s)) for f, s in _declared(cls)})

    def outputs(self) -> Properties:
        """As outputs. What was added later and is not there is left out: older state stays as it is."""
        values = [(s, getattr(self, f.name)) for f, s in _declared(type(self))]
        return {s.key: s.codec.write(value) for s, value in values if not (s.added_later and value is None)}


def _taken(props: Mapping[str, Any], one: Stored) -> Any:
    return props.get(one.key) if one.added_later else props[one.key]


def _declared(state: type) -> list[tuple[Field[Any], Stored]]:
    return [(f, f.metadata["stored"]) for f in fields(state) if "stored" in f.metadata]


def keys_of(state: type[StoredState]) -> tuple[str, ...]:
    """The outputs of a resource, in order."""
    return tuple(one.key for _, one in _declared(state))


def stored_outputs(state: type[StoredState]) -> tuple[Stored, ...]:
    """All that is said of the outputs of a resource, in order."""
    return tuple(one for _, one in _declared(state))


def keys_telling(state: type[StoredState], name: str) -> list[str]:
    """The outputs that tell the value of an input."""
    return [one.key for _, one in _declared(state) if name in one.tells]


def table(args_type: type, state: type[StoredState]) -> str:
    """The table of the page on state: every stored property of a resource."""
    rows = [f"| `{f.name}` | {_kind(f)} | {f.metadata['stored']} |" for f in fields(args_type)]
    rows += [f"| `{one.key}` | output | {one.says} |" for _, one in _declared(state)]
    return "\n".join(["| Property | | Stored value |", "|---|---|---|", *rows])


def _kind(argument: Field[Any]) -> str:
    if argument.metadata["has_default"]:
        return "input, has a default"
    return "input" if argument.default is MISSING else "input, optional"
