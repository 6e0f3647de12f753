"""What every workflow is held to, and what the page about pull requests says of those that can be called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from workflows import FOLDER, REUSABLE, Ended, Workflow, runner

NAMES = sorted(path.name for path in FOLDER.iterdir())
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "pull-requests.md").read_text(encoding="utf-8")
CONSUMER = sorted((FOLDER.parents[1] / "examples" / "infrastructure-repo" / ".github" / "workflows").iterdir())

WRITES = {
    ("release.yml", "attest"): {"attestations", "id-token"},
    ("release.yml", "publish"): {"id-token"},
    ("release.yml", "page"): {"contents"},
    ("preview.yml", "preview"): {"id-token"},
    ("preview.yml", "comment"): {"pull-requests"},
    ("up.yml", "up"): {"id-token"},
    ("drift.yml", "drift"): {"id-token"},
    ("drift.yml", "issue"): {"issues"},
}
"""Which job may write what; every other one may read the repository, or nothing."""

_PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
_USES = re.compile(r"^ *(?:- )?uses: (.+)$", re.MULTILINE)


def workflows(names: list[str] | tuple[str, ...] = tuple(NAMES)) -> Any:
    """One case for each."""
    return pytest.mark.parametrize("workflow", [pytest.param(Workflow(name), id=name) for name in names])


def callers() -> list[tuple[str, dict[str, Any]]]:
    """Of each sample that calls a workflow, on the page and in the example: the workflow's name, and the sample."""
    texts = [*re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE), *map(Path.read_text, CONSUMER)]
    samples = [yaml.safe_load(text) for text in texts]
    jobs = [(sample["jobs"]["prod"], sample) for sample in samples if "jobs" in sample]
    return [(job["uses"].partition("@")[0].rpartition("/")[2], sample) for job, sample in jobs]


@workflows()
def test_actions_are_pinned(workflow: Workflow) -> None:
    """An action is named by the commit that was read, since a tag may be moved; the version stands beside it."""
    assert [one for one in _USES.findall(workflow.text) if not _PINNED.fullmatch(one)] == []
    assert len(_USES.findall(workflow.text)) == sum("uses" in step for _, step in workflow.steps) > 0


def test_one_commit_for_each_action() -> None:
    """All workflows use the same commit of an action."""
    used = {one for name in NAMES for one in _USES.findall(Workflow(name).text)}
    assert len(used) == len({one.partition("@")[0] for one in used})


@workflows()
def test_jobs_may_do_no_more_than_they_need(workflow: Workflow, request: pytest.FixtureRequest) -> None:
    """A job reads the repository at most; what it may write beside that is listed here."""
    assert workflow.content["permissions"] in ({}, {"contents": "read"})
    name = request.node.callspec.id
    for job, content in workflow.jobs.items():
        granted = content.get("permissions", {})
        writes = {what for what, how in granted.items() if how == "write"}
        assert writes == WRITES.get((name, job), set())
        assert {what: how for what, how in granted.items() if what not in writes} in ({}, {"contents": "read"})


@workflows(REUSABLE)
def test_an_identity_is_for_the_job_that_takes_a_role(workflow: Workflow) -> None:
    """Only a job that takes a role may ask for an identity, and it can write nothing else."""
    taking = {job for job, step in workflow.steps if "aws-actions/" in step.get("uses", "")}
    asking = {job for job, content in workflow.jobs.items() if "id-token" in content["permissions"]}
    assert taking == asking
    assert all(workflow.jobs[job]["permissions"] == {"contents": "read", "id-token": "write"} for job in asking)
    secret = {job for job, content in workflow.jobs.items() if "secrets." in str(content)}
    assert secret <= asking


@workflows()
def test_every_job_ends(workflow: Workflow) -> None:
    """A job that hangs is ended by the workflow, and not after six hours."""
    assert all("timeout-minutes" in job for job in workflow.jobs.values())


