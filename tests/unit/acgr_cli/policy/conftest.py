"""A contact centre to write policies for."""

from __future__ import annotations

import pytest

from acgr_cli.policy.scope import Scope
from acgr_connect.model.arns import Arn, parse

INSTANCE = "2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21"
GROUP = "8a1b7c52-4e0f-4c0d-8a52-b1f0a7e4c9d3"
NUMBER = "5d2e9f10-3b6c-4a77-9c41-7e8d2a0b1c6f"


@pytest.fixture
def source() -> Arn:
    """The source instance."""
    return parse(f"arn:aws:connect:eu-west-2:111122223333:instance/{INSTANCE}", "instance")


@pytest.fixture
def scope(source: Arn) -> Scope:
    """The whole contact centre."""
    return Scope(source, "eu-central-1")


@pytest.fixture
def part(source: Arn) -> Scope:
    """One group and one number of it."""
    groups = (source.beside("traffic-distribution-group", GROUP),)
    return Scope(source, "eu-central-1", groups, (source.beside("phone-number", NUMBER),))
