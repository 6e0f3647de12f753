"""The running request, found in the calling frames; silence and plain exceptions where there is none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2
from scripted import ScriptedClock

from acgr import _engine
from acgr.requests import Status

URN = "urn:pulumi:dev::p::pulumi-python:dynamic/acgr:PhoneNumberPlacement::one"


class Context(grpc.ServicerContext):
    """What gRPC gives a request, as far as it is used: the trailing metadata."""

    def __init__(self) -> None:
        self.trailing: dict[str, bytes] = {}

    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        """Note it."""
        self.trailing.update(trailing_metadata)


Context.__abstractmethods__ = frozenset()  # the rest of gRPC's interface is not used


def _answer(request: Any, context: Context, act: Callable[[], Any]) -> Any:
    """What the plugin's server does: the request and its context stand in its frame."""
    return act()


def _deeper(act: Callable[[], Any], frames: int = 20) -> Any:
    return act() if frames == 0 else _deeper(act, frames - 1)


def _request(**fields: Any) -> Any:
    return SimpleNamespace(urn=URN, **fields)


def _properties() -> Struct:
    properties = Struct()
    properties.update({"__provider": "gASV", "phone_number": "+442079460001"})
    return properties


def test_found_through_many_frames() -> None:
    """However deep the call, the request that this thread answers is found."""
    now = _answer(_request(timeout=0.0), Context(), lambda: _deeper(_engine.running))
    assert now.urn == URN
    operation = _answer(_request(), Context(), lambda: _deeper(lambda: _engine.operation(ScriptedClock())))
    assert operation.urn == URN


def test_nothing_outside_the_plugin() -> None:
    """Outside a request there is no URN, and nobody is told anything."""
    assert _engine.running() is None
    operation = _engine.operation(ScriptedClock())
    assert operation.urn == ""
    for speak in (operation.progress, operation.say, operation.warn):
        speak("nobody listens")


def test_a_request_alone_is_not_enough() -> None:
    """A frame that calls something else its context is passed over."""
    answer: Any = _answer
    assert answer(_request(), "no gRPC context", _engine.running) is None


def test_another_thread_has_another_request() -> None:
    """A thread sees its own frames only."""
    with ThreadPoolExecutor(1) as pool:
        assert _answer(_request(), Context(), lambda: pool.submit(_engine.running).result()) is None


@pytest.mark.parametrize(("set_", "seconds"), [(0.0, 600.0), (30.0, 30.0), (7200.0, 7200.0)])
def test_timeout(set_: float, seconds: float) -> None:
    """`custom_timeouts` where the program sets them, the default where not."""
    clock = ScriptedClock()
    operation = _answer(_request(timeout=set_), Context(), lambda: _engine.operation(clock))
    assert operation.deadline.at == seconds
    assert _engine.operation(clock, timeout=60.0).deadline.at == 60.0


def test_fail_tells_one_sentence() -> None:
    """The engine is told the sentence itself, without a traceback."""
    context = Context()
    with pytest.raises(_engine.Failed, match="it is gone"):
        _answer(_request(), context, lambda: _engine.fail("it is gone"))
    status = Status.FromString(context.trailing["grpc-status-details-bin"])
    assert (status.code, status.message, len(status.details)) == (grpc.StatusCode.UNKNOWN.value[0], "it is gone", 0)


@pytest.mark.parametrize("fields", [{"properties": _properties()}, {"news": _properties()}])
def test_fail_partly_leaves_what_holds(fields: dict[str, Any]) -> None:
    """A create or update that stops half-way leaves id, outputs and inputs in state, with the provider's name."""

    def stop() -> None:
        _engine.fail_partly("half-way", "n1", {"dark": ["r"]}, {"flow": "f"})

    context = Context()
    with pytest.raises(_engine.Failed, match="half-way"):
        _answer(
            _request(**fields), context, lambda: _engine.fail_partly("half-way", "n1", {"dark": ["r"]}, {"flow": "f"})
        )
    status = Status.FromString(context.trailing["grpc-status-details-bin"])
    left = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(left)
    assert (left.id, list(left.reasons)) == ("n1", ["half-way"])
    assert {name: left.inputs[name] for name in left.inputs} == {"flow": "f", "__provider": "gASV"}
    assert (list(left.properties["dark"]), left.properties["__provider"]) == (["r"], "gASV")


@pytest.mark.parametrize("fail", [_engine.fail, lambda text: _engine.fail_partly(text, "n1", {}, {})])
def test_fail_outside_the_plugin(fail: Callable[[str], Any]) -> None:
    """Where an SDK hides the request, a failure is an exception with the sentence."""
    with pytest.raises(_engine.Failed, match="it is gone"):
        fail("it is gone")


def test_threads_are_widened() -> None:
    """A worker thread of the plugin's pool raises the pool's four threads; any other thread leaves all as it is."""
    with ThreadPoolExecutor(4) as pool:
        assert pool.submit(_engine.widen_threads).result()
        assert pool._max_workers == _engine.WORKERS
    assert _engine.widen_threads() is False


def test_widening_never_narrows() -> None:
    """A pool that has more threads already keeps them."""
    with ThreadPoolExecutor(_engine.WORKERS + 1) as pool:
        assert pool.submit(_engine.widen_threads).result()
        assert pool._max_workers == _engine.WORKERS + 1
