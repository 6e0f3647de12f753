"""Clocks and clients for the unit tests: written by hand, so that a test says all that happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Condition
from typing import Any

from botocore.exceptions import ClientError

from acgr_connect.model.arns import Arn

PATIENCE = 30.0
"""Real seconds after which a test that waits for another thread fails."""

ACCOUNT = "111122223333"
SOURCE, REPLICA = "eu-west-2", "eu-central-1"


class ScriptedClock:
    """Jumps over every wait; only a thread that waits for another thread really waits, and not for ever."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since the test began, of simulated time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Jump."""
        self.slept.append(seconds)
        self.time += seconds

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Jump; without `seconds`, wait for another thread. A wait too short to move a clock would never end."""
        if seconds is not None:
            assert self.time + seconds > self.time, f"{seconds} s are no wait"
            self.time += seconds
        elif not condition.wait(PATIENCE):
            raise AssertionError("no other thread came")


class HeldClock(ScriptedClock):
    """Moves only when the test says so; threads really wait for that."""

    def __init__(self) -> None:
        super().__init__()
        self._parked = 0
        self._parking = Condition()
        self._turn: Condition | None = None

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Park the thread until the test advances the clock or another thread notifies."""
        if seconds is not None:
            self._turn = condition
        self._park(1)
        came = condition.wait(PATIENCE)
        self._park(-1)
        if not came:
            raise AssertionError("the test never advanced the clock")

    def until_parked(self, threads: int) -> None:
        """Wait until so many threads are parked."""
        with self._parking:
            assert self._parking.wait_for(lambda: self._parked == threads, PATIENCE), "not all threads are parked"

    def advance(self, seconds: float) -> None:
        """Let time pass and wake everybody."""
        assert self._turn is not None, "nobody is parked"
        with self._turn:
            self.time += seconds
            self._turn.notify_all()

    def _park(self, change: int) -> None:
        with self._parking:
            self._parked += change
            self._parking.notify_all()


class AtOnce:
    """A worker that does its work before whoever asks for it goes on."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def ask(self, patience: float) -> None:
        """Do it."""
        self._work()


Answer = Mapping[str, Any] | Exception | Callable[[dict[str, Any]], Mapping[str, Any]]


class Client:
    """Answers like a boto3 client from a script: operation (in snake case) to one answer, or to a list in turn."""

    def __init__(self, script: Mapping[str, Answer | list[Answer]] | None = None) -> None:
        self.script = {name: list(a) if isinstance(a, list) else a for name, a in (script or {}).items()}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        return lambda **asked: self.ask(operation, asked)

    def ask(self, operation: str, asked: dict[str, Any]) -> Mapping[str, Any]:
        """Note the call and answer it."""
        self.calls.append((operation, asked))
        script = self.script[operation]
        answer = script.pop(0) if isinstance(script, list) else script
        if isinstance(answer, Exception):
            raise answer
        return answer(asked) if callable(answer) else answer

    def count(self, operation: str) -> int:
        """How often an operation was called."""
        return sum(name == operation for name, _ in self.calls)


class Session:
    """Makes clients from a script: (service, Region) to client."""

    def __init__(self, clients: Mapping[tuple[str, str], Client] | None = None) -> None:
        self.clients = dict(clients or {})
        self.opened: list[tuple[str, str, dict[str, Any]]] = []

    def client(self, service_name: str, /, **options: Any) -> Client:
        """The client of one service in one Region; a test that names none expects that nobody asks."""
        region = options.pop("region_name")
        self.opened.append((service_name, region, options))
        return self.clients[service_name, region]


def sts(account: str = ACCOUNT) -> Client:
    """STS, which says whose credentials these are."""
    return Client({"get_caller_identity": {"Account": account}})


def refusal(code: str, status: int = 400, message: str = "because", operation: str = "Anything") -> ClientError:
    """What botocore raises for an answer that is an error."""
    metadata = {"HTTPStatusCode": status, "RequestId": "", "HostId": "", "HTTPHeaders": {}, "RetryAttempts": 0}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, operation)


def uuid(n: int) -> str:
    """The nth id."""
    return f"00000000-0000-4000-8000-{n:012d}"


INSTANCE = Arn("aws", SOURCE, ACCOUNT, "instance", uuid(1))
GROUP = Arn("aws", SOURCE, ACCOUNT, "traffic-distribution-group", uuid(2))
NUMBER = Arn("aws", SOURCE, ACCOUNT, "phone-number", uuid(3))
FLOW = INSTANCE.inside("contact-flow", uuid(4))
USER = INSTANCE.inside("agent", uuid(5))
