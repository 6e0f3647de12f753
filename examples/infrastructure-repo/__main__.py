"""The contact centres of a stack: which numbers and agents each of them has is in the stack's configuration."""

from __future__ import annotations

import pulumi
from components import ContactCentre, Regions
from providers import NumberPlan

config = pulumi.Config()
regions = Regions(**config.require_object("regions"))
centres = config.require_object("centres")

plan = NumberPlan(
    "number-plan",
    ranges=config.require_object("ranges"),
    numbers=sorted(number for centre in centres.values() for number in centre["numbers"]),
)

for name, centre in centres.items():
    made = ContactCentre(name, regions, **centre, protect=config.get_bool("protect") or False)
    pulumi.export(name, {"dark": made.dark_numbers, "agents": made.agents})
