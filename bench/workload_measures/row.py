"""Measuring one case, and what a row of the results holds."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .case import Case, Tool
from .environment import Tree
from .figures import Figures, figures, percentile
from .peers import missing_terraform, script_commands, terraform_commands
from .processes import Command, Ended, measured
from .sandbox import Sandbox, serving
from .stacks import pulumi_commands

MAKE_READY: Mapping[Tool, Callable[[Case, Path, Tree, Sandbox], list[Command]]] = {
    "ours": pulumi_commands,
    "idle": pulumi_commands,
    "twin": pulumi_commands,
    "serial": script_commands,
    "threads": script_commands,
    "terraform": terraform_commands,
}

LIMIT = 10.0
"""How many times the least time a run may take, and a quarter of an hour more, before it is stopped."""

ERROR = re.compile(r"^[\s│╷|]*error: ", re.IGNORECASE | re.MULTILINE)
THROTTLING = re.compile(r"ThrottlingException|TooManyRequestsException")


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        case: what was measured.
        revision: of which code.
        code: the exit code.
        wall: seconds, on the wall.
        span: seconds of the sandbox's clock between the first call and the last.
        calls: accepted calls by operation.
        throttled: answers that were 429.
        surfaced: errors that whoever ran it was shown, and of these `throttles` that speak of throttling.
        dark: p50, p99 and longest darkness where the numbers were claimed, seconds of the sandbox's clock.
        dark_in_replica: the longest one in the other Region.
        left_dark: numbers without a flow at the end.
        agents: on the group at the end.
        plugin_mib: the most that a plugin occupied.
        cli_mib: the most that the tool itself occupied.
    """

    case: Case
    revision: str
    code: int
    wall: float
    span: float
    calls: Mapping[str, int]
    throttled: int
    surfaced: int
    throttles: int
    dark: tuple[float, float, float]
    dark_in_replica: float
    left_dark: int
    released: int
    agents: int
    plugin_mib: int
    cli_mib: int

    @property
    def all_calls(self) -> int:
        """Every request, refused ones included."""
        return sum(self.calls.values()) + self.throttled

    def plain(self) -> dict[str, Any]:
        """As a results file has it."""
        return {**asdict(self), "case": self.case.plain()}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Row:
        """What `plain` wrote."""
        return cls(**{**data, "case": Case.of(data["case"]), "dark": tuple(data["dark"])})


def unfit(case: Case) -> str:
    """Why a case is not measured, or nothing."""
    work = case.work
    if case.tool == "terraform":
        nothing = "" if work.numbers else "it has no resource for agents"
        return nothing or missing_terraform()
    if case.tool in {"serial", "threads"} and work.work != "up":
        return "a script keeps no state that could be refreshed or compared"
    return (
        ""
        if case.tool not in {"idle", "twin"} or work.work == "preview"
        else "resources that do nothing are only previewed"
    )


def measure(case: Case, tree: Tree) -> Row:
    """Run the case in a folder, a sandbox and a rate cache of its own."""
    with tempfile.TemporaryDirectory(prefix="acgr-bench-") as name:
        folder = Path(name)
        with serving(case, folder, tree.python_path) as sandbox:
            commands = MAKE_READY[case.tool](case, folder, tree, sandbox)
            sandbox.switch_on_the_rate()
            ended = measured(commands, _limit(case))
            return _row(case, tree, ended, figures(sandbox.events()), sandbox.members())


def _limit(case: Case) -> float:
    return LIMIT * case.work.least_seconds(case.scope, case.least_claim) / case.speed + 900.0


def _row(case: Case, tree: Tree, ended: Ended, found: Figures, agents: int) -> Row:
    told = "\n".join(ended.logs)
    return Row(
        case=case,
        revision=tree.revision,
        code=ended.code,
        wall=round(ended.seconds, 2),
        span=round(found.span, 2),
        calls=found.calls,
        throttled=found.throttled,
        surfaced=len(ERROR.findall(told)),
        throttles=len(THROTTLING.findall(told)),
        dark=(_dark(found, 50), _dark(found, 99), _dark(found, 100)),
        dark_in_replica=round(found.dark_in_replica, 2),
        left_dark=found.left_dark,
        released=found.released,
        agents=agents,
        plugin_mib=round(ended.plugin_kib / 1024),
        cli_mib=round(ended.cli_kib / 1024),
    )


def _dark(found: Figures, part: float) -> float:
    return round(percentile(found.dark, part), 2)
