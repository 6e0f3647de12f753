#!/usr/bin/env python3
"""Builds wheel and sdist into dist/ and checks them: metadata, content, and that the wheel works where it is installed.

Runs in .venv, whose tools build without a network; the fresh environment takes the dependencies from pip's index. What
is installed there, at the versions of requirements.lock, is the bill of materials: build/sbom/.

ACGR_REPOSITORY_URL says where the repository is, for links and addresses: see hatch_build.py.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from tooling.artefacts import DISTRIBUTION, metadata, problems, relative_links, sdist_files, top_packages, wheel_files
from tooling.console import Remedy, run_main, say, step

CLONE = Path(__file__).resolve().parents[1]
DIST = CLONE / "dist"
SBOM = CLONE / "build" / "sbom"
_INSTALLED = """
import importlib, importlib.metadata, sys
for package in sys.argv[2:]:
    found = importlib.import_module(package).__file__
    assert found.startswith(sys.prefix), f"{package} comes from {found}"
print(importlib.metadata.version(sys.argv[1]))
"""


def main() -> int:
    """Builds, checks, and says what was built."""
    for folder in (DIST, SBOM):
        shutil.rmtree(folder, ignore_errors=True)
    set_date()
    with tempfile.TemporaryDirectory(prefix="acgr-dist-") as name, step("Building and checking wheel and sdist"):
        scratch = Path(name)
        sdist, wheel = build(CLONE, "sdist", DIST), build(CLONE, "wheel", DIST)
        insist_on_metadata(sdist, wheel)
        insist_on_content(sdist, wheel)
        insist_on_same_wheel(sdist, wheel, scratch)
        version = installed_version(wheel, scratch / "fresh")
        sbom = bill_of_materials(version, scratch / "fresh", SBOM)
        if f"-{version}-" not in wheel.name:
            raise Remedy(
                f"Installed from {wheel.name}, {DISTRIBUTION} says that it is {version}: see [tool.hatch.version]."
            )
    print(f"{DISTRIBUTION} {version}: dist/{wheel.name}, dist/{sdist.name}, {sbom.relative_to(CLONE)}")
    return 0


def set_date() -> None:
    """Dates what is built by its commit, and not by the clock: whoever builds that commit again gets the same bytes."""
    asked = ["git", "log", "-1", "--format=%ct"]
    if shutil.which("git"):
        commit = subprocess.run(asked, cwd=CLONE, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if commit.returncode == 0:
            os.environ.setdefault("SOURCE_DATE_EPOCH", commit.stdout.strip())


def build(folder: Path, kind: str, into: Path) -> Path:
    """Builds the `sdist` or the `wheel` of a source tree with what .venv has installed, and gives the file.

    Raises:
        Remedy: The build failed.
    """
    _run(f"Building the {kind}", "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(into), str(folder))
    (built,) = into.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return built


def insist_on_metadata(*built: Path) -> None:
    """Refuses what an index would refuse or show wrongly; the wheel is the last."""
    _run("Checking the metadata", "-m", "twine", "check", "--strict", *map(str, built))
    dead = relative_links(metadata(built[-1])) if os.environ.get("ACGR_REPOSITORY_URL") else []
    if dead:
        raise Remedy(f"The README links to {dead[0]}, which is nowhere on an index: see hatch_build.py.")


def insist_on_content(sdist: Path, wheel: Path) -> None:
    """Refuses a wheel that lacks a file or holds one too many."""
    found = problems(wheel_files(wheel), sdist_files(sdist))
    if found:
        say("\n".join(found))
        raise Remedy(f"Wheel and sdist do not hold what they should: {found[0]}")


def insist_on_same_wheel(sdist: Path, wheel: Path, scratch: Path) -> None:
    """Refuses an sdist that builds to another wheel than the tree does."""
    with tarfile.open(sdist, "r:gz") as archive:
        archive.extractall(scratch, filter="data")
    again = build(scratch / sdist.name.removesuffix(".tar.gz"), "wheel", scratch)
    if (again.name, again.read_bytes()) != (wheel.name, wheel.read_bytes()):
        raise Remedy(
            f"The sdist builds to another wheel ({again.name}) than the tree: see [tool.hatch] in pyproject.toml."
        )


def installed_version(wheel: Path, fresh: Path) -> str:
    """Installs the wheel and its dependencies into a fresh environment, tries it, and gives the version it says it has.

    Raises:
        Remedy: It cannot be installed or does not work.
    """
    venv.create(fresh, with_pip=False)
    constraints = fresh / "constraints.txt"
    # Without the hashes: pip would ask for one of the wheel that was just built, too.
    lines = (CLONE / "requirements.lock").read_text(encoding="utf-8").splitlines()
    constraints.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line), encoding="utf-8")
    python, acgr = str(fresh / "bin" / "python"), str(fresh / "bin" / "acgr")
    pip = ("-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet", "--no-compile")
    _run("Installing the wheel", *pip, "-c", str(constraints), str(wheel))
    packages = top_packages(wheel_files(wheel))
    said = _run("Importing what was installed", "-I", "-c", _INSTALLED, DISTRIBUTION, *packages, python=python)
    without = subprocess.run([python, "-I", acgr, "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if (without.returncode, f"{DISTRIBUTION}[cli]" in without.stderr) != (1, True):
        raise Remedy(f"Without its extra, `acgr` does not say how to install it, but: {without.stderr or 'nothing'}")
    plugin = str(fresh / "bin" / "pulumi-resource-acgr")
    _run("Asking the plugin for its schema", "-I", plugin, "schema", python=python)
    _run("Installing the extra", *pip, "-c", str(constraints), f"{wheel}[cli]")
    _run("Running `acgr --help`", "-I", acgr, "--help", python=python)
    return said.strip()


def bill_of_materials(version: str, fresh: Path, folder: Path) -> Path:
    """Writes what is installed in an environment as CycloneDX, the same for the same content, and gives the file."""
    folder.mkdir(parents=True, exist_ok=True)
    into = folder / f"{DISTRIBUTION.replace('-', '_')}-{version}.cdx.json"
    of = ("environment", "--pyproject", str(CLONE / "pyproject.toml"), str(fresh / "bin" / "python"))
    _run(
        "Writing the bill of materials", "-m", "cyclonedx_py", *of, "--output-reproducible", "--output-file", str(into)
    )
    bill = json.loads(into.read_text(encoding="utf-8"))
    bill["metadata"]["component"]["version"] = version  # the tool reads pyproject.toml, which has none
    into.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    return into


def _run(what: str, *arguments: str, python: str = sys.executable) -> str:
    ran = subprocess.run([python, *arguments], cwd=CLONE, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ran.returncode != 0:
        say((ran.stdout + ran.stderr).rstrip())
        raise Remedy(f"{what} failed: see the message above.")
    return ran.stdout


if __name__ == "__main__":
    run_main(main)
