"""Terraform's resources for flow modules, the hierarchy of users, storage, integrations and vocabularies."""

from __future__ import annotations

from terraform import INSTANCE, SOURCE, Terraform

from acgr_sandbox import Sandbox

STACK = """
resource "aws_connect_contact_flow_module" "hours" {
  instance_id = aws_connect_instance.south.id
  name        = "Opening hours"
  description = "Are we open?"
  content = jsonencode({
    Version     = "2019-10-30"
    StartAction = "bye"
    Actions     = [{ Identifier = "bye", Type = "DisconnectParticipant", Parameters = {}, Transitions = {} }]
    Settings    = { InputParameters = [], OutputParameters = [], Transitions = [] }
  })
  tags = { team = "ops" }
}
resource "aws_connect_user_hierarchy_structure" "levels" {
  instance_id = aws_connect_instance.south.id
  hierarchy_structure {
    level_one {
      name = "Site"
    }
    level_two {
      name = "Team"
    }
  }
}
resource "aws_connect_user_hierarchy_group" "site" {
  instance_id = aws_connect_instance.south.id
  name        = "London"
  tags        = { team = "ops" }
  depends_on  = [aws_connect_user_hierarchy_structure.levels]
}
resource "aws_connect_user_hierarchy_group" "billing" {
  instance_id     = aws_connect_instance.south.id
  name            = "Billing"
  parent_group_id = aws_connect_user_hierarchy_group.site.hierarchy_group_id
}
data "aws_connect_routing_profile" "basic" {
  instance_id = aws_connect_instance.south.id
  name        = "Basic Routing Profile"
}
data "aws_connect_security_profile" "agent" {
  instance_id = aws_connect_instance.south.id
  name        = "Agent"
}
resource "aws_connect_user" "dora" {
  instance_id          = aws_connect_instance.south.id
  name                 = "dora.deal"
  routing_profile_id   = data.aws_connect_routing_profile.basic.routing_profile_id
  security_profile_ids = [data.aws_connect_security_profile.agent.security_profile_id]
  hierarchy_group_id   = aws_connect_user_hierarchy_group.billing.hierarchy_group_id
  identity_info {
    first_name = "Dora"
    last_name  = "Deal"
  }
  phone_config {
    after_contact_work_time_limit = 10
    phone_type                    = "SOFT_PHONE"
  }
}
resource "aws_connect_instance_storage_config" "calls" {
  instance_id   = aws_connect_instance.south.id
  resource_type = "CALL_RECORDINGS"
  storage_config {
    storage_type = "S3"
    s3_config {
      bucket_name   = "southwind-calls"
      bucket_prefix = "calls"
      encryption_config {
        encryption_type = "KMS"
        key_id          = "arn:aws:kms:eu-west-2:111122223333:key/0f0e0d0c-0000-4000-8000-000000000001"
      }
    }
  }
}
resource "aws_connect_instance_storage_config" "records" {
  instance_id   = aws_connect_instance.south.id
  resource_type = "CONTACT_TRACE_RECORDS"
  storage_config {
    storage_type = "KINESIS_FIREHOSE"
    kinesis_firehose_config {
      firehose_arn = "arn:aws:firehose:eu-west-2:111122223333:deliverystream/records"
    }
  }
}
resource "aws_connect_instance_storage_config" "media" {
  instance_id   = aws_connect_instance.south.id
  resource_type = "MEDIA_STREAMS"
  storage_config {
    storage_type = "KINESIS_VIDEO_STREAM"
    kinesis_video_stream_config {
      prefix                 = "media"
      retention_period_hours = 2
      encryption_config {
        encryption_type = "KMS"
        key_id          = "arn:aws:kms:eu-west-2:111122223333:key/0f0e0d0c-0000-4000-8000-000000000001"
      }
    }
  }
}
resource "aws_connect_lambda_function_association" "lookup" {
  instance_id  = aws_connect_instance.south.id
  function_arn = "arn:aws:lambda:eu-west-2:111122223333:function:lookup"
}
resource "aws_connect_bot_association" "guide" {
  instance_id = aws_connect_instance.south.id
  lex_bot {
    lex_region = "eu-west-2"
    name       = "Guide"
  }
}
resource "aws_connect_vocabulary" "places" {
  instance_id   = aws_connect_instance.south.id
  name          = "places"
  language_code = "en-GB"
  content       = "Phrase\\tIPA\\tSoundsLike\\tDisplayAs\\nLeeds\\t\\tleeds\\tLeeds\\n"
  tags          = { team = "ops" }
}
"""

