"""Pulumi at work on a case: this project's component, or resources that do nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .case import Case
from .centre import Declared
from .environment import Tree
from .idle import HELD, holdings
from .ids import ids
from .log import log_environment
from .processes import Command, prepared
from .sandbox import Sandbox
from .workload import BURST, RATE

PROJECT = """name: bench
runtime: {name: python}
description: What a run costs
"""

OURS = """import json
from pathlib import Path

from acgr_components import GlobalResiliency

GlobalResiliency("centre", **json.loads(Path("declared.json").read_text()))
"""

IDLE = """import json
from pathlib import Path

from workload_measures.idle import Idle

declared = json.loads(Path("declared.json").read_text())
for number, args in declared["numbers"].items():
    Idle(number, {"stored": args})
Idle("agents", {"stored": declared.get("agents", [])})
"""

TWIN = """from workload_measures.idle import Idle, held

for row, one in enumerate(held()):
    Idle(one["name"], {**one["inputs"], "row": row})
"""

UNHURRIED = {"acgr:requestsPerSecond": "100000", "acgr:burst": "100000"}
"""While the world is made ready nothing throttles."""


@dataclass(frozen=True)
class Stack:
    """One stack of a case, in a folder of its own."""

    case: Case
    folder: Path
    tree: Tree
    sandbox: Sandbox

    def make(self, declared: Declared) -> None:
        """Write the program and, where the case finds things as declared, bring them into the state."""
        self.folder.mkdir(parents=True)
        (self.folder / "state").mkdir()
        (self.folder / "Pulumi.yaml").write_text(PROJECT)
        (self.folder / "__main__.py").write_text(IDLE if self.case.tool == "idle" else OURS)
        (self.folder / "declared.json").write_text(json.dumps(self._arguments(declared)))
        prepared(self._pulumi("stack", "init", "bench", cache="set-up"))
        if self.case.work.is_declared_anew:
            self._configure(self._stated())
            return
        # The second run changes nothing, but the state keeps the configuration that a refresh goes by.
        for config in (UNHURRIED, self._stated()):
            self._configure(config)
            prepared(self._pulumi("up", "--yes", "--skip-preview", "--parallel", "64", cache="set-up"))
        if self.case.tool == "twin":
            self._make_twin()

    def _make_twin(self) -> None:
        """A second stack, of resources that do nothing and hold what the first one's hold."""
        exported = self.folder / "exported.json"
        prepared(self._pulumi("stack", "export", "--file", str(exported)))
        self._held.write_text(json.dumps(holdings(json.loads(exported.read_text()))))
        (self.folder / "__main__.py").write_text(TWIN)
        prepared(self._pulumi("stack", "init", "twin"))
        prepared(self._pulumi("up", "--yes", "--skip-preview", "--parallel", "64"))

    @property
    def _held(self) -> Path:
        return self.folder / "held.json"

    def _arguments(self, declared: Declared) -> dict[str, Any]:
        if not self.case.arns:
            return declared.plain()
        known = ids(self.sandbox.url)
        return declared.plain(known.group_arn, known.flow_arn)

    def command(self) -> Command:
        """What is measured."""
        work, preview = self.case.work.work, () if self.case.preview else ("--skip-preview",)
        arguments = {
            "up": ("up", "--yes", *preview),
            "relight": ("up", "--yes", *preview),
            "refresh": ("refresh", "--yes", "--skip-preview"),
            "preview": ("preview",),
        }
        return self._pulumi(*arguments[work], "--parallel", str(self.case.parallel))

    def _pulumi(self, *arguments: str, cache: str = "cache") -> Command:
        # All stacks of a case share what is known of the rate, unless they run apart; making the world ready is no part
        # of that.
        shared = (self.folder if self.case.apart else self.folder.parent) / cache
        environment = {**self.tree.environment(self.folder, self.sandbox.url), "XDG_CACHE_HOME": str(shared)}
        environment |= {HELD: str(self._held)}
        environment |= log_environment(self.case, self.folder)
        environment |= {"PULUMI_RUN_PROGRAM": "true"} if self.case.program else {}
        return Command(["pulumi", *arguments, "--non-interactive"], self.folder, environment)

    def _stated(self) -> dict[str, str]:
        scope = {"acgr:bucketScope": self.case.scope} if self.case.stated else {}
        rate = {"acgr:requestsPerSecond": f"{RATE * self.case.speed:g}", "acgr:burst": str(BURST)}
        return {**scope, **(rate if self.case.speed != 1 else {})}

    def _configure(self, config: dict[str, str]) -> None:
        lines = [f'  {key}: "{value}"' for key, value in config.items()]
        (self.folder / "Pulumi.bench.yaml").write_text("\n".join(["config:", *lines, ""]) if lines else "config: {}\n")


def pulumi_commands(case: Case, folder: Path, tree: Tree, sandbox: Sandbox) -> list[Command]:
    """The commands of a case, everything made ready for them."""
    commands = []
    for index, part in enumerate(Declared.of(case.work).parts(case.processes)):
        stack = Stack(case, folder / f"stack{index}", tree, sandbox)
        stack.make(part)
        commands.append(stack.command())
    return commands