@workflows()
def test_a_checkout_keeps_no_token(workflow: Workflow) -> None:
    """What runs after a checkout finds no token in the clone."""
    checkouts = [step for _, step in workflow.steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@workflows()
def test_nothing_is_put_into_a_shell(workflow: Workflow) -> None:
    """A value reaches a script as a variable: in its text it could be more than a value."""
    assert [step["run"] for _, step in workflow.steps if "${{" in step.get("run", "")] == []


@workflows()
def test_nobody_elses_code_runs_with_rights(workflow: Workflow) -> None:
    """No workflow runs at the events that give what a fork brings the repository's secrets."""
    assert {"pull_request_target", "workflow_run", "issue_comment"}.isdisjoint(workflow.triggers)


@workflows(REUSABLE)
def test_every_input_is_used_and_declared(workflow: Workflow) -> None:
    """An expression names inputs, secrets, jobs and steps that there are; no input is declared for nothing."""
    called = workflow.triggers["workflow_call"]
    content = {key: value for key, value in workflow.content.items() if key is not True}
    used = set(re.findall(r"\binputs\.([\w-]+)", yaml.safe_dump(content, width=10_000)))
    assert used == called["inputs"].keys()
    assert set(re.findall(r"\bsecrets\.(\w+)", workflow.text)) == called["secrets"].keys()
    for job, output in re.findall(r"\bneeds\.(\w+)\.outputs\.(\w+)", workflow.text):
        assert output in workflow.jobs[job]["outputs"]
    ids = {step.get("id") for _, step in workflow.steps}
    assert set(re.findall(r"\bsteps\.(\w+)\.", workflow.text)) <= ids


def test_an_update_is_never_stopped_by_the_next() -> None:
    """Runs for one stack wait for each other, and none is cancelled; who may start one, an environment says."""
    up = Workflow("up.yml").jobs["up"]
    assert up["concurrency"]["cancel-in-progress"] is False
    assert set(re.findall(r"inputs\.[\w-]+", up["concurrency"]["group"])) == {
        "inputs.stack",
        "inputs.working-directory",
    }
    assert up["environment"] == "${{ inputs.environment }}"


def test_a_fork_is_refused_before_anything_else() -> None:
    """The first step ends a fork's preview, and the job that may write does not run for one."""
    preview = Workflow("preview.yml")
    first = preview.jobs["preview"]["steps"][0]
    is_own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert is_own.replace("==", "!=") in first["if"]
    assert "github.event_name == 'pull_request_target'" in first["if"]
    assert first["run"].rstrip().endswith("exit 1")
    assert is_own in preview.jobs["comment"]["if"]


@pytest.mark.parametrize(("name", "sample"), callers(), ids=[name for name, _ in callers()])
def test_the_samples_call_what_there_is(name: str, sample: dict[str, Any]) -> None:
    """A sample of the page gives inputs that there are, all that are required, and the permissions of all jobs."""
    workflow, (job,) = Workflow(name), sample["jobs"].values()
    declared = workflow.triggers["workflow_call"]["inputs"]
    assert job["with"].keys() <= declared.keys()
    assert {one for one, content in declared.items() if content.get("required")} <= job["with"].keys()
    needed = {what: how for content in workflow.jobs.values() for what, how in content["permissions"].items()}
    assert (sample["permissions"], job["permissions"]) == ({}, needed)


def test_every_workflow_has_a_sample() -> None:
    """The page shows how to call each of them, and the repository of a consumer calls each."""
    assert sorted(name for name, _ in callers()) == sorted([*REUSABLE, *REUSABLE])


CHANGES = """# Changelog
## [Unreleased]
- Not yet.
## [1.2.3] - 2026-11-28
### Added
- A thing, see [0.9.0].
## [1.2.2] - 2026-11-01
- Before.
"""


def new_in(tag: str, folder: Path) -> Ended:
    """The step of a release that takes what it tells from the changelog."""
    (folder / "build").mkdir(exist_ok=True)
    (folder / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
    environment = runner(GITHUB_REF_NAME=tag, PWD=str(folder))
    return Workflow("release.yml").run("build", "What is new in this version", folder, environment)


def test_a_release_tells_what_is_new(tmp_path: Path) -> None:
    """The page of a release has this version's part of the changelog; a version that has none is not released."""
    assert new_in("v1.2.3", tmp_path).code == 0
    assert (tmp_path / "build" / "notes.md").read_text(encoding="utf-8") == "### Added\n- A thing, see [0.9.0].\n"
    assert new_in("v1.2.4", tmp_path).code != 0


def test_what_is_published_was_checked_and_attested() -> None:
    """Nothing is published that was not checked with the newest and the oldest versions, and signed."""
    jobs = Workflow("release.yml").jobs
    assert jobs["attest"]["needs"] == ["build", "oldest"]
    assert (jobs["publish"]["needs"], jobs["page"]["needs"]) == ("attest", "publish")
    after = {job: [step.get("run", "") for step in jobs[job]["steps"]] for job in ("attest", "publish", "page")}
    assert not any("make" in run or "python" in run or ".ci" in run for runs in after.values() for run in runs)
