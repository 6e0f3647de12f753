"""What the pages show of a session, or of a file, is what the command says and writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from code_blocks import ROOT, blocks
from drills import REPLICA, SOURCE, Person, run, sandbox_of
from sound_world import action, content, lambda_arn
from surroundings import WORLD, connection_to

from acgr_cli.connected import Reach
from acgr_cli.discover.choosing import Choice
from acgr_cli.discover.commands import read
from acgr_cli.discover.program import Program, files, said
from acgr_cli.drill.commands import Asked, carry_out
from acgr_cli.verify.as_table import lines
from acgr_cli.verify.verification import Asked as VerifyAsked
from acgr_cli.verify.verification import verified
from acgr_connect.survey.findings import Meant
from acgr_sandbox import Fault, ManualClock, Sandbox, Switches, load_scenario

TIMES = re.compile(r"\d{8}T\d{6}Z|\d{4}-\d\d-\d\dT[\d:]+Z")
ASKED = re.compile(r"\? \[y/N\]: y$")

DRILL = "acgr drill --region eu-west-2 --to eu-central-1 --group retail --step 50"

FOUND: dict[str, Any] = {
    **WORLD,
    "groups": [
        {"name": "Default", "default": True, "members": ["dave.jones"]},
        {"name": "retail", "members": ["alice.smith", "bob.brown"]},
        {"name": "emergency", "status": "UPDATE_IN_PROGRESS"},
    ],
    "flows": [
        "Main IVR",
        {"name": "Main IVR", "id": "00000000-0000-4000-8000-000000000001", "state": "ARCHIVED"},
        {"name": "Sales", "id": "3f0c2a10-5b7e-4c1d-9a53-6d0e8f7b2c41"},
        {"name": "Sales", "id": "00000000-0000-4000-8000-000000000002"},
    ],
    "numbers": [
        {"e164": "+442079460001", "target": "northwind", "flow": "Main IVR"},
        {"e164": "+442079460002", "target": "Default", "flow": "Main IVR"},
        {"e164": "+442079460003", "target": "retail", "flow": "3f0c2a10-5b7e-4c1d-9a53-6d0e8f7b2c41"},
        {"e164": "+442079460004", "target": "retail", "flow": None},
        {"e164": "+442079460005", "target": "emergency", "flow": "Main IVR"},
    ],
}
"""What docs/discover.md finds."""


def _session(page: str, command: str) -> list[str]:
    """What a page shows under a command, without what was answered."""
    (text,) = (block.text for block in blocks("console") if block.page == page and f"$ {command}\n" in block.text)
    shown = text.partition(f"$ {command}\n")[2].partition("\n$ ")[0]
    return [line for line in shown.splitlines() if not ASKED.search(line)]


def _require_same(shown: list[str], text: str) -> None:
    """Line by line, but for times; dots stand for any number of lines."""
    parts = [TIMES.sub("TIME", line) for line in shown]
    pattern = "\n".join("(?s:.*?)" if line == "…" else re.escape(line) for line in parts)
    lines = TIMES.sub("TIME", text.rstrip())
    assert re.fullmatch(pattern, lines), f"{lines}\n--- is shown as\n" + "\n".join(parts)


def test_a_drill_that_is_planned() -> None:
    """docs/drill.md, its first session."""
    person = Person()
    assert run(sandbox_of(), Asked(to=REPLICA, groups=("retail",), step=50), person) == 0
    _require_same(_session("docs/drill.md", DRILL), person.text)


def test_a_drill_with_a_call_that_is_not_answered(tmp_path: Path) -> None:
    """docs/drill.md, the session that goes back at once: somebody takes a flow away when it begins."""
    sandbox = sandbox_of(mirroring=False)
    change = {"do": "clear-flow", "number": "+442079460003", "region": REPLICA}
    sandbox.faults.add(Fault("UpdateTrafficDistribution", "second-writer", change=change))
    person, file = Person(), tmp_path / "acgr-drill-20261128T182219Z.json"
    assert run(sandbox, Asked(to=REPLICA, groups=("retail",), step=50, dry_run=False, evidence=file), person) == 3
    _require_same(_session("docs/drill.md", f"{DRILL} --execute"), person.text.replace(f"{tmp_path}/", ""))


def test_a_failover(tmp_path: Path) -> None:
    """docs/drill.md, the night when it is real."""
    person, file = Person(), tmp_path / "acgr-failover-20261128T182141Z.json"
    reach = Reach(connection_to(sandbox_of()), None, ())
    assert carry_out(reach, Asked(to=REPLICA, kind="failover", evidence=file), person) == 0
    _require_same(
        _session("docs/drill.md", "acgr drill --failover --to eu-central-1"), person.text.replace(f"{tmp_path}/", "")
    )


def test_a_discovery() -> None:
    """docs/discover.md: what is not declared and why, and the program."""
    sandbox = Sandbox(load_scenario(FOUND), clock=ManualClock())
    found = read(Reach(connection_to(sandbox), "northwind", (SOURCE, REPLICA)), Choice())
    shown = _session("docs/discover.md", "acgr discover --region eu-west-2 --out contact-centre")
    left_out = shown[shown.index("Not declared:") + 1 : shown.index("Next:")]
    assert [line.strip() for line in left_out] == said(found)
    (program,) = (block.text for block in blocks("python") if block.page == "docs/discover.md")
    written = files(found, Program("contact-centre", "prod"))
    assert program == written["__main__.py"]
    assert shown[0] == f"contact-centre: {', '.join(written)}"


def _unsound() -> Sandbox:
    """The example's centre, with what docs/verify.md finds in it."""
    centre = yaml.safe_load((ROOT / "examples" / "sandbox" / "contact-centre.yaml").read_text(encoding="utf-8"))
    carol = {"username": "carol.taylor", "mirrored": False}
    centre["users"] = [carol if user == "carol.taylor" else user for user in centre["users"]]
    sandbox = Sandbox(load_scenario(centre), clock=ManualClock(), switches=Switches(mirroring=False))
    sandbox.change({"do": "clear-flow", "number": "+442079460001", "region": REPLICA})
    sandbox.world.flow("Sales").content = content(action("InvokeLambdaFunction", LambdaFunctionARN=lambda_arn(SOURCE)))
    return sandbox


def test_a_verification() -> None:
    """docs/verify.md, its first session."""
    meant = Meant(("agent*",), {}, {"ACGR204": ()})
    outcome = verified(Reach(connection_to(_unsound()), None, (SOURCE,)), VerifyAsked(meant=meant))
    command = "acgr verify --region eu-west-2 --not-agents 'agent*' --ignore ACGR204"
    _require_same(_session("docs/verify.md", command), "\n".join(lines(outcome)))
