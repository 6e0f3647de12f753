"""What each operation of the Connect API does to the world, about ten lines each."""

from __future__ import annotations

from . import (
    associations,
    claims,
    distribution,
    flow_changes,
    flows,
    groups,
    instances,
    members,
    numbers,
    profiles,
    replication,
    tags,
    user_changes,
    users,
)
from .call import Call
from .registry import OPERATIONS, Operation

__all__ = [
    "OPERATIONS",
    "Call",
    "Operation",
    "associations",
    "claims",
    "distribution",
    "flow_changes",
    "flows",
    "groups",
    "instances",
    "members",
    "numbers",
    "profiles",
    "replication",
    "tags",
    "user_changes",
    "users",
]
