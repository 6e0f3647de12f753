"""The versions that are pinned, where each stands once, and what they must agree with."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import distributions
from pathlib import Path
from sysconfig import get_path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CLONE = Path(__file__).resolve().parents[3]
PYPROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
ASKED = [
    requirement
    for requirement in map(
        Requirement, [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    )
    if requirement.name != PROJECT["name"]
]
"""What the project needs, and what its extras do; an extra that names another one is no distribution."""
OLDEST_PYTHON = "3.10"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def pinned(file: str, python: str = PYTHONS[-1]) -> dict[str, Version]:
    """What a file pins for a version of Python: name and version."""
    lines = (CLONE / file).read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if "==" in line and not line.startswith(("#", " "))]
    environment = {"python_version": python, "python_full_version": f"{python}.4"}
    there = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    return {pin.name: Version(str(pin.specifier).removeprefix("==")) for pin in there}


def lower_bounds() -> dict[str, Version]:
    """The oldest version of each dependency that pyproject.toml lets users have."""
    found = {}
    for requirement in ASKED:
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


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["requirements", "requirements-oldest"])
def test_what_is_installed_is_what_is_pinned(name: str, python: str) -> None:
    """The lock has everything that requirements pin, at that version, for every Python (`make lock` writes it anew)."""
    asked, locked = pinned(f"{name}.txt", python), pinned(f"{name}.lock", python)
    assert {one: locked.get(one) for one in asked} == asked
    assert {canonical(one.name) for one in ASKED} <= locked.keys()


@pytest.mark.parametrize("name", ["requirements", "requirements-oldest", "requirements-docs"])
def test_everything_that_is_installed_has_a_hash(name: str) -> None:
    """Each distribution of a lock is pinned with its hashes, and nothing is taken from elsewhere."""
    text = (CLONE / f"{name}.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(lines) > 20
    assert [
        line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+", line)
    ] == []


@pytest.mark.skipif("CI" not in os.environ, reason="a developer may have installed more")
def test_nothing_else_is_installed() -> None:
    """Beside the project and pip, the environment has what the lock names, and nothing else."""
    present = {canonical(found.name) for found in distributions(path=[get_path("purelib")])}
    assert present - pinned("requirements.lock", PYTHON).keys() - {"pulumi-acgr", "pip", "setuptools"} == set()


@pytest.mark.parametrize("python", PYTHONS)
def test_dependencies_admit_what_is_pinned(python: str) -> None:
    """Whatever requirements.txt pins of the dependencies is a version that users may have."""
    newest = pinned("requirements.txt", python)
    for requirement in ASKED:
        assert requirement.name not in newest or newest[requirement.name] in requirement.specifier


def test_what_is_said_of_a_distribution_is_said_of_the_pinned_one() -> None:
    """Where `make lock` goes by dependencies that are written down here, they are those of the pinned version."""
    said = {one["name"]: Version(one["version"]) for one in PYPROJECT["tool"]["uv"]["dependency-metadata"]}
    newest = pinned("requirements.txt")
    assert {name: newest.get(name) for name in said} == said


@pytest.mark.parametrize("name", ["requirements", "requirements-oldest"])
def test_tests_run_with_every_extra(name: str) -> None:
    """What an extra asks for is locked as well, whatever else names it."""
    assert f"-e .[{','.join(sorted(EXTRAS))}]" in (CLONE / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def test_ci_runs_every_supported_python() -> None:
    """The matrix begins with the oldest Python that the project supports and leaves none out."""
    jobs = yaml.safe_load((CLONE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]
    versions = jobs["check"]["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={OLDEST_PYTHON}"
    assert versions == [f"3.{minor}" for minor in range(10, 10 + len(versions))]
    assert {f"Programming Language :: Python :: {version}" for version in versions} <= set(PROJECT["classifiers"])
