"""The plugin as the engine starts it: a process that prints its port, answers, and ends with whoever started it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from acgr_plugin.schema import as_json, package_version

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = [sys.executable, str(ROOT / "plugin")]
ABANDONING = """
import subprocess, sys
plugin = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(plugin.stdout.readline(), end="", flush=True)
"""
"""Whoever is killed: it starts the plugin, and is gone once that has said its port."""

Stub = provider_pb2_grpc.ResourceProviderStub


@pytest.fixture
def reach() -> Iterator[Callable[[str], Stub]]:
    """A plugin that listens on a port."""
    channels: list[grpc.Channel] = []

    def reached(port: str) -> Stub:
        channels.append(grpc.insecure_channel(f"127.0.0.1:{int(port)}"))
        return provider_pb2_grpc.ResourceProviderStub(channels[-1])

    yield reached
    for channel in channels:
        channel.close()


@pytest.mark.parametrize("command", [PLUGIN, [sys.executable, "-m", "acgr_plugin"]], ids=["folder", "module"])
def test_it_prints_its_port_and_answers(command: list[str], reach: Callable[[str], Stub]) -> None:
    """The first line is the port; there the plugin says its version and its schema."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        stub = reach(process.stdout.readline())
        assert stub.GetPluginInfo(Empty()).version == package_version()
        schema = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
        assert schema["name"] == "acgr"
        process.kill()


def test_it_ends_with_whoever_started_it() -> None:
    """An engine that was killed says nothing: the plugin sees that it is gone, and ends."""
    # Its stderr is that of whoever starts it: `run` comes back when both have let go of it.
    started = subprocess.run(
        [sys.executable, "-c", ABANDONING, *PLUGIN], capture_output=True, text=True, timeout=60, check=True
    )
    assert int(started.stdout) > 0


def test_it_prints_its_schema() -> None:
    """`pulumi-resource-acgr schema` prints what SDKs are made of."""
    ran = subprocess.run([*PLUGIN, "schema"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout) == json.loads(as_json())
