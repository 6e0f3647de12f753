"""The native provider, asked over a loopback channel as the engine asks it, on a sandbox in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc
from sandbox_time import SandboxTime

from acgr.requests import DETAILS, Status
from acgr.runtime.run import Run
from acgr_connect.aws.settings import Settings
from acgr_connect.world.connection import Connection
from acgr_plugin.server import served
from acgr_plugin.servicer import Servicer
from acgr_sandbox import Sandbox

Props = dict[str, Any]

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

PROVIDER_ID = "5a1fd8b6-5ad2-4e1d-9d0c-7a8a4a2f6f11"
"""What the engine calls the provider besides its name."""


def secret(value: Any) -> Props:
    """A secret value, as it travels."""
    return {**SECRET, "value": value}


def urn_of(kind: str, name: str = "one") -> str:
    """The resource of that name."""
    return f"urn:pulumi:dev::trial::acgr:index:{kind}::{name}"


def provider_urn(name: str) -> str:
    """The provider of that name."""
    return f"urn:pulumi:dev::trial::pulumi:providers:acgr::{name}"


class Failed(Exception):
    """A request ended with an error: the sentence, and what the state keeps in spite of it."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.left: provider_pb2.ErrorResourceInitFailed | None = None
        for key, value in error.trailing_metadata() or ():
            if key == DETAILS:
                left = provider_pb2.ErrorResourceInitFailed()
                status = Status.FromString(value)
                assert status.message == error.details()
                self.left = next((left for detail in status.details if detail.Unpack(left)), None)


class Listening(engine_pb2_grpc.EngineServicer):
    """The engine: notes what it is told, each line with its resource."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.progress: list[tuple[str, str]] = []

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802
        """A line."""
        (self.progress if request.ephemeral else self.lines).append((request.urn, request.message))
        return Empty()


@dataclass
class Door:
    """A configured provider.

    Attributes:
        stub: what the engine would ask by.
        servicer: who answers.
        heard: what the engine was told.
        address: of the engine.
    """

    stub: provider_pb2_grpc.ResourceProviderStub
    servicer: Servicer
    heard: Listening = field(default_factory=Listening)
    address: str = ""

    def check(self, kind: str, news: Props, olds: Props | None = None, name: str = "one") -> Props:
        """The inputs in normal form; `AssertionError` where something is wrong with them."""
        inputs, failures = self.judged(kind, news, olds, name)
        assert failures == []
        return inputs

    def judged(self, kind: str, news: Props, olds: Props | None = None, name: str = "one") -> tuple[Props, list[str]]:
        """The inputs in normal form, and what is wrong with them."""
        asked = provider_pb2.CheckRequest(urn=urn_of(kind, name), news=_struct(news), olds=_struct(olds or {}))
        found = _answer(self.stub.Check, asked)
        return plain(found.inputs), [failure.reason for failure in found.failures]

    def diff(
        self,
        kind: str,
        id_: str,
        olds: Props,
        news: Props,
        old_inputs: Props,
        name: str = "one",
        ignoring: Sequence[str] = (),
    ) -> Any:
        """What a change means."""
        asked = provider_pb2.DiffRequest(
            urn=urn_of(kind, name),
            id=id_,
            olds=_struct(olds),
            news=_struct(news),
            old_inputs=_struct(old_inputs),
            ignoreChanges=ignoring,
        )
        return _answer(self.stub.Diff, asked)

    def create(
        self, kind: str, news: Props, *, preview: bool = False, timeout: float = 0.0, name: str = "one"
    ) -> tuple[str, Props]:
        """Make it, or see what would be made."""
        asked = provider_pb2.CreateRequest(
            urn=urn_of(kind, name), properties=_struct(news), preview=preview, timeout=timeout
        )
        made = _answer(self.stub.Create, asked)
        return made.id, plain(made.properties)

    def update(
        self, kind: str, id_: str, olds: Props, news: Props, *, preview: bool = False, name: str = "one"
    ) -> Props:
        """Change it, or see what it would be changed to."""
        asked = provider_pb2.UpdateRequest(
            urn=urn_of(kind, name), id=id_, olds=_struct(olds), news=_struct(news), preview=preview
        )
        return plain(_answer(self.stub.Update, asked).properties)

    def read(
        self, kind: str, id_: str, state: Props | None = None, inputs: Props | None = None, name: str = "one"
    ) -> tuple[str, Props, Props]:
        """What there is: id, outputs, inputs."""
        asked = provider_pb2.ReadRequest(
            urn=urn_of(kind, name), id=id_, properties=_struct(state or {}), inputs=_struct(inputs or {})
        )
        found = _answer(self.stub.Read, asked)
        return found.id, plain(found.properties), plain(found.inputs)

    def delete(self, kind: str, id_: str, state: Props, name: str = "one") -> None:
        """Take it back."""
        _answer(
            self.stub.Delete,
            provider_pb2.DeleteRequest(urn=urn_of(kind, name), id=id_, properties=_struct(state)),
        )

    def invoke(self, token: str, **arguments: Any) -> Props:
        """Ask a function."""
        found = _answer(self.stub.Invoke, provider_pb2.InvokeRequest(tok=token, args=_struct(arguments)))
        return plain(getattr(found, "return"))

    def cancel(self) -> None:
        """The first Ctrl-C."""
        _answer(self.stub.Cancel, Empty())

    def configure(self, name: str = "default", **config: Any) -> None:
        """Configure the provider of that name."""
        urn = provider_urn(name)
        asked = provider_pb2.ConfigureRequest(
            args=_struct(config), name=name, urn=urn, id=PROVIDER_ID, acceptSecrets=True
        )
        _answer(self.stub.Configure, asked)

    def said(self, name: str = "one") -> list[str]:
        """The lines that the engine was told of a resource."""
        return [line for urn, line in self.heard.lines if urn.endswith(f"::{name}")]


@contextmanager
def opened(
    sandbox: Sandbox,
    session: Any,
    environ: Mapping[str, str],
    *,
    handshake: bool = True,
    beside: Door | None = None,
) -> Iterator[Door]:
    """A provider that is not configured yet, and the engine that it speaks to: an own one, or that of another."""
    with _listening() if beside is None else nullcontext((beside.address, beside.heard)) as (address, heard):
        servicer = Servicer(None if handshake else address, _run_on(sandbox, session), environ)
        server, port = served(servicer)
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        door = Door(provider_pb2_grpc.ResourceProviderStub(channel), servicer, heard, address)
        if handshake:
            told = door.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
            assert told.accept_secrets
        try:
            yield door
        finally:
            channel.close()
            server.stop(None).wait()


@contextmanager
def _listening() -> Iterator[tuple[str, Listening]]:
    heard = Listening()
    engine = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(heard, engine)
    port = engine.add_insecure_port("127.0.0.1:0")
    engine.start()
    try:
        yield f"127.0.0.1:{port}", heard
    finally:
        engine.stop(None).wait()


def _run_on(sandbox: Sandbox, session: Any) -> Callable[[Settings], Run]:
    def open_run(settings: Settings) -> Run:
        run = Run(Connection(settings, SandboxTime(sandbox.clock), lambda _: session, lambda _: None))
        run.settings = settings
        return run

    return open_run


def _answer(method: Any, request: Any) -> Any:
    try:
        return method(request)
    except grpc.RpcError as error:
        raise Failed(error) from None


def _struct(props: Props) -> Struct:
    struct = Struct()
    struct.update(props)
    return struct


def plain(struct: Struct) -> Props:
    """Properties as they travel, as plain data."""
    return dict(MessageToDict(struct))
