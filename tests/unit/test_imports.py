"""What may import what, proven in interpreters of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import packages_distributions, requires, version
from itertools import permutations
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

from acgr_cli import LIBRARIES

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

WITHOUT = """
import importlib, json, pkgutil, sys
absent = set(json.loads(sys.argv[1]))

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""
"""An interpreter in which some packages are not installed."""

EVERYTHING = """
for package in ("acgr", "acgr_components", "acgr_connect", "acgr_sandbox"):
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
import acgr, base64, dill
from pulumi.dynamic.dynamic import serialize_provider
for name in acgr.__all__:
    if name.endswith("Provider"):
        print(type(dill.loads(base64.b64decode(serialize_provider(getattr(acgr, name)())))).__name__)
"""


def _needed(distribution: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]) -> set[str]:
    """A distribution and all that it asks for with these extras, by name."""
    if (distribution, extras) in seen:
        return set()
    seen.add((distribution, extras))
    found = {distribution}
    for asked in map(Requirement, requires(distribution) or ()):
        if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            found |= _needed(canonical(asked.name), frozenset(asked.extras), seen)
    return found


def _only_with_extras() -> set[str]:
    """The packages that are importable only where the extras are installed."""
    plain = _needed("pulumi-acgr", frozenset(), set())
    whole = _needed("pulumi-acgr", frozenset({"cli", "sandbox"}), set())
    by_distribution = packages_distributions().items()
    return {package for package, of in by_distribution if {canonical(one) for one in of} & (whole - plain)}


def _without(absent: set[str] | tuple[str, ...], program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT + program, json.dumps(sorted(absent))]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_resources_take_no_terminal_library() -> None:
    """Without the extras every module imports but the command's, and providers are taken from the state as stored."""
    absent = _only_with_extras()
    assert set(LIBRARIES) < absent
    answer = _without(absent, EVERYTHING)
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.split()) > 5


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_command_says_what_it_lacks(library: str) -> None:
    """Without what the extra installs, `acgr` ends in a sentence that names the extra, and in no traceback."""
    answer = _without((library,), "from acgr_cli import main; sys.exit(main(['verify', '--help']) or main(['--help']))")
    said = f'The command acgr needs {library}, which is not installed: pip install "pulumi-acgr[cli]" installs it.'
    assert (answer.returncode, answer.stderr) == (1, f"{said}\n")


def test_version_is_read_when_somebody_asks() -> None:
    """`acgr.__version__` is that of the distribution; no program waits for it; nothing else is made up."""
    answer = _python("import sys, acgr; print('importlib.metadata' in sys.modules, acgr.__version__)")
    assert answer.stdout.split()[-1] == version("pulumi-acgr"), answer.stderr
    assert "no attribute 'nothing'" in _python("import acgr; acgr.nothing").stderr


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
    """Everything in `__all__` is there, each in this package as far as state is concerned, and none is a module."""
    wrong = "not hasattr(acgr, n) or isinstance(getattr(acgr, n), type(acgr))"
    answer = _python(f"import acgr; print(*[n for n in acgr.__all__ if {wrong}])")
    assert (answer.returncode, answer.stdout.split()) == (0, [])


@pytest.mark.parametrize("order", list(permutations(["pulumi.provider", "acgr", "google.rpc.status_pb2"])), ids=str)
def test_beside_whatever_else_knows_google_rpc(order: tuple[str, ...]) -> None:
    """A plugin host or provider library in the same process does not keep this package from being imported.

    Pulumi and Google register `google.rpc.Status` both, and the second of them fails: that is theirs.
    """
    lines = ["from contextlib import suppress"]
    for name in order:
        lines += [f"import {name}"] if name == "acgr" else ["with suppress(TypeError):", f"    import {name}"]
    answer = _python("\n".join([*lines, "import acgr.requests; print(acgr.requests.Status(message='x').message)"]))
    assert answer.stdout.strip() == "x", answer.stderr
