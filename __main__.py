"""Stack configuration to one `GlobalResiliency` per traffic distribution group, and what answers where."""

from __future__ import annotations

import pulumi

from acgr_components import GlobalResiliency

config = pulumi.Config()

for name, group in config.require_object("groups").items():
    resiliency = GlobalResiliency(
        name,
        source_region=config.require("sourceRegion"),
        replica_region=config.require("replicaRegion"),
        **(group or {}),
    )
    pulumi.export(f"{name}/agents", resiliency.agents.apply(len))
    pulumi.export(f"{name}/dark_numbers", resiliency.dark_numbers)
    for label, number in resiliency.numbers.items():
        pulumi.export(f"{name}/numbers/{label}", number)
