"""The policy pack of `examples/policies` on the real CLI, and what `acgr preview-comment` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.comment import STREAM, commented
from harness.declarations import e164, number, roster
from harness.stack import PLAIN, Stack
from tooling import cli_version

pytestmark = pytest.mark.engine

PACK = Path(__file__).resolve().parents[2] / "examples" / "policies" / "__main__.py"
STARTS_PROGRAMS = cli_version.Version(3, 255, 0)
"""The first CLI that takes a program for a policy pack. The language host that is built here runs no packs."""

CONFIG = {
    "protected-numbers-stay": {"numbers": {e164(1): "retail"}},
    "protected-numbers-are-declared": {"numbers": [e164(1), e164(2)]},
    "few-agents-leave": {"most": 1},
}


def test_what_is_not_to_be_merged(stack: Stack, centre: Centre, pulumi_folder: Path, tmp_path: Path) -> None:
    """The pack lets pass what does all that it asks for; then each policy refuses its kind of change in the preview.

    A number that is taken out is missed, though no policy is shown what is deleted. The comment says all of it.
    """
    version = cli_version.parse(cli_version.printed_by(pulumi_folder / "pulumi"))
    if version is None or version < STARTS_PROGRAMS:
        pytest.skip("this CLI starts no program as a policy pack")
    config, file = tmp_path / "config.json", tmp_path / "preview"
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    pack = ("--policy-pack", str(PACK), "--policy-pack-config", str(config))

    stack.declare(
        number("protected", 1, "retail", "Main IVR", return_to="leave"),
        number("dropped", 2, "retail", "Sales", return_to="leave"),
        roster("team", "retail", ["alice.smith", "bob.brown"], max_removals=1),
    )
    passed = stack.up(*pack)
    assert passed.code == 0, passed.text
    assert "✅ acgr@v1.0.0" in passed.text

    stack.declare(
        number("protected", 1, centre.arn("instance", "northwind"), "Main IVR"),
        number("third", 3, "retail", "Main IVR"),
        roster("team", "retail", ["alice.smith", "bob.brown"]),
    )
    centre.forget()
    refused = stack.run("preview", "--json", *pack, *PLAIN, **STREAM)
    assert refused.code != 0
    assert centre.writes() == {}
    file.write_text(refused.text, encoding="utf-8")
    code, out = commented(file, "--format", "json")
    assert code == 0
    report = json.loads(out)
    assert report["outcome"] == "failed"
    said = {one["resource"]: one["text"].removeprefix("policy acgr, ").splitlines() for one in report["failures"]}
    assert {name: (head.partition(":")[0], text.partition(":")[0]) for name, (head, text) in said.items()} == {
        "protected": (
            "protected-numbers-stay",
            f"{e164(1)} is protected, and is given to an instance, where one Region alone answers",
        ),
        None: ("protected-numbers-are-declared", f"{e164(2)} is protected, and no placement declares it"),
        "third": ("return-to-holds", "return_to is 'instance'"),
        "team": ("few-agents-leave", "max_removals lets all agents leave in one run, and 1 may"),
    }
