"""Measuring one case, and what a row of the results holds."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .case import Case, Tool
from .environment import Tree
from .figures import (
    Event,
    Figures,
    Window,
    dark_after,
    figures,
    first_lit,
    first_request,
    percentile,
    since_the_rate,
)
from .log import log_file, moves_begun
from .outage import happening
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
        moves_in_outage: numbers whose move was first asked for during the case's outage.
        lit_after: seconds until the last number was lit that was dark at the outage's beginning, from its end on; of
            numbers that were dark before the run, from its first call on.
        lit_after_start: the latter from the command's start on, by the wall clock.
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
    moves_in_outage: int | None = None
    lit_after: float | None = None
    lit_after_start: float | None = None

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
    if case.tool != "ours" and (case.outage or work.work == "relight"):
        return "only this project looks for dark numbers"
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
            start = sandbox.now()
            with happening(case, sandbox) as outages:
                ended = measured(commands, _limit(case))
            events = sandbox.events()
            row = _row(case, tree, ended, figures(events), sandbox.members())
            if case.outage:
                return _of_an_outage(row, outages, events, commands)
            return _of_relighting(row, events, start) if case.work.work == "relight" else row


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


def _of_an_outage(row: Row, outages: list[Window], events: Sequence[Event], commands: Sequence[Command]) -> Row:
    if not outages:
        raise RuntimeError(f"the run ended with {row.code} before its outage began")
    lines = [line for command in commands for line in log_file(command.folder).read_text().splitlines()]
    lit_after = round(dark_after(since_the_rate(events), outages[0]), 2)
    return replace(row, moves_in_outage=moves_begun(lines, outages[0]), lit_after=lit_after)


def _of_relighting(row: Row, events: Sequence[Event], start: float) -> Row:
    happened = since_the_rate(events)
    request, lit = first_request(happened), first_lit(happened)
    if request is None or lit is None:
        return replace(row, left_dark=row.case.work.numbers)
    return replace(row, lit_after=round(lit - request, 2), lit_after_start=round(lit - start, 2))


def _dark(found: Figures, part: float) -> float:
    return round(percentile(found.dark, part), 2)
