#!/usr/bin/env python3
"""Records the state of small stacks, made by today's code, so that every later release is tried on them.

`scripts/pulumi_cli.py -- .venv/bin/python tests/state/record.py [NAME]` makes the folder NAME beside those of former
releases (default: the version that is installed) from their cases. Where the folder is there, only
what it lacks is recorded: a new case begins as a folder with nothing but its `case.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from recordings import RECORDED, Connect, Recording, recordings, sandbox, stack_on, timeless

_SHARED = ("case.json", "scenario.yaml", "Pulumi.dev.yaml")


def _cli() -> Path:
    found = shutil.which("pulumi")
    assert found, "There is no Pulumi CLI on PATH: run this after `scripts/pulumi_cli.py --`."
    return Path(found).parent


def main() -> int:
    """Record what is missing; 0, or 1 where an `up` did not end as its case says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default=version("pulumi-acgr"), help="of the folder")
    release = RECORDED / parser.parse_args().name
    if not release.exists():
        _begin(release)
    for recording in recordings(release):
        if not recording.state.exists():
            sys.stderr.write(f"recording {recording}\n")
            with tempfile.TemporaryDirectory() as folder:
                _record(recording, Path(folder))
    return 0


def _begin(release: Path) -> None:
    """The cases of all releases, without what they recorded of them; of one name, the newest release's."""

    def others(_: str, names: list[str]) -> list[str]:
        return [name for name in names if "." in name and name not in _SHARED]

    for earlier in sorted(RECORDED.iterdir(), key=_age):
        shutil.copytree(earlier, release, ignore=others, dirs_exist_ok=True)


def _age(release: Path) -> tuple[list[int], str]:
    number, _, commit = release.name.partition("-")
    return [int(part) for part in number.split(".")], commit


def _record(recording: Recording, folder: Path) -> None:
    how = recording.case.get("recorded_with", {})
    with sandbox(folder, recording.scenario) as connect:
        connect.ask("PATCH", "switches", how.get("switches", {}))
        for fault in how.get("faults", []):
            connect.ask("POST", "faults", fault)
        stack = stack_on(folder / "stack", connect, recording, os.environ, _cli())
        up = stack.up()
        if (up.code != 0) != bool(how.get("faults")):
            sys.exit(up.text)
        exported = json.loads(stack.run("stack", "export").text)
        _write(recording.world, _world(connect))
    _write(recording.state, _deployment(exported))


def _world(connect: Connect) -> dict[str, Any]:
    """Without the tokens of calls that were answered long ago: they are drawn at random."""
    return {**connect.world(), "tokens": {}, "now": 0.0}


def _deployment(exported: dict[str, Any]) -> dict[str, Any]:
    """Without times, and without where the program lay on this machine."""
    deployment = exported["deployment"]
    deployment["manifest"]["time"] = "2000-01-01T00:00:00Z"
    deployment["resources"] = [timeless(resource) for resource in deployment["resources"]]
    return exported


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
