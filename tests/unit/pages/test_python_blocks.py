"""Each Python block of the pages runs: the blocks of one page together, in their order, as a reader would type them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import yaml
from code_blocks import Block, blocks
from pulumi_mocks import deploying
from sandbox_time import SandboxTime

from acgr import connected
from acgr_sandbox import ManualClock, Sandbox, load_scenario, session_on

CENTRE = {
    "account": "111122223333",
    "source_region": "eu-west-2",
    "replica_region": "eu-central-1",
    "instances": [{"alias": "northwind"}],
    "groups": [{"name": "Default", "default": True}, {"name": "retail"}],
    "flows": ["Main IVR", "Sales", "Service"],
    "users": ["alice.smith", "bob.brown"],
    "numbers": [
        {"e164": "+442079460001", "target": "northwind", "flow": "Main IVR"},
        {"e164": "+442079460006", "target": "northwind", "flow": "Main IVR"},
    ],
}
"""What the pages' programs find where they ask Connect."""

BEFORE = {
    "README.md": """
from types import SimpleNamespace
tdg_arn = "arn:aws:connect:eu-west-2:111122223333:traffic-distribution-group/0d9a5c2e-1b7f-4a6d-8c3e-5f2b7a9d4e10"
flow = SimpleNamespace(arn="arn:aws:connect:eu-west-2:111122223333:instance/2213ae3b-175b-5512-afec-527794ee4efb/"
                           "contact-flow/1a6f0c3e-2b7d-4e81-9c54-6d0f8a2b3c01")
number = SimpleNamespace(arn="arn:aws:connect:eu-west-2:111122223333:phone-number/a154cce1-0efb-5fc4-a4a5-42b0f6fcdf18")
""",
    "CONTRIBUTING.md": "from acgr_sandbox.core.switches import switch",
    "docs/beside-pulumi-aws.md": """
import pulumi
import pulumi_aws as aws
from acgr import leave_targets_to_placements
INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/2213ae3b-175b-5512-afec-527794ee4efb"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"

def make_reception():
    content = {"instance_id": INSTANCE[-36:], "content": "{}"}
    phone = {"phone_type": "SOFT_PHONE"}
    who = {"routing_profile_id": "routing", "security_profile_ids": ["security"], "phone_config": phone}
    return aws.connect.ContactFlow("flow", **content), aws.connect.User("user", instance_id=INSTANCE[-36:], **who)
""",
    "docs/beside-terraform.md": """
import json
from pathlib import Path
import pulumi
_connect = "arn:aws:connect:eu-west-2:111122223333:"
_made = {"instance": "instance/2213ae3b-175b-5512-afec-527794ee4efb",
         "number": "phone-number/a154cce1-0efb-5fc4-a4a5-42b0f6fcdf18",
         "flow": "instance/2213ae3b-175b-5512-afec-527794ee4efb/contact-flow/1a6f0c3e-2b7d-4e81-9c54-6d0f8a2b3c01"}
Path("terraform.json").write_text(json.dumps({name: {"value": _connect + rest} for name, rest in _made.items()}))
for _key, _region in {"sourceRegion": "eu-west-2", "replicaRegion": "eu-central-1"}.items():
    pulumi.runtime.set_config(f"contact-centre:{_key}", _region)
""",
    "docs/sandbox.md": """
from acgr_sandbox import load_scenario
_world = load_scenario("centre.yaml")
number, group = _world.number("+442079460001").id, _world.arn(_world.group("retail"))
""",
}
"""What a page takes as given before its first block."""

INSTEAD = {
    "boto3.Session()": "SESSION",
    "SystemClock()": "CLOCK",
    '"arn:aws:connect:eu-central-1:…"': '"arn:aws:connect:eu-central-1:111122223333:instance/'
    '2213ae3b-175b-5512-afec-527794ee4efb/contact-flow/1a6f0c3e-2b7d-4e81-9c54-6d0f8a2b3c01"',
}
"""What stands in the place of a real account, and of what a page leaves out."""


def _compiled(block: Block) -> CodeType:
    """With the lines of its page, so that a traceback leads there."""
    text = block.text
    for written, instead in INSTEAD.items():
        text = text.replace(written, instead)
    return compile("\n" * block.line + text, block.page, "exec", dont_inherit=True)


PYTHON = [(page, list(found)) for page, found in groupby(blocks("python"), key=lambda block: block.page)]


def _is_a_program(found: list[Block]) -> bool:
    return any("from acgr_components import" in block.text or "from acgr import" in block.text for block in found)


def _ran(page: str, found: list[Block], **given: Any) -> Callable[[], None]:
    code = [compile(BEFORE.get(page, ""), page, "exec"), *map(_compiled, found)]

    def run() -> None:
        names: dict[str, Any] = {"__name__": "__main__", **given}
        for each in code:
            exec(each, names)

    return run


@pytest.mark.parametrize(("page", "found"), PYTHON, ids=[page for page, _ in PYTHON])
def test_blocks_run(page: str, found: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program declares something, under Pulumi's mocks; anything else ends without an error, on the sandbox."""
    monkeypatch.chdir(tmp_path)
    Path("centre.yaml").write_text(yaml.safe_dump(CENTRE), encoding="utf-8")
    sandbox = Sandbox(load_scenario(CENTRE), clock=ManualClock())
    session, clock = session_on(sandbox), SandboxTime(sandbox.clock)
    run = _ran(page, found, SESSION=session, CLOCK=clock)
    if not _is_a_program(found):
        run()
        return
    with connected(session, clock), deploying() as deploy:
        made = deploy(run)
    assert [one for one in made.resources if "acgr" in one.type]
