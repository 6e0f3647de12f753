"""Which cases are measured."""

from __future__ import annotations

import argparse
from itertools import product

from .case import CLAIMS, OUTAGES, TOOLS, Case, Tool
from .workload import SCOPES, WORKLOADS

SHORT = (
    Case("numbers25", "per-operation"),
    Case("numbers25", "shared"),
    Case("numbers25", "per-operation", "threads"),
    Case("agents100", "shared"),
    Case("refresh50", "shared"),
    Case("refresh50", "shared", "terraform"),
)
"""About five minutes."""

SLOW = {"agents1000": 10, "refresh500": 10}
"""Workloads whose rows `--all` measures on a sandbox that runs faster."""

VARIANTS = (
    *(Case("numbers25", scope, claim=claim) for scope in SCOPES for claim in ("30", "random")),
    *(Case("numbers25", scope, mirroring=False) for scope in SCOPES),
    *(Case("numbers25", scope, parallel=8) for scope in SCOPES),
    *(Case("numbers25", scope, kept=True, claim=claim) for scope in SCOPES for claim in ("5", "30")),
    *(Case("numbers25", scope, preview=True) for scope in SCOPES),
    *(Case("numbers25", scope, stated=True) for scope in SCOPES),
    *(Case("numbers25", scope, processes=4) for scope in SCOPES),
    *(Case("numbers50", scope, processes=4) for scope in SCOPES),
    *(Case(work, scope, processes=4, apart=True) for work in ("numbers25", "numbers50") for scope in SCOPES),
    *(Case("numbers25", scope, outage=outage) for scope in SCOPES for outage in OUTAGES),
    *(Case("refresh50", scope, arns=True) for scope in SCOPES),
    Case("refresh50", "shared", program=True),
    Case("agents1000", "shared"),
)
"""What `--all` adds to workloads, scopes and tools."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """How cases are chosen: each option takes several values, and every combination is measured."""
    choose = parser.add_argument_group("cases (every combination is measured)")
    choose.add_argument("--workload", nargs="+", choices=WORKLOADS, help="numbers25 unless given")
    choose.add_argument("--scope", nargs="+", choices=SCOPES, help="both unless given")
    choose.add_argument("--tool", nargs="+", choices=TOOLS, help="ours unless given")
    choose.add_argument("--claim", nargs="+", choices=CLAIMS, help="seconds for which a number is under way: 5")
    choose.add_argument("--parallel", nargs="+", type=int, help="resources that Pulumi works on at a time: 64")
    choose.add_argument("--mirroring", nargs="+", choices=("on", "off"), help="whether flows reach the replica: on")
    choose.add_argument("--accelerate", type=int, metavar="FACTOR", help="run sandbox and request rate faster")
    choose.add_argument("--preview", action="store_true", help="pulumi up with its preview")
    choose.add_argument("--stated", action="store_true", help="state the scope of the rate instead of learning it")
    choose.add_argument("--program", action="store_true", help="a refresh runs the program too")
    choose.add_argument("--arns", action="store_true", help="the program gives group and flow by ARN")
    choose.add_argument("--kept", action="store_true", help="a flow stays that is set while its number is under way")
    choose.add_argument("--processes", type=int, help="divide the work into so many stacks at the same time")
    choose.add_argument("--apart", action="store_true", help="each of these stacks has a disk of its own")
    choose.add_argument("--outage", nargs="+", choices=OUTAGES, help="Connect fails for a minute after the tenth move")
    choose.add_argument("--all", action="store_true", help="everything: some hours")


def chosen(options: argparse.Namespace) -> list[Case]:
    """The cases that the options ask for."""
    if options.all:
        return everything()
    asked = {name: value for name, value in vars(options).items() if name in NAMES and value}
    return combinations(asked) if asked else list(SHORT)


NAMES = (
    *("workload", "scope", "tool", "claim", "parallel", "mirroring"),
    *("accelerate", "preview", "stated", "program", "arns", "kept", "processes", "apart", "outage"),
)


def combinations(asked: dict[str, list[str]]) -> list[Case]:
    """Every combination of what was asked for; "ours" meets "idle" where a preview is compared with doing nothing."""
    values: dict[str, list[object]] = {
        "workload": list(asked.get("workload", ["numbers25"])),
        "scope": list(asked.get("scope", SCOPES)),
        "tool": list(asked.get("tool", ["ours"])),
        "claim": list(asked.get("claim", ["5"])),
        "parallel": list(asked.get("parallel", [64])),
        "mirroring": [each == "on" for each in asked.get("mirroring", ["on"])],
        "speed": [asked.get("accelerate", 1)],
        "preview": [asked.get("preview", False)],
        "stated": [asked.get("stated", False)],
        "processes": [asked.get("processes", 1)],
        "program": [asked.get("program", False)],
        "arns": [asked.get("arns", False)],
        "kept": [asked.get("kept", False)],
        "apart": [asked.get("apart", False)],
        "outage": list(asked.get("outage", [""])),
    }
    return [Case.of(dict(zip(values, each, strict=True))) for each in product(*values.values())]


def everything() -> list[Case]:
    """Workloads, scopes and tools, and the variants of one workload."""
    tools: tuple[Tool, ...] = TOOLS
    grid = [
        Case(workload, scope, tool, speed=SLOW.get(workload, 1))
        for workload, tool, scope in product(WORKLOADS, tools, SCOPES)
    ]
    return [*grid, *VARIANTS]
