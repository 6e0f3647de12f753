"""Places the number that Terraform claims, with the flow that Terraform makes: `terraform output -json` says which."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi

from acgr_components import GlobalResiliency

config = pulumi.Config()
outputs = json.loads(Path("terraform.json").read_text(encoding="utf-8"))
made = {name: output["value"] for name, output in outputs.items()}

reception = GlobalResiliency(
    "reception",
    traffic_distribution_group={"name": "reception", "instance": made["instance"]},
    source_region=config.require("sourceRegion"),
    replica_region=config.require("replicaRegion"),
    numbers={"desk": {"phone_number": made["number"], "flow": made["flow"]}},
)

pulumi.export("group", reception.traffic_distribution_group_arn)
pulumi.export("dark_numbers", reception.dark_numbers)
