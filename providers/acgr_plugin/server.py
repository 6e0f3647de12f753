"""The plugin's process: it prints its port, and answers until the engine that started it is gone."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

from acgr.requests import WORKERS
from acgr_plugin.schema import as_json, package_version
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


USAGE = "pulumi-resource-acgr [-h] [--version] [schema | ENGINE]"
DESCRIPTION = """The native provider of pulumi-acgr: Amazon Connect Global Resiliency for programs in every language
that Pulumi has. Pulumi starts it by itself, reads its port from the first line that it prints, and speaks gRPC to it
there. It ends with whoever started it. Started by hand it waits for an engine: PULUMI_DEBUG_PROVIDERS=acgr:PORT leads
one to it."""


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """What the arguments ask for: `schema`, `version`, or to serve, and then the engine's `address` if it is known.

    An engine's flags are taken as they come: those that say how much is logged and traced are for other plugins.

    Raises:
        SystemExit: they ask for help, which is printed, or for something that there is not.
    """
    parser = argparse.ArgumentParser("pulumi-resource-acgr", USAGE, DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument("word", nargs="?", metavar="schema", help="print the schema, of which SDKs are made")
    parser.add_argument("engine", nargs="?", metavar="ENGINE", help="the engine's address, HOST:PORT; Pulumi gives it")
    for flag in ("-v", "--tracing"):
        parser.add_argument(flag, help=argparse.SUPPRESS)
    found, _ = parser.parse_known_args(arguments)
    if found.word and ":" in found.word:
        found.word, found.engine = None, found.word
    if found.word not in (None, "schema"):
        parser.error(f"there is no {found.word}; there is: schema")
    return found


def main() -> int:
    """Serve, or print what is asked for."""
    wanted = asked(sys.argv[1:])
    if wanted.version or wanted.word:
        sys.stdout.write(f"{package_version() if wanted.version else as_json()}\n")
        return 0
    _serve(wanted.engine)
    return 0


def _serve(address: str | None) -> None:
    servicer, busy, told = Servicer(address), Busy(), Event()
    server, port = served(servicer, busy)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    if address is None and sys.stdout.isatty():
        sys.stderr.write(
            f"This is a Pulumi provider, which waits for an engine at port {port}: "
            "Pulumi starts it by itself. Ctrl-C ends it; --help says more.\n"
        )

    def tell(number: int, _: Any) -> None:
        told.set()
        signal.signal(number, signal.SIG_DFL)  # who asks twice does not wait

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    parent = os.getppid()
    # Whoever was killed does not say so.
    while os.getppid() == parent and not told.wait(LOOK_SECONDS):
        pass
    if told.is_set():
        servicer.Cancel(Empty(), None)
    # What is being done is done to its end, so that no number is left dark.
    while busy.requests:
        Event().wait(LOOK_SECONDS)
    server.stop(None)
