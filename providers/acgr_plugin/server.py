"""The plugin's process: it prints its port, and answers until the engine that started it is gone."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from acgr.requests import WORKERS
from acgr_plugin.schema import as_json
from acgr_plugin.servicer import Servicer

MOST_BYTES = 400 * 1024 * 1024
"""Of a message: what Pulumi's own plugins take."""

LOOK_SECONDS = 1.0
"""Seconds between two looks whether the process that started this one is there."""

OPTIONS = (("grpc.max_receive_message_length", MOST_BYTES), ("grpc.max_send_message_length", MOST_BYTES))


class Busy(grpc.ServerInterceptor):
    """Counts the requests that are being answered."""

    def __init__(self) -> None:
        self._lock, self.requests = Lock(), 0

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        """Count a request from when it comes until it is answered."""
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler

        def counted(request: Any, context: grpc.ServicerContext) -> Any:
            with self._lock:
                self.requests += 1
            try:
                return handler.unary_unary(request, context)
            finally:
                with self._lock:
                    self.requests -= 1

        # Where the method has workers of its own, so has what stands for it.
        vars(counted).update(getattr(handler.unary_unary, "__func__", handler.unary_unary).__dict__)
        return grpc.unary_unary_rpc_method_handler(counted, handler.request_deserializer, handler.response_serializer)


def served(servicer: Servicer, *interceptors: grpc.ServerInterceptor) -> tuple[grpc.Server, int]:
    """A server that answers on a port of this machine, which nobody else reaches."""
    pool = ThreadPoolExecutor(WORKERS, "acgr")
    server = grpc.server(pool, options=OPTIONS, interceptors=[*interceptors])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main() -> int:
    """Serve, or with the argument `schema` print the schema."""
    arguments = sys.argv[1:]
    if arguments == ["schema"]:
        sys.stdout.write(f"{as_json()}\n")
        return 0
    address = next((one for one in arguments if ":" in one and not one.startswith("-")), None)
    busy = Busy()
    server, port = served(Servicer(address), busy)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    parent = os.getppid()
    try:
        # Whoever was killed does not say so. What is being done is done to its end, so that no number is left dark.
        while os.getppid() == parent or busy.requests:
            Event().wait(LOOK_SECONDS)
    except KeyboardInterrupt:
        pass
    server.stop(None)
    return 0
