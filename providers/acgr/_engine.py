"""The only module that touches Pulumi's private frames.

The dynamic provider's server keeps from a provider what the protocol knows: the resource's URN, its `custom_timeouts`,
and the ways to fail without a traceback or with partial state. This module finds the running request and its gRPC
context in the calling frames, and makes the `Operation` of them. Where a future SDK hides them, everything falls back
to the plain behaviour: a sentence as an exception, silence instead of progress. `tests/engine` says which of the two is
in force.
"""

from __future__ import annotations

import ast
import pickle
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any, NoReturn

import grpc
import pulumi.dynamic
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import config as settings
from pulumi.runtime import rpc
from pulumi.runtime import settings as runtime_settings
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import provider_pb2

from acgr.requests import DETAILS, OWN_WORKERS, WORKERS, Engine, Request, failure, partial_failure, serialized
from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import ErrorContext
from acgr_connect.model.operation import DEFAULT_TIMEOUT, NO_CONTEXT, Operation

PROVIDER_KEY = "__provider"
SERVER = "DynamicResourceProviderServicer"
"""The class that answers the engine in the plugin."""

STORED_PROTOCOL = 4
"""Of pickle: what every state was written with. Python 3.14 has another default: each row would be a change."""

_storing = threading.RLock()


@contextmanager
def same_bytes() -> Iterator[None]:
    """A provider that is serialized meanwhile gives the same bytes under every Python."""
    with _storing:
        before = pickle.DEFAULT_PROTOCOL
        pickle.DEFAULT_PROTOCOL = STORED_PROTOCOL  # type: ignore[misc]  # what the SDK goes by
        try:
            yield
        finally:
            pickle.DEFAULT_PROTOCOL = before  # type: ignore[misc]


class Failed(Exception):
    """What went wrong, in one sentence. The engine has been told already, so the traceback says no more."""


@dataclass(frozen=True)
class Running:
    """The request that this thread is answering."""

    request: Any
    context: grpc.ServicerContext

    @property
    def urn(self) -> str:
        """The resource's URN, or "" where the request has none."""
        return str(getattr(self.request, "urn", ""))

    @property
    def timeout(self) -> float | None:
        """`custom_timeouts` in seconds, where the program sets them."""
        return float(getattr(self.request, "timeout", 0.0)) or None

    @property
    def properties(self) -> Struct | None:
        """The inputs of a create or update, `__provider` included."""
        return getattr(self.request, "properties", None) or getattr(self.request, "news", None)


def running() -> Running | None:
    """The request that this thread is answering, or None outside the plugin or under an SDK that hides it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        request, context = frame.f_locals.get("request"), frame.f_locals.get("context")
        if isinstance(context, grpc.ServicerContext) and request is not None:
            return Running(request, context)
        frame = frame.f_back
    return None


def request() -> Request:
    """The same, as the resources' logic is driven by it."""
    now = running()
    return _request(now.urn, now.timeout) if now else _request(None)


def _request(urn: str | None, timeout: float | None = None) -> Request:
    return Request(urn, timeout, _engine(), _cancelled.is_set)


def operation(clock: Clock, context: ErrorContext = NO_CONTEXT, timeout: float = DEFAULT_TIMEOUT) -> Operation:
    """The operation at hand: of the request that this thread is answering."""
    return request().operation(clock, context, timeout)


def operation_of(urn: str | None, clock: Clock) -> Operation:
    """An operation without time, whose lines go to the row of that resource; to nobody, where it is None."""
    return _request(urn).without_time(clock)


def fail(text: str) -> NoReturn:
    """End the request with `error: <text>` and nothing else.

    Raises:
        Failed: always.
    """
    _tell(failure(text))
    raise Failed(text) from None


def fail_partly(text: str, id_: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any]) -> NoReturn:
    """End a create or update with an error, and keep in state what holds: the next run resumes as an update.

    Raises:
        Failed: always.
    """
    now = running()
    if now is not None and now.properties is not None:
        provider = {PROVIDER_KEY: now.properties[PROVIDER_KEY]}
        left = serialized({**outputs, **provider}), serialized({**inputs, **provider})
        _tell(partial_failure(text, id_, *left))
    raise Failed(text) from None


def _tell(status: Any) -> None:
    if (now := running()) is not None:
        now.context.set_trailing_metadata(((DETAILS, status.SerializeToString()),))


def address() -> str:
    """Where the engine is, in the plugin; "" elsewhere."""
    return _engine().address


@cache
def _engine() -> Engine:
    """The engine, whose address is the plugin's last argument."""
    address = sys.argv[-1]
    return Engine(address if re.search(r":\d+$", address) else None)


