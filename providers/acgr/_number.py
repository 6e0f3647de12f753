"""A claimed number in a resource's state: how it may be spelled, and whether it is still claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acgr._provider import Key, known
from acgr_connect.arns import Arn
from acgr_connect.connection import Connection
from acgr_connect.errors import NotFound
from acgr_connect.ledger import Purpose
from acgr_connect.numbers import look
from acgr_connect.records import Number, last_part


@dataclass(frozen=True)
class NumberState:
    """What every state of a number has: `instance` is the one that answers for it."""

    number: Arn
    e164: str
    instance: Arn

    def is_number(self, spelled: Any) -> bool:
        """Whether any spelling stands for this number."""
        return spelled in {self.e164, self.number.id, str(self.number)}


def spellings(state: NumberState | None, props: Mapping[str, Any]) -> set[str]:
    """Every way to say which number: of the state, and of the inputs where they are known."""
    stored = {state.e164, state.number.id} if state else set()
    number = props.get("phone_number")
    return {*stored, last_part(number)} if isinstance(number, str) and known(number) else stored


def placement_keys(state: NumberState | None, props: Mapping[str, Any]) -> set[Key]:
    """Every way in which a placement says which number."""
    return {("phone-number", number) for number in spellings(state, props)}


def still_claimed(connection: Connection, number: Arn, instance: Arn | None) -> Number | None:
    """The number from this run's list, or None where it is gone and the instance in its Region was seen.

    Raises:
        NotFound: it is gone, and no instance is known that it was on.
    """
    if listed := connection.directory.numbers(number.region).get(number.id):
        return listed
    try:
        return look(connection, number, Purpose.REFRESH)
    except NotFound:
        if instance is None:
            raise
        connection.directory.instance(instance.in_region(number.region))
        return None
