"""The examples of this repository on a stack of their own: their program, their configuration, their contact centre."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml
from harness.centre import Centre, policies, serving
from harness.stack import FAST, Stack, endpoints

from acgr_connect.aws.permissions import RoleKind
from acgr_sandbox import load_scenario

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@contextmanager
def centre_of(example: str, role: RoleKind) -> Iterator[Centre]:
    """The contact centre of an example, and what those may do who deploy."""
    with serving(Centre(load_scenario(EXAMPLES / example / "scenario.yaml"))) as centre:
        centre.set(replicate_seconds=0.0, group_seconds=0.0)
        centre.sandbox.set_policies(policies(centre.sandbox.world, role))
        yield centre


def stack_of(example: str, centre: Centre, environment: Mapping[str, str], empty: Path, folder: Path) -> Stack:
    """A stack with the program and configuration of an example, on its contact centre."""
    config = yaml.safe_load((EXAMPLES / example / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    own = {key.replace(f"{example}:", "trial:"): value for key, value in config.items()}
    stack = Stack(folder, {**environment, **endpoints(centre.url)}, {**FAST, **own}, empty)
    for file in (EXAMPLES / example).glob("*.py"):
        (stack.folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return stack
