"""One operation, one deadline, however many waits it has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from numbers_there import ON_INSTANCE, SOURCE, everywhere, flows_of, home_of

from acgr_connect.model.errors import ConnectError, Unfinished
from acgr_connect.model.identifiers import Name
from acgr_connect.model.operation import Deadline, Operation
from acgr_connect.numbers.placement import DesiredPlacement, place, resolve
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.world.connection import Connection
from acgr_sandbox import Sandbox, session_on

Switch = Callable[..., None]
Begin = Callable[[], Connection]

SECONDS = 60.0
"""What the program allows: `custom_timeouts` of one minute."""

A_LOOK = 2.0
"""Seconds that the last looks and the restored flow may take on top, at two requests a second."""


def _desired(connection: Connection) -> DesiredPlacement:
    return resolve(
        connection,
        Name(ON_INSTANCE),
        Name("retail"),
        Name("Main IVR"),
        Operation(Deadline.after(SECONDS, connection.clock)),
        source_region=SOURCE,
    )


def _describe_by_hand(sandbox: Sandbox) -> None:
    """Somebody else's operation on the number, which is IN_PROGRESS from now on."""
    client = session_on(sandbox).client("connect", region_name=SOURCE)
    number = sandbox.world.number(ON_INSTANCE)
    client.update_phone_number_metadata(PhoneNumberId=number.id, PhoneNumberDescription="Theirs")


def _refused(connection: Connection) -> tuple[ConnectError, float]:
    """How a placement within the deadline ends, and after how many seconds."""
    desired, began = _desired(connection), connection.clock.now()
    with pytest.raises(ConnectError) as caught:
        place(Restorer(connection), desired, Operation.within(SECONDS, connection.clock))
    return caught.value, connection.clock.now() - began


def test_a_claim_that_does_not_end(connection: Connection, sandbox: Sandbox, switch: Switch) -> None:
    """A move that is still under way when the deadline passes is given up then, and the next run resumes it."""
    switch(claim_seconds=600.0)
    error, took = _refused(connection)
    assert isinstance(error, Unfinished)
    assert "is still IN_PROGRESS after" in str(error)
    assert took <= SECONDS + A_LOOK


def test_waits_that_follow_each_other(
    connection: Connection, sandbox: Sandbox, switch: Switch, next_run: Begin
) -> None:
    """A group that is slow, somebody else's operation, then the claim: together they take no longer than allowed."""
    desired = _desired(connection)
    switch(metadata_seconds=50.0, claim_seconds=50.0)
    _describe_by_hand(sandbox)
    began = connection.clock.now()
    with pytest.raises(Unfinished, match="is still IN_PROGRESS after"):
        place(Restorer(connection), desired, Operation.within(SECONDS, connection.clock))
    assert connection.clock.now() - began <= SECONDS + A_LOOK
    again = next_run()
    place(Restorer(again), _desired(again), Operation.within(SECONDS, again.clock))
    assert (home_of(sandbox, ON_INSTANCE), flows_of(sandbox, ON_INSTANCE)) == ("retail", everywhere("Main IVR"))


def test_nothing_begins_after_the_deadline(connection: Connection, sandbox: Sandbox, switch: Switch) -> None:
    """Where somebody else's operation takes all the time there is, the number is left as it was."""
    switch(metadata_seconds=600.0)
    desired = _desired(connection)
    _describe_by_hand(sandbox)
    before = sandbox.counters.calls("UpdatePhoneNumber")
    began = connection.clock.now()
    with pytest.raises(ConnectError) as caught:
        place(Restorer(connection), desired, Operation.within(SECONDS, connection.clock))
    assert not isinstance(caught.value, Unfinished)
    assert connection.clock.now() - began <= SECONDS + A_LOOK
    assert (sandbox.counters.calls("UpdatePhoneNumber") - before <= 1, home_of(sandbox, ON_INSTANCE)) == (
        True,
        "northwind",
    )
