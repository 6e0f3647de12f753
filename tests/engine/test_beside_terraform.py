"""`examples/beside-terraform` on the real CLI and Terraform: one claims, the other places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE
from harness.examples import EXAMPLES, centre_of, stack_of
from harness.stack import Stack
from terraform import Terraform

NAME = "beside-terraform"
MAIN = (EXAMPLES / NAME / "main.tf").read_text(encoding="utf-8")
BOTH = dict.fromkeys((SOURCE, REPLICA), "Reception")


@pytest.fixture
def harbour() -> Iterator[Centre]:
    """The contact centre of the example; Terraform may do everything there, and so may acgr."""
    with centre_of(NAME, "set-up") as centre:
        centre.sandbox.set_policies({})
        yield centre


@pytest.fixture
def terraform(harbour: Centre, tmp_path: Path) -> Terraform:
    """The example's configuration of Terraform."""
    (tmp_path / "main.tf").write_text(MAIN, encoding="utf-8")
    return Terraform(tmp_path, harbour.url)


@pytest.fixture
def example(harbour: Centre, clean: dict[str, str], empty: Path, tmp_path: Path) -> Stack:
    """The example's program."""
    return stack_of(NAME, harbour, clean, empty, tmp_path / "stack")


def test_terraform_claims_and_acgr_places(
    terraform: Terraform, example: Stack, harbour: Centre, tmp_path: Path
) -> None:
    """After `pulumi up`, a plan of Terraform is empty; both ways back pass at the first try.

    Without `ignore_changes`, a plan would take the number back from its group.
    """
    terraform.apply()
    (example.folder / "terraform.json").write_text(terraform.outputs(), encoding="utf-8")
    up = example.up()
    assert up.code == 0, up.text
    (number,) = harbour.sandbox.world.numbers.values()
    assert harbour.of(number) == ("reception", BOTH)

    terraform.plan_is_clean()
    terraform.apply()
    assert harbour.of(number) == ("reception", BOTH)
    (tmp_path / "main.tf").write_text(MAIN.replace("ignore_changes = [target_arn]", ""), encoding="utf-8")
    assert "~ target_arn" in terraform.plan()
    (tmp_path / "main.tf").write_text(MAIN, encoding="utf-8")

    down = example.destroy()
    assert down.code == 0, down.text
    assert harbour.of(number) == ("harbour", {SOURCE: "Reception"})
    terraform.plan_is_clean()
    terraform.destroy()
    assert harbour.dark() == []
    assert list(harbour.sandbox.world.released) == [number.e164]
