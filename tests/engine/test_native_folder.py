"""The folder `plugin`: it installs the commit that it lies in, and is a provider for the real engine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from harness import environments
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, e164, native, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

CLONE = Path(__file__).resolve().parents[2]
BUILT_FROM = ("cli", "components", "plugin", "providers", "sandbox")
FILES = ("CHANGELOG.md", "LICENSE", "README.md", "hatch_build.py", "pyproject.toml")
VERSION = "1.2.3"


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a clone of its own, with the environment that Pulumi would make in it of its requirements."""
    clone = tmp_path_factory.mktemp("clone")
    for folder in BUILT_FROM:
        shutil.copytree(CLONE / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__", "venv"))
    for file in FILES:
        shutil.copy(CLONE / file, clone)
    plugin = clone / "plugin"
    python = environments.make(plugin / "venv", (), *environments.BUILDING, "click", "jinja2", "rich")
    version = {**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": VERSION}
    environments.pip_install(python, "--no-build-isolation", "-r", "requirements.txt", cwd=plugin, **version)
    return plugin


def test_the_engine_speaks_to_what_the_folder_starts(plugin: Path, stack: Stack, centre: Centre) -> None:
    """Its requirements are enough for the provider, at the version of the clone: the engine makes a resource by it."""
    python = [str(plugin / "venv" / "bin" / "python"), str(plugin)]
    told = subprocess.run([*python, "--version"], cwd=stack.folder, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == VERSION
    stack.declare(native(number("main", 1, "retail", "Main IVR")))
    with subprocess.Popen(
        python, cwd=stack.folder, env=stack.environment, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        up = stack.up(PULUMI_DEBUG_PROVIDERS=f"acgr:{int(started.stdout.readline())}")
        started.kill()
    assert up.code == 0, up.text
    assert centre.placed(1) == ("retail", dict.fromkeys((SOURCE, REPLICA), "Main IVR"))


def test_pulumi_starts_it(plugin: Path, stack: Stack, centre: Centre) -> None:
    """Named under `packages`, the engine starts it in its environment; `plugin run` makes the command `acgr` of it."""
    run = ("plugin", "run", "--kind", "resource", str(plugin), "--")
    if not stack.run(*run, "--version").text.strip():
        pytest.skip("This language host for Python is older than plugins that are written in Python.")
    assert stack.run(*run, "sandbox", "--help").text.startswith("Usage: acgr sandbox ")
    project = stack.folder / "Pulumi.yaml"
    project.write_text(f"{project.read_text(encoding='utf-8')}packages:\n  acgr: {plugin}\n", encoding="utf-8")
    stack.declare(native(number("main", 2, "retail", "Main IVR")))
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(2)[0] == "retail"
    assert centre.dark() == []
    assert e164(2) in up.text
