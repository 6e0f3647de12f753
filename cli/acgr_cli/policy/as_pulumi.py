"""A policy for a program of Pulumi in Python."""

from __future__ import annotations

import json
import re

from .document import Policy


def as_pulumi(policy: Policy, name: str) -> str:
    """The lines that make a managed policy with `pulumi_aws`; `name` is the resource's, and the variable's."""
    variable = re.sub(r"[^a-z0-9_]", "_", name.lower())
    # Texts, lists and dictionaries of them are written alike in JSON and in Python.
    document = json.dumps(policy.plain(), indent=4).replace("\n", "\n        ")
    return (
        "import json\n\n"
        "import pulumi_aws as aws\n\n"
        f"{variable} = aws.iam.Policy(\n"
        f"    {json.dumps(name)},\n"
        f"    policy=json.dumps(\n        {document}\n    ),\n"
        ")\n"
    )
