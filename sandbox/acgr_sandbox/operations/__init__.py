"""What each operation of the Connect API does to the world, about ten lines each."""

from __future__ import annotations

from . import associations, distribution, flows, groups, instances, members, numbers, tags, users
from .call import Call
from .registry import OPERATIONS, Operation

__all__ = [
    "OPERATIONS",
    "Call",
    "Operation",
    "associations",
    "distribution",
    "flows",
    "groups",
    "instances",
    "members",
    "numbers",
    "tags",
    "users",
]
