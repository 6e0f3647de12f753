"""The instance that a resource declares: read, and compared with the one that the state has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from acgr.runtime.inputs import known
from acgr.runtime.name_checks import NameChanged
from acgr_connect.instances.find import find_instance
from acgr_connect.model.arns import Arn, is_arn
from acgr_connect.model.errors import Conflict, ErrorContext
from acgr_connect.model.identifiers import identifier, is_name
from acgr_connect.model.records import Instance, last_part
from acgr_connect.world.connection import Connection


def declared_instance(connection: Connection, props: Mapping[str, Any]) -> Instance:
    """The source instance that the inputs mean. This is the border: what was written is read here."""
    written = identifier(props["instance"], "instance")
    return find_instance(connection, written, props.get("source_region"))


def may_be(state: Arn, written: Any, as_before: Any) -> bool:
    """Whether what is written may stand for the state's instance. Pure: an alias is not looked up."""
    if not isinstance(written, str) or not known(written) or written == as_before:
        return True
    return written in {state.id, str(state)} or is_name(written)


def changed_instance(connection: Connection, state: Arn, props: Mapping[str, Any]) -> Iterator[NameChanged]:
    """Whether the alias of an instance stands for another one than the state has."""
    written = props["instance"]
    if not isinstance(written, str) or not is_name(written) or not known(props.get("source_region")):
        return
    if (found := declared_instance(connection, props).source) != state:
        yield NameChanged(f"{written!r} is another instance, {found}", "instance")


def require_same_instance(state: Arn, found: Arn, context: ErrorContext) -> None:
    """Refuse to act on another instance than the state has.

    Raises:
        Conflict: it is another one.
    """
    if found != state:
        cause = f"the state has {state}, and what is declared is {found}"
        raise context.error(Conflict, cause, "run again: it is replaced")


def ways_to_write(written: Any) -> str:
    """How a declared instance is compared with others as it is written: by its id where that can be seen."""
    text = written if isinstance(written, str) else ""
    return last_part(text) if is_arn(text) else text
