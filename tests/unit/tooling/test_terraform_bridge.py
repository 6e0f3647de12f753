"""Where the Terraform bridge comes from. How programs get into the cache is told of the CLI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from terraform_bridge import BRIDGE, PROGRAM, VERSION
from tooling import kept_programs
from tooling.console import Remedy
from tooling.go_build import BRIDGE_FOLDER

SCRIPT = BRIDGE_FOLDER.parent / "terraform_bridge.py"


def _kept(cache: Path) -> Path:
    """A bridge in the cache, as making it leaves it."""
    folder = cache / f"terraform-bridge-v{VERSION}"
    folder.mkdir(parents=True)
    (folder / PROGRAM).write_text("#!/bin/sh\n", encoding="utf-8")
    kept_programs.seal(folder, folder)
    return folder


def test_the_version_is_the_pinned_one() -> None:
    """The cache's folder is named after what go.mod names, so that another version is made anew."""
    assert f"github.com/pulumi/pulumi-terraform-bridge/v3 v{VERSION}\n" in (BRIDGE_FOLDER / "go.mod").read_text()


def test_what_is_in_the_cache_is_used(tmp_path: Path) -> None:
    """Nothing is built where it is there, and nothing else is run: what was changed since is as good as missing."""
    environment = {"ACGR_CACHE": str(tmp_path)}
    assert BRIDGE.cached(environment) is None
    folder = _kept(tmp_path)
    assert BRIDGE.cached(environment) == BRIDGE.find_or_make(environment) == folder
    (folder / PROGRAM).write_text("#!/bin/sh\necho another\n", encoding="utf-8")
    assert BRIDGE.cached(environment) is None


def test_without_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what to install; nothing half-made is left."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Remedy, match=r"takes Go to build the Terraform bridge: install Go 1\.25\.0 or later\.$"):
        BRIDGE.find_or_make({"ACGR_CACHE": str(tmp_path / "cache")})
    assert [file.name for file in (tmp_path / "cache").iterdir()] == [f"terraform-bridge-v{VERSION}.lock"]


@pytest.mark.parametrize("is_there", [True, False])
def test_asked_for_the_cache_alone(tmp_path: Path, *, is_there: bool) -> None:
    """`--cached` prints the folder, or says how to have one and fails at once."""
    folder = _kept(tmp_path) if is_there else None
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), "--cached"],
        env={**os.environ, "ACGR_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout.strip()) == ((0, str(folder)) if is_there else (1, ""))
    assert ran.stderr == (
        "" if is_there else f"The Terraform bridge is not in the cache: scripts/{SCRIPT.name} makes it.\n"
    )
