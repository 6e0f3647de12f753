"""Programs run under Pulumi's mocks, and components that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_mocks import Deploy, deploying

from acgr_components import ArgumentsError, GlobalResiliency

REGIONS = {"source_region": "eu-west-2", "replica_region": "eu-central-1"}


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Runs a program and gives what it registered; each run has a Pulumi runtime of its own."""
    with deploying() as deploy:
        yield deploy


Complaints = Callable[..., list[str]]


def _complaints(**changed: Any) -> list[str]:
    whole: dict[str, Any] = {"traffic_distribution_group": "default", **REGIONS, **changed}
    with pytest.raises(ArgumentsError) as caught:
        GlobalResiliency("centre", **whole)
    first, *lines = str(caught.value).split("\n  ")
    assert first == 'GlobalResiliency "centre":'
    return lines


@pytest.fixture
def complaints() -> Complaints:
    """Constructs a component that is wrong and gives the lines of the error."""
    return _complaints
