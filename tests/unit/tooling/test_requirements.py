"""The versions that are pinned, where each stands once, and what they must agree with."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CLONE = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST_PYTHON = "3.10"


def pinned(file: str) -> dict[str, Version]:
    """What a file pins: name and version."""
    lines = (CLONE / file).read_text(encoding="utf-8").splitlines()
    parts = [line.split("==") for line in lines if line and not line.startswith(("#", "-"))]
    return {name: Version(version) for name, version in parts}


def lower_bounds() -> dict[str, Version]:
    """The oldest version of each dependency that pyproject.toml lets users have."""
    found = {}
    for requirement in map(Requirement, PROJECT["dependencies"]):
        (bound,) = (one.version for one in requirement.specifier if one.operator == ">=")
        found[requirement.name] = Version(bound)
    return found


def test_the_oldest_are_the_lower_bounds() -> None:
    """`make test-oldest` installs exactly the oldest versions that pyproject.toml lets users have."""
    oldest = pinned("requirements-oldest.txt")
    assert {name: oldest.get(name) for name in lower_bounds()} == lower_bounds()


def test_tests_run_with_one_pytest() -> None:
    """What the oldest versions are tested with is what everything is tested with."""
    oldest, newest = pinned("requirements-oldest.txt"), pinned("requirements.txt")
    tools = oldest.keys() - lower_bounds().keys()
    assert {name: oldest[name] for name in tools} == {name: newest[name] for name in tools}


def test_dependencies_admit_what_is_pinned() -> None:
    """Whatever requirements.txt pins of the dependencies is a version that users may have."""
    newest = pinned("requirements.txt")
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert requirement.name not in newest or newest[requirement.name] in requirement.specifier


def steps(workflow: str) -> list[dict[str, object]]:
    """All steps of a workflow."""
    jobs = yaml.safe_load((CLONE / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", ["ci.yml", "release.yml"])
def test_actions_are_pinned_by_commit(workflow: str) -> None:
    """An action is named by the commit that was read, since a tag may be moved."""
    used = [str(step["uses"]) for step in steps(workflow) if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)] == []


def test_ci_runs_every_supported_python() -> None:
    """The matrix begins with the oldest Python that the project supports and leaves none out."""
    jobs = yaml.safe_load((CLONE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    versions = jobs["check"]["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={OLDEST_PYTHON}"
    assert versions == [f"3.{minor}" for minor in range(10, 10 + len(versions))]
    assert {f"Programming Language :: Python :: {version}" for version in versions} <= set(PROJECT["classifiers"])


def test_only_publishing_may_do_more_than_read() -> None:
    """The one permission beside reading is the identity that the index trusts, and only the publishing job has it."""
    release = yaml.safe_load((CLONE / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    assert release["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in release["jobs"].items()} == {
        "build": None,
        "publish": {"id-token": "write"},
    }
