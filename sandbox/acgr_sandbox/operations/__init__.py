"""What each operation of the Connect API does to the world: one module per subject, about ten lines per operation.

A handler is registered under its name by `reads`, `writes` or `writes_once` (module `registry`) as its module is
imported, works on a `Call`, and refuses with `wire.refusal`. Modules that only help others: `call`, `pagination`,
`search`, `mirroring`, `resources`.
"""

from __future__ import annotations

from . import (  # noqa: F401 (importing a module registers its operations)
    cross_region_routing,
    flow_associations,
    flow_modules,
    flow_versions,
    flows,
    group_users,
    groups,
    hierarchy,
    hours,
    instances,
    integrations,
    numbers,
    prompts,
    queues,
    quick_connects,
    routing_profiles,
    security_profiles,
    storage,
    tags,
    traffic_distribution,
    users,
    vocabularies,
)
from .call import Call
from .registry import OPERATIONS, Operation

__all__ = ["OPERATIONS", "Call", "Operation"]
