"""Terraform's resources for hours, queues, profiles and quick connects; and what it built, moved by acgr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sandbox_time import SandboxTime
from terraform import INSTANCE, REPLICA, SOURCE, Terraform

from acgr import PhoneNumberPlacementProvider, connected
from acgr_connect.aws.settings import Settings
from acgr_connect.scheduling.token_bucket import Rate
from acgr_sandbox import Sandbox, session_on

NUMBER = """
resource "aws_connect_phone_number" "desk" {
  target_arn   = aws_connect_instance.south.arn
  country_code = "GB"
  type         = "DID"
  lifecycle {
    ignore_changes = [target_arn]
  }
}
resource "aws_connect_contact_flow" "welcome" {
  instance_id = aws_connect_instance.south.id
  name        = "Welcome"
  type        = "CONTACT_FLOW"
  content = jsonencode({
    Version     = "2019-10-30"
    StartAction = "bye"
    Actions     = [{ Identifier = "bye", Type = "DisconnectParticipant", Parameters = {}, Transitions = {} }]
  })
}
"""

ROUTING = """
resource "aws_connect_hours_of_operation" "day" {
  instance_id = aws_connect_instance.south.id
  name        = "Day"
  description = "By day"
  time_zone   = "Europe/London"
  config {
    day = "MONDAY"
    start_time {
      hours   = 8
      minutes = 30
    }
    end_time {
      hours   = 17
      minutes = 0
    }
  }
  config {
    day = "TUESDAY"
    start_time {
      hours   = 8
      minutes = 0
    }
    end_time {
      hours   = 12
      minutes = 0
    }
  }
  tags = { team = "ops" }
}
resource "aws_connect_quick_connect" "desk" {
  instance_id = aws_connect_instance.south.id
  name        = "Desk"
  description = "The desk"
  quick_connect_config {
    quick_connect_type = "PHONE_NUMBER"
    phone_config {
      phone_number = "+442079460900"
    }
  }
  tags = { team = "ops" }
}
resource "aws_connect_queue" "sales" {
  instance_id           = aws_connect_instance.south.id
  name                  = "Sales"
  description           = "Sells"
  hours_of_operation_id = aws_connect_hours_of_operation.day.hours_of_operation_id
  max_contacts          = 5
  status                = "ENABLED"
  quick_connect_ids     = [aws_connect_quick_connect.desk.quick_connect_id]
  outbound_caller_config {
    outbound_caller_id_name      = "Southwind"
    outbound_caller_id_number_id = aws_connect_phone_number.desk.id
  }
  tags = { team = "ops" }
}
resource "aws_connect_queue" "help" {
  instance_id           = aws_connect_instance.south.id
  name                  = "Help"
  hours_of_operation_id = data.aws_connect_hours_of_operation.basic.hours_of_operation_id
}
resource "aws_connect_quick_connect" "help" {
  instance_id = aws_connect_instance.south.id
  name        = "Help"
  quick_connect_config {
    quick_connect_type = "QUEUE"
    queue_config {
      queue_id        = aws_connect_queue.help.queue_id
      contact_flow_id = aws_connect_contact_flow.welcome.contact_flow_id
    }
  }
}
resource "aws_connect_routing_profile" "agents" {
  instance_id               = aws_connect_instance.south.id
  name                      = "Agents"
  description               = "Who sells"
  default_outbound_queue_id = aws_connect_queue.sales.queue_id
  media_concurrencies {
    channel     = "VOICE"
    concurrency = 1
  }
  media_concurrencies {
    channel     = "CHAT"
    concurrency = 3
  }
  queue_configs {
    channel  = "VOICE"
    delay    = 0
    priority = 1
    queue_id = aws_connect_queue.sales.queue_id
  }
  queue_configs {
    channel  = "CHAT"
    delay    = 10
    priority = 2
    queue_id = aws_connect_queue.sales.queue_id
  }
  tags = { team = "ops" }
}
resource "aws_connect_security_profile" "agents" {
  instance_id = aws_connect_instance.south.id
  name        = "Sellers"
  description = "What sellers may do"
  permissions = ["BasicAgentAccess", "OutboundCallAccess"]
  tags        = { team = "ops" }
}
data "aws_connect_hours_of_operation" "basic" {
  instance_id = aws_connect_instance.south.id
  name        = "Basic Hours"
}
data "aws_connect_queue" "basic" {
  instance_id = aws_connect_instance.south.id
  name        = "BasicQueue"
}
"""

LOOKED_UP = """
data "aws_connect_hours_of_operation" "day" {
  instance_id           = aws_connect_instance.south.id
  hours_of_operation_id = aws_connect_hours_of_operation.day.hours_of_operation_id
}
data "aws_connect_queue" "sales" {
  instance_id = aws_connect_instance.south.id
  queue_id    = aws_connect_queue.sales.queue_id
}
data "aws_connect_quick_connect" "desk" {
  instance_id      = aws_connect_instance.south.id
  name             = aws_connect_quick_connect.desk.name
}
data "aws_connect_routing_profile" "agents" {
  instance_id = aws_connect_instance.south.id
  name        = aws_connect_routing_profile.agents.name
}
data "aws_connect_security_profile" "agents" {
  instance_id = aws_connect_instance.south.id
  name        = aws_connect_security_profile.agents.name
}
output "seen" {
  value = join(" ", [
    data.aws_connect_hours_of_operation.day.time_zone,
    data.aws_connect_queue.sales.description,
    data.aws_connect_quick_connect.desk.quick_connect_config[0].phone_config[0].phone_number,
    length(data.aws_connect_routing_profile.agents.queue_configs),
    length(data.aws_connect_security_profile.agents.permissions),
  ])
}
"""

CHANGES = {
    '"By day"': '"By light"',
    "hours   = 8": "hours   = 9",
    '"Europe/London"': '"Europe/Berlin"',
    '"Sells"': '"Sells more"',
    '"Sales"': '"Deals"',
    "max_contacts          = 5": "max_contacts          = 9",
    '"ENABLED"': '"DISABLED"',
    "quick_connect_ids     = [aws_connect_quick_connect.desk.quick_connect_id]": "quick_connect_ids     = []",
    '"Southwind"': '"The Southwind"',
    "+442079460900": "+442079460901",
    '"Who sells"': '"Who deals"',
    "concurrency = 3": "concurrency = 5",
    "delay    = 10": "delay    = 20",
    "default_outbound_queue_id = aws_connect_queue.sales": "default_outbound_queue_id = aws_connect_queue.help",
    '["BasicAgentAccess", "OutboundCallAccess"]': '["BasicAgentAccess"]',
    '"ops"': '"desk"',
}

IMPORTED = {
    "aws_connect_hours_of_operation.day": "operating-hours/Day",
    "aws_connect_queue.sales": "queue/Deals",
    "aws_connect_quick_connect.desk": "transfer-destination/Desk",
    "aws_connect_routing_profile.agents": "routing-profile/Agents",
    "aws_connect_security_profile.agents": "security-profile/Sellers",
}


def _changed(program: str) -> str:
    for old, new in CHANGES.items():
        assert old in program, old
        program = program.replace(old, new)
    return program


def _made(sandbox: Sandbox) -> dict[str, Any]:
    """What the instance is configured with, by kind and name."""
    return {f"{each.kind}/{each.name}": each for each in sandbox.world.resources.values()}


def test_from_create_to_destroy(empty: Sandbox, terraform: Terraform) -> None:
    """All are made, found unchanged, looked up, changed in place, imported, and destroyed, in one configuration."""
    before = INSTANCE + NUMBER + ROUTING
    assert 'seen = "Europe/London Sells +442079460900 2 2"' in terraform.apply(before + LOOKED_UP)
    terraform.plan_is_clean()
    made = {name: each.id for name, each in _made(empty).items()}
    after = _changed(before)
    assert "0 added, 5 changed, 0 destroyed" in terraform.apply(after)
    terraform.plan_is_clean()
    found = _made(empty)
    assert found["queue/Deals"].id == made["queue/Sales"]
    assert found["queue/Deals"].details["Status"] == "DISABLED"
    assert all(found[name].tags == {"team": "desk"} for name in IMPORTED.values())
    terraform.forget(*IMPORTED)
    instance = empty.world.instance("southwind").id
    blocks = [f'import {{\n  to = {to}\n  id = "{instance}:{found[name].id}"\n}}\n' for to, name in IMPORTED.items()]
    assert "5 imported, 0 added, 0 changed, 0 destroyed" in terraform.apply(after + "".join(blocks))
    terraform.destroy()
    assert (empty.world.instances, empty.world.resources, empty.world.numbers) == ({}, {}, {})


@pytest.fixture
def place(empty: Sandbox, tmp_path: Path) -> Callable[..., None]:
    """Create a placement in a run of acgr of its own."""
    settings = Settings(rate=Rate(2.0, 5.0), limiter_folder=tmp_path / "rate", journal_folder=tmp_path / "journal")

    def create(**inputs: str) -> None:
        with connected(session_on(empty), SandboxTime(empty.clock), settings):
            PhoneNumberPlacementProvider().create(inputs)

    return create


def test_what_it_built_is_moved(empty: Sandbox, terraform: Terraform, place: Callable[..., None]) -> None:
    """On an empty sandbox Terraform builds queues and profiles, and acgr moves the number, unless a queue holds it."""
    terraform.apply(INSTANCE + NUMBER + ROUTING)
    instance = {"InstanceId": empty.world.instance("southwind").id}
    empty.perform("ReplicateInstance", {**instance, "ReplicaRegion": REPLICA}, region=SOURCE)
    empty.perform("CreateTrafficDistributionGroup", {**instance, "Name": "retail"}, region=SOURCE)
    ((number, e164),) = ((each.id, each.e164) for each in empty.world.numbers.values())
    welcome = empty.world.flow("Welcome").id
    flow = {**instance, "PhoneNumberId": number, "ContactFlowId": welcome}
    empty.perform("AssociatePhoneNumberContactFlow", flow, region=SOURCE)
    empty.clock.advance(60)
    declared = {"phone_number": e164, "target": "retail", "flow": "Welcome", "source_region": SOURCE}
    with pytest.raises(Exception, match="outbound caller ID of queue 'Sales'") as caught:
        place(**declared)
    assert "a queue that calls out with it needs another number first" in str(caught.value)
    assert empty.dark_numbers() == []
    free = ROUTING.replace("    outbound_caller_id_number_id = aws_connect_phone_number.desk.id\n", "")
    terraform.apply(INSTANCE + NUMBER + free)
    place(**declared)
    assert empty.world.number(e164).target == empty.world.group("retail").id
    assert empty.dark_numbers() == []
    assert set(_made(empty)) >= {"queue/Sales", "routing-profile/Agents", "operating-hours/Day"}
    assert all(each.regions == [SOURCE, REPLICA] for each in _made(empty).values())
