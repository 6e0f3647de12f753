"""Terraform's AWS provider against the sandbox, where Terraform and the provider are installed."""

from __future__ import annotations

from typing import Any

from terraform import Terraform

NUMBER = """
resource "aws_connect_phone_number" "reception" {{
  target_arn   = "{target}"
  country_code = "GB"
  type         = "DID"
  description  = "Main line"
}}
import {{
  to = aws_connect_phone_number.reception
  id = "{number}"
}}
"""

CENTRE = """
resource "aws_connect_instance" "south" {
  identity_management_type  = "CONNECT_MANAGED"
  instance_alias            = "southwind"
  inbound_calls_enabled     = true
  outbound_calls_enabled    = true
  contact_flow_logs_enabled = true
  tags                      = { team = "ops" }
}
data "aws_connect_routing_profile" "basic" {
  instance_id = aws_connect_instance.south.id
  name        = "Basic Routing Profile"
}
data "aws_connect_security_profile" "agent" {
  instance_id = aws_connect_instance.south.id
  name        = "Agent"
}
resource "aws_connect_contact_flow" "welcome" {
  instance_id = aws_connect_instance.south.id
  name        = "Welcome"
  type        = "CONTACT_FLOW"
  description = "Greets"
  content = jsonencode({
    Version     = "2019-10-30"
    StartAction = "bye"
    Actions     = [{ Identifier = "bye", Type = "DisconnectParticipant", Parameters = {}, Transitions = {} }]
  })
}
resource "aws_connect_user" "dora" {
  instance_id          = aws_connect_instance.south.id
  name                 = "dora.deal"
  password             = "Sandbox-2026"
  routing_profile_id   = data.aws_connect_routing_profile.basic.routing_profile_id
  security_profile_ids = [data.aws_connect_security_profile.agent.security_profile_id]
  identity_info {
    first_name = "Dora"
    last_name  = "Deal"
  }
  phone_config {
    after_contact_work_time_limit = 10
    phone_type                    = "SOFT_PHONE"
  }
}
resource "aws_connect_phone_number" "desk" {
  target_arn   = aws_connect_instance.south.arn
  country_code = "GB"
  type         = "DID"
  prefix       = "+4420794601"
  tags         = { team = "ops" }
}
"""


def test_import_and_move(terraform: Terraform, names: Any, sandbox: Any, set_switches: Any) -> None:
    """A number is imported and moved to a TDG; each time the next plan is clean, though the move left it dark."""
    set_switches(claim_seconds=0.0)
    for target in (names.instance_arn(), names.group()):
        terraform.apply(NUMBER.format(target=target, number=names.number_id()))
        terraform.plan_is_clean()
    assert sandbox.world.number("+442079460001").target == names.group_id()
    assert ("+442079460001", "eu-west-2") in sandbox.dark_numbers()
    assert sandbox.counters.calls("UpdatePhoneNumber") == 1
    assert sandbox.counters.calls("ReleasePhoneNumber") == 0


def test_a_centre(terraform: Terraform, sandbox: Any, set_switches: Any) -> None:
    """Instance, flow, user and number are made, changed in place, found unchanged by the next plan, and destroyed."""
    set_switches(claim_seconds=0.0, instance_seconds=0.0)
    terraform.apply(CENTRE)
    terraform.apply(CENTRE.replace("Greets", "Says hello").replace('"Dora"', '"Theodora"').replace('"ops"', '"desk"'))
    terraform.plan_is_clean()
    world = sandbox.world
    south, dora = world.instance("southwind"), world.user("dora.deal")
    assert (south.tags, dora.first_name) == ({"team": "desk"}, "Theodora")
    assert world.flow("Welcome").description == "Says hello"
    assert [number.e164 for number in world.numbers_on(south.id)] == ["+442079460100"]
    terraform.destroy()
    assert south.id not in sandbox.world.instances
    assert list(sandbox.world.released) == ["+442079460100"]
