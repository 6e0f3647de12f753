"""The steps of the workflows, run as GitHub's runner does: its bash, its variables, its files for what is handed on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CLONE = Path(__file__).resolve().parents[1]
FOLDER = CLONE / ".github" / "workflows"
REUSABLE = ("preview.yml", "up.yml", "drift.yml")

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What `shell: bash` stands for."""

_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")

Object = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a step ended, and what it handed on."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


class Workflow:
    """One file of `.github/workflows`."""

    def __init__(self, name: str) -> None:
        self.text = (FOLDER / name).read_text(encoding="utf-8")
        self.content: Object = yaml.safe_load(self.text)
        self.triggers: Object = self.content[True]  # YAML 1.1 reads `on` so
        self.jobs: dict[str, Object] = self.content["jobs"]

    @property
    def steps(self) -> list[tuple[str, Object]]:
        """Every step, with its job."""
        return [(job, step) for job, content in self.jobs.items() for step in content.get("steps", [])]

    def inputs(self, **given: Any) -> dict[str, str]:
        """The inputs of a call: what is given, and defaults."""
        declared = self.triggers["workflow_call"]["inputs"]
        assert given.keys() <= declared.keys()
        values = {name: given.get(name, one.get("default")) for name, one in declared.items()}
        assert None not in values.values(), "a required input is not given"
        return {name: str(value) for name, value in values.items()}

    def run(self, job: str, name: str, folder: Path, environment: Mapping[str, str], **contexts: Object) -> Ended:
        """Run one step.

        Args:
            job: its job.
            name: its name.
            folder: where it runs, and where the runner's files are.
            environment: what the runner has; the step's variables are added.
            contexts: what its expressions see: inputs, secrets, needs, github.
        """
        (step,) = (one for of, one in self.steps if of == job and one.get("name") == name)
        declared = {**self.content.get("env", {}), **self.jobs[job].get("env", {}), **step.get("env", {})}
        files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        (folder / "step.sh").write_text(step["run"], encoding="utf-8")
        own = {"RUNNER_TEMP": str(folder), **{name: str(file) for name, file in files.items()}}
        ran = subprocess.run(
            [*BASH, str(folder / "step.sh")],
            cwd=environment.get("PWD", folder),
            env={**environment, **own, **{key: evaluated(value, contexts) for key, value in declared.items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return Ended(ran.returncode, ran.stdout, _outputs(files["GITHUB_OUTPUT"]), summary)


def evaluated(text: Any, contexts: Mapping[str, Any]) -> str:
    """A value with its expressions replaced: names of a context and their members, and nothing else."""
    return _EXPRESSION.sub(lambda found: _looked_up(found[1], contexts), str(text))


def _looked_up(path: str, contexts: Mapping[str, Any]) -> str:
    value: Any = contexts
    for name in path.split("."):
        value = value[name]
    return str(value)


def _outputs(file: Path) -> dict[str, str]:
    """What the step wrote for later steps: `name=value`, or `name<<END`, lines, `END`."""
    found, lines = dict[str, str](), iter(file.read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, several, end = line.partition("<<")
        if several:
            found[name] = "\n".join(iter(lambda: next(lines), end))
        else:
            found[line.partition("=")[0]] = line.partition("=")[2]
    return found


def runner(**more: str) -> dict[str, str]:
    """The environment of a runner: where programs are, and nothing of this machine's user."""
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {
        "PATH": os.pathsep.join(path),
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        **more,
    }
