"""A policy for Terraform: a document of the AWS provider, and a managed policy of it; as `terraform fmt` writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from .document import Condition, Policy, Statement


def as_hcl(policy: Policy, name: str) -> str:
    """The HCL; `name` is the policy's, and, with underscores, the label of both blocks."""
    label = re.sub(r"[^A-Za-z0-9_]", "_", name)
    statements = "\n".join("\n".join(_statement(each)) + "\n" for each in policy.statements)
    document = f'data "aws_iam_policy_document" "{label}" {{\n{statements}}}\n'
    reference = f"data.aws_iam_policy_document.{label}.json"
    managed = f'resource "aws_iam_policy" "{label}" {{\n  name   = {_text(name)}\n  policy = {reference}\n}}\n'
    return f"{document}\n{managed}"


def _statement(statement: Statement) -> Iterator[str]:
    yield "  statement {"
    yield f"    sid    = {_text(statement.sid)}"
    yield f"    effect = {_text(statement.effect)}"
    yield from _list("actions", statement.actions)
    yield from _list("resources", statement.resources)
    for condition in statement.conditions:
        yield ""
        yield from _condition(condition)
    yield "  }"


def _list(name: str, values: Iterable[str]) -> Iterator[str]:
    yield f"    {name} = ["
    yield from (f"      {_text(value)}," for value in values)
    yield "    ]"


def _condition(condition: Condition) -> Iterator[str]:
    values = ", ".join(map(_text, condition.values))
    yield "    condition {"
    yield f"      test     = {_text(condition.test)}"
    yield f"      variable = {_text(condition.key)}"
    yield f"      values   = [{values}]"
    yield "    }"


def _text(text: str) -> str:
    """A quoted template of HCL, with nothing in it that would be replaced."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
