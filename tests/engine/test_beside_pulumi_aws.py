"""`examples/beside-pulumi-aws` on the real CLI: flow, agent and number by Terraform's AWS provider, placed by acgr.

All of it in one `pulumi up`. The provider is bridged as pulumi_aws bridges it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE
from harness.examples import EXAMPLES, centre_of, stack_of
from harness.stack import Stack
from terraform import PLUGINS

NAME = "beside-pulumi-aws"
BOTH = dict.fromkeys((SOURCE, REPLICA), "Reception")
WARNING = (
    "warning: desk claims this number for another target than reception-desk places it on: whenever desk is refreshed, "
    "the next run takes the number back, and callers reach nothing until reception-desk has placed it again."
)


@pytest.fixture
def harbour() -> Iterator[Centre]:
    """The contact centre of the example; who deploys may do everything: pulumi_aws makes what acgr never does."""
    with centre_of(NAME, "set-up") as centre:
        centre.sandbox.set_policies({})
        yield centre


@pytest.fixture
def example(harbour: Centre, terraform_bridge: Path, clean: dict[str, str], empty: Path, tmp_path: Path) -> Stack:
    """The example's program, with the bridge in the place of pulumi_aws's own plugin."""
    if not PLUGINS.is_dir():
        pytest.skip("Terraform's AWS provider is not installed.")
    home = tmp_path / "home"
    plugin = home / "plugins" / "resource-terraform-provider-v0.0.0-dev"
    plugin.mkdir(parents=True)
    for program in terraform_bridge.iterdir():
        (plugin / program.name).symlink_to(program)
    own = {"PULUMI_HOME": str(home), "PULUMI_DYNAMIC_TF_PLUGIN_CACHE_DIR": str(PLUGINS)}
    stack = stack_of(NAME, harbour, {**clean, **own}, empty, tmp_path / "stack")
    (stack.folder / "example.py").write_text((stack.folder / "__main__.py").read_text(encoding="utf-8"))
    bridged = EXAMPLES.parent / "tests" / "engine" / "harness" / "bridged.py"
    (stack.folder / "__main__.py").write_text(bridged.read_text(encoding="utf-8"), encoding="utf-8")
    return stack


def _choose(example: Stack, variant: str) -> None:
    """`pulumi config set variant …`."""
    settings = example.folder / "Pulumi.dev.yaml"
    lines = [line for line in settings.read_text(encoding="utf-8").splitlines() if "trial:variant" not in line]
    settings.write_text("\n".join([*lines, f"  trial:variant: {variant}", ""]), encoding="utf-8")


def _home(harbour: Centre) -> tuple[str, dict[str, str]]:
    """Where the number is that the program claims, and its flows."""
    (number,) = harbour.sandbox.world.numbers.values()
    return harbour.of(number)


def _flows_in_source(harbour: Centre) -> list[str]:
    """The other Region lets go of a flow a moment later."""
    return [flow.name for flow in harbour.sandbox.world.flows.values() if SOURCE in flow.states]


def test_claimed_on_the_group(example: Stack, harbour: Centre) -> None:
    """Nothing moves the number and nothing fights: `up --refresh` changes nothing, and a destroy passes at once."""
    up = example.up()
    assert (up.code, up.summary()) == (0, ["+ 12 created"]), up.text
    assert _home(harbour) == ("reception", BOTH)
    assert harbour.members("reception") == {"dora.deal"}

    again = example.up("--refresh", "--expect-no-changes")
    assert again.code == 0, again.text
    assert "claims this number" not in up.text + again.text
    assert harbour.sandbox.counters.calls("UpdatePhoneNumber") == 0

    down = example.destroy()
    assert down.code == 0, down.text
    assert len(harbour.sandbox.world.released) == 1
    assert _flows_in_source(harbour) == []


def test_claimed_on_the_instance(example: Stack, harbour: Centre) -> None:
    """Two owners: a first preview, in which nothing is known, warns. A refresh takes the number back, and it is not
    dark afterwards. With its target ignored the number is placed again, and stays; then it can be declared on its
    group without a move. A destroy passes at the first try: the number is deleted before its flow, though the program
    does not say so.
    """
    _choose(example, "claimed_on_the_instance")
    preview = example.preview()
    assert (preview.code, preview.summary()) == (0, ["+ 12 to create"]), preview.text
    assert preview.text.count(WARNING) == 2  # on the row, and below

    up = example.up()
    assert up.code == 0, up.text
    assert _home(harbour) == ("reception", BOTH)
    fought = example.up("--refresh")
    assert "something else has moved it to instance harbour" in fought.text
    assert _home(harbour) == ("harbour", {SOURCE: "Reception"})
    assert harbour.dark() == []

    _choose(example, "ignoring_the_target")
    up = example.up("--refresh")
    assert up.code == 0, up.text
    assert _home(harbour) == ("reception", BOTH)
    _choose(example, "leaving_all_targets")
    quiet = example.preview("--refresh", "--expect-no-changes")
    assert quiet.code == 0, quiet.text
    assert "claims this number" not in quiet.text
    _choose(example, "claimed_on_the_group")
    moved = example.preview("--refresh")
    assert moved.summary() == ["~ 1 to update", "11 unchanged"], moved.text
    assert "reception-desk update" in moved.text  # its return_to

    down = example.destroy()
    assert down.code == 0, down.text
    assert len(harbour.sandbox.world.released) == 1
    assert _flows_in_source(harbour) == []
