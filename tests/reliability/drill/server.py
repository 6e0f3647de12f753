"""The servers by which the engine asks, in this process, and the wire between the library and a sandbox.

There are two doors: the SDK's own server for dynamic providers, and the native provider.
"""

from __future__ import annotations

import ast
import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NoReturn

import grpc
from pulumi.runtime.proto import provider_pb2

from acgr.requests import Status
from acgr.runtime.run import Run
from acgr_plugin.servicer import Servicer
from acgr_sandbox import Request, Response, Sandbox, session_on

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


DYNAMIC, NATIVE = "dynamic", "native"

_now: dict[str, Any] = {"door": os.environ.get("RELIABILITY_DOOR", DYNAMIC), "provider": None}


def door() -> str:
    """By which door the engine asks: `DYNAMIC`, or `NATIVE`."""
    return str(_now["door"])


@contextmanager
def through(chosen: str) -> Iterator[None]:
    """By that one meanwhile, in all threads."""
    before, _now["door"] = _now["door"], chosen
    try:
        yield
    finally:
        _now["door"] = before


@contextmanager
def native_run(run: Run) -> Iterator[None]:
    """The native provider, configured, is asked meanwhile."""
    run.settings = run.connection.settings
    servicer = Servicer(None, lambda _: run, {"ACGR_CACHE": os.devnull})
    servicer.Configure(provider_pb2.ConfigureRequest(name="default"), Context())
    before, _now["provider"] = _now["provider"], servicer
    try:
        yield
    finally:
        _now["provider"] = before


def plugin() -> Any:
    """Whoever answers the engine."""
    return _now["provider"] or _dynamic()


@cache
def _dynamic() -> Any:
    """The server that Pulumi starts for dynamic providers; the last line of its module, which serves, is left out."""
    spec = importlib.util.find_spec("pulumi.dynamic.__main__")
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    assert ast.unparse(tree.body.pop()) == "main()"
    names: dict[str, Any] = {"__name__": spec.name}
    exec(compile(tree, spec.origin, "exec"), names)
    return names["DynamicResourceProviderServicer"]()


class Aborted(Exception):
    """The server ended a request with an error."""


class Context(grpc.ServicerContext):
    """What gRPC gives a request, as far as the server and the library use it."""

    def __init__(self) -> None:
        self.trailing: dict[str, bytes] = {}

    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        """Note it."""
        self.trailing.update(trailing_metadata)

    def abort(self, code: Any, details: str) -> NoReturn:
        """End the request."""
        raise Aborted(details)

    @property
    def status(self) -> Status | None:
        """How the library says that the request ended, or None."""
        told = self.trailing.get("grpc-status-details-bin")
        return Status.FromString(told) if told else None

    @property
    def left(self) -> provider_pb2.ErrorResourceInitFailed | None:
        """The partial state that a failed create or update left, or None."""
        found = provider_pb2.ErrorResourceInitFailed()
        return next((found for detail in (self.status.details if self.status else ()) if detail.Unpack(found)), None)


Context.__abstractmethods__ = frozenset()  # the rest of gRPC's interface is not used


class Killed(BaseException):
    """The process is gone: nothing catches this."""


class Wire:
    """One boto3 session for all tests: what it sends goes to the sandbox that is plugged in.

    Attributes:
        sandbox: who answers.
        kill: after so many answered requests the process ends, before it reads the last answer; 0: it lives.
        requests: how many there were since it was plugged in.
    """

    def __init__(self) -> None:
        self.sandbox: Sandbox | None = None
        self.kill = self.requests = 0
        self._asked: Callable[[int], None] | None = None
        self._mangle: Callable[[int, Response], Response] | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._session = session_on(self, region=SOURCE)  # type: ignore[arg-type]  # it is asked to handle, no more

    def handle(self, request: Request) -> Response:
        """Answer a request, or die."""
        assert self.sandbox is not None
        if self._asked:
            self._asked(self.requests)
        answer = self.sandbox.handle(request)
        self.requests += 1
        if self._mangle:
            answer = self._mangle(answer)
        if self.requests == self.kill:
            raise Killed
        return answer

    def client(self, service_name: str, /, **options: Any) -> Any:
        """A client of one service in one Region, made once."""
        key = (service_name, str(options["region_name"]))
        if key not in self._clients:
            self._clients[key] = self._session.client(service_name, **options)
        return self._clients[key]

    @contextmanager
    def plugged_into(
        self,
        sandbox: Sandbox,
        kill: int = 0,
        asked: Callable[[int], None] | None = None,
        mangle: Callable[[int, Response], Response] | None = None,
    ) -> Iterator[None]:
        """Requests go to this sandbox meanwhile."""
        before = self.sandbox, self.kill
        self.sandbox, self.kill, self.requests = sandbox, kill, 0
        self._asked, self._mangle = asked, mangle
        try:
            yield
        finally:
            self.sandbox, self.kill = before
            self._asked = self._mangle = None


@cache
def wire() -> Wire:
    """The one there is."""
    return Wire()
