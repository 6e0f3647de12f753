"""The plugin as the engine starts it: a process that prints its port, answers, and ends with whoever started it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc
from scripted import PATIENCE

from acgr_plugin.schema import as_json, package_version
from acgr_plugin.server import asked

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


class Slow(engine_pb2_grpc.EngineServicer):
    """An engine that takes a line only once it is let."""

    def __init__(self) -> None:
        self.is_asked, self.may_answer = Event(), Event()

    def Log(self, request: object, context: object) -> object:  # noqa: N802
        """A line."""
        self.is_asked.set()
        self.may_answer.wait(PATIENCE)
        return Empty()


def test_told_to_end_it_finishes_what_it_does(reach: Callable[[str], Stub]) -> None:
    """A signal to end is a Ctrl-C: what is being done is done to its end, and answered; then it ends by itself."""
    slow, engine = Slow(), grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(slow, engine)
    address = f"127.0.0.1:{engine.add_insecure_port('127.0.0.1:0')}"
    engine.start()
    asked_for = provider_pb2.ConfigureRequest(name="mine")
    asked_for.args.update({"accountCheck": "off"})  # of which it warns
    with subprocess.Popen([*PLUGIN, address], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answer = reach(process.stdout.readline()).Configure.future(asked_for)
        assert slow.is_asked.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        slow.may_answer.set()
        assert answer.result(PATIENCE).supportsPreview
        assert process.wait(PATIENCE) == 0
    engine.stop(None).wait()


def test_it_prints_its_schema() -> None:
    """`pulumi-resource-acgr schema` prints what SDKs are made of."""
    ran = subprocess.run([*PLUGIN, "schema"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout) == json.loads(as_json())


def test_started_by_hand_it_says_what_it_is() -> None:
    """In a terminal, with no engine, it says what it waits for and how it ends."""
    terminal, its_end = pty.openpty()
    with subprocess.Popen(PLUGIN, stdin=its_end, stdout=its_end, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.kill()
    os.close(its_end)
    port = os.read(terminal, 100).decode().strip()
    os.close(terminal)
    assert said.startswith(f"This is a Pulumi provider, which waits for an engine at port {port}: ")


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ([], None),
        (["127.0.0.1:4711"], "127.0.0.1:4711"),
        (["--logtostderr", "-v=9", "127.0.0.1:4711"], "127.0.0.1:4711"),
        (["--tracing", "http://127.0.0.1:9411/api", "127.0.0.1:4711"], "127.0.0.1:4711"),
        (["--of-tomorrow", "127.0.0.1:4711"], "127.0.0.1:4711"),
    ],
)
def test_what_an_engine_gives(arguments: list[str], address: str | None) -> None:
    """The engine's address is found among its flags, also those that nobody here knows."""
    assert (asked(arguments).engine, asked(arguments).word, asked(arguments).version) == (address, None, False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "Pulumi starts it by itself"),
        (["-h"], 0, "PULUMI_DEBUG_PROVIDERS=acgr:PORT"),
        (["serve"], 2, "there is no serve; there is: schema"),
    ],
)
def test_usage(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help is printed and not served; a word that there is not ends with the usage."""
    with pytest.raises(SystemExit) as ended:
        asked(arguments)
    assert ended.value.code == code
    printed = capsys.readouterr()
    assert said in " ".join((printed.out or printed.err).split())


def test_it_prints_its_version() -> None:
    """`pulumi-resource-acgr --version` prints the version that the engine is told."""
    ran = subprocess.run([*PLUGIN, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == f"{package_version()}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["sandbox", "--help"], "Usage: acgr sandbox "), (["preview-comment", "--help"], "Usage: acgr preview-comment ")],
)
def test_the_folder_is_also_the_command(arguments: list[str], said: str) -> None:
    """Given words of `acgr`, the plugin's folder is that command, for whom Pulumi has installed it."""
    ran = subprocess.run([*PLUGIN, *arguments], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.startswith(said)
