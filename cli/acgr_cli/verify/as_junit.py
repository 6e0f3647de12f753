"""The outcome as JUnit XML: a test case for each kind of finding, for what shows test results. Pure.

A kind that was found, and is as bad as what the command fails on, is a failure; one that could not be told, for want of
something that could not be read, is skipped; what could not be read is an error of its own. What is less bad is in the
suite's output. It is valid by the strictest schema there is, that of Ant's reports (windyroad/JUnit-Schema).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from acgr_connect.model.clock import utc
from acgr_connect.survey.findings.finding import Finding

from .outcome import Outcome

SUITE = "acgr verify"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may have."""


def as_junit(outcome: Outcome) -> str:
    """The outcome as one test suite."""
    suite = Element("testsuite", name=SUITE, package="acgr", id="0", hostname=_clean(outcome.pair.alias))
    suite.set("timestamp", utc(outcome.at).rstrip("Z"))
    SubElement(suite, "properties")
    found, not_judged = outcome.by_code, set(outcome.not_judged)
    for code, kind in outcome.asked.items():
        case = SubElement(suite, "testcase", classname="acgr.verify", name=f"{code} {kind.title}", time="0")
        findings = found.get(code, [])
        if any(map(outcome.fails, findings)):
            said = findings[0].what if len(findings) == 1 else f"{len(findings)} times: {kind.title}"
            failure = SubElement(case, "failure", message=_clean(said), type=kind.severity.value)
            failure.text = _told(findings)
        elif code in not_judged:
            SubElement(case, "skipped", message=_clean(f"not known: {'; '.join(_missing_for(outcome, code))}"))
    if outcome.unread:
        case = SubElement(suite, "testcase", classname="acgr.verify", name="everything can be read", time="0")
        error = SubElement(case, "error", message=_clean(outcome.missing[0]), type="unread")
        error.text = _clean("\n".join(outcome.missing))
    _count(suite)
    SubElement(suite, "system-out").text = _told([one for one in outcome.findings if not outcome.fails(one)])
    SubElement(suite, "system-err").text = _clean("\n".join(outcome.missing))
    suites = Element("testsuites")
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", "0")


def _missing_for(outcome: Outcome, code: str) -> list[str]:
    needs = outcome.asked[code].needs
    return sorted({f"{one.operation} in {one.region}" for one in outcome.unread if one.operation in needs})


def _told(findings: Sequence[Finding]) -> str:
    return _clean("\n".join("\n".join(filter(None, (one.what, one.remedy, one.command))) + "\n" for one in findings))


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
