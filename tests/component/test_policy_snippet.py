"""What `acgr policy --format pulumi` writes makes the policy that its JSON is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from acgr_cli.policy.as_pulumi import as_pulumi
from acgr_cli.policy.document import policy_of
from acgr_cli.policy.scope import Scope
from acgr_connect.aws.permissions import OPERATIONS_OF, RoleKind
from acgr_connect.model.arns import parse

if TYPE_CHECKING:
    from tests.component.conftest import Deploy

INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/2f8c5a1e-7a55-4d0b-9a3e-0d6a5f0c8b21"


@pytest.mark.parametrize("role", OPERATIONS_OF)
def test_snippet(role: RoleKind, deploy: Deploy) -> None:
    """A program that has these lines registers one managed policy."""
    policy = policy_of(role, Scope(parse(INSTANCE), "eu-central-1"), tags=True)
    [made] = deploy(lambda: exec(as_pulumi(policy, f"acgr-{role}"), {})).of("aws:iam/policy:Policy").values()
    assert made.name == f"acgr-{role}"
    assert json.loads(made.inputs["policy"]) == policy.plain()
