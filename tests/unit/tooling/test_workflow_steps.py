"""The shell of the workflows and of the page's samples, run as it stands, with a Pulumi that prints what it is told to.

What is true of the real one, `tests/engine/test_workflows.py` shows.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from forge import PROJECT, REPOSITORY, TOKEN, Forge, open_forge
from previews import PLACEMENT, declared, digest, e164, placement, said, step, streamed
from workflows import BASH, Ended, Workflow, runner

pytestmark = pytest.mark.skipif(
    "CI" not in os.environ and not (shutil.which("curl") and shutil.which("jq")), reason="curl or jq is not installed"
)

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "pull-requests.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(GITLAB,) = (
    found
    for language, text in SAMPLES
    if language == "yaml" and "script" in (found := yaml.safe_load(text)).get("up", {})
)
COMMENTED, LOOKED = (text for language, text in SAMPLES if language == "sh")

OLD = placement(e164(1), "emergency", "Main IVR")
SECRET = "arn:aws:iam::111122223333:role/deploy"
"""In the configuration of every preview."""

UNCHANGED = streamed(digest(step("same", PLACEMENT, "main", OLD, OLD)))
MOVES = streamed(digest(step("update", PLACEMENT, "main", OLD, declared(OLD, target="retail"))))
FAILED = streamed(digest(said=[said("error", "both declare it")]), "failed")
OF_OTHERS = streamed(digest(step("update", "aws:connect/queue:Queue", "queue", OLD, declared(OLD))))

MARKER = "<!-- acgr-preview-comment: prod@. -->\n"
MARKER_OF_DRIFT = "<!-- acgr-drift: prod@. -->\n"
NUMBER = 7
PULL_REQUEST = {"number": NUMBER, "head": {"sha": "0a1b2c3d"}}

_PULUMI = """#!/bin/sh
echo "$@" >>"$PRETENDED/calls"
cat "$PRETENDED/out"
cat "$PRETENDED/err" >&2
exit "$(cat "$PRETENDED/code")"
"""


@dataclass
class Runner:
    """A machine on which a Pulumi is installed that prints what it is told to."""

    folder: Path
    forge: Forge

    def prints(self, out: str, err: str = "", code: int = 0) -> None:
        """What Pulumi prints from now on."""
        for name, content in (("out", out), ("err", err), ("code", str(code))):
            (self.folder / name).write_text(content, encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """The arguments of every call of Pulumi."""
        file = self.folder / "calls"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        """What a step finds."""
        plain = runner()
        return {
            **plain,
            "PATH": os.pathsep.join([str(self.folder), plain["PATH"]]),
            "PRETENDED": str(self.folder),
            "GITHUB_API_URL": self.forge.url,
            "GITHUB_SERVER_URL": "https://code.example",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "99",
        }

    def step(self, workflow: str, job: str, name: str, needs: Any = None, **inputs: Any) -> Ended:
        """Run one step of a workflow."""
        called = Workflow(workflow)
        values = called.inputs(stack="prod", role="r", region="eu-west-2", **inputs)
        github = {"token": TOKEN, "sha": "0a1b2c3d", "event": {"pull_request": PULL_REQUEST}}
        secrets = {"PULUMI_ACCESS_TOKEN": "", "PULUMI_CONFIG_PASSPHRASE": "pass"}
        return called.run(
            job, name, self.folder, self.environment, inputs=values, secrets=secrets, github=github, needs=needs
        )

    def preview(self, **inputs: Any) -> Ended:
        """The step that previews."""
        return self.step("preview.yml", "preview", "Preview", **inputs)

    def comment(self, text: str) -> Ended:
        """The step that writes the comment."""
        needs = {"preview": {"outputs": {"comment": text}}}
        return self.step("preview.yml", "comment", "Write the comment, or write it anew", needs)

    def look(self, **inputs: Any) -> Ended:
        """The look for drift, and what becomes of the issue."""
        looked = self.step("drift.yml", "drift", "Look", **inputs)
        self.issue("failure" if looked.code else "success", looked.outputs.get("report", ""))
        return looked

    def issue(self, result: str, report: str) -> None:
        """The step that keeps the issue."""
        needs = {"drift": {"result": result, "outputs": {"report": report}}}
        kept = self.step("drift.yml", "issue", "Open the issue, write it anew, or close it", needs)
        assert kept.code == 0, kept.log

    def shell(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Lines of a sample."""
        return subprocess.run(
            [*BASH, "-c", script],
            cwd=self.folder,
            env={**self.environment, "PULUMI_STACK": "prod", **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Runner]:
    """A runner, and the place that hosts the repository."""
    with open_forge() as forge:
        made = Runner(tmp_path, forge)
        (tmp_path / "pulumi").write_text(_PULUMI, encoding="utf-8")
        (tmp_path / "pulumi").chmod(0o755)
        made.prints(MOVES)
        yield made


def test_a_preview_is_handed_on_as_a_comment(machine: Runner) -> None:
    """Job output and summary have the comment; nothing has the stack's configuration."""
    ended = machine.preview(arguments="--refresh --policy-pack policies")
    assert ended.code == 0, ended.log
    assert "callers reach nothing for some seconds" in ended.outputs["comment"]
    assert ended.summary == ended.outputs["comment"] + "\n"
    (call,) = machine.calls
    assert call == "preview --json --non-interactive --parallel 64 --stack prod --refresh --policy-pack policies"
    assert SECRET in MOVES
    assert SECRET not in ended.log + ended.summary


def test_a_rule_that_objects_fails_the_check(machine: Runner) -> None:
    """Exit code 3 with a sentence in the log, and the comment is there."""
    ended = machine.preview(**{"fail-on": "gap"})
    assert ended.code == 3
    assert f"gap: {e164(1)} moves from emergency to retail" in ended.log
    assert "This change is stopped by a rule" in ended.outputs["comment"]


def test_a_preview_that_failed_gives_a_comment_and_a_failure(machine: Runner) -> None:
    """The check fails as Pulumi did, whatever `fail-on` is; the comment says why."""
    machine.prints(FAILED, "error: preview failed\n", 255)
    ended = machine.preview(**{"fail-on": "gap"})
    assert ended.code == 255
    assert "both declare it" in ended.outputs["comment"]
    machine.prints("", "error: no stack named 'prod' found\n", 255)
    early = machine.preview()
    assert early.code == 255
    assert "no stack named 'prod' found" in early.outputs["comment"]
    assert "no stack named 'prod' found" in early.log


def test_a_comment_that_no_variable_holds_stays_in_the_summary(machine: Runner) -> None:
    """60,000 characters may be more bytes than a variable of the next job holds."""
    names = [f"着信{'音' * 120}{n}" for n in range(400)]
    steps = [step("delete", PLACEMENT, name, placement(e164(n), name, name)) for n, name in enumerate(names)]
    machine.prints(streamed(digest(*steps, said=[said("warning", f"{n}{'警告' * 600}") for n in range(20)])))
    ended = machine.preview()
    assert (ended.code, ended.outputs) == (0, {})
    assert len(ended.summary.encode()) > 120_000


def test_one_comment_is_kept_up_to_date(machine: Runner) -> None:
    """The same stack's comment is found on any page and written anew; other comments are left alone."""
    machine.forge.comment(NUMBER, f"{MARKER}I wrote this", author="mallory")
    machine.forge.comment(NUMBER, "<!-- acgr-preview-comment: prod@elsewhere -->\nAnother stack's")
    for n in range(120):
        machine.forge.comment(NUMBER, f"{n}", author="alice")
    before = machine.forge.bodies(NUMBER)
    assert machine.comment("<!-- of acgr -->\nfirst").code == 0
    assert machine.comment("<!-- of acgr -->\nsecond").code == 0
    *others, own = machine.forge.bodies(NUMBER)
    assert others == before
    run = "[run 99](https://code.example/example/contact-centre/actions/runs/99)"
    assert own == f"{MARKER}second\n\n<sub>Commit 0a1b2c3d, {run}.</sub>\n"


def test_a_comment_is_of_its_own_stack_whatever_the_preview_says(machine: Runner) -> None:
    """The text comes from a job that runs the program of the pull request: it is a text, and its marker is not used."""
    other = machine.forge.comment(NUMBER, "<!-- acgr-preview-comment: other@. -->\nAnother stack's")
    text = '<!-- acgr-preview-comment: other@. -->\n$(touch broken) `touch broken` "quoted" \\ $GITHUB_TOKEN'
    assert machine.comment(text).code == 0
    assert other["body"].endswith("Another stack's")
    own = machine.forge.bodies(NUMBER)[-1]
    assert own.startswith(MARKER + text.partition("\n")[2])
    assert not (machine.folder / "broken").exists()


def test_no_preview_is_said_too(machine: Runner) -> None:
    """Where there is no text, the comment says that nothing is known, instead of what an earlier commit did."""
    machine.comment("<!-- -->\nCallers notice nothing")
    machine.comment("")
    (own,) = machine.forge.bodies(NUMBER)
    assert "Callers notice nothing" not in own
    assert "What this change does is not known: [the run](https://code.example/" in own


def test_a_comment_that_may_not_be_written_fails(machine: Runner) -> None:
    """The log has GitHub's reason, and never the token."""
    machine.forge.refuses = True
    ended = machine.comment("<!-- -->\nx")
    assert ended.code != 0
    assert "Resource not accessible by integration" in ended.log
    assert TOKEN not in ended.log


def test_drift_keeps_one_issue(machine: Runner) -> None:
    """Opened at the first difference, written anew at the next, closed when nothing differs, opened again later."""
    assert machine.look().code == 3
    machine.prints(OF_OTHERS)
    assert machine.look().code == 3
    (issue,) = machine.forge.issues
    assert (issue["title"], issue["state"]) == ("Drift: prod", "open")
    assert issue["body"].startswith(f"{MARKER_OF_DRIFT}## Drift: `prod`\n")
    assert "aws:connect/queue:Queue" in issue["body"]
    assert "stopped" not in issue["body"]
    machine.prints(UNCHANGED)
    assert machine.look().code == 0
    assert issue["state"] == "closed"
    assert "notice **nothing**" in issue["body"]
    assert len(machine.forge.wrote) == 3
    assert machine.look().code == 0
    assert len(machine.forge.wrote) == 3, "where nothing differs and no issue is open, nothing is written"
    machine.prints(MOVES)
    machine.look()
    assert [one["state"] for one in machine.forge.issues] == ["open", "closed"]
    assert all(call.startswith("preview --refresh --json ") for call in machine.calls)


def test_a_look_that_failed_closes_nothing(machine: Runner) -> None:
    """Nobody knows then whether something differs: the issue is opened, or stays open, and says so."""
    machine.prints("", "error: no credentials\n", 255)
    assert machine.look().code == 255
    (issue,) = machine.forge.issues
    assert "no credentials" in issue["body"]
    machine.issue("failure", "")
    assert "Whether something differs is not known" in issue["body"]
    assert issue["state"] == "open"
    machine.issue("success", "")
    assert issue["state"] == "closed"
    assert "not known" not in issue["body"]


def test_other_issues_are_left_alone(machine: Runner) -> None:
    """An issue is found by its marker and its author, also behind a hundred others."""
    forged = machine.forge.issue("Drift: prod", f"{MARKER_OF_DRIFT}mine", author="mallory")
    own = machine.forge.issue("Drift: prod", f"{MARKER_OF_DRIFT}old")
    for n in range(130):
        machine.forge.issue(f"{n}", "")
    machine.look()
    assert "callers reach nothing" in own["body"]
    assert forged["body"].endswith("mine")
    assert len(machine.forge.issues) == 132


def test_up_hands_on_what_it_is_given(machine: Runner) -> None:
    """The step ends as Pulumi does; after a killed run, lock and pending creates are taken away first."""
    machine.prints("", code=7)
    assert machine.step("up.yml", "up", "Up", environment="production", arguments="--refresh").code == 7
    machine.prints("")
    assert machine.step("up.yml", "up", "Take away what a killed run has left", environment="production").code == 0
    assert machine.calls == [
        "up --yes --skip-preview --non-interactive --parallel 64 --stack prod --refresh",
        "cancel --yes --non-interactive --stack prod",
        "refresh --yes --skip-preview --non-interactive --clear-pending-creates --stack prod",
    ]


def test_a_fork_is_told_what_to_do(machine: Runner) -> None:
    """The step that refuses a fork says why, and fails."""
    ended = machine.step("preview.yml", "preview", "A fork gets no preview")
    assert ended.code == 1
    assert ended.log.startswith("::error::A preview runs the program with a role in AWS")


GITLAB_VARIABLES = {
    "ACGR_NOTES_TOKEN": TOKEN,
    "CI_PROJECT_ID": str(PROJECT),
    "CI_MERGE_REQUEST_IID": str(NUMBER),
    "CI_COMMIT_SHA": "0a1b2c3d",
    "CI_JOB_ID": "5",
    "CI_JOB_URL": "https://code.example/-/jobs/5",
    "ACGR_FAIL_ON": "gap",
}


def on_gitlab(machine: Runner, job: str) -> subprocess.CompletedProcess[str]:
    """One job of the sample, as GitLab's runner runs it."""
    script = "\n".join(GITLAB[job]["script"])
    own = {name: str(value) for name, value in GITLAB[job]["variables"].items()}
    return machine.shell(script, **own, **GITLAB_VARIABLES, CI_API_V4_URL=machine.forge.url)


def test_a_note_on_gitlab(machine: Runner) -> None:
    """One note is kept up to date, also when the preview failed; the job ends as the preview or the rules say."""
    machine.forge.comment(NUMBER, "<!-- acgr-preview-comment: prod -->\nforged", author="mallory")
    for n in range(110):
        machine.forge.comment(NUMBER, f"{n}", author="alice")
    ran = on_gitlab(machine, "preview")
    assert ran.returncode == 3, ran.stderr
    assert "callers reach nothing for some seconds" in machine.forge.bodies(NUMBER)[-1]
    machine.prints(FAILED, "error: preview failed\n", 255)
    assert on_gitlab(machine, "preview").returncode == 255
    machine.prints(UNCHANGED)
    assert on_gitlab(machine, "preview").returncode == 0
    forged, *_, own = machine.forge.bodies(NUMBER)
    assert forged.endswith("forged")
    assert own.startswith("<!-- acgr-preview-comment: prod -->\n## What callers will notice: `prod`\n")
    assert own.endswith("<sub>Commit 0a1b2c3d, [job 5](https://code.example/-/jobs/5).</sub>\n")
    assert len(machine.forge.bodies(NUMBER)) == 112
    assert TOKEN not in ran.stdout + ran.stderr


def test_the_role_on_gitlab(machine: Runner) -> None:
    """The identity is in a file that boto3 and Pulumi find; only the job that deploys has a role that may."""
    lines = [line for line in GITLAB[".pulumi"]["before_script"] if "IDENTITY" in line or "WEB_IDENTITY" in line]
    ran = machine.shell(
        "\n".join([*lines, 'cat "$AWS_WEB_IDENTITY_TOKEN_FILE"; printenv AWS_WEB_IDENTITY_TOKEN_FILE']),
        AWS_IDENTITY="signed",
    )
    assert ran.stdout.startswith("signed/")
    roles = {job: GITLAB[job]["variables"]["AWS_ROLE_ARN"].rpartition("/")[2] for job in ("preview", "up", "drift")}
    assert roles == {"preview": "acgr-preview", "up": "acgr-deploy", "drift": "acgr-preview"}
    assert GITLAB["up"]["resource_group"]
    assert GITLAB["default"]["interruptible"] is False


def test_up_and_drift_on_gitlab(machine: Runner) -> None:
    """The jobs end with Pulumi's exit code, and with what was found."""
    assert on_gitlab(machine, "drift").returncode == 3
    machine.prints(UNCHANGED)
    assert on_gitlab(machine, "drift").returncode == 0
    machine.prints("", code=7)
    assert on_gitlab(machine, "up").returncode == 7


@pytest.mark.parametrize(
    ("out", "code", "ends"), [(MOVES, 0, 0), (FAILED, 255, 255), ("", 255, 255), (UNCHANGED, 0, 0)]
)
def test_a_comment_anywhere(machine: Runner, out: str, code: int, ends: int) -> None:
    """The plain lines write a comment in any case, and end as the preview did."""
    machine.prints(out, code=code)
    ran = machine.shell(COMMENTED)
    assert ran.returncode == ends, ran.stderr
    assert (machine.folder / "comment.md").read_text(encoding="utf-8").startswith("<!-- acgr-preview-comment: prod")
    assert not (machine.folder / "preview.json").exists()


@pytest.mark.parametrize(
    ("out", "code", "ends"), [(OF_OTHERS, 0, 3), (FAILED, 255, 3), ("", 255, 3), (UNCHANGED, 0, 0)]
)
@pytest.mark.parametrize("options", ["set -eo pipefail\n", "set +eo pipefail\n"])
def test_drift_anywhere(machine: Runner, options: str, out: str, code: int, ends: int) -> None:
    """One line, whose exit code says whether something differs, whatever the options of the shell are."""
    machine.prints(out, code=code)
    assert machine.shell(options + LOOKED).returncode == ends
