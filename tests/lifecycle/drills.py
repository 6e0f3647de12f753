"""What the tests of `acgr drill` share: a sound world, a person at a terminal, and a drill that is stopped anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from surroundings import connection_to

from acgr_cli.connected import Reach
from acgr_cli.drill.commands import Asked, carry_out
from acgr_sandbox import ManualClock, Request, Response, Sandbox, Switches, load_scenario

SOURCE, REPLICA = "eu-west-2", "eu-central-1"

SOUND: dict[str, Any] = {
    "account": "111122223333",
    "source_region": SOURCE,
    "replica_region": REPLICA,
    "instances": [{"alias": "northwind"}],
    "groups": [
        {"name": "everyone", "default": True, "members": ["alice.smith", "bob.brown"]},
        {"name": "retail", "members": ["carol.white", "dave.jones"]},
    ],
    "flows": ["Main IVR", "Sales"],
    "users": ["alice.smith", "bob.brown", "carol.white", "dave.jones"],
    "numbers": [
        {"e164": "+442079460002", "target": "everyone", "flow": "Sales"},
        {"e164": "+442079460003", "target": "retail", "flow": "Main IVR"},
        {"e164": "+442079460004", "target": "retail", "flow": "Sales"},
    ],
}
"""A pair on which `acgr verify` has nothing to say against a drill."""

NUMBERS = [number["e164"] for number in SOUND["numbers"]]
STREAM = "5/s"
WRITES = ("UpdateTrafficDistribution", "CreateTestCase", "StartTestCaseExecution")


class Killed(BaseException):
    """The process is gone: nothing more is done, said or written."""


class Person:
    """Somebody at a terminal: what was shown, what is answered, and when they have had enough."""

    def __init__(
        self,
        *answers: str,
        agrees: bool = True,
        leaves: Callable[[str], BaseException | None] = lambda _line: None,
    ) -> None:
        self.lines: list[str] = []
        self.questions: list[str] = []
        self._answers, self._agrees, self._leaves = list(answers), agrees, leaves

    def say(self, line: str) -> None:
        """Read it; and leave, should that be enough."""
        self.lines.append(line)
        if (why := self._leaves(line)) is not None:
            raise why

    def confirm(self, question: str) -> bool:
        """Yes or no."""
        self.questions.append(question)
        return self._agrees

    def ask(self, question: str) -> str:
        """The next answer."""
        self.questions.append(question)
        return self._answers.pop(0)

    @property
    def text(self) -> str:
        """All that was shown."""
        return "\n".join(self.lines)


def sandbox_of(scenario: dict[str, Any] = SOUND, **switches: Any) -> Sandbox:
    """A sandbox on which nothing is throttled unless told otherwise, with a stream of calls."""
    sandbox = Sandbox(load_scenario(scenario), clock=ManualClock(), switches=Switches(**{"rate": 0, **switches}))
    if scenario.get("numbers"):
        sandbox.stream_calls(STREAM)
    return sandbox


def run(sandbox: Sandbox, asked: Asked, person: Person | None = None, instance: str | None = None) -> int:
    """The command, in this process and on the sandbox's clock."""
    return carry_out(Reach(connection_to(sandbox), instance, (SOURCE,)), asked, person or Person())


def shares(sandbox: Sandbox) -> dict[str, tuple[dict[str, int], dict[str, int], dict[str, bool]]]:
    """How the world's groups spread calls, agents and sign-in."""
    groups = sandbox.world.groups.values()
    return {one.name: (dict(one.telephony), dict(one.agents), dict(one.sign_in)) for one in groups}


def lost(sandbox: Sandbox, numbers: Sequence[str] = NUMBERS) -> int:
    """How many calls of the stream were lost."""
    return sum(sandbox.calls_lost(number) for number in numbers)


def writes(sandbox: Sandbox) -> int:
    """How many requests there were that change anything."""
    return sum(sandbox.counters.calls(operation) for operation in WRITES)


def written(file: Path) -> dict[str, Any]:
    """The evidence."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def at_request(sandbox: Sandbox, path: str, method: str, count: int, *, after: bool, what: BaseException) -> None:
    """Raise something at a request: before it arrives, or once it was carried out."""
    handle = sandbox.handle
    seen = 0

    def watched(request: Request) -> Response:
        nonlocal seen
        seen += is_meant(request)
        is_now = is_meant(request) and seen == count
        if is_now and not after:
            raise what
        answer = handle(request)
        if is_now:
            raise what
        return answer

    def is_meant(request: Request) -> bool:
        return request.method == method and request.raw_path.startswith(path)

    sandbox.handle = watched  # type: ignore[method-assign]
