"""Each fenced block of the pages is of a kind that a check looks at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from code_blocks import ROOT, Block, blocks

import acgr
import acgr_components
from acgr_plugin.schema import schema
from acgr_sandbox import load_scenario
from acgr_sandbox.scenario.default import DEFAULT_SCENARIO

CHECKED = {"console", "sh", "python", "yaml", "json", "hcl", "typescript", "go", "text"}
"""Languages that the tests of this folder look at. `text` is what was printed, and no command stands in it."""

FOR_THE_SITE = {"{toctree}", "{eval-rst}"}
"""Blocks that Sphinx reads: `make docs` fails where it does not understand one."""


def test_each_block_says_what_it_is() -> None:
    """A block without a language, or of one that nothing looks at, is checked by nobody."""
    assert [f"{block} [{block.language}]" for block in blocks() if block.language not in CHECKED | FOR_THE_SITE] == []


def test_each_fence_is_closed() -> None:
    """What is open takes the rest of the page in."""
    assert all("```" not in block.text for block in blocks())
    assert len(blocks()) > 80


def _is_of_the_site(page: str) -> bool:
    return page == "docs/index.md" or page.startswith("docs/reference/")


@pytest.mark.parametrize("block", blocks(*FOR_THE_SITE), ids=str)
def test_pages_read_well_without_the_site(block: Block) -> None:
    """Only the page of contents and the generated reference have what a Git host does not understand."""
    assert _is_of_the_site(block.page)


@pytest.mark.parametrize("block", blocks("text"), ids=str)
def test_text_is_no_command(block: Block) -> None:
    """Commands are of a console, where they are checked."""
    assert not block.text.lstrip().startswith(("$ ", "acgr ", "pulumi ", "make ", "aws "))


def _json(text: str) -> Any:
    """An object, some of its members, or an object a line."""
    if text.startswith("{") and text.count("\n{"):
        return [json.loads(line) for line in text.splitlines()]
    return json.loads(text if text.startswith(("{", "[")) else "{" + text + "}")


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json(block: Block) -> None:
    """It can be read; a policy of IAM has what one has."""
    read = _json(block.text)
    assert read
    if "Statement" in read:
        assert read["Version"] == "2012-10-17"
        assert all({"Effect", "Action"} <= set(statement) for statement in read["Statement"])


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml(block: Block) -> None:
    """It can be read; a scenario can be loaded. tests/workflows.py runs the workflows."""
    lines = block.text.splitlines()
    if all(line.startswith("{") for line in lines):
        assert all("do" in yaml.safe_load(line) for line in lines)
        return
    read = yaml.safe_load(block.text)
    assert isinstance(read, dict)
    if "instances" in read:
        assert load_scenario(read).numbers


INPUTS = {token: set(kind["inputProperties"]) for token, kind in schema()["resources"].items()}


def _unknown_inputs(type_: str, given: Iterable[str]) -> list[str]:
    return sorted(set(given) - INPUTS[type_.replace(":index:", ":").replace(":", ":index:")])


def test_native_programs_in_yaml() -> None:
    """Each resource of the native provider has inputs that its schema has."""
    programs = [
        yaml.safe_load(block.text) for block in blocks("yaml") if block.text.startswith(("name:", "resources:"))
    ]
    declared = [one for program in programs for one in program.get("resources", {}).values()]
    native = [one for one in declared if one["type"].startswith("acgr:")]
    assert len(native) > 2
    assert [wrong for one in native if (wrong := _unknown_inputs(one["type"], one["properties"]))] == []


def test_native_programs_in_typescript() -> None:
    """The same."""
    made = re.compile(r"\bnew acgr\.(\w+)\(\S+, \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
    found = [one for block in blocks("typescript") for one in made.findall(block.text)]
    assert found
    for kind, body in found:
        assert _unknown_inputs(f"acgr:{kind}", re.findall(r"^    (\w+):", body, re.MULTILINE)) == []


def test_the_first_native_program() -> None:
    """In each language it names what there is in a sandbox that was given no scenario, as the page starts it."""
    (in_yaml,) = [block for block in blocks("yaml") if block.text.startswith("name:") and "acgr:" in block.text]
    (in_typescript,) = [block for block in blocks("typescript") if "GlobalResiliency" in block.text]
    world = load_scenario(DEFAULT_SCENARIO)
    (declared,) = yaml.safe_load(in_yaml.text)["resources"].values()
    asked = declared["properties"]
    assert asked["trafficDistributionGroup"] in {one.name for one in world.groups.values()}
    assert set(asked["agents"]) <= {one.username for one in world.users.values()}
    assert asked["numbers"].keys() <= {one.e164 for one in world.numbers.values()}
    assert {one["flow"] for one in asked["numbers"].values()} <= {one.name for one in world.flows.values()}
    (in_go,) = blocks("go")  # the engine's tests compile it
    for program in (in_typescript, in_go):
        said = re.findall(r'"([^"]+)"', program.text)
        for name in (asked["trafficDistributionGroup"], *asked["agents"], *asked["numbers"]):
            assert name in said


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def test_hcl_is_of_an_example() -> None:
    """What is shown of Terraform stands in an example that runs."""
    examples = [path for path in Path(ROOT, "examples").rglob("*.tf") if ".terraform" not in path.parts]
    texts = [_squeezed(path.read_text(encoding="utf-8")) for path in examples]
    assert [str(block) for block in blocks("hcl") if not any(_squeezed(block.text) in text for text in texts)] == []


@pytest.mark.parametrize("module", [acgr, acgr_components], ids=lambda module: module.__name__)
def test_what_is_public_is_in_the_reference(module: ModuleType) -> None:
    """But for providers, which the engine alone uses, and for dictionaries that are another form of a class."""
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))
    named = set(re.findall(r":: (\S+)$", pages, re.MULTILINE))
    objects = {name for name in module.__all__ if not isinstance(getattr(module, name), ModuleType)}
    public = {name for name in objects if not name.endswith("Provider")}
    twins = {name for name in public if name.removesuffix("Dict") in public - {name}}
    assert {f"{module.__name__}.{name}" for name in public - twins} <= named
