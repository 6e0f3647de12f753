"""Nobody's own Pulumi and AWS set-up takes part in the tests, but for a real account that was asked for by name.

A test is marked by what its fixtures need, so that `make test-fast` can leave it out.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import pulumi_cli
from language_hosts import HOSTS
from terraform_bridge import BRIDGE
from tooling.console import Remedy
from tooling.made_programs import Programs

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # a test is never about how long something takes on a machine that does other work

REAL_ACCOUNT = "ACGR_CONTRACT_ACCOUNT"
KEPT = ("ACGR_BRIDGE", "ACGR_CACHE", "ACGR_CONTRACT_", "ACGR_GO_CACHES", "ACGR_LANGUAGE_HOSTS")

MARKERS = {"pulumi_folder": "engine", "terraform": "terraform", "terraform_bridge": "terraform"}
"""The fixtures that need a program which not everybody has, and the marker of every test that asks for one."""


def _is_foreign(name: str) -> bool:
    prefixes = ("PULUMI_", "ACGR_") if os.environ.get(REAL_ACCOUNT) else ("PULUMI_", "ACGR_", "AWS_")
    return name.startswith(prefixes) and not name.startswith(KEPT)


for _name in [name for name in os.environ if _is_foreign(name)]:
    del os.environ[_name]

# The programs that tests start hundreds of times are compiled once, and not each time anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    """A folder in which the processes of one run share what they learn (`tests/reliability/drill/shared.py`)."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="acgr-learned-")
        os.environ["RELIABILITY_LEARNED"] = folder
        config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests by their fixtures."""
    for item in items:
        for fixture in MARKERS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKERS[fixture])


@pytest.fixture(scope="session")
def pulumi_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of the Pulumi CLI: on PATH or in the cache, or made now, by one worker for all."""
    return _made(pytestconfig, pulumi_cli.find_or_make)


@pytest.fixture(scope="session")
def language_hosts(pytestconfig: pytest.Config) -> Path:
    """The folder of the hosts for YAML, Go and Node.js: cached, or made where `ACGR_LANGUAGE_HOSTS` is `build`."""
    missing = "The language hosts are not in the cache: scripts/language_hosts.py makes them, in five minutes."
    return _cached(pytestconfig, HOSTS, "ACGR_LANGUAGE_HOSTS", missing)


@pytest.fixture(scope="session")
def terraform_bridge(pytestconfig: pytest.Config) -> Path:
    """The folder of the Terraform bridge: in the cache, or made now where `ACGR_BRIDGE=build` asks for it."""
    missing = "The Terraform bridge is not in the cache: scripts/terraform_bridge.py makes it, in ten minutes."
    return _cached(pytestconfig, BRIDGE, "ACGR_BRIDGE", missing)


def _cached(pytestconfig: pytest.Config, wanted: Programs, variable: str, missing: str) -> Path:
    if os.environ.get(variable) == "build":
        return _made(pytestconfig, wanted.find_or_make)
    if (found := wanted.cached(os.environ)) is None:
        pytest.skip(missing)
    return found


def _made(pytestconfig: pytest.Config, find_or_make: Callable[[Mapping[str, str]], Path]) -> Path:
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():  # making it takes minutes, and says so
        try:
            return find_or_make(os.environ)
        except Remedy as remedy:
            pytest.fail(str(remedy), pytrace=False)
