"""`python -m acgr_sandbox.scenario.schema`: prints scenario.schema.json, what editors check a scenario with.

The schema says what each entry may hold. That names exist, that Regions are a pair, that a flow is not absent where a
number needs it: that only `load_scenario` can say.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from acgr_sandbox.core.models import PAIRS

from .entries import GROUP_STATUSES

Schema = dict[str, Any]

_REGION: Schema = {"enum": sorted({region for pair in PAIRS for region in pair})}
_TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_TAGS: Schema = {"type": ["object", "null"], "additionalProperties": _TEXT}
_E164: Schema = {"type": "string", "pattern": r"^\+[1-9][0-9]{1,14}$", "description": "In quotes, with its plus."}
_FLOW: Schema = {"type": ["string", "null"]}
_SHARES: Schema = {
    "type": "object",
    "propertyNames": _REGION,
    "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 100},
    "minProperties": 2,
    "maxProperties": 2,
}
_COUNTED: Schema = {"prefix": _NAME, "count": _COUNT, "digits": _COUNT, "first": _COUNT}


def schema() -> Schema:
    """The JSON schema of a scenario (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of the Amazon Connect sandbox",
        **_entry(["account"], account=_account(), source_region=_REGION, replica_region=_REGION, **_sections()),
    }


def _account() -> Schema:
    return {"type": "string", "pattern": "^[0-9]{12}$", "description": "Twelve digits, in quotes."}


def _sections() -> dict[str, Schema]:
    sections = {
        "instances": _instance(),
        "groups": _group(),
        "flows": {"anyOf": [_NAME, _flow()]},
        "users": {"anyOf": [_NAME, _user()]},
        "numbers": _number(),
        "test_cases": _test_case(),
    }
    return {name: {"type": ["array", "null"], "items": items} for name, items in sections.items()}


def _instance() -> Schema:
    return _entry(["alias"], alias=_NAME, id=_ID, region=_REGION, replicated=_FLAG)


def _group() -> Schema:
    member = {"anyOf": [_NAME, _entry(["prefix", "count"], **_COUNTED), _entry(["username"], username=_NAME)]}
    return _entry(
        ["name"],
        name=_NAME,
        id=_ID,
        default=_FLAG,
        instance=_NAME,
        description=_TEXT,
        status={"enum": list(GROUP_STATUSES)},
        tags=_TAGS,
        telephony=_SHARES,
        agents=_SHARES,
        members={"type": ["array", "null"], "items": member},
    )


def _flow() -> Schema:
    both = {
        "type": _NAME,
        "state": {"enum": ["ACTIVE", "ARCHIVED"]},
        "status": {"enum": ["PUBLISHED", "SAVED"]},
        "absent": {"type": ["array", "null"], "items": _REGION},
        "instance": _NAME,
        "description": _TEXT,
        "tags": _TAGS,
    }
    return _one_or_many(["name"], {"name": _NAME, "id": _ID, **both}, both)


def _user() -> Schema:
    both = {"instance": _NAME, "mirrored": _FLAG, "tags": _TAGS}
    one = {"username": _NAME, "id": _ID, "first_name": _TEXT, "last_name": _TEXT, **both}
    return _one_or_many(["username"], one, both)


def _one_or_many(needed: list[str], one: dict[str, Schema], many: dict[str, Schema]) -> Schema:
    return {"anyOf": [_entry(needed, **one), _entry(["prefix", "count"], **_COUNTED, **many)]}


def _number() -> Schema:
    per_region = {"type": "object", "propertyNames": _REGION, "additionalProperties": _FLOW}
    in_turn = {"type": "array", "items": _FLOW, "minItems": 1}
    return _entry(
        ["e164", "target"],
        e164=_E164,
        id=_ID,
        target=_NAME,
        flow={"anyOf": [_FLOW, per_region, in_turn]},
        description=_TEXT,
        tags=_TAGS,
        type=_NAME,
        country={"type": "string", "pattern": "^[A-Z]{2}$"},
        region=_REGION,
        outbound=_FLAG,
        count=_COUNT,
    )


def _test_case() -> Schema:
    entry = _entry(
        ["name"],
        name=_NAME,
        id=_ID,
        instance=_NAME,
        regions={"type": ["array", "null"], "items": _REGION},
        number=_E164,
        flow=_NAME,
        content=_TEXT,
        status={"enum": ["PUBLISHED", "SAVED"]},
        description=_TEXT,
        tags=_TAGS,
    )
    return {**entry, "oneOf": [{"required": ["number"]}, {"required": ["flow"]}]}


def _entry(needed: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
