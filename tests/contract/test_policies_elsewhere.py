"""What `acgr policy` writes for Terraform means to Terraform's AWS provider what its JSON says."""

from __future__ import annotations

import json
from typing import Any

from terraform import Terraform

from acgr_cli.policy.as_hcl import as_hcl
from acgr_cli.policy.document import policy_of
from acgr_cli.policy.scope import Scope
from acgr_connect.aws.permissions import OPERATIONS_OF
from acgr_connect.model.arns import parse

SCOPE = Scope(
    parse("arn:aws:connect:eu-west-2:111122223333:instance/2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21"), "eu-central-1"
)


def _normal(value: Any) -> Any:
    """Lists of one are texts, and the order of a list means nothing."""
    if isinstance(value, dict):
        return {key: _normal(each) for key, each in value.items()}
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return sorted(value)
    return [_normal(each) for each in value] if isinstance(value, list) else [value]


def test_hcl(terraform: Terraform) -> None:
    """Each role's document is the same policy."""
    policies = {role: policy_of(role, SCOPE, tags=True) for role in OPERATIONS_OF}
    program = "\n".join(as_hcl(policy, f"acgr-{role}") for role, policy in policies.items())
    planned = terraform.planned(program)
    for role, policy in policies.items():
        values = planned[f"aws_iam_policy.acgr_{role.replace('-', '_')}"]
        assert values["name"] == f"acgr-{role}"
        assert _normal(json.loads(values["policy"])) == _normal(policy.plain())
