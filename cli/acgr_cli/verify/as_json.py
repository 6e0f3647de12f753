"""The outcome as JSON, version 1: `docs/verify.schema.json` describes it. Pure.

Members may be added. None is renamed, removed or given another meaning without another version. Nothing is cut.
"""

from __future__ import annotations

import json
from typing import Any

from acgr_connect.calls import CallResult
from acgr_connect.model.clock import utc
from acgr_connect.survey.records import Unread

from .outcome import Outcome

VERSION = 1


def as_json(outcome: Outcome) -> str:
    """The outcome as a JSON document."""
    return json.dumps(_document(outcome), indent=2, ensure_ascii=False) + "\n"


def _document(outcome: Outcome) -> dict[str, Any]:
    pair = outcome.pair
    return {
        "version": VERSION,
        "at": utc(outcome.at),
        "instance": {"alias": pair.alias, "arns": {arn.region: str(arn) for arn in pair.instances}},
        "source_region": pair.source.region,
        "replica_region": pair.replica.region if pair.replica else None,
        "exit_code": outcome.exit_code,
        "summary": outcome.counts,
        "findings": [one.as_data() for one in outcome.findings],
        "unread": [_unread(one) for one in outcome.unread],
        "not_judged": outcome.not_judged,
        "restored": None if outcome.restored is None else [one.as_data() for one in outcome.restored],
        "calls": None if outcome.calls is None else [_call(one) for one in outcome.calls],
    }


def _unread(one: Unread) -> dict[str, str]:
    return {"what": one.what, "action": one.action, "region": one.region, "why": one.why.value, "text": one.text}


def _call(one: CallResult) -> dict[str, Any]:
    return {
        "number": one.call.e164,
        "region": one.call.region,
        "status": one.status or None,
        "answered": one.is_answered,
        "why": one.why or None,
        "began": utc(one.began) if one.began else None,
        "seconds": one.seconds,
    }
