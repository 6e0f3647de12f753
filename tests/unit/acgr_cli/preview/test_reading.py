"""Every form in which a preview comes, whole, broken or not there at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from previews import PLACEMENT, declared, digest, e164, placement, said, step, streamed, urn

from acgr_cli.preview.reading import Ended, Preview, decoded, read_preview
from acgr_cli.preview.report import CUT_OFF, EMPTY, Report, report_of

OLD = placement(e164(1), "emergency", "Main IVR")
CHANGE = step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))
WARNING = said("warning", "something is odd", urn(PLACEMENT, "main"))
ERROR = said("error", "no such flow", urn(PLACEMENT, "other"))
GOOD = digest(CHANGE, said=[WARNING, said("info", "a print")])


def _same(preview: Preview) -> tuple[Any, ...]:
    return preview.steps, preview.said, preview.counts, preview.ended


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD, indent=4),
        json.dumps(GOOD),
        f"Using the passphrase of a file\n{json.dumps(GOOD, indent=4)}\nDone.\n",
        "\n\n" + json.dumps(GOOD, indent=4).replace("\n", "\r\n"),
        streamed(GOOD),
        streamed(GOOD).replace("\n", "\r\n"),
        json.dumps([json.loads(line) for line in streamed(GOOD).splitlines()]),
        "Previewing update (prod):\n" + streamed(GOOD),
    ],
    ids=["digest", "compact", "text around", "crlf", "stream", "stream crlf", "list", "text before the stream"],
)
def test_all_forms_say_the_same(text: str) -> None:
    """The document of --json, a stream of events, a list of them; with text around."""
    assert _same(read_preview(text)) == _same(read_preview(json.dumps(GOOD)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    """UTF-8 with and without a mark, and UTF-16, which PowerShell redirects into."""
    text = decoded(json.dumps(GOOD, ensure_ascii=False).encode(encoding))
    assert _same(read_preview(text)) == _same(read_preview(json.dumps(GOOD)))


def test_colours_are_taken_out() -> None:
    """Escape sequences, and the engine's own marks for colours."""
    assert decoded(b"\x1b[31merror:\x1b[0m <{%fg 1%}>no<{%reset%}>") == "error: no"


def test_configuration_is_not_read() -> None:
    """Nothing of the stack's configuration is in what was read."""
    for text in (json.dumps(GOOD), streamed(GOOD)):
        assert "acgr:roleArn" not in repr(read_preview(text))


def test_events_that_do_not_count() -> None:
    """Debugging, what is shown for a moment, what is after the preview, and events that nobody knows yet."""
    more = [
        {"diagnosticEvent": {"severity": "debug", "message": "beginning"}},
        {"diagnosticEvent": {"severity": "info", "message": "12 s", "ephemeral": True}},
        {"resourcePreEvent": {"metadata": {"op": "update", "urn": CHANGE["urn"]}}},
        {"newKindOfEvent": {}},
        {"policyLoadEvent": {}},
    ]
    text = streamed(GOOD) + "".join(json.dumps(one) + "\n" for one in more)
    assert _same(read_preview(text)) == _same(read_preview(streamed(GOOD)))


def test_policies() -> None:
    """A mandatory policy that is violated is a failure, an advisory one a warning."""
    policy = {
        "policyPackName": "pack",
        "policyName": "stay",
        "message": "number 1 goes\n",
        "resourceUrn": CHANGE["urn"],
    }
    for level, severity in (("mandatory", "error"), ("advisory", "warning")):
        event = {"policyEvent": {**policy, "enforcementLevel": level}}
        preview = read_preview(json.dumps(event) + "\n" + streamed(digest(CHANGE)))
        assert [(one.severity, one.text) for one in preview.said] == [(severity, "policy pack, stay: number 1 goes")]


def _report(text: str, **how: Any) -> Report:
    return report_of(read_preview(text), **how)


def _failures(text: str, **how: Any) -> list[str]:
    return [one.text for one in _report(text, **how).failures]


@pytest.mark.parametrize("form", [json.dumps, streamed])
def test_a_preview_that_failed(form: Any) -> None:
    """The error and its resource; that something was shut down because of it is left out."""
    bad = digest(CHANGE, said=[ERROR, said("error", "Resource monitor has terminated, shutting down")])
    text = streamed(bad, "failed") if form is streamed else form(bad)
    report = _report(text)
    assert report.ended is Ended.FAILED
    assert [(one.text, one.about) for one in report.failures] == [("no such flow", "other")]


