"""A policy as IAM takes it."""

from __future__ import annotations

import json

from .document import Policy


def as_json(policy: Policy) -> str:
    """The JSON of the policy, with a line break at its end."""
    return json.dumps(policy.plain(), indent=2) + "\n"
