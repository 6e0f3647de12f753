"""One row of the table: a workload, what the sandbox is like, and which tool does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from .workload import CALLS_WHERE_KEPT, WORKLOADS, Scope, Workload

Tool = Literal["ours", "serial", "threads", "terraform", "idle", "twin"]
TOOLS: tuple[Tool, ...] = ("ours", "serial", "threads", "terraform", "idle", "twin")

CLAIMS = {"5": "5", "30": "30", "random": "3..8"}
"""What `--claim` takes, and the sandbox's spelling of it."""

Outage = Literal["", "5xx", "refused"]
OUTAGES: tuple[Outage, ...] = ("5xx", "refused")

OUTAGE_SECONDS = 60.0
"""How long an outage lasts."""


@dataclass(frozen=True)
class Case:
    """How one row is measured.

    Attributes:
        workload: one of `WORKLOADS`.
        scope: what the sandbox's buckets are.
        tool: who does it: this project; the boto3 script, serial or with 8 threads; Terraform; or, for a comparison, a
            Pulumi program of as many resources that do nothing and hold names alone ("idle"), or all that this
            project's hold ("twin").
        claim: seconds for which a number is under way, one of `CLAIMS`.
        parallel: what `pulumi up --parallel` is told.
        mirroring: whether a number's flow reaches the other Region by itself.
        speed: how many times as fast as the wall clock the sandbox's runs.
        preview: whether `pulumi up` makes its preview first, in a process of its own.
        stated: whether the stack states the scope; it is learned otherwise.
        program: whether a refresh runs the program too (`PULUMI_RUN_PROGRAM`).
        arns: whether the program gives group and flow by ARN; by name otherwise.
        kept: whether a flow stays that is set while its number is under way; it is refused otherwise.
        processes: into how many stacks, run at the same time, the work is divided.
        apart: whether each of them has a disk of its own, as runners of a pipeline have.
        outage: how Connect fails for a minute in the middle of the run: every call is answered with a 500, or every
            connection is refused; empty where it does not.
    """

    workload: str
    scope: Scope = "shared"
    tool: Tool = "ours"
    claim: str = "5"
    parallel: int = 64
    mirroring: bool = True
    speed: int = 1
    preview: bool = False
    stated: bool = False
    processes: int = 1
    program: bool = False
    arns: bool = False
    apart: bool = False
    kept: bool = False
    outage: Outage = ""

    @property
    def work(self) -> Workload:
        """The workload itself; Terraform has no resource for agents."""
        work = WORKLOADS[self.workload]
        calls = CALLS_WHERE_KEPT if self.kept else work.calls_a_number
        return replace(work, agents=0 if self.tool == "terraform" else work.agents, calls_a_number=calls)

    @property
    def least_claim(self) -> float:
        """Seconds that every claim takes at least."""
        return float(CLAIMS[self.claim].partition("..")[0])

    @property
    def label(self) -> str:
        """What differs from the plain row, in words."""
        said = {
            f"claim {CLAIMS[self.claim].replace('..', '-')} s": self.claim != "5",
            f"--parallel {self.parallel}": self.parallel != 64,
            "no mirroring": not self.mirroring,
            "with preview": self.preview,
            "scope stated": self.stated,
            "program run": self.program,
            "by ARN": self.arns,
            "flow kept": self.kept,
            f"outage of {OUTAGE_SECONDS:.0f} s, {self.outage}": bool(self.outage),
            f"{self.processes} processes": self.processes > 1 and not self.apart,
            f"{self.processes} runners without a common disk": self.processes > 1 and self.apart,
            f"{self.speed}x time": self.speed != 1,
        }
        return ", ".join(text for text, applies in said.items() if applies)

    def plain(self) -> dict[str, Any]:
        """As a results file has it."""
        return asdict(self)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Case:
        """What `plain` wrote."""
        return cls(**row)
