"""The report as JSON, version 1: `docs/preview-comment.schema.json` describes it. Pure.

Members may be added. None is renamed, removed or given another meaning without another version. Nothing is cut: what is
too long for a comment is whole here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from acgr_cli.preview.agents import AgentChange
from acgr_cli.preview.changes import Answer, NumberChange
from acgr_cli.preview.drift import Drift
from acgr_cli.preview.instances import InstanceChange
from acgr_cli.preview.report import Report, Sentence
from acgr_cli.preview.rules import Objection

VERSION = 1


def as_json(report: Report, objections: Sequence[Objection] = (), *, marker: str = "") -> str:
    """The report as a JSON document.

    Args:
        report: what the preview means.
        objections: why the change is stopped.
        marker: what stands in the hidden line of the comment instead of the stack.
    """
    document = {
        "version": VERSION,
        "stack": report.stack or None,
        "marker": marker or report.stack,
        "outcome": report.ended.value,
        "stopped": [{"kind": one.kind, "text": one.text} for one in objections],
        "failures": [_sentence(one) for one in report.failures],
        "warnings": [_sentence(one) for one in report.warnings],
        "components": [_sentence(one) for one in report.components],
        "numbers": [_number(one) for one in report.numbers],
        "agents": [_agents(one) for one in report.agents],
        "instances": [_instance(one) for one in report.instances],
        "drift": [_drift(one) for one in report.drift],
        "notes": [_sentence(one) for one in report.notes],
        "others": {type_: dict(counts) for type_, counts in report.others.by_type.items()},
        "unchanged": report.unchanged,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {"text": sentence.text, "resource": sentence.about or None, "count": sentence.count}


def _number(change: NumberChange) -> dict[str, Any]:
    return {
        "number": change.number,
        "resources": list(change.resources),
        "urns": list(change.urns),
        "effect": change.effect.value,
        "says": list(change.says),
        "from": change.start,
        "to": change.end,
        "flows": [
            {"region": one.region or None, "before": _answer(one.before), "after": _answer(one.after)}
            for one in change.flows
        ],
        "declared_afterwards": not change.is_dropped,
        "to_instance": change.to_instance,
        "dark_now": list(change.dark_now),
        "seconds": change.seconds,
    }


def _answer(answer: Answer | None) -> dict[str, Any] | None:
    return None if answer is None else {"flow": answer.flow, "reachable": answer.is_reachable}


def _agents(change: AgentChange) -> dict[str, Any]:
    return {
        "resources": list(change.resources),
        "urns": list(change.urns),
        "from": change.start,
        "to": change.end,
        "joins": list(change.joins),
        "leaves": list(change.leaves),
        "kept": list(change.kept),
        "total": change.total,
        "may_be_there": change.unsure,
        "fails": change.is_failing,
        "says": list(change.says),
    }


def _instance(change: InstanceChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "name": change.name,
        "resources": list(change.resources),
        "urns": list(change.urns),
        "fate": change.fate.value,
        "says": list(change.says),
    }


def _drift(drift: Drift) -> dict[str, Any]:
    return {"about": drift.about, "urn": drift.urn, "says": list(drift.says), "dark": list(drift.dark)}
