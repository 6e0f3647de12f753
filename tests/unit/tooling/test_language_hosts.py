"""Where the language hosts come from. How programs get into the cache is told of the CLI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from language_hosts import GO_AND_NODE, HOSTS, MODULES, PACKAGES, SDKS, YAML
from tooling import kept_programs
from tooling.cli_version import NEWEST
from tooling.console import Remedy

SCRIPT = MODULES.parent / "language_hosts.py"
PINNED = {
    "yaml": f"github.com/pulumi/pulumi-yaml v{YAML}",
    "go-and-nodejs": f"github.com/pulumi/pulumi/sdk/v3 v{GO_AND_NODE}",
    "sdks": f"github.com/pulumi/pulumi/pkg/v3 v{SDKS}",
}


def _kept(cache: Path) -> Path:
    """The programs in the cache, as making them leaves them."""
    folder = cache / f"language-hosts-yaml-v{YAML}-go-nodejs-v{GO_AND_NODE}-sdks-v{SDKS}"
    folder.mkdir(parents=True)
    for name in PACKAGES:
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
    kept_programs.seal(folder, folder)
    return folder


@pytest.mark.parametrize(("folder", "line"), PINNED.items())
def test_the_versions_are_the_pinned_ones(folder: str, line: str) -> None:
    """The cache's folder is named after what each go.mod names, and go.sum pins that."""
    assert f"{line}\n" in (MODULES / folder / "go.mod").read_text(encoding="utf-8")
    assert f"{line} h1:" in (MODULES / folder / "go.sum").read_text(encoding="utf-8")


def test_sdks_are_written_by_the_generator_of_the_newest_cli() -> None:
    """What `pulumi package add` of that CLI would write."""
    assert SDKS == NEWEST


def test_what_is_in_the_cache_is_used(tmp_path: Path) -> None:
    """Nothing is built where it is there; without one of them all are made anew."""
    environment = {"ACGR_CACHE": str(tmp_path)}
    assert HOSTS.cached(environment) is None
    folder = _kept(tmp_path)
    assert HOSTS.cached(environment) == HOSTS.find_or_make(environment) == folder
    (folder / "pulumi-language-yaml").unlink()
    assert HOSTS.cached(environment) is None


def test_without_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what to install; nothing half-made is left."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Remedy, match=r"takes Go to build the language host pulumi-language-yaml: install Go "):
        HOSTS.find_or_make({"ACGR_CACHE": str(tmp_path / "cache")})
    assert [file.suffix for file in (tmp_path / "cache").iterdir()] == [".lock"]


def test_asked_for_the_cache_alone(tmp_path: Path) -> None:
    """`--cached` says how to have them, and fails at once."""
    command = [sys.executable, str(SCRIPT), "--cached"]
    environment = {**os.environ, "ACGR_CACHE": str(tmp_path)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.strip().endswith("scripts/language_hosts.py makes them.")
