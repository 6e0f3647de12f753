"""A native provider on the sandbox, asked by gRPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from native_door import Door, opened
from surroundings import WORLD, shared_session

from acgr_sandbox import ManualClock, Sandbox, load_scenario, session_on

Begin = Callable[..., Door]


@pytest.fixture
def begin(sandbox: Sandbox, tmp_path: Path) -> Iterator[Begin]:
    """A process of the plugin: nothing is remembered of the one before but what the world and the disk hold.

    It is another run's, or a provider `beside` one of the same run.
    """
    shared_session().sandbox = sandbox
    with ExitStack() as doors:

        def configured(beside: Door | None = None, **config: Any) -> Door:
            environ = {"ACGR_CACHE": str(tmp_path)}
            door = doors.enter_context(opened(sandbox, shared_session(), environ, beside=beside))
            door.configure("default" if beside is None else "explicit", **config)
            return door

        yield configured


@pytest.fixture
def door(begin: Begin) -> Door:
    """The first one, configured by nothing."""
    return begin()


@pytest.fixture
def other_account(tmp_path: Path) -> Iterator[tuple[Door, Sandbox]]:
    """A provider for another account, in the same process."""
    world = Sandbox(load_scenario({**WORLD, "account": "444455556666"}), clock=ManualClock())
    with opened(world, session_on(world), {"ACGR_CACHE": str(tmp_path)}) as door:
        door.configure("elsewhere")
        yield door, world
