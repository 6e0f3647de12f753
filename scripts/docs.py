#!/usr/bin/env python3
"""Builds the documentation as a site into build/site; a warning is an error, so that a link that leads nowhere is one.

Sphinx and what it needs are laid over .venv, in .venv-docs: the AWS CLI there takes an older docutils than Sphinx.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tooling.console import Remedy, run_main, say, step

CLONE = Path(__file__).resolve().parents[1]
LOCK = CLONE / "requirements-docs.lock"
OVERLAY = CLONE / ".venv-docs"
SITE = CLONE / "build" / "site"
FIRST_PYTHON = (3, 11)


def main() -> int:
    """Installs what the lock names where it is not there yet, and builds."""
    if sys.version_info < FIRST_PYTHON:
        say("The site is not built: Sphinx takes Python {}.{} or later.".format(*FIRST_PYTHON))
        return 0
    install()
    shutil.rmtree(SITE, ignore_errors=True)
    with step("Building the site"):
        build()
    print(f"build/site/index.html: {len(list(SITE.rglob('*.html')))} pages")
    return 0


def install() -> None:
    """Lays the packages of the lock over .venv, each checked against its hash.

    Raises:
        Remedy: pip failed.
    """
    stamp, wanted = OVERLAY / "installed-from", f"{sys.version}\n{LOCK.read_text(encoding='utf-8')}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(OVERLAY, ignore_errors=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-deps",
        "--no-compile",
    ]
    with step(f"Installing {LOCK.name} into {OVERLAY.name}"):
        ran = subprocess.run([*pip, "--require-hashes", "--target", str(OVERLAY), "-r", str(LOCK)])
    if ran.returncode != 0:
        raise Remedy(
            f"Installing {LOCK.name} failed, see pip's message above: let pip reach its index (PIP_INDEX_URL)."
        )
    stamp.write_text(wanted, encoding="utf-8")


def build() -> None:
    """Runs Sphinx over the whole clone, of which docs/site/conf.py chooses the pages.

    Raises:
        Remedy: there are warnings.
    """
    sphinx = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--jobs", "auto", "--quiet"]
    folders = ["--conf-dir", "docs/site", "--doctree-dir", "build/doctrees", ".", str(SITE)]
    ran = subprocess.run(
        [*sphinx, "--fresh-env", *folders],
        cwd=CLONE,
        env={**os.environ, "PYTHONPATH": str(OVERLAY)},
        stdin=subprocess.DEVNULL,
    )
    if ran.returncode != 0:
        raise Remedy("The site has warnings: see above.")


if __name__ == "__main__":
    run_main(main)
