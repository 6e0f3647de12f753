"""The phone numbers on a group, for whoever is about to delete it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import NotFound
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

NAMED = 10
"""Numbers that are named; of more, only how many."""


def numbers_on(connection: Connection, group: Arn, operation: Operation) -> list[Number]:
    """The numbers on a group. The list may run behind, so the first of them are each looked at."""
    api = connection.connect(group.region, Purpose.CHECK, operation.deadline)
    listed, really = api.list_phone_numbers(group), list[Number]()
    for index, number in enumerate(listed):
        if len(really) == NAMED:
            return [*really, *listed[index:]]
        with suppress(NotFound):
            if (seen := api.describe_phone_number(str(number.arn))).target == group:
                really.append(seen)
    return really


def said_of(numbers: Iterable[Number]) -> str:
    """Their digits, the first ten of them."""
    texts = sorted(number.e164 for number in numbers)
    named = ", ".join(texts[:NAMED])
    return named if len(texts) <= NAMED else f"{named} and {len(texts) - NAMED} more"
