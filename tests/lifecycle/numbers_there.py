"""What the sandbox holds of numbers, as tests of several resources ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from acgr_sandbox import Request, Sandbox

ON_INSTANCE, ON_DEFAULT, ON_RETAIL, DARK = (f"+44207946000{n}" for n in (1, 2, 3, 4))
SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def home_of(sandbox: Sandbox, number: str) -> str:
    """The name of the group or instance on which a number is."""
    sandbox.settle()
    target = sandbox.world.number(number).target
    group = sandbox.world.groups.get(target)
    return group.name if group else sandbox.world.instances[target].alias


def flows_of(sandbox: Sandbox, number: str) -> dict[str, str]:
    """Region to the name of the flow that answers a number there."""
    sandbox.settle()
    found = sandbox.world.number(number)
    ids = {region: found.flow_in(region) for region in sandbox.world.regions_of(found)}
    return {region: sandbox.world.flow(id_).name for region, id_ in ids.items() if id_}


def everywhere(name: str) -> dict[str, str]:
    """One flow in both Regions."""
    return {SOURCE: name, REPLICA: name}


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, but for what it has written down."""


@contextmanager
def killed_at(sandbox: Sandbox, operation: str, *, after: int = 0) -> Iterator[None]:
    """The process dies right after this operation has taken effect so many times and once more."""
    kept, last = sandbox.handle, sandbox.counters.calls(operation, outcome="ok") + after

    def handle(request: Request) -> Any:
        answer = kept(request)
        if sandbox.counters.calls(operation, outcome="ok") > last:
            raise Killed
        return answer

    sandbox.handle = handle  # type: ignore[method-assign]
    try:
        with pytest.raises(Killed):
            yield
    finally:
        sandbox.handle = kept  # type: ignore[method-assign]