def test_what_the_engine_puts_before_a_problem_is_left_out() -> None:
    """Type and name of the resource stand before every problem of a check, and are known."""
    text = f"{PLACEMENT} resource 'other' has a problem: flow: there is no 'Mian IVR'"
    assert _failures(json.dumps(digest(said=[said("error", text, ERROR["urn"])]))) == ["flow: there is no 'Mian IVR'"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [EMPTY]),
        ("   \n", [EMPTY]),
        ("error: no stack named 'prod' found\n", ["no stack named 'prod' found"]),
        ("Previewing update (prod):\n  + create secret=hunter2\n", [EMPTY]),
        ('{"unrelated": 1}', [EMPTY]),
        ("null", [EMPTY]),
        ('{"error": "the backend is not there"}', ["the backend is not there"]),
    ],
)
def test_no_preview_at_all(text: str, expected: list[str]) -> None:
    """Nothing, an error instead, or something else: sentences that look like errors are shown, and nothing else is."""
    report = _report(text)
    assert report.ended is Ended.FAILED
    assert [one.text for one in report.failures] == expected


def test_errors_on_standard_error() -> None:
    """They are read from a file of their own, with the lines that belong to them, and once."""
    beside = (
        "error: could not decrypt configuration key\n  caused by: passphrase\nsomething else\nerror: no such flow\n"
    )
    failures = _failures(json.dumps(digest(CHANGE, said=[ERROR])))
    assert failures == ["no such flow"]
    report = report_of(read_preview(json.dumps(digest(CHANGE, said=[ERROR])), beside))
    assert [one.text for one in report.failures] == [
        "no such flow",
        "could not decrypt configuration key\n  caused by: passphrase",
    ]


def test_an_error_beside_a_preview_that_looks_good() -> None:
    """`--expect-no-changes`, and policies, are told outside of the document; exit code 0 says that all is well."""
    beside = "error: no changes were expected but changes were proposed\n"
    preview = read_preview(json.dumps(GOOD), beside)
    assert [one.text for one in report_of(preview).failures] == ["no changes were expected but changes were proposed"]
    assert report_of(preview, exit_code=0).failures == []


def test_an_exit_code_without_a_reason() -> None:
    """A command that failed and said nothing failed all the same."""
    assert "exit code 255" in _failures(json.dumps(GOOD), exit_code=255)[0]
    assert _failures(json.dumps(GOOD), exit_code=0) == []


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("form", ["digest", "stream"])
def test_a_preview_that_was_cut_off(form: str, cut: float) -> None:
    """It is said to be incomplete, and what was read of it is there: never more than there was."""
    states = [placement(e164(n), "emergency", "Main IVR") for n in range(20)]
    steps = [step("update", PLACEMENT, f"n{n}", old, declared(old, target="retail")) for n, old in enumerate(states)]
    whole = json.dumps(digest(*steps), indent=4) if form == "digest" else streamed(digest(*steps))
    report = _report(whole[: int(len(whole) * cut)])
    assert report.ended is Ended.CUT_OFF
    assert report.failures[0].text == CUT_OFF
    assert 0 < len(report.numbers) <= 20
    assert {one.end for one in report.numbers} == {"retail"}


def test_depth_and_rubbish() -> None:
    """What no preview holds does no harm."""
    assert _report('{"steps":' + "[" * 5_000).ended is Ended.FAILED
    assert _report("{\n" * 5_000).ended is Ended.FAILED
    assert _report('{"steps": [1, null, "x"], "diagnostics": {}, "changeSummary": 3}').ended is Ended.SUCCEEDED


def test_the_stack() -> None:
    """It is in every URN; where there is none, who asks may say it."""
    assert _report(json.dumps(GOOD)).stack == "centre/prod"
    assert _report("", stack="centre/prod").stack == "centre/prod"
    assert _report("").stack == ""


def test_what_is_said_more_than_once() -> None:
    """The same sentence about the same resource is one, with a count."""
    report = _report(json.dumps(digest(CHANGE, said=[WARNING, WARNING, said("warning", "other")])))
    assert [(one.text, one.about, one.count) for one in report.warnings] == [
        ("something is odd", "main", 2),
        ("other", "", 1),
    ]


def test_everything_else_is_counted() -> None:
    """Resources of other providers, by type and operation; the stack, providers and what stays are not counted."""
    steps = [
        {"op": op, "urn": urn(type_, name)}
        for op, type_, name in [
            ("create", "aws:lambda/function:Function", "a"),
            ("create", "aws:lambda/function:Function", "b"),
            ("delete", "aws:s3/bucket:Bucket", "c"),
            ("create-replacement", "aws:s3/bucket:Bucket", "d"),
            ("replace", "aws:s3/bucket:Bucket", "d"),
            ("delete-replaced", "aws:s3/bucket:Bucket", "d"),
            ("same", "aws:s3/bucket:Bucket", "e"),
            ("same", "pulumi:pulumi:Stack", "centre-prod"),
            ("update", "pulumi:providers:aws", "default"),
            ("create", "acgr:index:GlobalResiliency", "retail"),
        ]
    ]
    report = _report(json.dumps(digest(*steps)))
    assert report.others.by_type == {
        "aws:lambda/function:Function": {"create": 2},
        "aws:s3/bucket:Bucket": {"delete": 1, "replace": 1},
    }
    assert report.unchanged == 1
