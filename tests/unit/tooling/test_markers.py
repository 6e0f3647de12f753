"""Which tests `make test-fast` leaves out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
MODULE = """
import pytest

@pytest.fixture
def pulumi_folder(): ...

@pytest.fixture
def stack(pulumi_folder): ...

@pytest.fixture
def terraform(): ...

def test_plain(tmp_path): ...
def test_with_a_stack(stack): ...
def test_with_terraform(terraform): ...
"""


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("not engine and not terraform", ["test_plain"]),
        ("engine", ["test_with_a_stack"]),
        ("terraform", ["test_with_terraform"]),
    ],
)
def test_marked_by_what_they_ask_for(tmp_path: Path, chosen: str, names: list[str]) -> None:
    """A test that asks for the Pulumi CLI or Terraform, by way of other fixtures too, is marked without a hand."""
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tmp_path / "test_some.py").write_text(MODULE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  engine\n  terraform\n")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-m", chosen]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert [line.split("::")[1] for line in ran.stdout.splitlines() if "::" in line] == names
