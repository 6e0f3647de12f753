"""What may import what, proven in interpreters of their own."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

CONNECT = """
import importlib, pkgutil, sys
import acgr_connect
names = [m.name for m in pkgutil.walk_packages(acgr_connect.__path__, "acgr_connect.")]
for name in names:
    if name.endswith("__main__"):
        continue
    importlib.import_module(name)
assert "acgr_connect.numbers.placement" in names, names
print(*sorted({m.split(".")[0] for m in sys.modules} & {"pulumi", "pulumi_aws", "acgr", "acgr_components", "grpc"}))
"""


def _python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_connect_knows_nothing_of_pulumi() -> None:
    """Importing every module of `acgr_connect` imports neither Pulumi nor anything that stands above it."""
    answer = _python(CONNECT)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == []


def test_a_program_does_not_wait_for_boto3() -> None:
    """boto3 is imported with the first client, not by a program that only declares."""
    answer = _python("import sys, acgr_components; print('boto3' in sys.modules)")
    assert answer.stdout.strip() == "False", answer.stderr


def test_facade_refuses_another_path() -> None:
    """`providers.acgr` is refused, with the reason: the import path is stored in state."""
    answer = _python("import providers.acgr")
    assert answer.returncode != 0
    last = answer.stderr.strip().splitlines()[-1]
    assert last == "ImportError: import acgr, not providers.acgr: this path is stored in Pulumi state"


def test_facade_gives_what_it_names() -> None:
    """Everything in `__all__` is there, each in this package as far as state is concerned."""
    answer = _python("import acgr; print(*[n for n in acgr.__all__ if not hasattr(acgr, n)])")
    assert (answer.returncode, answer.stdout.split()) == (0, [])


@pytest.mark.parametrize("order", list(permutations(["pulumi.provider", "acgr", "google.rpc.status_pb2"])), ids=str)
def test_beside_whatever_else_knows_google_rpc(order: tuple[str, ...]) -> None:
    """A plugin host or provider library in the same process does not keep this package from being imported.

    Pulumi and Google register `google.rpc.Status` both, and the second of them fails: that is theirs.
    """
    lines = ["from contextlib import suppress"]
    for name in order:
        lines += [f"import {name}"] if name == "acgr" else ["with suppress(TypeError):", f"    import {name}"]
    answer = _python("\n".join([*lines, "import acgr._engine; print(acgr._engine.Status(message='x').message)"]))
    assert answer.stdout.strip() == "x", answer.stderr
