"""The world of the tests here, one boto3 session for all of them, and a connection to a sandbox."""

from __future__ import annotations

from functools import cache
from typing import Any

from sandbox_time import SandboxTime

from acgr_connect.aws.settings import Settings
from acgr_connect.scheduling.token_bucket import Rate
from acgr_connect.world.connection import Connection
from acgr_sandbox import Request, Response, Sandbox, session_on

WORLD: dict[str, Any] = {
    "account": "111122223333",
    "source_region": "eu-west-2",
    "replica_region": "eu-central-1",
    "instances": [{"alias": "northwind"}, {"alias": "island", "replicated": False}],
    "groups": [
        {"name": "everyone", "default": True, "members": ["dave.jones"]},
        {"name": "retail"},
        {"name": "emergency"},
    ],
    "flows": ["Main IVR", "Winter IVR", "Sales"],
    "users": ["alice.smith", "bob.brown", "carol.white", "dave.jones"],
    "numbers": [
        {"e164": "+442079460001", "target": "northwind", "flow": "Main IVR"},
        {"e164": "+442079460002", "target": "everyone", "flow": "Sales"},
        {"e164": "+442079460003", "target": "retail", "flow": "Main IVR"},
        {"e164": "+442079460004", "target": "retail", "flow": None},
    ],
}


class SharedSession:
    """One boto3 session for all tests, since making a client takes longer than a test: its requests go to `sandbox`."""

    def __init__(self) -> None:
        self.sandbox: Sandbox | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._session = session_on(self, region="eu-west-2")  # type: ignore[arg-type]  # it is asked to handle, no more

    def handle(self, request: Request) -> Response:
        """Whoever is plugged in answers."""
        assert self.sandbox is not None
        return self.sandbox.handle(request)

    def client(self, service_name: str, /, **options: Any) -> Any:
        """A client of one service in one Region, made once."""
        key = (service_name, str(options["region_name"]))
        if key not in self._clients:
            self._clients[key] = self._session.client(service_name, **options)
        return self._clients[key]


@cache
def shared_session() -> SharedSession:
    """The session of this process."""
    return SharedSession()


def connection_to(sandbox: Sandbox, settings: Settings | None = None) -> Connection:
    """A connection of its own, whose waits move the sandbox's clock."""
    shared = shared_session()
    shared.sandbox = sandbox
    return Connection(settings or Settings(rate=Rate(2.0, 5.0)), SandboxTime(sandbox.clock), lambda _: shared)


def by_hand(sandbox: Sandbox, operation: str, *, region: str = "eu-west-2", **asked: Any) -> Any:
    """Somebody else's call."""
    return getattr(session_on(sandbox).client("connect", region_name=region), operation)(**asked)


def members(sandbox: Sandbox, group: str = "retail") -> set[str]:
    """The names of the agents on a group."""
    return {sandbox.world.users[id_].username for id_ in sandbox.world.group(group).members}
