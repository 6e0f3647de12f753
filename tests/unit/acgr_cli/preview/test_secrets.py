"""Nothing that Pulumi marks as secret is in any form of output, in whatever way it is marked or told."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from previews import (
    COMPONENT,
    PLACEMENT,
    ROSTER,
    USER,
    arn,
    declared,
    digest,
    e164,
    placement,
    roster,
    said,
    step,
    streamed,
    urn,
    user,
)

from acgr_cli.preview.as_json import as_json
from acgr_cli.preview.as_text import as_text
from acgr_cli.preview.markdown import markdown
from acgr_cli.preview.reading import read_preview
from acgr_cli.preview.report import WITHHELD, report_of
from acgr_cli.preview.rules import objections, rules
from acgr_cli.preview.words import MINUS

CANARY = "canary-7f3a"
SIGNED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
ALL = rules("failed,warnings,dark,gap,return-to-instance,number-deleted,agents-removed,drift,changes")


def _outputs(preview: Any) -> str:
    """Everything that can be written of a preview, in both forms of input."""
    written = ""
    forms = [json.dumps(preview, indent=1), streamed(preview)]
    for text, exit_code in product(forms, (0, None)):
        report = report_of(read_preview(text, "error: nothing else\n"), exit_code=exit_code)
        found = objections(report, ALL)
        written += markdown(report, found) + as_text(report, found) + as_json(report, found)
    return written


@pytest.mark.parametrize(
    "secret",
    [
        "[secret]",
        {**SIGNED, "ciphertext": "[secret]"},
        {**SIGNED, "ciphertext": f"v1:{CANARY}"},
        {**SIGNED, "plaintext": json.dumps(CANARY)},
        {**SIGNED, "plaintext": json.dumps({"deep": [CANARY]})},
        {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": CANARY, "secret": True},
        {"4dabf18193072939515e22adb298388d": "somethingelse", "value": CANARY},
    ],
    ids=["text", "signature", "ciphertext", "plaintext", "deep plaintext", "output", "unknown signature"],
)
@pytest.mark.parametrize("key", ["flow", "target", "description", "phone_number"])
def test_every_way_to_mark_a_secret(secret: Any, key: str) -> None:
    """Of a marked value nothing is shown, and what is in clear inside of the mark is in no sentence either."""
    old = placement(e164(1), "emergency", "Main IVR")
    sentences = [said("warning", "watch out for this one", urn(PLACEMENT, "main"))]
    if isinstance(secret, dict) and "plaintext" in secret:
        sentences.append(said("warning", f"this is {CANARY}", ""))
    steps = [
        step("update", PLACEMENT, "main", old, declared(old, **{key: secret})),
        step("create", PLACEMENT, "new", None, declared(old, **{key: secret})),
    ]
    written = _outputs(digest(*steps, said=sentences))
    assert CANARY not in written
    assert "ciphertext" not in written


def test_an_input_in_clear_whose_output_is_secret() -> None:
    """The value is known, and is taken out of every cell and every sentence, wherever it stands."""
    old = placement(e164(1), "emergency", CANARY)
    old["outputs"]["flow"] = "[secret]"
    sentences = [
        said("info", f"{CANARY} answers, no gap", urn(PLACEMENT, "other")),
        said("warning", f"{CANARY} is a draft"),
        said("error", f"there is no {CANARY}"),
    ]
    steps = [
        step("update", PLACEMENT, "main", old, declared(old, target="retail")),
        step("update", PLACEMENT, "other", old, declared(old, target="retail")),
    ]
    written = _outputs(digest(*steps, said=sentences))
    assert CANARY not in written
    assert "[secret] is a draft" in written


@pytest.mark.parametrize("where", ["oldState", "newState"])
def test_outputs_that_the_program_names_as_secret(where: str) -> None:
    """`additionalSecretOutputs` hides the output, and the input that tells the same."""
    old = placement(e164(7), "emergency", "Main IVR")
    new = declared(old, target="retail")
    one = step("update", PLACEMENT, "main", old, new)
    one[where] = {**one[where], "additionalSecretOutputs": ["e164", "phone_number_arn"]}
    preview = digest(one, said=[said("warning", f"{e164(7)} was moving when an earlier run was stopped")])
    report = report_of(read_preview(json.dumps(preview)))
    written = markdown(report) + as_text(report) + as_json(report)
    assert e164(7) not in written
    assert e164(7)[1:] not in written
    assert report.numbers[0].number == "main"
    assert report.warnings[0].text == "[secret] was moving when an earlier run was stopped"


def test_a_number_that_is_secret_everywhere() -> None:
    """Nobody knows it, so that no number is shown but those that stand somewhere in clear."""
    secret = declared(placement(e164(8), "retail", "Main IVR"), phone_number="[secret]")
    open_ = placement(e164(1), "retail", "Main IVR")
    steps = [
        step("create", PLACEMENT, "hidden", None, secret),
        step("update", PLACEMENT, "main", open_, declared(open_, flow="Sales")),
    ]
    sentences = [
        said("warning", f"{e164(8)} is dark in eu-central-1", urn(PLACEMENT, "hidden")),
        said("error", f"a and b both declare {e164(8)}: declare it once", urn(PLACEMENT, "b")),
        said("warning", f"{e164(1)} is busy"),
    ]
    written = _outputs(digest(*steps, said=sentences))
    assert e164(8) not in written
    assert e164(8)[1:] not in written
    assert f"{e164(1)} is busy" in written
    assert "[secret] is dark in eu-central-1" in written


def test_a_name_that_only_a_sentence_has_in_clear() -> None:
    """The provider says the name: its sentence is not shown, and a warning says where it is to be found."""
    old = user("retail", "x")
    hidden = {"inputs": {**old["inputs"], "user": "[secret]"}, "outputs": {}}
    preview = digest(
        step("create", USER, "somebody", None, hidden),
        said=[
            said("info", f"{CANARY} is on retail already", urn(USER, "somebody")),
            said("warning", f"{CANARY} is disabled", urn(USER, "somebody")),
            said("info", f"1 agent joins: {CANARY}", urn(COMPONENT, "retail")),
        ],
    )
    assert CANARY not in _outputs(preview)
    report = report_of(read_preview(json.dumps(preview)))
    assert [(one.text, one.about) for one in report.warnings] == [(WITHHELD, "somebody")]
    assert report.agents[0].joins == ("somebody",)


def test_one_secret_agent_among_others() -> None:
    """He is counted under his label; the counts are right, and nobody's name is told by the provider."""
    old = roster("retail", {"a": "alice", "b": "bob"})
    new = declared(old, users={"a": "alice", "vip": "[secret]"})
    sentences = [said("info", f"+1 {MINUS}1 of 2: add {CANARY}; remove bob", urn(ROSTER, "staff"))]
    preview = digest(step("update", ROSTER, "staff", old, new), said=sentences)
    assert CANARY not in _outputs(preview)
    change = report_of(read_preview(json.dumps(preview))).agents[0]
    assert (change.joins, change.leaves, change.total) == (("vip",), ("b",), 2)


