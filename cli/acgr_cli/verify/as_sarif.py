"""The outcome as SARIF 2.1.0 (OASIS), for what shows the results of static analysis. Pure.

What is found is not in a file. Its place is the object in Connect, as a logical location; because GitHub's code
scanning shows nothing that has no file, there is a path too that names Region and object.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from acgr_connect.model.clock import utc
from acgr_connect.survey.findings.finding import Finding, Severity

from .outcome import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(outcome: Outcome) -> str:
    """The outcome as one run."""
    codes = list(outcome.asked)
    driver = {
        "name": "acgr verify",
        "version": outcome.version,
        "rules": [
            {
                "id": code,
                "name": code,
                "shortDescription": {"text": f"{kind.title[:1].upper()}{kind.title[1:]}."},
                "help": {"text": f"docs/findings.md says what {code} means, and what to do."},
                "defaultConfiguration": {"level": LEVELS[kind.severity]},
            }
            for code, kind in outcome.asked.items()
        ],
    }
    invocation = {
        "executionSuccessful": not outcome.unread,
        "startTimeUtc": utc(outcome.at),
        "exitCode": outcome.exit_code,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": f"{said}."}, "descriptor": {"id": "unread"}}
            for said in outcome.missing
        ],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code), outcome) for one in outcome.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _result(one: Finding, index: int, outcome: Outcome) -> dict[str, Any]:
    region = one.region or outcome.pair.source.region
    lines = [f"{one.what}.", f"{one.remedy[:1].upper()}{one.remedy[1:]}." if one.remedy else "", one.command]
    path = "/".join(quote(part, safe="+") for part in ("connect", outcome.pair.alias, region, one.name or one.code))
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": "\n".join(filter(None, lines))},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {"name": one.name, "fullyQualifiedName": one.arn or f"{region}/{one.name}", "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"finding/v1": _fingerprint(one)},
        "properties": {"region": one.region or None, "facts": dict(one.facts)},
    }


def _fingerprint(one: Finding) -> str:
    """The same for the same finding on another day: what it says may change with counts."""
    return hashlib.sha256("\n".join((one.code, one.region, one.arn or one.name)).encode()).hexdigest()[:32]
