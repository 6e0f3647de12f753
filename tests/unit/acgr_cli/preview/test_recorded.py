"""Comments that are made of what the real CLI printed; `recorded/record.py` records, and writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from previews import e164

from acgr_cli.preview.as_json import as_json
from acgr_cli.preview.markdown import markdown
from acgr_cli.preview.reading import decoded, read_preview
from acgr_cli.preview.report import Report, report_of

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
FILES = sorted(path.name for path in RECORDED.iterdir() if path.suffix in {".json", ".events", ".log", ".txt"})
SECRETS = (e164(7), "sesame", "agent001", "agent002")


def _report(name: str) -> Report:
    return report_of(read_preview(decoded((RECORDED / name).read_bytes())), stack="trial/dev")


@pytest.mark.parametrize("name", FILES)
def test_the_comment(name: str) -> None:
    """It is what it was when it was read last: a change in it is one that users notice."""
    assert markdown(_report(name)) == (RECORDED / f"{name}.md").read_text(encoding="utf-8")


def test_all_forms_say_the_same() -> None:
    """The document, the stream and the event log of one preview."""
    documents = {as_json(_report(f"changes.{form}")) for form in ("json", "events", "log")}
    assert len(documents) == 1
    assert as_json(_report("secret.json")) == as_json(_report("secret.events"))


@pytest.mark.parametrize("name", ["secret.json", "secret.events"])
def test_secrets_of_the_real_cli(name: str) -> None:
    """A number, a description, agents, and what the engine writes in their place."""
    for written in (markdown(_report(name)), as_json(_report(name))):
        assert not [one for one in (*SECRETS, "ciphertext", "4dabf") if one in written]


def test_everything_that_is_recorded_is_tried() -> None:
    """Each case of the recorder has its file and its comment, and there are no others."""
    recorder = (RECORDED / "record.py").read_text(encoding="utf-8")
    assert all(f'"{name}": (' in recorder for name in FILES)
    assert {path.name for path in RECORDED.glob("*.md")} == {f"{name}.md" for name in FILES}