def test_secrets_of_other_resources() -> None:
    """What another provider's resource keeps secret is in none of our sentences."""
    random = {"inputs": {"length": 20}, "outputs": {"result": {**SIGNED, "plaintext": json.dumps(CANARY)}}}
    steps = [{"op": "update", "urn": urn("random:index:RandomPassword", "p"), "oldState": random, "newState": random}]
    assert CANARY not in _outputs(digest(*steps, said=[said("error", f"cannot log in with {CANARY}")]))


def test_short_secrets() -> None:
    """They are taken out where they stand alone, and words that hold them stay words."""
    old = placement(e164(1), "emergency", "Main IVR", description="ab")
    old["outputs"]["description"] = "[secret]"
    steps = [step("update", PLACEMENT, "main", old, declared(old, target="retail"))]
    written = _outputs(digest(*steps, said=[said("warning", "about ab")]))
    assert "about [secret]" in written


def test_configuration_is_never_shown() -> None:
    """Whatever the stack's configuration holds."""
    assert CANARY not in _outputs(digest(config={"acgr:roleArn": CANARY, "aws:secretKey": CANARY}))


def test_what_is_no_json_is_not_shown() -> None:
    """A preview for people has every value in it; only lines that begin as errors do are shown."""
    text = f"Previewing update (prod)\n  + flow: {CANARY}\n    {CANARY}\n" + json.dumps(digest())
    report = report_of(read_preview(text, f"config: {CANARY}\nerror: denied\n"), exit_code=1)
    written = markdown(report) + as_text(report) + as_json(report)
    assert CANARY not in written
    assert "denied" in written


def test_ids_are_no_secrets_and_are_not_shown() -> None:
    """An id is in clear in every state; still no ARN of a number that is secret is shown."""
    old = placement(e164(8), "retail", "Main IVR")
    old["inputs"]["phone_number"] = old["outputs"]["e164"] = old["outputs"]["phone_number_arn"] = "[secret]"
    preview = digest(step("delete", PLACEMENT, "main", old))
    assert arn("phone-number", e164(8)) not in _outputs(preview)
