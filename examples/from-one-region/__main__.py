"""From an instance in one Region to numbers and agents in two: replica, groups, numbers, agents."""

from __future__ import annotations

import pulumi

from acgr import InstanceReplica
from acgr_components import GlobalResiliency

config = pulumi.Config()
source, other = config.require("sourceRegion"), config.require("replicaRegion")

replica = InstanceReplica(
    "replica",
    instance=config.require("instance"),
    source_region=source,
    replica_region=other,
    replica_alias=config.get("replicaAlias"),
)

for name, group in config.require_object("groups").items():
    centre = GlobalResiliency(
        name,
        traffic_distribution_group={
            "name": name,
            "instance": replica,  # the group is made once the instance is replicated
            "description": group.get("description"),
            "tags": group.get("tags"),
        },
        source_region=source,
        replica_region=other,
        numbers=group["numbers"],
        agents=group["agents"],
    )
    pulumi.export(f"{name}/group", centre.traffic_distribution_group_arn)
    pulumi.export(f"{name}/dark_numbers", centre.dark_numbers)

pulumi.export("replica", replica.replica_arn)
