"""Which tests `make test-fast` leaves out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
MODULE = """
import pytest

@pytest.fixture
def pulumi_folder(): ...

@pytest.fixture
def stack(pulumi_folder): ...

@pytest.fixture
def terraform(): ...

@pytest.fixture
def terraform_bridge(): ...

def test_plain(tmp_path): ...
def test_with_a_stack(stack): ...
def test_with_terraform(terraform): ...
def test_with_the_bridge(stack, terraform_bridge): ...
"""
REPORT = """

def pytest_collection_finish(session):
    for item in session.items:
        print(item.name, sorted(mark.name for mark in item.iter_markers()))
"""


def test_marked_by_what_they_ask_for(tmp_path: Path) -> None:
    """A test that asks for the Pulumi CLI or Terraform, by way of other fixtures too, is marked without a hand."""
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text() + REPORT)
    (tmp_path / "test_some.py").write_text(MODULE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  engine\n  terraform\n")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent / "scripts")}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert [line for line in ran.stdout.splitlines() if line.startswith("test_") and line.endswith("]")] == [
        "test_plain []",
        "test_with_a_stack ['engine']",
        "test_with_terraform ['terraform']",
        "test_with_the_bridge ['engine', 'terraform']",
    ]
