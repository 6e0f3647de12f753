"""One pair of instances: its groups with their numbers and agents, as many_pairs.py gives them."""

from __future__ import annotations

import pulumi

from acgr_components import GlobalResiliency

config = pulumi.Config()
regions = config.require_object("regions")

for name, group in config.require_object("groups").items():
    GlobalResiliency(
        name,
        traffic_distribution_group=name,
        source_region=regions["source"],
        replica_region=regions["replica"],
        numbers={number: {"flow": flow} for number, flow in group.get("numbers", {}).items()},
        agents=group.get("agents", []),
    )
