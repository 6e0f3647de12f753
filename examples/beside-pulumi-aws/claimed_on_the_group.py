"""The number is claimed on its group: nothing ever moves it. Recommended."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from centre import INSTANCE, REPLICA, SOURCE, make_reception

from acgr import TrafficDistributionGroup
from acgr_components import GlobalResiliency

flow, agent = make_reception()
group = TrafficDistributionGroup("reception", instance=INSTANCE, name="reception")

number = aws.connect.PhoneNumber(
    "desk",
    target_arn=group.traffic_distribution_group_arn,
    country_code="GB",
    type="DID",
)

reception = GlobalResiliency(
    "reception",
    traffic_distribution_group=group,
    source_region=SOURCE,
    replica_region=REPLICA,
    numbers={"desk": {"phone_number": number, "flow": flow, "return_to": "leave"}},
    agents={"dora": agent},
)

pulumi.export("number", number.phone_number)
pulumi.export("dark_numbers", reception.dark_numbers)