LOOKED_UP = """
data "aws_connect_prompt" "beep" {
  instance_id = aws_connect_instance.south.id
  name        = "Beep.wav"
}
data "aws_connect_contact_flow_module" "hours" {
  instance_id = aws_connect_instance.south.id
  name        = aws_connect_contact_flow_module.hours.name
}
data "aws_connect_user_hierarchy_structure" "levels" {
  instance_id = aws_connect_user_hierarchy_structure.levels.instance_id
}
data "aws_connect_user_hierarchy_group" "billing" {
  instance_id = aws_connect_instance.south.id
  name        = aws_connect_user_hierarchy_group.billing.name
}
data "aws_connect_instance_storage_config" "calls" {
  instance_id    = aws_connect_instance.south.id
  association_id = aws_connect_instance_storage_config.calls.association_id
  resource_type  = "CALL_RECORDINGS"
}
data "aws_connect_lambda_function_association" "lookup" {
  instance_id  = aws_connect_instance.south.id
  function_arn = aws_connect_lambda_function_association.lookup.function_arn
}
data "aws_connect_bot_association" "guide" {
  instance_id = aws_connect_bot_association.guide.instance_id
  lex_bot {
    name = "Guide"
  }
}
data "aws_connect_vocabulary" "places" {
  instance_id = aws_connect_instance.south.id
  name        = aws_connect_vocabulary.places.name
}
output "seen" {
  value = join(" ", [
    element(split("/", data.aws_connect_prompt.beep.arn), 2),
    data.aws_connect_contact_flow_module.hours.state,
    data.aws_connect_user_hierarchy_structure.levels.hierarchy_structure[0].level_two[0].name,
    data.aws_connect_user_hierarchy_group.billing.hierarchy_path[0].level_one[0].name,
    data.aws_connect_instance_storage_config.calls.storage_config[0].s3_config[0].bucket_name,
    element(split(":", data.aws_connect_lambda_function_association.lookup.function_arn), 6),
    data.aws_connect_bot_association.guide.lex_bot[0].lex_region,
    data.aws_connect_vocabulary.places.state,
  ])
}
"""

SEEN = "prompt ACTIVE Team London southwind-calls lookup eu-west-2 ACTIVE"

CHANGES = {
    '"Are we open?"': '"Who is there?"',
    '"Opening hours"': '"Hours"',
    '"bye"': '"end"',
    '"Site"': '"Place"',
    '"London"': '"Leeds"',
    '"southwind-calls"': '"southwind-voice"',
    "deliverystream/records": "deliverystream/more",
    "retention_period_hours = 2": "retention_period_hours = 4",
    '"ops"': '"desk"',
}

IMPORTED = {
    "aws_connect_contact_flow_module.hours": "{instance}:{module}",
    "aws_connect_user_hierarchy_structure.levels": "{instance}",
    "aws_connect_user_hierarchy_group.site": "{instance}:{site}",
    "aws_connect_instance_storage_config.calls": "{instance}:{calls}:CALL_RECORDINGS",
    "aws_connect_lambda_function_association.lookup": "{instance},{function}",
    "aws_connect_bot_association.guide": "{instance}:Guide:eu-west-2",
    "aws_connect_vocabulary.places": "{instance}:{vocabulary}",
}


def _changed(program: str) -> str:
    for old, new in CHANGES.items():
        assert old in program, old
        program = program.replace(old, new)
    return program


def _ids(sandbox: Sandbox) -> dict[str, str]:
    """What the ids of imported resources are made of."""
    world = sandbox.world
    instance = world.instance("southwind")
    kinds = {kept["ResourceType"]: id for id, kept in instance.storage[SOURCE].items()}
    return {
        "instance": instance.id,
        "module": world.resource("Hours", "flow-module").id,
        "site": world.resource("Leeds", "agent-group").id,
        "calls": kinds["CALL_RECORDINGS"],
        "function": instance.functions[SOURCE][0],
        "vocabulary": world.resource("places", "vocabulary").id,
    }


def test_from_create_to_destroy(empty: Sandbox, terraform: Terraform) -> None:
    """All are made, found unchanged, looked up, changed in place, imported, and destroyed; the instance stays."""
    before = INSTANCE + STACK
    assert f'seen = "{SEEN}"' in terraform.apply(before + LOOKED_UP)
    terraform.plan_is_clean()
    module = empty.world.resource("Opening hours", "flow-module").id
    after = _changed(before)
    assert "0 added, 7 changed, 0 destroyed" in terraform.apply(after)
    terraform.plan_is_clean()
    instance, group = empty.world.instance("southwind"), empty.world.resource("Billing", "agent-group")
    assert empty.world.resource("Hours", "flow-module").id == module
    assert empty.world.user("dora.deal").details["HierarchyGroupId"] == group.id
    assert empty.world.resource("places", "vocabulary").tags == {"team": "desk"}
    assert "southwind-voice" in str(instance.storage[SOURCE])
    terraform.forget(*IMPORTED)
    known = _ids(empty)
    blocks = [f'import {{\n  to = {to}\n  id = "{id.format(**known)}"\n}}\n' for to, id in IMPORTED.items()]
    assert "7 imported, 0 added, 0 changed, 0 destroyed" in terraform.apply(after + "".join(blocks))
    terraform.plan_is_clean()
    assert "0 added, 0 changed, 11 destroyed" in terraform.apply(INSTANCE)
    instance = empty.world.instance("southwind")
    assert (instance.storage, instance.functions, instance.bots) == ({SOURCE: {}}, {SOURCE: []}, {SOURCE: []})
    assert not {"flow-module", "agent-group", "vocabulary"} & {each.kind for each in empty.world.resources.values()}
    assert empty.world.resource("", "agent-group-level").details == {}
    assert empty.world.users == {}