def widen_threads() -> bool:
    """Raise the plugin's four worker threads to `WORKERS`; False where its pool cannot be found."""
    try:
        pool = threading.current_thread()._args[0]()  # type: ignore[attr-defined]
        pool._max_workers = max(WORKERS, pool._max_workers)
    except (AttributeError, IndexError, TypeError):
        return False
    return True


def configuration_keys(config: Any) -> list[str]:
    """All keys of the stack's configuration that the engine handed to the plugin; none where the SDK hides them.

    Args:
        config: `ConfigureRequest.config`, which answers to a key only.
    """
    found = getattr(config, "_props", None)
    return [str(key) for key in found] if isinstance(found, Mapping) else []


def program_keys() -> list[str]:
    """The same in the program: what the language host handed over, and what was set since."""
    return [*settings.get_config_env(), *settings.CONFIG.get()]


_when_cancelled: list[Callable[[], None]] = []
_cancelled = threading.Event()


def when_cancelled(finish: Callable[[], None]) -> bool:
    """Call `finish` at the first Ctrl-C; False where the plugin's answer to it cannot be changed.

    The plugin answers the engine's `Cancel` with nothing. Its method was bound when the server started, so the code
    of the function is replaced, not the function. It has a worker of its own: all others may be busy with resources,
    and more of those may be waiting.
    """
    answer = _servers("Cancel")
    if answer is None:
        return False
    _when_cancelled[:] = [finish]
    answer.__code__ = _cancel.__code__
    vars(answer).setdefault(OWN_WORKERS, ThreadPoolExecutor(1, "cancel"))
    return True


def _servers(method: str) -> FunctionType | None:
    """A method of the plugin's server, or None where it cannot be given another body."""
    found = getattr(getattr(sys.modules.get("__main__"), SERVER, None), method, None)
    return found if isinstance(found, FunctionType) else None


Answer = Callable[[dict[str, Any]], Mapping[str, Any]]
"""From the arguments of a function to its answer, both plain data."""

_answers: dict[str, Answer] = {}


def when_asked(function: str, answer: Answer) -> bool:
    """Let the program ask the plugin something (`ask`); False where the plugin's answer to that cannot be changed.

    The plugin refuses every `Invoke`: it has no functions. What was said of `Cancel` goes for this as well.

    Args:
        function: its name, a token of the dynamic providers' package.
        answer: answers it.
    """
    refusal = _servers("Invoke")
    if refusal is None:
        return False
    _answers[function] = answer
    refusal.__code__ = _invoke.__code__
    return True


def may_be_asked() -> bool:
    """In a preview's program: whether the plugin of this SDK can be made to answer (`when_asked`).

    A function that is refused would end the program. Under Pulumi's mocks, with which users test programs, there is
    no plugin.
    """
    is_mocked = isinstance(runtime_settings.get_monitor(), MockMonitor)
    return runtime_settings.is_dry_run() and not is_mocked and _has_functions()


@cache
def _has_functions() -> bool:
    """Whether the plugin refuses its functions by a method that can be given another body: its source says it."""
    try:
        source = Path(str(pulumi.dynamic.__file__)).with_name("__main__.py").read_text(encoding="utf-8")
        classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == SERVER]
    except (OSError, SyntaxError):
        return False
    methods = [node for one in classes for node in one.body if isinstance(node, ast.FunctionDef)]
    return any(method.name == "Invoke" and not method.decorator_list for method in methods)


def asked(request: Any, context: Any) -> Any:
    """The answer of the plugin to the program: for what nobody answers, the refusal of every other plugin."""
    answer = _answers.get(request.tok)
    if answer is None:
        return context.abort(grpc.StatusCode.UNIMPLEMENTED, f"unknown function {request.tok}")
    response: Any = provider_pb2.InvokeResponse()
    getattr(response, "return").CopyFrom(serialized(answer(rpc.deserialize_properties(request.args))))
    return response


def _invoke(self: Any, request: Any, context: Any) -> Any:  # noqa: ARG001  # the server's signature
    from acgr import _engine  # this code runs among the names of the plugin's server

    return _engine.asked(request, context)


def cancelled() -> Any:
    """The run was cancelled: tell who is to know. The answer of the plugin to the engine."""
    _cancelled.set()
    for finish in _when_cancelled:
        finish()
    return Empty()


def _cancel(self: Any, request: Any, context: Any) -> Any:  # noqa: ARG001  # the server's signature
    from acgr import _engine  # this code runs among the names of the plugin's server

    return _engine.cancelled()
