"""A number that a queue calls out with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from numbers_there import ON_INSTANCE, SOURCE, everywhere, flows_of, home_of

from acgr import PhoneNumberPlacementProvider
from acgr_connect.world.connection import Connection
from acgr_sandbox import Sandbox

PROVIDER = PhoneNumberPlacementProvider()
DECLARED = {"phone_number": ON_INSTANCE, "target": "retail", "flow": "Main IVR", "source_region": SOURCE}


def _calls_out_with(sandbox: Sandbox, config: dict[str, Any]) -> None:
    """Set whom BasicQueue calls as."""
    world = sandbox.world
    queue = {"InstanceId": world.instance("northwind").id, "QueueId": world.resource("BasicQueue", "queue").id}
    sandbox.perform("UpdateQueueOutboundCallerConfig", {**queue, "OutboundCallerConfig": config}, region=SOURCE)


def test_a_queue_holds_it(sandbox: Sandbox, next_run: Callable[[], Connection]) -> None:
    """The number is not moved and stays answered; the error names the queue and what to do, and then it is moved."""
    _calls_out_with(sandbox, {"OutboundCallerIdNumberId": sandbox.world.number(ON_INSTANCE).id})
    before = flows_of(sandbox, ON_INSTANCE)
    next_run()
    with pytest.raises(Exception) as caught:
        PROVIDER.create(DECLARED)
    assert "'BasicQueue'" in str(caught.value)
    assert "outbound caller ID" in str(caught.value)
    assert (home_of(sandbox, ON_INSTANCE), flows_of(sandbox, ON_INSTANCE)) == ("northwind", before)
    _calls_out_with(sandbox, {})
    next_run()
    PROVIDER.create(DECLARED)
    assert (home_of(sandbox, ON_INSTANCE), flows_of(sandbox, ON_INSTANCE)) == ("retail", everywhere("Main IVR"))
