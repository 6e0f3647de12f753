"""Stacks on the real CLI, each with a contact centre of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))

from harness.centre import Centre, serving  # noqa: E402
from harness.stack import FAST, Stack, clean_environment, empty_stack, endpoints  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make golden`."""
    parser.addoption("--renew-golden", action="store_true", help="write tests/engine/golden anew")


@pytest.fixture(scope="session")
def clean(pulumi_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment that reaches no cloud, with an own PULUMI_HOME."""
    return {**clean_environment(os.environ, pulumi_folder), "PULUMI_HOME": str(tmp_path_factory.mktemp("pulumi-home"))}


@pytest.fixture(scope="session")
def empty(clean: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an empty stack."""
    return empty_stack(tmp_path_factory.mktemp("empty") / "stack", clean)


@pytest.fixture
def centre() -> Iterator[Centre]:
    """A contact centre that answers over HTTP."""
    with serving(Centre()) as open_centre:
        yield open_centre


@pytest.fixture
def stack(centre: Centre, clean: dict[str, str], empty: Path, tmp_path: Path) -> Stack:
    """A stack on that contact centre, at no rate to speak of."""
    return Stack(tmp_path / "stack", {**clean, **endpoints(centre.url)}, FAST, empty)


@pytest.fixture
def logged(centre: Centre, clean: dict[str, str], empty: Path, tmp_path: Path) -> Stack:
    """The same, with a log."""
    stack = Stack(tmp_path / "stack", {**clean, **endpoints(centre.url)}, FAST, empty)
    stack.environment |= stack.log.environment
    return stack
