"""One small contact centre, and clients that reach it in process and over HTTP."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from acgr_sandbox import ManualClock, Request, Response, Sandbox, Switches, load_scenario, session_on
from acgr_sandbox.server import Server

sys.path.insert(0, str(Path(__file__).resolve().parent))  # for contract_calls

from contract_calls import SOURCE, contract_world
from terraform import EMPTY, Terraform

Connect = Callable[..., Any]

_SESSION = boto3.Session()


class _Plug:
    """Hands requests on to the sandbox of the test: making a client takes longer than most tests."""

    sandbox: Sandbox

    def handle(self, request: Request) -> Response:
        return self.sandbox.handle(request)


_PLUG = _Plug()


@cache
def _client_in_process(region: str, account: str | None) -> Any:
    session = session_on(_PLUG, account=account, region=SOURCE)  # type: ignore[arg-type]  # asked to handle, no more
    return session.client("connect", region_name=region)


@pytest.fixture
def sandbox() -> Sandbox:
    """A sandbox that throttles nothing, on a clock that stands still."""
    return Sandbox(contract_world(), clock=ManualClock(), switches=Switches(rate=0))


@pytest.fixture
def served(server: Server, sandbox: Sandbox) -> Server:
    """The sandbox over HTTP."""
    server.sandbox = sandbox
    return server


@pytest.fixture
def terraform(served: Server, tmp_path: Path) -> Terraform:
    """Terraform on the sandbox, in a folder of its own."""
    return Terraform(tmp_path, served.url)


@pytest.fixture
def empty(served: Server) -> Sandbox:
    """A sandbox with nothing in it, served over HTTP; what Terraform makes there is ready at once."""
    waits = ("claim", "instance", "replicate", "group", "vocabulary")
    at_once = dict.fromkeys((f"{what}_seconds" for what in waits), 0.0)
    world = load_scenario(EMPTY)
    served.sandbox = Sandbox(world, clock=ManualClock(), switches=Switches(rate=0).with_values(at_once))
    return served.sandbox


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests, so that clients of it can be shared; each test serves its own sandbox."""
    server = Server(Sandbox(contract_world()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["in process", "over HTTP"])
def connect(request: pytest.FixtureRequest, sandbox: Sandbox) -> Connect:
    """Makes Connect clients for a Region, of the scenario's account unless another is named."""

    def client(region: str = SOURCE, account: str | None = None) -> Any:
        if request.param == "in process":
            _PLUG.sandbox = sandbox
            return _client_in_process(region, account)
        return client_over_http(request.getfixturevalue("served").url, region, account)

    return client


@cache
def client_over_http(url: str, region: str = SOURCE, account: str | None = None, service: str = "connect") -> Any:
    """A boto3 client that tries once."""
    return _SESSION.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=account or "sandbox",
        aws_secret_access_key="sandbox",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def over_http(served: Server) -> Connect:
    """Makes a client of any service over HTTP."""
    return lambda service="connect", region=SOURCE: client_over_http(served.url, region, service=service)


@contextlib.contextmanager
def _refused(code: str, saying: str = "") -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert saying in error["Message"], error


@pytest.fixture
def refused() -> Callable[..., contextlib.AbstractContextManager[None]]:
    """Expects an error of that code, whose message says so."""
    return _refused


@pytest.fixture
def set_switches(sandbox: Sandbox) -> Callable[..., None]:
    """Sets switches by name."""
    return lambda **values: sandbox.set_switches(sandbox.switches.with_values(values))


class Names:
    """ARNs and ids of what the scenario names."""

    def __init__(self, sandbox: Sandbox) -> None:
        world = sandbox.world
        self._world = world
        self.instance = world.instance("northwind").id
        self.lonely = world.instance("lonely").id

    def group(self, name: str = "emergency") -> str:
        """The ARN of a TDG."""
        return self._world.arn(self._world.group(name))

    def group_id(self, name: str = "emergency") -> str:
        """The id of a TDG."""
        return self._world.group(name).id

    def user(self, name: str = "bob.jones") -> str:
        """The ARN of a user."""
        return self._world.arn(self._world.user(name))

    def user_id(self, name: str = "bob.jones") -> str:
        """The id of a user."""
        return self._world.user(name).id

    def number(self, last: int = 1) -> str:
        """The ARN of a number, by its last digits."""
        return self._world.arn(self._world.number(f"+4420794600{last:02d}"))

    def number_id(self, last: int = 1) -> str:
        """The id of a number, by its last digits."""
        return self._world.number(f"+4420794600{last:02d}").id

    def flow(self, name: str = "Winter IVR", region: str = SOURCE) -> str:
        """The ARN of a flow in a Region."""
        return self._world.arn(self._world.flow(name), region)

    def flow_id(self, name: str = "Winter IVR") -> str:
        """The id of a flow."""
        return self._world.flow(name).id

    def instance_arn(self, region: str = SOURCE, name: str = "northwind") -> str:
        """The ARN of an instance in a Region."""
        return self._world.arn(self._world.instance(name), region)


@pytest.fixture
def names(sandbox: Sandbox) -> Names:
    """ARNs and ids of what the scenario names."""
    return Names(sandbox)


_SETTLED = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def settled(pytestconfig: pytest.Config) -> dict[str, str]:
    """What a real account said, by switch; printed at the end."""
    return pytestconfig.stash.setdefault(_SETTLED, {})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print which rows a real account settled."""
    said = config.stash.get(_SETTLED, {})
    if said:
        terminalreporter.section("what the account says of docs/sandbox.md")
    for switch, text in said.items():
        terminalreporter.line(f"{switch}: {text}")
