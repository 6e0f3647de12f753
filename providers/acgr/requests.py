"""A request of the engine, whichever door it came in by: the `Operation` that it asks for, and how a failure is told.

The dynamic provider finds its requests in Pulumi's frames (`_engine`); `acgr_plugin` is given them by gRPC.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import grpc
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import ErrorContext
from acgr_connect.model.operation import DEFAULT_TIMEOUT, NO_CONTEXT, Deadline, Operation

DETAILS = "grpc-status-details-bin"
"""The trailing metadata in which gRPC's peers tell each other more of an error."""

WORKERS = 64
"""Threads of a plugin: a number that waits for Connect occupies one."""

OWN_WORKERS = "experimental_thread_pool"
"""The attribute by which gRPC lets a method be answered by workers of its own."""

LOG_SECONDS = 5
"""Seconds for which a line waits for an engine that does not take it."""

_UNKNOWN = 2


def _status_class() -> Any:
    """`google.rpc.Status`, under a name and in a descriptor pool of our own.

    Pulumi and Google both register that message, each in a file of its own name, and a pool takes only one of the two.
    On the wire a message has no name.
    """
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto(
        name="acgr/status.proto", package="acgr", syntax="proto3", dependency=[any_pb2.DESCRIPTOR.name]
    )
    field = descriptor_pb2.FieldDescriptorProto
    status = file.message_type.add(name="Status")
    status.field.add(name="code", number=1, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL)
    status.field.add(name="message", number=2, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    status.field.add(
        name="details",
        number=3,
        type=field.TYPE_MESSAGE,
        type_name=".google.protobuf.Any",
        label=field.LABEL_REPEATED,
    )
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("acgr.Status"))


Status = _status_class()
"""Tells the engine an error, and what there is in spite of it. The import of `pulumi.provider` does not disturb it."""


def failure(text: str) -> Any:
    """The status of a request that ends with `error: <text>` and nothing else."""
    return Status(code=_UNKNOWN, message=text)


def partial_failure(text: str, id_: str, outputs: Struct, inputs: Struct) -> Any:
    """The status of a create or update that ends with an error, and of which the state keeps what holds."""
    status = failure(text)
    left = provider_pb2.ErrorResourceInitFailed(id=id_, properties=outputs, inputs=inputs, reasons=[text])
    status.details.add().Pack(left)
    return status


def serialized(properties: Mapping[str, Any]) -> Struct:
    """Properties as they travel."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(properties), {}))
    finally:
        loop.close()


class Engine:
    """The engine that asks, as far as its operator is told something. Nobody listens without an address."""

    def __init__(self, address: str | None) -> None:
        self.address = address or ""
        self.stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None

    def log(self, urn: str | None, severity: Any, message: str, *, ephemeral: bool) -> None:
        """A line on the resource's own row or, not ephemeral, under it in the run's output."""
        if urn is None or self.stub is None:
            return
        line = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=ephemeral)
        try:
            self.stub.Log(line, timeout=LOG_SECONDS)
        except grpc.RpcError:
            return  # progress is a courtesy: an engine that does not listen must not fail a move


NOBODY = Engine(None)
"""Where no engine is."""


def never() -> bool:
    """Nobody cancels."""
    return False


@dataclass(frozen=True)
class Request:
    """What is known of a request of the engine.

    Attributes:
        urn: the resource; "" where the request is about none; None: nobody is told anything.
        timeout: `custom_timeouts` in seconds, where the program sets them.
        engine: who asks.
        is_cancelled: whether the operator has asked the run to stop.
    """

    urn: str | None
    timeout: float | None = None
    engine: Engine = NOBODY
    is_cancelled: Callable[[], bool] = never

    def operation(
        self, clock: Clock, context: ErrorContext = NO_CONTEXT, timeout: float = DEFAULT_TIMEOUT
    ) -> Operation:
        """The operation that is asked for, made once for each request.

        Args:
            clock: passes the time.
            context: what is being done and where, for errors that do not say it themselves.
            timeout: seconds that it may take where the program sets no `custom_timeouts`.
        """
        return replace(
            self.without_time(clock),
            deadline=Deadline.after(self.timeout or timeout, clock),
            restore_at_least=0.0 if self.timeout else DEFAULT_TIMEOUT,
            context=context,
        )

    def without_time(self, clock: Clock) -> Operation:
        """An operation that may take no time, whose lines go to the row of the resource."""
        log = partial(self.engine.log, self.urn)
        return Operation(
            Deadline.after(0.0, clock),
            self.urn or "",
            progress=partial(log, engine_pb2.INFO, ephemeral=True),
            say=partial(log, engine_pb2.INFO, ephemeral=False),
            warn=partial(log, engine_pb2.WARNING, ephemeral=False),
            object_to=partial(log, engine_pb2.ERROR, ephemeral=False),
            is_cancelled=self.is_cancelled,
        )
