"""An outcome is the same whichever way it is written, and each way is what its readers take."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from outcomes import AWKWARD, DENIED, DOWN, EVERYTHING, REPLICA, SOUND, SOURCE, finding, outcome
from rich.console import Console

from acgr_cli.exit_codes import DONE, FOUND, PARTIAL
from acgr_cli.verify.as_json import as_json
from acgr_cli.verify.as_junit import as_junit
from acgr_cli.verify.as_markdown import as_markdown
from acgr_cli.verify.as_sarif import as_sarif
from acgr_cli.verify.as_table import MOST, lines, show
from acgr_cli.verify.outcome import Outcome
from acgr_connect.survey.findings.finding import Severity
from acgr_connect.survey.findings.kinds import KINDS

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "verify.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("written", [EVERYTHING, SOUND], ids=["everything", "nothing"])
def test_json_fits_the_schema(written: Outcome) -> None:
    """Whatever there is fits the schema."""
    Draft202012Validator.check_schema(SCHEMA)
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(as_json(written)))] == []


def test_the_schema_says_everything() -> None:
    """No member is written that the schema does not describe."""

    def closed(schema: Any) -> Any:
        if isinstance(schema, dict):
            inner = {key: closed(value) for key, value in schema.items()}
            return {**inner, "additionalProperties": False} if "properties" in inner else inner
        return [closed(one) for one in schema] if isinstance(schema, list) else schema

    strict = Draft202012Validator(closed(SCHEMA))
    assert [error.message for error in strict.iter_errors(json.loads(as_json(EVERYTHING)))] == []


def test_json_tells_all() -> None:
    """Every finding, in its order, and every text as it is."""
    written = json.loads(as_json(EVERYTHING))
    assert [one["code"] for one in written["findings"]] == [one.code for one in EVERYTHING.findings]
    assert AWKWARD in {one["where"]["name"] for one in written["findings"]}
    assert written["summary"] == EVERYTHING.counts
    assert (written["exit_code"], written["replica_region"]) == (FOUND, REPLICA)


def test_sarif() -> None:
    """The members that SARIF 2.1.0 demands, with references that lead somewhere."""
    written = json.loads(as_sarif(EVERYTHING))
    assert (written["version"], len(written["runs"])) == ("2.1.0", 1)
    [run] = written["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(KINDS)
    assert {rule["defaultConfiguration"]["level"] for rule in rules} == {"error", "warning", "note"}
    assert len(run["results"]) == len(EVERYTHING.findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        [location] = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9._~+/-]|%[0-9A-F]{2})+", uri)
        assert location["logicalLocations"][0]["fullyQualifiedName"]
    fingerprints = [one["partialFingerprints"]["finding/v1"] for one in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == len(EVERYTHING.missing)
    assert json.loads(as_sarif(SOUND))["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_junit() -> None:
    """A test case for each kind: failed, skipped for want of something, or passed; counts are right."""
    unsound = outcome(finding("ACGR201"), finding("ACGR401"), unread=(DENIED,))
    root = ElementTree.fromstring(as_junit(unsound).encode())
    [suite] = root
    by_name = {case.attrib["name"].split()[0]: case for case in suite.findall("testcase")}
    assert len(by_name) == len(KINDS) + 1
    assert [child.tag for child in suite if child.tag != "testcase"] == ["properties", "system-out", "system-err"]
    assert [child.tag for child in by_name["ACGR201"]] == ["failure"]
    assert [child.tag for child in by_name["ACGR401"]] == ["skipped"]  # it needs what could not be read
    assert [child.tag for child in by_name["ACGR404"]] == ["skipped"]
    assert [child.tag for child in by_name["ACGR110"]] == []
    assert [child.tag for child in by_name["everything"]] == ["error"]
    counts = {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
    skipped = len(suite.findall("testcase/skipped"))
    assert counts == {"tests": len(KINDS) + 1, "failures": 1, "errors": 1, "skipped": skipped}


def test_junit_of_what_does_not_fail() -> None:
    """What is less bad than what the command fails on is in the suite's output, until it is asked to fail."""
    for severity, tags in ((Severity.ERROR, []), (Severity.WARNING, ["failure"])):
        [suite] = ElementTree.fromstring(as_junit(outcome(finding("ACGR402"), fails_on=severity)))
        [case] = [one for one in suite.findall("testcase") if one.attrib["name"].startswith("ACGR402")]
        assert [child.tag for child in case] == tags
        assert ("is not well" in str(suite.findtext("system-out"))) is (not tags)


