"""Resources driven through their providers, on the sandbox, with one clock for both."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic import DiffResult, ResourceProvider
from sandbox_time import SandboxTime

from acgr import connected
from acgr.runtime.run import Run
from acgr_connect.aws.settings import Settings
from acgr_connect.scheduling.token_bucket import Rate
from acgr_connect.world.connection import Connection
from acgr_sandbox import ManualClock, Sandbox, load_scenario, session_on

sys.path.insert(0, str(Path(__file__).resolve().parent))

from surroundings import WORLD, shared_session  # it is beside this file


@pytest.fixture
def sandbox() -> Sandbox:
    """Two Regions whose time only moves when somebody waits."""
    return Sandbox(load_scenario(WORLD), clock=ManualClock())


@pytest.fixture
def next_run_on() -> Iterator[Callable[[Sandbox], Connection]]:
    """Begin a run on a sandbox: nothing is remembered of the one before but what the world and the state hold."""
    with ExitStack() as runs:

        def begin(sandbox: Sandbox) -> Connection:
            settings, shared = Settings(rate=Rate(2.0, 5.0)), shared_session()
            shared.sandbox = sandbox
            return runs.enter_context(connected(shared, SandboxTime(sandbox.clock), settings)).connection

        yield begin


@pytest.fixture
def next_run(sandbox: Sandbox, next_run_on: Callable[[Sandbox], Connection]) -> Callable[[], Connection]:
    """The same, on the sandbox of the test."""
    return lambda: next_run_on(sandbox)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The folder in which runs write down what is owed to numbers that move."""
    return tmp_path / "journal"


@pytest.fixture
def next_run_with_journal(sandbox: Sandbox, journal: Path) -> Iterator[Callable[[], Run]]:
    """The same, on a disk that outlives a run."""
    with ExitStack() as runs:

        def begin() -> Run:
            settings = Settings(rate=Rate(2.0, 5.0), journal_folder=journal)
            return runs.enter_context(connected(session_on(sandbox), SandboxTime(sandbox.clock), settings))

        yield begin


@pytest.fixture
def next_run_with(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """The same, with settings of its own; `machine` is whose disk it has."""
    with ExitStack() as runs:

        def begin(machine: str = "", **settings: Any) -> Run:
            folder, shared = tmp_path / machine, shared_session()
            shared.sandbox = sandbox
            chosen = Settings(
                rate=Rate(2.0, 5.0), limiter_folder=folder / "rate", journal_folder=folder / "journal", **settings
            )
            return runs.enter_context(connected(shared, SandboxTime(sandbox.clock), chosen))

        yield begin


@pytest.fixture
def connection(next_run: Callable[[], Connection]) -> Connection:
    """The first run's connection."""
    return next_run()


@pytest.fixture
def previewed() -> Callable[..., DiffResult]:
    """What a preview does to a resource: check, then diff. A refresh diffs as well, without the check."""

    def preview(provider: ResourceProvider, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        provider.check(olds, news)
        return provider.diff(id_, olds, news)

    return preview


@pytest.fixture
def switch(sandbox: Sandbox) -> Callable[..., None]:
    """Set switches of the sandbox by name."""

    def set_switches(**values: Any) -> None:
        sandbox.switches = sandbox.switches.with_values(values)

    return set_switches


@pytest.fixture
def empty_by_hand(sandbox: Sandbox) -> Callable[[str], None]:
    """Take all agents off a group, as somebody else would."""

    def empty(group: str) -> None:
        found = sandbox.world.group(group)
        found.members.clear()
        found.listed.clear()

    return empty
