"""What pulumi_aws makes besides the number: a flow, an agent, and what an agent cannot do without."""

from __future__ import annotations

import json
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
INSTANCE = config.require("instance")
SOURCE, REPLICA = config.require("sourceRegion"), config.require("replicaRegion")


class Reception(NamedTuple):
    """The flow that answers, and who takes the calls."""

    flow: aws.connect.ContactFlow
    agent: aws.connect.User


def make_reception() -> Reception:
    """The reception of the instance, without its number."""
    instance_id = INSTANCE.rsplit("/", 1)[-1]
    flow = aws.connect.ContactFlow(
        "reception",
        instance_id=instance_id,
        name="Reception",
        content=json.dumps(
            {
                "Version": "2019-10-30",
                "StartAction": "bye",
                "Actions": [
                    {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
                ],
            }
        ),
    )

    hours = aws.connect.HoursOfOperation(
        "weekdays",
        instance_id=instance_id,
        name="Weekdays",
        time_zone="Europe/London",
        configs=[
            {"day": day, "start_time": {"hours": 8, "minutes": 0}, "end_time": {"hours": 18, "minutes": 0}}
            for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
        ],
    )
    queue = aws.connect.Queue(
        "reception",
        instance_id=instance_id,
        name="Reception",
        hours_of_operation_id=hours.hours_of_operation_id,
    )
    routing = aws.connect.RoutingProfile(
        "reception",
        instance_id=instance_id,
        name="Reception",
        description="Calls of the reception",
        default_outbound_queue_id=queue.queue_id,
        media_concurrencies=[{"channel": "VOICE", "concurrency": 1}],
        queue_configs=[{"channel": "VOICE", "delay": 0, "priority": 1, "queue_id": queue.queue_id}],
    )
    security = aws.connect.SecurityProfile(
        "receptionist",
        instance_id=instance_id,
        name="Receptionist",
        permissions=["BasicAgentAccess"],
    )
    agent = aws.connect.User(
        "dora",
        instance_id=instance_id,
        name="dora.deal",
        routing_profile_id=routing.routing_profile_id,
        security_profile_ids=[security.security_profile_id],
        identity_info={"first_name": "Dora", "last_name": "Deal"},
        phone_config={"phone_type": "SOFT_PHONE", "after_contact_work_time_limit": 10},
    )
    return Reception(flow, agent)
