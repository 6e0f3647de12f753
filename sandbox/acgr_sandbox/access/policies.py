"""Policies of IAM: read strictly, and asked about one action on one resource. Pure.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .conditions import Condition, Context, Null, check_no_variable, pattern, read_conditions

Decision = Literal["allowed", "not allowed", "denied"]
"""`not allowed`: no statement says so; `denied`: one says that it may not be."""

VERSIONS = ("2012-10-17", "2008-10-17")
LONGEST = 131_072
"""Characters of a policy's JSON: more than any that IAM takes."""

_MEMBERS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_SID = re.compile(r"[A-Za-z0-9]*")


@dataclass(frozen=True)
class _Texts:
    """What Action or Resource names, or all but that: as it is written, and with wildcards."""

    plain: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    negated: bool

    def fit(self, text: str) -> bool:
        return (text in self.plain or any(each.fullmatch(text) for each in self.patterns)) != self.negated


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    allows: bool
    actions: _Texts
    resources: _Texts
    conditions: tuple[Condition | Null, ...]

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Whether it says anything about the request."""
        fits = self.actions.fit(action.lower()) and self.resources.fit(resource)
        return fits and all(each.holds(context) for each in self.conditions)


@dataclass(frozen=True)
class Policy:
    """A policy; `document` is how it was written."""

    document: Mapping[str, object]
    statements: tuple[Statement, ...]


def decide(policies: Iterable[Policy], action: str, resource: str, context: Context) -> Decision:
    """What the policies of one caller say together: a Deny goes before any Allow."""
    allows = [
        statement.allows
        for policy in policies
        for statement in policy.statements
        if statement.applies(action, resource, context)
    ]
    if not all(allows):
        return "denied"
    return "allowed" if allows else "not allowed"


def read_policy(document: object) -> Policy:
    """A policy from its JSON.

    Raises:
        ValueError: it is none that IAM takes, or has something that the sandbox does not evaluate.
    """
    if not isinstance(document, Mapping):
        raise ValueError("A policy is a JSON object with Version and Statement.")
    unknown = sorted(map(str, document.keys() - {"Version", "Id", "Statement"}))
    if unknown:
        raise ValueError(f"A policy has no {unknown[0]}.")
    if document.get("Version") not in VERSIONS:
        raise ValueError(f"A policy's Version is {VERSIONS[0]}, not {document.get('Version')!r}.")
    rows = document.get("Statement")
    rows = [rows] if isinstance(rows, Mapping) else rows
    if not isinstance(rows, list) or not rows:
        raise ValueError("A policy has a list of statements.")
    statements = tuple(_named(row, place) for place, row in enumerate(rows, 1))
    sids = [row["Sid"] for row in rows if row.get("Sid")]
    if repeated := sorted({sid for sid in sids if sids.count(sid) > 1}):
        raise ValueError(f"Two statements are called {repeated[0]}.")
    return Policy(document, statements)


def _named(row: object, place: int) -> Statement:
    try:
        return _statement(row)
    except ValueError as error:
        named = row.get("Sid") if isinstance(row, Mapping) else None
        raise ValueError(f"statement {named or place}: {error}") from None


def _statement(row: object) -> Statement:
    if not isinstance(row, Mapping):
        raise ValueError("a statement is a JSON object.")
    unknown = sorted(map(str, row.keys() - _MEMBERS))
    if unknown:
        why = ", since the policy is a role's or user's own" if unknown[0] in ("Principal", "NotPrincipal") else ""
        raise ValueError(f"a statement has no {unknown[0]}{why}.")
    if not isinstance(row.get("Sid", ""), str) or not _SID.fullmatch(row.get("Sid", "")):
        raise ValueError("a Sid is of letters and digits.")
    if row.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"Effect is Allow or Deny, not {row.get('Effect')!r}.")
    return Statement(
        row["Effect"] == "Allow",
        _texts(row, "Action"),
        _texts(row, "Resource"),
        read_conditions(row["Condition"]) if "Condition" in row else (),
    )


def _texts(row: Mapping[str, object], name: str) -> _Texts:
    given = [member for member in (name, f"Not{name}") if member in row]
    if len(given) != 1:
        raise ValueError(f"it has either {name} or Not{name}.")
    values = row[given[0]]
    rows = values if isinstance(values, list) else [values]
    texts = [text for text in rows if isinstance(text, str)]
    if not texts or len(texts) < len(rows):
        raise ValueError(f"{given[0]} is a text, or a list of texts.")
    for text in texts:
        _check(name, text)
    texts = [text.lower() for text in texts] if name == "Action" else texts
    wild = [text for text in texts if "*" in text or "?" in text]
    return _Texts(frozenset(texts) - frozenset(wild), tuple(map(pattern, wild)), given[0] != name)


def _check(name: str, text: str) -> None:
    check_no_variable(text)
    if name == "Action" and not _ACTION.fullmatch(text):
        raise ValueError(f"{text!r} is no action: one is written service:Name, such as connect:DescribeUser.")
    if name == "Resource" and text != "*" and not (text.startswith(("arn:", "*")) and text.count(":") >= 5):
        raise ValueError(f"{text!r} is no ARN.")
