"""`acgr preview-comment` as it is called: where it reads, what it writes, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from previews import PLACEMENT, declared, digest, e164, placement, said, step

from acgr_cli import main
from acgr_cli.preview.rules import KINDS

OLD = placement(e164(1), "emergency", "Main IVR")
PREVIEW = json.dumps(digest(step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))))
PAGE = (Path(__file__).parents[4] / "docs" / "pull-requests.md").read_text(encoding="utf-8")


class Run:
    """Calls the command and takes what it wrote."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys

    def file(self, name: str, text: str) -> str:
        """A file of the test's own."""
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        try:
            code = main(["preview-comment", *arguments])
        except SystemExit as ended:
            code = int(str(ended.code))
        wrote = self._capsys.readouterr()
        return code, wrote.out, wrote.err


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command."""
    return Run(tmp_path, capsys)


def test_a_file(run: Run) -> None:
    """The comment is on standard output, and nothing else is written."""
    code, out, err = run(run.file("preview.json", PREVIEW))
    assert (code, err) == (0, "")
    assert out.startswith("<!-- acgr-preview-comment: centre/prod -->\n## What callers will notice: `centre/prod`\n")


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_input(arguments: Sequence[str]) -> None:
    """Without a file, or with -, the preview is read from there."""
    command = [sys.executable, "-c", "import sys; from acgr_cli import main; sys.exit(main())", "preview-comment"]
    ran = subprocess.run([*command, *arguments], input=PREVIEW, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0
    assert "moves from emergency to retail" in ran.stdout


def test_formats(run: Run) -> None:
    """Markdown, JSON and text say the same."""
    file = run.file("preview.json", PREVIEW)
    outs = {one: run(file, "--format", one)[1] for one in ("markdown", "json", "text")}
    assert json.loads(outs["json"])["version"] == 1
    assert all("moves from emergency to retail" in out for out in outs.values())
    assert not re.search(r"[`|*]", outs["text"])


def test_options(run: Run) -> None:
    """Heading, marker and stack can be said."""
    file = run.file("preview.json", PREVIEW)
    _, out, _ = run(file, "--title", "Telephony", "--marker", "blue", "--stack", "acme/centre/prod")
    assert out.startswith("<!-- acgr-preview-comment: blue -->\n## Telephony: `acme/centre/prod`\n")
    assert json.loads(run(file, "--format", "json", "--marker", "blue")[1])["marker"] == "blue"


def test_a_preview_that_failed_gives_a_comment(run: Run) -> None:
    """With exit code 0, since the comment is written; its sentences come from wherever there are some."""
    empty, beside = run.file("preview.json", ""), run.file("preview.err", "error: no stack named 'prod' found\n")
    code, out, _ = run(empty, "--stderr", beside, "--exit-code", "255", "--stack", "centre/prod")
    assert code == 0
    assert out.startswith("<!-- acgr-preview-comment: centre/prod -->\n## The preview failed: `centre/prod`\n")
    assert "> - no stack named 'prod' found" in out
    assert (
        run(run.file("good.json", PREVIEW), "--exit-code", "1")[1].splitlines()[1].startswith("## The preview failed")
    )


def test_fail_on(run: Run) -> None:
    """Exit code 3, a sentence for each reason on standard error, and the comment all the same."""
    file = run.file("preview.json", PREVIEW)
    code, out, err = run(file, "--fail-on", "number-deleted,gap")
    assert (code, err) == (
        3,
        f"gap: {e164(1)} moves from emergency to retail: callers reach nothing for some seconds\n",
    )
    assert "This change is stopped" in out
    assert run(file, "--fail-on", "number-deleted,gap=1")[0] == 0
    assert run(run.file("bad.json", json.dumps(digest(said=[said("error", "no")]))), "--fail-on", "failed")[0] == 3


@pytest.mark.parametrize(
    ("arguments", "code", "err"),
    [
        (("absent.json",), 1, "absent.json cannot be read: No such file or directory."),
        (("/",), 1, "/ cannot be read: Is a directory."),
        (("x", "--fail-on", "dakr"), 2, "'dakr' is not one of failed, warnings, dark,"),
        (("x", "--format", "html"), 2, "'html' is not one of"),
    ],
)
def test_wrong_usage(run: Run, arguments: Any, code: int, err: str) -> None:
    """One sentence that says what is wrong."""
    ended = run(*arguments)
    assert ended[0] == code
    assert err in ended[2]
    assert "Traceback" not in ended[2]


def test_every_kind_is_documented(run: Run) -> None:
    """--help and the page name each kind of --fail-on, and no other."""
    _, out, _ = run("--help")
    assert re.findall(r"^ {4}([a-z-]+)  +[a-z]", out.split("kinds of --fail-on")[1], re.MULTILINE) == list(KINDS)
    section = PAGE.split("## What is not to be merged")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == list(KINDS)