def test_junit_is_xml_whatever_a_name_holds() -> None:
    """Characters that XML cannot have are replaced."""
    root = ElementTree.fromstring(as_junit(EVERYTHING).encode())
    [case] = [one for one in root[0].findall("testcase") if one.attrib["name"].startswith("ACGR201")]
    assert AWKWARD.replace("\x00", "?") in (case[0].text or "")


def test_markdown() -> None:
    """One row a finding, whatever a name holds; nobody is called by it, and no heading or link is made of it."""
    written = as_markdown(EVERYTHING)
    rows = [line for line in written.splitlines() if line.startswith("| ") and "ACGR" in line]
    assert len(rows) == len(EVERYTHING.findings)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
    assert "@all" not in written
    assert "<x>" not in written
    assert written.count("```console") == 1


def test_plain_lines() -> None:
    """Each finding is one line that begins with severity and code, then what to do."""
    text = list(lines(EVERYTHING))
    begins = [line for line in text if re.match(r"(error|warning|info) ACGR[0-9]{3}: ", line)]
    assert len(begins) == len(EVERYTHING.findings)
    assert "  aws connect x" in text
    assert any(line.startswith("  connect:ListUsers is not allowed in eu-central-1") for line in text)
    assert "Calls: 1 of 2 were answered." in text


def test_many_of_a_kind_are_cut() -> None:
    """A person sees some of many; the commands are cut as well."""
    many = outcome(*(finding("ACGR201", f"+44207946{n:04}", command=f"aws connect {n}") for n in range(500)))
    text = list(lines(many))
    assert sum(line.startswith("error ") for line in text) == MOST
    assert f"... and {500 - MOST} more of ACGR201: --json has them all" in text
    assert sum(line.startswith("  aws ") for line in text) == MOST


def test_a_table_on_a_terminal() -> None:
    """It has colours and columns; what is to be pasted is never wrapped."""
    written = io.StringIO()
    long = "aws connect associate " + "x" * 200
    show(outcome(finding("ACGR201", command=long)), Console(file=written, force_terminal=True, width=80))
    text = re.sub(r"\x1b\[[0-9;]*m", "", written.getvalue())
    assert f"  {long}\n" in text
    assert "What, and what to do" in text
    assert "\x1b[1;31merror" in written.getvalue()


@pytest.mark.parametrize(
    ("written", "code", "verdict"),
    [
        (SOUND, DONE, "Nothing was found that keeps a failover from working"),
        (outcome(unread=(DOWN,)), PARTIAL, "As far as it could be read, nothing was found that keeps a failover from"),
        (outcome(finding("ACGR401")), DONE, "No error was found; 1 warning"),
        (outcome(finding("ACGR401"), fails_on=Severity.WARNING), FOUND, "No error was found; 1 warning"),
        (
            outcome(finding("ACGR504"), unread=(DOWN,)),
            PARTIAL,
            "As far as it could be read, no error was found; 1 info",
        ),
        (
            outcome(finding("ACGR201"), finding("ACGR110"), unread=(DENIED,)),
            FOUND,
            "A failover would not work as it should: 2 errors",
        ),
    ],
)
def test_exit_codes(written: Outcome, code: int, verdict: str) -> None:
    """What was found goes before what could not be read; the sentence says the same."""
    assert written.exit_code == code
    assert written.verdict.startswith(verdict)


def test_what_could_not_be_judged() -> None:
    """The kinds that need what could not be read are named, and no others."""
    unsound = outcome(unread=(DENIED,))
    assert unsound.not_judged == ["ACGR401", "ACGR404", "ACGR405", "ACGR603"]
    assert unsound.missing == ["connect:ListUsers is not allowed in eu-central-1 (users)"]
    assert SOURCE not in unsound.missing[0]
